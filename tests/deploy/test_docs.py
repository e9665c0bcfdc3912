"""What docs/front-door.md names is there: every test of the table, every limit."""

from __future__ import annotations

import re

import pytest

from bot.chat.limits import RATES
from tests.test_tree import ROOT

PAGE = (ROOT / "docs" / "front-door.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))


@pytest.mark.parametrize(("path", "name"), NAMED, ids=[name for _, name in NAMED])
def test_a_test_that_the_page_names_is_there(path: str, name: str) -> None:
    assert re.search(rf"^(async )?def {name}\(", (ROOT / path).read_text(encoding="utf-8"), re.M), (
        f"{path} has no {name}"
    )


def test_every_weak_spot_of_the_door_has_a_test() -> None:
    rows = {int(number): tests for number, tests in re.findall(r"^\| (\d+) \|(.*)\|$", PAGE, re.M)}
    assert set(rows) == {1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 20}
    assert not [number for number, tests in rows.items() if "::test_" not in tests]


@pytest.mark.parametrize("kind", sorted(RATES))
def test_the_limits_are_those_of_the_code(kind: str) -> None:
    line = {
        "message": "messages of one session",
        "client_message": "messages of one address",
        "conversation": "new sessions",
        "case": "contact forms",
        "receipt": "receipt codes",
    }[kind]
    row = next(row for row in PAGE.splitlines() if row.startswith(f"| {line}"))
    longest = RATES[kind].longest  # type: ignore[index]
    shown = f"{longest:.0f} s" if longest < 60 else f"{longest / 60:.0f} min"
    assert f"| {RATES[kind].burst:.0f}" in row  # type: ignore[index]
    assert f"up to {shown}" in row
