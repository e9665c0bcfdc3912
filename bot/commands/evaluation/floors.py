"""The floors of tests/understanding/floors.yml: which figure must hold what."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.settings import ROOT

FLOORS = ROOT / "tests" / "understanding" / "floors.yml"
CLOCKS = ("time", "cpu")
LESS_IS_BETTER = ("wrong", "false_alarms", "p50", "p95", "p99", "long")
FIGURES = ("direct", "helped", "wrong", "worst_need", "urgent_recall", "false_alarms", "age", "place", "role")
TIMES = ("p50", "p95", "p99", "long")


class FloorError(ValueError):
    """floors.yml or accepted.json cannot be used; the message names the file, the entry and the field."""


@dataclass(frozen=True)
class Floor:
    """One figure's least (or, where less is better, greatest) value: `floor` must hold today, `goal` is to be
    reached. A `hard` floor also allows no step back from the accepted report, and nothing is accepted below it."""

    set: str
    figure: str
    goal: float
    floor: float
    hard: bool = False

    def holds(self, value: float, wanted: float) -> bool:
        """Whether a value is as good as wanted."""
        return value <= wanted if self.figure in LESS_IS_BETTER else value >= wanted


@dataclass(frozen=True)
class Floors:
    """All floors; `tolerance` is how far a need's recall may fall (0–1), `compared` the sets where that counts."""

    tolerance: float
    compared: tuple[str, ...]
    floors: tuple[Floor, ...]


def load_floors(path: Path = FLOORS) -> Floors:
    """Read and check the floors.

    Raises:
        FloorError: the file does not hold what it must.
    """
    try:
        content = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
        floors = tuple(
            _floor(path, name, figure, entry)
            for name, entries in content["floors"].items()
            for figure, entry in entries.items()
        )
        return Floors(float(content["tolerance"]), tuple(content["compared"]), floors)
    except FloorError:
        raise
    except (OSError, YAMLError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise FloorError(f"{path.name}: needs `tolerance`, `compared` and `floors` ({error})") from error


def _floor(path: Path, name: str, figure: str, entry: Any) -> Floor:
    where = f"{path.name}, {name}.{figure}"
    if figure not in (TIMES if name in CLOCKS else FIGURES):
        raise FloorError(f"{where}: there is no such figure")
    if not isinstance(entry, dict) or not entry.keys() <= {"goal", "floor", "hard"}:
        raise FloorError(f"{where}: must hold `goal`, `floor` and perhaps `hard`")
    for field in ("goal", "floor"):
        if not isinstance(entry.get(field), (int, float)):
            raise FloorError(f"{where}: `{field}` must be a number")
    return Floor(name, figure, entry["goal"], entry["floor"], bool(entry.get("hard")))
