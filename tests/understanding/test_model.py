"""The classifier on a handful of texts: ranked, calibrated, the same each time."""

from __future__ import annotations

import numpy as np
import pytest

from bot.understanding.model import SHARPNESS, IntentModel

EXAMPLES = {
    "parenting": [
        "mitt barn vill inte sova",
        "hur gör man med trots",
        "jag vill gå en föräldrakurs",
        "mitt barn lyssnar aldrig på mig",
        "tips för tvååringar som inte vill sova",
        "föräldrakurs för nya föräldrar",
    ],
    "leave_crime": [
        "jag vill lämna gänget",
        "vill hoppa av från gänget",
        "min bror vill ut ur kriminaliteten",
        "hjälp mig hoppa av",
        "jag orkar inte vara kriminell",
        "hur lämnar man ett gäng",
    ],
    "unsafe_place": [
        "torget är mörkt och otryggt",
        "lampan i tunneln är trasig",
        "det säljs knark i parken varje kväll",
        "otryggt vid centrum på kvällen",
        "trasig lampa på torget",
        "ingen vågar gå i parken",
    ],
}
TEXTS = [text for texts in EXAMPLES.values() for text in texts]
INTENTS = [intent for intent, texts in EXAMPLES.items() for _ in texts]


@pytest.fixture(scope="module")
def model() -> IntentModel:
    return IntentModel.train(TEXTS, INTENTS)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("barnet vill inte sova", "parenting"),
        ("BARNET VILL INTE SOOOOVA", "parenting"),
        ("vill hoppa av", "leave_crime"),
        ("lamporna är trasiga pa torget", "unsafe_place"),
    ],
)
def test_a_like_text_ranks_first(model: IntentModel, text: str, intent: str) -> None:
    assert model.rank(text)[0].intent == intent


@pytest.mark.parametrize("text", ["barnet vill inte sova", "", "xyzzy", "😀", "a" * 2000])
def test_every_intent_is_ranked_with_a_probability(model: IntentModel, text: str) -> None:
    ranked = model.rank(text)
    shares = [entry.confidence for entry in ranked]
    assert {entry.intent for entry in ranked} == EXAMPLES.keys()
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1) and min(shares) >= 0


def test_an_unknown_text_is_less_sure_than_a_known_one(model: IntentModel) -> None:
    assert model.rank("xyzzy")[0].confidence < model.rank(TEXTS[0])[0].confidence


def test_many_texts_get_the_same_shares_as_each_alone(model: IntentModel) -> None:
    together = model.probabilities(TEXTS[:3])
    for row, text in zip(together, TEXTS[:3], strict=True):
        assert sorted(row, reverse=True) == pytest.approx([entry.confidence for entry in model.rank(text)])


def test_training_again_gives_the_same_model(model: IntentModel) -> None:
    again = IntentModel.train(TEXTS, INTENTS)
    assert [again.rank(text) for text in TEXTS] == [model.rank(text) for text in TEXTS]


@pytest.mark.parametrize(
    ("texts", "intents"),
    [
        pytest.param(TEXTS, INTENTS[:-1], id="lists of different length"),
        pytest.param(TEXTS[:6], INTENTS[:6], id="one intent"),
        pytest.param([], [], id="nothing"),
    ],
)
def test_what_cannot_be_learned_is_refused(texts: list[str], intents: list[str]) -> None:
    with pytest.raises(ValueError):
        IntentModel.train(texts, intents)


def test_where_no_word_is_known_letters_alone_make_nobody_sure(model: IntentModel) -> None:
    """ "lammna" has letters of "lämna" and no known word."""
    row = model.weights.row("gängggret lammna")
    assert len(row[0]) and not (row[0] < len(model.weights.blocks[0].ids)).any()
    logits = SHARPNESS * model.nets.of(row)
    sure = np.exp(logits - logits.max())
    assert model.shares(row).max() < (sure / sure.sum()).max()
