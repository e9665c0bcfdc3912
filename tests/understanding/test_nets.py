"""The nets: the same each time, many side by side are their mean, and two signs together can mean a third thing."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from bot.understanding.nets import HIDDEN, Nets
from bot.understanding.weights import Row

# "or, but not both": what no sum of two signs can tell apart. A third sign stands in every text.
SIGNS = np.array([[0, 0, 1], [1, 0, 1], [0, 1, 1], [1, 1, 1]], np.float32)
ONE_OF_TWO = np.array(["no", "yes", "yes", "no"])
MATRIX, WANTED = csr_matrix(np.tile(SIGNS, (100, 1))), np.tile(ONE_OF_TWO, 100)


def row(signs: np.ndarray) -> Row:
    columns = np.flatnonzero(signs)
    return columns, signs[columns]


@pytest.fixture(scope="module")
def nets() -> Nets:
    return Nets.fit(MATRIX, WANTED)


def answers(nets: Nets) -> list[str]:
    return [nets.classes[int(np.argmax(nets.of(row(signs))))] for signs in SIGNS]


def test_two_signs_together_may_mean_something_else_than_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # With three signs a text, hiding four fifths would leave nothing to learn from.
    monkeypatch.setattr("bot.understanding.nets.HIDE_SIGNS", 0.1)
    assert answers(Nets.fit(MATRIX, WANTED)) == ONE_OF_TWO.tolist()


def test_the_same_texts_give_the_same_nets(nets: Nets) -> None:
    again = Nets.fit(MATRIX, WANTED)
    assert all(np.array_equal(nets.of(row(signs)), again.of(row(signs))) for signs in SIGNS)


def test_several_nets_are_the_mean_of_each() -> None:
    several, one = Nets.fit(MATRIX, WANTED, nets=2), Nets.fit(MATRIX, WANTED, nets=1)
    assert several.first.shape == (3, 2 * HIDDEN) and one.first.shape == (3, HIDDEN)
    assert np.array_equal(several.first[:, :HIDDEN], one.first), "the first of them is the same net"
    second = Nets(
        several.classes,
        several.first[:, HIDDEN:],
        several.first_base[HIDDEN:],
        2 * several.second[HIDDEN:],
        2 * several.second_base - one.second_base,
    )
    for signs in SIGNS:
        mean = (one.of(row(signs)) + second.of(row(signs))) / 2
        assert several.of(row(signs)) == pytest.approx(mean, abs=1e-4)


def test_a_text_without_a_known_sign_has_its_logits_too(nets: Nets) -> None:
    nothing = nets.of((np.array([], np.int64), np.array([], np.float32)))
    assert nothing.shape == (2,) and np.isfinite(nothing).all()


def test_one_class_cannot_be_told_apart() -> None:
    with pytest.raises(ValueError, match="two classes"):
        Nets.fit(MATRIX, np.full(400, "no"))
