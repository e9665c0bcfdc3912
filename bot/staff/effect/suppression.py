"""Which counts may be shown: none from 1 to 4, and none that would give such a count away.

A zero is shown: it tells of nobody. A list with its total hides a small count in the company of others. A table shows a
row whole or only by its total; the rows that are not shown whole stand together in a rest row. So everything that is
shown is 0 or at least 5, and what remains unknown is a table of which only the margins are known: for that the exact
limits are simple (Fréchet's bounds), and they are checked. The tests check once more, with linear programming.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LEAST = 5
"""The smallest count that is shown."""
ROOM = 2
"""How far apart the least and the most that a hidden count could be must stand."""
MERGED = "merged"
"""The column that stands for those whose totals are hidden."""
Counts = Mapping[str, int]


@dataclass(frozen=True)
class Shown:
    """A table as it may be shown. None is "not shown"; `rest` are the rows together that are not shown whole."""

    totals: Mapping[str, int | None]
    rows: Mapping[str, Counts]
    rest: Counts


def is_small(count: int) -> bool:
    """Whether a count could point to a person."""
    return 0 < count < LEAST


def show_list(counts: Counts) -> dict[str, int | None]:
    """Counts whose sum is known: small ones hidden, and as many others as it takes that none can be worked out.

    Whoever subtracts what is shown knows the sum of the hidden ones, and that each is at least 1. They learn no more
    than that each lies between 1 and something that is at least 5.
    """
    dark = {key for key, count in counts.items() if is_small(count)}
    while dark and not _has_room([counts[key] for key in dark]):
        left = [key for key, count in counts.items() if count and key not in dark]
        if not left:
            return dict.fromkeys(counts)  # the zeros too: else five hidden ones with the sum 5 would be five times 1
        dark.add(min(left, key=lambda key: counts[key]))
    return {key: None if key in dark else count for key, count in counts.items()}


def show_alone(counts: Counts) -> dict[str, int | None]:
    """Counts whose sum is shown nowhere: only the small ones are hidden."""
    return {key: None if is_small(count) else count for key, count in counts.items()}


def show_table(rows: Mapping[str, Counts], columns: Mapping[str, int | None]) -> Shown:
    """Row → column → count; `columns` are the columns' totals as they are shown elsewhere, None for a hidden one."""
    merged = {row: _merge(counts, columns) for row, counts in rows.items()}
    sizes = {row: _size(counts) for row, counts in rows.items()}
    totals = show_list(sizes)
    apart = {row for row, counts in merged.items() if totals[row] is None or _has_small(counts)}
    while apart and not _is_safe(merged, totals, apart):
        left = [row for row, size in sizes.items() if size and row not in apart]
        if not left:
            return Shown(dict.fromkeys(rows), {}, {})
        apart.add(min(left, key=lambda row: sizes[row]))
    whole = {row: counts for row, counts in merged.items() if row not in apart}
    return Shown(totals, whole, _together(merged, apart))


def _merge(counts: Counts, columns: Mapping[str, int | None]) -> dict[str, int]:
    shown = {column: counts.get(column, 0) for column, total in columns.items() if total is not None}
    dark = [counts.get(column, 0) for column, total in columns.items() if total is None]
    return {**shown, MERGED: sum(dark)} if dark else shown


def _is_safe(merged: Mapping[str, Counts], totals: Mapping[str, int | None], apart: set[str]) -> bool:
    rest = _together(merged, apart)
    if len(apart) < 2 or _has_small(rest):
        return False
    return all(
        _is_wide(_size(counts), rest, column, count)
        for row, counts in merged.items()
        if row in apart and totals[row] is not None
        for column, count in counts.items()
        if is_small(count)
    )


def _size(counts: Counts) -> int:
    return sum(counts.values())


def _has_small(counts: Counts) -> bool:
    return any(is_small(count) for count in counts.values())


def _is_wide(total: int, rest: Counts, column: str, count: int) -> bool:
    """Whether a cell of which only the margins are known could still be several things."""
    least = max(0, total + rest[column] - _size(rest))
    most = min(total, rest[column])
    return least <= count <= most and most - least >= ROOM


def _together(merged: Mapping[str, Counts], apart: set[str]) -> dict[str, int]:
    columns = next(iter(merged.values()), {})
    return {column: sum(merged[row][column] for row in apart) for column in columns} if apart else {}


def _has_room(dark: Sequence[int]) -> bool:
    return len(dark) > 1 and sum(dark) - (len(dark) - 1) >= LEAST
