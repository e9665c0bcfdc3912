"""Which model a rasa process begins with: the one in use, if it is whole and of this code; else the code's own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine

from bot.commands import models as command
from bot.commands.models import describe, model_to_serve, note_model
from bot.database import create_database_engine, now, reading, transaction
from bot.settings import Settings
from bot.versions.files import find_file
from bot.versions.made_from import version_name
from bot.versions.register import find_version, keep_version
from bot.versions.use import Change, activate

CHOSEN = "vagvisaren-chosen.tar.gz"


@pytest.fixture
def settings(installation: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    folder = tmp_path / "models"
    folder.mkdir()
    monkeypatch.setattr("bot.versions.files.BESIDE_THE_CODE", tmp_path / "image")
    for name in (CHOSEN, version_name()):
        (folder / name).write_bytes(name.encode())
    return replace(installation, model_directory=folder)


@pytest.fixture
def engine(settings: Settings) -> Engine:
    return create_database_engine(settings.database_url)


def put_in_use(settings: Settings, engine: Engine, **changes: Any) -> None:
    version = replace(describe(settings.model_directory / CHOSEN), passed=True, **changes)
    with transaction(engine) as connection:
        keep_version(connection, version)
        activate(connection, CHOSEN, Change("x", now(), "y", 0), None)


def test_with_nothing_in_use_it_is_the_codes_own(settings: Settings) -> None:
    assert model_to_serve(settings) == settings.model_directory / version_name()


def test_what_is_in_use_is_begun_with_also_when_the_data_have_grown(
    settings: Settings, engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    put_in_use(settings, engine)
    assert model_to_serve(settings) == settings.model_directory / CHOSEN
    assert "train --candidate" in capsys.readouterr().err


@pytest.mark.parametrize(("changes", "why"), [({"code": "older"}, "other_code"), ({"digest": "0" * 64}, "other_file")])
def test_a_model_that_this_code_may_not_load_is_left_and_it_is_said(
    settings: Settings, engine: Engine, capsys: pytest.CaptureFixture[str], changes: dict[str, str], why: str
) -> None:
    put_in_use(settings, engine, **changes)
    assert model_to_serve(settings) == settings.model_directory / version_name()
    said = capsys.readouterr().err
    assert CHOSEN in said and why in said


def test_a_model_whose_file_is_gone_is_left(
    settings: Settings, engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    put_in_use(settings, engine)
    (settings.model_directory / CHOSEN).unlink()
    assert model_to_serve(settings).name == version_name()
    assert "missing" in capsys.readouterr().err


def test_a_database_that_is_away_keeps_nobody_from_an_answer(settings: Settings, tmp_path: Path) -> None:
    away = replace(settings, database_url=f"sqlite:///{tmp_path / 'empty.db'}")
    assert model_to_serve(away).name == version_name()
    note_model(away, settings.model_directory / version_name())


def test_the_codes_own_model_is_noted_once_and_keeps_its_figures(settings: Settings, engine: Engine) -> None:
    own = settings.model_directory / version_name()
    note_model(settings, own)
    with transaction(engine) as connection:
        noted = find_version(connection, own.name)
        assert noted and noted.passed is None and noted.figures is None
        keep_version(connection, replace(noted, figures={"labels": "x"}))
    note_model(settings, own)
    with reading(engine) as connection:
        again = find_version(connection, own.name)
    assert again and again.figures == {"labels": "x"}


def test_one_that_was_trained_anew_under_the_same_name_is_noted_anew(settings: Settings, engine: Engine) -> None:
    own = settings.model_directory / version_name()
    note_model(settings, own)
    own.write_bytes(b"trained with --force")
    note_model(settings, own)
    with reading(engine) as connection:
        noted = find_version(connection, own.name)
    assert noted and noted.digest == describe(own).digest


def test_a_measured_model_is_not_excused_when_its_file_has_changed(settings: Settings, engine: Engine) -> None:
    put_in_use(settings, engine)
    before = describe(settings.model_directory / CHOSEN).digest
    (settings.model_directory / CHOSEN).write_bytes(b"another")
    note_model(settings, settings.model_directory / CHOSEN)
    with reading(engine) as connection:
        noted = find_version(connection, CHOSEN)
    assert noted and noted.digest == before


@pytest.mark.parametrize("name", ["../x.tar.gz", "vagvisaren-/../x.tar.gz", "other.tar.gz", "", "vagvisaren-\0.tar.gz"])
def test_a_strange_name_finds_no_file(settings: Settings, name: str) -> None:
    assert find_file(settings.model_directory, name) is None


def test_an_account_without_a_name_is_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command.os, "getuid", lambda: 4_000_001)
    assert command.account() == "4000001"
