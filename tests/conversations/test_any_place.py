"""Danger in any place of a talk, and what is left after a hand-over: through the real door, model and database."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from bot.database import create_database_engine, now, reading, transaction
from bot.handover import thread
from bot.handover.case import close
from bot.tables import cases, messages, outbox, staff
from tests.conversations.checking import label, said
from tests.town import Answer, Resident, Town, call

pytestmark = pytest.mark.slow
LEAVER = "min brorsa vill hoppa av men han vågar inte ringa"
FORM = {"phone": "070-123 45 67", "safe_to_call": True, "leave_message": False}
DANGERS = {
    "han andas inte": ("emergency", "112"),
    "hon har svalt massa tabletter": ("emergency", "Giftinformation"),
    "orkar inte leva längre": ("suicide_risk", "112"),
    "dom står utanför dörren med vapen nu": ("emergency", "112"),
    "kan inte prata, han är i rummet bredvid och slår": ("emergency", "luren ligga öppen"),
    "min kompis skriver att hon ska ta livet av sig ikväll": ("emergency", "112"),
}


def first(town: Town) -> Resident:
    return town.resident()


def later(town: Town) -> Resident:
    resident = town.resident()
    resident.say("min son är 15 och röker hasch")
    return resident


def in_the_form(town: Town) -> Resident:
    resident = town.resident()
    resident.say(LEAVER)
    resident.choose(label("utter_label_call_back"))
    return resident


def handed_over(town: Town) -> Resident:
    resident = town.resident()
    resident.say(LEAVER)
    resident.choose(label("utter_label_answer_later"))
    return resident


def with_staff(town: Town) -> Resident:
    resident = handed_over(town)
    staff_write(town, newest_case(town).id)
    return resident


@pytest.mark.parametrize("danger", DANGERS)
@pytest.mark.parametrize(
    "place", [first, later, in_the_form, handed_over, with_staff], ids=lambda place: place.__name__
)
def test_danger_is_answered_first_whatever_place_of_the_talk(
    town: Town, place: Callable[[Town], Resident], danger: str
) -> None:
    resident = place(town)
    answer = resident.say(danger)
    kind, words = DANGERS[danger]
    assert answer.messages[0]["urgent"] == kind, answer.text
    assert words in answer.messages[0]["text"] and "robot" in answer.messages[0]["text"]
    assert answer.services[0] == "emergency_112" and "sms" not in answer.text.lower()
    assert [m["text"] for m in answer.messages if m["urgent"]][-1] == label("utter_urgent_then")
    if place is with_staff:
        assert said("utter_door_sent_to_alias", answer.text), "a human has the talk already"
    else:
        assert label("utter_label_human") in answer.choices
    assert resident.say("nej").status == 200, "the talk goes on"


@pytest.mark.parametrize("danger", ["orkar inte leva längre", "jag vill dö", "har tankar på att ta mitt liv"])
@pytest.mark.parametrize("after", ["nä skojar bara", "haha nej jag skojade", "glöm det"])
def test_14_danger_in_the_form_stays_in_the_talk_and_the_form_is_kept(town: Town, danger: str, after: str) -> None:
    resident = in_the_form(town)
    crisis = resident.say(danger).messages[0]
    assert crisis["urgent"] == "suicide_risk"
    taken_back = resident.say(after)
    ways = {label("utter_label_human"), label("utter_label_call_back")}
    assert ways & set(taken_back.choices), taken_back.text
    with reading(create_database_engine(town.settings.database_url)) as connection:
        kept = select(messages.c.urgent).where(messages.c.id == int(crisis["id"].lstrip("m")))
        assert connection.execute(kept).scalar_one() == "suicide_risk", "it is drawn again at each reading"
    sent = send_form(town, resident)
    assert sent.status == 201 and any(message["case"] for message in sent.messages)
    assert newest_case(town).acute


def test_a_need_in_the_middle_of_the_form_is_answered_and_the_form_is_kept(town: Town) -> None:
    resident = in_the_form(town)
    assert "parenting_support" in resident.say("förresten, finns det kurser för oss som har en tonåring?").services
    assert send_form(town, resident).status == 201


@pytest.mark.parametrize("question", ["tar soc mina barn om jag ringer?", "är det hemligt?", "vad kostar det?"])
def test_a_question_in_the_middle_of_the_form_does_not_change_who_takes_the_case(town: Town, question: str) -> None:
    resident = in_the_form(town)
    assert resident.say(question).status == 200
    assert send_form(town, resident).status == 201
    assert newest_case(town).service == "exit_programme"


def test_7_a_threat_after_the_hand_over_alarms_staff_at_once(town: Town) -> None:
    resident = handed_over(town)
    case = newest_case(town)
    resident.say("dom står utanför dörren nu med vapen")
    assert newest_case(town).acute
    with reading(create_database_engine(town.settings.database_url)) as connection:
        keys = connection.execute(select(outbox.c.kind).where(outbox.c.case_id == case.id)).scalars().all()
    assert "acute" in " ".join(keys)


def test_after_danger_the_kept_topic_is_offered_and_taken(town: Town) -> None:
    resident = later(town)
    assert label("utter_label_after_substance_use") in resident.say("han andas inte").choices
    assert "mini_maria" in resident.choose(label("utter_label_after_substance_use")).services


def test_21_the_assistant_answers_again_when_staff_have_closed_the_case(town: Town) -> None:
    resident = with_staff(town)
    case = newest_case(town)
    assert said("utter_door_sent_to_alias", resident.say("hallå, är någon där?").text)
    with transaction(create_database_engine(town.settings.database_url)) as connection:
        close(connection, case.id, _staff_id(town), "unreachable", now())
    assert "parenting_support" in resident.say("finns det någon kurs för föräldrar?").services
    assert resident.say("han andas inte").messages[0]["urgent"] == "emergency"
    assert said("utter_human", resident.say("jag vill prata med en människa").text)


def test_22_a_code_after_its_last_day_says_so_and_how_to_start_again(town: Town) -> None:
    resident = handed_over(town)
    code = next(m["case"]["receipt"] for m in resident.last.messages if m["case"])
    with transaction(create_database_engine(town.settings.database_url)) as connection:
        over = update(cases).where(cases.c.id == newest_case(town).id).values(receipt_until=now() - timedelta(days=1))
        connection.execute(over)
    refused = call(town.chat, "POST", "/api/receipt", {"code": code})
    assert refused.status in (404, 410) and "token" not in refused.body
    assert said("utter_door_expired_receipt", str(refused.body).replace("\\n", "\n")), refused.body


def test_23_deleting_after_a_hand_over_is_told_exactly_and_done(town: Town) -> None:
    resident = handed_over(town)
    code = next(m["case"]["receipt"] for m in resident.last.messages if m["case"])
    assert said("utter_faq_deletion", resident.say("kan ni radera allt jag har skrivit?").text)
    assert call(town.chat, "DELETE", "/api/conversations", token=resident.token).status == 204
    assert resident.say("hej").status == 401
    assert call(town.chat, "POST", "/api/receipt", {"code": code}).status == 200, "the case stays with the city"


@pytest.mark.parametrize(
    "wording",
    [
        "kan ni radera allt jag har skrivit?",
        "jag vill att ni tar bort allt",
        "hur raderar man det här samtalet",
        "ta bort allt ja skrev hit",
        "Jag ångrar mig, kan ni ta bort mitt ärende?",
        "vill inte att nåt ska finnas kvar, radera allt tack",
    ],
)
def test_23_whoever_wants_it_deleted_is_told_what_stays_and_why(town: Town, wording: str) -> None:
    assert said("utter_faq_deletion", handed_over(town).say(wording).text)


@pytest.mark.parametrize("words", ["sluta ringa mig", "kontakta mig inte mer", "jag vill inte bli kontaktad"])
def test_23_whoever_wants_no_more_contact_gets_a_button_that_stops_it(town: Town, words: str) -> None:
    resident = handed_over(town)
    assert said("utter_door_wish_stop", resident.say(words).text)
    assert newest_case(town).stopped_at is None
    assert said("utter_door_case_stopped", resident.choose(label("utter_label_case_stop")).text)
    assert newest_case(town).stopped_at is not None


def test_23_whoever_takes_the_case_back_is_told_what_stays(town: Town) -> None:
    resident = handed_over(town)
    offer = resident.say("jag vill ta tillbaka ärendet")
    assert said("utter_door_wish_withdraw", offer.text) and "finns kvar hos staden" in offer.text
    assert said("utter_door_case_withdrawn", resident.choose(label("utter_label_case_withdraw")).text)
    assert newest_case(town).state == "withdrawn"
    assert resident.say("finns det någon kurs för föräldrar?").status == 200, "the talk goes on"


def test_21_given_back_the_assistant_answers_until_staff_write_again(town: Town) -> None:
    resident, case = with_staff(town), newest_case(town)
    assert said("utter_door_sent_to_alias", resident.say("hallå, är någon där?").text)
    with transaction(create_database_engine(town.settings.database_url)) as connection:
        connection.execute(update(cases).where(cases.c.id == case.id).values(given_back_at=now()))
    assert "parenting_support" in resident.say("finns det någon kurs för föräldrar?").services
    staff_write(town, case.id)
    assert said("utter_door_sent_to_alias", resident.say("är du tillbaka?").text)


def test_25_after_leaving_the_session_is_dead_and_shows_nothing(town: Town) -> None:
    resident = later(town)
    assert call(town.chat, "DELETE", "/api/conversations", token=resident.token).status == 204
    for method, path, body in (("GET", "/api/messages", None), ("POST", "/api/messages", _message("hej"))):
        answer = call(town.chat, method, path, body, token=resident.token)
        assert answer.status == 401 and "hasch" not in str(answer.body)


def send_form(town: Town, resident: Resident) -> Answer:
    return call(town.chat, "POST", "/api/contact", {"id": str(uuid.uuid4()), **FORM}, token=resident.token)


def newest_case(town: Town) -> Any:
    with reading(create_database_engine(town.settings.database_url)) as connection:
        return connection.execute(select(cases).order_by(cases.c.created_at.desc()).limit(1)).one()


def staff_write(town: Town, case_id: str) -> None:
    """A member of staff answers in the thread, as the console does."""
    row = {
        "id": uuid.uuid4().hex,
        "name": uuid.uuid4().hex,
        "alias": "Sam",
        "password_hash": "-",
        "role": "case_worker",
    }
    with transaction(create_database_engine(town.settings.database_url)) as connection:
        connection.execute(insert(staff).values(**row, services=[], created_at=now()))
        thread.post(connection, case_id, "staff", "Hej, jag läser nu.", now(), staff_id=row["id"])


def _staff_id(town: Town) -> str:
    with reading(create_database_engine(town.settings.database_url)) as connection:
        return str(connection.execute(select(staff.c.id).order_by(staff.c.created_at.desc()).limit(1)).scalar_one())


def _message(text: str) -> dict[str, str]:
    return {"id": str(uuid.uuid4()), "text": text}
