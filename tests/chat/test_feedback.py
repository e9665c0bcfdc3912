"""Did the answer help? When it is asked, that it is kept, that it can be changed, and by whom."""

from __future__ import annotations

from typing import Any

import pytest

from bot.chat.draft import Draft, Option
from bot.chat.feedback import ask_if_it_helped
from bot.tables import messages
from tests.chat.running import Answer, Door
from tests.chat.standin import answer, message
from tests.chat.test_forms import hidden, parsed

CARD = {"id": "mini_maria", "district": None}
PLAIN, WITH_CARD = Draft("Så här."), Draft("Här.", service=CARD)
CHOOSE = Draft("Hur vill du gå vidare?", choices=(Option("Bli uppringd", "/call_back"),))
DECIDED = {"decision": "answer", "intent": "substance_use"}
QUESTION = {"decision": "answer", "intent": "ask_cost"}


async def with_card(_body: dict[str, Any]) -> tuple[int, Any]:
    return answer(message("Mini Maria hjälper.", service=CARD), message("Hur vill du gå vidare?"))


def asked(told: Answer) -> str:
    return next(str(one["id"]) for one in told.body["messages"] if one["feedback"])


def judge(door: Door, token: str, message_id: object, said: object) -> Answer:
    return door.call("POST", "/api/feedback", token, json={"id": message_id, "answer": said})


def kept(door: Door) -> list[str | None]:
    return [row.feedback for row in door.rows(messages) if row.sender == "bot"]


@pytest.mark.parametrize(
    ("drafts", "understood"),
    [
        ([WITH_CARD], DECIDED),
        ([WITH_CARD, CHOOSE], DECIDED),
        ([PLAIN], QUESTION),
        ([PLAIN], {"decision": "answer", "intent": "inform", "question": "parents_told"}),
        ([PLAIN], {"decision": "answer", "intent": "confidentiality"}),
    ],
)
def test_a_card_and_an_answered_question_are_asked_about_at_their_end(
    drafts: list[Draft], understood: dict[str, Any]
) -> None:
    asks = [draft.asks for draft in ask_if_it_helped(drafts, understood)]
    assert asks == [False] * (len(drafts) - 1) + [True]


@pytest.mark.parametrize(
    ("drafts", "understood"),
    [
        ([PLAIN], {"decision": "answer", "intent": "greet"}),
        ([Draft("Ring 112 nu.", service=CARD, urgent="emergency")], DECIDED),
        ([Draft("Ring 112 nu.", urgent="emergency"), WITH_CARD], DECIDED),
        ([Draft("Vi har tagit emot.", service=CARD, case_id="c")], DECIDED),
        ([Draft("Fyll i.", service=CARD, form="contact")], DECIDED),
        ([CHOOSE], QUESTION),
        ([CHOOSE], {"decision": "clarify"}),
        ([WITH_CARD], {"decision": "degraded"}),
        ([WITH_CARD], {"decision": "fallback"}),
        ([PLAIN], {"decision": "thread"}),
        ([], {}),
    ],
)
def test_danger_forms_promises_and_questions_back_are_not_asked_about(
    drafts: list[Draft], understood: dict[str, Any]
) -> None:
    assert not any(draft.asks for draft in ask_if_it_helped(drafts, understood))


def test_a_verdict_is_kept_and_can_be_changed(door: Door) -> None:
    door.rasa.script = with_card
    token = door.open()
    told = door.say(token, "hasch")
    assert [one["feedback"] for one in told.body["messages"]] == [None, "asked"]
    for said in ("no", "yes", "yes"):
        given = judge(door, token, asked(told), said)
        assert (given.status, given.body) == (200, {"answer": said})
        assert kept(door) == [None, said]


@pytest.mark.parametrize("said", ["maybe", "asked", "", None, True, ["yes"]])
def test_a_verdict_of_another_kind_is_refused(door: Door, said: object) -> None:
    door.rasa.script = with_card
    token = door.open()
    told = door.say(token, "hasch")
    assert judge(door, token, asked(told), said).status == 422
    assert kept(door) == [None, "asked"]


@pytest.mark.parametrize("message_id", ["m1", "m2", "t3", "m999", "3", "", None, 3, "m" + "9" * 40, "m-1"])
def test_only_what_was_asked_about_can_be_judged(door: Door, message_id: object) -> None:
    door.rasa.script = with_card
    token = door.open()
    door.say(token, "hasch")  # m1 is the person's, m2 the card, m3 the end of the answer
    assert judge(door, token, message_id, "no").status == 422
    assert kept(door) == [None, "asked"]


def test_nobody_judges_an_answer_of_another_talk(door: Door) -> None:
    door.rasa.script = with_card
    told = door.say(door.open(), "hasch")
    assert judge(door, door.open(), asked(told), "no").status == 422
    assert judge(door, "", asked(told), "no").status == 401
    assert kept(door) == [None, "asked"]


def test_the_same_message_again_brings_the_verdict_that_was_given(door: Door) -> None:
    door.rasa.script = with_card
    token, one = door.open(), "0b0e7a5e-7d0f-4b4e-9d5c-1f2e3d4c5b6a"
    judge(door, token, asked(door.say(token, "hasch", message_id=one)), "no")
    again = door.say(token, "hasch", message_id=one)
    assert [said["feedback"] for said in again.body["messages"]] == [None, "no"]


def test_without_script_the_question_stands_below_the_answer_and_remembers(door: Door) -> None:
    door.rasa.script = with_card
    first = door.call("GET", "/chatt")
    assert "hidden" in parsed(first).select_one("#feedback").attrs  # type: ignore[union-attr]
    page = door.form("/chatt", **hidden(first, "say"), text="hasch")
    for said, words in (("no", "Tack för att du säger till"), ("yes", "Tack, bra att veta")):
        page = door.form("/chatt/hjalpte", **hidden(page, "feedback"), answer=said)
        soup = parsed(page)
        assert page.status == 200 and kept(door) == [None, said]
        assert words in soup.select_one("#feedback-said").get_text()  # type: ignore[union-attr]
        assert [b["value"] for b in soup.select("#feedback [aria-pressed=true]")] == [said]
        assert ("hidden" in soup.select_one("#feedback-on").attrs) is (said == "yes")  # type: ignore[union-attr]
    assert not parsed(page).select("#log #feedback, [role=log] #feedback")


def test_without_script_a_verdict_on_nothing_keeps_the_talk_in_view(door: Door) -> None:
    page = door.form("/chatt", **hidden(door.call("GET", "/chatt"), "say"), text="hej")
    token = hidden(page, "say")["token"]
    wrong = door.form("/chatt/hjalpte", token=token, id="m99", answer="no")
    assert wrong.status == 422 and "du skrev: hej" in wrong.body
