"""A message in a language that the assistant does not speak: a short answer in Swedish and in English, and numbers.

A sentence that somebody who knows the language has approved (domain.yml, a variation with `language: ar` and an
approver) is said first; until there is one nothing is invented.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.routing.catalogue import CONTACT_CENTRE, Catalogue
from bot.routing.offers import HUMAN, open_now
from bot.routing.route import Situation, route
from bot.routing.talk import Saying, Talk, Turn
from bot.sentences import ENGLISH, SWEDISH


def unspoken(talk: Talk, language: str, catalogue: Catalogue, at: datetime) -> Turn:
    """That Swedish and English are understood, and who can be rung at this hour. It counts as no miss."""
    lines = route(Situation(need="human", district=talk.district), catalogue, at).always_open
    first = Saying("utter_other_language", service=CONTACT_CENTRE, choices=(HUMAN,))
    return in_both(Turn((first, *open_now(lines)), talk), language)


def in_both(turn: Turn, language: str) -> Turn:
    """The first words in the person's language if they are there, in Swedish and in English; the rest in English.

    The card and the buttons stand under the last of the first words, so that 112 is read before anything else.
    """
    first, *rest = turn.sayings
    plain = replace(first, service=None, choices=())
    said = (
        replace(plain, language=language),
        replace(plain, language=SWEDISH),
        *(replace(saying, language=ENGLISH) for saying in (first, *rest)),
    )
    return replace(turn, sayings=said)
