"""Figures on labelled messages: how often the right door was shown, and whether danger was seen. Pure.

A message counts as
    direct     the assistant answered, and with a need that a wise social worker would accept;
    assisted   it asked "menar du …?", and the right need stood among the choices;
    wrong      it answered, and with another need: the person is sent to the wrong door;
    unhelped   it asked without the right choice, or said that it did not understand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Result = Literal["direct", "assisted", "wrong", "unhelped"]
URGENT = ("emergency", "suicide_risk")
BINS = 10


@dataclass(frozen=True)
class Labelled:
    """One message of a labelled file and what is right for it."""

    text: str
    need: str
    alternatives: tuple[str, ...] = ()
    urgent: str | None = None
    age: int | None = None
    place: str | None = None
    role: str | None = None
    style: str = ""
    set: str = "main"

    @property
    def accepted(self) -> frozenset[str]:
        """Every need that is right."""
        return frozenset({self.need, *self.alternatives})

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Labelled:
        """From a line of a labelled file; unknown fields are left out."""
        known = {name: row[name] for name in cls.__dataclass_fields__ if row.get(name) is not None}
        return cls(**{**known, "alternatives": tuple(row.get("alternatives") or ())})


@dataclass(frozen=True)
class Judged:
    """One message with what was understood (the fields of `python -m bot understand`) and how that is judged."""

    label: Labelled
    heard: Mapping[str, Any]
    result: Result

    @property
    def alarmed(self) -> bool:
        """Whether the urgent answer was given."""
        return self.heard.get("urgent") is not None


def judge(label: Labelled, heard: Mapping[str, Any]) -> Judged:
    """Compare what was understood with what is right."""
    if heard["decision"] == "answer" and heard.get("need"):
        return Judged(label, heard, "direct" if heard["need"] in label.accepted else "wrong")
    if heard["decision"] == "clarify" and label.accepted & set(heard.get("choices") or ()):
        return Judged(label, heard, "assisted")
    # A question or an answer without a topic is met with "vad gäller det?": no wrong door, but no help yet.
    return Judged(label, heard, "unhelped")


@dataclass(frozen=True)
class Figures:
    """All figures of one evaluation; shares are 0–1, None where nothing was labelled."""

    messages: int
    direct: float
    assisted: float
    wrong: float
    urgent_recall: float | None
    false_alarms: float | None
    age: float | None
    place: float | None
    role: float | None
    recall: Mapping[str, float]
    precision: Mapping[str, float]
    styles: Mapping[str, float]
    confusions: Sequence[tuple[str, str, int]]
    reliability: Sequence[tuple[float, float, int]]

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON, rounded so that two runs of one model compare equal."""
        return {name: _rounded(getattr(self, name)) for name in self.__dataclass_fields__}


def figures(judged: Sequence[Judged]) -> Figures:
    """Every figure of these messages."""
    urgent = [j for j in judged if j.label.urgent]
    calm = [j for j in judged if not j.label.urgent and not j.label.accepted & set(URGENT)]
    return Figures(
        messages=len(judged),
        direct=_share(judged, lambda j: j.result == "direct") or 0.0,
        assisted=_share(judged, lambda j: j.result == "assisted") or 0.0,
        wrong=_share(judged, lambda j: j.result == "wrong") or 0.0,
        urgent_recall=_share(urgent, lambda j: j.alarmed),
        false_alarms=_share(calm, lambda j: j.alarmed),
        age=_found(judged, "age"),
        place=_found(judged, "place"),
        role=_found(judged, "role"),
        recall=_by(judged, lambda j: j.label.need),
        precision=_precision(judged),
        styles=_by(judged, lambda j: j.label.style),
        confusions=_confusions(judged),
        reliability=_reliability(judged),
    )


def _share(judged: Iterable[Judged], right: Callable[[Judged], bool]) -> float | None:
    marks = [right(j) for j in judged]
    return sum(marks) / len(marks) if marks else None


def _found(judged: Iterable[Judged], field: str) -> float | None:
    stated = [j for j in judged if getattr(j.label, field) is not None]
    return _share(stated, lambda j: j.heard.get(field) == getattr(j.label, field))


def _by(judged: Sequence[Judged], key: Callable[[Judged], str]) -> dict[str, float]:
    names = sorted({key(j) for j in judged})
    return {n: _share([j for j in judged if key(j) == n], lambda j: j.result == "direct") or 0.0 for n in names}


def _precision(judged: Sequence[Judged]) -> dict[str, float]:
    answered = [j for j in judged if j.result in ("direct", "wrong")]
    names = sorted({str(j.heard["need"]) for j in answered})
    return {
        n: _share([j for j in answered if j.heard["need"] == n], lambda j: j.result == "direct") or 0.0 for n in names
    }


def _confusions(judged: Sequence[Judged]) -> list[tuple[str, str, int]]:
    pairs = Counter((j.label.need, str(j.heard["need"])) for j in judged if j.result == "wrong")
    return [(right, got, count) for (right, got), count in pairs.most_common()]


def _reliability(judged: Sequence[Judged]) -> list[tuple[float, float, int]]:
    """(mean confidence, share right, how many) for ten bands of confidence, of the answers by the model alone."""
    bands: dict[int, list[tuple[float, bool]]] = {}
    for j in judged:
        if j.result in ("direct", "wrong") and not j.alarmed:
            confidence = float(j.heard.get("confidence") or 0.0)
            bands.setdefault(min(int(confidence * BINS), BINS - 1), []).append((confidence, j.result == "direct"))
    return [
        (sum(c for c, _ in band) / len(band), sum(right for _, right in band) / len(band), len(band))
        for _, band in sorted(bands.items())
    ]


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, Mapping):
        return {key: _rounded(inner) for key, inner in value.items()}
    return [_rounded(inner) for inner in value] if isinstance(value, (list, tuple)) else value
