"""What may be said after a hand-over: a time only where a time was promised."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from bot.handover.deadline import due_at, in_words
from bot.handover.promise import promise_sentence
from bot.sentences import Sentences

DUE = datetime(2026, 11, 23, 13, 5, tzinfo=timezone.utc)


@pytest.mark.parametrize("marked", [True, False])
def test_without_a_promise_no_time_is_said(marked: bool) -> None:
    assert promise_sentence(None, marked) == ("utter_case_no_promise", {})


@pytest.mark.parametrize(("marked", "sentence"), [(True, "utter_case_promise_marked"), (False, "utter_case_promise")])
def test_a_promise_says_the_cases_own_time_in_stockholm(marked: bool, sentence: str) -> None:
    assert promise_sentence(DUE, marked) == (sentence, {"due": "måndag 23 november kl. 14.05"})


@pytest.mark.parametrize(("due", "marked"), [(None, False), (DUE, True), (DUE, False)])
def test_the_sentence_exists_and_is_filled(due: datetime | None, marked: bool) -> None:
    name, values = promise_sentence(due, marked)
    text = Sentences.load("demo").text(name, **values)
    assert "{" not in text and "112" in text
    assert (in_words(DUE) in text) is (due is not None)


def test_only_an_unconfirmed_promise_says_so() -> None:
    marked, plain = (Sentences.load("demo").text(*promise_sentence(DUE, mark)[:1]) for mark in (True, False))
    assert "inte bekräftad" in marked and "inte bekräftad" not in plain


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (datetime(2026, 10, 24, 12, 0, tzinfo=timezone.utc), "söndag 25 oktober kl. 13.00"),
        (datetime(2026, 3, 28, 12, 0, tzinfo=timezone.utc), "söndag 29 mars kl. 14.00"),
    ],
    ids=["the clock goes back", "the clock goes forward"],
)
def test_24_hours_are_24_hours_on_the_nights_when_the_clock_is_moved(now: datetime, words: str) -> None:
    due = due_at(now, 24)
    assert due == now + timedelta(hours=24)
    assert promise_sentence(due, marked=False)[1] == {"due": words}
