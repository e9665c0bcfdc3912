"""Signing in and out, and the first password, over HTTP."""

from __future__ import annotations

import pytest

from bot.staff import access
from tests.staff.console import PASSWORD, Console

NEW = "sju glada sälar sjöng"


def test_signing_in_leads_to_the_first_page_of_the_role(console: Console) -> None:
    starts = {"case_worker": "/arenden", "reviewer": "/samtal", "editor": "/katalog", "log_controller": "/logg"}
    for role, path in starts.items():
        console.person(role, role, "mini_maria")
        client = console.client()
        assert client.sign_in(role).to == "/"
        assert client.get("/").to == path


def test_a_role_without_pages_is_told_so(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(access.ROLES, "guest", frozenset({access.OWN}))  # type: ignore[arg-type]
    client = console.signed_in(console.person("siv", "guest"))
    assert "Det finns inget att göra här för din roll än" in client.get("/").said


@pytest.mark.parametrize(("name", "password"), [("siv", "fel lösenord här"), ("finns inte", PASSWORD), ("", "")])
def test_a_wrong_name_and_a_wrong_password_are_one_answer(console: Console, name: str, password: str) -> None:
    console.person("siv", "admin")
    reply = console.client().sign_in(name, password)
    assert reply.status == 401
    assert "Det gick inte att logga in" in reply.said
    assert reply.page.find("input", {"name": "password"}).get("value") == ""


def test_a_wrong_password_is_said_at_the_field_and_in_the_title(console: Console) -> None:
    page = console.client().sign_in("siv").page
    described = page.find("input", {"name": "name"})["aria-describedby"].split()
    assert page.find(id=described[0])
    assert page.title.string.startswith("Fel: ")


def test_a_session_cookie_from_before_is_not_taken_over(console: Console) -> None:
    console.person("siv", "admin")
    client = console.client()
    client.cookies["staff"] = "chosen-by-somebody-else"
    client.sign_in("siv")
    assert client.cookies["staff"] != "chosen-by-somebody-else"
    assert client.get("/personal").status == 200


def test_a_one_time_password_opens_only_the_page_that_changes_it(console: Console) -> None:
    console.person("siv", "case_worker", "mini_maria", fresh=True)
    client = console.client()
    assert client.sign_in("siv").to == "/losenord"
    for path in ("/", "/arenden", f"/arenden/{console.case().id}"):
        assert client.get(path).to == "/losenord"
    assert not console.log(action="read_case")


def test_after_the_change_the_old_password_is_worthless(console: Console) -> None:
    console.person("siv", "case_worker", "mini_maria", fresh=True)
    client = console.client()
    client.sign_in("siv")
    client.get("/losenord")
    reply = client.submit("/losenord", old=PASSWORD, new=NEW, repeated=NEW)
    assert reply.to == "/losenord?klart=password_changed"
    assert client.get("/arenden").status == 200
    assert console.client().sign_in("siv").status == 401
    assert console.client().sign_in("siv", NEW).status == 303


@pytest.mark.parametrize(
    ("old", "new", "repeated", "said"),
    [
        ("fel lösenord här", NEW, NEW, "Det nuvarande lösenordet stämmer inte"),
        (PASSWORD, "kort", "kort", "för kort"),
        (PASSWORD, NEW, NEW + "x", "inte lika"),
        (PASSWORD, PASSWORD, PASSWORD, "ett annat lösenord"),
    ],
)
def test_a_change_that_cannot_be_made_says_why(console: Console, old: str, new: str, repeated: str, said: str) -> None:
    client = console.signed_in(console.person("siv", "admin"))
    reply = client.submit("/losenord", old=old, new=new, repeated=repeated)
    assert reply.status == 422 and said in reply.said
    assert NEW not in reply.text and PASSWORD not in reply.text


def test_signing_out_ends_the_session_and_the_cookie(console: Console) -> None:
    client = console.signed_in(console.person("siv", "admin"))
    old = dict(client.cookies)
    reply = client.submit("/logga-ut")
    assert "Max-Age=0" in reply.cookies[0]
    client.cookies = old
    assert client.get("/personal").to == "/logga-in"


def test_the_console_says_when_one_is_signed_out(console: Console) -> None:
    client = console.signed_in(console.person("siv", "admin"))
    assert "Du loggas ut kl. 10.30" in client.get("/personal").text


def test_a_text_that_was_sent_too_late_is_given_back(console: Console) -> None:
    client = console.signed_in(console.person("siv", "case_worker", "exit_programme"))
    case = console.case()
    console.clock.move(hours=1)
    reply = client.submit(f"/arenden/{case.id}/svara", text="Hej <b>du</b>")
    assert reply.status == 401
    assert reply.page.find("textarea").string == "Hej <b>du</b>"
