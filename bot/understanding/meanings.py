"""What the rules see in a text, as words to learn from: classes of the lexicon and what `read_topic` finds.

What the danger rules find is left out on purpose: they were written with the training messages in view, so the model
would learn to lean on them and miss what they miss. On two writers that the rules had not seen, urgent recall of the
model alone was 81 % with them as features and 90 % without (docs/understanding.md).
"""

from __future__ import annotations

from bot.understanding.concepts import concepts
from bot.understanding.ngrams import Ids, word_ids
from bot.understanding.reading import read_topic

AGES = ((10, "child"), (16, "teenager"), (20, "youth"))


def meanings(text: str) -> list[str]:
    """Such as `["knife", "role=child", "age=teenager"]`; nothing that names a person or a place."""
    return [*sorted(set(concepts(text))), *_read(text)]


def meaning_ids(text: str) -> Ids:
    """The same as numbers, for the classifier."""
    return word_ids(meanings(text))


def _read(text: str) -> list[str]:
    found = read_topic(text)
    named = {name: getattr(found, name) for name in ("role", "relation", "substance", "question", "service")}
    tokens = [f"{name}={value}" for name, value in named.items() if value]
    if found.age is not None:
        tokens.append(f"age={next((word for limit, word in AGES if found.age < limit), 'adult')}")
    if found.districts:
        tokens.append("place")
    return tokens
