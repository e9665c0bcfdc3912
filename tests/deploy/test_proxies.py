"""The proxy examples, each started for real: TLS, headers, limits, events at once, and nothing of anybody in a log."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import socket
import ssl
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.routing.catalogue import Catalogue
from tests.chat.running import Answer, Door
from tests.chat.test_receipt_and_thread import a_case, staff_write
from tests.deploy.proxied import STARTERS, Proxy
from tests.test_tree import ROOT

pytestmark = pytest.mark.slow
CANARY = "kanariefagel"
NGINX_ONLY = pytest.mark.parametrize("proxy", ["nginx"], indirect=True)


@pytest.fixture(params=sorted(STARTERS))
def proxy(request: pytest.FixtureRequest, door: Door, tmp_path: Path) -> Iterator[Proxy]:
    """Each of the two in front of the door."""
    if shutil.which(request.param) is None:
        pytest.skip(f"There is no {request.param} on this machine.")
    folder = tmp_path / "proxy"
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    running = STARTERS[request.param]([door.port], folder)
    yield running
    running.stop()


def call(door: Door, proxy: Proxy, method: str, path: str, token: str = "", **options: Any) -> Answer:
    """One call through the proxy."""

    async def send() -> Answer:
        headers = {**options.pop("headers", {}), **({"Authorization": f"Bearer {token}"} if token else {})}
        address = proxy.url + path
        async with door.http.request(
            method, address, headers=headers, ssl=proxy.context(), allow_redirects=False, **options
        ) as got:
            is_json = got.content_type == "application/json"
            return Answer(got.status, await got.json() if is_json else await got.text(), dict(got.headers))

    return door.run(send())


def say(door: Door, proxy: Proxy, token: str, text: str, **options: Any) -> Answer:
    body = {"id": str(uuid.uuid4()), "text": text}
    return call(door, proxy, "POST", "/api/messages", token, json=body, **options)


def test_a_talk_goes_through_with_every_header_of_the_door_and_hsts(door: Door, proxy: Proxy) -> None:
    token = call(door, proxy, "POST", "/api/conversations", json={}).body["token"]
    told = say(door, proxy, token, "hej")
    assert told.texts == ["du skrev: hej"]
    straight = door.say(token, "hej").headers
    for name in ("Content-Security-Policy", "Referrer-Policy", "Cache-Control", "X-Content-Type-Options"):
        assert told.headers[name] == straight[name]
    assert told.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "Set-Cookie" not in told.headers
    assert not re.search(r"\d", told.headers.get("Server", ""))


def test_old_tls_is_refused(proxy: Proxy) -> None:
    old = proxy.context()
    old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionError)), socket.create_connection(("127.0.0.1", proxy.port)) as line:
        old.wrap_socket(line, server_hostname="localhost")


def test_plain_http_is_sent_on_without_what_stood_in_the_address(proxy: Proxy) -> None:
    with socket.create_connection(("127.0.0.1", proxy.plain_port), timeout=5) as line:
        line.sendall(b"GET /a?text=kanariefagel HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        head = line.recv(4096).decode()
    assert head.startswith("HTTP/1.1 301 ")
    assert "location: https://chatt.example.se/chatt\r\n" in head.lower()


def test_the_door_learns_the_address_from_the_proxy_and_not_from_the_visitor(
    door: Door, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    named: list[tuple[str, str]] = []
    kept = door.parts.limits.client_key
    monkeypatch.setattr(door.parts.limits, "client_key", lambda *given: named.append(given) or kept(*given))
    call(door, proxy, "POST", "/api/conversations", json={}, headers={"X-Forwarded-For": "203.0.113.7"})
    assert named == [("127.0.0.1", "127.0.0.1")]


def test_events_come_at_once(door: Door, proxy: Proxy) -> None:
    token, _, case_id = a_case(door)
    request = f"GET /api/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    with (
        socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as plain,
        proxy.context().wrap_socket(plain, server_hostname="localhost") as line,
    ):
        line.sendall(request)
        seen = line.recv(65536)
        assert b"text/event-stream" in seen
        threading.Timer(0.5, staff_write, (door, case_id, "vi ser ditt meddelande")).start()
        began = time.monotonic()
        while b"vi ser ditt meddelande" not in seen:
            seen += line.recv(65536)
        assert time.monotonic() - began < 8


def test_a_body_of_a_megabyte_is_refused(door: Door, proxy: Proxy) -> None:
    token = door.open()
    asked = len(door.rasa.asked)
    told = say(door, proxy, token, "x" * 1_048_576)
    # Caddy 2.6 says 502 where it stops reading; either way the door has not seen it.
    assert told.status in (413, 502)
    assert len(door.rasa.asked) == asked


def test_huge_headers_are_refused(door: Door, proxy: Proxy) -> None:
    told = call(door, proxy, "GET", "/chatt", headers={"X-Big": "x" * 60_000})
    assert told.status in (400, 431)


@pytest.mark.parametrize("start", [b"GET /chatt HTTP/1.1\r\nHost: localhost\r\n"], ids=["head"])
def test_a_client_that_sends_no_more_is_let_go(proxy: Proxy, start: bytes) -> None:
    with (
        socket.create_connection(("127.0.0.1", proxy.port), timeout=40) as plain,
        proxy.context().wrap_socket(plain, server_hostname="localhost") as line,
    ):
        line.sendall(start)
        began = time.monotonic()
        with contextlib.suppress(ConnectionError):
            line.recv(4096)
        assert time.monotonic() - began < 30


@NGINX_ONLY
def test_a_flood_is_told_when_to_try_again_with_the_numbers(door: Door, proxy: Proxy) -> None:
    import asyncio

    async def flood() -> list[tuple[int, str, str]]:
        async def one() -> tuple[int, str, str]:
            async with door.http.get(proxy.url + "/api/messages", ssl=proxy.context()) as got:
                return got.status, got.headers.get("Retry-After", ""), await got.text()

        return await asyncio.gather(*(one() for _ in range(400)))

    door.http._connector._limit = 40  # type: ignore[union-attr]
    answers = door.run(flood())
    refused = [answer for answer in answers if answer[0] == 429]
    assert refused
    assert {answer[0] for answer in answers} == {401, 429}
    for _, after, text in refused:
        assert int(after) > 0
        assert "112" in json.loads(text)["messages"][0]["text"]


@pytest.mark.parametrize(("path", "kind"), [("/chatt", "text/html"), ("/api/conversations", "application/json")])
def test_when_the_door_is_away_the_numbers_are_shown(door: Door, proxy: Proxy, path: str, kind: str) -> None:
    door._server.close()
    method = "GET" if path == "/chatt" else "POST"
    told = call(door, proxy, method, path, **({} if method == "GET" else {"json": {}}))
    assert told.status in (502, 503)
    assert told.headers["Content-Type"].startswith(kind)
    assert "08-508 00 508" in json.dumps(told.body, ensure_ascii=False)
    assert "112" in str(told.body)
    assert told.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert told.headers["Cache-Control"] == "no-store"


def test_no_address_no_query_no_text_no_token_stands_in_any_log_or_file(door: Door, proxy: Proxy) -> None:
    token = call(door, proxy, "POST", "/api/conversations", json={}).body["token"]
    headers = {"User-Agent": f"{CANARY}-agent", "Referer": f"https://x.se/{CANARY}", "X-Forwarded-For": "203.0.113.7"}
    say(door, proxy, token, f"{CANARY} 0701740605", headers=headers)
    say(door, proxy, token, CANARY * 8_000, headers=headers)
    call(door, proxy, "GET", f"/api/messages?after={CANARY}", token, headers=headers)
    call(door, proxy, "GET", f"/{CANARY}/0701740605", headers=headers)
    call(door, proxy, "GET", f"/chatt?text={CANARY}", headers=headers)
    call(door, proxy, "GET", "/chatt", headers={"X-Big": CANARY * 6_000})
    say(door, proxy, token, CANARY * 100_000, headers=headers)
    door._server.close()
    call(door, proxy, "GET", f"/{CANARY}", headers=headers)
    proxy.stop()
    written = proxy.written().lower()
    for trace in (CANARY, "203.0.113", "0701740605", token.lower(), "after="):
        assert trace not in written, trace
    assert "127.0.0.1" not in proxy.log("access") + proxy.log("error")
    assert len(proxy.log("access").splitlines()) >= 6


def test_the_numbers_of_the_away_page_are_the_catalogues() -> None:
    known = {line.phone.value for line in Catalogue.load("demo").lines.values() if line.phone}
    page = (ROOT / "deploy" / "away" / "away.html").read_text(encoding="utf-8")
    shown = dict(re.findall(r'href="tel:(\d+)">([\d -]+)<', page))
    assert shown
    assert set(shown.values()) <= known
    assert all(re.sub(r"\D", "", text) == number for number, text in shown.items())
    spoken = json.loads((ROOT / "deploy" / "away" / "away.json").read_text(encoding="utf-8"))["messages"][0]["text"]
    assert all(number in spoken for number in shown.values())


@pytest.mark.parametrize("name", ["nginx.conf", "Caddyfile"])
def test_how_it_stands_is_for_the_inside_only(name: str) -> None:
    example = (ROOT / "deploy" / name).read_text(encoding="utf-8")
    closed = (
        r"location ~ \^/\(healthz\|readyz\)\$ \{\s+allow 127\.0\.0\.1;[^\n]*\s+deny all;"
        r"|path /healthz /readyz\s+not remote_ip 127\.0\.0\.1"
    )
    assert re.search(closed, example)
