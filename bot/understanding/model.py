"""Text → ranked intents: TF-IDF over words and character n-grams, classes of meaning, small nets, calibrated.

Nothing here imports Rasa; `components.py` is the shell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.special import softmax

from bot.understanding.intents import Ranked
from bot.understanding.meanings import meaning_ids
from bot.understanding.nets import Nets
from bot.understanding.ngrams import character_grams, word_grams, word_pairs
from bot.understanding.noise import slipped
from bot.understanding.weights import Recipe, Row, Weights

# Each choice below has its line in docs/understanding.md: what was tried, on which data, what it gave.
RECIPES = (
    Recipe(word_grams, fewest=4),
    Recipe(character_grams, fewest=4),
    Recipe(word_pairs, weight=0.5, fewest=4),
    Recipe(meaning_ids, weight=0.2, counted=False),
)
SHARPNESS = 1.2
"""How much the mean of the nets counts (temperature scaling): what made the messages of eight hands likeliest that the
nets had not seen. Averaged nets are too modest by so much; whoever writes to us tomorrow is such a hand."""

ONLY_LETTERS = 0.5
"""How much it counts besides when no word of a text is known: the nets are quite sure of "grönk blaffs", too."""


@dataclass(frozen=True)
class IntentModel:
    """A fitted model; `rank` is deterministic and safe to call from several threads."""

    weights: Weights
    nets: Nets

    @property
    def intents(self) -> tuple[str, ...]:
        """The columns of `probabilities`."""
        return self.nets.classes

    @classmethod
    def train(cls, texts: Sequence[str], intents: Sequence[str]) -> IntentModel:
        """Fit on parallel lists of texts and intents.

        Raises:
            ValueError: the lists differ in length, or there are fewer than two intents.
        """
        return cls.fit(texts, intents)[0]

    @classmethod
    def fit(cls, texts: Sequence[str], intents: Sequence[str]) -> tuple[IntentModel, csr_matrix]:
        """The model, and the row of weights of each text, as `train`."""
        if len(texts) != len(intents):
            raise ValueError(f"{len(texts)} texts and {len(intents)} intents")
        if not texts:
            raise ValueError("no texts to learn from")
        weights, matrix = Weights.fit(RECIPES, [*texts, *map(slipped, texts)])
        nets = Nets.fit(matrix, np.concatenate((intents, intents)))
        return cls(weights, nets), matrix[: len(texts)]

    def rank(self, text: str) -> list[Ranked]:
        """All intents, the most probable first."""
        return self.ranked(self.shares(self.weights.row(text)))

    def ranked(self, shares: NDArray[np.float32]) -> list[Ranked]:
        """All intents with their shares, the most probable first."""
        order = np.argsort(-shares, kind="stable")
        return [Ranked(self.intents[i], float(shares[i])) for i in order]

    def shares(self, row: Row) -> NDArray[np.float32]:
        """How probable each intent is (`intents`) for a row of weights; together 1."""
        columns, _ = row
        # The block of words stands first.
        knows_a_word = bool((columns < len(self.weights.blocks[0].ids)).any())
        sharpness = SHARPNESS if knows_a_word else SHARPNESS * ONLY_LETTERS
        found: NDArray[np.float32] = softmax(sharpness * self.nets.of(row))
        return found

    def probabilities(self, texts: Sequence[str]) -> Any:
        """The shares of many texts, one row each."""
        return np.stack([self.shares(self.weights.row(text)) for text in texts])
