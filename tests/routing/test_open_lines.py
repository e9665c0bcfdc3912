"""No answer ends in a number that nobody picks up: every hour, every need, every age and role, both modes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from itertools import product
from typing import Any

import pytest

from bot.routing.card import card
from bot.routing.catalogue import Catalogue
from bot.routing.open_lines import BESIDE_DANGER, LINES, open_lines
from bot.routing.route import Situation, route
from bot.routing.rules import RULES

NEEDS = (*RULES, "confidentiality", "human", "smalltalk", "other_city")
AGES = (None, 5, 12, 14, 17, 19, 24, 40)
ROLES = (None, "self", "child", "other")
NIGHT = datetime(2026, 11, 23, 2, 0, tzinfo=timezone.utc)
DAY = datetime(2026, 11, 23, 9, 0, tzinfo=timezone.utc)


def hours(start: str, count: int) -> Iterator[datetime]:
    first = datetime.fromisoformat(start).replace(tzinfo=timezone.utc)
    return (first + timedelta(hours=n) for n in range(count))


def dead_ends(catalogue: Catalogue, at: datetime) -> list[str]:
    """Outcomes at this hour that lead to nobody: no line, or one that is closed, unknown, or without a number."""
    answering: dict[str, bool] = {}

    def answers(line: str) -> bool:
        if line not in answering:
            shown = card(catalogue, line, None, at)
            answering[line] = shown.open_now is True and shown.phone is not None
        return answering[line]

    faults = []
    for need, age, role in product(NEEDS, AGES, ROLES):
        lines = route(Situation(need, age=age, role=role), catalogue, at).always_open
        if not lines or not all(answers(line) for line in lines):
            faults.append(f"{need}, {age}, {role}, {at}: {lines}")
    return faults


@pytest.mark.parametrize("mode", ["demo", "live", "confirmed"])
@pytest.mark.parametrize(
    ("start", "count"),
    [
        pytest.param("2026-11-23", 168, id="every hour of a week"),
        pytest.param("2026-03-28", 48, id="spring night"),
        pytest.param("2026-10-24", 48, id="autumn night"),
        pytest.param("2026-12-23", 48, id="Christmas"),
        pytest.param("2026-06-19", 24, id="Midsummer eve"),
    ],
)
def test_no_outcome_leads_only_to_a_closed_line(
    request: pytest.FixtureRequest, mode: str, start: str, count: int
) -> None:
    catalogue = request.getfixturevalue(mode)
    assert not [fault for at in hours(start, count) for fault in dead_ends(catalogue, at)]


def test_the_check_above_sees_a_closed_line(demo: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.routing.route.open_lines", lambda *_: ("night_companion",))
    assert dead_ends(demo, DAY)
    assert not dead_ends(demo, NIGHT)


@pytest.mark.parametrize(
    ("situation", "expected"),
    [
        ({"need": "suicide_risk", "age": 15}, ("emergency_112", "bris", "mind")),
        ({"need": "suicide_risk", "age": 15, "role": "self"}, ("emergency_112", "bris", "mind")),
        ({"need": "suicide_risk", "age": 30}, ("emergency_112", "mind", "helplinjen_90390")),
        ({"need": "suicide_risk"}, ("emergency_112", "mind", "helplinjen_90390", "bris")),
        (
            {"need": "suicide_risk", "age": 15, "role": "child"},
            ("emergency_112", "mind", "helplinjen_90390", "bris"),
        ),
        ({"need": "suicide_risk", "age": 40, "role": "other"}, ("emergency_112", "mind", "helplinjen_90390")),
        ({"need": "emergency"}, ("emergency_112", "bris")),
        ({"need": "emergency", "age": 30}, ("emergency_112",)),
        ({"need": "emergency", "age": 16}, ("emergency_112", "bris")),
        ({"need": "emergency", "age": 30, "topic": "leave_crime"}, ("emergency_112", "social_advice")),
        ({"need": "emergency", "age": 30, "topic": "substance_use"}, ("emergency_112", "poison_information")),
        ({"need": "emergency", "age": 30, "topic": "partner_violence"}, ("emergency_112", "women_line")),
        ({"need": "leave_crime", "age": 25}, ("social_advice", "emergency_112")),
        ({"need": "leave_crime", "age": 16}, ("bris", "social_advice", "emergency_112")),
        ({"need": "partner_violence", "age": 35}, ("women_line", "emergency_112", "men_line")),
        ({"need": "partner_violence", "age": 13, "role": "self"}, ("bris", "women_line", "emergency_112")),
        ({"need": "child_welfare", "role": "self"}, ("bris", "social_advice", "emergency_112")),
        ({"need": "child_welfare", "role": "other"}, ("social_advice", "emergency_112")),
        ({"need": "substance_use", "age": 16}, ("bris", "health_1177")),
        ({"need": "substance_use", "age": 40}, ("health_1177",)),
        ({"need": "substance_use", "age": 40, "role": "other"}, ("health_1177", "carers_line")),
        ({"need": "unsafe_place"}, ("police_11414", "emergency_112")),
        ({"need": "youth_at_risk", "age": 14, "role": "child"}, ("social_advice",)),
        ({"need": "other_city"}, ("emergency_112",)),
    ],
)
def test_who_answers_on_a_monday_morning(demo: Catalogue, situation: dict[str, Any], expected: tuple[str, ...]) -> None:
    assert open_lines(Situation(**situation), demo, DAY) == expected


def test_lines_change_with_the_hour(demo: Catalogue) -> None:
    assert "men_line" not in open_lines(Situation("partner_violence", age=35), demo, NIGHT)
    assert "night_companion" in open_lines(Situation("human", age=35), demo, NIGHT)
    assert "night_companion" not in open_lines(Situation("human", age=35), demo, DAY)


@pytest.mark.parametrize("need", NEEDS)
def test_a_child_is_never_sent_to_a_line_for_adults(demo: Catalogue, need: str) -> None:
    for at in (DAY, NIGHT):
        lines = open_lines(Situation(need, age=14, role="self"), demo, at)
        assert not {"helplinjen_90390", "men_line", "night_companion"} & set(lines)


@pytest.mark.parametrize("need", NEEDS)
def test_an_adult_who_writes_about_themself_is_not_sent_to_the_childrens_line(demo: Catalogue, need: str) -> None:
    assert "bris" not in open_lines(Situation(need, age=35, role="self"), demo, DAY)


def test_the_routing_names_only_lines_that_exist(demo: Catalogue) -> None:
    named = {line for lines in LINES.values() for line in lines} | set(BESIDE_DANGER.values())
    assert named <= demo.lines.keys()
