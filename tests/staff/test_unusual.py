"""What reading is unusual, and the file of its limits."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.staff.oversight.unusual import FILE, Limits, LimitsError, Reading, find_unusual, is_office_time
from tests.staff.console import NOW

LIMITS = Limits.load()
LATER = NOW + timedelta(days=20)


def read(minutes: float, what: str = "c1", action: str = "read_conversation", **changes: Any) -> Reading:
    return Reading(NOW + timedelta(minutes=minutes), "p", changes.get("role", "reviewer"), action, what, bool(changes))


def rules(*readings: Reading, used: set[tuple[str, str]] | None = None) -> list[tuple[str, int]]:
    return [(f.rule, f.count) for f in find_unusual(list(readings), used or set(), LIMITS, LATER)]


def case_reads(count: int, role: str = "case_worker") -> list[Reading]:
    return [Reading(NOW + timedelta(minutes=n * 70), "p", role, "read_case", f"c{n}") for n in range(count)]


def test_many_talks_within_an_hour_are_unusual() -> None:
    assert rules(*(read(n, f"c{n}") for n in range(20))) == [("many", 20)]
    assert rules(*(read(n, f"c{n}") for n in range(19))) == []
    assert rules(*(read(n, "the same") for n in range(100))) == []
    assert rules(*(read(n * 4, f"c{n}") for n in range(30))) == []


def test_the_window_of_an_hour_slides() -> None:
    slow = [read(n * 10, f"a{n}") for n in range(12)]
    burst = [read(120 + n, f"b{n}") for n in range(18)]
    assert rules(*slow, *burst) == [("many", 22)]


@pytest.mark.parametrize(
    ("at", "office"),
    [
        ("2026-11-23 09:00", True),  # a Monday, 10 in Stockholm
        ("2026-11-23 05:59", False),
        ("2026-11-23 06:00", True),
        ("2026-11-23 17:00", False),
        ("2026-11-22 09:00", False),  # a Sunday
        ("2026-12-25 09:00", False),
        ("2026-06-19 09:00", False),  # midsummer's eve, a Friday
        ("2027-05-06 09:00", False),  # Ascension Day, a Thursday
    ],
)
def test_office_hours_are_swedish(at: str, office: bool) -> None:
    assert is_office_time(datetime.fromisoformat(at).replace(tzinfo=timezone.utc), LIMITS) is office


def test_reading_at_night_is_unusual_for_those_who_work_by_day() -> None:
    assert rules(read(15 * 60)) == [("outside_hours", 1)]
    worker = Reading(NOW + timedelta(hours=15), "p", "case_worker", "read_conversation", "c1")
    assert rules(worker) == []


def test_many_sensitive_ones_are_unusual() -> None:
    assert rules(*(read(n * 30, f"c{n}", stated=1) for n in range(5))) == [("sensitive", 5)]
    assert rules(*(read(n * 30, f"c{n}", stated=1) for n in range(4))) == []


def test_contact_details_that_were_of_no_use_are_unusual_after_a_day() -> None:
    seen = Reading(NOW, "p", "case_worker", "read_contact", "case")
    assert rules(seen) == [("unused_contact", 1)]
    assert rules(seen, used={("p", "case")}) == []
    assert rules(seen, used={("other", "case")}) == [("unused_contact", 1)]
    assert find_unusual([seen], set(), LIMITS, NOW + timedelta(hours=23)) == []


def test_many_cases_without_an_act_are_unusual() -> None:
    assert rules(*case_reads(10)) == [("unused_case", 10)]
    assert rules(*case_reads(10), used={("p", "c3")}) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d.pop("rules"), "rules: is missing"),
        (lambda d: d["rules"].pop("many"), "many: is missing"),
        (lambda d: d["rules"].update(mny={"amount": 1}), "rules, field mny: unknown"),
        (lambda d: d["rules"]["many"].update(amount="tjugo"), "many, field amount: must be a whole number"),
        (lambda d: d["rules"]["many"].update(amount=0), "many, field amount"),
        (lambda d: d["rules"]["many"].update(within=1), "many, field within: unknown"),
        (lambda d: d["rules"]["outside_hours"].update(roles=["chef"]), "outside_hours, field roles"),
        (lambda d: d["office_hours"].update(begins=25), "office_hours, field begins"),
    ],
)
def test_a_fault_in_the_limits_names_entry_and_field(tmp_path: Path, change: Any, words: str) -> None:
    data = YAML(typ="safe").load(FILE.read_text(encoding="utf-8"))
    change(data)
    path = tmp_path / "unusual.yml"
    with path.open("w", encoding="utf-8") as target:
        YAML(typ="safe").dump(data, target)
    with pytest.raises(LimitsError, match=r"unusual\.yml") as raised:
        Limits.load(path)
    assert words in str(raised.value)
