"""Unsure or not understood: up to three plain guesses; the second time a human; the third time the whole list."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.routing.catalogue import CONTACT_CENTRE, Catalogue
from bot.routing.danger import after_danger
from bot.routing.memory import absorb, tells
from bot.routing.offers import HUMAN, SERVICE_QUESTIONS
from bot.routing.steps import answer_question, continue_talk, elsewhere, offer_human, topic_choices
from bot.routing.talk import Choice, Heard, Saying, Talk, Turn
from bot.routing.unspoken import unspoken

MOST_GUESSES = 3
BEFORE_HUMAN, BEFORE_LIST = 2, 3


def clarify(talk: Talk, heard: Heard, catalogue: Catalogue, at: datetime) -> Turn:
    """Unsure: answer what was asked if that is plain, else up to three plain guesses, and a human."""
    guesses = tuple(Choice(f"utter_label_{need}", f"/{need}") for need in heard.choices[:MOST_GUESSES])
    plain = _plain(talk, heard, catalogue, at, guesses)
    if plain:
        return plain
    if not guesses:
        return fall_back(talk, heard, catalogue, at)
    after = replace(absorb(talk, replace(heard, need=None)), asked="topic", misses=talk.misses + 1)
    first = elsewhere(after, heard, catalogue, at) if heard.municipality and not heard.districts else ()
    if after.misses >= BEFORE_HUMAN:
        return _missed(after, catalogue, at, guesses)
    return Turn((*first, Saying("utter_clarify", choices=(*guesses, HUMAN))), after)


def fall_back(talk: Talk, heard: Heard, catalogue: Catalogue, at: datetime) -> Turn:
    """Not understood: say so; the second time in a row offer a human instead of asking again."""
    if heard.foreign:
        return unspoken(talk, heard.foreign, catalogue, at)
    plain = _plain(talk, heard, catalogue, at)
    if plain:
        return plain
    after = replace(talk, misses=talk.misses + 1, asked="topic")
    if after.misses >= BEFORE_HUMAN:
        return _missed(after, catalogue, at)
    return Turn((Saying("utter_fallback", choices=(*topic_choices(), HUMAN)),), after)


def _missed(talk: Talk, catalogue: Catalogue, at: datetime, guesses: tuple[Choice, ...] = ()) -> Turn:
    """The second time a human first, the third time the list, from then on the ways to a human: no loop."""
    if talk.misses == BEFORE_HUMAN:
        return Turn((Saying("utter_fallback_again", choices=(HUMAN, *guesses), service=CONTACT_CENTRE),), talk)
    if talk.misses == BEFORE_LIST:
        choices = (HUMAN, *topic_choices())
        return Turn((Saying("utter_fallback_list", choices=choices, service=CONTACT_CENTRE),), talk)
    human = offer_human(talk, Heard(), catalogue, at)
    return replace(human, talk=replace(human.talk, misses=talk.misses))


def _plain(
    talk: Talk, heard: Heard, catalogue: Catalogue, at: datetime, guesses: tuple[Choice, ...] = ()
) -> Turn | None:
    """What can be answered though the need is unsure: what was just asked for, or a question in the text."""
    if talk.asked in ("age", "place") and tells(heard):
        return continue_talk(talk, heard, catalogue, at)
    if heard.question and (talk.service or heard.service_named or heard.question not in SERVICE_QUESTIONS):
        return answer_question(talk, heard, catalogue, at)
    return after_danger(talk, heard, guesses) if talk.asked == "call" else None
