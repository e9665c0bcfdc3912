"""What is said about services: the offer with its card, the ways to reach it, and answers to questions about it."""

from __future__ import annotations

from datetime import datetime

from bot.routing.catalogue import Catalogue
from bot.routing.route import Outcome
from bot.routing.talk import Choice, Heard, Saying, Talk

CALL_BACK = Choice("utter_label_call_back", "/call_back")
ANSWER_LATER = Choice("utter_label_answer_later", "/answer_later")
COST = Choice("utter_label_cost", "/ask_cost")
HOW = Choice("utter_label_how", "/ask_how")
FIELDS = ("cost", "wait", "age", "hours", "where", "how", "secrecy", "signup", "language")
SAME_FIELD = {"first_meeting": "how"}


def offer_sayings(outcome: Outcome, heard: Heard, catalogue: Catalogue, at: datetime) -> tuple[Saying, ...]:
    """The services of an outcome with their cards, then who can be reached this hour."""
    said = [_offer(offer.service, offer.district, catalogue, at, index) for index, offer in enumerate(outcome.offers)]
    said += [Saying("utter_open_now", service=line) for line in outcome.always_open]
    if outcome.offers:
        said.append(Saying("utter_choose_contact", choices=contact_choices(outcome.offers[0].service, catalogue)))
    return tuple(said)


def contact_choices(service: str, catalogue: Catalogue) -> tuple[Choice, ...]:
    """How to reach a service from here; calling stands on the card itself."""
    ways = (ANSWER_LATER, CALL_BACK) if catalogue.takes_cases(service) else ()
    return (*ways, HOW, COST) if service != "contact_centre" else ways


def question_sayings(talk: Talk, heard: Heard, catalogue: Catalogue, at: datetime) -> tuple[Saying, ...]:
    """The answer to a question, from the catalogue where it has one; else honestly "I do not know, ask …"."""
    question = SAME_FIELD.get(heard.question or "", heard.question or "secrecy")
    if question not in FIELDS:
        return (Saying(f"utter_faq_{question}"),)
    if talk.service is None:
        return (Saying("utter_secrecy"),) if question == "secrecy" else ()
    answer = catalogue.answer(talk.service, question, talk.district, at.date())
    name = catalogue.service(talk.service).name
    if answer.text is None:
        return (Saying("utter_answer_unknown", {"service": name}, service=talk.service, district=talk.district),)
    sentence = "utter_answer_marked" if answer.marked else "utter_answer"
    said = (Saying(sentence, {"service": name, "answer": answer.text}),)
    return (*said, Saying("utter_secrecy")) if question == "secrecy" else said


def _offer(service: str, district: str | None, catalogue: Catalogue, at: datetime, index: int) -> Saying:
    entry = catalogue.service(service)
    promised = catalogue.promise_hours(service, at.date())
    sentence = "utter_offer_promise" if promised else "utter_offer" if index == 0 else "utter_offer_also"
    values = {"name": entry.name, "what": catalogue.text(service, "what", at.date()), "hours": promised or ""}
    return Saying(sentence, values, service=service, district=district)
