"""On-call ladders: which unit is woken how, rung by rung. The values; reading the file is `on_call_file.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

WORDS = Path(__file__).with_name("on_call_words.yml")
JSON_TYPE = "application/json"
FORM_TYPE = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Gateway:
    """An SMS or pager service: where to post, with which headers, and the body with its `{words}` unfilled.

    Secrets have been put into `url` and `headers`, so neither is ever shown.
    """

    id: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: str

    @property
    def content_type(self) -> str:
        """What the body is; JSON unless a header says otherwise."""
        given = {name.lower(): value for name, value in self.headers.items()}
        return given.get("content-type", JSON_TYPE).split(";")[0].strip().lower()


@dataclass(frozen=True)
class Rung:
    """One step of a ladder: a role (not a person) and every way to reach it."""

    name: str
    mail: tuple[str, ...] = ()
    webhook: str = field(default="", repr=False)
    gateway: Gateway | None = None
    number: str = field(default="", repr=False)

    @property
    def wakes(self) -> bool:
        """Whether it has a way that may wake somebody; mail wakes nobody."""
        return bool(self.webhook or self.gateway)


Ladder = tuple[Rung, ...]


@dataclass(frozen=True)
class OnCall:
    """Unit → ladder. A unit is a service's receiving unit or, where that is not known, the service's id."""

    ladders: Mapping[str, Ladder]

    def of(self, service: str, receiving_unit: str | None) -> Ladder | None:
        """The ladder of a service, None where none is set."""
        return self.ladders.get(receiving_unit or "") or self.ladders.get(service)


@cache
def _words() -> Mapping[str, Any]:
    words: Mapping[str, Any] = YAML(typ="safe").load(WORDS.read_text(encoding="utf-8"))
    return words


def say(group: str, name: str, /, **values: object) -> str:
    """One sentence of `on_call_words.yml`, filled."""
    return str(_words()[group][name]).format(**values)


def say_where(file: str, entry: str, field: str, problem: str) -> str:
    """A problem with its place in front."""
    return str(_words()["at"]).format(file=file, entry=entry, field=field, problem=problem)
