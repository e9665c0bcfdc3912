"""Handing over: the case is committed first, and only then is anything said of it."""

from __future__ import annotations

from datetime import datetime

from actions.parts import Parts
from actions.saying import Told
from actions.talk import TalkAction
from bot.database import reading, transaction
from bot.handover.case import HandOver, open_case
from bot.handover.promise import promise_sentences
from bot.routing.hours import local_day
from bot.routing.steps import offer_human
from bot.routing.talk import Heard, Saying, Turn

WITHOUT_TOPIC = "contact_centre"


class ActionHandOver(TalkAction):
    """ "Answer me here later": a case without contact details; the door adds the receipt code to what is said."""

    def name(self) -> str:
        """As named in domain.yml."""
        return "action_hand_over"

    def step(self, told: Told, tools: Parts, at: datetime) -> Turn:
        """Commit the case, then say what the catalogue promises: never the other way round (DESIGN promise 1)."""
        service = told.talk.service or WITHOUT_TOPIC
        today = local_day(at)
        if not tools.catalogue.takes_cases(service, today):
            return not_taken(told, tools, service, at)
        hours = tools.catalogue.promise_hours(service, today)
        wanted = HandOver(
            conversation_id=told.conversation_id,
            message_id=told.message_id,
            service=service,
            need=told.talk.need or "human",
            district=told.talk.district,
            channel="receipt",
        )
        with transaction(tools.engine) as connection:
            case = open_case(connection, wanted, hours, at)
        marked = tools.catalogue.promise_marked(service, today)
        with reading(tools.engine) as connection:
            (promised, values), *more = promise_sentences(connection, case, marked, at, tools.sentences.language)
        promise = Saying(promised, values, service=service, district=told.talk.district, case_id=case.id)
        usual = (Saying(sentence, values) for sentence, values in more)
        return Turn((promise, *usual, Saying("utter_case_come_back", case_id=case.id)), told.talk)


class ActionCallBack(TalkAction):
    """ "Call me": the form that stands outside the chat log. The case is made when the form is sent, not before."""

    def name(self) -> str:
        """As named in domain.yml."""
        return "action_call_back"

    def step(self, told: Told, tools: Parts, at: datetime) -> Turn:
        """Show the form, and what to think of before giving a number."""
        service = told.talk.service or WITHOUT_TOPIC
        if not tools.catalogue.takes_cases(service, local_day(at)):
            return not_taken(told, tools, service, at)
        form = Saying("utter_call_back", service=service, district=told.talk.district, form="contact")
        return Turn((Saying("utter_call_back_safe"), form), told.talk)


def not_taken(told: Told, tools: Parts, service: str, at: datetime) -> Turn:
    """An old button, or a confirmation that has run out: say that nothing was sent, and who can be reached instead."""
    asked = tools.catalogue.whom_to_ask(service, told.talk.district, local_day(at))
    first = Saying("utter_case_not_taken", service=asked, district=told.talk.district)
    human = offer_human(told.talk, Heard(), tools.catalogue, at)
    return Turn((first, *human.sayings[1:]), human.talk)
