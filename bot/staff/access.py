"""Who may do what. Everything is closed: a route names the permission it needs, a role lists those it holds.

Separation of duties: whoever reads cases does not read the log of readings, and whoever makes accounts sees no case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CASES = "cases"
CONVERSATIONS = "conversations"
CATALOGUE = "catalogue"
"""Seeing how the catalogue stands, and confirming its facts."""
PEOPLE = "people"
AUDIT = "audit"
CONTROL = "control"
"""Looking after the log: unusual reading, the check of each month, taking it out."""
ALARMS = "alarms"
"""Seeing the alarms that reviewers have raised, without the talks they are about."""
EXAMPLES = "examples"
"""Approving what the assistant is to learn from."""
SWITCH = "switch"
"""Switching the assistant off and on."""
NOTICES = "notices"
"""Seeing which notices did not arrive, and sending them again."""
MODELS = "models"
"""Seeing the versions of the model, their figures and which is in use."""
MODEL_USE = "model_use"
"""Putting a version in use, and going back: not for whoever approves what it has learned."""
FIGURES = "figures"
"""Statistics: counts, never a case or a talk."""
RECORDS = "records"
"""Handing out records: a case's own papers, part by part, never contact details."""
OWN = "own"
"""What every signed-in person may do: see the start page, change the password, sign out."""
OPEN = "open"
"""What needs no sign-in. Which routes these are is checked against a list in the tests."""

ROLES: Mapping[str, frozenset[str]] = {
    "case_worker": frozenset({OWN, CASES}),
    "reviewer": frozenset({OWN, CONVERSATIONS, ALARMS}),
    "editor": frozenset({OWN, CATALOGUE, EXAMPLES, MODELS, FIGURES}),
    "registrar": frozenset({OWN, RECORDS}),
    "log_controller": frozenset({OWN, AUDIT, CONTROL, ALARMS, FIGURES}),
    "admin": frozenset({OWN, PEOPLE, AUDIT, SWITCH, NOTICES, ALARMS, FIGURES, MODELS, MODEL_USE}),
}


@dataclass(frozen=True)
class Member:
    """One member of staff, as signed in; `services` are ids, used for case workers only."""

    id: str
    name: str
    alias: str
    role: str
    services: tuple[str, ...] = ()
    must_change_password: bool = False
    has_second_factor: bool = False

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Member:
        """From a row of the table `staff`."""
        fields = {name: row[name] for name in ("id", "name", "alias", "role", "must_change_password")}
        factor = row["second_factor_at"] is not None
        return cls(**fields, services=tuple(row["services"]), has_second_factor=factor)

    def holds(self, permission: str) -> bool:
        """Whether the role gives the permission; an unknown role gives none."""
        return permission in ROLES.get(self.role, frozenset())

    def works_for(self, service: str) -> bool:
        """Whether a case of this service is one of the person's own."""
        return self.holds(CASES) and service in self.services


def allowed(member: Member | None, permission: str) -> bool:
    """Whether this person, or nobody, may use a route that needs this permission."""
    return permission == OPEN or (member is not None and member.holds(permission))
