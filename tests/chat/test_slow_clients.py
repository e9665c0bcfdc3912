"""Clients that drip: they are cut off by the clock that began with their first byte, and nobody else notices."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from tests.chat.running import Door

HEAD = b"POST /api/conversations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


def drip(door: Door, start: bytes, piece: bytes) -> tuple[float, bytes]:
    """Send a start, then a piece every 0.2 s, until the server ends it; returns the seconds and what it said."""
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", door.port), timeout=0.2) as line:
        line.sendall(start)
        while time.monotonic() - began < 30:
            try:
                said = line.recv(65536)
                return time.monotonic() - began, said
            except TimeoutError:
                pass
            except ConnectionError:
                return time.monotonic() - began, b""
            try:
                line.sendall(piece)
            except ConnectionError:
                return time.monotonic() - began, b""
    return 30, b"never"


@pytest.mark.parametrize(
    ("start", "piece"),
    [(HEAD, b"X-A: b\r\n"), (HEAD + b"Content-Length: 1000\r\n\r\n{", b" "), (b"G", b"E")],
    ids=["headers", "body", "request line"],
)
def test_a_request_that_drips_is_ended(door: Door, start: bytes, piece: bytes) -> None:
    door.app.config.REQUEST_TIMEOUT = door.app.config.RESPONSE_TIMEOUT = 1
    seconds, said = drip(door, start, piece)
    assert seconds < 10
    assert said.startswith((b"HTTP/1.1 4", b"HTTP/1.1 503")) or said == b""


def test_the_clock_of_a_whole_request_is_fifteen_and_thirty_seconds(door: Door) -> None:
    assert (door.app.config.REQUEST_TIMEOUT, door.app.config.RESPONSE_TIMEOUT) == (15, 30)


def test_two_hundred_slow_clients_do_not_keep_another_waiting(door: Door) -> None:
    stop = threading.Event()
    lines = [socket.create_connection(("127.0.0.1", door.port)) for _ in range(200)]
    try:
        for line in lines:
            line.sendall(HEAD)

        def keep_dripping() -> None:
            while not stop.wait(0.2):
                for line in lines:
                    line.sendall(b"X-A: b\r\n")

        dripping = threading.Thread(target=keep_dripping)
        dripping.start()
        assert door.say(door.open(), "hej").texts == ["du skrev: hej"]
    finally:
        stop.set()
        dripping.join()
        for line in lines:
            line.close()


def test_a_stream_of_events_outlives_the_clock_of_a_request(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.chat.own_case.news.HEARTBEAT_SECONDS", 0.5)
    monkeypatch.setattr("bot.chat.own_case.news.POLL_SECONDS", 0.25)
    door.app.config.REQUEST_TIMEOUT = door.app.config.RESPONSE_TIMEOUT = 2
    token = door.open()
    request = f"GET /api/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", door.port), timeout=5) as line:
        line.sendall(request)
        began = time.monotonic()
        while time.monotonic() - began < 6:
            assert line.recv(4096), "the stream was cut off"


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (HEAD + b"X-A: " + b"a" * 9_000 + b"\r\n\r\n", b"413"),
        (HEAD + b"Content-Length: 1048576\r\n\r\n", b"413"),
    ],
    ids=["headers", "body"],
)
def test_what_is_too_large_is_refused_before_it_has_arrived(door: Door, raw: bytes, status: bytes) -> None:
    with socket.create_connection(("127.0.0.1", door.port), timeout=5) as line:
        line.sendall(raw)
        assert line.recv(65536).split(b" ")[1] == status
