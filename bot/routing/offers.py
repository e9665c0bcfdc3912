"""What is said about services: the offer with its card, the ways to reach it, and answers to questions about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.routing.card import Card, card
from bot.routing.catalogue import CONTACT_CENTRE, EMERGENCY, Catalogue
from bot.routing.hours import local_day
from bot.routing.questions import CONTACT_LINE, topic_button, whom_to_ask
from bot.routing.route import Offer, Outcome
from bot.routing.talk import Choice, Saying, Talk

CALL_BACK = Choice("utter_label_call_back", "/call_back")
ANSWER_LATER = Choice("utter_label_answer_later", "/answer_later")
COST = Choice("utter_label_cost", "/ask_cost")
HOW = Choice("utter_label_how", "/ask_how")
HUMAN = Choice("utter_label_human", "/human")
FIELDS = ("cost", "wait", "age", "hours", "where", "how", "secrecy", "signup", "language")
SAME_FIELD = {"first_meeting": "how"}
# Only a service can answer these; without one the assistant asks what it is about.
SERVICE_QUESTIONS = ("cost", "wait", "age", "hours", "where", "how", "signup", "language", "first_meeting")


def offer_sayings(outcome: Outcome, catalogue: Catalogue, at: datetime) -> tuple[Saying, ...]:
    """The services of an outcome with their cards, who can be reached this hour, and how to go on."""
    said = [_offer(offer, index, catalogue, at) for index, offer in enumerate(outcome.offers)]
    cards = [card(catalogue, offer.service, offer.district, at) for offer in outcome.offers]
    takes_cases = bool(outcome.offers) and catalogue.takes_cases(outcome.offers[0].service, local_day(at))
    said += open_now(outcome.always_open, *cards, takes_cases=takes_cases)
    if outcome.offers:
        said.append(choose_contact(outcome.offers[0].service, catalogue, at))
    return tuple(said)


def open_now(lines: Sequence[str], *offered: Card, takes_cases: bool = False) -> list[Saying]:
    """The lines that answer at this hour, unless what is offered answers itself.

    112 stands here only when nothing else is open and no case can be left: it is no line for ordinary questions, and
    where there may be danger the first words of the need say so.
    """
    if any(shown.open_now and shown.phone for shown in offered):
        return []
    others = [line for line in lines if line != EMERGENCY] or ([] if takes_cases else [EMERGENCY])
    return [Saying("utter_open_also" if index else "utter_open_now", service=line) for index, line in enumerate(others)]


def contact_choices(service: str, catalogue: Catalogue, at: datetime) -> tuple[Choice, ...]:
    """How to reach a service from here; calling stands on the card itself."""
    ways = (ANSWER_LATER, CALL_BACK) if catalogue.takes_cases(service, local_day(at)) else ()
    return (*ways, HOW, COST) if service != "contact_centre" else ways


def choose_contact(service: str, catalogue: Catalogue, at: datetime) -> Saying:
    """The ways on as buttons; where a case can be left it is said before what staff will see of the talk."""
    choices = contact_choices(service, catalogue, at)
    return Saying("utter_choose_contact_case" if ANSWER_LATER in choices else "utter_choose_contact", choices=choices)


def question_sayings(talk: Talk, question: str, catalogue: Catalogue, at: datetime) -> tuple[Saying, ...]:
    """The answer to a question, from the catalogue where it has one; else honestly "I do not know, ask …"."""
    question = SAME_FIELD.get(question, question)
    if question not in FIELDS:
        # Inside a topic the way on is the one that was offered; before any, the topic of the question.
        on = contact_choices(talk.service, catalogue, at) if talk.service else topic_button(question)
        choices = (*on, HUMAN)
        return (Saying(f"utter_faq_{question}", {}, choices, whom_to_ask(question, catalogue, local_day(at))),)
    if talk.service is None:
        return (Saying("utter_secrecy", choices=(HUMAN,)),) if question == "secrecy" else ()
    return (_from_catalogue(talk.service, question, talk.district, catalogue, at),)


def beside_offers(question: tuple[Saying, ...], offered: tuple[Saying, ...]) -> tuple[Saying, ...]:
    """An answer that stands before an offer: the offer has the buttons, and no card is shown twice."""
    shown = {saying.service for saying in offered}
    return tuple(
        replace(saying, choices=(), service=None if saying.service in shown else saying.service) for saying in question
    )


def _from_catalogue(service: str, question: str, district: str | None, catalogue: Catalogue, at: datetime) -> Saying:
    answer = catalogue.answer(service, question, district, local_day(at))
    name = catalogue.name(catalogue.service(service))
    if answer.text is None:
        asked = catalogue.whom_to_ask(service, district, local_day(at))
        card_of = CONTACT_LINE if asked == CONTACT_CENTRE else asked
        if question == "secrecy":
            return Saying("utter_secrecy", {}, (HUMAN,), card_of, district)
        values = {"service": catalogue.name(catalogue.service(asked))}
        return Saying("utter_answer_unknown", values, service=card_of, district=district)
    sentence = "utter_answer_marked" if answer.marked else "utter_answer"
    return Saying(sentence, {"service": name, "answer": answer.text})


def _offer(offer: Offer, index: int, catalogue: Catalogue, at: datetime) -> Saying:
    promised = catalogue.promise_hours(offer.service, local_day(at))
    values = {
        "name": catalogue.name(catalogue.service(offer.service)),
        "what": catalogue.text(offer.service, "what", local_day(at)),
        "hours": promised or "",
    }
    return Saying(_offer_sentence(offer, index, promised, catalogue, at), values, (), offer.service, offer.district)


def _offer_sentence(offer: Offer, index: int, promised: int | None, catalogue: Catalogue, at: datetime) -> str:
    if offer.reason == "no_known_phone":
        return "utter_offer_through"
    if promised:
        marked = catalogue.promise_marked(offer.service, local_day(at))
        return "utter_offer_promise_marked" if marked else "utter_offer_promise"
    return "utter_offer_also" if index else "utter_offer"
