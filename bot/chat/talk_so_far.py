"""What the talk has been about, read from the transcript: never from the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.engine import Connection

from bot.chat.own_case.not_taken import NotTaken
from bot.chat.parts import Parts
from bot.chat.transcript import Stored, latest_rows
from bot.routing.catalogue import CONTACT_CENTRE, Catalogue
from bot.routing.hours import local_day
from bot.sentences import SPOKEN, SWEDISH
from bot.switch import services_off


@dataclass(frozen=True)
class TalkSoFar:
    """The newest messages of a talk, the newest first: read once, asked as often as needed."""

    rows: Sequence[Stored] = field(repr=False)

    @classmethod
    def read(cls, connection: Connection, conversation_id: str) -> TalkSoFar:
        """As it stands now."""
        return cls(latest_rows(connection, conversation_id))

    def service(self, catalogue: Catalogue) -> Mapping[str, Any] | None:
        """The latest service (not a national line) that the assistant has named, as {"id", "district"}."""
        named = (row.service for row in self.rows if row.service)
        return next((service for service in named if service["id"] in catalogue.services), None)

    def latest(self, name: str) -> Any:
        """The latest thing that was understood of a kind (need, age, district, role), or None."""
        said = (row.understood or {} for row in self.rows if row.sender == "person")
        return next((found[name] for found in said if found.get(name) is not None), None)

    @property
    def language(self) -> str:
        """The language of the latest message of the assistant; Swedish before there is any."""
        said = (row.understood or {} for row in self.rows if row.sender == "bot")
        return next((found["language"] for found in said if found.get("language") in SPOKEN), SWEDISH)


def receiving_service(connection: Connection, parts: Parts, so_far: TalkSoFar) -> Mapping[str, Any]:
    """Who takes the case: the latest named service if it takes any, else the contact centre.

    Raises:
        NotTaken: staff have switched that service off. What was meant for one is not sent to another behind one's back.
    """
    named, closed = so_far.service(parts.catalogue), services_off(connection)
    takes = named is not None and parts.catalogue.takes_cases(named["id"], local_day(parts.clock()))
    service = named if named and takes else {"id": CONTACT_CENTRE, "district": None}
    if service["id"] in closed:
        raise NotTaken(service["id"], service.get("district"), frozenset(closed))
    return service
