"""`python -m bot give-back`: approved examples of the staff console become training messages in `data/nlu/reviewed/`.

One file a need, one line an example, sorted: a run changes only the lines that are new. Who wrote and approved what,
when and why stays in the database. A line that somebody takes out of a file by hand is not put back.
"""

from __future__ import annotations

import io
import json
import os
import pwd
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from ruamel.yaml import YAML
from sqlalchemy import select, update
from sqlalchemy.engine import Connection, Engine

from bot.commands.evaluation.labelled import FROZEN
from bot.database import create_database_engine, now, transaction
from bot.settings import ROOT, Settings
from bot.staff.oversight.audit import record
from bot.staff.review.examples import APPROVED, GIVEN, REFUSED
from bot.staff.review.likeness import is_long, near_copy, plain_key, sorted_words
from bot.switch import COMMAND_LINE
from bot.tables import examples

NLU = ROOT / "data" / "nlu"
REVIEWED = "reviewed"
HEAD = """version: "3.1"
# Written by `python -m bot give-back` from the examples that an editor has approved in the staff console.
nlu:
"""

Line = tuple[str, str]
"""Style and text of one example."""


def give_back(target: TextIO, nlu: Path = NLU, frozen: Path = FROZEN) -> int:
    """Write what is approved and say how much; exit code 1 where the frozen test set is not there to compare with."""
    if not frozen.exists():
        target.write(f"{frozen} is not there: nothing is given back without comparing with it. Use a whole checkout.\n")
        return 1
    settings = Settings.from_environment()
    given, refused = give_back_from(create_database_engine(settings.database_url), nlu, frozen, now())
    target.write(f"{given} examples given back to {nlu / REVIEWED}, {refused} refused.\n")
    return 0


def give_back_from(engine: Engine, nlu: Path, frozen: Path, at: datetime) -> tuple[int, int]:
    """Files first, then the note that it is done: whatever breaks in between, the next run finishes it."""
    checks = {"frozen": Known.of(_frozen(frozen)), "trained": Known.of(_trained(nlu))}
    with transaction(engine) as connection:
        found = _approved(connection)
        written = {need: read_reviewed(nlu / REVIEWED / f"{need}.yml") for need in {row["need"] for row in found}}
        good: list[Mapping[str, Any]] = []
        bad: list[tuple[Mapping[str, Any], str]] = []
        for row in found:
            there = (row["style"], row["text"]) in written[row["need"]]
            problem = None if there else next((why for why, known in checks.items() if known.has(row["text"])), None)
            if problem:
                bad.append((row, problem))
                continue
            good.append(row)
            written[row["need"]].add((row["style"], row["text"]))
            checks["trained"].learn(row["text"])
        for need in sorted({row["need"] for row in good}):
            write_reviewed(nlu / REVIEWED / f"{need}.yml", need, written[need])
        _note(connection, good, bad, at)
    return len(good), len(bad)


class Known:
    """Messages that a new one must not repeat: the same words, or for longer ones nearly the same."""

    def __init__(self) -> None:
        self._keys: set[str] = set()
        self._long: list[str] = []

    @classmethod
    def of(cls, texts: Iterable[str]) -> Known:
        """All of these."""
        known = cls()
        for text in texts:
            known.learn(text)
        return known

    def learn(self, text: str) -> None:
        """One more."""
        self._keys.add(plain_key(text))
        if is_long(text):
            self._long.append(sorted_words(text))

    def has(self, text: str) -> bool:
        """Whether it says the same as one of them."""
        return plain_key(text) in self._keys or (is_long(text) and near_copy(text, self._long))


def read_reviewed(path: Path) -> set[Line]:
    """The lines of a file that was written before; none if there is no file."""
    if not path.exists():
        return set()
    blocks = YAML(typ="safe").load(path.read_text(encoding="utf-8"))["nlu"] or []
    return {(block["metadata"]["style"], text) for block in blocks for text in _lines(block)}


def write_reviewed(path: Path, need: str, lines: Iterable[Line]) -> None:
    """The whole file, the same lines always giving the same bytes; put in its place in one step."""
    text = io.StringIO()
    text.write(HEAD)
    by_style: dict[str, list[str]] = {}
    for style, example in sorted(lines):
        by_style.setdefault(style, []).append(example)
    for style, texts in by_style.items():
        text.write(f"  - intent: {need}\n    metadata: {{persona: {REVIEWED}, style: {style}}}\n    examples: |\n")
        text.write("".join(f"      - {' '.join(example.split())}\n" for example in texts))
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    beside.write_text(text.getvalue(), encoding="utf-8")
    beside.replace(path)


def _approved(connection: Connection) -> Sequence[Mapping[str, Any]]:
    wanted = select(examples).where(examples.c.state == APPROVED).order_by(examples.c.written_at, examples.c.id)
    rows: Sequence[Mapping[str, Any]] = connection.execute(wanted.with_for_update()).mappings().all()
    return rows


def _note(
    connection: Connection,
    good: Sequence[Mapping[str, Any]],
    bad: Sequence[tuple[Mapping[str, Any], str]],
    at: datetime,
) -> None:
    for row in good:
        connection.execute(update(examples).where(examples.c.id == row["id"]).values(state=GIVEN, given_at=at))
    for row, why in bad:
        connection.execute(update(examples).where(examples.c.id == row["id"]).values(state=REFUSED, refusal=why))
    if good or bad:
        detail = {"given": len(good), "refused": len(bad), "account": pwd.getpwuid(os.getuid()).pw_name}
        record(connection, COMMAND_LINE, "give_back_examples", at, detail=detail)


def _frozen(path: Path) -> list[str]:
    return [str(json.loads(line)["text"]) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _trained(nlu: Path) -> list[str]:
    files = sorted(nlu.rglob("*.yml"))
    loaded = (YAML(typ="safe").load(path.read_text(encoding="utf-8"))["nlu"] or [] for path in files)
    return [text for blocks in loaded for block in blocks for text in _lines(block)]


def _lines(block: Mapping[str, Any]) -> list[str]:
    return [line[2:] for line in str(block["examples"]).splitlines() if line.startswith("- ")]
