"""What staff do with a case."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from bot.database import transaction
from bot.handover import thread
from bot.handover.case import Case, get_case
from tests.staff.console import NOW, Client, Console, Reply


@pytest.fixture
def siv(console: Console) -> Client:
    """A case worker of the exit programme, on the list of cases."""
    client = console.signed_in(console.person("siv", "case_worker", "exit_programme"))
    client.get("/arenden")
    return client


def now_of(console: Console, case: Case) -> Case:
    with transaction(console.engine) as connection:
        return get_case(connection, case.id)


def act(client: Client, case: Case, part: str, **fields: Any) -> Reply:
    return client.submit(f"/arenden/{case.id}/{part}", **fields)


def test_taking_a_case_makes_it_mine(console: Console, siv: Client) -> None:
    case = console.case()
    reply = act(siv, case, "ta")
    assert reply.to == f"/arenden/{case.id}?klart=taken"
    assert "Du har tagit ärendet." in siv.get(reply.to).said
    assert now_of(console, case).taken_at == NOW
    assert console.log(action="take", case_id=case.id)


def test_two_people_cannot_take_the_same_case(console: Console, siv: Client) -> None:
    case = console.case()
    berit = console.signed_in(console.person("berit", "case_worker", "exit_programme"))
    act(berit, case, "ta")
    reply = act(siv, case, "ta")
    assert reply.status == 422
    assert "En kollega har redan tagit ärendet." in reply.said and "Berit" in reply.said
    assert len(console.log(action="take")) == 1


def test_of_many_who_press_at_the_same_time_exactly_one_takes_it(console: Console) -> None:
    case = console.case()
    people = [console.signed_in(console.person(f"p{n}", "case_worker", "exit_programme")) for n in range(6)]
    replies: list[int] = []
    threads = [threading.Thread(target=lambda c=c: replies.append(act(c, case, "ta").status)) for c in people]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(replies) == [303] + [422] * 5
    assert len(console.log(action="take")) == 1


def test_a_case_can_be_given_back_by_whoever_has_it_only(console: Console, siv: Client) -> None:
    case = console.case()
    berit = console.signed_in(console.person("berit", "case_worker", "exit_programme"))
    act(berit, case, "ta")
    assert act(siv, case, "lamna").status == 422
    assert act(berit, case, "lamna").status == 303
    assert now_of(console, case).state == "open"


def test_first_contact_is_recorded_with_who_and_how(console: Console, siv: Client) -> None:
    case = console.case()
    act(siv, case, "ta")
    reply = act(siv, case, "forsta-kontakt", how="phone", reached="1")
    assert reply.to.endswith("?klart=contacted")
    after = now_of(console, case)
    assert (after.state, after.contacted_how, after.contacted_at) == ("contacted", "phone", NOW)
    assert console.log(action="first_contact")[0]["detail"] == {"how": "phone"}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "how"),
        ({"how": "pigeon", "reached": "1"}, "how"),
        ({"how": "phone"}, "reached"),
        ({"how": "thread", "reached": "1"}, "how"),
    ],
)
def test_an_attempt_is_not_a_contact(console: Console, siv: Client, fields: dict[str, str], field: str) -> None:
    case = console.case()
    act(siv, case, "ta")
    reply = act(siv, case, "forsta-kontakt", **fields)
    assert reply.status == 422
    assert reply.page.find(id=field).get("aria-invalid") == "true"
    assert reply.page.select(f'.problems a[href="#{field}"]')
    assert now_of(console, case).contacted_at is None


def test_an_attempt_is_noted_and_the_clock_goes_on(console: Console, siv: Client) -> None:
    case = console.case()
    act(siv, case, "ta")
    reply = siv.get(act(siv, case, "forsok", how="phone").to)
    assert "Tiden för första kontakt fortsätter att räknas" in reply.said
    assert "Försökte nå personen (telefon), Siv" in reply.said
    assert now_of(console, case).contacted_at is None


def test_a_message_that_the_person_has_not_seen_is_no_contact_in_the_thread(console: Console, siv: Client) -> None:
    case = console.case()
    act(siv, case, "ta")
    act(siv, case, "svara", text="Hej, jag heter Siv.")
    refused = act(siv, case, "forsta-kontakt", how="thread", reached="1")
    assert "inte läst eller svarat" in refused.said
    with transaction(console.engine) as connection:
        thread.mark_read(connection, case.id, "person", 99, NOW)
    assert act(siv, case, "forsta-kontakt", how="thread", reached="1").status == 303


def test_an_answer_in_the_thread_is_a_contact(console: Console, siv: Client) -> None:
    case = console.case()
    with transaction(console.engine) as connection:
        thread.post(connection, case.id, "person", "Hallå?", NOW)
    assert act(siv, case, "forsta-kontakt", how="thread", reached="1").status == 422
    act(siv, case, "svara", text="Hej!")
    with transaction(console.engine) as connection:
        thread.post(connection, case.id, "person", "Bra att du svarar", NOW)
    assert act(siv, case, "forsta-kontakt", how="thread", reached="1").status == 303


def test_a_reply_is_posted_once_even_if_the_button_is_pressed_twice(console: Console, siv: Client) -> None:
    case = console.case()
    for _ in range(2):
        assert act(siv, case, "svara", text="Hej!", message_id="abc").status == 303
    with transaction(console.engine) as connection:
        (message,) = thread.messages(connection, case.id)
    assert (message.text, message.alias, message.sender) == ("Hej!", "Siv", "staff")


@pytest.mark.parametrize(
    ("text", "said"), [("", "Skriv ett meddelande först"), (" \n ", "först"), ("x" * 2001, "för långt")]
)
def test_a_reply_that_cannot_be_sent_says_why_and_keeps_the_text(
    console: Console, siv: Client, text: str, said: str
) -> None:
    reply = act(siv, console.case(), "svara", text=text)
    assert reply.status == 422 and said in reply.said
    assert reply.page.find("textarea", id="text").get_text().strip() == text.strip()


def test_a_text_of_two_thousand_letters_with_line_breaks_arrives_whole(console: Console, siv: Client) -> None:
    case, text = console.case(), ("å\r\n" * 1000)[:-2]
    act(siv, case, "svara", text=text)
    with transaction(console.engine) as connection:
        assert thread.messages(connection, case.id)[0].text == text.replace("\r\n", "\n")


def test_closing_takes_an_outcome(console: Console, siv: Client) -> None:
    case = console.case()
    act(siv, case, "ta")
    assert act(siv, case, "avsluta", outcome="").status == 422
    assert act(siv, case, "avsluta", outcome="not_reached").status == 303
    after = now_of(console, case)
    assert (after.state, after.outcome) == ("closed", "not_reached")
    assert siv.get("/arenden").page.select("tbody tr") == []


@pytest.mark.parametrize("outcome", ["support", "declined"])
def test_an_outcome_that_needs_a_talk_waits_for_the_first_contact(console: Console, siv: Client, outcome: str) -> None:
    case = console.case()
    act(siv, case, "ta")
    assert "Notera första kontakt" in act(siv, case, "avsluta", outcome=outcome).said
    act(siv, case, "forsta-kontakt", how="meeting", reached="1")
    assert act(siv, case, "avsluta", outcome=outcome).status == 303


def test_a_closed_case_takes_no_more_acts(console: Console, siv: Client) -> None:
    case = console.case()
    act(siv, case, "avsluta", outcome="mistake")
    for part, fields in (("ta", {}), ("forsta-kontakt", {"how": "phone", "reached": "1"}), ("svara", {"text": "Hej"})):
        reply = act(siv, case, part, **fields)
        assert reply.status == 422 and "Det går inte längre" in reply.said


def test_a_case_is_marked_as_registered_in_the_citys_own_system(console: Console, siv: Client) -> None:
    case = console.case()
    act(siv, case, "registrera")
    assert now_of(console, case).registered_at == NOW
    assert console.log(action="register", case_id=case.id)


def test_the_history_of_a_case_names_acts_but_not_who_has_only_read(console: Console, siv: Client) -> None:
    case = console.case()
    siv.get(f"/arenden/{case.id}")
    act(siv, case, "ta")
    events = [li.get_text(" ", strip=True) for li in siv.get(f"/arenden/{case.id}").page.select(".events li")]
    assert [event.split("–")[1].strip() for event in events] == ["Ärendet kom in", "Tog ärendet, Siv"]
