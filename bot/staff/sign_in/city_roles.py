"""Which group at the city's sign-in has which role here: a YAML file that the operator keeps (`deploy/oidc-roles.yml`).

The first rule that fits decides the role, since nobody has two; the services of every fitting rule with that role are
added together.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.staff.access import ROLES

TOP = ("claim", "name", "rules")
RULE = ("value", "role", "alias", "services")
CASE_WORKER = "case_worker"
LONGEST = 80


class CityRolesError(ValueError):
    """The file is wrong; the message names file, entry and field."""


@dataclass(frozen=True)
class Grant:
    """What a person from the city may be here; `alias` is what residents see."""

    role: str
    alias: str
    services: tuple[str, ...] = ()


@dataclass(frozen=True)
class CityRoles:
    """`claim` holds a person's groups, `name` what the log calls them; `rules` are (group, grant), the first first."""

    claim: str
    name: str
    rules: tuple[tuple[str, Grant], ...]

    @classmethod
    def load(cls, path: Path, services: Collection[str]) -> CityRoles:
        """Read and check the file; `services` are the ids that exist.

        Raises:
            CityRolesError: something in it is wrong.
        """
        try:
            raw = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, YAMLError) as error:
            raise CityRolesError(f"{path.name}: the file cannot be read as YAML.") from error
        return _read(path.name, raw, services)

    def grant(self, claims: Mapping[str, Any]) -> Grant | None:
        """The role of a person with these claims, or None: no rule fits."""
        held = claims.get(self.claim)
        groups = {held} if isinstance(held, str) else {g for g in held or () if isinstance(g, str)} if held else set()
        fitting = [grant for group, grant in self.rules if group in groups]
        if not fitting:
            return None
        role = fitting[0].role
        services = {service for grant in fitting if grant.role == role for service in grant.services}
        return Grant(role, fitting[0].alias, tuple(sorted(services)))


def _read(file: str, raw: Any, services: Collection[str]) -> CityRoles:
    top = _table(file, "top", raw, TOP, TOP)
    claim, name = (_text(file, "top", field, top[field]) for field in ("claim", "name"))
    if not isinstance(top["rules"], list) or not top["rules"]:
        raise CityRolesError(f"{file}, top, field rules: must be a list with at least one rule.")
    rules = tuple(_rule(file, f"rule {number}", rule, services) for number, rule in enumerate(top["rules"], start=1))
    return CityRoles(claim, name, rules)


def _rule(file: str, entry: str, raw: Any, services: Collection[str]) -> tuple[str, Grant]:
    table = _table(file, entry, raw, ("value", "role", "alias"), RULE)
    group, role, alias = (_text(file, entry, field, table[field]) for field in ("value", "role", "alias"))
    if role not in ROLES:
        raise CityRolesError(f"{file}, {entry}, field role: '{role}' is none of {', '.join(sorted(ROLES))}.")
    given = table.get("services", [])
    if not isinstance(given, list) or (role == CASE_WORKER) is not bool(given):
        raise CityRolesError(f"{file}, {entry}, field services: a list for case_worker, left out for other roles.")
    unknown = [service for service in given if service not in services]
    if unknown:
        raise CityRolesError(f"{file}, {entry}, field services: services.yml has no service {unknown[0]!r}.")
    return group, Grant(role, alias, tuple(given))


def _table(file: str, entry: str, raw: Any, needed: Collection[str], known: Collection[str]) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise CityRolesError(f"{file}, {entry}: must be fields with names.")
    for field in raw:
        if field not in known:
            raise CityRolesError(f"{file}, {entry}, field {field}: unknown; known are {', '.join(known)}.")
    for field in needed:
        if field not in raw:
            raise CityRolesError(f"{file}, {entry}, field {field}: is missing.")
    return raw


def _text(file: str, entry: str, field: str, raw: Any) -> str:
    if not isinstance(raw, str) or not raw.strip() or len(raw) > LONGEST:
        raise CityRolesError(f"{file}, {entry}, field {field}: must be a text of 1 to {LONGEST} characters.")
    return raw.strip()
