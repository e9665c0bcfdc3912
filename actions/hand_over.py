"""Handing over: the case is committed first, and only then is anything promised."""

from __future__ import annotations

from datetime import datetime

from rasa_sdk import Tracker

from actions.parts import Parts
from actions.talk import TalkAction
from bot.database import transaction
from bot.handover.case import HandOver, open_case
from bot.handover.promise import received
from bot.routing.talk import Heard, Saying, Talk, Turn


class ActionHandOver(TalkAction):
    """ "Answer me here later": a case without contact details; the door adds the receipt code."""

    def name(self) -> str:
        """As named in domain.yml."""
        return "action_hand_over"

    def step(self, talk: Talk, heard: Heard, tools: Parts, at: datetime) -> Turn:
        """Never called: a case needs to know which conversation and message it belongs to."""
        raise NotImplementedError
