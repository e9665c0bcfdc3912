"""The off switch in the console: who, when and why are kept, and an old page does not turn it back."""

from __future__ import annotations

import pytest

from bot.database import reading
from bot.switch import Switch, read_switch
from tests.staff.console import NOW, Client, Console


@pytest.fixture
def admin(console: Console) -> Client:
    return console.signed_in(console.person("siv", "admin"))


def stands(console: Console) -> Switch:
    with reading(console.engine) as connection:
        return read_switch(connection)


def test_an_administrator_switches_it_off_with_a_comment_and_it_is_recorded(console: Console, admin: Client) -> None:
    admin.get("/assistenten")
    reply = admin.submit("/assistenten", to="off", comment="fel nummer visas")
    assert reply.to == "/assistenten?klart=switched_off"
    switch = stands(console)
    assert (switch.is_off, switch.comment, switch.at) == (True, "fel nummer visas", NOW)
    (line,) = console.log(action="switch_off")
    assert (line["staff_id"], line["reason"], line["at"]) == (switch.by, "fel nummer visas", NOW)


def test_the_page_says_who_when_and_why(admin: Client) -> None:
    admin.get("/assistenten")
    admin.submit("/assistenten", to="off", comment="fel nummer visas")
    page = admin.get("/assistenten?klart=switched_off")
    assert "Assistenten är avstängd" in page.said
    assert "av Siv. Skäl: fel nummer visas" in page.said
    assert "Stängde av assistenten" in admin.get("/logg").said


def test_and_on_again(console: Console, admin: Client) -> None:
    admin.get("/assistenten")
    admin.submit("/assistenten", to="off", comment="fel nummer visas")
    assert admin.submit("/assistenten", to="on", comment="rättat").to == "/assistenten?klart=switched_on"
    assert not stands(console).is_off
    assert console.log(action="switch_on")


@pytest.mark.parametrize(
    ("comment", "problem"), [("", "Skriv varför"), ("  \n ", "Skriv varför"), ("x" * 501, "högst 500")]
)
@pytest.mark.parametrize("to", ["off", "on"])
def test_without_a_fitting_comment_nothing_happens(
    console: Console, admin: Client, to: str, comment: str, problem: str
) -> None:
    admin.get("/assistenten")
    reply = admin.submit("/assistenten", to=to, comment=comment)
    assert reply.status == 422
    assert problem in reply.said
    assert stands(console) == Switch()
    assert not console.log(action=f"switch_{to}")


def test_an_old_page_changes_nothing_and_keeps_the_first_comment(console: Console, admin: Client) -> None:
    admin.get("/assistenten")
    admin.submit("/assistenten", to="off", comment="först")
    assert admin.submit("/assistenten", to="off", comment="sedan").to == "/assistenten?klart=switched_already"
    assert stands(console).comment == "först"
    assert len(console.log(action="switch_off")) == 1
