"""Pictures of the figures as SVG that stands inside a page: text stays text, every id is the picture's own.

matplotlib is imported when a picture is drawn: whoever only wants figures does not wait for it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from bot.commands.evaluation.judged import Figures, Judged
from bot.commands.evaluation.tables import (
    Table,
    confusion_counts,
    confusion_table,
    matrix_names,
    needs_table,
    reliability_table,
    share,
    styles_table,
)

INK, FIRST, SECOND, GRID = "#1b1b1b", "#1f5f99", "#d98324", "#d0d0d0"


@dataclass(frozen=True)
class Picture:
    """One SVG, what it shows in words for whoever cannot see it, and the same figures as a table."""

    svg: str
    alternative: str
    table: Table


def pictures(name: str, found: Figures, judged: Sequence[Judged]) -> Iterator[Picture]:
    """Confusion matrix, reliability curve, styles and needs of one set."""
    yield _confusion(name, judged)
    yield _reliability(name, found)
    yield _styles(name, found, judged)
    yield _needs(name, found, judged)


def _confusion(name: str, judged: Sequence[Judged]) -> Picture:
    rows, columns = matrix_names(judged)
    counts = confusion_counts(judged)
    totals = {row: sum(counts.get((row, column), 0) for column in columns) for row in rows}
    shares = [[counts.get((row, column), 0) / totals[row] for column in columns] for row in rows]
    figure, axes = _canvas(2 + 0.5 * len(columns), 1.8 + 0.36 * len(rows))
    axes.pcolormesh(shares, cmap="Blues", vmin=0, vmax=1, edgecolors="white", linewidth=1)
    for y, row in enumerate(rows):
        for x, column in enumerate(columns):
            if counts.get((row, column)):
                colour = "white" if shares[y][x] > 0.55 else INK
                axes.text(x + 0.5, y + 0.5, counts[row, column], ha="center", va="center", color=colour, fontsize=8)
    axes.set_xticks([x + 0.5 for x in range(len(columns))], columns, rotation=45, ha="right", rotation_mode="anchor")
    axes.set_yticks([y + 0.5 for y in range(len(rows))], rows)
    axes.invert_yaxis()
    axes.set_ylabel("right need")
    axes.set_xlabel("answered")
    right = sum(one.result == "direct" for one in judged)
    words = f"Confusion matrix of {len(judged)} messages: {right} on the diagonal, where the right need was answered."
    return Picture(_svg(figure, f"{name}-confusion", words), words, confusion_table(name, judged))


def _reliability(name: str, found: Figures) -> Picture:
    figure, axes = _canvas(5, 4.4)
    axes.plot([0, 1], [0, 1], color=GRID, linestyle="--", label="perfect")
    said, right = [c for c, _, _ in found.reliability], [r for _, r, _ in found.reliability]
    axes.plot(said, right, color=FIRST, marker="o", label="the model's answers")
    for confidence, share_right, count in found.reliability:
        axes.annotate(str(count), (confidence, share_right), textcoords="offset points", xytext=(6, -10), fontsize=8)
    axes.set(xlim=(0, 1), ylim=(0, 1.03), xlabel="confidence", ylabel="share right")
    axes.legend(loc="upper left", frameon=False)
    ends = ""
    if said:
        ends = f" At the highest confidence, {share(said[-1])} on average, {share(right[-1])} were right."
    words = f"Reliability curve: share of right answers by confidence, with the number of answers at each point.{ends}"
    return Picture(_svg(figure, f"{name}-reliability", words), words, reliability_table(name, found))


def _styles(name: str, found: Figures, judged: Sequence[Judged]) -> Picture:
    styles = {style or "none": value for style, value in found.styles.items()}
    figure, axes = _canvas(6, 1.2 + 0.36 * len(styles))
    axes.barh(list(styles), list(styles.values()), color=FIRST)
    _shares_across(axes)
    words = f"Share answered directly in each style of writing.{_ends(styles)}"
    return Picture(_svg(figure, f"{name}-styles", words), words, styles_table(name, found, judged))


def _needs(name: str, found: Figures, judged: Sequence[Judged]) -> Picture:
    needs = sorted({*found.recall, *found.precision})
    figure, axes = _canvas(6.5, 1.2 + 0.46 * len(needs))
    places = range(len(needs))
    recall, precision = [found.recall.get(n, 0) for n in needs], [found.precision.get(n, 0) for n in needs]
    axes.barh([y - 0.2 for y in places], recall, height=0.38, color=FIRST, label="recall")
    axes.barh([y + 0.2 for y in places], precision, height=0.38, color=SECOND, label="precision")
    axes.set_yticks(list(places), needs)
    _shares_across(axes)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.12), ncol=2, frameon=False)
    words = f"Recall and precision of each need. By recall:{_ends(dict(found.recall))}"
    return Picture(_svg(figure, f"{name}-needs", words), words, needs_table(name, found, judged))


def _ends(values: dict[str, float]) -> str:
    if not values:
        return ""
    least, most = min(values, key=lambda n: values[n]), max(values, key=lambda n: values[n])
    return f" Least: {least}, {share(values[least])}. Most: {most}, {share(values[most])}."


def _canvas(width: float, height: float) -> tuple[Any, Any]:
    # Not pyplot: it looks for a screen and keeps every figure.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height))
    axes = figure.add_subplot()
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return figure, axes


def _shares_across(axes: Any) -> None:
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    axes.grid(axis="x", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.invert_yaxis()


def _svg(figure: Any, key: str, alternative: str) -> str:
    from matplotlib import rc_context

    target = io.StringIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": key}):
        figure.savefig(target, format="svg", bbox_inches="tight", metadata={"Date": None})
    return inline(target.getvalue(), key, alternative)


def inline(svg: str, key: str, alternative: str) -> str:
    """An SVG file's text as an element of a page: no prolog, ids that only this picture has, a text alternative."""
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    svg = re.sub(r'\bid="', f'id="{key}-', svg)
    svg = re.sub(r'(href="#|url\(#)', rf"\1{key}-", svg)
    named = f'<svg role="img" aria-labelledby="{key}-words"'
    return svg.replace("<svg", named, 1).replace(">", f'><title id="{key}-words">{escape(alternative)}</title>', 1)
