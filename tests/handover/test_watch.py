from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.database import reading, transaction
from bot.handover import watch as module
from bot.handover.case import close, record_first_contact, take, withdraw
from bot.handover.crowd import fold
from bot.handover.watch import watch
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
    assert watch(engine, after(1000)) == 0


def test_a_person_reached_at_the_last_moment_raises_no_alarm(engine, monkeypatch):
    (case,) = make_cases(engine, 1)
    with transaction(engine) as connection:
        record_first_contact(connection, case.id, "anna", "phone", NOW)
    monkeypatch.setattr(module, "_missing", lambda *_: [(case, "deadline_1h")])
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
