"""How long it usually takes: measured, never made better by those who still wait, and silent when nobody can know."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from bot.database import transaction
from bot.handover.case import close, record_first_contact, take, withdraw
from bot.handover.crowd import fold
from bot.handover.promise import promise_sentences
from bot.handover.waiting import FEWEST, NEVER, Wait, in_words, usual_wait, wait_of_service
from bot.sentences import Sentences
from bot.tables import cases

from .conftest import NOW, make_cases

HOUR = timedelta(hours=1)


def reached(*hours: float) -> list[Wait]:
    return [Wait(hour * HOUR, True) for hour in hours]


def waiting(*hours: float) -> list[Wait]:
    return [Wait(hour * HOUR, False) for hour in hours]


def test_half_were_reached_within_it():
    assert usual_wait(reached(*range(1, 22))) == 11 * HOUR
    assert usual_wait(reached(*range(1, 21))) == 10 * HOUR


@pytest.mark.parametrize(
    ("hours", "said"),
    [(0.01, 1), (0, 1), (1, 1), (1.01, 2), (2.5, 3), (24, 24), (24.01, 48), (30, 48), (47.9, 48), (49, 72)],
)
def test_it_is_rounded_up_to_whole_hours_and_past_a_day_to_whole_days(hours, said):
    assert usual_wait(reached(*[hours] * FEWEST)) == said * HOUR


def test_fewer_than_twenty_say_nothing():
    assert usual_wait(reached(*[2] * 19)) is None
    assert usual_wait(reached(*[2] * 20)) == 2 * HOUR
    assert usual_wait([*reached(*[2] * 19), *waiting(*[2] * 50)]) is None


def test_cases_that_have_just_come_change_nothing():
    half = [*reached(*[2] * 20), *reached(*[5] * 21)]
    assert usual_wait(half) == usual_wait([*half, *waiting(*[0.01] * 100)]) == 5 * HOUR


def test_cases_that_have_waited_long_make_it_longer():
    half = [*reached(*[2] * 20), *reached(*[30] * 10)]
    assert usual_wait(half) == 2 * HOUR
    assert usual_wait([*half, *waiting(*[20] * 15)]) == 48 * HOUR


def test_when_most_are_never_reached_nothing_is_said():
    assert usual_wait([*reached(*[2] * 20), *[Wait(NEVER, False)] * 21]) is None


@given(st.lists(st.floats(0, 2000), min_size=20, max_size=80), st.lists(st.floats(0, 2000), max_size=40))
def test_whoever_still_waits_never_makes_it_look_better_than_leaving_them_out(done, still):
    without, with_them = usual_wait(reached(*done)), usual_wait(reached(*done) + waiting(*still))
    assert without is not None
    assert with_them is None or with_them >= without


@pytest.mark.parametrize(
    ("hours", "swedish", "english"),
    [(1, "1 timme", "1 hour"), (3, "3 timmar", "3 hours"), (24, "1 dygn", "1 day"), (72, "3 dygn", "3 days")],
)
def test_it_is_said_in_words(hours, swedish, english):
    assert (in_words(hours * HOUR), in_words(hours * HOUR, "en")) == (swedish, english)


def reach_all(engine, opened, hours: float) -> None:
    with transaction(engine) as connection:
        for case in opened:
            record_first_contact(connection, case.id, "siv", "phone", case.created_at + hours * HOUR)


def measured(engine, now=NOW + 40 * HOUR, service: str = "exit_programme"):
    with transaction(engine) as connection:
        return wait_of_service(connection, service, now)


def test_it_is_measured_from_the_services_own_cases_of_the_last_ninety_days(engine):
    reach_all(engine, make_cases(engine, 20, conversation_id="a"), 2.5)
    reach_all(engine, make_cases(engine, 30, conversation_id="b", service="mini_maria"), 30)
    reach_all(engine, make_cases(engine, 90, NOW - timedelta(days=85), conversation_id="c"), 20)
    assert measured(engine) == 20 * HOUR
    assert measured(engine, NOW + timedelta(days=6)) == 3 * HOUR
    assert measured(engine, service="mini_maria") == 48 * HOUR
    assert measured(engine, service="youth_team") is None


def test_closed_without_contact_is_never_reached_and_taken_back_counts_as_long_as_it_waited(engine):
    reach_all(engine, make_cases(engine, 20, conversation_id="a"), 2)
    reach_all(engine, make_cases(engine, 6, conversation_id="b"), 9)
    others = make_cases(engine, 19, conversation_id="c")
    with transaction(engine) as connection:
        for case in others:
            withdraw(connection, case.id, NOW + HOUR)
    assert measured(engine) == 2 * HOUR
    with transaction(engine) as connection:
        connection.execute(update(cases).where(cases.c.state == "withdrawn").values(state="open", closed_at=None))
        for case in others:
            close(connection, case.id, "siv", "not_reached", NOW + HOUR)
    assert measured(engine) == 9 * HOUR
    with transaction(engine) as connection:
        connection.execute(update(cases).where(cases.c.outcome == "not_reached").values(outcome="mistake"))
    assert measured(engine) == 2 * HOUR


def test_a_crowd_that_nobody_has_looked_into_does_not_count(engine):
    reach_all(engine, make_cases(engine, 20, conversation_id="a"), 2)
    reach_all(engine, make_cases(engine, 5, conversation_id="b"), 7)
    crowd = make_cases(engine, 20, conversation_id="c")
    with transaction(engine) as connection:
        for case in crowd:
            fold(connection, case.id, "crowd")
    assert measured(engine) == 2 * HOUR
    with transaction(engine) as connection:
        for case in crowd:
            take(connection, case.id, "siv", NOW)
    assert measured(engine) == 7 * HOUR


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize(
    ("contact_after", "changes", "said"),
    [
        (3, {}, True),
        (22.5, {}, True),
        (23.5, {}, False),  # the same as what is promised
        (30, {}, False),  # longer than what is promised: nobody is told both
        (30, {"hours": None}, True),
        (3, {"acute": True}, False),
    ],
)
def test_it_is_said_after_the_promise_and_never_against_it(engine, language, contact_after, changes, said):
    reach_all(engine, make_cases(engine, 20, conversation_id="before"), contact_after)
    now = NOW + 48 * HOUR
    (case,) = make_cases(engine, 1, now, **{"hours": 24, **changes}, conversation_id="own")
    with transaction(engine) as connection:
        names = promise_sentences(connection, case, False, now, language)
    texts = [Sentences.load("demo").of(language).text(name, **values) for name, values in names]
    assert len(texts) == 1 + said and "{" not in "".join(texts)
    if said:
        assert ("inget löfte" if language == "sv" else "not a promise") in texts[1]
