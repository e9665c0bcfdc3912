"""Text → ranked intents: TF-IDF over words and character n-grams, classes of meaning, a linear classifier, calibrated.

Why this and not a neural net: on Swedish messages of this domain it beat DIET by six points and trains in seconds on a
CPU (docs/understanding.md). Nothing here imports Rasa; `components.py` is the shell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix
from scipy.special import log_softmax, softmax
from sklearn.model_selection import GroupKFold, StratifiedKFold

from bot.understanding.intents import Ranked
from bot.understanding.margins import SEED, Margins
from bot.understanding.meanings import meaning_ids
from bot.understanding.ngrams import character_grams, word_grams, word_pairs
from bot.understanding.noise import slipped
from bot.understanding.weights import Recipe, Row, Weights

FOLDS = 2
# Each choice below has its line in docs/understanding.md: what was tried, on which data, what it gave.
RECIPES = (
    Recipe(word_grams),
    Recipe(character_grams),
    Recipe(word_pairs, weight=0.5, fewest=2),
    Recipe(meaning_ids, weight=0.2, counted=False),
)
SHARPEST = 20.0


@dataclass(frozen=True)
class IntentModel:
    """A fitted model; `rank` is deterministic and safe to call from several threads."""

    weights: Weights
    margins: Margins
    sharpness: float

    @property
    def intents(self) -> tuple[str, ...]:
        """The columns of `probabilities`."""
        return self.margins.classes

    @classmethod
    def train(cls, texts: Sequence[str], intents: Sequence[str], hands: Sequence[str] | None = None) -> IntentModel:
        """Fit on parallel lists of texts, intents and, where known, who wrote each text.

        With two or more hands the confidence is calibrated on hands that the classifier has not seen: whoever writes
        to us tomorrow is such a hand, and a random split would promise too much.

        Raises:
            ValueError: the lists differ in length, or there are too few texts to calibrate on.
        """
        return cls.fit(texts, intents, hands)[0]

    @classmethod
    def fit(
        cls, texts: Sequence[str], intents: Sequence[str], hands: Sequence[str] | None = None
    ) -> tuple[IntentModel, csr_matrix]:
        """The model, and the row of weights of each text, as `train`."""
        if len(texts) != len(intents):
            raise ValueError(f"{len(texts)} texts and {len(intents)} intents")
        weights, matrix = Weights.fit(RECIPES, [*texts, *map(slipped, texts)])
        wanted, plain = np.asarray(intents), matrix[: len(texts)]
        sharpness = _sharpness(plain, wanted, hands)
        margins = Margins.fit(matrix, np.concatenate((wanted, wanted)))
        return cls(weights, margins, sharpness), plain

    def rank(self, text: str) -> list[Ranked]:
        """All intents, the most probable first."""
        return self.ranked(self.shares(self.weights.row(text)))

    def ranked(self, shares: NDArray[np.float32]) -> list[Ranked]:
        """All intents with their shares, the most probable first."""
        order = np.argsort(-shares, kind="stable")
        return [Ranked(self.intents[i], float(shares[i])) for i in order]

    def shares(self, row: Row) -> NDArray[np.float32]:
        """How probable each intent is (`intents`) for a row of weights; together 1."""
        found: NDArray[np.float32] = softmax(self.sharpness * self.margins.of(row))
        return found

    def probabilities(self, texts: Sequence[str]) -> Any:
        """The shares of many texts, one row each."""
        return np.stack([self.shares(self.weights.row(text)) for text in texts])


def _sharpness(matrix: Any, wanted: Any, hands: Sequence[str] | None) -> float:
    """How much a margin counts: the softmax factor that makes unseen messages likeliest (temperature scaling)."""
    margins, right = _unseen_margins(matrix, wanted, hands)

    def surprise(factor: float) -> float:
        return -float(log_softmax(factor * margins, axis=1)[np.arange(len(right)), right].mean())

    return float(minimize_scalar(surprise, bounds=(0.5, SHARPEST), method="bounded").x)


def _unseen_margins(matrix: Any, wanted: Any, hands: Sequence[str] | None) -> tuple[Any, Any]:
    names, right = np.unique(wanted, return_inverse=True)
    by_hand = hands is not None and len(set(hands)) >= FOLDS
    folds = GroupKFold(FOLDS) if by_hand else StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    margins = np.full((len(wanted), len(names)), -1.0)
    for learn, unseen in folds.split(matrix, wanted, hands if by_hand else None):
        part = Margins.fit(matrix[learn], wanted[learn])
        margins[np.ix_(unseen, np.searchsorted(names, part.classes))] = part.of_many(matrix[unseen])
    return margins, right
