"""The steps of a talk, one for each action: what was heard and remembered → what is said and remembered.

Pure: the time is an argument, the catalogue is a value. The order inside a step is the order in which a wise social
worker would speak: danger first, then the answer, then one question.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.routing.card import card
from bot.routing.catalogue import Catalogue
from bot.routing.hours import local_day
from bot.routing.offers import HUMAN, contact_choices, offer_sayings, open_now, question_sayings
from bot.routing.route import Situation, route
from bot.routing.talk import TOPICS, Choice, Heard, Saying, Talk, Turn
from bot.routing.unspoken import in_both, unspoken

MISSES_BEFORE_HUMAN = 2
CONTACT_CENTRE = "contact_centre"
# Where seconds count, a second number only takes attention from the first.
ONLY_112 = ("unconscious", "wounded", "missing_child", "fire")
UNKNOWN = (Choice("utter_label_dont_know", "/dont_know"), Choice("utter_label_wont_say", "/wont_say"))


def watchful(turn: Turn, heard: Heard) -> Turn:
    """The turn with one line about 112 first, where danger may stand between the lines but was not sure enough."""
    if not heard.watch or any(saying.urgent for saying in turn.sayings):
        return turn
    return replace(turn, sayings=(Saying("utter_watchful"), *turn.sayings))


def answer_need(talk: Talk, heard: Heard, catalogue: Catalogue, at: datetime) -> Turn:
    """A need was heard, or something that sharpens it: name the service or ask the one thing that is missing."""
    after = absorb(talk, heard)
    if heard.municipality and not heard.districts:
        return _elsewhere(after, heard, catalogue, at)
    if len(heard.districts) > 1:
        return _which_part(after, heard, catalogue)
    if after.need is None:
        return ask_topic(after)
    turn = _routed(after, catalogue, at, corrected=talk.role is not None and after.role != talk.role)
    first = question_sayings(turn.talk, heard.question, catalogue, at) if heard.question else ()
    return replace(turn, sayings=(*first, *turn.sayings))


def continue_talk(talk: Talk, heard: Heard, catalogue: Catalogue, at: datetime) -> Turn:
    """An answer inside the talk: yes, no, do not know, will not say, or an age, a place, a person."""
    if heard.question and not _tells(heard):
        return answer_question(talk, heard, catalogue, at)
    if talk.need and talk.asked in ("age", "place") and heard.intent in ("dont_know", "wont_say", "deny"):
        return _routed(_withheld(talk), catalogue, at)
    if _tells(heard) and (talk.need or talk.kept):
        return answer_need(replace(talk, need=talk.need or talk.kept, kept=None), heard, catalogue, at)
    if heard.intent == "affirm" and talk.kept:
        return answer_need(replace(talk, need=talk.kept, kept=None), heard, catalogue, at)
    if talk.service and heard.intent == "affirm":
        return Turn((Saying("utter_choose_contact", choices=contact_choices(talk.service, catalogue, at)),), talk)
    if heard.intent == "deny":
        return Turn((Saying("utter_what_then", choices=topic_choices()),), replace(talk, asked="topic"))
    return ask_topic(absorb(talk, replace(heard, need=None)))


def answer_question(talk: Talk, heard: Heard, catalogue: Catalogue, at: datetime) -> Turn:
    """A question about the service in the talk, or one of the questions that people really ask."""
    service = heard.service_named or talk.service
    question = heard.asks or "secrecy"
    if service is None and question in SERVICE_QUESTIONS:
        return _ask_again(talk) if talk.asked in ("age", "place") else ask_topic(talk)
    after = replace(talk, service=service, misses=0)
    return Turn(question_sayings(after, question, catalogue, at), after)


def answer_danger(talk: Talk, heard: Heard, catalogue: Catalogue, at: datetime) -> Turn:
    """Danger to life or thoughts of suicide: the number first, who can be reached now, then one thing to choose."""
    kind = heard.urgent or heard.intent or "emergency"
    case = heard.urgent_case or ("suicide" if kind == "suicide_risk" else "danger")
    kept = next((need for need in (*heard.choices, talk.need) if need in TOPICS), talk.kept)
    situation = Situation(need=kind, age=heard.age or talk.age, role=heard.role or talk.role, topic=kept)
    lines = route(situation, catalogue, at).always_open
    said = [Saying(f"utter_urgent_{case}", service=lines[0] if lines else None, urgent=kind)]
    others = () if case in ONLY_112 else lines[1:]
    said += [Saying("utter_urgent_line", service=line, urgent=kind) for line in others]
    said.append(Saying("utter_urgent_then", choices=_after_danger(kept, case), urgent=kind))
    turn = Turn(tuple(said), replace(absorb(talk, replace(heard, need=None)), kept=kept, asked=None, misses=0))
    return in_both(turn, heard.foreign) if heard.foreign else turn


def clarify(talk: Talk, heard: Heard, catalogue: Catalogue, at: datetime) -> Turn:
    """Unsure: answer what was asked if that is plain, else up to three plain guesses, and a human."""
    plain = _plain(talk, heard, catalogue, at)
    if plain:
        return plain
    guesses = tuple(Choice(f"utter_label_{need}", f"/{need}") for need in heard.choices)
    if not guesses:
        return fall_back(talk, heard, catalogue, at)
    after = replace(absorb(talk, replace(heard, need=None)), asked="topic")
    return Turn((Saying("utter_clarify", choices=(*guesses, HUMAN)),), after)


def fall_back(talk: Talk, heard: Heard, catalogue: Catalogue, at: datetime) -> Turn:
    """Not understood: say so; the second time in a row offer a human instead of asking again."""
    if heard.foreign:
        return unspoken(talk, heard.foreign, catalogue, at)
    plain = _plain(talk, heard, catalogue, at)
    if plain:
        return plain
    after = replace(talk, misses=talk.misses + 1, asked="topic")
    if after.misses >= MISSES_BEFORE_HUMAN:
        choices = (HUMAN, *topic_choices())
        return Turn((Saying("utter_fallback_again", choices=choices, service=CONTACT_CENTRE),), after)
    return Turn((Saying("utter_fallback", choices=(*topic_choices(), HUMAN)),), after)


def offer_human(talk: Talk, catalogue: Catalogue, at: datetime) -> Turn:
    """A person is wanted: who can be reached now, who opens when, and how to be answered later."""
    today = local_day(at)
    named = talk.service if talk.service and catalogue.takes_cases(talk.service, today) else CONTACT_CENTRE
    after = replace(talk, service=named, need=talk.need or talk.kept or "human", asked=None, misses=0)
    outcome = route(Situation(need="human", age=talk.age, role=talk.role, district=talk.district), catalogue, at)
    said = [Saying("utter_human", service=named, district=talk.district)]
    offered = card(catalogue, named, talk.district, at)
    said += open_now(outcome.always_open, offered, takes_cases=catalogue.takes_cases(named, today))
    said.append(Saying("utter_choose_contact", choices=contact_choices(named, catalogue, at)))
    return Turn(tuple(said), after)


def ask_topic(talk: Talk) -> Turn:
    """No topic yet: ask what it is about, with buttons."""
    after = replace(talk, asked="topic", misses=0)
    return Turn((Saying("utter_ask_topic", choices=(*topic_choices(), HUMAN)),), after)


def topic_choices() -> tuple[Choice, ...]:
    """The topics as buttons, in the order of the city's programme."""
    return tuple(Choice(f"utter_label_{need}", f"/{need}") for need in TOPICS)


def absorb(talk: Talk, heard: Heard) -> Talk:
    """The talk with what the message says of need, age, place and person.

    A new person ("nej, det gäller min syster") takes the old age and the old answer with it.
    """
    changed = heard.role is not None and talk.role is not None and heard.role != talk.role
    base = replace(talk, age=None, age_withheld=False, service=None) if changed else talk
    if heard.need is not None and heard.need != base.need:
        base = replace(base, need=heard.need, service=None)
    return replace(
        base,
        misses=0,
        role=heard.role or base.role,
        age=base.age if heard.age is None else heard.age,
        age_withheld=base.age_withheld and heard.age is None,
        place=heard.place or base.place,
        district=heard.district or base.district,
        place_withheld=base.place_withheld and not heard.district,
    )


def _plain(talk: Talk, heard: Heard, catalogue: Catalogue, at: datetime) -> Turn | None:
    """What can be answered though the need is unsure: what was just asked for, or a question in the text."""
    if talk.asked in ("age", "place") and _tells(heard):
        return continue_talk(talk, heard, catalogue, at)
    if heard.question and (talk.service or heard.question not in SERVICE_QUESTIONS):
        return answer_question(talk, heard, catalogue, at)
    return None


def _ask_again(talk: Talk) -> Turn:
    """The service depends on what was asked for: whoever asks what it costs is asked once more."""
    return Turn((Saying(f"utter_ask_{talk.asked}", choices=UNKNOWN),), talk)


def _withheld(talk: Talk) -> Talk:
    """The talk with what was asked for taken as not to be told: it is not asked for again."""
    age, place = talk.asked == "age" or talk.age_withheld, talk.asked == "place" or talk.place_withheld
    return replace(talk, asked=None, age_withheld=age, place_withheld=place)


SERVICE_QUESTIONS = ("cost", "wait", "age", "hours", "where", "how", "signup", "language", "first_meeting")


def _routed(talk: Talk, catalogue: Catalogue, at: datetime, corrected: bool = False) -> Turn:
    situation = Situation(
        need=talk.need or "other_city",
        age=talk.age,
        age_withheld=talk.age_withheld,
        role=talk.role,
        place=talk.place,
        district=talk.district,
        place_withheld=talk.place_withheld,
    )
    outcome = route(situation, catalogue, at)
    first = (Saying("utter_corrected"),) if corrected else ()
    after = replace(talk, service=outcome.offers[0].service if outcome.offers else None, asked=outcome.ask)
    if outcome.ask == "age" or (outcome.ask and not outcome.offers):
        asking = Saying(f"utter_ask_{outcome.ask}", choices=UNKNOWN)
        return Turn((*first, Saying(_intro(talk)), asking), after)
    said = (*first, Saying(_intro(talk)), *offer_sayings(outcome, catalogue, at))
    if outcome.ask:
        said = (*said, Saying(f"utter_ask_{outcome.ask}", choices=UNKNOWN))
    return Turn(said, after)


def _intro(talk: Talk) -> str:
    """The first words for a need; about one's own child or someone else they differ."""
    return f"utter_intro_{talk.need}_{talk.role or 'self'}" if talk.need in TOPICS else f"utter_intro_{talk.need}"


def _elsewhere(talk: Talk, heard: Heard, catalogue: Catalogue, at: datetime) -> Turn:
    outcome = route(Situation(need=talk.need or "other_city", age=talk.age, role=talk.role), catalogue, at)
    said = [Saying("utter_other_municipality", {"municipality": heard.municipality or ""})]
    said += open_now(outcome.always_open)
    return Turn(tuple(said), replace(talk, asked=None))


def _which_part(talk: Talk, heard: Heard, catalogue: Catalogue) -> Turn:
    choices = tuple(
        Choice(place.name, f'/inform{{"place": "{place.name}", "district": "{place.district}"}}', literal=True)
        for place in catalogue.places.candidates(heard.place or "", heard.districts)
    )
    asking = Saying("utter_ask_which_part", {"place": heard.place or ""}, (*choices, *UNKNOWN))
    return Turn((asking,), replace(talk, asked="place", place=None, district=None))


def _after_danger(kept: str | None, case: str) -> tuple[Choice, ...]:
    quiet = () if case == "quiet" else (Choice("utter_label_quiet", '/emergency{"urgent_case": "quiet"}'),)
    topic = (Choice(f"utter_label_after_{kept}", f"/{kept}"),) if kept in TOPICS else ()
    return (*quiet, *topic, HUMAN)


def _tells(heard: Heard) -> bool:
    """Whether the message states an age, a place or a person."""
    return heard.age is not None or bool(heard.districts) or heard.role is not None or heard.municipality is not None
