"""Small neural nets over the same rows of weights, and their mean: what a message is about.

A linear classifier adds up words; one layer between lets two signs together mean something else ("tänker inte … mer"
of driving for them, or of living). What makes it learn from messages of a few hands is that it never sees a whole
message: four fifths of the signs are hidden at random each time, so that no sign is leant on alone. Several nets, each
begun and hidden differently, are averaged; the mean of nets of one layer is one wide net (docs/decisions/0009).

Written with numpy: what is installed to serve has no library for nets (docs/decisions/0008), and this is one page.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.special import softmax

from bot.understanding.weights import MANY, Row

# Each choice has its line in docs/understanding.md: what was tried, on which data, what it gave.
NETS = 4
HIDDEN = 32
HIDE_SIGNS, HIDE_HIDDEN = 0.8, 0.1
SOFTENED = 0.02
"""So much of each right answer is spread over all intents: a label may be wrong, and nobody is to be quite sure."""
EPOCHS, BATCH, FEWEST_STEPS = 14, 128, 400
RATE = 0.15
STEEP = 16.0
_STILL = 1e-2
"""What AdaGrad's memory begins with."""

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Nets:
    """One layer of `HIDDEN` units a net, all side by side.

    `first` has a row for each column of the weights, kept in half precision; `second` a column for each class.
    """

    classes: tuple[str, ...]
    first: NDArray[np.float16]
    first_base: Floats
    second: Floats
    second_base: Floats

    @classmethod
    def fit(cls, matrix: csr_matrix, wanted: Any, nets: int = NETS) -> Nets:
        """Fit the nets, many texts in several processes; the same texts always give the same nets.

        Raises:
            ValueError: there are fewer than two classes.
        """
        classes, right = np.unique(wanted, return_inverse=True)
        if len(classes) < 2:
            raise ValueError("needs at least two classes to tell apart")
        jobs = os.cpu_count() if matrix.shape[0] >= MANY else 1
        fitted = Parallel(n_jobs=jobs)(
            delayed(_fit)(matrix, right.astype(np.int64), len(classes), seed) for seed in range(nets)
        )
        firsts, first_bases, seconds, second_bases = zip(*fitted, strict=True)
        return cls(
            tuple(map(str, classes)),
            np.concatenate(firsts, axis=1).astype(np.float16),
            np.concatenate(first_bases),
            np.concatenate(seconds) / np.float32(nets),
            np.mean(second_bases, axis=0, dtype=np.float32),
        )

    def of(self, row: Row) -> Floats:
        """How much speaks for each class in one text: logits, without a common zero."""
        columns, weights = row
        # Not `@`, as in `Margins.of`: for so little the linear algebra library wakes all its threads.
        hidden = np.einsum("i,ij->j", weights, self.first[columns].astype(np.float32)) + self.first_base
        found: Floats = np.einsum("i,ij->j", np.maximum(hidden, 0), self.second) + self.second_base
        return found


class _Learner:
    """One net while it learns: AdaGrad, with one step width a row of the first layer."""

    def __init__(self, columns: int, classes: int, chance: np.random.Generator) -> None:
        self.first = chance.standard_normal((columns, HIDDEN), np.float32) * np.float32(0.15)
        self.second = chance.standard_normal((HIDDEN, classes), np.float32) / np.float32(np.sqrt(HIDDEN))
        self.bases = np.zeros(HIDDEN, np.float32), np.zeros(classes, np.float32)
        self._chance = chance
        self._of_first = np.full(columns, _STILL, np.float32)
        self._marked, self._places = np.zeros(columns, bool), np.zeros(columns, np.int32)
        self._of_rest = [np.full_like(part, _STILL) for part in (self.second, *self.bases)]

    def learn(self, texts: csr_matrix, right: NDArray[np.int64], rate: float) -> None:
        """One step on one batch."""
        columns, seen = self._seen(texts)
        first = self.first[columns]
        before = seen @ first + self.bases[0]
        open_ = (self._chance.random(before.shape, np.float32) >= HIDE_HIDDEN) / np.float32(1 - HIDE_HIDDEN)
        open_ *= before > 0
        hidden = before * open_
        error = softmax(hidden @ self.second + self.bases[1], axis=1) - self._targets(right)
        error *= np.float32(STEEP / len(right))
        back = (error @ self.second.T) * open_
        steps = hidden.T @ error, back.sum(0), error.sum(0)
        self._move_first(columns, first, seen.T @ back, rate)
        for part, step, memory in zip((self.second, *self.bases), steps, self._of_rest, strict=True):
            memory += step**2
            part -= rate * step / np.sqrt(memory)

    def _seen(self, texts: csr_matrix) -> tuple[NDArray[np.int64], csr_matrix]:
        """What is left when signs are hidden: its columns in the net, and the texts in these columns alone."""
        kept = self._chance.random(len(texts.data), np.float32) >= HIDE_SIGNS
        ends = np.concatenate(([0], np.cumsum(kept)))[texts.indptr]
        left = texts.indices[kept]
        # Marking is three times faster than sorting.
        self._marked[left] = True
        columns = np.flatnonzero(self._marked)
        self._marked[columns] = False
        self._places[columns] = np.arange(len(columns), dtype=np.int32)
        weights = texts.data[kept] / np.float32(1 - HIDE_SIGNS)
        return columns, csr_matrix((weights, self._places[left], ends), shape=(texts.shape[0], len(columns)))

    def _targets(self, right: NDArray[np.int64]) -> Floats:
        wanted = np.full((len(right), len(self.bases[1])), SOFTENED / len(self.bases[1]), np.float32)
        wanted[np.arange(len(right)), right] += 1 - SOFTENED
        return wanted

    def _move_first(self, columns: NDArray[np.int64], first: Floats, step: Floats, rate: float) -> None:
        memory = self._of_first[columns] + np.einsum("ij,ij->i", step, step) / np.float32(HIDDEN)
        self._of_first[columns] = memory
        step *= (np.float32(rate) / np.sqrt(memory))[:, None]
        self.first[columns] = first - step


def _fit(
    matrix: csr_matrix, right: NDArray[np.int64], classes: int, seed: int
) -> tuple[Floats, Floats, Floats, Floats]:
    chance = np.random.default_rng(seed)
    learner = _Learner(matrix.shape[1], classes, chance)
    batches = -(-len(right) // BATCH)
    epochs = max(EPOCHS, -(-FEWEST_STEPS // batches))
    for epoch in range(epochs):
        order = chance.permutation(len(right))
        for start, end in pairwise([*range(0, len(right), BATCH), len(right)]):
            some = order[start:end]
            learner.learn(matrix[some], right[some], RATE * (1 - epoch / epochs))
    return learner.first, learner.bases[0], learner.second, learner.bases[1]
