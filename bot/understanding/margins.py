"""A linear classifier: how far on which side of each class's border a text stands."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.svm import LinearSVC

from bot.understanding.weights import MANY, Row

SEED = 7
# Each choice has its line in docs/understanding.md: what was tried, on which data, what it gave.
SOFTNESS = 1.0
TOLERANCE = 0.01


@dataclass(frozen=True)
class Margins:
    """One against the rest, a linear margin a class: an intent, or a role.

    `slopes` has one row a column of the weights and one column a class; `base` is added to each text's margins.
    """

    classes: tuple[str, ...]
    slopes: NDArray[np.float32]
    base: NDArray[np.float32]

    @classmethod
    def fit(cls, matrix: csr_matrix, wanted: Any) -> Margins:
        """Fit each class against the rest, many texts in several processes.

        Not in threads: liblinear draws from one generator for the whole process, and training must be repeatable.

        Raises:
            ValueError: there are fewer than two classes.
        """
        classes = np.unique(wanted)
        if len(classes) < 2:
            raise ValueError("needs at least two classes to tell apart")
        jobs = os.cpu_count() if matrix.shape[0] >= MANY else 1
        fits = Parallel(n_jobs=jobs)(delayed(_fit)(matrix, wanted == one) for one in classes)
        slopes = np.stack([slope for slope, _ in fits], axis=1)
        base = np.array([base for _, base in fits], np.float32)
        return cls(tuple(map(str, classes)), slopes, base)

    def of(self, row: Row) -> NDArray[np.float32]:
        """The margins of one text."""
        columns, weights = row
        # Not `@`: for so little the linear algebra library wakes all its threads, and waiting costs more than the sum.
        found: NDArray[np.float32] = np.einsum("i,ij->j", weights, self.slopes[columns]) + self.base
        return found

    def of_many(self, matrix: csr_matrix) -> NDArray[np.float32]:
        """The margins of many texts, one row each."""
        found: NDArray[np.float32] = matrix @ self.slopes + self.base
        return found


def _fit(matrix: csr_matrix, wanted: Any) -> tuple[NDArray[np.float32], float]:
    fitted = create_classifier().fit(matrix, wanted)
    return fitted.coef_[0].astype(np.float32), float(fitted.intercept_[0])


def create_classifier() -> LinearSVC:
    """The unfitted classifier of one class."""
    return LinearSVC(C=SOFTNESS, tol=TOLERANCE, random_state=SEED)
