"""services.yml → checked values. All faults of the file are said at once, each with entry and field, in plain Swedish.

An expired date is no fault of the file: the assistant must start the day after a number ran out. Such a fact loses its
place by itself (`Fact.usable`) and `check.py` says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, TypeVar

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from bot.routing.facts import TEXTS, Fact, Line, Service
from bot.routing.values import BadValue, read_count, read_date, read_hours, read_phone, read_text, read_truth, read_url
from bot.routing.words import say

T = TypeVar("T")
FACT = ("value", "source", "checked_on", "confidence", "confirmed_by", "confirmed_on", "expires_on")
LINE = ("id", "name", "phone", "hours", "anonymous", "free", "for_whom", "url")
SERVICE = ("id", "name", "per_district", "lines", *TEXTS, "hours", "promise_hours", "receiving_unit", "takes_cases")
REQUIRED = ("emergency_112", "contact_centre")
_ID = re.compile(r"[a-z][a-z0-9_]*")


class CatalogueError(ValueError):
    """The catalogue's files are wrong. `problems`: one sentence each, naming file, entry and field."""

    def __init__(self, problems: Collection[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def read_services(path: Path, districts: Collection[str]) -> tuple[dict[str, Line], dict[str, Service]]:
    """The lines and services of a file, by id.

    Raises:
        CatalogueError: with every fault found.
    """
    return _Reader(path.name, districts).read(path)


class _Reader:
    """Reads one file and remembers what was wrong; a wrong value is None until `read` raises."""

    def __init__(self, file: str, districts: Collection[str]) -> None:
        self._file = file
        self._districts = districts
        self._problems: list[str] = []

    def read(self, path: Path) -> tuple[dict[str, Line], dict[str, Service]]:
        top = say("problems", "top")
        data = self._table(top, "-", self._yaml(path))
        self._keys(top, data, ("lines", "services"))
        lines = self._entries("line", data.get("lines"), self._line)
        services = self._entries("service", data.get("services"), self._service)
        if not self._problems:
            self._whole(lines, services)
        if self._problems:
            raise CatalogueError(self._problems)
        return lines, services

    def _yaml(self, path: Path) -> Any:
        try:
            return YAML(typ="safe").load(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            self._note(say("problems", "top"), "-", "missing_file")
        except YAMLError as error:
            mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
            self._note(say("problems", "top"), "-", "unreadable", line=mark.line + 1 if mark else "?")
        raise CatalogueError(self._problems)

    def _whole(self, lines: Mapping[str, Line], services: Mapping[str, Service]) -> None:
        """What can only be seen when everything is read."""
        for service in services.values():
            for line in service.lines:
                if line not in lines:
                    self._note(say("problems", "service", id=service.id), "lines", "unknown_line", value=line)
        for id_ in services.keys() & lines.keys():
            self._note(say("problems", "service", id=id_), "id", "same_id")
        for id_ in REQUIRED:
            if id_ not in lines and id_ not in services:
                self._note(say("problems", "top"), id_, "required", id=id_)
        emergency = lines.get("emergency_112")
        if emergency and (emergency.phone is None or emergency.phone.value != "112"):
            self._note(say("problems", "line", id="emergency_112"), "phone", "fixed", value="112")

    def _entries(self, kind: str, raw: Any, read: Callable[[str, dict[str, Any]], T]) -> dict[str, T]:
        found: dict[str, T] = {}
        if not isinstance(raw, list):
            self._note(say("problems", "top"), f"{kind}s", "not_list")
            return found
        for number, item in enumerate(raw, start=1):
            id_ = item.get("id") if isinstance(item, dict) else None
            entry = say("problems", kind, id=id_ or number)
            table = self._table(entry, "-", item)
            if not isinstance(id_, str) or not _ID.fullmatch(id_):
                self._note(entry, "id", "no_id")
            elif id_ in found:
                self._note(entry, "id", "same_id")
            else:
                found[id_] = read(entry, table)
        return found

    def _line(self, entry: str, raw: dict[str, Any]) -> Line:
        self._keys(entry, raw, LINE, optional=("districts", "english_name"))
        return Line(
            id=raw["id"],
            name=self._plain(entry, "name", raw, read_text) or "",
            phone=self._fact(entry, "phone", raw, read_phone),
            hours=self._fact(entry, "hours", raw, read_hours),
            anonymous=self._fact(entry, "anonymous", raw, read_truth),
            free=self._fact(entry, "free", raw, read_truth),
            for_whom=self._fact(entry, "for_whom", raw, read_text),
            url=self._fact(entry, "url", raw, read_url),
            districts=self._ids(entry, "districts", raw, self._districts),
            english_name=self._plain(entry, "english_name", raw, read_text),
        )

    def _service(self, entry: str, raw: dict[str, Any]) -> Service:
        self._keys(entry, raw, SERVICE, optional=("english_name",))
        texts = {name: self._fact(entry, name, raw, read_url if name == "url" else read_text) for name in TEXTS}
        return Service(
            id=raw["id"],
            name=self._plain(entry, "name", raw, read_text) or "",
            per_district=bool(self._plain(entry, "per_district", raw, read_truth)),
            lines=self._ids(entry, "lines", raw, None),
            texts={name: fact for name, fact in texts.items() if fact is not None},
            hours=self._fact(entry, "hours", raw, read_hours),
            promise_hours=self._fact(entry, "promise_hours", raw, read_count),
            receiving_unit=self._fact(entry, "receiving_unit", raw, read_text),
            takes_cases=self._fact(entry, "takes_cases", raw, read_truth),
            english_name=self._plain(entry, "english_name", raw, read_text),
        )

    def _fact(self, entry: str, field: str, parent: dict[str, Any], read: Callable[[Any], T]) -> Fact[T] | None:
        if parent.get(field) is None:
            return None
        raw = self._table(entry, field, parent[field])
        before = len(self._problems)
        self._keys(entry, raw, FACT, optional=("english",), prefix=f"{field}.")
        if len(self._problems) > before:
            return None
        value = self._read(entry, f"{field}.value", raw["value"], read)
        fact = self._dated(entry, field, raw, value)
        return fact if fact and len(self._problems) == before else None

    def _dated(self, entry: str, field: str, raw: dict[str, Any], value: Any) -> Fact[Any] | None:
        source = raw["source"]
        if not isinstance(source, str) or not source.strip():
            self._note(entry, f"{field}.source", "no_source")
        if raw["confidence"] not in ("high", "medium", "low"):
            self._note(entry, f"{field}.confidence", "bad_confidence")
        checked, expires = (self._read(entry, f"{field}.{n}", raw[n], read_date) for n in ("checked_on", "expires_on"))
        if checked is None or expires is None:
            return None
        if expires <= checked:
            self._note(entry, f"{field}.expires_on", "expires_first", expires_on=expires, checked_on=checked)
        by, on = raw["confirmed_by"], raw["confirmed_on"]
        if (by is None) != (on is None):
            self._note(entry, f"{field}.confirmed_by", "half_confirmed")
        by = None if by is None else self._read(entry, f"{field}.confirmed_by", by, read_text)
        on = None if on is None else self._read(entry, f"{field}.confirmed_on", on, read_date)
        if on is not None and on < checked:
            self._note(entry, f"{field}.confirmed_on", "confirmed_first", confirmed_on=on, checked_on=checked)
        english = self._read(entry, f"{field}.english", raw["english"], read_text) if "english" in raw else None
        return Fact(value, source, checked, raw["confidence"], by, on, expires, english)

    def _plain(self, entry: str, field: str, raw: dict[str, Any], read: Callable[[Any], T]) -> T | None:
        return self._read(entry, field, raw[field], read) if field in raw else None

    def _ids(self, entry: str, field: str, raw: dict[str, Any], known: Collection[str] | None) -> tuple[str, ...]:
        ids = raw.get(field, [])
        if not isinstance(ids, list) or not all(isinstance(id_, str) for id_ in ids):
            self._note(entry, field, "not_list")
            return ()
        for id_ in ids:
            if known is not None and id_ not in known:
                self._note(entry, field, "unknown_district", value=id_)
        return tuple(ids)

    def _read(self, entry: str, field: str, raw: Any, read: Callable[[Any], T]) -> T | None:
        try:
            return read(raw)
        except BadValue as bad:
            self._note(entry, field, bad.problem, **bad.values)
            return None

    def _table(self, entry: str, field: str, raw: Any) -> dict[str, Any]:
        if isinstance(raw, dict):
            return raw
        self._note(entry, field, "not_table", found=raw)
        return {}

    def _keys(
        self, entry: str, raw: dict[str, Any], known: Collection[str], optional: Collection[str] = (), prefix: str = ""
    ) -> None:
        for key in raw:
            if key not in known and key not in optional:
                self._note(entry, f"{prefix}{key}", "unknown_key", known=", ".join((*known, *optional)))
        for key in known:
            if key not in raw:
                self._note(entry, f"{prefix}{key}", "missing")

    def _note(self, entry: str, field: str, problem: str, **values: object) -> None:
        text = say("problems", problem, **values)
        self._problems.append(say("problems", "at", file=self._file, entry=entry, field=field, problem=text))
