"""SIGTERM at the real chat process: what is under way is finished, streams end politely, then the process is gone."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.chat.standin import answer, message
from tests.chat.test_killed import Process, say
from tests.town import call


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    running = Process(tmp_path, drain_seconds=2.0, reply_timeout_seconds=9.0)
    yield running
    running.close()


def tell(process: Process) -> None:
    """As supervisor, systemd and Kubernetes do."""
    process.process.send_signal(signal.SIGTERM)


def wait_until_stopping(process: Process) -> None:
    until = time.monotonic() + 10
    while call(process.url, "GET", "/readyz").status == 200 and time.monotonic() < until:
        time.sleep(0.02)


def read_answer(line: socket.socket) -> bytes:
    """One answer of a connection that may stay open."""
    seen = b""
    while b"\r\n\r\n" not in seen:
        seen += line.recv(65536)
    head, _, body = seen.partition(b"\r\n\r\n")
    length = int(next(row.split(b":")[1] for row in head.split(b"\r\n") if row.lower().startswith(b"content-length")))
    while len(body) < length:
        body += line.recv(65536)
    return head


def test_it_says_that_it_is_leaving_and_goes_on_answering_meanwhile(process: Process) -> None:
    assert call(process.url, "GET", "/readyz").body == {"status": "ready"}
    token = call(process.url, "POST", "/api/conversations", {}).body["token"]
    tell(process)
    wait_until_stopping(process)
    leaving = call(process.url, "GET", "/readyz")
    assert (leaving.status, leaving.body) == (503, {"status": "stopping"})
    assert say(process, token, str(uuid.uuid4())).text == "du skrev: hjälp mig lämna"
    assert process.process.wait(20) == 0


def test_a_message_that_is_being_worked_on_is_answered_before_it_ends(process: Process) -> None:
    asked = threading.Event()

    async def slow(_body: dict[str, Any]) -> tuple[int, Any]:
        asked.set()
        await asyncio.sleep(4)
        return answer(message("här är jag"))

    process.rasa.script = slow
    token, told = call(process.url, "POST", "/api/conversations", {}).body["token"], []
    sending = threading.Thread(target=lambda: told.append(say(process, token, str(uuid.uuid4()))))
    sending.start()
    assert asked.wait(10)
    tell(process)
    sending.join()
    assert told[0].text == "här är jag"
    assert process.process.wait(20) == 0


def test_an_open_connection_is_closed_with_its_next_answer(process: Process) -> None:
    with socket.create_connection(("127.0.0.1", process.port), timeout=10) as line:
        request = b"GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n"
        line.sendall(request)
        assert b"connection: keep-alive" in read_answer(line).lower()
        tell(process)
        wait_until_stopping(process)
        line.sendall(request)
        assert b"connection: close" in read_answer(line).lower()
        assert line.recv(100) == b""


def test_a_stream_ends_without_saying_that_the_talk_is_over(process: Process) -> None:
    token = call(process.url, "POST", "/api/conversations", {}).body["token"]
    request = f"GET /api/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", process.port), timeout=20) as line:
        line.sendall(request.encode())
        seen = line.recv(65536)
        assert b"text/event-stream" in seen
        began = time.monotonic()
        tell(process)
        while more := line.recv(65536):
            seen += more
    # Long before the fifteen seconds after which the server breaks everything off.
    assert time.monotonic() - began < 10
    assert seen.endswith(b"0\r\n\r\n")
    assert b"event: ended" not in seen
    assert process.process.wait(20) == 0


def test_new_connections_are_refused_once_it_has_stopped_taking_them(process: Process) -> None:
    tell(process)
    assert process.process.wait(20) == 0
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", process.port), timeout=2)
    assert json.dumps(process.settings.drain_seconds) == "2.0"
