"""The person's own case: what is passed on, sharing more, taking it back, stopping contact, an invalid code."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from bot.database import transaction
from bot.handover.case import Case, get_case
from bot.handover.passed_on import shared_lines
from bot.staff.words import Words
from bot.tables import audit, cases, outbox, thread_messages
from tests.chat.running import Answer, Door
from tests.chat.standin import answer, message
from tests.chat.test_contact import about, leave
from tests.chat.test_forms import hidden, parsed
from tests.chat.test_receipt_and_thread import a_case, back, staff_write


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    """As everywhere, with patience: on a busy machine what is understood must not be lost to a time-out."""
    running = Door(tmp_path, reply_timeout_seconds=8.0)
    yield running
    running.stop()


def page_of(door: Door, token: str, **fields: str) -> Answer:
    return door.form("/chatt/arende", token=token, **fields)


def text_of(page: Answer) -> str:
    return " ".join(parsed(page).select_one("main").get_text(" ").split())  # type: ignore[union-attr]


def the_case(door: Door) -> Case:
    newest = door.rows(cases)[-1].id
    with transaction(door.engine) as connection:
        return get_case(connection, newest)


def as_staff_see_it(door: Door) -> str:
    """The talk on the console's page: who said it and what, line for line."""
    case = the_case(door)
    with transaction(door.engine) as connection:
        lines = shared_lines(connection, case)
    names = Words.load({}).all("sender")
    return "\n\n".join(f"{names[line.sender]}: {line.text}" for line in lines)


def a_talk(door: Door) -> str:
    door.rasa.script = about("exit_programme", need="leave_crime", age=19, role="self", district="jarva")
    token = door.open()
    door.say(token, "jag är 19 och vill lämna, ring 070-123 45 67")
    return token


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


STOP = [
    "sluta ringa mig",
    "Kontakta mig INTE mer!!",
    "vill inte att ni ringer hit",
    "ring mig inte",
    "please stop calling me",
]
WITHDRAW = ["jag vill ta tillbaka ärendet", "dra tillbaka mitt ärende", "jag ångrar mig", "aa angrar mej"]
NOTHING = [
    "mitt ex slutar inte ringa mig",
    "hur får jag honom att sluta ringa mig",
    "ring inte polisen",
    "min man vill inte att jag kontaktar er",
    "kan ni ringa mig?",
]


@pytest.mark.parametrize(("words", "wish"), [*((w, "stop") for w in STOP), *((w, "withdraw") for w in WITHDRAW)])
def test_a_wish_in_words_is_offered_and_not_silently_obeyed(door: Door, words: str, wish: str) -> None:
    token, _, case_id = a_case(door)
    offered = door.say(token, words).body["messages"][-1]
    assert offered["choices"][1]["label"] in ("Nej, låt det vara", "No, leave it as it is")
    assert not door.rows(audit)
    kept = door.say(token, choice=offered["choices"][1]["id"])
    assert kept.text.startswith("Oka" if "please" in words else "Oke") and not door.rows(audit)
    once = str(uuid.uuid4())
    done = door.say(token, choice=offered["choices"][0]["id"], message_id=once)
    assert door.say(token, choice=offered["choices"][0]["id"], message_id=once).body == done.body
    assert [(row.action, row.case_id) for row in door.rows(audit)] == [
        ("person_stopped" if wish == "stop" else "person_withdrew", case_id)
    ]
    again = door.say(token, choice=offered["choices"][0]["id"])
    assert again.texts[0] in ("Det finns inget ärende att ändra här.", "There is no case to change here.")


@pytest.mark.parametrize("words", NOTHING)
def test_what_is_about_somebody_else_is_no_wish(door: Door, words: str) -> None:
    token, _, _ = a_case(door)
    assert "låt det vara" not in str(door.say(token, words).body)


def test_without_a_case_a_wish_is_a_message_like_any_other(door: Door) -> None:
    assert door.say(door.open(), "sluta ringa mig").texts == ["du skrev: sluta ringa mig"]


def test_a_wish_at_the_desk_reaches_staff_and_is_offered(door: Door) -> None:
    _, receipt, case_id = a_case(door)
    token = back(door, receipt).body["token"]
    told = door.say(token, "sluta ringa mig").body["messages"]
    assert "skickat" in told[0]["text"]
    done = door.say(token, choice=told[-1]["choices"][0]["id"])
    assert "meddelande om att inte kontakta dig" in done.text
    assert [row.text for row in door.rows(thread_messages)] == ["sluta ringa mig"], "the button is no letter"
    assert the_case(door).id == case_id and the_case(door).stopped_at


def test_danger_beside_a_wish_comes_first(door: Door) -> None:
    token, _, _ = a_case(door)
    told = door.say(token, "sluta ringa mig, de står utanför dörren med vapen nu").body["messages"]
    assert told[0]["urgent"] == "emergency" and told[-1]["choices"]


def test_what_else_was_understood_beside_a_wish_is_answered(door: Door) -> None:
    async def deletion(_body: dict[str, Any]) -> tuple[int, Any]:
        return answer(message("Så raderas det."), question="deletion")

    token, _, _ = a_case(door)
    door.rasa.script = deletion
    texts = door.say(token, "jag ångrar mig, radera allt").texts
    assert texts[0] == "Så raderas det." and texts[-1].startswith("Vill du ta tillbaka ärendet?")


def test_the_person_sees_who_is_there_and_when_nobody_is(door: Door) -> None:
    _, receipt, case_id = a_case(door)
    token = back(door, receipt).body["token"]
    assert company(door, token) == "Ingen av personalen är här just nu. Du kan skriva ändå, och svaret kommer här."
    staff_write(door, case_id, "Hej!", "Sam")
    assert company(door, token) == "Du skriver nu med Sam."
    assert "skickat till Sam. Svaret" in door.say(token, "hej").text
    leave_the_page(door, case_id)
    assert company(door, token) == "Sam är inte här just nu. Du kan skriva ändå, och svaret kommer här."
    told = door.say(token, "är du kvar?")
    assert "inte är här just nu" in told.texts[0] and told.body["messages"][0]["service"]["hours"]


def test_when_staff_have_given_the_talk_back_the_assistant_answers_and_a_second_hand_over_works(door: Door) -> None:
    token, receipt, first = a_case(door)
    assert company(door, token) == ""
    staff_write(door, first, "Hej!", "Sam")
    with transaction(door.engine) as connection:
        connection.execute(update(cases).where(cases.c.id == first).values(given_back_at=door.clock()))
    assert company(door, token).startswith("Sam har lämnat samtalet. Nu svarar assistenten igen")
    assert door.say(token, "en fråga till").texts == ["du skrev: en fråga till"]
    assert "skickat" in door.say(back(door, receipt).body["token"], "och till er").text, "a code leads to staff"
    leave(door, token)
    second = next(row.id for row in door.rows(cases) if row.id != first)
    staff_write(door, second, "Hej igen!", "Kim")
    assert "skickat till Kim" in door.say(token, "hej Kim").text
    with transaction(door.engine) as connection:
        connection.execute(update(cases).where(cases.c.id == second).values(given_back_at=door.clock()))
    staff_write(door, first, "Jag är tillbaka.", "Sam")
    assert "skickat till Sam" in door.say(token, "hej Sam").text, "whoever writes again has the talk again"


def test_what_the_stream_has_brought_is_read_when_the_page_says_so(door: Door) -> None:
    token, _, case_id = a_case(door)
    staff_write(door, case_id, "ett")
    row = door.rows(thread_messages)[0]
    assert door.call("POST", "/api/read", token, json={"id": f"t{row.id - 1}"}).status == 204
    assert door.rows(thread_messages)[0].read_at is None
    assert door.call("POST", "/api/read", token, json={"id": f"t{row.id}"}).status == 204
    assert door.rows(thread_messages)[0].read_at is not None
    assert door.call("POST", "/api/read", token, json={"id": "m1"}).status == 422
    assert door.call("POST", "/api/read", door.open(), json={"id": f"t{row.id}"}).status == 204


def test_without_script_what_stands_on_the_page_is_read_and_other_pages_read_nothing(door: Door) -> None:
    token, _, case_id = a_case(door)
    staff_write(door, case_id, "ett")
    door.form("/chatt/radera", token=token)
    door.form("/om-chatten", token=token)
    assert door.rows(thread_messages)[0].read_at is None
    assert "ett" in door.form("/chatt", token=token).body
    assert door.rows(thread_messages)[0].read_at is not None


SECRECY = {"young": "vilket barn det är", "crime": "När det gäller brott", "form": "Innan du lämnar ett nummer"}


@pytest.mark.parametrize(
    ("words", "understood", "told"),
    [
        ("jag är 15", {"age": 15}, ["young"]),
        ("jag är 25", {"age": 25}, []),
        ("jag vill lämna", {"need": "leave_crime"}, ["crime"]),
        ("min son har rånat någon, han är 16", {"age": 16}, ["young", "crime"]),
        ("han säljer knark", {}, ["crime"]),
        ("berättar ni för polisen om brott?", {"question": "police_told"}, []),
        ("jag är 15", {"age": 15, "decision": "clarify"}, []),
    ],
)
def test_when_secrecy_ends_is_said_once_before_the_buttons(
    door: Door, words: str, understood: dict[str, Any], told: list[str]
) -> None:
    async def script(_body: dict[str, Any]) -> tuple[int, Any]:
        ways = [{"label": "Bli uppringd", "payload": "/call_back"}]
        return answer(message("Så här."), message("Hur vill du gå vidare?", choices=ways), **understood)

    door.rasa.script, token = script, door.open()
    texts = door.say(token, words).texts
    assert [name for name, part in SECRECY.items() if any(part in text for text in texts)] == told
    assert (texts[0], texts[-1]) == ("Så här.", "Hur vill du gå vidare?")
    assert door.say(token, words).texts == ["Så här.", "Hur vill du gå vidare?"], "once in a talk"


def test_when_secrecy_ends_is_said_before_the_form_each_time(door: Door) -> None:
    door.rasa.script, token = about("exit_programme"), door.open()
    for _ in range(2):
        told = door.say(token, "ring mig").body["messages"]
        assert SECRECY["form"] in told[0]["text"] and told[1]["form"] == "contact"


def test_beside_danger_nothing_of_secrecy_is_said(door: Door) -> None:
    texts = door.say(door.open(), "jag är 15 och de ska skjuta mig nu, jag har sålt knark").texts
    assert not [text for text in texts for part in SECRECY.values() if part in text]


def company(door: Door, token: str) -> str:
    return parsed(door.form("/chatt", token=token)).select_one("#company").get_text()  # type: ignore[union-attr]


def leave_the_page(door: Door, case_id: str) -> None:
    from bot.tables import case_presence

    with transaction(door.engine) as connection:
        connection.execute(case_presence.delete().where(case_presence.c.case_id == case_id))
