from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import select, update

from bot.database import reading, transaction
from bot.handover.case import close, raise_alarm, record_first_contact, release, take, withdraw
from bot.handover.crowd import fold
from bot.handover.deadline import STOCKHOLM
from bot.handover.notices import outbox as notices
from bot.handover.notices import watch as module
from bot.handover.notices.watch import watch
from bot.tables import cases, outbox

from .conftest import NOW, make_cases


def alarms(engine) -> list[str]:
    wanted = select(outbox.c.kind).where(outbox.c.kind.like("deadline%")).order_by(outbox.c.id)
    with reading(engine) as connection:
        return list(connection.execute(wanted).scalars())


def after(hours: float):
    return NOW + timedelta(hours=hours)


def test_a_case_that_nobody_answers_alarms_at_each_stage_once(engine):
    make_cases(engine, 1)
    for minute in range(0, 30 * 60, 10):
        watch(engine, NOW + timedelta(minutes=minute))
    assert alarms(engine) == ["deadline_1h", "deadline_4h", "deadline_12h", "deadline_20h", "deadline_missed"]


def test_after_an_outage_only_the_newest_alarm_comes(engine):
    make_cases(engine, 1)
    assert watch(engine, after(13)) == 1
    assert watch(engine, after(13)) == 0
    assert alarms(engine) == ["deadline_12h"]


def test_two_relays_add_an_alarm_once(engine):
    make_cases(engine, 5)
    with ThreadPoolExecutor(4) as pool:
        added = list(pool.map(lambda _: watch(engine, after(1)), range(4)))
    assert sum(added) == 5 == len(alarms(engine))


def test_a_taken_case_still_alarms_because_taking_is_not_contact(engine):
    (case,) = make_cases(engine, 1)
    with transaction(engine) as connection:
        take(connection, case.id, "anna", NOW)
    assert watch(engine, after(1)) == 1


@pytest.mark.parametrize(
    "step",
    [
        lambda c, i: record_first_contact(c, i, "anna", "phone", NOW),
        lambda c, i: close(c, i, "anna", "done", NOW),
        lambda c, i: withdraw(c, i, NOW),
    ],
)
def test_a_case_that_is_reached_or_over_does_not_alarm(engine, step):
    (case,) = make_cases(engine, 1)
    with transaction(engine) as connection:
        step(connection, case.id)
    assert watch(engine, after(25)) == 0


def test_a_case_without_a_promise_has_no_deadline_to_watch(engine):
    make_cases(engine, 1, hours=None)
    watch(engine, after(1001))
    assert alarms(engine) == []


def test_a_person_reached_at_the_last_moment_raises_no_alarm(engine, monkeypatch):
    (case,) = make_cases(engine, 1)
    with transaction(engine) as connection:
        record_first_contact(connection, case.id, "anna", "phone", NOW)
    monkeypatch.setattr(module, "_due", lambda *_: [module.Alarm(case, "deadline_1h", "deadline_1h:1")])
    assert watch(engine, after(1)) == 0 and alarms(engine) == []


def test_a_watch_with_nothing_new_to_say_takes_no_write_lock(engine):
    make_cases(engine, 1)
    watch(engine, after(1))
    with transaction(engine) as connection:
        connection.execute(update(cases).values(outcome="-"))
        assert watch(engine, after(1)) == 0


def test_a_clock_that_goes_back_repeats_no_alarm(engine):
    make_cases(engine, 1)
    for hours in (4.5, 3.5, 4.5, 4.6):
        watch(engine, after(hours))
    assert alarms(engine) == ["deadline_4h", "deadline_1h"]


def test_a_crowd_is_warned_of_once_at_each_stage_and_a_case_that_is_taken_out_of_it_by_itself(engine):
    opened = make_cases(engine, 5)
    with transaction(engine) as connection:
        for case in opened:
            fold(connection, case.id, "crowd")
    assert watch(engine, after(13)) == 1
    assert watch(engine, after(13)) == 0
    with transaction(engine) as connection:
        take(connection, opened[3].id, "siv", NOW)
        record_first_contact(connection, opened[0].id, "siv", "phone", NOW)
    assert watch(engine, after(13)) == 1
    assert alarms(engine) == ["deadline_12h"] * 2


def test_only_the_first_of_a_crowd_keeps_its_notice(engine):
    opened = make_cases(engine, 3, acute=True)
    with transaction(engine) as connection:
        for case in opened:
            fold(connection, case.id, "crowd")
            fold(connection, case.id, "crowd")
    with reading(engine) as connection:
        waiting = connection.execute(select(outbox.c.case_id, outbox.c.kind).where(outbox.c.state == "pending")).all()
    assert sorted(waiting) == [(opened[0].id, "acute"), (opened[0].id, "new_case")]


def kinds(engine, *wanted: str) -> list[str]:
    with reading(engine) as connection:
        return list(
            connection.execute(select(outbox.c.kind).where(outbox.c.kind.in_(wanted)).order_by(outbox.c.id)).scalars()
        )


def acute_alarms(engine) -> list[str]:
    return kinds(engine, *notices.STILL_ACUTE)


def reminders(engine) -> list[str]:
    return kinds(engine, *notices.REMINDERS)


def minutes(number: float) -> datetime:
    return NOW + timedelta(minutes=number)


def test_an_acute_case_that_nobody_takes_moves_up_by_itself(engine):
    make_cases(engine, 1, hours=None, acute=True)
    seen = {}
    for minute in range(180):
        watch(engine, minutes(minute))
        seen.setdefault(tuple(acute_alarms(engine)), minute)
    assert list(seen.values()) == [0, 15, 30, 60]
    assert acute_alarms(engine) == ["acute_15m", "acute_30m", "acute_1h"]


def test_the_minutes_count_from_when_a_case_became_acute(engine):
    (case,) = make_cases(engine, 1)
    with transaction(engine) as connection:
        raise_alarm(connection, case.id, after(10))
    watch(engine, after(10) + timedelta(minutes=14))
    assert acute_alarms(engine) == []
    watch(engine, after(10) + timedelta(minutes=15))
    assert acute_alarms(engine) == ["acute_15m"]


def test_whoever_takes_an_acute_case_ends_its_alarms_and_giving_it_back_lets_them_go_on(engine):
    (case,) = make_cases(engine, 1, acute=True)
    watch(engine, minutes(15))
    with transaction(engine) as connection:
        take(connection, case.id, "siv", minutes(16))
        states = connection.execute(select(outbox.c.state).where(outbox.c.kind == "acute_15m")).scalars()
        assert list(states) == ["moot"]
    watch(engine, minutes(45))
    assert acute_alarms(engine) == ["acute_15m"]
    with transaction(engine) as connection:
        release(connection, case.id, "siv")
    watch(engine, minutes(46))
    assert acute_alarms(engine) == ["acute_15m", "acute_30m"]


def test_a_case_taken_at_the_last_moment_raises_no_alarm_that_nobody_has(engine, monkeypatch):
    (case,) = make_cases(engine, 1, acute=True)
    with transaction(engine) as connection:
        take(connection, case.id, "siv", NOW)
    monkeypatch.setattr(module, "_due", lambda *_: [module.Alarm(case, "acute_15m", "acute_15m:1")])
    assert watch(engine, minutes(15)) == 0


def test_an_acute_crowd_is_one_alarm_at_each_stage(engine):
    opened = make_cases(engine, 4, hours=None, acute=True)
    with transaction(engine) as connection:
        for case in opened:
            fold(connection, case.id, "crowd")
    for minute in range(0, 90, 5):
        watch(engine, minutes(minute))
    assert acute_alarms(engine) == ["acute_15m", "acute_30m", "acute_1h"]


def stockholm(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=STOCKHOLM)


@pytest.mark.parametrize(
    ("came", "reminded"),
    [
        # Sunday afternoon, Friday afternoon, a weekday at dawn: always the next working day at nine.
        ("2026-11-22T14:00", ["2026-11-23T09:00", "2026-11-24T09:00", "2026-11-25T09:00", "2026-11-26T09:00"]),
        ("2026-11-20T16:00", ["2026-11-23T09:00", "2026-11-24T09:00", "2026-11-25T09:00", "2026-11-26T09:00"]),
        ("2026-11-23T05:00", ["2026-11-24T09:00", "2026-11-25T09:00", "2026-11-26T09:00", "2026-11-27T09:00"]),
        # The nights when the clocks change: nine is nine on the wall.
        ("2026-03-28T12:00", ["2026-03-30T09:00", "2026-03-31T09:00", "2026-04-01T09:00", "2026-04-02T09:00"]),
        ("2026-10-24T12:00", ["2026-10-26T09:00", "2026-10-27T09:00", "2026-10-28T09:00", "2026-10-29T09:00"]),
        # Easter (Good Friday to Monday), Midsummer's Eve on a Friday, Christmas, and a leap day.
        ("2026-04-01T12:00", ["2026-04-02T09:00", "2026-04-07T09:00", "2026-04-08T09:00", "2026-04-09T09:00"]),
        ("2026-06-18T12:00", ["2026-06-22T09:00", "2026-06-23T09:00", "2026-06-24T09:00", "2026-06-25T09:00"]),
        ("2026-12-23T12:00", ["2026-12-28T09:00", "2026-12-29T09:00", "2026-12-30T09:00", "2027-01-04T09:00"]),
        ("2028-02-28T12:00", ["2028-02-29T09:00", "2028-03-01T09:00", "2028-03-02T09:00", "2028-03-03T09:00"]),
    ],
)
def test_an_unpromised_case_that_nobody_takes_is_told_of_each_working_day_and_higher_up(engine, came, reminded):
    make_cases(engine, 1, now=stockholm(came), hours=None)
    told: list[str] = []
    moment = stockholm(came).astimezone(timezone.utc)
    while len(told) < 4:
        if watch(engine, moment):
            told.append(moment.astimezone(STOCKHOLM).strftime("%Y-%m-%dT%H:%M"))
        moment += timedelta(minutes=30)
    assert told == reminded
    assert reminders(engine) == ["reminder", "untaken_2d", "untaken_3d", "untaken_3d"]


def test_an_unpromised_case_that_somebody_has_taken_is_only_reminded_of(engine):
    (case,) = make_cases(engine, 1, hours=None)
    with transaction(engine) as connection:
        take(connection, case.id, "siv", NOW)
    for hours in range(24 * 5):
        watch(engine, after(hours))
    assert reminders(engine) == ["reminder"] * 5


def test_a_unit_gets_one_letter_a_day_about_the_case_that_needs_it_most(engine):
    (old,) = make_cases(engine, 1, hours=None, conversation_id="old")
    make_cases(engine, 20, now=after(20), hours=None)
    make_cases(engine, 2, now=after(20), hours=None, service="mini_maria", conversation_id="other")
    tuesday = after(24 + 20)
    assert (watch(engine, tuesday), watch(engine, tuesday)) == (2, 0)
    with reading(engine) as connection:
        told = connection.execute(select(outbox.c.case_id, outbox.c.kind).where(outbox.c.kind.in_(notices.REMINDERS)))
        found = {row.kind: row.case_id for row in told}
    assert set(found) == {"reminder", "untaken_2d"} and found["untaken_2d"] == old.id


def test_an_unpromised_case_that_has_been_reached_is_left_in_peace(engine):
    (case,) = make_cases(engine, 1, hours=None)
    with transaction(engine) as connection:
        record_first_contact(connection, case.id, "siv", "phone", NOW)
    assert watch(engine, after(24)) == 0


def test_many_waiting_cases_are_asked_about_in_pieces(engine, monkeypatch):
    monkeypatch.setattr(module, "AT_ONCE", 3)
    make_cases(engine, 8)
    assert (watch(engine, after(1)), watch(engine, after(1))) == (8, 0)
