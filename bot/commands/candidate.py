"""`python -m bot train --candidate`: a model of the present data beside the one in use, measured and held against it.

Nothing of the running installation is touched. What is found is written down in one transaction at the very end, so a
run that is stopped leaves nothing half known; the staff console offers what passed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TextIO

from sqlalchemy.engine import Connection, Engine

from bot.commands.evaluation.floors import FLOORS, FloorError, load_floors
from bot.commands.evaluation.gate import ACCEPTED, Verdict, accepted_of, judge_report, load_accepted, verdict_lines
from bot.commands.evaluation.judged import Labelled
from bot.commands.evaluation.labelled import FROZEN, LabelError, fingerprint, read_labelled
from bot.commands.evaluation.measure import Report, measure
from bot.commands.evaluation.tables import report_tables
from bot.commands.models import account, describe
from bot.commands.train import TrainingError, model_path, train_if_needed
from bot.commands.understand import Parse
from bot.database import create_database_engine, now, reading, transaction
from bot.routing.catalogue import Catalogue
from bot.settings import Settings
from bot.staff.oversight.audit import record
from bot.switch import COMMAND_LINE
from bot.versions.files import find_file
from bot.versions.fitness import load_problem
from bot.versions.made_from import code_fingerprint
from bot.versions.register import Version, find_version, keep_version
from bot.versions.running import running_version
from bot.versions.use import read_use

FAILED, REFUSED = 1, 2
YIELDING = 15
# With low priority the clock on the wall tells of the machine's other work; the processor's time still counts.
NOT_HERE = ("time",)


@dataclass(frozen=True)
class Bench:
    """What candidates are made and measured with; the fields are the project's own unless a test says otherwise."""

    settings: Settings
    load: Callable[[Path], Parse]
    train: Callable[[Path], Path] = train_if_needed
    frozen: Path = FROZEN
    floors: Path = FLOORS
    accepted: Path = ACCEPTED
    progress: TextIO = sys.stderr

    @property
    def directory(self) -> Path:
        """Where the files of models lie."""
        return self.settings.model_directory


def train_candidate(target: TextIO) -> int:
    """Train, measure, write down, print; the exit code is 1 when it may not be used, 2 when no candidate was made."""
    os.nice(YIELDING)
    return make_candidate(Bench(Settings.from_environment(), _load), target)


def _load(path: Path) -> Parse:
    from bot.understanding.engine import load_parser

    return load_parser(path)


def make_candidate(bench: Bench, target: TextIO) -> int:
    """As `train_candidate`, with the parts passed in."""
    engine = create_database_engine(bench.settings.database_url)
    try:
        rows = read_labelled(bench.frozen)
        with reading(engine) as connection:
            former = _in_use(connection)
        if former is not None and model_path(bench.directory).name == former.name:
            print(f"{former.name} is in use, and nothing that it learns from has changed.", file=target)
            return 0
        version, verdict = _measured(bench, rows, former, target)
    except (LabelError, FloorError, TrainingError) as error:
        print(f"train --candidate: {error}", file=bench.progress)
        return REFUSED
    _write(engine, version, former)
    _show(version, verdict, target)
    return 0 if version.passed else FAILED


def _in_use(connection: Connection) -> Version | None:
    """The model to be compared with: in use, or where nothing has been put in use, the one that answers."""
    use = read_use(connection)
    return find_version(connection, use.version if use else running_version(connection))


def _measured(
    bench: Bench, rows: Sequence[Labelled], former: Version | None, target: TextIO
) -> tuple[Version, Verdict]:
    labels, floors = fingerprint(rows), load_floors(bench.floors)
    made = describe(bench.train(bench.directory))
    measured = _former_figures(bench, rows, former, labels)
    before = measured or load_accepted(bench.accepted)
    report = _report(bench, rows, model_path(bench.directory))
    for table in report_tables(report):
        print(table.as_text() + "\n", file=target)
    floors = replace(floors, floors=tuple(floor for floor in floors.floors if floor.set not in NOT_HERE))
    verdict = judge_report(report, floors, before, labels)
    figures = accepted_of(report, labels) | {"before": before, "before_is_measured": measured is not None}
    return replace(
        made,
        figures=figures,
        compared_with=former.name if former else None,
        passed=not verdict.missed,
        reasons=tuple(remark.as_dict() for remark in verdict.missed),
    ), verdict


def _former_figures(
    bench: Bench, rows: Sequence[Labelled], former: Version | None, labels: str
) -> Mapping[str, Any] | None:
    """Those of the model in use on the same messages: as kept, or measured now; None if this code cannot load it."""
    if former is None:
        return None
    if former.figures and former.figures["labels"] == labels:
        return {name: former.figures[name] for name in ("labels", "sets", "values")}
    path = find_file(bench.directory, former.name)
    if path is None or load_problem(former, bench.directory, code_fingerprint()):
        return None
    return accepted_of(_report(bench, rows, path), labels)


def _report(bench: Bench, rows: Sequence[Labelled], path: Path) -> Report:
    print(f"Measuring {path.name} …", file=bench.progress, flush=True)
    return measure(rows, bench.load(path), Catalogue.load("demo"), bench.progress)


def _write(engine: Engine, version: Version, former: Version | None) -> None:
    """All in one transaction: the candidate, what was found of the model in use, and the line in the log."""
    at = now()
    figures = version.figures or {}
    with transaction(engine) as connection:
        if former is not None and former.figures is None and figures["before_is_measured"]:
            keep_version(connection, replace(former, figures=figures["before"]))
        keep_version(connection, version)
        detail = {"version": version.short, "passed": version.passed, "account": account()}
        record(connection, COMMAND_LINE, "train_candidate", at, detail=detail)


def _show(version: Version, verdict: Verdict, target: TextIO) -> None:
    print("\n".join(verdict_lines(verdict)), file=target)
    may = "It can be put in use in the staff console, Modeller." if version.passed else "It cannot be put in use."
    print(f"{version.name}: {may}", file=target)
