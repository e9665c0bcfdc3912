"""The off switch of a service in the console."""

from __future__ import annotations

import pytest

from bot.database import reading
from bot.switch import Switch, name_of, read_switch, services_off
from tests.staff.console import NOW, Client, Console

PATH = "/assistenten/verksamheter"


@pytest.fixture
def admin(console: Console) -> Client:
    return console.signed_in(console.person("siv", "admin"))


def turn(client: Client, to: str, service: str = "mini_maria", comment: str = "alla är sjuka"):
    client.get(PATH)
    return client.submit(PATH, to=to, service=service, comment=comment)


def off(console: Console) -> dict[str, Switch]:
    with reading(console.engine) as connection:
        return services_off(connection)


def test_a_service_is_switched_off_with_a_comment_and_on_again(console: Console, admin: Client) -> None:
    assert turn(admin, "off").to == f"{PATH}?klart=service_off"
    (service,) = off(console)
    assert service == "mini_maria"
    with reading(console.engine) as connection:
        assert not read_switch(connection).is_off
        assert read_switch(connection, name_of("mini_maria")).at == NOW
    said = admin.get(PATH).said
    assert "Mini Maria Stängd sedan" in said and "av Siv. Skäl: alla är sjuka" in said
    assert turn(admin, "on", comment="friska igen").to == f"{PATH}?klart=service_on"
    assert not off(console)
    lines = [(line["action"], line["reason"], line["detail"]) for line in console.log() if "service_" in line["action"]]
    detail = {"service": "mini_maria"}
    assert lines == [("service_off", "alla är sjuka", detail), ("service_on", "friska igen", detail)]
    assert "Stängde en verksamhet för nya ärenden" in admin.get("/logg").said


@pytest.mark.parametrize("comment", ["", "  \n ", "x" * 501])
@pytest.mark.parametrize("to", ["off", "on"])
def test_without_a_fitting_comment_nothing_happens(console: Console, admin: Client, to: str, comment: str) -> None:
    if to == "on":
        turn(admin, "off")
    before = off(console)
    reply = turn(admin, to, comment=comment)
    assert reply.status == 422 and reply.page.select_one("[aria-invalid]")
    assert off(console) == before


@pytest.mark.parametrize("service", ["", "x", "assistant", "service:mini_maria", "<b>"])
def test_a_service_that_does_not_exist_is_refused(console: Console, admin: Client, service: str) -> None:
    assert turn(admin, "off", service).status == 422
    assert not off(console)


def test_an_old_page_changes_nothing(console: Console, admin: Client) -> None:
    turn(admin, "off", comment="först")
    assert turn(admin, "off", comment="sedan").to == f"{PATH}?klart=switched_already"
    assert off(console)["mini_maria"].comment == "först"
