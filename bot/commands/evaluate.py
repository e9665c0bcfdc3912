"""`python -m bot evaluate`: measure the trained model on labelled messages. Trains nothing but a missing model."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from bot.commands.evaluation.floors import FLOORS, FloorError, load_floors
from bot.commands.evaluation.gate import ACCEPTED, Verdict, accepted_of, judge_report, load_accepted, verdict_lines
from bot.commands.evaluation.judged import Judged, Labelled
from bot.commands.evaluation.labelled import FROZEN, LabelError, count_frozen, fingerprint, read_labelled, unknown_needs
from bot.commands.evaluation.massive import compare
from bot.commands.evaluation.measure import Report, measure
from bot.commands.evaluation.page import write_page
from bot.commands.evaluation.tables import report_tables
from bot.commands.understand import Parse, load_model_parser
from bot.routing.catalogue import Catalogue
from bot.settings import ROOT

PAGE = ROOT / "var" / "evaluation.html"
FAILED, REFUSED = 1, 2


class RefusedError(ValueError):
    """What was asked for is not done; the message says why."""


@dataclass(frozen=True)
class Options:
    """What the command line asks for; no files means the frozen messages, no `html` that no page is drawn."""

    files: tuple[Path, ...] = ()
    gate: bool = False
    accept: bool = False
    show_wrong: bool = False
    html: Path | None = PAGE
    floors: Path = FLOORS
    accepted: Path = ACCEPTED


def evaluate(
    options: Options,
    target: TextIO = sys.stdout,
    load: Callable[[], Parse] = load_model_parser,
    progress: TextIO = sys.stderr,
) -> int:
    """Print figures, write the page; the exit code is 1 when the gate fails, 2 when something is refused."""
    try:
        rows = _rows(options, progress)
        compared = not options.files and not options.accept
        floors, before = load_floors(options.floors), load_accepted(options.accepted) if compared else None
        report = measure(rows, load(), Catalogue.load("demo"), progress)
        verdict = judge_report(report, floors, before, fingerprint(rows) if compared else None)
        _show(report, verdict, options, target)
        if options.accept:
            _accept(report, verdict, fingerprint(rows), options.accepted)
            print(f"Accepted: {options.accepted}", file=target)
    except (LabelError, FloorError, RefusedError) as error:
        print(f"evaluate: {error}", file=progress)
        return REFUSED
    return FAILED if options.gate and verdict.missed else 0


def evaluate_massive(path: Path, final: bool, target: TextIO = sys.stdout, progress: TextIO = sys.stderr) -> int:
    """The outside comparison; the exit code is 2 when the file cannot be read."""
    try:
        compare(path, final, target, progress)
    except LabelError as error:
        print(f"evaluate: {error}", file=progress)
        return REFUSED
    return 0


def _rows(options: Options, progress: TextIO) -> list[Labelled]:
    if options.accept and (options.files or options.gate):
        raise RefusedError(
            "--accept stands alone: it accepts the figures of the frozen messages. Run --gate before it."
        )
    rows = [row for path in options.files or (FROZEN,) for row in read_labelled(path)]
    if options.show_wrong and (frozen := count_frozen(rows)):
        raise RefusedError(
            f"--show-wrong is not for the frozen messages ({frozen} are among these): who reads them tunes on them,"
            " and then they measure nothing. Label messages of your own in another file."
        )
    if strange := unknown_needs(rows):
        print(f"evaluate: these labels are no needs of the assistant: {', '.join(strange)}", file=progress)
    return rows


def _show(report: Report, verdict: Verdict, options: Options, target: TextIO) -> None:
    for table in report_tables(report):
        print(table.as_text() + "\n", file=target)
    if options.show_wrong:
        target.writelines(f"{line}\n" for line in _wrong(report))
    words = "\n".join(verdict_lines(verdict))
    print(words, file=target)
    if options.html:
        write_page(report, words, options.html)
        print(f"Report: {options.html}", file=target)


def _wrong(report: Report) -> Sequence[str]:
    """Every message that was not answered directly, dangers that were not seen first."""
    judged = [one for rows in report.judged.values() for one in rows]
    wrong = [one for one in judged if one.result != "direct" or _unseen(one)]
    return [
        f"{'danger not seen' if _unseen(one) else one.result}: {one.label.need} → "
        f"{one.heard.get('need') or one.heard.get('decision')}: {one.label.text}"
        for one in sorted(wrong, key=lambda one: not _unseen(one))
    ]


def _unseen(one: Judged) -> bool:
    return one.label.urgent is not None and not one.alarmed


def _accept(report: Report, verdict: Verdict, labels: str, path: Path) -> None:
    if verdict.hard:
        raise RefusedError("Not accepted, a hard floor is missed: " + " ".join(map(str, verdict.hard)))
    text = json.dumps(accepted_of(report, labels), indent=1, ensure_ascii=False, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")
