"""The steps of a talk, one for each action: what was heard and remembered → what is said and remembered.

Pure: the time is an argument, the catalogue is a value. The order inside a step is the order in which a wise social
worker would speak: danger first, then the answer, then one question. Danger itself is in `danger.py`, what was not
understood in `unsure.py`, what a message adds to the talk in `memory.py`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.routing.card import card
from bot.routing.catalogue import CONTACT_CENTRE, Catalogue
from bot.routing.danger import after_danger
from bot.routing.danger import answer_danger as answer_danger  # the front door takes this step without Rasa
from bot.routing.hours import local_day
from bot.routing.memory import absorb, person_changed, tells, withheld
from bot.routing.offers import (
    HUMAN,
    SERVICE_QUESTIONS,
    beside_offers,
    choose_contact,
    offer_sayings,
    open_now,
    question_sayings,
)
from bot.routing.questions import FEARS
from bot.routing.route import Situation, route
from bot.routing.talk import TOPICS, Choice, Heard, Saying, Talk, Turn

UNKNOWN = (Choice("utter_label_dont_know", "/dont_know"), Choice("utter_label_wont_say", "/wont_say"))
WITHOUT_TELLING = ("dont_know", "wont_say", "deny")
# Those who meet the child in their work: they must report, and not without their name.
PROFESSIONAL = ("pupil", "client")
# Whoever asks this first wants it answered, whatever topic stands in the question.
ASKED_FOR_ITSELF = ("been_in_touch",)
FOR_OFFENDERS = "stop_violence_line"


def watchful(turn: Turn, heard: Heard) -> Turn:
    """The turn with one line about 112 first, where danger may stand between the lines but was not sure enough."""
    if not heard.watch or any(saying.urgent for saying in turn.sayings):
        return turn
    return replace(turn, sayings=(Saying("utter_watchful"), *turn.sayings))


def answer_need(talk: Talk, heard: Heard, catalogue: Catalogue, at: datetime) -> Turn:
    """A need was heard, or something that sharpens it: name the service or ask the one thing that is missing."""
    if _keeps_topic(talk, heard) or (talk.need is None and heard.question in ASKED_FOR_ITSELF):
        return answer_question(talk, heard, catalogue, at)
    after = absorb(talk, heard)
    if heard.municipality and not heard.districts:
        return Turn(elsewhere(after, heard, catalogue, at), replace(after, asked=None))
    if after.need is None:
        return ask_topic(after)
    turn = _routed(after, catalogue, at, named=heard.service_named, corrected=_corrected(talk, after, heard))
    if turn.talk.asked == "place" and len(heard.districts) > 1:
        return _which_part(after, heard, catalogue)
    return replace(turn, sayings=(*_asked_beside(turn, heard, catalogue, at), *turn.sayings, *_also(turn.talk, heard)))


def continue_talk(talk: Talk, heard: Heard, catalogue: Catalogue, at: datetime) -> Turn:
    """An answer inside the talk: yes, no, do not know, will not say, or an age, a place, a person."""
    if tells(heard) and (talk.need or talk.kept or heard.municipality):
        return answer_need(replace(talk, need=talk.need or talk.kept, kept=None), heard, catalogue, at)
    if heard.question:
        return answer_question(talk, heard, catalogue, at)
    if talk.asked == "call" and not tells(heard):
        return after_danger(talk, heard)
    if talk.need and talk.asked in ("age", "place") and heard.intent in WITHOUT_TELLING:
        return _routed(withheld(talk), catalogue, at)
    if talk.service and heard.intent == "affirm":
        return Turn((choose_contact(talk.service, catalogue, at),), talk)
    if heard.intent == "deny":
        return Turn((Saying("utter_what_then", choices=(*topic_choices(), HUMAN)),), replace(talk, asked="topic"))
    return ask_topic(absorb(talk, replace(heard, need=None)))


def answer_question(talk: Talk, heard: Heard, catalogue: Catalogue, at: datetime) -> Turn:
    """A question about the service in the talk, or one of the questions that people really ask.

    Age and place in the same message count; a person does not ("får jag ta med min syster?" is no correction).
    """
    sharper = replace(heard, need=None, role=None if talk.role else heard.role)
    after = absorb(talk, sharper)
    if after.need and tells(sharper) and _leads_on(talk, after, catalogue, at):
        return answer_need(talk, sharper, catalogue, at)
    question, service = heard.asks or "secrecy", heard.service_named or after.service
    if service is None and question in SERVICE_QUESTIONS:
        return _ask_again(after) if talk.asked in ("age", "place") else ask_topic(after)
    after = replace(after, service=service)
    return Turn(question_sayings(after, question, catalogue, at), after)


def offer_human(talk: Talk, heard: Heard, catalogue: Catalogue, at: datetime) -> Turn:
    """A person is wanted: who can be reached now, who opens when, and how to be answered later."""
    # "En människa" is no person whom the help is for.
    told = absorb(talk, replace(heard, need=None, role=None))
    today = local_day(at)
    named = told.service if told.service and catalogue.takes_cases(told.service, today) else CONTACT_CENTRE
    after = replace(told, service=named, need=told.need or told.kept or "human", asked=None)
    outcome = route(Situation(need="human", age=told.age, role=told.role, district=told.district), catalogue, at)
    said = [Saying("utter_human", service=named, district=told.district)]
    offered = card(catalogue, named, told.district, at)
    said += open_now(outcome.always_open, offered, takes_cases=catalogue.takes_cases(named, today))
    said.append(choose_contact(named, catalogue, at))
    return Turn(tuple(said), after)


def ask_topic(talk: Talk) -> Turn:
    """No topic yet: ask what it is about, with buttons."""
    after = replace(talk, asked="topic", misses=0)
    return Turn((Saying("utter_ask_topic", choices=(*topic_choices(), HUMAN)),), after)


def topic_choices() -> tuple[Choice, ...]:
    """The topics as buttons, in the order of the city's programme."""
    return tuple(Choice(f"utter_label_{need}", f"/{need}") for need in TOPICS)


def elsewhere(talk: Talk, heard: Heard, catalogue: Catalogue, at: datetime) -> tuple[Saying, ...]:
    """Another municipality: how to find its help, and the lines that serve the whole country."""
    outcome = route(Situation(need=talk.need or "human", age=talk.age, role=talk.role), catalogue, at)
    said = Saying("utter_other_municipality", {"municipality": heard.municipality or ""})
    return (said, *open_now(outcome.always_open))


def _keeps_topic(talk: Talk, heard: Heard) -> bool:
    """ "Finns det kö?" and "tar de mitt barn?" in the middle of a topic are asked of that topic, and open no other."""
    if talk.need not in TOPICS or heard.need == talk.need:
        return False
    asked_of_service = heard.need == "other_city" and talk.service and heard.question in SERVICE_QUESTIONS
    return bool(asked_of_service) or heard.question in FEARS


def _corrected(talk: Talk, after: Talk, heard: Heard) -> bool:
    if talk.role is None or heard.role == talk.role:
        return person_changed(talk, heard)
    return after.role != talk.role


def _asked_beside(turn: Turn, heard: Heard, catalogue: Catalogue, at: datetime) -> tuple[Saying, ...]:
    """The answer to a question that stands beside the need; a service that was named is the one asked about."""
    if not heard.asks:
        return ()
    about = replace(turn.talk, service=heard.service_named or turn.talk.service)
    return beside_offers(question_sayings(about, heard.asks, catalogue, at), turn.sayings)


def _also(talk: Talk, heard: Heard) -> tuple[Saying, ...]:
    """The second need of the message is offered too, after the first."""
    if heard.also not in TOPICS or heard.also == talk.need:
        return ()
    return (Saying("utter_also_topic", choices=(Choice(f"utter_label_after_{heard.also}", f"/{heard.also}"),)),)


def _leads_on(talk: Talk, after: Talk, catalogue: Catalogue, at: datetime) -> bool:
    """Whether what was told beside a question answers what was asked for, or leads to another service."""
    return talk.asked in ("age", "place") or _routed(after, catalogue, at).talk.service != talk.service


def _ask_again(talk: Talk) -> Turn:
    """The service depends on what was asked for: whoever asks what it costs is asked once more."""
    return Turn((Saying(f"utter_ask_{talk.asked}", choices=UNKNOWN),), talk)


def _routed(talk: Talk, catalogue: Catalogue, at: datetime, named: str | None = None, corrected: bool = False) -> Turn:
    situation = Situation(
        need=talk.need or "other_city",
        age=talk.age,
        age_withheld=talk.age_withheld,
        role=talk.role,
        place=talk.place,
        district=talk.district,
        place_withheld=talk.place_withheld,
        named=named,
    )
    outcome = route(situation, catalogue, at)
    first = (*((Saying("utter_corrected"),) if corrected else ()), Saying(_intro(talk)), *_for_offender(talk))
    after = replace(talk, service=outcome.offers[0].service if outcome.offers else None, asked=outcome.ask)
    asking = (Saying(f"utter_ask_{outcome.ask}", choices=UNKNOWN),) if outcome.ask else ()
    if outcome.ask == "age" or (outcome.ask and not outcome.offers):
        return Turn((*first, *asking), after)
    return Turn((*first, *offer_sayings(outcome, catalogue, at), *asking), after)


def _intro(talk: Talk) -> str:
    """The first words for a need; about one's own child or someone else they differ."""
    if talk.need not in TOPICS:
        return f"utter_intro_{talk.need}"
    if talk.need == "child_welfare" and talk.role == "other" and talk.relation in PROFESSIONAL:
        return "utter_intro_child_welfare_professional"
    if talk.need == "partner_violence" and talk.role == "user":
        return "utter_intro_partner_violence_user"
    return f"utter_intro_{talk.need}_{talk.role if talk.role in ('child', 'other') else 'self'}"


def _for_offender(talk: Talk) -> tuple[Saying, ...]:
    offender = talk.need == "partner_violence" and talk.role == "user"
    return (Saying("utter_line_for_offenders", service=FOR_OFFENDERS),) if offender else ()


def _which_part(talk: Talk, heard: Heard, catalogue: Catalogue) -> Turn:
    choices = tuple(
        Choice(place.name, f'/inform{{"place": "{place.name}", "district": "{place.district}"}}', literal=True)
        for place in catalogue.places.candidates(heard.place or "", heard.districts)
    )
    asking = Saying("utter_ask_which_part", {"place": heard.place or ""}, (*choices, *UNKNOWN))
    return Turn((asking,), replace(talk, asked="place", place=None, district=None))
