"""Labelled messages from a file, and the frozen ones, which are counted but never shown."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from bot.commands.evaluation.judged import Labelled
from bot.settings import ROOT
from bot.understanding.intents import NEEDS

FROZEN = ROOT / "tests" / "understanding" / "messages.jsonl"
KNOWN_NEEDS = frozenset({*NEEDS, "smalltalk"})


class LabelError(ValueError):
    """A labelled file cannot be read; the message names the file, the line and what is wrong there."""


def read_labelled(path: Path) -> list[Labelled]:
    """The messages of a JSON-lines file with at least `text` and `need` on each line.

    Raises:
        LabelError: the file is missing or empty, or a line is not such an object.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise LabelError(f"{path}: cannot be read as UTF-8 text ({error})") from error
    rows = [_labelled(line, f"{path}, line {number}") for number, line in enumerate(lines, 1) if line.strip()]
    if not rows:
        raise LabelError(f"{path}: holds no message")
    return rows


def _labelled(line: str, where: str) -> Labelled:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise LabelError(f"{where}: is not JSON") from error
    for field in ("text", "need"):
        if not isinstance(row, dict) or not isinstance(row.get(field), str) or not row[field].strip():
            raise LabelError(f'{where}: "{field}" must be a text')
    return Labelled.from_json(row)


def unknown_needs(rows: Iterable[Labelled]) -> list[str]:
    """Needs of the labels that the assistant does not have: such a message can never come out right."""
    return sorted({need for row in rows for need in row.accepted} - KNOWN_NEEDS)


def count_frozen(rows: Iterable[Labelled]) -> int:
    """How many of these messages stand in the frozen set, in whatever file they came."""
    frozen = {row.text for row in read_labelled(FROZEN)} if FROZEN.exists() else set()
    return sum(row.text in frozen for row in rows)


def fingerprint(rows: Sequence[Labelled]) -> str:
    """A short hash of messages and labels: figures of two runs compare only when it is the same."""
    return hashlib.sha256("\n".join(map(repr, rows)).encode()).hexdigest()[:16]
