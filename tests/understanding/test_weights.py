"""Rows of weights: the same sums as scikit-learn's TF-IDF, one text at a time or many together."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.understanding.ngrams import character_grams, word_ids
from bot.understanding.text import fold, words
from bot.understanding.weights import Recipe, Weights

TEXTS = ["barnet vill inte sova", "barnet sover", "torget är mörkt", "mörkt mörkt mörkt", "hej"]
UNSEEN = ["barnet på torget", "xyzzy", ""]


def test_the_sums_are_those_of_scikit_learn() -> None:
    theirs = TfidfVectorizer(preprocessor=fold, analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    expected = theirs.fit_transform(TEXTS)
    ours, fitted = Weights.fit([Recipe(character_grams)], TEXTS)
    assert np.allclose((fitted @ fitted.T).toarray(), (expected @ expected.T).toarray(), atol=1e-5)
    new, known = ours.matrix(UNSEEN), theirs.transform(UNSEEN)
    assert np.allclose((new @ fitted.T).toarray(), (known @ expected.T).toarray(), atol=1e-5)


@pytest.mark.parametrize("fewest", [1, 2])
def test_a_feature_counts_from_so_many_texts_up(fewest: int) -> None:
    _, fitted = Weights.fit([Recipe(lambda text: word_ids(words(text)), fewest=fewest)], TEXTS)
    said = [set(words(text)) for text in TEXTS]
    every = set().union(*said)
    assert fitted.shape[1] == sum(sum(word in text for text in said) >= fewest for word in every)


def test_a_block_that_is_not_counted_has_its_weight_once_a_feature() -> None:
    fitted, _ = Weights.fit([Recipe(lambda text: word_ids(words(text)), weight=0.2, counted=False)], TEXTS)
    _, weights = fitted.row("mörkt mörkt barnet")
    assert weights.tolist() == pytest.approx([0.2, 0.2])


def test_blocks_stand_side_by_side() -> None:
    recipe = Recipe(lambda text: word_ids(words(text)))
    alone, _ = Weights.fit([recipe], TEXTS)
    both, matrix = Weights.fit([recipe, recipe], TEXTS)
    columns, _ = both.row("mörkt")
    assert both.width == 2 * alone.width == matrix.shape[1]
    assert columns[1] == columns[0] + alone.width


@pytest.mark.parametrize("text", UNSEEN)
def test_one_text_has_the_row_it_has_among_many(text: str) -> None:
    fitted, _ = Weights.fit([Recipe(character_grams)], TEXTS)
    columns, weights = fitted.row(text)
    row = fitted.matrix([TEXTS[0], text])[1]
    assert row.indices.tolist() == columns.tolist() and row.data.tolist() == pytest.approx(weights.tolist())
