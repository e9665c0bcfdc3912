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
from bot.routing.not_taken import not_taken
from bot.routing.talk import Saying, Turn
from bot.switch import services_off

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
            return not_taken(told.talk, service, tools.catalogue, at)
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
            # Asked once more where the case is made: somebody may have switched the service off a moment ago.
            closed = services_off(connection)
            case = None if service in closed else open_case(connection, wanted, hours, at)
        if case is None:
            return not_taken(told.talk, service, tools.catalogue.without(closed), at)
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
            return not_taken(told.talk, service, tools.catalogue, at)
        form = Saying("utter_call_back", service=service, district=told.talk.district, form="contact")
        return Turn((Saying("utter_call_back_safe"), form), told.talk)
