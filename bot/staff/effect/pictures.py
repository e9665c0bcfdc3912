"""Pictures of figures as plain shapes, which a template draws as SVG: no script, no library, sharp at every size.

Each picture stands beside a table that says the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, FOOT, HEAD = 640, 240, 34, 26
STUB = 14
"""How high the mark of a hidden count is: outlined, and never to scale."""


@dataclass(frozen=True)
class Column:
    """One column; all lengths in the units of the picture. `count` None: hidden."""

    name: str
    count: int | None
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Picture:
    """Columns side by side from the left; the tallest fills the height."""

    width: int
    height: int
    foot: int
    columns: Sequence[Column]


def draw_columns(counts: Sequence[tuple[str, int | None]]) -> Picture:
    """One column for each (name, count)."""
    tallest = max((count or 0 for _, count in counts), default=0) or 1
    step = WIDTH / max(len(counts), 1)
    room = HEIGHT - FOOT - HEAD
    columns = []
    for index, (name, count) in enumerate(counts):
        height = STUB if count is None else room * count / tallest
        place = (round(index * step + step * 0.15, 1), round(HEIGHT - FOOT - height, 1))
        columns.append(Column(name, count, *place, round(step * 0.7, 1), round(height, 1)))
    return Picture(WIDTH, HEIGHT, FOOT, columns)
