"""The figures as a file for a spreadsheet: what the page shows, one count a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from bot.handover.figures import PROTECTED, UNKNOWN
from bot.staff.effect.figures import Wait, Year
from bot.staff.effect.spreadsheet import write_csv
from bot.staff.effect.suppression import Shown
from bot.staff.words import Words

Line = tuple[str, str, str, int | None]
"""Section of words.yml for the table, row, column, count."""


def write_figures(figures: Year, words: Words) -> bytes:
    """The content of the file; a hidden count is said to be hidden."""
    header = [words.of("figure_table", name) for name in ("table", "row", "column", "count")]
    return write_csv(header, (_cells(line, words) for line in _lines(figures, words)))


def subject(words: Words, section: str, value: str) -> str:
    """The name of a service, a district or a need, or of what stands in its place."""
    return words.of("figure_subject" if value in (PROTECTED, UNKNOWN) else section, value)


def _cells(line: Line, words: Words) -> tuple[object, ...]:
    table, row, column, count = line
    return words.of("figure_table", table), row, column, words.of("figure", "hidden") if count is None else count


def _lines(figures: Year, words: Words) -> Iterator[Line]:
    total = words.of("figure_table", "total")
    yield "year", str(figures.year), total, figures.total
    yield from _listed("year", str(figures.year), figures.outcomes, words, "figure_outcome")
    for table, section in (("months", "figure_month"), ("services", "service"), ("districts", "district")):
        yield from _table(table, getattr(figures, table), section, words)
    yield from _listed("hours", str(figures.year), figures.hours, words, "figure_hours")
    yield from _listed("urgent", str(figures.year), figures.urgent, words, "urgent")
    yield from _listed("feedback", str(figures.year), figures.feedback, words, "feedback")
    for need, counts in figures.unanswered.items():
        yield from _listed("unanswered", subject(words, "need", need), counts, words, "decision")
    yield from _listed("promise", str(figures.year), figures.promise, words, "figure_promise")
    for service, wait in figures.waits.items():
        yield from _waited(words.of("service", service), wait, words)


def _listed(table: str, row: str, counts: Mapping[str, int | None], words: Words, section: str) -> Iterable[Line]:
    return ((table, row, words.of(section, key), count) for key, count in counts.items())


def _table(table: str, shown: Shown, section: str, words: Words) -> Iterator[Line]:
    for row, total in shown.totals.items():
        name = subject(words, section, row)
        yield table, name, words.of("figure_table", "total"), total
        yield from _listed(table, name, shown.rows.get(row, {}), words, "figure_outcome")
    yield from _listed(table, words.of("figure_table", "together"), shown.rest, words, "figure_outcome")


def _waited(service: str, wait: Wait, words: Words) -> Iterator[Line]:
    for name in ("reached", "median", "slowest"):
        yield "waits", service, words.of("figure_wait", name), getattr(wait, name)
    for name in ("late", "waiting"):
        yield "waits", service, words.of("figure_promise", name), getattr(wait, name)
