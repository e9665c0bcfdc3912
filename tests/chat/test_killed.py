"""The real chat process, killed at the worst moment: nothing that it took in is lost, nothing is done twice."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.database import create_database_engine, now, transaction
from bot.handover.case import HandOver, open_case
from bot.tables import cases, messages, metadata
from tests.chat.running import make_settings
from tests.chat.standin import StandInForRasa, answer, message
from tests.loops import LoopThread
from tests.ports import free_port
from tests.town import ROOT, call

# Beside the rest of the suite.
START_SECONDS = 90


class Process:
    """`python -m bot serve chat` with a stand-in for Rasa in this process."""

    def __init__(self, directory: Path, **changes: Any) -> None:
        self._thread = LoopThread()
        rasa, self.port = free_port(), free_port()
        changes = {"rasa_url": f"http://127.0.0.1:{rasa}", "chat_port": self.port, **changes}
        self.settings = make_settings(directory, **changes)
        self.engine = create_database_engine(self.settings.database_url)
        metadata.create_all(self.engine)
        self.rasa = StandInForRasa(self.settings.inner_secret)
        self._thread.run(self._listen(rasa), 10)
        self.start()

    async def _listen(self, port: int) -> None:
        runner = web.AppRunner(self.rasa.routes())
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()

    def start(self) -> None:
        """Start it and wait until it answers."""
        environment = {**os.environ, **self.settings.to_environment(), "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "bot", "serve", "chat"]
        self.process = subprocess.Popen(command, env=environment, cwd=ROOT, stderr=subprocess.DEVNULL)
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            try:
                call(self.url, "GET", "/healthz")
                return
            except OSError:
                time.sleep(0.1)
        raise TimeoutError("the chat process did not start")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def kill(self) -> None:
        """As the kernel would."""
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        """Kill it, and end what stood in for the others."""
        self.kill()
        self._thread.stop()
        self.engine.dispose()


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    running = Process(tmp_path)
    yield running
    running.close()


def say(process: Process, token: str, once: str) -> Any:
    try:
        return call(process.url, "POST", "/api/messages", {"id": once, "text": "hjälp mig lämna"}, token)
    except OSError:
        return None


def test_a_message_survives_the_death_of_the_door_and_is_answered_when_sent_again(process: Process) -> None:
    asked = threading.Event()

    async def hang(_body: dict[str, Any]) -> tuple[int, Any]:
        asked.set()
        await asyncio.sleep(1.5)
        return answer(message("för sent"))

    process.rasa.script = hang
    token, once = call(process.url, "POST", "/api/conversations", {}).body["token"], str(uuid.uuid4())
    sending = threading.Thread(target=say, args=(process, token, once))
    sending.start()
    assert asked.wait(5)
    process.kill()
    sending.join()
    with process.engine.connect() as connection:
        assert [row.text for row in connection.execute(messages.select())] == ["hjälp mig lämna"]

    async def normal(_body: dict[str, Any]) -> tuple[int, Any]:
        return answer(message("här är jag"))

    process.rasa.script = normal
    process.start()
    assert say(process, token, once).text == "här är jag"
    with process.engine.connect() as connection:
        assert [row.sender for row in connection.execute(messages.select())] == ["person", "bot"]


def test_a_case_committed_before_the_door_died_is_told_of_on_the_retry(process: Process) -> None:
    committed = threading.Event()

    async def commit_and_hang(body: dict[str, Any]) -> tuple[int, Any]:
        wanted = HandOver(body["conversation_id"], body["message_id"], "exit_programme", "leave_crime", None, "receipt")
        with transaction(process.engine) as connection:
            open_case(connection, wanted, 24, now())
        committed.set()
        await asyncio.sleep(1.5)
        return 500, {}

    process.rasa.script = commit_and_hang
    token, once = call(process.url, "POST", "/api/conversations", {}).body["token"], str(uuid.uuid4())
    sending = threading.Thread(target=say, args=(process, token, once))
    sending.start()
    assert committed.wait(5)
    process.kill()
    sending.join()
    process.start()
    told = say(process, token, once)
    assert "Vi har tagit emot" in told.text
    assert [one["case"]["receipt"] for one in told.messages if one["case"]]
    with process.engine.connect() as connection:
        assert len(connection.execute(cases.select()).all()) == 1
