"""From ids to a row of weights: TF-IDF a block, the blocks side by side.

The sums are scikit-learn's (smooth idf, 1 + log tf, each block of length one, then its weight), on the ids of
`ngrams.py`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from bot.understanding.ngrams import Ids

Row = tuple[NDArray[np.int64], NDArray[np.float32]]
# From so many texts on it pays to start more processes.
MANY = 5_000


@dataclass(frozen=True)
class Recipe:
    """How one block is made: text → ids, its weight, in how many texts an id must stand, and whether it is counted."""

    find: Callable[[str], Ids]
    weight: float = 1.0
    fewest: int = 1
    counted: bool = True


@dataclass(frozen=True)
class Block:
    """One fitted block: the known ids in rising order and what each weighs."""

    recipe: Recipe
    ids: Ids
    idf: NDArray[np.float32]

    @classmethod
    def fit(cls, recipe: Recipe, found: Sequence[Ids]) -> Block:
        """Learn from the ids of each text which there are and how rare each is."""
        ids, texts = np.unique(np.concatenate([np.unique(each) for each in found]), return_counts=True)
        kept = texts >= recipe.fewest
        idf = np.log((1 + len(found)) / (1 + texts[kept])) + 1
        return cls(recipe, ids[kept], idf.astype(np.float32))

    def row(self, found: Ids) -> Row:
        """Columns, in rising order, and weights of one text."""
        ids, counts = np.unique(found, return_counts=True)
        columns = np.searchsorted(self.ids, ids)
        columns[columns == len(self.ids)] = 0
        known = self.ids[columns] == ids if len(self.ids) else np.zeros(len(ids), bool)
        columns = columns[known]
        if not self.recipe.counted:
            return columns, np.full(len(columns), self.recipe.weight, np.float32)
        weights = (1 + np.log(counts[known])) * self.idf[columns]
        length = np.sqrt(np.square(weights).sum()) or 1.0
        return columns, (self.recipe.weight / length * weights).astype(np.float32)


@dataclass(frozen=True)
class Weights:
    """The fitted blocks; `row` gives one text as columns and weights, `matrix` many texts."""

    blocks: tuple[Block, ...]

    @classmethod
    def fit(cls, recipes: Sequence[Recipe], texts: Sequence[str]) -> tuple[Weights, csr_matrix]:
        """The fitted weights and the matrix of the texts they were fitted on."""
        found = [_found(recipe, texts) for recipe in recipes]
        fitted = cls(tuple(Block.fit(recipe, each) for recipe, each in zip(recipes, found, strict=True)))
        return fitted, fitted._stacked([fitted._row(each) for each in zip(*found, strict=True)])

    @property
    def width(self) -> int:
        """How many columns a row has."""
        return sum(len(block.ids) for block in self.blocks)

    def row(self, text: str) -> Row:
        """Columns and weights of one text."""
        return self._row([block.recipe.find(text) for block in self.blocks])

    def matrix(self, texts: Sequence[str]) -> csr_matrix:
        """One row a text."""
        return self._stacked([self.row(text) for text in texts])

    def _row(self, found: Sequence[Ids]) -> Row:
        columns, weights, start = [], [], 0
        for block, ids in zip(self.blocks, found, strict=True):
            here, weighed = block.row(ids)
            columns.append(here + start)
            weights.append(weighed)
            start += len(block.ids)
        return np.concatenate(columns), np.concatenate(weights)

    def _stacked(self, rows: Sequence[Row]) -> csr_matrix:
        ends = np.cumsum([0, *(len(columns) for columns, _ in rows)])
        columns = np.concatenate([columns for columns, _ in rows])
        weights = np.concatenate([weights for _, weights in rows])
        return csr_matrix((weights, columns, ends), shape=(len(rows), self.width))


def _found(recipe: Recipe, texts: Sequence[str]) -> list[Ids]:
    if len(texts) < MANY:
        return _each(recipe, texts)
    parts = os.cpu_count() or 1
    cuts = np.linspace(0, len(texts), parts + 1).astype(int)
    jobs = [delayed(_each)(recipe, texts[start:end]) for start, end in pairwise(cuts)]
    return [ids for part in Parallel(n_jobs=parts)(jobs) for ids in part]


def _each(recipe: Recipe, texts: Sequence[str]) -> list[Ids]:
    return [recipe.find(text) for text in texts]
