"""What is said when a case cannot be left: that nothing was sent, and who can be reached instead."""

from __future__ import annotations

from datetime import datetime

from bot.routing.catalogue import Catalogue
from bot.routing.hours import local_day
from bot.routing.steps import offer_human
from bot.routing.talk import Heard, Saying, Talk, Turn


def not_taken(talk: Talk, service: str, catalogue: Catalogue, at: datetime) -> Turn:
    """After an old button, a confirmation that has run out, or while the service takes no cases."""
    asked = catalogue.whom_to_ask(service, talk.district, local_day(at))
    first = Saying("utter_case_not_taken", service=asked, district=talk.district)
    human = offer_human(talk, Heard(), catalogue, at)
    return Turn((first, *human.sayings[1:]), human.talk)
