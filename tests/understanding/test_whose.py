"""Whom a message is about, learned from labels."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from ruamel.yaml import YAML

from bot.understanding.model import IntentModel
from bot.understanding.whose import RolesError, WhoseModel, label_files, load_labels

TEXTS = {
    "min kille slår mig": "self",
    "jag blir slagen av min kille": "self",
    "jag vill sluta röka": "self",
    "min kille röker för mycket": "other",
    "min bror vill sluta röka": "other",
    "min syster blir slagen": "other",
    "min son röker": "child",
    "min dotter blir slagen": "child",
    "min son vill sluta": "child",
    # The model knows what stands in two texts at least, each with its copy of slips.
    "min dotter vill inte sluta": "child",
    "vad gör ni": "nobody",
    "hur fungerar det": "nobody",
    "vad kostar det hos er": "nobody",
}
INTENTS = {text: "partner_violence" if "slår" in text or "slag" in text else "substance_use" for text in TEXTS}


@pytest.fixture(scope="module")
def model() -> IntentModel:
    return IntentModel.train(list(TEXTS), [INTENTS[text] for text in TEXTS])


@pytest.fixture(scope="module")
def whose(model: IntentModel) -> WhoseModel:
    return WhoseModel.train(model.weights.matrix(list(TEXTS)), list(TEXTS), list(INTENTS.values()), TEXTS)


@pytest.mark.parametrize(("text", "role"), [*TEXTS.items(), ("min dotter röker", "child")])
def test_the_role_of_a_like_text_is_found(model: IntentModel, whose: WhoseModel, text: str, role: str) -> None:
    row = model.weights.row(text)
    assert whose.role(row, model.shares(row)) == (None if role == "nobody" else role)


def test_the_ranking_counts(model: IntentModel, whose: WhoseModel) -> None:
    """The same words lean more to the writer when the ranking says that somebody is hurt."""
    columns, weights = model.weights.row("min kille")
    needs = len(model.intents)
    sure = [(np.append(columns, len(whose.margins.slopes) - needs + at), np.append(weights, 1)) for at in range(needs)]
    at = whose.margins.classes.index("self")
    violence = model.intents.index("partner_violence")
    leaning = [whose.margins.of(row)[at] for row in sure]
    assert leaning[violence] == max(leaning)


def test_a_label_of_another_text_is_left_out(model: IntentModel, whose: WhoseModel) -> None:
    labels = {**TEXTS, "en text som ingen har skrivit": "other"}
    matrix = model.weights.matrix(list(TEXTS))
    again = WhoseModel.train(matrix, list(TEXTS), list(INTENTS.values()), labels)
    assert np.array_equal(again.margins.slopes, whose.margins.slopes)


@pytest.mark.parametrize("line", ["[]", "{}", '{"text": "hej", "role": "mamma"}', '{"text": 1, "role": "self"}', "x"])
def test_a_wrong_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "parenting.jsonl"
    path.write_text(f'{{"text": "hej", "role": null}}\n{line}\n', encoding="utf-8")
    with pytest.raises(RolesError, match=r"parenting.jsonl, line 2"):
        load_labels(tmp_path)


def test_every_label_is_of_a_training_message() -> None:
    known: set[str] = set()
    for path in sorted(Path("data/nlu").glob("*.yml")):
        for section in YAML(typ="safe").load(path.read_text(encoding="utf-8"))["nlu"]:
            known.update(line.removeprefix("- ") for line in section["examples"].splitlines())
    labels = load_labels()
    assert not labels.keys() - known, "a label whose message is gone teaches nothing: remove it from data/roles"
    assert len(labels) >= 5000


def test_no_text_is_labelled_twice() -> None:
    lines = [line for path in label_files() for line in path.read_text(encoding="utf-8").splitlines()]
    texts = [json.loads(line)["text"] for line in lines]
    assert len(texts) == len(set(texts))
