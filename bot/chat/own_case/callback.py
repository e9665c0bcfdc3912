"""The contact form: details, case and notice to staff are committed together, and only then is anything promised.

The service and the need come from what the assistant has said in this talk, never from the page.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.chat.crowds import fold_crowds
from bot.chat.draft import Message
from bot.chat.masking import Masked
from bot.chat.own_case.promises import give_receipt, promise_drafts
from bot.chat.own_case.sharing import summary
from bot.chat.parts import Parts, SlowDatabaseError
from bot.chat.session import Session, touch
from bot.chat.talk_so_far import TalkSoFar, receiving_service
from bot.chat.transcript import find_said, replies, store_answer, store_said, was_urgent
from bot.chat.web.incoming import Refused, read_id, tidy
from bot.chat.web.views import View
from bot.handover.case import Case, HandOver, open_case
from bot.handover.contact import Contact, ContactError, store_contact, validate_contact
from bot.handover.passed_on import newest_line
from bot.handover.record import Shared
from bot.routing.hours import local_day

logger = logging.getLogger(__name__)
FIELDS = ("phone", "email", "safe_to_call", "leave_message", "when", "say_if_other")


class RefusedContact(Refused):
    """A field of the form is wrong; `field` names it and `code` is the sentence `utter_contact_<code>`."""

    def __init__(self, field_name: str, code: str) -> None:
        super().__init__(422, code)
        self.field = field_name


@dataclass(frozen=True)
class Wanted:
    """A form that was read: the page's id, how the person can be reached, and what staff may see of the talk.

    `until`: the last message that was in what the page showed of it; None when it showed nothing.
    """

    id: str
    contact: Contact = field(repr=False)
    shared: Shared = "topic"
    until: int | None = None


def read_wanted(fields: Mapping[str, Any]) -> Wanted:
    """Read a form or a JSON body.

    Raises:
        RefusedContact: a field is missing or wrong.
        Refused: 422 for an id that is none.
    """
    said_id, shared = read_id(fields.get("id")), read_shared(fields.get("shared"))
    given = {name: fields.get(name) for name in FIELDS}
    if any(value is not None and not isinstance(value, str | bool) for value in given.values()):
        raise Refused(422, "unreadable")
    try:
        tidied = {name: tidy(value) if isinstance(value, str) else value for name, value in given.items()}
        return Wanted(said_id, validate_contact(tidied), shared, read_until(fields))
    except ContactError as error:
        raise RefusedContact(error.field, error.code) from None


def read_until(fields: Mapping[str, Any]) -> int | None:
    """The number of the last message that the page showed of what is passed on."""
    given = str(fields.get("until") or "")
    return int(given) if given.isdecimal() and len(given) < 19 else None


def read_shared(given: object) -> Shared:
    """What is to be shared; nothing said is the topic alone.

    Raises:
        RefusedContact: it is none of the choices.
    """
    shared: tuple[Shared, ...] = get_args(Shared)
    found = next((choice for choice in shared if choice == (given or "topic")), None)
    if found is None:
        raise RefusedContact("shared", "bad_choice")
    return found


async def call_back(parts: Parts, session: Session, wanted: Wanted, client: str) -> list[Message]:
    """Open the case and say what is promised; the same id again brings the same answer.

    Raises:
        Refused: 422 in a session that was opened with a receipt; 503 when nothing could be stored.
        NotTaken: 409 when staff have switched the service off.
    """
    if session.case_id:
        raise Refused(422, "unreadable")
    try:
        return await parts.write(lambda connection: _open(connection, parts, session, wanted, client))
    except SlowDatabaseError as error:
        raise Refused(503, "unsure_case") from error
    except SQLAlchemyError as error:
        logger.error("The database failed a hand-over: %s", type(error).__name__)
        raise Refused(503, "degraded_case") from error


def _open(connection: Connection, parts: Parts, session: Session, wanted: Wanted, client: str) -> list[Message]:
    now = parts.clock()
    if find_said(connection, session.id, wanted.id) is None:
        case = _store(connection, parts, session, wanted)
        fold_crowds(connection, parts.crowds, client, [case.id], now)
    touch(connection, session.id, now)
    said = find_said(connection, session.id, wanted.id)
    return View(parts, session, now).stored(connection, replies(connection, said.id) if said else [])


def _store(connection: Connection, parts: Parts, session: Session, wanted: Wanted) -> Case:
    now, language = parts.clock(), TalkSoFar.read(connection, session.id).language
    sentences = parts.sentences.of(language)
    case = open_with_contact(connection, parts, session, wanted)
    said = store_said(
        connection, session.id, wanted.id, Masked(sentences.text("utter_door_contact_given"), ()), None, now
    )
    drafts = promise_drafts(connection, parts, case, now, language)
    store_answer(connection, said, session.id, drafts, {"decision": "contact"}, now)
    return case


def open_with_contact(connection: Connection, parts: Parts, session: Session, wanted: Wanted) -> Case:
    """Case, sealed contact details and receipt, in the caller's transaction; the same message gives the same case.

    Raises:
        NotTaken: staff have switched the service off.
    """
    now, so_far = parts.clock(), TalkSoFar.read(connection, session.id)
    service = receiving_service(connection, parts, so_far)
    hours = parts.catalogue.promise_hours(service["id"], local_day(now))
    case = open_case(connection, _hand_over(connection, parts, session, wanted, so_far, service), hours, now)
    store_contact(connection, case.id, wanted.contact, parts.settings.encryption_keys, now)
    give_receipt(connection, parts, session, case.id, now)
    return case


def _hand_over(
    connection: Connection,
    parts: Parts,
    session: Session,
    wanted: Wanted,
    so_far: TalkSoFar,
    service: Mapping[str, Any],
) -> HandOver:
    return HandOver(
        conversation_id=session.id,
        message_id=wanted.id,
        service=service["id"],
        need=so_far.latest("need") or "human",
        district=service.get("district"),
        channel="callback",
        acute=was_urgent(connection, session.id),
        shared=wanted.shared,
        summary=summary(parts, so_far) if wanted.shared == "summary" else None,
        shared_until=shown_until(connection, session, wanted.until),
    )


def shown_until(connection: Connection, session: Session, until: int | None) -> int:
    """The last message that is passed on: the newest one, as the page showed it.

    Raises:
        RefusedContact: the talk has gone on since (in another tab), so that the person has not seen what would be sent.
    """
    newest = newest_line(connection, session.id)
    if until is not None and until != newest:
        raise RefusedContact("shared", "changed")
    return newest
