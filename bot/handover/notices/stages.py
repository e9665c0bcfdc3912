"""Who is told what, and when: the one table of the clocks. docs/handover.md says it in words.

A unit's ladder has rungs; the first is woken first. `reach` is the highest rung that a notice goes to: those below it
are told again, so that nobody on the first rung believes that it is over. An installation without ladders has one rung.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

FIRST, SECOND, THIRD, WHOLE = 1, 2, 3, 99


@dataclass(frozen=True)
class Stage:
    """A notice that goes out so long `after` a case came (or became acute), to every rung up to `reach`."""

    kind: str
    after: timedelta
    reach: int


@dataclass(frozen=True)
class DailyStage:
    """A notice at nine o'clock of the so-manieth working day after the day on which a case came."""

    kind: str
    working_day: int
    reach: int


# Threatened tonight. Minute 0 is the notice `acute`, written with the case. It stops when somebody takes the case.
ACUTE_STAGES = (
    Stage("acute_15m", timedelta(minutes=15), SECOND),
    Stage("acute_30m", timedelta(minutes=30), THIRD),
    Stage("acute_1h", timedelta(hours=1), WHOLE),
)
# A promised first contact. It stops when somebody has reached the person, not when somebody takes the case.
PROMISED = (
    Stage("deadline_1h", timedelta(hours=1), FIRST),
    Stage("deadline_4h", timedelta(hours=4), SECOND),
    Stage("deadline_12h", timedelta(hours=12), WHOLE),
    Stage("deadline_20h", timedelta(hours=20), WHOLE),
)
MISSED = "deadline_missed"
# Nothing is promised: each working day while nobody has reached the person, higher up while nobody has taken the case.
UNPROMISED = (
    DailyStage("reminder", 1, FIRST),
    DailyStage("untaken_2d", 2, SECOND),
    DailyStage("untaken_3d", 3, WHOLE),
)
REMINDER = UNPROMISED[0].kind

REACH = {stage.kind: stage.reach for stage in (*ACUTE_STAGES, *PROMISED, *UNPROMISED)} | {MISSED: WHOLE}
# Alarms that say "nobody has taken it": not true any more once somebody has.
WHILE_UNTAKEN = tuple(stage.kind for stage in (*ACUTE_STAGES, *UNPROMISED[1:]))


def reach(kind: str) -> int:
    """The highest rung that this kind of notice goes to; what the table does not name goes to the first."""
    return REACH.get(kind, FIRST)


def newest(stages: Sequence[Stage], waited: timedelta) -> str | None:
    """The last stage that has been reached after so long a wait, None before the first."""
    reached = [stage.kind for stage in stages if waited >= stage.after]
    return reached[-1] if reached else None


def daily(working_day: int, taken: bool) -> str:
    """What is sent on the so-manieth working day (from 1); a case that somebody has taken is only reminded of."""
    if taken:
        return REMINDER
    return [stage.kind for stage in UNPROMISED if working_day >= stage.working_day][-1]
