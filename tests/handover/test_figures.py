"""The figures of each day: counted once, in Stockholm's days, without ids, and kept when talks and cases go."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import delete, insert, select, update

from bot.database import reading, transaction
from bot.handover import counting
from bot.handover.case import close, mark_registered, record_first_contact, withdraw
from bot.handover.counting import BATCH, count_all, count_some, open_promises
from bot.handover.disposal import purge
from bot.handover.figures import FIGURES, OUTCOMES, Talk, count_talk, outside_office_hours, promise_of
from bot.handover.progress import UNDO
from bot.tables import cases, conversations, daily_figures, messages

from .conftest import NOW, make_cases

IDLE = timedelta(minutes=30)
LATER = NOW + timedelta(hours=2)
DAY = "2026-11-22"


def said(decision: str | None, **more):
    understood = None if decision is None else {"decision": decision, **more.pop("heard", {})}
    return {"sender": "person", "understood": understood, "service": None, "urgent": None, "feedback": None, **more}


def talk(engine, name: str, *rows, at: datetime = NOW, **more) -> None:
    with transaction(engine) as connection:
        connection.execute(insert(conversations).values(id=name, created_at=at, last_seen_at=at, **more))
        for row in rows:
            connection.execute(insert(messages).values(conversation_id=name, text="hej", created_at=at, **row))


def figures(engine) -> dict[tuple[str, str, str, str], int]:
    with reading(engine) as connection:
        rows = connection.execute(select(daily_figures)).all()
    return {(row.day, row.figure, row.subject, row.detail): row.count for row in rows}


@pytest.mark.parametrize(
    ("rows", "outcome"),
    [
        ([], "left"),
        ([said(None)], "unserved"),
        ([said("degraded"), said("off")], "unserved"),
        ([said("fallback"), said("degraded")], "fallback"),
        ([said("fallback"), said("clarify")], "clarified"),
        ([said("clarify"), said("answer"), said("fallback")], "answered"),
        ([said("thread")], "answered"),
    ],
)
def test_a_talk_counts_as_the_best_that_it_came_to(rows, outcome):
    counted = count_talk(Talk(NOW, rows))
    assert counted[DAY, "talk", "", outcome] == 1
    assert sum(counted[DAY, "talk", "", each] for each in OUTCOMES) == 1


def test_a_talk_that_led_to_a_case_is_counted_as_handed_over():
    counted = count_talk(Talk(NOW, [said("answer")], [("mini_maria", "substance_use", "jarva")]))
    assert counted[DAY, "service", "mini_maria", "handed_over"] == 1
    assert counted[DAY, "district", "jarva", "handed_over"] == 1


@pytest.mark.parametrize(
    "heard",
    [
        {"need": "leave_crime", "service": "exit_programme", "district": "jarva"},
        {"need": "parenting", "choices": ["partner_violence"], "service": "parenting_support", "district": "jarva"},
        {"need": None, "service": "honour_support", "district": "jarva"},
    ],
)
def test_a_sensitive_talk_has_no_service_and_no_district(heard):
    later = {"need": "parenting", "service": "parenting_support", "district": "farsta"}
    counted = count_talk(Talk(NOW, [said("answer", heard=heard), said("answer", heard=later)]))
    places = {(figure, subject) for _, figure, subject, _ in counted if figure in ("service", "district")}
    assert places == {("service", "protected"), ("district", "protected")}


def test_danger_feedback_and_what_was_not_answered_are_counted():
    rows = [
        said("fallback", heard={"choices": []}),
        said("clarify", heard={"choices": ["parenting", "human"]}),
        said("answer", urgent="emergency"),
        said("answer", heard={"urgent": "emergency"}, feedback=None),
        {**said(None), "sender": "bot", "feedback": "yes"},
        {**said(None), "sender": "bot", "feedback": "asked"},
    ]
    counted = count_talk(Talk(NOW, rows))
    assert counted[DAY, "unanswered", "unknown", "fallback"] == counted[DAY, "unanswered", "parenting", "clarify"] == 1
    assert counted[DAY, "urgent", "", "emergency"] == 1
    assert {key: n for key, n in counted.items() if key[1] == "feedback"} == {(DAY, "feedback", "", "yes"): 1}


def test_days_are_those_of_stockholm():
    winter, summer = (
        datetime(2026, 1, 31, 23, 30, tzinfo=timezone.utc),
        datetime(2026, 6, 30, 22, 30, tzinfo=timezone.utc),
    )
    assert {key[0] for key in count_talk(Talk(winter))} == {"2026-02-01"}
    assert {key[0] for key in count_talk(Talk(summer))} == {"2026-07-01"}


@pytest.mark.parametrize(
    ("at", "outside"),
    [
        (datetime(2026, 11, 23, 7, 0, tzinfo=timezone.utc), False),  # Monday 8.00
        (datetime(2026, 11, 23, 6, 59, tzinfo=timezone.utc), True),
        (datetime(2026, 11, 23, 16, 0, tzinfo=timezone.utc), True),  # Monday 17.00
        (datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc), True),  # Sunday
        (datetime(2026, 12, 25, 12, 0, tzinfo=timezone.utc), True),  # Christmas Day, a Friday
    ],
)
def test_office_hours_are_weekdays_from_8_to_17(at, outside):
    assert outside_office_hours(at) is outside


CASE = {"created_at": NOW, "due_at": NOW + timedelta(hours=24), "contacted_at": None, "closed_at": None}
CASE |= {"outcome": None, "stopped_at": None, "state": "open", "service": "exit_programme"}
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("changes", "after", "standing"),
    [
        ({}, 1, "waiting"),
        ({}, 25, "late"),
        ({"contacted_at": NOW + 24 * HOUR}, 30, "in_time"),
        ({"contacted_at": NOW + 24 * HOUR + timedelta(seconds=1)}, 30, "late"),
        ({"closed_at": NOW + HOUR, "state": "closed", "outcome": "declined"}, 2, "late"),
        ({"closed_at": NOW + HOUR, "state": "closed", "outcome": "mistake"}, 2, "mistake"),
        ({"closed_at": NOW + HOUR, "state": "withdrawn"}, 2, "taken_back"),
        ({"closed_at": NOW + 25 * HOUR, "state": "withdrawn"}, 26, "late"),
        ({"stopped_at": NOW + HOUR}, 30, "taken_back"),
        ({"stopped_at": NOW + HOUR, "closed_at": NOW + 2 * HOUR, "state": "closed"}, 30, "taken_back"),
        ({"stopped_at": NOW + 25 * HOUR}, 30, "late"),
        ({"due_at": None}, 99, "unpromised"),
    ],
)
def test_how_a_promise_stands(changes, after, standing):
    assert promise_of({**CASE, **changes}, NOW + after * HOUR) == standing


def test_a_talk_is_counted_once_it_is_over_and_only_once(engine):
    talk(engine, "a", said("answer"))
    talk(engine, "ended", said("answer"), at=NOW + IDLE, ended_at=NOW + IDLE)
    talk(engine, "goes on", said("answer"), at=NOW + IDLE)
    for _ in range(3):
        count_all(engine, IDLE, NOW + IDLE + timedelta(seconds=1))
    assert figures(engine)[DAY, "talk", "", "answered"] == 2


def test_test_talks_and_receipt_sessions_are_not_counted(engine):
    talk(engine, "c" * 32, said("answer"), is_test=True)
    talk(engine, "receipt", case_id="x" * 32)
    (tried,) = make_cases(engine, 1)
    with transaction(engine) as connection:
        record_first_contact(connection, tried.id, "anna", "phone", NOW)
    count_all(engine, IDLE, LATER)
    assert figures(engine) == {}
    with reading(engine) as connection:
        assert open_promises(connection, NOW - IDLE, LATER) == []


def test_figures_remain_when_everything_is_purged_and_are_not_counted_anew(engine, settings):
    settings = replace(settings, disposal_decision="Dnr 2026-17")
    talk(engine, "a", said("answer"))
    (case,) = make_cases(engine, 1)
    with transaction(engine) as connection:
        record_first_contact(connection, case.id, "anna", "phone", NOW + 3 * HOUR)
        close(connection, case.id, "anna", "support", NOW + 4 * HOUR)
        mark_registered(connection, case.id, NOW + 4 * HOUR)
    count_all(engine, IDLE, NOW + 5 * HOUR)
    before = figures(engine)
    purge(engine, settings, NOW + timedelta(days=40))
    with reading(engine) as connection:
        assert not connection.execute(select(cases)).all() and not connection.execute(select(conversations)).all()
    count_all(engine, IDLE, NOW + timedelta(days=41))
    assert figures(engine) == before
    assert before[DAY, "promise", "exit_programme", "in_time"] == 1
    assert before[DAY, "wait", "exit_programme", "00180"] == 1


def test_a_case_is_counted_when_it_is_settled(engine):
    first, second, third = make_cases(engine, 3)
    with transaction(engine) as connection:
        record_first_contact(connection, first.id, "anna", "phone", NOW + 25 * HOUR)
        withdraw(connection, second.id, NOW + HOUR)
    count_all(engine, IDLE, NOW + 26 * HOUR)
    counted = {key[3]: n for key, n in figures(engine).items() if key[1] == "promise"}
    assert counted == {"late": 1, "taken_back": 1}
    with reading(engine) as connection:
        assert [row["id"] for row in open_promises(connection, NOW, LATER)] == [third.id]


def test_a_close_that_may_still_be_undone_is_not_counted_yet(engine):
    (case,) = make_cases(engine, 1)
    with transaction(engine) as connection:
        close(connection, case.id, "anna", "not_reached", NOW + HOUR)
    count_all(engine, IDLE, NOW + HOUR + UNDO - timedelta(seconds=1))
    assert not [key for key in figures(engine) if key[1] == "promise"]
    count_all(engine, IDLE, NOW + HOUR + UNDO)
    assert [key[3] for key in figures(engine) if key[1] == "promise"] == ["late"]


def test_what_fails_half_way_is_counted_whole_the_next_time(engine, monkeypatch):
    talk(engine, "a", said("answer"))

    def stop(*_):
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr("bot.handover.counting._add", stop)
        with pytest.raises(RuntimeError):
            count_some(engine, IDLE, LATER)
    assert figures(engine) == {}
    count_all(engine, IDLE, LATER)
    assert figures(engine)[DAY, "talk", "", "answered"] == 1


def test_what_another_relay_has_counted_meanwhile_is_not_counted_twice(engine, monkeypatch):
    talk(engine, "a", said("answer"))
    mark = counting._mark

    def other_was_faster(connection, table, ids, now):
        mark(connection, table, ids, now)
        return mark(connection, table, ids, now)

    with monkeypatch.context() as faster:
        faster.setattr(counting, "_mark", other_was_faster)
        with pytest.raises(counting.CountedError):
            count_some(engine, IDLE, LATER)
    assert figures(engine) == {}


def test_more_than_a_batch_is_counted_in_several_steps(engine):
    for number in range(BATCH + 1):
        talk(engine, f"t{number}", said("answer"))
    assert count_some(engine, IDLE, LATER) is True
    assert count_some(engine, IDLE, LATER) is False
    assert figures(engine)[DAY, "talk", "", "answered"] == BATCH + 1


def test_counts_from_odd_stored_json_do_not_fail():
    odd = [said("answer", heard={"need": 7, "choices": [None, 3], "service": ["x"], "district": 4})]
    assert count_talk(Talk(NOW, odd))[DAY, "service", "unknown", "answered"] == 1


def test_the_table_holds_no_id_and_only_known_figures(engine):
    talk(engine, "t" * 32, said("clarify", heard={"need": "parenting"}))
    make_cases(engine, 1, conversation_id="t" * 32)
    with transaction(engine) as connection:
        connection.execute(update(cases).values(contacted_at=NOW))
    count_all(engine, IDLE, LATER)
    keys = figures(engine)
    assert {key[1] for key in keys} <= set(FIGURES)
    assert not [key for key in keys if any(len(part) >= 32 for part in key)]
    with transaction(engine) as connection:
        connection.execute(delete(messages))
        connection.execute(delete(conversations))
    assert figures(engine) == keys and sum(Counter(keys).values()) > 0
