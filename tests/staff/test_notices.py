"""Notices that did not arrive: the administrator sees them without seeing a case, and sends them again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.database import reading
from bot.tables import outbox
from tests.staff.console import NOW, Client, Console


@pytest.fixture
def admin(console: Console) -> Client:
    return console.signed_in(console.person("siv", "admin"))


def notice(console: Console, notice_id: int):
    with reading(console.engine) as connection:
        return connection.execute(select(outbox).where(outbox.c.id == notice_id)).one()


def test_a_dead_notice_is_shown_with_reference_kind_way_code_and_time_and_nothing_of_the_case(
    console: Console, admin: Client
) -> None:
    case = console.case(shared="summary", summary="en kanariefågel", district="jarva")
    refused = {"mini_maria, Jouren: sms": "HTTP 401", "mail": "SMTP 550"}
    console.dead_notice(
        case, "deadline_4h", refused=list(refused), errors=refused, delivered=["Enhet Väst, Chef: mail"]
    )
    reply = admin.get("/aviseringar")
    for word in (
        case.reference,
        "Larm efter 4 timmar",
        "Jouren (Mini Maria): sms: HTTP 401",
        "mejl: SMTP 550",
        "Gick fram: Chef (Enhet Väst): mejl",
        "23 nov. kl. 10.00",
    ):
        assert word in reply.said, word
    assert case.id not in reply.text and "kanariefågel" not in reply.text and "Järva" not in reply.said
    assert console.log(action="read_notices")


def test_nothing_to_see_is_said(admin: Client) -> None:
    assert "Alla aviseringar har gått fram." in admin.get("/aviseringar").said
    assert "Alla aviseringar till personalen har gått fram." in admin.get("/").said


def test_the_start_page_says_how_many(console: Console, admin: Client) -> None:
    first, second = console.case("1"), console.case("2")
    console.dead_notice(first)
    assert "1 avisering till personalen har inte gått fram" in admin.get("/").said
    console.dead_notice(second)
    console.dead_notice(second, "acute", state="pending", attempts=5)
    console.dead_notice(second, "deadline_1h", state="pending", attempts=4)
    console.dead_notice(second, "deadline_4h", state="sent", attempts=9)
    page = admin.get("/")
    assert "3 aviseringar till personalen har inte gått fram" in page.said
    assert page.page.select_one('main a[href="/aviseringar"]')


def test_what_is_still_tried_stands_apart_and_needs_no_button(console: Console, admin: Client) -> None:
    console.dead_notice(
        console.case(), "acute", state="pending", attempts=7, refused=[], errors={"none": "no channel is set"}
    )
    reply = admin.get("/aviseringar")
    assert "Vi försöker fortfarande" in reply.said and "ingen mottagare är inställd: no channel is set" in reply.said
    assert not reply.page.select("main form")


def test_sending_again_revives_it_for_the_ways_that_lack_it_and_is_recorded(console: Console, admin: Client) -> None:
    case = console.case()
    dead = console.dead_notice(case, delivered=["webhook"])
    console.clock.move(minutes=10)
    admin.get("/aviseringar")
    assert admin.submit(f"/aviseringar/{dead}/skicka-igen").to == "/aviseringar?klart=sent_again"
    row = notice(console, dead)
    assert (row.state, row.refused, row.delivered, row.errors) == ("pending", [], ["webhook"], {})
    assert row.next_attempt_at == NOW + timedelta(minutes=10)
    (line,) = console.log(action="send_again")
    assert line["case_id"] == case.id
    assert "Skickade en avisering igen" in admin.get("/logg").said


@pytest.mark.parametrize("which", ["sent", "0", "-1", "x", "999999999999999999999", "١", "1%20OR%201"])
def test_what_is_not_dead_is_left_alone(console: Console, admin: Client, which: str) -> None:
    case = console.case()
    sent = console.dead_notice(case, "acute", state="sent")
    admin.get("/aviseringar")
    reply = admin.submit(f"/aviseringar/{sent if which == 'sent' else which}/skicka-igen")
    assert reply.to == "/aviseringar?klart=not_dead"
    assert notice(console, sent).state == "sent" and not console.log(action="send_again")


def test_two_administrators_send_it_once(console: Console, admin: Client) -> None:
    dead = console.dead_notice(console.case())
    admin.get("/aviseringar")
    answers = [admin.submit(f"/aviseringar/{dead}/skicka-igen").to for _ in range(2)]
    assert answers == ["/aviseringar?klart=sent_again", "/aviseringar?klart=not_dead"]
    assert len(console.log(action="send_again")) == 1


def test_a_row_from_before_the_codes_were_kept_is_shown_too(console: Console, admin: Client) -> None:
    console.dead_notice(console.case(), errors=None)
    assert "mejl" in admin.get("/aviseringar").said
