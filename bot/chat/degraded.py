"""What is said when Rasa is away, too slow, or has overlooked danger: rules and the catalogue alone.

Nothing here asks a model, a database or another process.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.chat.draft import Draft, from_sayings
from bot.routing.catalogue import CONTACT_CENTRE, Catalogue
from bot.routing.route import Situation, route
from bot.routing.steps import answer_danger
from bot.routing.talk import Heard, Saying, Talk
from bot.sentences import SPOKEN, Sentences
from bot.understanding.language import find_language
from bot.understanding.urgent import Urgent, urgent


def urgent_drafts(
    alarm: Urgent, catalogue: Catalogue, sentences: Sentences, at: datetime, language: str | None = None
) -> list[Draft]:
    """The answer to danger to life or thoughts of suicide: the number first, and who answers at this hour.

    `language` is that of the message; None is the one of `sentences`.
    """
    sentences = sentences.of(language if language in SPOKEN else None)
    heard = Heard(intent=alarm.kind, urgent=alarm.kind, urgent_case=alarm.case, language=language)
    drafts = from_sayings(answer_danger(Talk(), heard, catalogue, at).sayings, sentences)
    return [draft if draft.urgent else replace(draft, urgent=alarm.kind) for draft in drafts]


def degraded_drafts(
    text: str,
    service: str | None,
    catalogue: Catalogue,
    sentences: Sentences,
    at: datetime,
    sentence: str = "utter_door_degraded",
) -> list[Draft]:
    """The numbers that fit: danger first; else the talk's service, who is open now, and the contact centre.

    In the language of the text; of `sentences` where the text does not say; in both where it is one that is not spoken.
    """
    alarm, language = urgent(text), find_language(text)
    spoken = sentences.of(language if language in SPOKEN else None)
    if alarm:
        after = from_sayings([Saying("utter_door_degraded_after_danger")], spoken)
        return [*urgent_drafts(alarm, catalogue, spoken, at, language), *after]
    first = worded(Saying(sentence), language, spoken)
    return [*first, *_numbers(service, catalogue, first[-1].language, sentences, at)]


def worded(saying: Saying, language: str | None, sentences: Sentences) -> list[Draft]:
    """What the door says itself to a message in a language: in both of ours where it is one that is not spoken."""
    both = language is not None and language not in SPOKEN
    return from_sayings([replace(saying, language=said) for said in (SPOKEN if both else (language,))], sentences)


def _numbers(
    service: str | None, catalogue: Catalogue, language: str, sentences: Sentences, at: datetime
) -> list[Draft]:
    known = service in catalogue.services or service in catalogue.lines
    first = [Saying("utter_door_number", service=service)] if known and service != CONTACT_CENTRE else []
    lines = [line for line in route(Situation(need="human"), catalogue, at).always_open if line != service]
    opened = [Saying("utter_open_now", service=line) for line in lines]
    return from_sayings([*first, *opened, Saying("utter_door_number", service=CONTACT_CENTRE)], sentences.of(language))
