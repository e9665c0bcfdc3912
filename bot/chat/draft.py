"""An answer before it is stored: what every source of answers (Rasa, rules, the door itself) hands on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bot.routing.talk import Saying
from bot.sentences import SWEDISH, Sentences

# The `Message` of the API, as plain JSON.
Message = dict[str, Any]


@dataclass(frozen=True)
class Option:
    """A choice that can be offered: the payload never leaves the server."""

    label: str
    payload: str


@dataclass(frozen=True)
class Draft:
    """One message of the assistant. `service` is {"id", "district"}; the card is drawn when it is shown, in the
    message's language.

    `asks`: the person is asked whether the answer that ends here helped.
    """

    text: str
    choices: tuple[Option, ...] = ()
    service: dict[str, Any] | None = None
    urgent: str | None = None
    case_id: str | None = None
    form: str | None = None
    asks: bool = False
    language: str = SWEDISH

    @classmethod
    def of(cls, sentences: Sentences, name: str, **values: object) -> Draft:
        """One sentence of `domain.yml` and nothing else."""
        return cls(sentences.text(name, **values), language=sentences.language_of(name))


def from_sayings(sayings: Iterable[Saying], sentences: Sentences, with_choices: bool = False) -> list[Draft]:
    """Sayings of `bot.routing` as drafts; without Rasa there is nobody to answer a choice, so it is left out."""
    return [
        _from_saying(saying, sentences.of(saying.language), with_choices)
        for saying in sayings
        if sentences.has(saying.sentence, saying.language)
    ]


def _from_saying(saying: Saying, sentences: Sentences, with_choices: bool) -> Draft:
    options = [
        Option(choice.label if choice.literal else sentences.text(choice.label), choice.payload)
        for choice in saying.choices
    ]
    return Draft(
        text=sentences.text(saying.sentence, **saying.values),
        choices=tuple(options) if with_choices else (),
        service={"id": saying.service, "district": saying.district} if saying.service else None,
        urgent=saying.urgent,
        case_id=saying.case_id,
        form=saying.form,
        language=sentences.language_of(saying.sentence),
    )
