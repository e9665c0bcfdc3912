"""A stated reason: what has to be given before contact details or a sensitive talk are shown. It goes into the log."""

from __future__ import annotations

SHORTEST = 10
LONGEST = 500
FEWEST_DIFFERENT = 5


def reason_problem(reason: str) -> str | None:
    """The code of what is wrong with it, or None. A row of the same letter is no reason."""
    if len(reason) < SHORTEST or len(set(reason.casefold())) < FEWEST_DIFFERENT:
        return "no_reason"
    return "long_reason" if len(reason) > LONGEST else None
