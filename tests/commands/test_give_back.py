"""Examples given back as training messages."""

from __future__ import annotations

import io
import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from sqlalchemy import select
from sqlalchemy.engine import Engine

from bot import __main__ as command_line
from bot.commands.give_back import give_back, give_back_from, read_reviewed, write_reviewed
from bot.database import create_database_engine, reading, transaction
from bot.tables import audit, examples, metadata

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=timezone.utc)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    made = create_database_engine(f"sqlite:///{tmp_path / 'test.db'}")
    metadata.create_all(made)
    return made


@pytest.fixture
def nlu(tmp_path: Path) -> Path:
    """Training data of one message."""
    folder = tmp_path / "nlu"
    folder.mkdir()
    write_reviewed(folder / "parenting.yml", "parenting", [("plain", "min son vägrar gå till skolan på morgonen")])
    return folder


@pytest.fixture
def frozen(tmp_path: Path) -> Path:
    path = tmp_path / "frozen.jsonl"
    row = {"text": "vår dotter sitter uppe hela nätterna med telefonen", "need": "parenting"}
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    return path


def approved(engine: Engine, text: str, need: str = "parenting", style: str = "plain", state: str = "approved") -> str:
    made = f"{abs(hash((text, need))):032d}"[:32]
    values: dict[str, Any] = {"id": made, "need": need, "style": style, "text": text, "why": "", "state": state}
    with transaction(engine) as connection:
        connection.execute(examples.insert().values(**values, written_by="rut", written_at=NOW))
    return made


def states(engine: Engine) -> dict[str, tuple[str, str | None]]:
    with reading(engine) as connection:
        return {row.text: (row.state, row.refusal) for row in connection.execute(select(examples))}


def test_approved_examples_become_sorted_lines_one_file_a_need(engine: Engine, nlu: Path, frozen: Path) -> None:
    approved(engine, "vi grälar om läxor varje kväll")
    approved(engine, "bråk hemma om allt och inget nu")
    approved(engine, "bror dricker", "substance_use", "short")
    approved(engine, "väntar på redaktören", state="proposed")
    assert give_back_from(engine, nlu, frozen, NOW) == (3, 0)
    text = (nlu / "reviewed" / "parenting.yml").read_text(encoding="utf-8")
    assert text.endswith(
        "nlu:\n  - intent: parenting\n    metadata: {persona: reviewed, style: plain}\n    examples: |\n"
        "      - bråk hemma om allt och inget nu\n      - vi grälar om läxor varje kväll\n"
    )
    assert read_reviewed(nlu / "reviewed" / "substance_use.yml") == {("short", "bror dricker")}
    assert sorted(path.name for path in (nlu / "reviewed").iterdir()) == ["parenting.yml", "substance_use.yml"]
    with reading(engine) as connection:
        (line,) = connection.execute(select(audit)).all()
    assert (line.action, line.detail["given"]) == ("give_back_examples", 3)


def test_a_second_run_changes_nothing_and_a_new_line_is_all_that_differs(
    engine: Engine, nlu: Path, frozen: Path
) -> None:
    approved(engine, "vi grälar om läxor varje kväll")
    give_back_from(engine, nlu, frozen, NOW)
    path = nlu / "reviewed" / "parenting.yml"
    before = path.read_text(encoding="utf-8").splitlines()
    assert give_back_from(engine, nlu, frozen, NOW) == (0, 0)
    assert path.read_text(encoding="utf-8").splitlines() == before
    approved(engine, "barnen sover aldrig i sina egna sängar")
    give_back_from(engine, nlu, frozen, NOW)
    after = path.read_text(encoding="utf-8").splitlines()
    assert [line for line in after if line not in before] == ["      - barnen sover aldrig i sina egna sängar"]
    assert [line for line in after if line in before] == before


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("vår dotter sitter uppe hela nätterna med telefonen", "frozen"),
        ("Vår dotter sitter uppe hela natten med telefonen!", "frozen"),
        ("min son vägrar gå till skolan på morgnarna", "trained"),
        ("MIN SON VÄGRAR GÅ TILL SKOLAN PÅ MORGONEN", "trained"),
    ],
)
def test_near_copies_of_the_test_set_and_of_the_data_are_refused(
    engine: Engine, nlu: Path, frozen: Path, text: str, why: str
) -> None:
    approved(engine, text)
    assert give_back_from(engine, nlu, frozen, NOW) == (0, 1)
    assert states(engine) == {text: ("refused", why)}
    assert not (nlu / "reviewed").exists()


def test_of_two_alike_only_the_first_is_given(engine: Engine, nlu: Path, frozen: Path) -> None:
    approved(engine, "barnen sover aldrig i sina egna sängar")
    approved(engine, "barnen sover aldrig i sina egna sängar", "youth_at_risk")
    assert give_back_from(engine, nlu, frozen, NOW) == (1, 1)


def test_a_run_that_broke_after_writing_is_finished_by_the_next(engine: Engine, nlu: Path, frozen: Path) -> None:
    approved(engine, "barnen sover aldrig i sina egna sängar")
    lines = [("plain", "barnen sover aldrig i sina egna sängar")]
    write_reviewed(nlu / "reviewed" / "parenting.yml", "parenting", lines)
    assert give_back_from(engine, nlu, frozen, NOW) == (1, 0)
    assert states(engine) == {"barnen sover aldrig i sina egna sängar": ("given", None)}


@pytest.mark.parametrize(
    "text", ["nlu: rules: x", "a: b", "'citat' \"citat\"", "# ingen kommentar", "hej\u2028du", "*a &b !c %d @e"]
)
def test_whatever_stands_in_a_line_comes_back_the_same(tmp_path: Path, text: str) -> None:
    path = tmp_path / "parenting.yml"
    write_reviewed(path, "parenting", [("plain", text), ("slang", "annat")])
    YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    assert read_reviewed(path) == {("plain", " ".join(text.split())), ("slang", "annat")}


def test_without_the_test_set_nothing_is_given_back(nlu: Path, tmp_path: Path) -> None:
    said = io.StringIO()
    assert give_back(said, nlu, tmp_path / "none") == 1
    assert "not there" in said.getvalue()


def test_the_command_is_there() -> None:
    assert command_line._parser().parse_args(["give-back"]).run is command_line._give_back
