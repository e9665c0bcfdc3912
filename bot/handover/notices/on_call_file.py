"""The file of on-call ladders → checked values. All faults are said at once, in Swedish, each with entry and field.

Secrets never stand in the file: `{secret:SMS_TOKEN}` is filled from the environment variable
`VAGVISAREN_ON_CALL_SMS_TOKEN`. No other variable can be named, so the file cannot send our own keys away.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from bot.handover.notices.on_call import JSON_TYPE, Gateway, Ladder, OnCall, Rung, say, say_where
from bot.handover.notices.ways_out import is_address, is_safe_url
from bot.settings import ON_CALL_SECRET

MAY_STAND_IN_A_BODY = ("kind", "subject", "reference", "link", "number")
_WORD = re.compile(r"\{([^{}\s\"':,]+)\}")
_SECRET = re.compile(r"\{secret:([A-Z][A-Z0-9_]*)\}")
_SECRETIVE = re.compile(r"auth|token|key|secret|password|cookie", re.IGNORECASE)
_SECRET_IN_URL = re.compile(r"[?&][^=&]*(?:auth|token|key|secret|pass)[^=&]*=(?!\{secret:)[^&]+", re.IGNORECASE)
_NUMBER = re.compile(r"\+?[0-9][0-9 -]{2,24}")
_HEADER = re.compile(r"[A-Za-z0-9-]+")
_EXAMPLE = dict.fromkeys(MAY_STAND_IN_A_BODY, "x")


class OnCallError(ValueError):
    """The file is wrong. `problems`: one sentence each, naming file, entry and field; never a value that is secret."""

    def __init__(self, problems: Collection[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def read_on_call(path: Path, secrets: Mapping[str, str]) -> OnCall:
    """The ladders of a file. `secrets`: name → value, see `bot.settings.on_call_secrets`.

    Raises:
        OnCallError: with every fault found.
    """
    return _Reader(path, secrets).read()


def fill(template: str, values: Mapping[str, str]) -> str:
    """The template with its `{words}` filled; braces of JSON stay as they are."""
    return _WORD.sub(lambda found: values.get(found[1], found[0]), template)


class _Reader:
    """Reads one file and remembers what was wrong."""

    def __init__(self, path: Path, secrets: Mapping[str, str]) -> None:
        self._path = path
        self._secrets = secrets
        self._problems: list[str] = []

    def read(self) -> OnCall:
        top = say("entries", "top")
        data = self._table(top, "-", self._yaml(), ("gateways", "units"), ("units",))
        gateways = self._gateways(data.get("gateways") or [])
        ladders: dict[str, Ladder] = {}
        units = self._list(top, "units", data.get("units"))
        for number, raw in enumerate(units, start=1):
            self._unit(number, raw, gateways, ladders)
        if not units and not self._problems:
            self._note(top, "units", "no_units")
        if self._problems:
            raise OnCallError(self._problems)
        return OnCall(ladders)

    def _yaml(self) -> Any:
        try:
            return YAML(typ="safe").load(self._path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError):
            self._note(say("entries", "top"), "-", "missing_file")
        except YAMLError as error:
            mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
            self._note(say("entries", "top"), "-", "unreadable", line=mark.line + 1 if mark else "?")
        raise OnCallError(self._problems)

    def _gateways(self, raw: Any) -> dict[str, Gateway]:
        found: dict[str, Gateway] = {}
        for number, item in enumerate(self._list(say("entries", "top"), "gateways", raw), start=1):
            id_ = item.get("id") if isinstance(item, dict) else None
            entry = say("entries", "gateway", id=id_ or number)
            table = self._table(entry, "-", item, ("id", "url", "headers", "body"), ("id", "url", "body"))
            name, url, body = (self._text(entry, field, table) for field in ("id", "url", "body"))
            if name in found:
                self._note(entry, "id", "twice", id=name)
            found[name] = Gateway(name, self._url(entry, url), self._headers(entry, table.get("headers")), body)
            self._body(entry, found[name])
        return found

    def _url(self, entry: str, url: str) -> str:
        if url and (not is_safe_url(url) or urlsplit(url).username is not None):
            self._note(entry, "url", "bad_url")
        if _SECRET_IN_URL.search(url):
            self._bare_secret(entry, "url")
        return self._with_secrets(entry, "url", url)

    def _headers(self, entry: str, raw: Any) -> dict[str, str]:
        headers = self._table(entry, "headers", raw or {}, None, ())
        found = {}
        for name, value in headers.items():
            field = f"headers.{name}"
            plain = isinstance(value, str) and value.isprintable() and value.isascii() and value.strip()
            if not plain or not _HEADER.fullmatch(str(name)):
                self._note(entry, field, "bad_header")
            elif _SECRETIVE.search(name) and not _SECRET.search(value):
                self._bare_secret(entry, field)
            else:
                found[str(name)] = self._with_secrets(entry, field, value)
        return found

    def _bare_secret(self, entry: str, field: str) -> None:
        self._note(entry, field, "bare_secret", example="{secret:SMS_TOKEN}", name=f"{ON_CALL_SECRET}SMS_TOKEN")

    def _with_secrets(self, entry: str, field: str, text: str) -> str:
        for name in _SECRET.findall(text):
            if not self._secrets.get(name):
                self._note(entry, field, "unset_secret", name=ON_CALL_SECRET + name)
        filled = _SECRET.sub(lambda found: self._secrets.get(found[1], ""), text)
        if not filled.isprintable():
            self._note(entry, field, "bad_header")
        for word in _WORD.findall(_SECRET.sub("", text)):
            self._note(entry, field, "unknown_word", word=f"{{{word}}}", known="{secret:SMS_TOKEN}")
        return filled

    def _body(self, entry: str, gateway: Gateway) -> None:
        words = [*_WORD.findall(gateway.body), *(f"secret:{name}" for name in _SECRET.findall(gateway.body))]
        for word in (word for word in words if word not in MAY_STAND_IN_A_BODY):
            known = ", ".join(f"{{{name}}}" for name in MAY_STAND_IN_A_BODY)
            self._note(entry, "body", "unknown_word", word=f"{{{word}}}", known=known)
        if gateway.body and "number" not in words:
            self._note(entry, "body", "needless_number")
        if gateway.body and gateway.content_type == JSON_TYPE:
            try:
                json.loads(fill(gateway.body, _EXAMPLE))
            except ValueError:
                self._note(entry, "body", "bad_json")

    def _unit(self, number: int, raw: Any, gateways: Mapping[str, Gateway], ladders: dict[str, Ladder]) -> None:
        id_ = raw.get("unit") if isinstance(raw, dict) else None
        entry = say("entries", "unit", id=id_ or number)
        table = self._table(entry, "-", raw, ("unit", "rungs"), ("unit", "rungs"))
        unit = self._text(entry, "unit", table)
        if unit in ladders:
            self._note(entry, "unit", "twice", id=unit)
        rungs = self._list(entry, "rungs", table.get("rungs"))
        if not rungs and isinstance(table.get("rungs"), list):
            self._note(entry, "rungs", "no_rungs")
        ladder = tuple(self._rung(unit or str(number), place, rung, gateways) for place, rung in enumerate(rungs, 1))
        names = [rung.name for rung in ladder]
        for name in sorted({name for name in names if name and names.count(name) > 1}):
            self._note(entry, "rungs", "twice", id=name)
        ladders[unit] = ladder

    def _rung(self, unit: str, place: int, raw: Any, gateways: Mapping[str, Gateway]) -> Rung:
        entry = say("entries", "rung", unit=unit, number=place)
        table = self._table(entry, "-", raw, ("name", "mail", "webhook", "gateway", "number"), ("name",))
        name = self._text(entry, "name", table)
        webhook = self._text(entry, "webhook", table) if table.get("webhook") is not None else ""
        if webhook and not is_safe_url(webhook):
            self._note(entry, "webhook", "bad_url")
        gateway, number = self._call(entry, table, gateways)
        rung = Rung(name, self._addresses(entry, table.get("mail")), webhook, gateway, number)
        if not any(table.get(field) for field in ("mail", "webhook", "gateway")):
            self._note(entry, "-", "no_way")
        return rung

    def _call(self, entry: str, table: Mapping[str, Any], known: Mapping[str, Gateway]) -> tuple[Gateway | None, str]:
        if (table.get("gateway") is None) != (table.get("number") is None):
            self._note(entry, "gateway", "gateway_alone")
            return None, ""
        if table.get("gateway") is None:
            return None, ""
        gateway, number = self._text(entry, "gateway", table), self._text(entry, "number", table)
        if gateway and gateway not in known:
            self._note(entry, "gateway", "unknown_gateway", value=gateway)
        if number and not _NUMBER.fullmatch(number):
            self._note(entry, "number", "bad_number")
        return known.get(gateway), re.sub(r"[ -]", "", number)

    def _addresses(self, entry: str, raw: Any) -> tuple[str, ...]:
        if raw is None:
            return ()
        addresses = self._list(entry, "mail", [raw] if isinstance(raw, str) else raw)
        for address in addresses:
            if not isinstance(address, str) or not is_address(address):
                self._note(entry, "mail", "not_address", value=address)
        return tuple(str(address) for address in addresses)

    def _text(self, entry: str, field: str, table: Mapping[str, Any]) -> str:
        value = table.get(field)
        if isinstance(value, str) and value.strip():
            return value.strip()
        if field in table:
            self._note(entry, field, "not_text")
        return ""

    def _list(self, entry: str, field: str, raw: Any) -> list[Any]:
        if isinstance(raw, list):
            return raw
        if raw is not None:
            self._note(entry, field, "not_list")
        return []

    def _table(
        self, entry: str, field: str, raw: Any, known: Collection[str] | None, required: Collection[str]
    ) -> dict[str, Any]:
        if not isinstance(raw, dict):
            self._note(entry, field, "not_table")
            return {}
        for key in raw:
            if known is not None and key not in known:
                self._note(entry, str(key), "unknown_key", known=", ".join(known))
        for key in required:
            if raw.get(key) is None:
                self._note(entry, key, "missing")
        return raw

    def _note(self, entry: str, field: str, problem: str, **values: object) -> None:
        self._problems.append(say_where(self._path.name, entry, field, say("problems", problem, **values)))
