"""A stand-in for Rasa's inner channel: NOT Rasa. It speaks the channel's JSON and does what a test tells it to.

Conversations with the real Rasa are tested in tests/conversations.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Body = dict[str, Any]
Script = Callable[[Body], Awaitable[tuple[int, Any]]]


def message(text: str, **fields: Any) -> Body:
    """One message of the channel's answer."""
    blank = {"choices": [], "service": None, "urgent": None, "case": None, "form": None}
    return {"text": text, **blank, **fields}


def answer(*messages: Body, **understood: Any) -> tuple[int, Body]:
    """A whole answer with status 200."""
    heard = {"intent": "greet", "confidence": 0.9, "decision": "answer", "need": None, **understood}
    return 200, {"messages": list(messages), "understood": heard, "model": "stand-in"}


async def failed(_body: Body) -> tuple[int, Any]:
    """What the channel says when an action could not be run."""
    return 500, {"error": "failed"}


def actions_routes() -> web.Application:
    """A stand-in for the action server's sign of life; it runs no action."""

    async def health(_request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    app = web.Application()
    app.router.add_get("/health", health)
    return app


async def echo(body: Body) -> tuple[int, Any]:
    """Says back what it was asked, so that a test sees what reached it."""
    return answer(message("du skrev: " + (body.get("text") or body.get("payload") or "")))


@dataclass
class StandInForRasa:
    """`script` answers; `asked` holds every body in order; `forgotten` every conversation that was deleted."""

    secret: str
    script: Script = echo
    ready: bool = True
    actions: bool = True
    asked: list[Body] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    busy: int = 0
    most_busy: int = 0

    def routes(self) -> web.Application:
        """The three calls of the inner channel."""
        app = web.Application()
        app.router.add_post("/webhooks/door/message", self._message)
        app.router.add_delete("/webhooks/door/conversations/{id}", self._forget)
        app.router.add_get("/webhooks/door/ready", self._ready)
        return app

    async def _message(self, request: web.Request) -> web.Response:
        if request.headers.get("X-Inner-Secret") != self.secret:
            return web.json_response({"error": "unauthorised"}, status=401)
        body = await request.json()
        self.asked.append(body)
        self.busy += 1
        self.most_busy = max(self.most_busy, self.busy)
        try:
            status, content = await self.script(body)
        finally:
            self.busy -= 1
        text = content if isinstance(content, str) else json.dumps(content)
        return web.Response(status=status, text=text, content_type="application/json")

    async def _forget(self, request: web.Request) -> web.Response:
        self.forgotten.append(request.match_info["id"])
        return web.Response(status=204)

    async def _ready(self, _request: web.Request) -> web.Response:
        if self.ready and not self.actions:
            return web.json_response({"error": "no action server"}, status=503)
        return web.json_response({"model": "stand-in"}, status=200 if self.ready else 503)

    def lose_actions(self) -> None:
        """As the real channel: without its action server every message fails, and it says so when asked."""
        self.actions, self.script = False, failed


def slowly(seconds: float, then: Script = echo) -> Script:
    """Answers after a while."""

    async def script(body: Body) -> tuple[int, Any]:
        await asyncio.sleep(seconds)
        return await then(body)

    return script
