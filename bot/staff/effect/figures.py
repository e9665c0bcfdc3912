"""The figures of one year, read from the daily counts and made fit to be shown.

Always a calendar year, never free days: two spans that overlap would give away what lies between them
(docs/decisions/0005-figures-by-the-year.md).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from bot.handover import figures
from bot.handover.counting import open_promises
from bot.handover.deadline import STOCKHOLM
from bot.handover.figures import FEEDBACK, HOURS, OUTCOMES, PROMISE, TALK, UNANSWERED, URGENT, WAIT, count_cases
from bot.staff.effect.suppression import LEAST, Shown, is_small, show_alone, show_list, show_table
from bot.tables import daily_figures

EXIT = "exit_programme"
FEWEST_FOR_SLOWEST = 20
"""The slowest twentieth of fewer than this is one person."""
PROMISES = (figures.IN_TIME, figures.LATE, figures.WAITING, figures.TAKEN_BACK, figures.MISTAKE)
Counted = Mapping[tuple[str, str, str], int]
"""(figure, subject, detail) → how many."""


@dataclass(frozen=True)
class Wait:
    """How long people waited for a first contact, in minutes; None: too few to say."""

    reached: int | None
    median: int | None
    slowest: int | None
    """The time within which 95 of 100 were reached."""
    late: int | None
    waiting: int | None


@dataclass(frozen=True)
class Year:
    """All that the page shows. None is "hidden" everywhere."""

    year: int
    total: int | None
    outcomes: Mapping[str, int | None]
    months: Shown
    services: Shown
    districts: Shown
    hours: Mapping[str, int | None]
    urgent: Mapping[str, int | None]
    feedback: Mapping[str, int | None]
    unanswered: Mapping[str, Mapping[str, int | None]]
    promise: Mapping[str, int | None]
    """How the promise to whoever wants to leave crime stands, in the whole city."""
    waits: Mapping[str, Wait]


def known_years(connection: Connection, today: date) -> list[int]:
    """Every year from the first count to this one, the newest first."""
    first = connection.execute(select(func.min(daily_figures.c.day))).scalar()
    return list(range(today.year, min(int(first[:4]) if first else today.year, today.year) - 1, -1))


def read_year(connection: Connection, year: int, now: datetime) -> Year:
    """The figures of a year as they stand now: what is counted, and the cases that have not been settled."""
    months = _months(connection, year)
    counted: Counter[tuple[str, str, str]] = Counter()
    for month in months.values():
        counted.update(month)
    waiting = open_promises(connection, _new_year(year), _new_year(year + 1))
    for (_, figure, subject, detail), count in count_cases(waiting, now).items():
        counted[figure, subject, detail] += count
    columns = {each: counted[TALK, "", each] for each in OUTCOMES}
    outcomes = show_list(columns)
    by_month = {f"{number:02d}": _of(month, TALK, "", OUTCOMES) for number, month in sorted(months.items())}
    by_month = {number: counts for number, counts in by_month.items() if any(counts.values())}
    return Year(
        year=year,
        total=_total(columns),
        outcomes=outcomes,
        months=show_table(by_month, outcomes),
        services=show_table(_by_subject(counted, figures.SERVICE), outcomes),
        districts=show_table(_by_subject(counted, figures.DISTRICT), outcomes),
        hours=show_list(_of(counted, HOURS, "", ("inside", "outside"))),
        urgent=show_alone(_of(counted, URGENT, "", ("emergency", "suicide_risk"))),
        feedback=show_alone(_of(counted, FEEDBACK, "", ("yes", "no"))),
        unanswered=_unanswered(counted),
        promise=show_alone(_of(counted, PROMISE, EXIT, PROMISES)),
        waits={service: _wait(counted, service) for service in sorted(_subjects(counted, PROMISE))},
    )


def _months(connection: Connection, year: int) -> dict[int, Counter[tuple[str, str, str]]]:
    row = daily_figures.c
    month = func.substr(row.day, 6, 2)
    wanted = select(month, row.figure, row.subject, row.detail, func.sum(row.count))
    inside = row.day >= f"{year}-01-01", row.day <= f"{year}-12-31"
    months: dict[int, Counter[tuple[str, str, str]]] = {}
    for number, figure, subject, detail, count in connection.execute(
        wanted.where(*inside).group_by(month, row.figure, row.subject, row.detail)
    ):
        months.setdefault(int(number), Counter())[figure, subject, detail] = int(count)
    return months


def _by_subject(counted: Counted, figure: str) -> dict[str, dict[str, int]]:
    return {subject: _of(counted, figure, subject, OUTCOMES) for subject in sorted(_subjects(counted, figure))}


def _subjects(counted: Counted, figure: str) -> set[str]:
    return {subject for each, subject, _ in counted if each == figure}


def _of(counted: Counted, figure: str, subject: str, details: Iterable[str]) -> dict[str, int]:
    return {detail: counted.get((figure, subject, detail), 0) for detail in details}


def _unanswered(counted: Counted) -> dict[str, dict[str, int | None]]:
    """Most first, by what is shown: an order by what is hidden would tell of it."""
    needs = _subjects(counted, UNANSWERED)
    shown = {need: show_alone(_of(counted, UNANSWERED, need, ("clarify", "fallback"))) for need in needs}
    return dict(sorted(shown.items(), key=lambda item: (-sum(count or 0 for count in item[1].values()), item[0])))


def _wait(counted: Counted, service: str) -> Wait:
    waited = Counter({int(d): n for (figure, subject, d), n in counted.items() if (figure, subject) == (WAIT, service)})
    minutes = sorted(waited.elements())
    standing = show_alone(_of(counted, PROMISE, service, PROMISES))
    few = len(minutes) < LEAST
    return Wait(
        # Those reached, less those reached in time, would be those reached too late.
        reached=None if is_small(len(minutes)) or standing[figures.LATE] is None else len(minutes),
        median=None if few else _share(minutes, 0.5),
        slowest=None if len(minutes) < FEWEST_FOR_SLOWEST else _share(minutes, 0.95),
        late=standing[figures.LATE],
        waiting=standing[figures.WAITING],
    )


def _share(minutes: Sequence[int], share: float) -> int:
    """The smallest waiting time that at least this share of the people did not wait longer than."""
    return minutes[math.ceil(len(minutes) * share) - 1]


def _total(columns: Mapping[str, int]) -> int | None:
    total = sum(columns.values())
    return None if is_small(total) else total


def _new_year(year: int) -> datetime:
    return datetime.combine(date(year, 1, 1), time(), STOCKHOLM)
