"""One line of a comparison, the table that is printed, and `benchmarks/latest.json`, which all benchmarks share."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LATEST = Path(__file__).with_name("latest.json")


@dataclass(frozen=True)
class Line:
    """One figure of ours beside the peer's, in the same unit. `bound` is an absolute goal beside beating the peer.

    `against`: False where the peer is another figure of ours, so that only the bound counts.
    """

    name: str
    ours: float
    peer: float
    more_is_better: bool = False
    bound: float | None = None
    against: bool = True

    @property
    def ratio(self) -> float | None:
        """Ours by the peer's; None when the peer's is nought."""
        return self.ours / self.peer if self.peer else None

    @property
    def goal(self) -> str:
        """What is to be reached, in words."""
        words = ["more than the peer" if self.more_is_better else "less than the peer"] if self.against else []
        bound = [] if self.bound is None else [f"{'at least' if self.more_is_better else 'at most'} {self.bound:g}"]
        return ", and ".join(words + bound)

    @property
    def met(self) -> bool:
        """Whether ours is better, and within the bound; a tie counts only where nothing better exists."""
        sign = 1 if self.more_is_better else -1
        best = self.ours == self.peer == (1.0 if self.more_is_better else 0.0)
        within = self.bound is None or sign * self.ours >= sign * self.bound
        return within and (best or not self.against or sign * self.ours > sign * self.peer)

    def as_dict(self) -> dict[str, Any]:
        """The entry of latest.json."""
        rounded = {"ours": round(self.ours, 4), "peer": round(self.peer, 4)}
        ratio = None if self.ratio is None else round(self.ratio, 4)
        return {"name": self.name, **rounded, "ratio": ratio, "goal": self.goal, "met": self.met}


def print_lines(lines: Sequence[Line]) -> None:
    """A table for people."""
    width = max(len(line.name) for line in lines)
    print(f"{'':{width}}  {'ours':>10}  {'stock':>10}  {'ratio':>7}  goal")
    for line in lines:
        ratio = "–" if line.ratio is None else f"{line.ratio:.2f}"
        met = "met" if line.met else "MISSED"
        print(f"{line.name:{width}}  {line.ours:>10.3f}  {line.peer:>10.3f}  {ratio:>7}  {met}: {line.goal}")


def write_lines(lines: Sequence[Line], path: Path = LATEST) -> None:
    """Put the lines into the file; entries of other benchmarks stay as they are."""
    before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    names = {line.name for line in lines}
    kept = [entry for entry in before if entry["name"] not in names]
    path.write_text(json.dumps([*kept, *(line.as_dict() for line in lines)], indent=1) + "\n", encoding="utf-8")
