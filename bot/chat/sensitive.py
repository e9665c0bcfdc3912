"""Whether a talk is about something that is dangerous if somebody else sees it: then the exit is prominent, and no copy
is offered.

Guesses count, and so does not knowing: rather once too often. Beside what staff need a reason for, a child that is
harmed and danger of any kind count here, since the one who must not see it may be in the same room.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.handover.case import Case
from bot.routing.sensitive import is_sensitive

ALSO_SENSITIVE = "child_welfare"
UNKNOWN = "degraded"


def sensitive_talk(rows: Iterable[Any], cases: Iterable[Case]) -> bool:
    """Whether a talk is, or a case of it; a row has `urgent`, `service` and `understood`."""
    said, opened = list(rows), list(cases)
    heard = [row.understood or {} for row in said]
    needs = [need for one in heard for need in (one.get("need"), *(one.get("choices") or ())) if need]
    needs += [case.need for case in opened]
    services = [row.service["id"] for row in said if row.service] + [case.service for case in opened]
    unknown = any(row.urgent for row in said) or any(one.get("decision") == UNKNOWN for one in heard)
    return unknown or ALSO_SENSITIVE in needs or is_sensitive(needs, services)
