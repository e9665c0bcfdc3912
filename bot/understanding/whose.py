"""Whom a message is about, learned from messages that people have read: the writer, the writer's child, someone else.

Rules see "min kille" and cannot tell whether he hurts or is in trouble; of the messages in `data/roles/` they got
half right, this four fifths (docs/understanding.md). It looks at the same row of weights as the ranking, and at the
ranking itself: with a partner's violence it is mostly the writer, with parenting the child.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack

from bot.settings import ROOT
from bot.understanding.margins import Margins
from bot.understanding.weights import Row

LABELS = ROOT / "data" / "roles"
NOBODY = "nobody"
ROLES = ("self", "child", "other", NOBODY)
NEED_WEIGHT = 0.5


class RolesError(ValueError):
    """A line of the labels is wrong; the message names the line."""


@dataclass(frozen=True)
class WhoseModel:
    """A fitted model; `margins` has a row for each column of the weights, then one for each intent."""

    margins: Margins

    @classmethod
    def train(
        cls, matrix: csr_matrix, texts: Sequence[str], intents: Sequence[str], labels: Mapping[str, str]
    ) -> WhoseModel:
        """Fit on labels (text → role); those of other texts are left out. `matrix`: a row of weights for each text.

        Raises:
            ValueError: fewer than two roles are left.
        """
        rows = [row for row, text in enumerate(texts) if text in labels]
        wanted = np.array([labels[texts[row]] for row in rows])
        needs = NEED_WEIGHT * (np.asarray(intents)[rows, None] == np.unique(intents)[None, :])
        matrix = hstack([matrix[rows], csr_matrix(needs.astype(np.float32))]).tocsr()
        return cls(Margins.fit(matrix, wanted))

    def role(self, row: Row, shares: NDArray[np.float32]) -> str | None:
        """The role of a text, from its row and its ranking (the share of each intent, in the model's order)."""
        columns, weights = row
        start = len(self.margins.slopes) - len(shares)
        every = np.concatenate((columns, np.arange(start, len(self.margins.slopes))))
        margins = self.margins.of((every, np.concatenate((weights, NEED_WEIGHT * shares))))
        found = self.margins.classes[int(np.argmax(margins))]
        return None if found == NOBODY else found


def label_files(folder: Path = LABELS) -> list[Path]:
    """The files that hold the labels, one a topic as in data/nlu."""
    return sorted(folder.glob("*.jsonl"))


def load_labels(folder: Path = LABELS) -> dict[str, str]:
    """Text → role, NOBODY where nobody is meant.

    Raises:
        RolesError: a line is no object with a text and a role.
    """
    found: dict[str, str] = {}
    for path in label_files(folder):
        lines = path.read_text(encoding="utf-8").splitlines()
        found.update(_label(path.name, number, line) for number, line in enumerate(lines, 1) if line.strip())
    return found


def _label(name: str, number: int, line: str) -> tuple[str, str]:
    try:
        entry: dict[str, Any] = json.loads(line)
        text, role = entry["text"], entry["role"] or NOBODY
    except (ValueError, KeyError, TypeError) as error:
        raise RolesError(f'{name}, line {number}: must be an object with "text" and "role".') from error
    if not isinstance(text, str) or role not in ROLES:
        raise RolesError(f"{name}, line {number}: the role must be self, child, other or null.")
    return text, role
