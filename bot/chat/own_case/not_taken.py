"""A service that takes no cases just now: nothing is stored, and the person is told who can be reached instead."""

from __future__ import annotations

from datetime import datetime

from bot.chat.draft import Draft, from_sayings
from bot.chat.web.incoming import Refused
from bot.routing.catalogue import Catalogue
from bot.routing.not_taken import not_taken
from bot.routing.talk import Talk
from bot.sentences import Sentences


class NotTaken(Refused):
    """Staff have switched the service off; `closed` are all that are off, so that none of them is offered instead."""

    def __init__(self, service: str, district: str | None, closed: frozenset[str]) -> None:
        super().__init__(409, "case_not_taken")
        self.service = service
        self.district = district
        self.closed = closed


def not_taken_drafts(refused: NotTaken, catalogue: Catalogue, sentences: Sentences, at: datetime) -> list[Draft]:
    """That nothing was sent, the service's own number or the contact centre's, and the lines that answer now."""
    talk = Talk(service=refused.service, district=refused.district)
    turn = not_taken(talk, refused.service, catalogue.without(refused.closed).of(sentences.language), at)
    # Buttons belong to answers of the assistant; a refusal is not stored, so they would lead nowhere.
    return from_sayings([saying for saying in turn.sayings if not saying.choices], sentences)
