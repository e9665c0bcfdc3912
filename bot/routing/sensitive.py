"""Topics that can put a person in danger if somebody else sees that they were talked about."""

from __future__ import annotations

from collections.abc import Iterable

SENSITIVE_NEEDS = frozenset({"leave_crime", "partner_violence", "honour_violence"})
SENSITIVE_SERVICES = frozenset(
    {"exit_programme", "violence_centre", "honour_support", "women_line", "men_line", "stop_violence_line"}
)


def is_sensitive(needs: Iterable[str], services: Iterable[str] = ()) -> bool:
    """Leaving crime, violence or honour: staff open such a talk only with a stated reason (DESIGN, promise 6)."""
    return bool(SENSITIVE_NEEDS.intersection(needs) or SENSITIVE_SERVICES.intersection(services))
