"""Training reads the same data in the same way, only sooner, and tells of mistakes in Rasa's own words."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow
GOOD = """version: "3.1"
nlu:
  - intent: parenting
    metadata: {persona: anna, style: plain}
    examples: |
      - mitt barn sover inte
      - mitt barn sover inte
      - hon är två
  - intent: thanks
    metadata: {persona: bo, style: short}
    examples: |
      - tack
"""
BAD = {
    "a field that Rasa does not know": GOOD.replace("intent:", "intnet:", 1),
    "no list": 'version: "3.1"\nnlu: hej\n',
    "no YAML": 'version: "3.1"\nnlu:\n  - intent: "a\n',
    "a key twice": GOOD.replace("  - intent: thanks\n", "  - intent: thanks\n    intent: greet\n"),
}


@pytest.fixture(autouse=True)
def shortened() -> None:
    from bot.understanding.training_shortcuts import shorten_training

    shorten_training()


def read(text: str, folder: Path) -> Any:
    from rasa.shared.nlu.training_data.loading import load_data

    path = folder / "nlu.yml"
    path.write_text(text, encoding="utf-8")
    return load_data(str(path))


def test_the_same_messages_are_read(tmp_path: Path) -> None:
    read_ = read(GOOD, tmp_path).training_examples
    found = [
        (message.get("text"), message.get("intent"), message.get("metadata")["intent"]["persona"]) for message in read_
    ]
    assert found == [
        ("mitt barn sover inte", "parenting", "anna"),
        ("hon är två", "parenting", "anna"),
        ("tack", "thanks", "bo"),
    ]


def test_messages_are_the_same_when_their_content_is() -> None:
    from rasa.shared.nlu.training_data.message import Message

    def message(**more: Any) -> Message:
        return Message(data={"text": "hej", "intent": "greet", **more})

    assert message() == message() and hash(message()) == hash(message())
    others = [
        Message(data={"text": "hej"}),
        Message(data={"text": "hej", "intent": "thanks"}),
        message(metadata={"a": 1}),
    ]
    assert len({message(), *others}) == 4
    odd = message(made_of={1, 2})
    assert odd.fingerprint() == Message.fingerprint.__wrapped__(message(made_of={1, 2})), (
        "what is no JSON is left to Rasa"
    )


def test_a_copy_of_a_message_is_a_message_of_its_own() -> None:
    from rasa.shared.nlu.training_data.message import Message

    first = Message(data={"text": "hej", "intent": "greet"}, output_properties={"text"})
    second = copy.deepcopy(first)
    assert second == first and second is not first and copy.deepcopy([first, first])[0] == first
    second.set("intent", "thanks", add_to_output=True)
    assert first.get("intent") == "greet" and first.output_properties == {"text"}


@pytest.mark.parametrize("wrong", BAD)
def test_a_mistake_is_told_as_rasa_tells_it(tmp_path: Path, wrong: str) -> None:
    from rasa.shared.exceptions import YamlException

    with pytest.raises(YamlException) as told:
        read(BAD[wrong], tmp_path)
    assert "nlu.yml" in str(told.value)
    if wrong == "a field that Rasa does not know":
        assert "nlu.yml:3:" in str(told.value), str(told.value)


def test_a_model_that_was_packed_lightly_is_unpacked_as_ever(tmp_path: Path) -> None:
    from tarsafe import TarSafe

    (tmp_path / "weights").write_bytes(bytes(range(256)) * 100)
    with TarSafe.open(tmp_path / "model.tar.gz", "w:gz") as packed:
        packed.add(tmp_path / "weights", arcname="weights")
    with TarSafe.open(tmp_path / "model.tar.gz", "r:gz") as found:
        found.extractall(tmp_path / "there")
    assert (tmp_path / "there" / "weights").read_bytes() == (tmp_path / "weights").read_bytes()
    assert (tmp_path / "model.tar.gz").read_bytes()[8] == 4, "gzip notes that it was told to be quick"
