"""A phone number or an e-mail address that was typed in the talk, offered as a way to be reached.

It is hidden in the text like any other, and kept for a quarter of an hour in this process's memory. When the person
says yes it goes, sealed, into the contact store together with its case; when they do not, nobody ever had it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.chat.draft import Draft, Option
from bot.chat.hearing import Heard
from bot.chat.own_case.callback import Wanted, open_with_contact
from bot.chat.own_case.not_taken import NotTaken, not_taken_drafts
from bot.chat.own_case.promises import promise_drafts
from bot.chat.parts import Parts, SlowDatabaseError
from bot.chat.web.incoming import Refused
from bot.handover.contact import Contact

logger = logging.getLogger(__name__)
# Payload → the fields of the contact store that saying so fills in, beside the number or the address itself.
ANSWERS: Mapping[str, Mapping[str, Any]] = {
    "/typed_call": {"safe_to_call": True, "leave_message": True},
    "/typed_call_quiet": {"safe_to_call": True, "leave_message": False},
    "/typed_mail": {},
}


def offer_typed(parts: Parts, heard: Heard) -> tuple[str, list[Option]]:
    """The question, and the answers to choose from; ("", []) when there is nothing that one could be reached by."""
    typed = parts.typed.look(heard.session.id)
    if typed is None or heard.desk is not None:
        return "", []
    sentences = parts.sentences.of(heard.language)
    way = "phone" if typed.phone else "mail"
    wanted = [payload for payload in ANSWERS if payload.startswith("/typed_call" if typed.phone else "/typed_mail")]
    options = [Option(sentences.text(f"utter_label_{payload[1:]}"), payload) for payload in wanted]
    return sentences.text(f"utter_door_typed_{way}"), options


async def answer_typed(parts: Parts, heard: Heard) -> list[Draft]:
    """The person said yes: contact, case and notice are committed together, then the promise; else the form.

    A service that is switched off gets nothing, and the person is told whom to reach.

    Raises:
        Refused: 503 when nothing could be stored, or nobody knows whether it was.
    """
    typed = parts.typed.look(heard.session.id)
    if typed is None:
        return [replace(Draft.of(parts.sentences.of(heard.language), "utter_door_typed_gone"), form="contact")]
    contact = replace(typed, **ANSWERS[heard.payload or ""])
    try:
        drafts = await parts.write(lambda connection: _open(connection, parts, heard, contact))
    except NotTaken as refused:
        drafts = not_taken_drafts(refused, parts.catalogue, parts.sentences.of(heard.language), parts.clock())
    except SlowDatabaseError as error:
        raise Refused(503, "unsure_case") from error
    except SQLAlchemyError as error:
        logger.error("The database failed a hand-over: %s", type(error).__name__)
        raise Refused(503, "degraded_case") from error
    parts.typed.forget(heard.session.id)
    return drafts


def _open(connection: Connection, parts: Parts, heard: Heard, contact: Contact) -> list[Draft]:
    case = open_with_contact(connection, parts, heard.session, Wanted(heard.stored.client_id or "", contact))
    return promise_drafts(connection, parts, case, parts.clock(), heard.language)
