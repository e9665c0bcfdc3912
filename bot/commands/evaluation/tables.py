"""The figures as tables of plain text, for the terminal and, beside each picture, for the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.commands.evaluation.judged import Figures, Judged
from bot.commands.evaluation.measure import Report, Times

NONE = "–"
ASKED = "asked"
NOT_UNDERSTOOD = "not understood"


@dataclass(frozen=True)
class Table:
    """Rows of cells under a head; the first column names the row."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]

    def as_text(self) -> str:
        """The table in columns of equal width, numbers to the right."""
        lines = [self.head, *self.rows]
        widths = [max(len(line[column]) for line in lines) for column in range(len(self.head))]
        return "\n".join([self.title, *("  " + _columns(line, widths) for line in lines)])


def _columns(line: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = [cell.rjust(width) for cell, width in zip(line, widths, strict=True)]
    return "  ".join([first.strip().ljust(widths[0]), *rest]).rstrip()


def share(value: float | None) -> str:
    """A share as a percentage with one decimal."""
    return NONE if value is None else f"{value * 100:.1f} %"


def report_tables(report: Report) -> Iterator[Table]:
    """Everything that is printed, in order: all sets beside each other, the times, then each set by itself."""
    found = report.figures
    yield overview(found)
    yield times_table(report.times)
    for name, judged in report.judged.items():
        yield needs_table(name, found[name], judged)
        yield styles_table(name, found[name], judged)
        yield confusions_table(name, found[name])
        yield reliability_table(name, found[name])


def overview(found: dict[str, Figures]) -> Table:
    """The figures that decide, one column a set."""
    lines = {
        "messages": [str(f.messages) for f in found.values()],
        "direct": [share(f.direct) for f in found.values()],
        "assisted": [share(f.assisted) for f in found.values()],
        "direct or assisted": [share(f.direct + f.assisted) for f in found.values()],
        "wrong": [share(f.wrong) for f in found.values()],
        "unhelped": [share(max(0.0, 1 - f.direct - f.assisted - f.wrong)) for f in found.values()],
        "urgent recall": [share(f.urgent_recall) for f in found.values()],
        "false alarms": [share(f.false_alarms) for f in found.values()],
        "age right": [share(f.age) for f in found.values()],
        "place right": [share(f.place) for f in found.values()],
        "role right": [share(f.role) for f in found.values()],
        "calibration error": [share(calibration_error(f)) for f in found.values()],
    }
    return Table("All sets", ["", *found], [[name, *cells] for name, cells in lines.items()])


def times_table(times: Times) -> Table:
    """Milliseconds a message inside the pipeline."""
    head = ["", "p50", "p95", "p99", "p95 of 2,000 characters"]
    clocks = {"on the wall": times.wall, "of the processor": times.cpu}
    rows = [[name, *(f"{ms:.2f}" for ms in (c.p50, c.p95, c.p99, c.long))] for name, c in clocks.items()]
    return Table("Milliseconds a message inside the pipeline", head, rows)


def calibration_error(found: Figures) -> float | None:
    """Mean distance between confidence and share right over the answers, bands weighted by size (expected
    calibration error; Naeini, Cooper and Hauskrecht 2015); None without answers."""
    answers = sum(count for _, _, count in found.reliability)
    gaps = sum(abs(confidence - right) * count for confidence, right, count in found.reliability)
    return gaps / answers if answers else None


def needs_table(name: str, found: Figures, judged: Sequence[Judged]) -> Table:
    """Recall (share answered directly) and precision of each need."""
    counts = Counter(one.label.need for one in judged)
    needs = sorted({*found.recall, *found.precision})
    rows = [[n, str(counts[n]), share(found.recall.get(n)), share(found.precision.get(n))] for n in needs]
    return Table(f"{name}: per need", ["need", "messages", "recall", "precision"], rows)


def styles_table(name: str, found: Figures, judged: Sequence[Judged]) -> Table:
    """Share answered directly in each style of writing."""
    counts = Counter(one.label.style for one in judged)
    rows = [[style or NONE, str(counts[style]), share(right)] for style, right in found.styles.items()]
    return Table(f"{name}: per style", ["style", "messages", "direct"], rows)


def confusions_table(name: str, found: Figures, longest: int = 15) -> Table:
    """The commonest wrong doors: right need, what was answered, how often."""
    rows = [[right, heard, str(count)] for right, heard, count in found.confusions[:longest]]
    return Table(f"{name}: most frequent wrong answers", ["right", "answered", "messages"], rows)


def reliability_table(name: str, found: Figures) -> Table:
    """Bands of confidence: what the model said, and how often it was right."""
    rows = [[share(confidence), share(right), str(count)] for confidence, right, count in found.reliability]
    return Table(f"{name}: calibration of the model's answers", ["confidence", "right", "answers"], rows)


def confusion_counts(judged: Sequence[Judged]) -> dict[tuple[str, str], int]:
    """(right need, outcome) → messages. An accepted alternative counts as the right need."""
    return Counter((one.label.need, _outcome(one)) for one in judged)


def _outcome(one: Judged) -> str:
    if one.result == "direct":
        return one.label.need
    if one.result == "wrong":
        return str(one.heard["need"])
    return NOT_UNDERSTOOD if one.heard.get("decision") == "fallback" else ASKED


def confusion_table(name: str, judged: Sequence[Judged]) -> Table:
    """The whole confusion matrix as counts; empty cells are nought."""
    counts = confusion_counts(judged)
    rows, columns = matrix_names(judged)
    cells = [[row, *(str(counts.get((row, column)) or "") for column in columns)] for row in rows]
    return Table(f"{name}: right need and what was answered", ["right need", *columns], cells)


def matrix_names(judged: Sequence[Judged]) -> tuple[list[str], list[str]]:
    """Rows (right needs) and columns (needs answered, then the two ways of no answer) of the confusion matrix."""
    counts = confusion_counts(judged)
    rows = sorted({right for right, _ in counts})
    answered = {outcome for _, outcome in counts} - {ASKED, NOT_UNDERSTOOD}
    return rows, [*sorted({*rows, *answered}), ASKED, NOT_UNDERSTOOD]
