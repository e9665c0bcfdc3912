"""Review of the talks with the assistant."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.staff.review import talk_list
from tests.staff.console import NOW, Client, Console, heard
from tests.staff.talks import listed

REASON = "Granskar svar om våld i april"


def test_the_list_tells_of_a_talk_without_its_words(console: Console, rut: Client) -> None:
    console.talk(
        "a" * 32,
        {"text": "hemliga tankar", "understood": heard("parenting", confidence=0.93)},
        {"text": "hemliga vanor", "understood": heard("substance_use", confidence=0.412, decision="clarify")},
    )
    said = rut.get("/samtal").said
    assert not {"hemliga", "tankar", "vanor"} & set(said.split())
    for words in ("Att vara förälder, Alkohol", "Svarade, Frågade vad personen menade", "41 %, mycket osäker"):
        assert words in said


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "dcba"),
        ("?behov=parenting", "ca"),
        ("?beslut=fallback", "b"),
        ("?akut=1", "d"),
        ("?from=2026-11-23", "d"),
        ("?till=2026-11-21", "ba"),
        ("?from=2026-11-21&till=2026-11-21", "b"),
        ("?behov=parenting&till=2026-11-21", "a"),
        ("?behov=nonsense&beslut=nonsense", "dcba"),
        ("?test=1", "e"),
        ("?sida=2", ""),
        ("?sida=x", "dcba"),
    ],
)
def test_the_list_is_narrowed_by_what_was_chosen(console: Console, rut: Client, query: str, found: str) -> None:
    said = {
        "a": heard("parenting"),
        "b": heard("nlu_fallback", decision="fallback", need=None),
        "c": heard("parenting"),
        "d": heard("emergency", urgent="emergency"),
        "e": heard("parenting"),
    }
    for day, (name, understood) in enumerate(said.items()):
        at = NOW - timedelta(days=3 - day)
        console.talk(name * 32, {"understood": understood}, created_at=at, is_test=name == "e")
    assert listed(rut, query) == [name * 32 for name in found]


def test_talks_can_be_found_by_whether_an_answer_helped(console: Console, rut: Client) -> None:
    for name, feedback in (("a", "yes"), ("b", "no"), ("c", "asked"), ("d", None)):
        told = {"sender": "bot", "text": "Så här.", "feedback": feedback}
        console.talk(name * 32, {"understood": heard()}, told, created_at=NOW - timedelta(minutes=ord(name)))
    assert [listed(rut, f"?hjalpte={verdict}") for verdict in ("yes", "no", "asked")] == [
        ["a" * 32],
        ["b" * 32],
        ["c" * 32],
    ]
    assert len(listed(rut, "?hjalpte=nonsense")) == 4
    marked = [
        row.find("a")["href"][-1] for row in rut.get("/samtal").page.select("tbody tr") if "Hjälpte inte" in row.text
    ]
    assert marked == ["b"]


@pytest.mark.parametrize(("feedback", "shown"), [("no", "Nej"), ("yes", "Ja"), ("asked", None), (None, None)])
def test_a_talk_shows_what_the_person_thought_of_an_answer(
    console: Console, rut: Client, feedback: str | None, shown: str | None
) -> None:
    talk = console.talk("a" * 32, {"understood": heard()}, {"sender": "bot", "text": "Så här.", "feedback": feedback})
    said = rut.get(f"/samtal/{talk}").said
    assert (f"Hjälpte svaret? Personen sa: {shown}" in said) if shown else ("Hjälpte svaret?" not in said)


def test_a_date_that_is_none_is_said_at_its_field(console: Console, rut: Client) -> None:
    console.talk("a" * 32)
    reply = rut.get("/samtal?from=igår")
    assert reply.status == 422 and reply.page.find(id="from")["aria-invalid"] == "true"
    assert not reply.page.select("tbody a")


def test_long_lists_are_cut_into_pages(console: Console, rut: Client) -> None:
    for number in range(talk_list.PAGE_LENGTH + 2):
        console.talk(f"{number:032d}", created_at=NOW - timedelta(minutes=number))
    page = rut.get("/samtal").page
    assert len(page.select("tbody tr")) == talk_list.PAGE_LENGTH
    (older,) = page.select(".pager a")
    assert older["href"] == "/samtal?sida=2"
    assert len(listed(rut, "?sida=2")) == 2


def test_a_talk_shows_what_was_understood_of_each_message(console: Console, rut: Client) -> None:
    console.talk(
        "a" * 32,
        {
            "text": "min son slåss",
            "understood": heard(
                "parenting",
                ranking=[{"name": "parenting", "confidence": 0.91}, {"name": "youth_at_risk", "confidence": 0.05}],
            ),
            "masked": ["namn"],
        },
        {"sender": "bot", "text": "Det finns stöd.", "choices": [{"label": "Bli uppringd", "payload": "/call_back"}]},
    )
    said = rut.get(f"/samtal/{'a' * 32}").said
    for words in ("min son slåss", "Dolt: namn.", "Att vara förälder · 91 %, säker · Svarade", "Val: Bli uppringd"):
        assert words in said
    assert "/call_back" not in said


def test_what_was_understood_is_found_on_the_answer_too(console: Console, rut: Client) -> None:
    console.talk(
        "a" * 32,
        {"id": 7, "text": "hej"},
        {"sender": "bot", "reply_to": 7, "understood": heard("greet", need="smalltalk")},
    )
    assert "Hälsar" in rut.get(f"/samtal/{'a' * 32}").said


def test_opening_a_talk_is_recorded(console: Console, rut: Client) -> None:
    console.talk("a" * 32, {"understood": heard()})
    rut.get(f"/samtal/{'a' * 32}")
    assert [line["conversation_id"] for line in console.log(action="read_conversation")] == ["a" * 32]


def test_which_filters_were_used_is_recorded(console: Console, rut: Client) -> None:
    rut.get("/samtal?behov=leave_crime&akut=1")
    assert console.log(action="list_conversations")[0]["detail"] == {"behov": "leave_crime", "akut": "1"}


SENSITIVE: dict[str, list[dict[str, Any]]] = {
    "leave_crime": [{"understood": heard("leave_crime")}],
    "violence after something else": [{"understood": heard()}, {"understood": heard("partner_violence")}],
    "honour": [{"understood": heard("honour_violence")}],
    "only guessed at": [{"understood": heard("clarify", need=None, choices=["parenting", "leave_crime"])}],
    "kept behind a danger": [{"understood": heard("emergency", urgent="emergency", choices=["partner_violence"])}],
    "only offered": [{"understood": heard()}, {"sender": "bot", "service": {"id": "exit_programme", "district": None}}],
    "not understood because Rasa was away": [{"understood": {"decision": "degraded", "reason": "timeout"}}],
    "not answered": [{"understood": None}],
}


@pytest.mark.parametrize("said", SENSITIVE.values(), ids=SENSITIVE)
def test_a_sensitive_talk_opens_only_with_a_reason(console: Console, rut: Client, said: list[dict[str, Any]]) -> None:
    console.talk("a" * 32, *[{"text": "hemliga ord", **message} for message in said])
    path = f"/samtal/{'a' * 32}"
    asked = rut.get(path)
    assert "hemliga ord" not in asked.text and asked.page.find(id="reason")
    refused = rut.submit(path, reason="")
    assert refused.status == 422 and "hemliga ord" not in refused.text
    assert not console.log(action="read_conversation")
    assert "hemliga ord" in rut.submit(path, reason=REASON).text
    assert [line["reason"] for line in console.log(action="read_conversation")] == [REASON]
    assert "hemliga ord" not in rut.get(path).text


def test_a_talk_that_became_a_sensitive_case_needs_a_reason(console: Console, rut: Client) -> None:
    console.talk("a" * 32, {"text": "hemliga ord", "understood": heard()})
    console.case(conversation_id="a" * 32)
    assert "hemliga ord" not in rut.get(f"/samtal/{'a' * 32}").text


def test_an_ordinary_talk_opens_at_once(console: Console, rut: Client) -> None:
    console.talk("a" * 32, {"text": "skärmtid", "understood": heard()})
    assert "skärmtid" in rut.get(f"/samtal/{'a' * 32}").text


def test_a_session_opened_with_a_receipt_is_no_talk_to_review(console: Console, rut: Client) -> None:
    console.talk("a" * 32, {"text": "till Siv"}, case_id=console.case().id)
    assert listed(rut) == []
    assert rut.get(f"/samtal/{'a' * 32}").status == 404


def test_what_a_person_wrote_to_staff_is_not_for_review_and_not_for_another_case(console: Console, rut: Client) -> None:
    talk = console.talk(
        "a" * 32,
        {"text": "skärmtid", "understood": heard()},
        {"id": 50, "text": "min adress är hemlig", "understood": {"decision": "thread"}},
        {"sender": "bot", "text": "Skickat till Siv.", "reply_to": 50},
    )
    said = rut.get(f"/samtal/{talk}").said
    assert "skärmtid" in said and "hemlig" not in said and "Skickat" not in said
    case = console.case(conversation_id=talk, shared="conversation")
    siv = console.signed_in(console.person("siv", "case_worker", "exit_programme"))
    assert "hemlig" not in siv.get(f"/arenden/{case.id}").text


def test_what_staff_wrote_to_a_person_is_not_for_review(console: Console, rut: Client) -> None:
    console.talk("a" * 32, {"understood": heard()}, {"sender": "staff", "text": "ring mig på direkten"})
    assert "direkten" not in rut.get(f"/samtal/{'a' * 32}").text


def test_a_talk_that_is_gone_is_said_to_be_gone(rut: Client) -> None:
    assert rut.get("/samtal/finns-inte").status == 404
    assert rut.submit("/samtal/finns-inte", reason=REASON).status == 404
