"""`train --candidate` with a small parser for a model: measured, held against what is in use, written down at once."""

from __future__ import annotations

import io
import json
import multiprocessing
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.engine import Engine

from bot.commands import candidate, train
from bot.commands.candidate import Bench, make_candidate
from bot.commands.train import TrainingError
from bot.database import create_database_engine, now, reading, transaction
from bot.settings import Settings
from bot.tables import audit, models
from bot.versions.made_from import code_fingerprint, version_name
from bot.versions.register import Version, find_version, keep_version
from bot.versions.running import Process, report
from tests.commands.test_evaluate import FLOORS, ROWS, deaf, parse, worse

Parse = Callable[[str], dict[str, Any]]
NAME = version_name()
FORMER = "vagvisaren-former.tar.gz"


@pytest.fixture
def engine(installation: Settings) -> Engine:
    return create_database_engine(installation.database_url)


@pytest.fixture
def bench(installation: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A bench of the test's own: five messages, a file in the model's place."""
    monkeypatch.setattr("bot.versions.files.BESIDE_THE_CODE", tmp_path / "none")
    folder = tmp_path / "models"
    folder.mkdir()
    frozen = tmp_path / "frozen.jsonl"
    frozen.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    (tmp_path / "floors.yml").write_text(FLOORS, encoding="utf-8")
    own = {"frozen": frozen, "floors": tmp_path / "floors.yml", "accepted": tmp_path / "accepted.json"}
    return Bench(replace(installation, model_directory=folder), lambda _: parse, _train, progress=io.StringIO(), **own)


def _train(folder: Path) -> Path:
    (folder / NAME).write_bytes(b"a model")
    return folder / NAME


def former(bench: Bench, engine: Engine, **changes: Any) -> Version:
    """The model that answers, as a rasa process has noted it."""
    (bench.directory / FORMER).write_bytes(b"former")
    version = replace(candidate.describe(bench.directory / FORMER), **changes)
    with transaction(engine) as connection:
        keep_version(connection, version)
        report(connection, Process("here", FORMER), now())
    return version


def by_file(**parsers: Parse) -> Callable[[Path], Parse]:
    """A parser for each of the two files."""
    return lambda path: parsers["former" if path.name == FORMER else "candidate"]


def found(engine: Engine, name: str = NAME) -> Version | None:
    with reading(engine) as connection:
        return find_version(connection, name)


def test_a_candidate_that_is_as_good_passes_and_is_known_with_its_figures(bench: Bench, engine: Engine) -> None:
    former(bench, engine)
    out = io.StringIO()
    assert make_candidate(bench, out) == 0
    version = found(engine)
    assert version and version.passed and version.compared_with == FORMER and version.reasons == []
    assert version.code == code_fingerprint() and len(version.digest) == 64
    assert version.figures and version.figures["values"]["main"]["direct"] == pytest.approx(0.6667)
    assert "It can be put in use in the staff console" in out.getvalue()
    measured = found(engine, FORMER)
    assert measured and measured.figures and measured.passed is None
    with reading(engine) as connection:
        assert "train_candidate" in connection.execute(select(audit.c.action)).scalars().all()


@pytest.mark.parametrize(
    ("parser", "kind"), [(worse, "floor"), (worse, "fallen"), (deaf, "stepped_back"), (deaf, "floor")]
)
def test_a_worse_one_is_known_with_the_reasons_and_does_not_pass(
    bench: Bench, engine: Engine, parser: Parse, kind: str
) -> None:
    former(bench, engine)
    out = io.StringIO()
    assert make_candidate(replace(bench, load=by_file(former=parse, candidate=parser)), out) == 1
    version = found(engine)
    assert version and version.passed is False
    assert kind in {reason["kind"] for reason in version.reasons}
    assert "It cannot be put in use" in out.getvalue()


def test_it_is_held_against_the_model_in_use_and_not_only_against_floors(bench: Bench, engine: Engine) -> None:
    """One need is worse than in the model that answers, though every floor holds."""
    bench.floors.write_text(FLOORS.replace("floor: 0.6}", "floor: 0.1}").replace("floor: 0.4}", "floor: 0.9}"))
    former(bench, engine)
    assert make_candidate(replace(bench, load=by_file(former=parse, candidate=worse)), io.StringIO()) == 1
    version = found(engine)
    assert version and {reason["kind"] for reason in version.reasons} == {"fallen"}


def test_no_message_is_kept_or_printed(bench: Bench, engine: Engine) -> None:
    former(bench, engine)
    out = io.StringIO()
    make_candidate(bench, out)
    with reading(engine) as connection:
        kept = str(connection.execute(select(models)).all())
    assert not [row for row in ROWS if row["text"].split()[1] in kept + out.getvalue()]


def test_the_same_data_make_no_candidate(bench: Bench, engine: Engine) -> None:
    with transaction(engine) as connection:
        keep_version(connection, candidate.describe(_train(bench.directory)))
        report(connection, Process("here", NAME), now())
    out = io.StringIO()
    assert make_candidate(bench, out) == 0
    assert "nothing that it learns from has changed" in out.getvalue()
    version = found(engine)
    assert version and version.passed is None


def test_with_nothing_in_use_the_accepted_report_is_what_counts(bench: Bench, engine: Engine) -> None:
    assert make_candidate(bench, io.StringIO()) == 1
    version = found(engine)
    assert version and [reason["kind"] for reason in version.reasons] == ["no_report"]


def test_a_former_model_of_other_code_is_not_loaded(bench: Bench, engine: Engine) -> None:
    former(bench, engine, code="another")
    loaded: list[str] = []

    def load(path: Path) -> Parse:
        loaded.append(path.name)
        return parse

    make_candidate(replace(bench, load=load), io.StringIO())
    assert loaded == [NAME]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit, MemoryError])
@pytest.mark.parametrize("at", ["train", "measure"])
def test_whoever_is_stopped_in_the_middle_leaves_nothing_known(
    bench: Bench, engine: Engine, at: str, stop: type[BaseException]
) -> None:
    def stopped(_path: Path) -> Any:
        raise stop

    broken = replace(bench, train=stopped) if at == "train" else replace(bench, load=stopped)
    with pytest.raises(stop):
        make_candidate(broken, io.StringIO())
    assert found(engine) is None
    with reading(engine) as connection:
        assert connection.execute(select(audit)).all() == []


def test_a_run_that_is_killed_leaves_nothing_known(bench: Bench, engine: Engine, tmp_path: Path) -> None:
    """With `kill -9`, while it measures."""
    former(bench, engine)
    engine.dispose()
    begun = tmp_path / "begun"

    def forever(_path: Path) -> Parse:
        begun.touch()
        time.sleep(60)
        raise AssertionError

    stuck = multiprocessing.get_context("fork").Process(
        target=make_candidate, args=(replace(bench, load=forever), io.StringIO())
    )
    stuck.start()
    deadline = time.monotonic() + 30
    while not begun.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert begun.exists() and stuck.is_alive()
    stuck.kill()
    stuck.join(10)
    assert found(engine) is None
    measured = found(engine, FORMER)
    assert measured and measured.figures is None
    assert make_candidate(bench, io.StringIO()) == 0


def test_what_a_killed_training_left_is_swept_away_after_a_day(tmp_path: Path) -> None:
    for name, age in (("old", 2 * train.FORGOTTEN_SECONDS), ("young", 60)):
        folder = tmp_path / f"{train.UNFINISHED}{name}"
        folder.mkdir()
        (folder / "half.tar.gz").write_bytes(b"half")
        os.utime(folder, (time.time() - age,) * 2)
    train._sweep(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [f"{train.UNFINISHED}young"]


def test_a_training_that_fails_is_said_and_nothing_is_known(bench: Bench, engine: Engine) -> None:
    def failing(_folder: Path) -> Path:
        raise TrainingError("Rasa made no model.")

    assert make_candidate(replace(bench, train=failing), io.StringIO()) == 2
    assert "Rasa made no model" in str(bench.progress.getvalue())  # type: ignore[attr-defined]
    assert found(engine) is None


def test_without_the_frozen_messages_nothing_is_trained(bench: Bench, tmp_path: Path) -> None:
    assert make_candidate(replace(bench, frozen=tmp_path / "away.jsonl"), io.StringIO()) == 2
    assert not (bench.directory / NAME).exists()


def test_the_clock_on_the_wall_does_not_judge_a_run_that_yields(bench: Bench, engine: Engine) -> None:
    former(bench, engine)
    bench.floors.write_text(FLOORS + "  time: {p95: {goal: 0, floor: 0}}\n")
    assert make_candidate(bench, io.StringIO()) == 0


def test_a_killed_training_leaves_no_model_under_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys
    import types

    def half(path: Path, _root: Path, _force: bool) -> bool:
        path.write_bytes(b"half a mod")
        raise KeyboardInterrupt

    fake = types.ModuleType("bot.understanding.engine")
    fake.train_model = half  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "bot.understanding.engine", fake)
    with pytest.raises(KeyboardInterrupt):
        train._train(tmp_path / NAME, tmp_path, force=False)
    assert list(tmp_path.iterdir()) == []


def test_data_that_change_during_the_training_make_no_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys
    import types

    def slow(path: Path, root: Path, _force: bool) -> bool:
        path.write_bytes(b"a model")
        (root / "config.yml").write_text("changed", encoding="utf-8")
        return True

    fake = types.ModuleType("bot.understanding.engine")
    fake.train_model = slow  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "bot.understanding.engine", fake)
    with pytest.raises(TrainingError, match="was changed while"):
        train._train(tmp_path / "models" / NAME, tmp_path, force=False)
    assert not (tmp_path / "models" / NAME).exists()
