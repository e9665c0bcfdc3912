"""The person's own case: what is passed on, sharing more, taking it back, stopping contact, an invalid code."""

from __future__ import annotations

from typing import Any

import pytest

from bot.tables import audit, cases, outbox
from tests.chat.own_case import a_talk, as_staff_see_it, page_of, text_of, the_case
from tests.chat.running import Door
from tests.chat.test_contact import leave
from tests.chat.test_forms import hidden, parsed
from tests.chat.test_receipt_and_thread import a_case, back


@pytest.fixture
def door(patient_door: Door) -> Door:
    return patient_door


@pytest.mark.parametrize("shared", ["topic", "summary", "conversation"])
def test_what_is_shown_before_sending_is_what_staff_see_afterwards(door: Door, shared: str) -> None:
    token = a_talk(door)
    seen = door.call("GET", "/api/sharing", token).body
    assert leave(door, token, shared=shared, until=seen["until"]).status == 201
    door.say(token, "och en sak till som ingen ska läsa")
    shown, case = seen["texts"][shared], the_case(door)
    assert shown.startswith("Gäller: Lämna ett kriminellt liv. Verksamhet: ")
    assert "Järva" in shown
    told = {"topic": "", "summary": case.summary or "", "conversation": as_staff_see_it(door)}[shared]
    assert shown.partition("\n\n")[2] == told
    assert "en sak till" not in told and "070" not in shown
    assert ("Personen: jag är 19 och vill lämna, ring [telefonnummer]" in shown) == (shared == "conversation")


def test_without_script_the_form_shows_the_same_words(door: Door) -> None:
    token = a_talk(door)
    page = door.form("/chatt", token=token)
    shown = [place.get_text() for place in parsed(page).select("#contact .passed")]
    assert shown == list(door.call("GET", "/api/sharing", token).body["texts"].values())
    assert {"until", "token", "id"} <= set(hidden(page, "contact"))


def test_a_talk_that_went_on_in_another_tab_is_shown_again_before_anything_is_sent(door: Door) -> None:
    token = a_talk(door)
    until = door.call("GET", "/api/sharing", token).body["until"]
    door.say(token, "mer")
    refused = leave(door, token, shared="conversation", until=until)
    assert (refused.status, refused.body["field"]) == (422, "shared")
    assert "ingenting är skickat" in refused.text
    assert door.rows(cases) == []


@pytest.mark.parametrize("until", ["", "x", -1, "9" * 30, None])
def test_a_strange_place_to_end_shares_no_more_than_the_talk_so_far(door: Door, until: Any) -> None:
    token = a_talk(door)
    newest = door.call("GET", "/api/sharing", token).body["until"]
    assert leave(door, token, shared="conversation", until=until).status == 201
    assert the_case(door).shared_until == newest


def test_danger_is_said_to_be_passed_on(door: Door) -> None:
    token = a_talk(door)
    door.say(token, "de kommer hit ikväll och ska skjuta mig")
    assert "akut" in door.call("GET", "/api/sharing", token).body["texts"]["topic"]


def test_a_session_of_a_receipt_has_no_talk_to_share(door: Door) -> None:
    _, receipt, _ = a_case(door)
    assert door.call("GET", "/api/sharing", back(door, receipt).body["token"]).status == 422


def test_more_can_be_shared_afterwards_and_is_seen_first(door: Door) -> None:
    token = a_talk(door)
    leave(door, token)
    page = page_of(door, token)
    assert "Gäller: Lämna ett kriminellt liv." in text_of(page)
    form = parsed(page).select_one("details form")
    fields = {str(one["name"]): str(one["value"]) for one in form.select("input[type=hidden]")}  # type: ignore[union-attr]
    shown = form.select(".passed")[-1].get_text()  # type: ignore[union-attr]
    done = door.form("/chatt/arende", **fields, act="share", shared="conversation")
    assert "Personalen kan läsa det nu." in text_of(done)
    assert shown.partition("\n\n")[2] == as_staff_see_it(door)
    assert [row.action for row in door.rows(audit)] == ["person_shared"]
    assert not parsed(done).select("details form")


@pytest.mark.parametrize("act", ["withdraw", "stop", "revoke"])
def test_every_act_is_explained_and_asked_about_before_it_is_done(door: Door, act: str) -> None:
    token, _, _ = a_case(door)
    asked = page_of(door, token, number="1", act=act)
    assert asked.status == 200 and parsed(asked).select_one("input[name=confirm]")
    assert "finns kvar hos staden" in text_of(asked)
    assert not door.rows(audit)
    assert text_of(page_of(door, token, number="1", act="", confirm="1")).startswith("In English Ditt ärende")
    assert not door.rows(audit)


@pytest.mark.parametrize("came_back", [False, True], ids=["in the talk", "with the code"])
def test_a_case_is_taken_back(door: Door, came_back: bool) -> None:
    token, receipt, _ = a_case(door)
    token = back(door, receipt).body["token"] if came_back else token
    for _ in range(2):
        done = page_of(door, token, number="1", act="withdraw", confirm="1")
    assert done.status == 422, "the second time there is nothing to take back"
    assert the_case(door).state == "withdrawn"
    assert [row.kind for row in door.rows(outbox) if row.state == "pending"].count("withdrawn") == 1
    assert "Du har tagit tillbaka ärendet" in text_of(page_of(door, token))
    assert [row.action for row in door.rows(audit)] == ["person_withdrew"]


@pytest.mark.parametrize("came_back", [False, True], ids=["in the talk", "with the code"])
def test_contact_is_stopped(door: Door, came_back: bool) -> None:
    token, receipt, _ = a_case(door)
    token = back(door, receipt).body["token"] if came_back else token
    done = page_of(door, token, number="1", act="stop", confirm="1")
    assert "meddelande om att inte kontakta dig" in text_of(done)
    assert the_case(door).stopped_at is not None
    assert "contact_stopped" in [row.kind for row in door.rows(outbox)]


def test_a_code_that_was_made_invalid_ends_every_session_opened_with_it(door: Door) -> None:
    token, receipt, _ = a_case(door)
    first, second = (back(door, receipt).body["token"] for _ in range(2))
    done = page_of(door, first, number="1", act="revoke", confirm="1")
    assert "Koden är ogiltig nu" in text_of(done) and first not in done.body
    for dead in (first, second):
        assert door.call("GET", "/api/messages", dead).status == 401
    refused = back(door, receipt)
    assert refused.status == 404 and "gjorts ogiltig" in refused.text
    assert door.call("GET", "/api/messages", token).status == 200, "the talk that made the case goes on"
    assert receipt not in str(door.call("GET", "/api/conversations", token).body)


def test_a_receipt_session_sees_nothing_of_what_was_shared_or_what_it_was_about(door: Door) -> None:
    token = a_talk(door)
    told = leave(door, token, shared="conversation")
    receipt = next(one["case"]["receipt"] for one in told.body["messages"] if one["case"])
    page = page_of(door, back(door, receipt).body["token"])
    assert "kriminellt" not in page.body and "jag är 19" not in page.body
    assert not parsed(page).select(".passed")


@pytest.mark.parametrize(
    "fields",
    [
        {"number": "2", "act": "stop"},
        {"number": "0", "act": "stop"},
        {"number": "²", "act": "withdraw"},
        {"act": "revoke"},
        {"number": "1", "act": "close"},
        {"number": "1", "act": "share", "shared": "topic"},
    ],
)
def test_what_cannot_be_done_is_refused_and_changes_nothing(door: Door, fields: dict[str, str]) -> None:
    token, _, _ = a_case(door)
    assert page_of(door, token, confirm="1", **fields).status == 422
    assert not door.rows(audit)


def test_nobody_else_gets_at_the_case(door: Door) -> None:
    a_case(door)
    other = door.open()
    assert "Du har inte lämnat något ärende här." in text_of(page_of(door, other))
    assert page_of(door, other, number="1", act="stop", confirm="1").status == 422
    assert page_of(door, "x" * 43).status == 401
