"""What the talk has been about, read from the transcript: never from the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.engine import Connection

from bot.chat.own_case.not_taken import NotTaken
from bot.chat.parts import Parts
from bot.chat.transcript import latest_rows
from bot.routing.catalogue import CONTACT_CENTRE
from bot.routing.hours import local_day
from bot.sentences import SPOKEN, SWEDISH
from bot.switch import services_off


def last_service(connection: Connection, parts: Parts, conversation_id: str) -> Mapping[str, Any] | None:
    """The latest service (not a national line) that the assistant has named, as {"id", "district"}."""
    named = (row.service for row in latest_rows(connection, conversation_id) if row.service)
    return next((service for service in named if service["id"] in parts.catalogue.services), None)


def receiving_service(connection: Connection, parts: Parts, conversation_id: str) -> Mapping[str, Any]:
    """Who takes the case: the latest named service if it takes any, else the contact centre.

    Raises:
        NotTaken: staff have switched that service off. What was meant for one is not sent to another behind one's back.
    """
    named, closed = last_service(connection, parts, conversation_id), services_off(connection)
    takes = named is not None and parts.catalogue.takes_cases(named["id"], local_day(parts.clock()))
    service = named if named and takes else {"id": CONTACT_CENTRE, "district": None}
    if service["id"] in closed:
        raise NotTaken(service["id"], service.get("district"), frozenset(closed))
    return service


def latest(connection: Connection, conversation_id: str, field: str) -> Any:
    """The latest thing that was understood of a kind (need, age, district, role), or None."""
    said = (row.understood or {} for row in latest_rows(connection, conversation_id) if row.sender == "person")
    return next((found[field] for found in said if found.get(field) is not None), None)


def spoken_language(connection: Connection, conversation_id: str) -> str:
    """The language of the latest message of the assistant; Swedish before there is any."""
    said = (row.understood or {} for row in latest_rows(connection, conversation_id) if row.sender == "bot")
    return next((found["language"] for found in said if found.get("language") in SPOKEN), SWEDISH)
