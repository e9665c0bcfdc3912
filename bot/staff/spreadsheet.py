"""The figures as a file for a spreadsheet: what the page shows, one count a line, and nothing that could be run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping

from bot.handover.figures import PROTECTED, UNKNOWN
from bot.staff.figures import Wait, Year
from bot.staff.suppression import Shown
from bot.staff.words import Words

MARK = "\ufeff"
"""Tells Excel that the file is UTF-8."""
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
Line = tuple[str, str, str, int | None]
"""Section of words.yml for the table, row, column, count."""


def write_figures(figures: Year, words: Words) -> bytes:
    """Semicolons and UTF-8 with a mark, as Excel in Swedish opens it."""
    target = io.StringIO()
    writer = csv.writer(target, delimiter=";", lineterminator="\r\n")
    writer.writerow(words.of("figure_table", name) for name in ("table", "row", "column", "count"))
    for table, row, column, count in _lines(figures, words):
        cells = (words.of("figure_table", table), row, column)
        writer.writerow([*(safe(cell) for cell in cells), words.of("figure", "hidden") if count is None else count])
    return (MARK + target.getvalue()).encode()


def safe(cell: str) -> str:
    """A text that a spreadsheet takes for a text: an apostrophe before what would start a formula.

    Source: OWASP, CSV Injection.
    """
    return f"'{cell}" if cell.lstrip(" \u00a0\ufeff").startswith(STARTS_A_FORMULA) else cell


def subject(words: Words, section: str, value: str) -> str:
    """The name of a service, a district or a need, or of what stands in its place."""
    return words.of("figure_subject" if value in (PROTECTED, UNKNOWN) else section, value)


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
