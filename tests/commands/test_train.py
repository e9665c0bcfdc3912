"""When the model is trained anew: after a change of what it learns from, of nothing else. Nothing is trained here."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.commands.train import model_path, train_if_needed
from bot.settings import ROOT
from bot.versions.made_from import LEARNED_FROM, code_fingerprint, fingerprint

LEARNED = (
    "config.yml",
    "domain.yml",
    "data/nlu/parenting.yml",
    "data/rules/parenting.yml",
    "bot/understanding/model.py",
    "bot/understanding/concepts.yml",
)
NOT_LEARNED = (
    "README.md",
    "bot/chat/web/app.py",
    "bot/routing/services.yml",
    "tests/understanding/ages.yml",
    "data/notes.txt",
    "models/old.tar.gz",
)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in (*LEARNED, *NOT_LEARNED):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"first {name}", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("name", LEARNED)
def test_a_change_of_what_is_learned_from_changes_the_fingerprint(tree: Path, name: str) -> None:
    before = fingerprint(tree)
    (tree / name).write_text("changed", encoding="utf-8")
    assert fingerprint(tree) != before


@pytest.mark.parametrize("name", NOT_LEARNED)
def test_a_change_of_anything_else_leaves_it(tree: Path, name: str) -> None:
    before = fingerprint(tree)
    (tree / name).write_text("changed", encoding="utf-8")
    assert fingerprint(tree) == before


@pytest.mark.parametrize("name", ["data/nlu/new.yml", "bot/understanding/new.py"])
def test_a_new_file_and_a_lost_one_change_it(tree: Path, name: str) -> None:
    before = fingerprint(tree)
    (tree / name).write_text("new", encoding="utf-8")
    assert fingerprint(tree) != before
    (tree / name).unlink()
    assert fingerprint(tree) == before


def test_a_renamed_file_changes_it(tree: Path) -> None:
    before = fingerprint(tree)
    (tree / "data/nlu/parenting.yml").rename(tree / "data/nlu/parents.yml")
    assert fingerprint(tree) != before


def test_what_moves_from_one_file_to_the_next_changes_it(tree: Path) -> None:
    before = fingerprint(tree)
    first, second = tree / "config.yml", tree / "domain.yml"
    one, two = first.read_text(encoding="utf-8"), second.read_text(encoding="utf-8")
    first.write_text(two, encoding="utf-8")
    second.write_text(one, encoding="utf-8")
    assert fingerprint(tree) != before


def test_the_same_state_has_the_same_fingerprint_wherever_it_lies(
    tree: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other")
    for name in LEARNED:
        (other / name).parent.mkdir(parents=True, exist_ok=True)
        (other / name).write_bytes((tree / name).read_bytes())
    assert fingerprint(other) == fingerprint(tree)


@pytest.mark.parametrize("pattern", LEARNED_FROM)
def test_every_pattern_finds_something_in_the_project(pattern: str) -> None:
    assert list(ROOT.glob(pattern))


def test_everything_that_the_understanding_reads_is_learned_from() -> None:
    found = {path for pattern in LEARNED_FROM for path in ROOT.glob(pattern)}
    folder = ROOT / "bot" / "understanding"
    lost = {path for path in folder.rglob("*") if path.suffix in (".py", ".yml", ".txt", ".json")} - found
    assert not lost, "name them in LEARNED_FROM"


def test_a_model_of_this_state_is_used_as_it_is(tree: Path) -> None:
    path = model_path(tree / "models", tree)
    path.write_bytes(b"a model")
    assert train_if_needed(tree / "models", tree) == path
    assert path.read_bytes() == b"a model"


def test_the_models_name_holds_the_fingerprint(tree: Path) -> None:
    assert model_path(tree / "models", tree) == tree / "models" / f"vagvisaren-{fingerprint(tree)}.tar.gz"


def test_a_model_lies_where_the_setting_says(tree: Path, tmp_path: Path) -> None:
    assert model_path(tmp_path / "elsewhere", tree).parent == tmp_path / "elsewhere"


@pytest.mark.parametrize("name", ["data/nlu/parenting.yml", "data/nlu/reviewed/parenting.yml"])
def test_examples_are_no_code(tree: Path, name: str) -> None:
    before = _code(tree)
    (tree / name).parent.mkdir(exist_ok=True)
    (tree / name).write_text("changed", encoding="utf-8")
    assert _code(tree) == before


@pytest.mark.parametrize("name", ["domain.yml", "config.yml", "data/rules/parenting.yml", "bot/understanding/model.py"])
def test_sentences_rules_and_understanding_are_code(tree: Path, name: str) -> None:
    before = _code(tree)
    (tree / name).write_text("changed", encoding="utf-8")
    assert _code(tree) != before


def _code(tree: Path) -> str:
    """As a process that starts now would say it."""
    code_fingerprint.cache_clear()
    return code_fingerprint(tree)
