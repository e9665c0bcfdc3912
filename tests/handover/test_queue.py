"""The queue: what stands first, what a filter finds, and pages that hold every case once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.engine import Connection

from bot.handover import queue
from bot.handover.case import Case, close, open_case, record_first_contact, release, take
from bot.handover.queue import QueueFilter, count_open, find_open, find_over, pulse
from bot.tables import cases
from tests.handover.conftest import NOW, make_hand_over

EXIT = ("exit_programme",)


def opened(connection: Connection, name: str, hours: int | None = 24, **changes: Any) -> Case:
    return open_case(connection, make_hand_over(message_id=name, **changes), hours, NOW)


def listed(connection: Connection, wanted: QueueFilter, at: Any = NOW) -> list[str]:
    return [case.message_id for case in find_open(connection, wanted, at)]


def test_cases_are_listed_by_what_must_be_done_first(connection: Connection) -> None:
    for name, hours, changes in (
        ("late", 24, {}),
        ("soon", 2, {}),
        ("unpromised", None, {}),
        ("acute", 24, {"acute": True}),
        ("other", 1, {"service": "mini_maria"}),
    ):
        opened(connection, name, hours, **changes)
    reached, gone = opened(connection, "reached", 1), opened(connection, "gone", 1)
    record_first_contact(connection, reached.id, "anna", "phone", NOW)
    close(connection, gone.id, "anna", "answered", NOW)
    assert listed(connection, QueueFilter(EXIT)) == ["acute", "soon", "late", "unpromised", "reached"]
    counted = count_open(connection, QueueFilter(EXIT), NOW)
    assert (counted.waiting, counted.reached, counted.acute, counted.all) == (4, 1, 1, 5)
    assert counted.soonest == NOW + timedelta(hours=2)
    assert listed(connection, QueueFilter(())) == []


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"shown": "mine"}, {"mine"}),
        ({"shown": "free"}, {"free", "acute", "late"}),
        ({"shown": "many"}, {"crowd"}),
        ({"state": "taken"}, {"mine"}),
        ({"acute": True}, {"acute"}),
        ({"late": True}, {"late"}),
        ({"late": True, "acute": True}, set()),
    ],
)
def test_a_filter_finds_what_it_says(connection: Connection, changes: dict[str, Any], found: set[str]) -> None:
    opened(connection, "free")
    opened(connection, "acute", acute=True)
    opened(connection, "late", 1)
    take(connection, opened(connection, "mine").id, "anna", NOW)
    crowd = opened(connection, "crowd")
    connection.execute(update(cases).where(cases.c.id == crowd.id).values(crowd="x"))
    wanted = QueueFilter(EXIT, **{"staff_id": "anna", **changes})
    assert set(listed(connection, wanted, NOW + timedelta(hours=2))) == found


def test_pages_hold_every_case_once(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "PAGE_LENGTH", 3)
    names = {opened(connection, f"m{number}").message_id for number in range(7)}
    pages = [[c.message_id for c in find_open(connection, QueueFilter(EXIT), NOW, page)] for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [3, 3, 1, 0]
    assert {name for page in pages for name in page} == names


def test_any_change_in_the_queue_changes_its_state(connection: Connection) -> None:
    case = opened(connection, "first")
    seen = [pulse(connection, EXIT)]
    take(connection, case.id, "anna", NOW + timedelta(minutes=1))
    seen.append(pulse(connection, EXIT))
    release(connection, case.id, "anna")
    take(connection, case.id, "bo", NOW + timedelta(minutes=2))
    seen.append(pulse(connection, EXIT))
    record_first_contact(connection, case.id, "bo", "phone", NOW)
    seen.append(pulse(connection, EXIT))
    open_case(connection, make_hand_over(message_id="second"), 24, NOW + timedelta(minutes=3))
    seen.append(pulse(connection, EXIT))
    close(connection, case.id, "bo", "support", NOW)
    seen.append(pulse(connection, EXIT))
    assert len(set(seen)) == len(seen)
    opened(connection, "other", service="mini_maria")
    assert pulse(connection, EXIT) == seen[-1]


def test_what_came_since_is_counted(connection: Connection) -> None:
    assert pulse(connection, EXIT)[1] is None
    opened(connection, "old")
    assert pulse(connection, EXIT)[1] == NOW
    open_case(connection, make_hand_over(message_id="new"), 24, NOW + timedelta(minutes=1))
    assert count_open(connection, QueueFilter(EXIT), NOW, since=NOW).all == 1


def test_cases_that_are_over_are_found_by_reference_the_latest_first(connection: Connection) -> None:
    first, second, other = (
        opened(connection, "1"),
        opened(connection, "2"),
        opened(connection, "3", service="mini_maria"),
    )
    for minutes, case in enumerate((first, second, other)):
        close(connection, case.id, "anna", "support", NOW + timedelta(minutes=minutes))
    opened(connection, "open")
    assert [case.id for case in find_over(connection, EXIT)] == [second.id, first.id]
    assert [case.id for case in find_over(connection, EXIT, first.reference[:5])] == [first.id]
    assert find_over(connection, EXIT, "%") == find_over(connection, EXIT, other.reference) == []
