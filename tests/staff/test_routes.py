"""Every route × every role; form tokens; headers."""

from __future__ import annotations

import dataclasses
import re

import pytest
from sqlalchemy import update

from bot.database import create_database_engine
from bot.settings import Settings
from bot.staff.access import OPEN, ROLES
from bot.staff.app import PATH_OF_HEALTH, PATH_OF_STATIC
from bot.staff.parts import StaffParts
from bot.staff.routes import ROUTES, Route
from bot.tables import staff
from tests.staff.console import Client, Console, Running

# Written out a second time on purpose: a change of who may do what must be made in two places.
EVERYBODY = {"case_worker", "reviewer", "editor", "registrar", "log_controller", "admin"}
FIRST_PART = {
    "": EVERYBODY,
    "logga-ut": EVERYBODY,
    "losenord": EVERYBODY,
    "hjalp": EVERYBODY,
    "kod": EVERYBODY,
    "andra-steget": EVERYBODY,
    "arenden": {"case_worker"},
    "samtal": {"reviewer"},
    "katalog": {"editor"},
    "mina-val": {"reviewer"},
    "osakra": {"reviewer"},
    "exempel": {"reviewer"},
    "godkann": {"editor"},
    "larm": {"reviewer", "admin", "log_controller"},
    "handlingar": {"registrar"},
    "statistik": {"editor", "log_controller", "admin"},
    "personal": {"admin"},
    "aviseringar": {"admin"},
    "assistenten": {"admin"},
    "modeller": {"editor", "admin"},
    "logg": {"admin", "log_controller"},
    "loggutdrag": {"log_controller"},
    "kontroll": {"log_controller"},
}
NARROWER = {
    "POST /modeller/ga-tillbaka": {"admin"},
    "POST /modeller/<version>/ta-i-bruk": {"admin"},
}
"""Routes that fewer may use than the first part of their address says."""
OPEN_ROUTES = {
    "GET /logga-in",
    "POST /logga-in",
    "GET /logga-in/staden",
    "GET /logga-in/staden/tillbaka",
    "GET /utloggad",
}
CLOSED = [route for route in ROUTES if route.name not in OPEN_ROUTES]


def address(route: Route, console: Console) -> str:
    """The route with ids that exist, so that a refusal is not mistaken for "not found"."""
    case = console.case()
    talk = console.talk("t" * 32) if "<conversation>" in route.path else ""
    person = console.person("annan", "editor") if "<person>" in route.path else ""
    notice = str(console.dead_notice(case)) if "<notice>" in route.path else ""
    known = {"case": case.id, "conversation": talk, "person": person, "notice": notice}
    known |= {"entry": "emergency_112", "field": "phone"}
    return re.sub(r"<(\w+)>", lambda found: known.get(found[1], "x" * 32), route.path)


def test_only_the_sign_in_page_is_open() -> None:
    assert {route.name for route in ROUTES if route.permission == OPEN} == OPEN_ROUTES


def test_the_framework_knows_no_other_routes(settings: Settings) -> None:
    parts = StaffParts(create_database_engine("sqlite://"), {}, {})
    found = Running(settings, parts).app.router.routes
    known = {(method, f"/{route.path}".replace(":str>", ">")) for route in found for method in route.methods}
    open_files = {("GET", PATH_OF_STATIC), ("GET", PATH_OF_HEALTH)}
    assert known == {(route.method, route.path) for route in ROUTES} | open_files


@pytest.mark.parametrize("route", CLOSED, ids=lambda route: route.name)
def test_a_route_is_closed_to_whoever_is_not_signed_in(console: Console, route: Route) -> None:
    reply = console.client()._ask(route.method, address(route, console), {"a": "b"} if route.method == "POST" else None)
    assert (reply.status, reply.to) == (303, "/logga-in") if route.method == "GET" else reply.status == 401


@pytest.mark.parametrize("role", sorted(ROLES))
@pytest.mark.parametrize("route", CLOSED, ids=lambda route: route.name)
def test_a_route_opens_for_its_roles_only(console: Console, route: Route, role: str) -> None:
    services = ("exit_programme",) if role == "case_worker" else ()
    client = console.signed_in(console.person("siv", role, *services))
    path = address(route, console)
    reply = client.get(path) if route.method == "GET" else client.submit(path, x="y")
    may = role in NARROWER.get(route.name, FIRST_PART[route.path.split("/")[1]])
    assert (reply.status != 403) is may, f"{role} got {reply.status} from {route.name}"
    assert bool(console.log(action="refused")) is not may


@pytest.mark.parametrize("role", ["nobody", ""])
def test_an_unknown_role_opens_nothing(console: Console, role: str) -> None:
    person = console.person("siv", "admin")
    client = console.signed_in(person)
    with console.engine.begin() as connection:
        connection.execute(update(staff).where(staff.c.id == person).values(role=role))
    assert {client.get(path).status for path in ("/", "/arenden", "/samtal", "/personal", "/logg")} == {403}


@pytest.mark.parametrize("token", ["", "x", "å"])
@pytest.mark.parametrize("route", [r for r in ROUTES if r.method == "POST"], ids=lambda route: route.name)
def test_a_form_without_our_token_changes_nothing(console: Console, route: Route, token: str) -> None:
    may = NARROWER.get(route.name, FIRST_PART.get(route.path.split("/")[1], {"admin"}))
    role = next(iter(sorted(may & EVERYBODY)))
    services = ("exit_programme",) if role == "case_worker" else ()
    client = console.signed_in(console.person("siv", role, *services))
    if route.permission == OPEN:
        client.cookies.clear()
    reply = client.post(address(route, console), csrf=token, name="siv", password="x")
    assert reply.status == 403
    assert not console.log()


def test_the_token_of_another_session_does_not_pass(console: Console) -> None:
    worker = console.person("siv", "case_worker", "exit_programme")
    mine, other = console.signed_in(worker), console.signed_in(worker)
    case = console.case()
    assert mine.post(f"/arenden/{case.id}/ta", csrf=other.token).status == 403


@pytest.mark.parametrize("path", ["/logga-in", "/arenden", "/nothing-here", "/healthz", "/static/style.css"])
@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("X-Robots-Tag", "noindex, nofollow"),
        ("Permissions-Policy", "camera=(), microphone=(), geolocation=(), interest-cohort=()"),
    ],
)
def test_every_answer_carries_the_header(console: Console, path: str, header: str, value: str) -> None:
    assert console.client().get(path).headers[header] == value


@pytest.mark.parametrize("path", ["/logga-in", "/arenden", "/nothing-here"])
def test_nothing_is_cached_and_only_scripts_of_our_own_may_run(console: Console, path: str) -> None:
    headers = console.client().get(path).headers
    assert headers["Cache-Control"] == "no-store"
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none';")
    assert "script-src 'self'; connect-src 'self';" in policy and "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy and "form-action 'self'" in policy


def test_pages_hold_no_inline_script_and_no_inline_style(console: Console) -> None:
    client = console.signed_in(console.person("siv", "case_worker", "exit_programme"))
    page = client.get(f"/arenden/{console.case().id}").page
    assert all(tag["src"].startswith("/static/") and not tag.get_text() for tag in page.find_all("script"))
    assert not [
        tag for tag in page.find_all(True) if any(name == "style" or name.startswith("on") for name in tag.attrs)
    ]


def test_cookies_are_kept_from_scripts_other_sites_and_plain_http(console: Console) -> None:
    console.person("siv", "admin")
    settings = dataclasses.replace(console.settings, cookie_secure=True)
    parts = StaffParts(console.engine, {}, {}, {}, console.clock)
    with Running(settings, parts) as running:
        client = Console(console.engine, console.clock, settings, running.base).client()
        before = client.get("/logga-in")
        signed_in = client.sign_in("siv")
    for reply in (before, signed_in):
        (cookie,) = reply.cookies
        assert cookie.startswith("__Host-")
        assert {"HttpOnly", "Secure", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
        assert "Strict-Transport-Security" in reply.headers


def test_an_unknown_page_and_an_unknown_file_are_said_so(console: Console) -> None:
    client = console.client()
    assert client.get("/static/../app.py").status == 404
    assert client.get("/static/app.py").status == 404
    assert "Det här finns inte" in client.get("/finns-inte").said


def test_a_fault_is_answered_and_not_explained(console: Console, caplog: pytest.LogCaptureFixture) -> None:
    client = console.signed_in(console.person("siv", "case_worker", "exit_programme"))
    with console.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE cases RENAME TO lost")
    reply = client.get("/arenden")
    assert reply.status == 500
    assert "Något gick fel" in reply.said and "cases" not in reply.text
    assert any(f"GET /arenden failed with {kind}" in caplog.text for kind in ("OperationalError", "ProgrammingError"))


def test_health_is_good_while_the_database_answers(console: Console) -> None:
    assert console.client().get("/healthz").status == 200


def test_health_says_that_the_database_is_away(settings: Settings) -> None:
    away = StaffParts(create_database_engine("sqlite:////no/such/folder/db"), {}, {})
    with Running(settings, away) as running:
        reply = Client(running.base).get("/healthz")
    assert (reply.status, reply.text) == (503, '{"degraded":["database"]}')
