"""The gate: figures against the floors of floors.yml and the last accepted report. Every miss in plain words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from bot.commands.evaluation.floors import FIGURES, Floor, FloorError, Floors
from bot.commands.evaluation.judged import Figures
from bot.commands.evaluation.measure import Report
from bot.settings import ROOT

ACCEPTED = ROOT / "tests" / "understanding" / "accepted.json"


LINES = {
    "floor": "{set}: {figure} is {value} and misses its floor of {wanted}.",
    "goal": "{set}: {figure} is {value} and is not yet at its goal of {wanted}.",
    "stepped_back": "{set}: {figure} is {value} and was {wanted} in the accepted report and may not step back.",
    "fallen": "{set}: recall of {need} fell from {was:.3f} to {now:.3f}, more than {allowed:.3f}.",
    "unmeasured": "{set}: {figure} is not measured by these messages.",
    "no_report": "There is no accepted report to compare with: write one with --accept.",
    "other_labels": "The labelled messages are not those of the accepted report: say why, accept anew.",
}


@dataclass(frozen=True)
class Remark:
    """One thing that the gate says: a kind of `LINES` and what it is about. The console has words of its own for it."""

    kind: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        """One printed line."""
        short = {name: _number(self.values[name]) for name in ("value", "wanted") if name in self.values}
        return LINES[self.kind].format(**{**self.values, **short})

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON."""
        return {"kind": self.kind, **self.values}


@dataclass(frozen=True)
class Verdict:
    """`missed` fails the gate; `hard` are those that also forbid accepting; `notes` and `far` (goals) only inform."""

    missed: tuple[Remark, ...]
    hard: tuple[Remark, ...]
    far: tuple[Remark, ...]
    notes: tuple[Remark, ...]

    def and_missed(self, *remarks: Remark) -> Verdict:
        """The same verdict with more misses."""
        return replace(self, missed=(*self.missed, *remarks))


def values(found: Figures) -> dict[str, float | None]:
    """The figures that a floor may be set on, by name; None where nothing was labelled."""
    own = {name: getattr(found, name) for name in FIGURES if name not in ("helped", "worst_need")}
    return {**own, "helped": found.direct + found.assisted, "worst_need": min(found.recall.values(), default=None)}


def judge_report(report: Report, floors: Floors, accepted: Mapping[str, Any] | None, labels: str | None) -> Verdict:
    """Hold a report against floors and accepted report.

    `labels` is the fingerprint of the frozen messages; None for another file, where floors hold only for what is
    labelled in it and there is nothing to compare with.
    """
    known: dict[str, Mapping[str, float | None]] = {name: values(f) for name, f in report.figures.items()}
    known |= {"time": asdict(report.times.wall), "cpu": asdict(report.times.cpu)}
    verdict = _against_floors(known, floors, frozen=labels is not None)
    if labels is None:
        return verdict
    if accepted is None:
        return verdict.and_missed(Remark("no_report"))
    if accepted["labels"] != labels:
        return verdict.and_missed(Remark("other_labels"))
    stepped_back = _stepped_back(known, accepted["values"], floors)
    return verdict.and_missed(*_fallen(report.figures, accepted["sets"], floors), *stepped_back)


def _against_floors(known: Mapping[str, Mapping[str, float | None]], floors: Floors, frozen: bool) -> Verdict:
    missed: list[Remark] = []
    hard: list[Remark] = []
    far: list[Remark] = []
    notes: list[Remark] = []
    for floor in floors.floors:
        value = known.get(floor.set, {}).get(floor.figure)
        if value is None:
            unmeasured = Remark("unmeasured", {"set": floor.set, "figure": floor.figure})
            (missed if frozen else notes).append(unmeasured)
        elif not floor.holds(value, floor.floor):
            (hard if floor.hard else missed).append(_remark("floor", floor, value, floor.floor))
        elif not floor.holds(value, floor.goal):
            far.append(_remark("goal", floor, value, floor.goal))
    return Verdict((*hard, *missed), tuple(hard), tuple(far), tuple(notes))


def _fallen(found: Mapping[str, Figures], accepted: Mapping[str, Any], floors: Floors) -> list[Remark]:
    return [
        Remark("fallen", {"set": name, "need": need, "was": before, "now": now, "allowed": floors.tolerance})
        for name in floors.compared
        if name in found
        for need, before in accepted.get(name, {}).get("recall", {}).items()
        if (now := found[name].recall.get(need, 0.0)) < before - floors.tolerance - 1e-9
    ]


def _stepped_back(
    known: Mapping[str, Mapping[str, float | None]], accepted: Mapping[str, Any], floors: Floors
) -> list[Remark]:
    remarks = []
    for floor in (floor for floor in floors.floors if floor.hard):
        now, before = known.get(floor.set, {}).get(floor.figure), accepted.get(floor.set, {}).get(floor.figure)
        if now is not None and before is not None and not floor.holds(round(now, 4), before):
            remarks.append(_remark("stepped_back", floor, now, before))
    return remarks


def _remark(kind: str, floor: Floor, value: float, wanted: float) -> Remark:
    return Remark(kind, {"set": floor.set, "figure": floor.figure, "value": round(value, 4), "wanted": wanted})


def _number(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")


def accepted_of(report: Report, labels: str) -> dict[str, Any]:
    """What is kept of an accepted report: figures only, no message; no times, which belong to a machine."""
    found = report.figures
    return {
        "labels": labels,
        "sets": {name: one.as_dict() for name, one in found.items()},
        "values": {
            name: {k: v if v is None else round(v, 4) for k, v in values(f).items()} for name, f in found.items()
        },
    }


def load_accepted(path: Path = ACCEPTED) -> dict[str, Any] | None:
    """The last accepted report, or None when there is none.

    Raises:
        FloorError: the file is damaged.
    """
    if not path.exists():
        return None
    try:
        accepted = json.loads(path.read_text(encoding="utf-8"))
        if all(isinstance(accepted[part], kind) for part, kind in (("labels", str), ("sets", dict), ("values", dict))):
            return dict(accepted)
    except (ValueError, KeyError, TypeError) as error:
        raise FloorError(f"{path.name}: is damaged ({error}); write it anew with --accept") from error
    raise FloorError(f"{path.name}: is damaged; write it anew with --accept")


def verdict_lines(verdict: Verdict) -> Sequence[str]:
    """The verdict in words, misses first."""
    parts = (("MISSED", verdict.missed), ("goal", verdict.far), ("note", verdict.notes))
    head = f"Gate: {len(verdict.missed)} missed." if verdict.missed else "Gate: every floor holds."
    return [head, *(f"  {kind}: {line}" for kind, lines in parts for line in lines)]
