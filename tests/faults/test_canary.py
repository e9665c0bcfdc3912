"""Canaries through every door of the running installation; then every log, column, header and file is searched.

A canary is a made-up detail of each kind that masking hides. What a person writes of these kinds may stand nowhere.
What they leave in the contact form may stand in `contacts` only, sealed. What a member of staff answers is theirs to
say (they may give a number to call): it stands in the thread, and nowhere else.
"""

from __future__ import annotations

import re
import sqlite3
import uuid
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

import pytest

from bot.commands.staff import add_staff
from bot.settings import PREFIX
from tests.town import Answer, Resident, Town, call

pytestmark = pytest.mark.slow
# Kind → what is written, and the pieces of it that may be found nowhere.
CANARIES = {
    "personnummer": ("mitt personnummer är 990214-2386", ("990214", "-2386")),
    "telefonnummer": ("jag har 070-174 06 05", ("174 06 05", "1740605")),
    "e-post": ("mejl kanarie.fagel@exempel.se", ("kanarie.fagel", "fagel@")),
    "adress": ("jag bor på Kanariegatan 47", ("kanariegatan",)),
    "konto": ("iban SE45 5000 0000 0583 9825 7466", ("9825 7466", "98257466")),
    "bilnummer": ("bilen KNR 47F står här", ("knr 47f", "knr47f")),
    "användarnamn": ("snap: kanarie_4711", ("kanarie_4711",)),
    "namn": ("jag heter Kanariella", ("kanariella",)),
}
SAID = ". ".join(text for text, _ in CANARIES.values())
TRACES = [piece for _, pieces in CANARIES.values() for piece in pieces]
ANSWERED = "Ring oss på 0980-319 277"
ADDRESS = "203.0.113.77"


class Stay(HTTPRedirectHandler):
    """A redirect is an answer like any other."""

    def redirect_request(self, *_: Any) -> None:
        """Do not follow."""


@dataclass
class Browser:
    """Sends forms, keeps cookies and all headers that came back."""

    base: str
    cookies: dict[str, str] = field(default_factory=dict)
    headers: list[str] = field(default_factory=list)
    page: str = ""

    def open(self, path: str, **fields: str) -> str:
        """GET without fields, POST with them; the page that came."""
        sent = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()), "X-Forwarded-For": ADDRESS}
        request = Request(self.base + path, urlencode(fields).encode() if fields else None, sent)
        try:
            answer = build_opener(Stay).open(request, timeout=15)
        except HTTPError as error:
            answer = error
        self.headers.append(str(answer.headers))
        for line in answer.headers.get_all("Set-Cookie") or []:
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        self.page = answer.read().decode()
        return self.page

    def hidden(self, name: str) -> str:
        """The value of a hidden field."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.page)
        return found.group(1) if found else ""


def through_the_chat(town: Town, headers: list[str]) -> None:
    resident = town.resident()
    answers: list[Answer] = [resident.say(SAID), *(resident.say(text) for text, _ in CANARIES.values())]
    answers.append(call(town.chat, "GET", "/api/messages?after=m0", token=resident.token))
    answers.append(resident.say(SAID * 30))
    headers += [str(answer.headers) for answer in answers]


def through_the_form(town: Town, headers: list[str]) -> None:
    browser = Browser(town.chat)
    browser.open("/chatt")
    browser.open("/chatt", id=str(uuid.uuid4()), text=SAID)
    browser.open("/chatt", id=str(uuid.uuid4()), text=SAID, token=browser.hidden("token"))
    browser.open("/kvittens", code=SAID)
    browser.open("/chatt/avsluta", token=browser.hidden("token"))
    headers += browser.headers


def through_contact(town: Town, headers: list[str]) -> tuple[str, str]:
    """Returns the receipt and the case's reference."""
    resident = town.resident()
    fields = {"phone": "070-174 06 05", "email": "kanarie.fagel@exempel.se", "when": "Kanariella svarar"}
    wrong = call(town.chat, "POST", "/api/contact", {"id": str(uuid.uuid4()), "phone": SAID[:35]}, resident.token)
    given = call(town.chat, "POST", "/api/contact", {"id": str(uuid.uuid4()), **fields}, resident.token)
    assert given.status == 201, given.body
    headers += [str(wrong.headers), str(given.headers)]
    return next(message["case"]["receipt"] for message in given.messages if message["case"]), resident.token


def through_the_thread(town: Town, receipt: str, headers: list[str]) -> None:
    came = call(town.chat, "POST", "/api/receipt", {"code": receipt})
    told = Resident(town.chat, came.body["token"]).say(SAID)
    assert "skickat" in told.text
    wrong = call(town.chat, "POST", "/api/receipt", {"code": SAID})
    headers += [str(came.headers), str(told.headers), str(wrong.headers)]


def through_the_console(town: Town, headers: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A member of staff reads the newest case with its contact details, and answers."""
    for name, value in town.environment.items():
        if name.startswith(PREFIX):
            monkeypatch.setenv(name, value)
    for name, value in town.settings.to_environment().items():
        monkeypatch.setenv(name, value)
    name, own = f"kanarie{uuid.uuid4().hex[:6]}", "fyra lugna gröna ord"
    once = add_staff(name, "Sam", "case_worker", [])
    browser = Browser(town.staff)
    browser.open("/logga-in")
    browser.open("/logga-in", csrf=browser.hidden("csrf"), name=name, password=once)
    browser.open("/losenord")
    browser.open("/losenord", csrf=browser.hidden("csrf"), old=once, new=own, repeated=own, again=own)
    with sqlite3.connect(town.settings.database_url.removeprefix("sqlite:///"), timeout=10) as connection:
        (case,) = connection.execute("SELECT id FROM cases ORDER BY created_at DESC LIMIT 1").fetchone()
    assert "Om ärendet" in browser.open(f"/arenden/{case}")
    csrf = browser.hidden("csrf")
    browser.open(f"/arenden/{case}/ta", csrf=csrf)
    shown = browser.open(f"/arenden/{case}/kontaktuppgifter", csrf=csrf, reason="ska ringa personen nu")
    assert "070-174 06 05" in shown
    browser.open(f"/arenden/{case}/svara", csrf=csrf, text=ANSWERED, message_id=uuid.uuid4().hex)
    headers += browser.headers


def columns(town: Town) -> dict[str, str]:
    """Table and column → all that stands in it."""
    found = {}
    with sqlite3.connect(town.settings.database_url.removeprefix("sqlite:///"), timeout=10) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            rows = connection.execute(f"SELECT * FROM {table}")
            names = [column[0] for column in rows.description]
            for row in rows:
                for name, value in zip(names, row, strict=True):
                    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
                    found[f"{table}.{name}"] = found.get(f"{table}.{name}", "") + "\n" + text
    return found


def test_no_canary_is_found_in_any_log_column_header_or_file(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    headers: list[str] = []
    through_the_chat(town, headers)
    through_the_form(town, headers)
    receipt, token = through_contact(town, headers)
    through_the_thread(town, receipt, headers)
    through_the_console(town, headers, monkeypatch)
    stored, logged = columns(town), town.logs().lower()
    assert "[personnummer]" in stored["messages.text"] and "[namn]" in stored["thread_messages.text"]
    assert "0980-319 277" in stored["thread_messages.text"]
    assert len(logged) > 1000, "there are no logs to search"
    for trace in (*TRACES, ADDRESS, receipt, token, "0980-319 277"):
        assert trace.lower() not in logged, f"{trace} stands in a log"
        assert not [line for line in headers if trace.lower() in line.lower()], f"{trace} stands in a header"
        allowed = {"thread_messages.text"} if trace == "0980-319 277" else set()
        assert {name for name, text in stored.items() if trace.lower() in text.lower()} <= allowed, trace
    files = [path for path in town.settings.data_directory.rglob("*") if path.is_file()]
    for path in files:
        content = path.read_bytes().lower()
        for trace in TRACES:
            # The short ones may stand in ciphers and random numbers by chance.
            assert len(trace) < 7 or trace.lower().encode() not in content, f"{trace} stands in {path.name}"
