"""The inner channel: chat → rasa, on loopback or a private network, with a shared secret.

Rasa's own REST channel answers every failure with 200 and an empty list, lets the caller choose whose conversation it
writes in, and obeys typed `/restart`. Here a failure is a 5xx, the text and a button's payload are separate fields, and
a typed slash is never a command.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.addresses import Addresses
from bot.settings import Settings
from bot.stopping import stop_politely

logger = logging.getLogger(__name__)
SECRET_HEADER = "x-inner-secret"
LENGTH_LIMIT = 2_000
BUTTON_FIELDS = ("label", "payload")


class Collected(OutputChannel):
    """Keeps each utterance whole: text, buttons and custom data are one message, not three."""

    def __init__(self) -> None:
        """Start empty."""
        self.messages: list[dict[str, Any]] = []

    @classmethod
    def name(cls) -> str:
        """The channel's name in Rasa."""
        return "door"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:  # noqa: ARG002
        """Collect one utterance as the front door expects it."""
        custom = message.get("custom") or {}
        choices = [{"label": b["title"], "payload": b["payload"]} for b in message.get("buttons") or []]
        self.messages.append(
            {
                "text": message.get("text") or "",
                "choices": choices,
                "service": custom.get("service"),
                "urgent": custom.get("urgent"),
                "case": custom.get("case"),
                "form": custom.get("form"),
                "language": custom.get("language"),
            }
        )


class DoorChannel(InputChannel):
    """Named by dotted path in deploy/credentials.yml."""

    @classmethod
    def name(cls) -> str:
        """The last part of the URL: /webhooks/door."""
        return "door"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:  # noqa: ARG002
        """The routes; Rasa mounts them below /webhooks/door."""
        settings = Settings.from_environment()
        secret = settings.inner_secret
        routes = Blueprint("door", "bot.understanding.channel")
        stop_politely(routes, settings)

        @routes.middleware("request")
        async def check(request: Request) -> HTTPResponse | None:
            given = request.headers.get(SECRET_HEADER, "")
            allowed = hmac.compare_digest(given.encode(), secret.encode())
            return None if allowed else response.json({"error": "unauthorised"}, 401)

        @routes.listener("after_server_start")
        async def prepare(app: Any, _loop: Any) -> None:
            prepare_agent(app.ctx.agent)

        @routes.get("/ready")
        async def ready(request: Request) -> HTTPResponse:
            agent = request.app.ctx.agent
            if not agent.is_ready():
                return response.json({"error": "no model"}, 503)
            if not await actions_answer():
                return response.json({"error": "no action server"}, 503)
            return response.json({"model": agent.processor.model_filename})

        @routes.post("/message")
        async def message(request: Request) -> HTTPResponse:
            return await _answer(request)

        @routes.delete("/conversations/<conversation_id:str>")
        async def forget(request: Request, conversation_id: str) -> HTTPResponse:
            await request.app.ctx.agent.tracker_store.delete(conversation_id)
            return response.empty(204)

        return routes


def prepare_agent(agent: Any) -> None:
    """Take Rasa's fail-safe wrapper away: it would hide a dead database behind an in-memory store and lose the talk."""
    store = getattr(agent.tracker_store, "_tracker_store", agent.tracker_store)
    agent.tracker_store = store
    if agent.processor is not None:
        agent.processor.tracker_store = store


async def actions_answer() -> bool:
    """Whether an action server is up: without one every answer would be a failure."""
    urls = Addresses.of(Settings.from_environment().actions_url).urls
    return any(await asyncio.gather(*(_answers(f"{url}/health") for url in urls)))


async def _answers(address: str) -> bool:
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as session,
            session.get(address) as got,
        ):
            return bool(got.status == 200)
    except (aiohttp.ClientError, asyncio.TimeoutError):
        return False


async def _answer(request: Request) -> HTTPResponse:
    agent = request.app.ctx.agent
    if not agent.is_ready():
        return response.json({"error": "no model"}, 503)
    message = _message(request.json or {})
    if message is None:
        return response.json({"error": "needs conversation_id, message_id and either text or payload"}, 422)
    try:
        # Shielded: a caller that goes away must not cancel an action half way through its commit.
        processor, tracker = await asyncio.shield(_handle(agent, message))
    except Exception as error:  # the edge: every failure is answered, and none prints the person's words
        logger.error("A message failed in Rasa: %s", type(error).__name__)
        return response.json({"error": "failed"}, 500)
    if not message.output_channel.messages:
        # Also Rasa's circuit breaker: after ten predictions it would stay silent for ever, so the tracker starts anew.
        await agent.tracker_store.delete(message.sender_id)
        return response.json({"error": "empty reply"}, 500)
    return response.json(_reply(message, tracker, processor.model_filename))


async def _handle(agent: Any, message: UserMessage) -> tuple[Any, Any]:
    """Which processor answered (while it did, another model may have come), and the tracker as it was saved.

    The steps are those of Rasa's `handle_message`, which keeps the tracker to itself: reading it back cost as much as
    saving it.
    """
    async with agent.lock_store.lock(message.sender_id):
        processor = agent.processor
        tracker = await processor.log_message(message, should_save_tracker=False)
        tracker = await processor.run_action_extract_slots(message.output_channel, tracker)
        await processor._run_prediction_loop(message.output_channel, tracker)
        await processor.save_tracker(tracker)
        return processor, tracker


def _message(body: dict[str, Any]) -> UserMessage | None:
    conversation, client_id = body.get("conversation_id"), body.get("message_id")
    text, payload = body.get("text"), body.get("payload")
    if not (isinstance(conversation, str) and isinstance(client_id, str) and (text or payload)):
        return None
    if payload is not None and not str(payload).startswith("/"):
        return None
    said = str(payload) if payload is not None else harmless(str(text))[:LENGTH_LIMIT]
    return UserMessage(said, Collected(), conversation, message_id=client_id, input_channel="door")


def harmless(text: str) -> str:
    """Typed text never starts with a slash: Rasa would take it for a command."""
    stripped = text.lstrip("/／⁄∕ \t\n\r\u00a0")
    return stripped or "?"


def _reply(message: UserMessage, tracker: Any, model: str) -> dict[str, Any]:
    parsed = tracker.latest_message.parse_data if tracker.latest_message else {}
    intent = parsed.get("intent") or {}
    heard = dict(parsed.get("heard") or {"decision": "answer", "intent": intent.get("name"), "confidence": 1.0})
    heard["ranking"] = parsed.get("intent_ranking", [])
    heard.setdefault("need", None)
    said = message.output_channel.messages
    for utterance in said:
        # What Rasa says by itself (small talk) is in the language of the talk.
        utterance["language"] = utterance["language"] or tracker.get_slot("language")
    heard["service"] = next((m["service"]["id"] for m in said if m["service"]), None)
    heard["urgent"] = next((m["urgent"] for m in said if m["urgent"]), heard.get("urgent"))
    return {"messages": said, "understood": heard, "model": model}
