"""Small counts are hidden, and cannot be worked out from what is shown."""

from __future__ import annotations

import random

import pytest
from scipy.optimize import linprog

from bot.staff.effect.suppression import LEAST, MERGED, ROOM, Shown, is_small, show_alone, show_list, show_table

Cells = dict[str, dict[str, int]]


def listed(*counts: int) -> dict[str, int]:
    return dict(zip("abcd", counts, strict=False))


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ((0, 0, 0, 0), ""),
        ((5, 0, 7, 9), ""),
        ((4, 0, 7, 9), "ac"),
        ((3, 3, 7, 9), "ab"),
        ((1, 1, 7, 9), "abc"),
        ((3, 2, 0, 0), "abcd"),
        ((1, 1, 1, 2), "abcd"),
    ],
)
def test_a_small_count_takes_company_when_the_sum_is_known(counts: tuple[int, ...], hidden: str) -> None:
    assert {key for key, count in show_list(listed(*counts)).items() if count is None} == set(hidden)


def test_without_a_sum_only_the_small_ones_are_hidden() -> None:
    assert show_alone(listed(0, 4, 5)) == {"a": 0, "b": None, "c": 5}


def test_a_table_without_small_counts_is_shown_whole() -> None:
    cells = {"x": listed(5, 6), "y": listed(0, 9)}
    assert show_table(cells, listed(5, 15)) == Shown({"x": 11, "y": 9}, cells, {})


def test_rows_with_a_small_count_stand_together() -> None:
    cells = {"x": listed(50, 3), "y": listed(60, 4), "z": listed(70, 9)}
    shown = show_table(cells, listed(180, 16))
    assert shown.totals == {"x": 53, "y": 64, "z": 79}
    assert shown.rows == {"z": cells["z"]}
    assert shown.rest == {"a": 110, "b": 7}


def test_one_row_alone_is_never_the_rest() -> None:
    cells = {"x": listed(50, 3), "y": listed(60, 8), "z": listed(70, 9)}
    shown = show_table(cells, listed(180, 20))
    assert set(shown.rows) == {"z"} and shown.rest == {"a": 110, "b": 11}


def test_where_nothing_helps_nothing_is_shown() -> None:
    assert show_table({"x": listed(50, 3)}, listed(50, 3)) == Shown({"x": None}, {}, {})


def test_columns_whose_totals_are_hidden_are_shown_as_one() -> None:
    cells = {"x": listed(50, 2, 9), "y": listed(60, 1, 8)}
    shown = show_table(cells, {"a": 110, "b": None, "c": None})
    assert shown.rows == {"x": {"a": 50, MERGED: 11}, "y": {"a": 60, MERGED: 9}}


def limits(cells: Cells, shown: Shown, columns: dict[str, int | None]) -> dict[tuple[str, str], tuple[float, float]]:
    """The least and the most that each small cell can be, for whoever knows all that is shown: linear programming."""
    names = [(row, column) for row, counts in cells.items() for column in counts]
    lines, values = [], []

    def known(keys: list[tuple[str, str]], value: int) -> None:
        lines.append([float(name in keys) for name in names])
        values.append(value)

    everything = sum(sum(counts.values()) for counts in cells.values())
    known(names, everything)
    dark = [column for column, total in columns.items() if total is None]
    for column, total in columns.items():
        if total is not None:
            known([(row, column) for row in cells], total)
    for row, total in shown.totals.items():
        if total is not None:
            known([(row, column) for column in columns], total)
    for row, counts in shown.rows.items():
        for column, count in counts.items():
            known([(row, each) for each in (dark if column == MERGED else [column])], count)
    found = {}
    for index, (row, column) in enumerate(names):
        if not is_small(cells[row][column]):
            continue
        aim = [float(i == index) for i in range(len(names))]
        ends = [linprog([sign * a for a in aim], A_eq=lines, b_eq=values) for sign in (1, -1)]
        assert all(end.success for end in ends)
        found[row, column] = (ends[0].fun, -ends[1].fun)
    return found


@pytest.mark.parametrize("seed", range(150))
def test_nobody_can_work_out_a_small_count_from_all_that_is_shown(seed: int) -> None:
    rng = random.Random(seed)
    outcomes, rows = "abcdef"[: rng.randint(2, 6)], [str(n) for n in range(rng.randint(1, 7))]
    sizes = rng.choice([(0, 1, 2, 3, 6, 20, 90), (0, 0, 8, 30, 200), (0, 1, 1, 2, 4)])
    cells = {row: {column: rng.choice(sizes) for column in outcomes} for row in rows}
    columns = show_list({column: sum(cells[row][column] for row in rows) for column in outcomes})
    shown = show_table(cells, columns)
    numbers = [*shown.totals.values(), *columns.values(), *shown.rest.values()]
    numbers += [count for counts in shown.rows.values() for count in counts.values()]
    assert not [number for number in numbers if number is not None and 0 < number < LEAST]
    for cell, (least, most) in limits(cells, shown, columns).items():
        assert most - least >= ROOM, f"{cell} = {cells[cell[0]][cell[1]]} is given away: {least} to {most}"
