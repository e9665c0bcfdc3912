"""The actions of a talk: each hands what was heard and remembered to one step of `bot.routing.steps`."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from datetime import datetime
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.parts import Parts, parts
from actions.saying import Told, say, told
from bot.database import now
from bot.routing import steps, unsure
from bot.routing.talk import Turn

logger = logging.getLogger(__name__)


class TalkAction(Action, ABC):
    """Reads the slots, takes one step, says it.

    A failure says nothing: the door takes an empty answer for a failure and shows the phone numbers, while an exception
    would make Rasa's SDK print the conversation.
    """

    @abstractmethod
    def step(self, told: Told, tools: Parts, at: datetime) -> Turn:
        """The step of this action."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:  # noqa: ARG002
        """Called by Rasa's action server."""
        try:
            heard = told(tracker)
            tools = parts().today().of(heard.talk.language)
            with tools.metrics.actions.labels(self.name()).time():
                turn = steps.watchful(self.step(heard, tools, now()), heard.heard)
            return say(dispatcher, tools.sentences, turn, tracker.slots)
        except Exception as error:
            logger.error("%s failed: %s", self.name(), type(error).__name__)
            dispatcher.messages.clear()
            return []


class ActionAnswerNeed(TalkAction):
    """A need was heard."""

    def name(self) -> str:
        """As named in domain.yml."""
        return "action_answer_need"

    def step(self, told: Told, tools: Parts, at: datetime) -> Turn:
        """Name the service, or ask what is missing."""
        return steps.answer_need(told.talk, told.heard, tools.catalogue, at)


class ActionContinueTalk(TalkAction):
    """Yes, no, do not know, an age, a place, a person."""

    def name(self) -> str:
        """As named in domain.yml."""
        return "action_continue_talk"

    def step(self, told: Told, tools: Parts, at: datetime) -> Turn:
        """Read it in the light of what was asked."""
        return steps.continue_talk(told.talk, told.heard, tools.catalogue, at)


class ActionAnswerQuestion(TalkAction):
    """A question about a service, or about secrecy."""

    def name(self) -> str:
        """As named in domain.yml."""
        return "action_answer_question"

    def step(self, told: Told, tools: Parts, at: datetime) -> Turn:
        """Answer from the catalogue."""
        return steps.answer_question(told.talk, told.heard, tools.catalogue, at)


class ActionAnswerDanger(TalkAction):
    """Danger to life or thoughts of suicide."""

    def name(self) -> str:
        """As named in domain.yml."""
        return "action_answer_danger"

    def step(self, told: Told, tools: Parts, at: datetime) -> Turn:
        """The number first."""
        return steps.answer_danger(told.talk, told.heard, tools.catalogue, at)


class ActionOfferHuman(TalkAction):
    """A person is wanted."""

    def name(self) -> str:
        """As named in domain.yml."""
        return "action_offer_human"

    def step(self, told: Told, tools: Parts, at: datetime) -> Turn:
        """Who can be reached, and how."""
        return steps.offer_human(told.talk, told.heard, tools.catalogue, at)


class ActionClarify(TalkAction):
    """The pipeline is unsure."""

    def name(self) -> str:
        """As named in domain.yml."""
        return "action_clarify"

    def step(self, told: Told, tools: Parts, at: datetime) -> Turn:
        """Offer up to three guesses."""
        return unsure.clarify(told.talk, told.heard, tools.catalogue, at)


class ActionFallBack(TalkAction):
    """The pipeline does not know."""

    def name(self) -> str:
        """As named in domain.yml."""
        return "action_fall_back"

    def step(self, told: Told, tools: Parts, at: datetime) -> Turn:
        """Say so; the second time offer a human, the third the list."""
        return unsure.fall_back(told.talk, told.heard, tools.catalogue, at)


class ActionAskTopic(TalkAction):
    """What can you help with? A plain question in the same words is answered."""

    def name(self) -> str:
        """As named in domain.yml."""
        return "action_ask_topic"

    def step(self, told: Told, tools: Parts, at: datetime) -> Turn:
        """The answer to a question, or the topics as buttons."""
        if told.heard.question:
            return steps.answer_question(told.talk, told.heard, tools.catalogue, at)
        return steps.ask_topic(told.talk)
