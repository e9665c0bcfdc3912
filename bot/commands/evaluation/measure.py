"""Run labelled messages through the code of `python -m bot understand` and take the time."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TextIO

from bot.commands.evaluation.judged import Figures, Judged, Labelled, figures, judge
from bot.commands.understand import Parse, behind_the_mask, understand
from bot.routing.catalogue import Catalogue

TOGETHER = "together"
LONGEST = 2000
LONG_MESSAGES = 40
STEP = 100


@dataclass(frozen=True)
class Spread:
    """Milliseconds a message; `long` is the p95 of messages of 2,000 characters."""

    p50: float
    p95: float
    p99: float
    long: float


@dataclass(frozen=True)
class Times:
    """Time inside the pipeline by the clock on the wall, and by the processor alone, which a busy machine leaves be."""

    wall: Spread
    cpu: Spread


@dataclass
class Stopwatch:
    """Milliseconds of each call of a wrapped parser, in order."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def around(self, parse: Parse) -> Parse:
        """The same parser, timed."""

        def timed(text: str) -> dict[str, Any]:
            wall, cpu = time.perf_counter(), time.process_time()
            parsed = parse(text)
            self.cpu.append((time.process_time() - cpu) * 1000)
            self.wall.append((time.perf_counter() - wall) * 1000)
            return parsed

        return timed

    def times(self, ordinary: int) -> Times:
        """The spread, when the calls after the first `ordinary` ones were long messages."""
        return Times(_spread(self.wall, ordinary), _spread(self.cpu, ordinary))


def _spread(values: Sequence[float], ordinary: int) -> Spread:
    p50, p95, p99 = (percentile(values[:ordinary], percent) for percent in (50, 95, 99))
    return Spread(p50, p95, p99, percentile(values[ordinary:], 95))


@dataclass(frozen=True)
class Report:
    """What one evaluation found: the judged messages by set, in the order of the file, and the times."""

    judged: Mapping[str, Sequence[Judged]]
    times: Times

    @property
    def figures(self) -> dict[str, Figures]:
        """The figures of each set and of all together."""
        return {name: figures(judged) for name, judged in self.all_sets().items()}

    def all_sets(self) -> dict[str, Sequence[Judged]]:
        """Each set, and last all of them as `together`."""
        return {**self.judged, TOGETHER: [one for judged in self.judged.values() for one in judged]}


def measure(rows: Sequence[Labelled], parse: Parse, catalogue: Catalogue, progress: TextIO) -> Report:
    """Understand and judge every message, as a first message of a talk; one line of progress a hundred messages."""
    watch = Stopwatch()
    heard = _hearing(behind_the_mask(watch.around(parse)), catalogue)
    _hearing(behind_the_mask(parse), catalogue)(rows[0].text)  # fills the caches that a serving process has filled
    judged: dict[str, list[Judged]] = {}
    for number, row in enumerate(rows, 1):
        judged.setdefault(row.set, []).append(judge(row, heard(row.text)))
        if number % STEP == 0 or number == len(rows):
            print(f"  {number} of {len(rows)} messages", file=progress, flush=True)
    for text in _long_texts(rows):
        heard(text)
    return Report(judged, watch.times(len(rows)))


def _hearing(parse: Parse, catalogue: Catalogue) -> Callable[[str], dict[str, Any]]:
    return lambda text: understand(text, parse, catalogue)


def _long_texts(rows: Sequence[Labelled]) -> Iterator[str]:
    """Messages of the greatest length that the door lets in, put together from the labelled ones."""
    whole = " ".join(row.text for row in rows)
    whole *= math.ceil(LONGEST * LONG_MESSAGES / len(whole))
    yield from (whole[at : at + LONGEST] for at in range(0, LONGEST * LONG_MESSAGES, LONGEST))


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile: the smallest value that `percent` of all values do not exceed; 0 for none."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(len(ranked) * percent / 100) - 1)] if ranked else 0.0
