"""A model's figures beside those of the one it was held against: plain rows, which a template shows as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.versions.register import Version

SHOWN = (
    ("main", "direct"),
    ("main", "helped"),
    ("main", "wrong"),
    ("together", "urgent_recall"),
    ("crisis", "urgent_recall"),
    ("harmless", "false_alarms"),
    ("main", "age"),
    ("main", "place"),
)
LESS_IS_BETTER = ("wrong", "false_alarms")
ALL = "together"
REACH = 0.2
"""A difference of so much fills half of its picture."""


@dataclass(frozen=True)
class Line:
    """One figure as a share of 0–1; None where it is not known. `of` is the set of messages that it was measured on."""

    name: str
    now: float | None
    before: float | None
    of: str = ""
    less_is_better: bool = False

    @property
    def change(self) -> float | None:
        """In percentage points, to one decimal; None where one of the two is missing."""
        if self.now is None or self.before is None:
            return None
        return round((self.now - self.before) * 100, 1)

    @property
    def pace(self) -> str:
        """`better`, `worse` or `same`."""
        if not self.change:
            return "same"
        return "better" if (self.change > 0) is not self.less_is_better else "worse"

    @property
    def bar(self) -> tuple[float, float]:
        """Where the bar begins and how wide it is, of 100; the middle is no difference."""
        width = min(abs(self.change or 0) / 100 / REACH, 1) * 50
        return round(50 - width if (self.change or 0) < 0 else 50, 1), round(width, 1)


def figure_lines(version: Version) -> Sequence[Line]:
    """The figures that decide; none if it has not been measured."""
    if not version.figures:
        return ()
    now, before = version.figures["values"], (version.figures.get("before") or {}).get("values", {})
    return [
        Line(name, now.get(of, {}).get(name), before.get(of, {}).get(name), of, name in LESS_IS_BETTER)
        for of, name in SHOWN
    ]


def need_lines(version: Version) -> Sequence[Line]:
    """How often each need was answered rightly at once, the greatest loss first."""
    if not version.figures:
        return ()
    now, before = _recall(version.figures), _recall(version.figures.get("before") or {})
    lines = [Line(need, now.get(need), before.get(need)) for need in now]
    return sorted(lines, key=lambda line: (line.change or 0, line.name))


def headline(version: Version) -> Mapping[str, float | None]:
    """The three figures of the list: right at once, wrong, danger that was heard."""
    values = (version.figures or {}).get("values", {})
    main, everything = values.get("main", {}), values.get(ALL, {})
    return {"direct": main.get("direct"), "wrong": main.get("wrong"), "urgent_recall": everything.get("urgent_recall")}


def _recall(figures: Mapping[str, Any]) -> Mapping[str, float]:
    recall: Mapping[str, float] = figures.get("sets", {}).get(ALL, {}).get("recall", {})
    return recall
