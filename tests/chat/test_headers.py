"""Each security header, one by one, on every kind of response; no cookie on any."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.chat.web.headers import security_headers
from tests.chat.running import Door, make_settings

ADDRESSES = [
    ("GET", "/chatt"),
    ("GET", "/kvittens"),
    ("GET", "/om-chatten"),
    ("GET", "/tillganglighet"),
    ("GET", "/"),
    ("GET", "/page/chat.css"),
    ("GET", "/page/chat.js"),
    ("GET", "/widget.js"),
    ("GET", "/healthz"),
    ("GET", "/nowhere"),
    ("GET", "/api/messages"),
    ("GET", "/api/events"),
    ("POST", "/api/conversations"),
    ("POST", "/api/messages"),
    ("POST", "/chatt"),
    ("POST", "/chatt/avsluta"),
    ("PUT", "/chatt"),
    ("HEAD", "/chatt"),
]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    running = Door(tmp_path_factory.mktemp("headers"))
    yield running
    running.stop()


def policy(value: str) -> dict[str, str]:
    return dict(part.strip().split(" ", 1) for part in value.split(";"))


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Referrer-Policy", "no-referrer"),
        ("X-Content-Type-Options", "nosniff"),
        ("Cache-Control", "no-store"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("X-Robots-Tag", "noindex"),
    ],
)
def test_a_header_stands_on_every_response(house: Door, method: str, path: str, name: str, value: str) -> None:
    assert house.call(method, path).headers[name] == value


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
@pytest.mark.parametrize(
    ("directive", "value"),
    [
        ("default-src", "'none'"),
        ("script-src", "'self'"),
        ("style-src", "'self'"),
        ("img-src", "'self'"),
        ("connect-src", "'self'"),
        ("base-uri", "'none'"),
        ("form-action", "'self' https://www.smhi.se"),
        ("frame-ancestors", "'self'"),
    ],
)
def test_a_policy_stands_on_every_response(house: Door, method: str, path: str, directive: str, value: str) -> None:
    assert policy(house.call(method, path).headers["Content-Security-Policy"])[directive] == value


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
@pytest.mark.parametrize("feature", ["camera", "geolocation", "microphone", "payment", "usb"])
def test_the_page_may_use_no_sensor(house: Door, method: str, path: str, feature: str) -> None:
    assert f"{feature}=()" in house.call(method, path).headers["Permissions-Policy"]


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
def test_no_cookie_and_no_server_name_is_sent(house: Door, method: str, path: str) -> None:
    headers = {name.lower() for name in house.call(method, path).headers}
    assert not headers & {"set-cookie", "server", "x-powered-by", "etag", "last-modified"}


def test_only_the_demo_page_may_frame_and_only_ourselves(house: Door) -> None:
    assert policy(house.call("GET", "/").headers["Content-Security-Policy"])["frame-src"] == "'self'"
    assert policy(house.call("GET", "/chatt").headers["Content-Security-Policy"])["frame-src"] == "'none'"


def test_who_may_frame_the_chat_is_a_setting(tmp_path_factory: pytest.TempPathFactory) -> None:
    settings = replace(make_settings(tmp_path_factory.mktemp("x")), frame_ancestors="https://start.stockholm")
    assert "frame-ancestors https://start.stockholm" in security_headers(settings, "/chatt")["Content-Security-Policy"]


def test_only_the_widget_may_be_loaded_by_another_origin(house: Door) -> None:
    assert house.call("GET", "/widget.js").headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert house.call("GET", "/page/chat.js").headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "raw", [b"GET /chatt HTTP/9.9\r\n\r\n", b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\nx: " + b"a" * 20_000 + b"\r\n\r\n"]
)
def test_a_request_that_is_none_gets_the_headers_and_no_stack_trace(house: Door, raw: bytes) -> None:
    import socket

    with socket.create_connection(("127.0.0.1", house.port), timeout=5) as line:
        line.sendall(raw)
        answer = line.recv(65536).decode("latin-1")
    assert answer.startswith("HTTP/1.1 4")
    assert "default-src 'none'" in answer
    assert "Traceback" not in answer
