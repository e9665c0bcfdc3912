"""The real chat app on a free port, with a real SQLite file and a stand-in for Rasa, in a thread of its own."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
from aiohttp import web
from cryptography.fernet import Fernet
from sanic.touchup.service import TouchUp
from sqlalchemy import select

from bot.addresses import Addresses
from bot.chat.assistant import RasaAssistant
from bot.chat.languages import load_languages
from bot.chat.limits import Limits
from bot.chat.parts import Parts, read_rules, spared_numbers
from bot.chat.web.app import create_chat_app
from bot.chat.web.connection import TimedProtocol
from bot.chat.web.pages import load_pages
from bot.database import create_database_engine, transaction
from bot.handover.notices.heartbeat import beat
from bot.routing.catalogue import Catalogue
from bot.sentences import Sentences
from bot.settings import Settings
from bot.tables import metadata
from tests.chat.standin import StandInForRasa, actions_routes
from tests.loops import LoopThread
from tests.ports import free_port

T = TypeVar("T")


_touch_up = TouchUp.run


def _touch_up_once(app: Any) -> None:
    """Sanic rewrites its own methods when an app starts; a second app in the same process cannot do it again."""
    if not all(getattr(target, "__touched__", False) for target, _ in TouchUp._registry):
        _touch_up(app)


TouchUp.run = _touch_up_once


class Clock:
    """The real time, which a test may move."""

    def __init__(self) -> None:
        self.moved = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(timezone.utc) + self.moved


@dataclass
class Answer:
    """What came back."""

    status: int
    body: Any
    headers: Any

    @property
    def texts(self) -> list[str]:
        return [message["text"] for message in self.body["messages"]]

    @property
    def text(self) -> str:
        return "\n".join(self.texts)


class Door:
    """The running app, and the calls that tests make of it."""

    def __init__(self, directory: Path, **changes: Any) -> None:
        self._thread = LoopThread()
        self.run = self._thread.run
        rasa_port, actions_port, self.port = free_port(), free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        changes = {
            name: value.replace("{url}", self.url) if isinstance(value, str) else value
            for name, value in changes.items()
        }
        addresses = {"rasa_url": f"http://127.0.0.1:{rasa_port}", "actions_url": f"http://127.0.0.1:{actions_port}"}
        self.settings = make_settings(directory, **{**addresses, **changes})
        self.rasa = StandInForRasa(self.settings.inner_secret)
        self.clock = Clock()
        self.engine = create_database_engine(self.settings.database_url)
        metadata.create_all(self.engine)
        self.parts = make_parts(self.settings, self.engine, self.clock)
        self._rasa_runner = web.AppRunner(self.rasa.routes())
        self._actions_runner = web.AppRunner(actions_routes())
        self.run(self._start(rasa_port, actions_port))

    async def _start(self, rasa_port: int, actions_port: int) -> None:
        for runner, port in ((self._rasa_runner, rasa_port), (self._actions_runner, actions_port)):
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", port).start()
        self.app = app = create_chat_app(self.settings, self.parts)
        self._server = await app.create_server(
            host="127.0.0.1", port=self.port, return_asyncio_server=True, access_log=False, protocol=TimedProtocol
        )
        await self._server.startup()
        self.http = aiohttp.ClientSession()

    def stop(self) -> None:
        """Stop everything."""
        self.run(self._stop())
        self._thread.stop()
        self.parts.readers.shutdown(wait=False)
        self.engine.dispose()

    async def _stop(self) -> None:
        await self.http.close()
        await self.parts.assistant.close()
        self._server.close()
        await self._rasa_runner.cleanup()
        await self._actions_runner.cleanup()

    async def send(self, method: str, path: str, token: str = "", **options: Any) -> Answer:
        """One call; the body is read as JSON if it is such."""
        headers = {**options.pop("headers", {}), **({"Authorization": f"Bearer {token}"} if token else {})}
        async with self.http.request(method, self.url + path, headers=headers, allow_redirects=False, **options) as got:
            is_json = got.content_type == "application/json"
            return Answer(got.status, await got.json() if is_json else await got.text(), dict(got.headers))

    def call(self, method: str, path: str, token: str = "", **options: Any) -> Answer:
        """As `send`, from a test."""
        return self.run(self.send(method, path, token, **options))

    def open(self) -> str:
        """A new conversation's token."""
        answer = self.call("POST", "/api/conversations", json={})
        assert answer.status == 201, answer
        return str(answer.body["token"])

    def say(self, token: str, text: str = "", choice: str = "", message_id: str = "", **options: Any) -> Answer:
        """One message."""
        body = {"id": message_id or str(uuid.uuid4()), **({"choice": choice} if choice else {"text": text})}
        return self.call("POST", "/api/messages", token, json=body, **options)

    def form(self, path: str, **fields: str) -> Answer:
        """An ordinary form post."""
        return self.call("POST", path, data=fields)

    def rows(self, table: Any) -> list[Any]:
        """All rows of a table."""
        with self.engine.connect() as connection:
            return list(connection.execute(select(table)))

    def relay_lives(self) -> None:
        """As if the relay had just written its sign of life."""
        with transaction(self.engine) as connection:
            beat(connection, "relay", self.clock())


def make_settings(directory: Path, **changes: Any) -> Settings:
    """Settings of a test: a database of its own, secrets of its own."""
    base = Settings(
        inner_secret="inner-secret-of-a-test",
        hash_key="hash-key-of-a-test",
        encryption_keys=(Fernet.generate_key().decode(),),
        database_url=f"sqlite:///{directory / 'door.db'}",
        data_directory=directory,
        reply_timeout_seconds=2.0,
    )
    return replace(base, **changes)


def make_parts(settings: Settings, engine: Any, clock: Clock) -> Parts:
    """The real parts with a clock that can be moved."""
    read_rules()
    catalogue = Catalogue.load(settings.mode)
    return Parts(
        settings=settings,
        engine=engine,
        catalogue=catalogue,
        sentences=Sentences.load(settings.mode),
        assistant=RasaAssistant(
            Addresses.of(settings.rasa_url), settings.inner_secret, Addresses.of(settings.actions_url)
        ),
        pages=load_pages(settings),
        languages=load_languages(Sentences.load("demo")),
        spared=spared_numbers(catalogue),
        clock=clock,
        limits=Limits(),
    )
