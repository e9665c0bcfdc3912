"""A console to test: the real application on a free port, a clock to set, and clients that fill in forms."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

import aiohttp
from argon2 import PasswordHasher
from bs4 import BeautifulSoup
from sanic import Sanic
from sqlalchemy import select, update
from sqlalchemy.engine import Engine

from bot.database import transaction
from bot.handover.case import Case, HandOver, open_case
from bot.settings import Settings
from bot.staff.app import create_staff_app
from bot.staff.parts import StaffParts
from bot.staff.sign_in.accounts import create_staff
from bot.staff.sign_in.passwords import Passwords
from bot.staff.sign_in.sessions import open_session
from bot.tables import audit, conversations, messages, outbox, staff
from tests.loops import close_loop

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=timezone.utc)
KEY = "a key for hashes"
PASSWORD = "fyra lugna gröna ord"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
SERVICES = {"exit_programme": "Avhopparverksamheten", "mini_maria": "Mini Maria", "youth_team": "Insatsteamet"}
NEEDS = {
    "leave_crime": "Lämna ett kriminellt liv",
    "parenting": "Att vara förälder",
    "substance_use": "Alkohol",
    "human": "Prata",
    "suicide_risk": "Tankar på att inte leva",
}


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def move(self, **step: float) -> None:
        self.now += timedelta(**step)


@dataclass(frozen=True)
class Reply:
    """An answer of the console."""

    status: int
    headers: Mapping[str, str]
    text: str
    cookies: Sequence[str] = ()

    @property
    def page(self) -> BeautifulSoup:
        return BeautifulSoup(self.text, "html.parser")

    @property
    def said(self) -> str:
        """The visible words, on one line."""
        main = self.page.find("main")
        return " ".join((main or self.page).get_text(" ").split())

    @property
    def token(self) -> str:
        found = self.page.find("input", {"name": "csrf"})
        return str(found["value"]) if found else ""

    @property
    def to(self) -> str:
        return self.headers.get("location", "")


@dataclass
class Client:
    """A browser without scripts: keeps cookies, brings the form token of the page it saw last."""

    base: str
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""

    def get(self, path: str) -> Reply:
        return self._ask("GET", path, None)

    def post(self, path: str, /, **fields: Any) -> Reply:
        """Send a form as it is, without a token unless given."""
        return self._ask("POST", path, fields)

    def submit(self, path: str, /, **fields: Any) -> Reply:
        """Send a form of the page that was seen last."""
        return self.post(path, csrf=self.token, **fields)

    def sign_in(self, name: str, password: str = PASSWORD) -> Reply:
        self.get("/logga-in")
        return self.submit("/logga-in", name=name, password=password)

    def _ask(self, method: str, path: str, fields: dict[str, Any] | None) -> Reply:
        # In a thread: a browser test has an event loop of its own running here.
        with ThreadPoolExecutor(1) as helper:
            reply = helper.submit(asyncio.run, self._send(method, path, fields)).result()
        self.token = reply.token or self.token
        for line in reply.cookies:
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return reply

    async def _send(self, method: str, path: str, fields: dict[str, Any] | None) -> Reply:
        pairs = [(k, v) for k, given in (fields or {}).items() for v in (given if isinstance(given, list) else [given])]
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()), "Sec-Fetch-Site": "same-origin"}
        async with (
            aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), headers=headers) as session,
            session.request(method, self.base + path, data=pairs or None, allow_redirects=False) as answer,
        ):
            return Reply(answer.status, answer.headers, await _read(answer), answer.headers.getall("Set-Cookie", []))


async def _read(answer: aiohttp.ClientResponse) -> str:
    """The whole answer; of a stream, which has no end, only its first event."""
    if answer.content_type != "text/event-stream":
        return await answer.text()
    await answer.content.readuntil(b"\n\n")
    return (await answer.content.readuntil(b"\n\n")).decode()


@dataclass
class Console:
    """The running application and what a test may do behind its back."""

    engine: Engine
    clock: Clock
    settings: Settings
    base: str = ""

    def client(self) -> Client:
        return Client(self.base)

    def person(self, name: str, role: str, *services: str, fresh: bool = False) -> str:
        """An account; with `fresh` its password still has to be changed."""
        with transaction(self.engine) as connection:
            made = create_staff(connection, name, name.title(), role, services, PASSWORD, NOW, Passwords(CHEAP))
            connection.execute(update(staff).where(staff.c.id == made).values(must_change_password=fresh))
        return made

    def signed_in(self, staff_id: str) -> Client:
        """A client with a session, without the way through the sign-in page."""
        with transaction(self.engine) as connection:
            token = open_session(connection, staff_id, KEY, self.clock.now)
        client = Client(self.base, {"staff": token})
        client.get("/losenord")
        return client

    def case(self, message_id: str = "m1", hours: int | None = 24, **changes: Any) -> Case:
        usual: dict[str, Any] = {"conversation_id": "c" * 32, "service": "exit_programme", "need": "leave_crime"}
        told = {**usual, "district": None, "channel": "receipt", "message_id": message_id, **changes}
        with transaction(self.engine) as connection:
            return open_case(connection, HandOver(**told), hours, self.clock.now)

    def dead_notice(self, case: Case, kind: str = "new_case", **changes: Any) -> int:
        """A notice that a way has refused for good; returns its id."""
        usual: dict[str, Any] = {"key": f"dead:{kind}:{case.id}", "case_id": case.id, "kind": kind, "state": "dead"}
        told = {"refused": ["mail"], "errors": {"mail": "SMTP 550"}, "last_error": "mail: SMTP 550", "attempts": 1}
        times = {"created_at": self.clock.now, "next_attempt_at": self.clock.now}
        with transaction(self.engine) as connection:
            added = connection.execute(outbox.insert().values(**{**usual, **told, **times, "delivered": [], **changes}))
            return int(added.inserted_primary_key[0])

    def talk(self, talk_id: str, *said: Mapping[str, Any], **changes: Any) -> str:
        """A conversation with these messages; what a test does not care about is filled in."""
        times = {"created_at": self.clock.now, "last_seen_at": self.clock.now}
        usual = {"client_id": None, "sender": "person", "text": "Hej", "created_at": self.clock.now}
        with transaction(self.engine) as connection:
            connection.execute(conversations.insert().values(id=talk_id, **{**times, **changes}))
            for message in said:
                connection.execute(messages.insert().values(conversation_id=talk_id, **{**usual, **message}))
        return talk_id

    def log(self, **wanted: Any) -> list[Mapping[str, Any]]:
        """Lines of the log that have these values."""
        with self.engine.connect() as connection:
            rows = list(connection.execute(select(audit).order_by(audit.c.id)).mappings())
        return [row for row in rows if all(row[name] == value for name, value in wanted.items())]


def heard(intent: str = "parenting", **changes: Any) -> dict[str, Any]:
    """What the assistant understood of a message, as the front door stores it."""
    usual = {"intent": intent, "confidence": 0.91, "decision": "answer", "need": intent, "choices": [], "urgent": None}
    return {**usual, "reason": "model is sure", "ranking": [], **changes}


class Running:
    """The application in a thread of its own; at its end it hangs up on everybody, as a process that is killed."""

    def __init__(self, settings: Settings, parts: StaffParts, port: int = 0) -> None:
        Sanic.test_mode = True
        self.app = create_staff_app(settings, parts)
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.base = f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self) -> Running:
        self._thread.start()
        assert self._ready.wait(20)
        return self

    def __exit__(self, *_error: object) -> None:
        self._loop.call_soon_threadsafe(self._hang_up)
        self._thread.join(10)
        self._socket.close()

    def _hang_up(self) -> None:
        for connection in list(self._server.connections):
            connection.abort()
        self._loop.call_soon(self._loop.stop)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._server = server = self._loop.run_until_complete(
            self.app.create_server(sock=self._socket, return_asyncio_server=True, access_log=False)
        )
        self._loop.run_until_complete(server.startup())
        self._ready.set()
        self._loop.run_forever()
        server.close()
        close_loop(self._loop)
