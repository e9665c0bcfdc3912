"""The calls of the API and the forms, without any web framework: who is asking, may they, and what is the answer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.chat.assistant import AssistantError
from bot.chat.callers import Caller, limit, limit_receipts, live_session, unstored
from bot.chat.degraded import degraded_drafts
from bot.chat.draft import Draft, Message
from bot.chat.feedback import Verdict, note_verdict, read_verdict
from bot.chat.own_case.callback import call_back, read_wanted
from bot.chat.own_case.comeback import come_back
from bot.chat.own_case.news import fetch_news, note_read, seen_until, thread_number
from bot.chat.own_case.staffed import case_ids
from bot.chat.parts import Parts
from bot.chat.reply import Reply, reply
from bot.chat.session import Session, end_session, forget_session, open_session, touch
from bot.chat.web.case_page import CasePage, carry_out, read_page
from bot.chat.web.incoming import Refused
from bot.chat.web.views import said_only
from bot.handover.ledger import CONVERSATION, Ledger

logger = logging.getLogger(__name__)


async def open_conversation(parts: Parts, caller: Caller) -> Session:
    """A new session.

    Raises:
        Refused: 429, 503.
    """
    limit(parts, "conversation", caller.client)
    try:
        return await parts.write(lambda c: open_session(c, parts.settings.hash_key, parts.clock()))
    except SQLAlchemyError as error:
        raise unstored("open a conversation", error) from error


async def say(parts: Parts, caller: Caller, fields: Mapping[str, Any]) -> Reply:
    """Answer one message.

    Raises:
        Refused: 401, 413, 422, 429, 503.
    """
    return await reply(parts, caller, fields)


async def leave_contact(parts: Parts, caller: Caller, fields: Mapping[str, Any]) -> list[Message]:
    """Open a case with contact details.

    Raises:
        Refused: 401, 422, 429, 503.
    """
    session = await live_session(parts, caller, "degraded_case")
    wanted = read_wanted(fields)
    limit(parts, "message", session.id)
    limit(parts, "case", caller.client)
    return await call_back(parts, session, wanted, caller.client)


async def judge(parts: Parts, caller: Caller, fields: Mapping[str, Any]) -> Verdict:
    """Keep whether an answer helped; saying so counts as being there.

    Raises:
        Refused: 401, 422, 429, 503.
    """
    session = await live_session(parts, caller)
    verdict = read_verdict(fields)
    limit(parts, "message", session.id)
    try:
        await parts.write(lambda connection: _judge(connection, parts, session, verdict))
    except SQLAlchemyError as error:
        raise unstored("keep what was thought of an answer", error) from error
    return verdict


async def use_receipt(parts: Parts, caller: Caller, code: object) -> tuple[Session, list[Message]]:
    """Come back to a case.

    Raises:
        Refused: 404, 422, 429, 503.
    """
    try:
        await limit_receipts(parts, caller)
        return await come_back(parts, code)
    except SQLAlchemyError as error:
        raise unstored("open a receipt", error) from error


async def read_news(parts: Parts, caller: Caller, after: str) -> list[Message]:
    """What came since; asking counts as being there.

    Raises:
        Refused: 401, 503.
    """
    session = await live_session(parts, caller)
    try:
        await parts.write(lambda connection: touch(connection, session.id, parts.clock()))
        seen = await parts.read(lambda connection: seen_until(connection, session, after))
        found, until = await fetch_news(parts, session, seen)
        if until.thread > seen.thread:
            await note_read(parts, session, until.thread)
        return found
    except SQLAlchemyError as error:
        raise unstored("read news", error) from error


async def mark_read(parts: Parts, caller: Caller, message_id: object) -> None:
    """The page shows what staff wrote, up to this message.

    Raises:
        Refused: 401, 422, 429, 503.
    """
    session = await live_session(parts, caller)
    number = thread_number(message_id)
    limit(parts, "message", session.id)
    try:
        await note_read(parts, session, number)
    except SQLAlchemyError as error:
        raise unstored("note what was read", error) from error


async def show_cases(parts: Parts, caller: Caller) -> CasePage:
    """The caller's own cases.

    Raises:
        Refused: 401, 503.
    """
    session = await live_session(parts, caller)
    try:
        return await parts.read(lambda connection: read_page(connection, parts, session, caller.language))
    except SQLAlchemyError as error:
        raise unstored("read a case", error) from error


async def change_case(parts: Parts, caller: Caller, fields: Mapping[str, Any]) -> str:
    """Do what the person has confirmed with one of their cases; returns the name of what is said of it.

    Raises:
        Refused: 401, 422, 429, 503.
    """
    session = await live_session(parts, caller)
    limit(parts, "message", session.id)
    try:
        return await parts.write(lambda connection: carry_out(connection, parts, session, fields))
    except SQLAlchemyError as error:
        raise unstored("change a case", error, "degraded_case") from error


async def forget(parts: Parts, caller: Caller) -> bool:
    """Delete transcript, tracker and session; cases remain. Returns whether there are such.

    Raises:
        Refused: 401, 503.
    """
    session = await live_session(parts, caller)
    try:
        async with parts.turns.hold(caller.token, parts.settings.reply_timeout_seconds):
            await asyncio.to_thread(_note_deletion, parts, session)
            remains = await parts.write(lambda connection: _forget(connection, session))
    except SQLAlchemyError as error:
        raise unstored("delete a conversation", error) from error
    try:
        parts.typed.forget(session.id)
        await parts.assistant.forget(session.id)
    except AssistantError as error:
        # The tracker's row is gone with the transcript; Rasa keeps nothing else between two messages.
        logger.warning("Rasa was not told of a deletion: %s", error.code)
    return remains


async def leave(parts: Parts, caller: Caller) -> None:
    """End the session; an unknown token and a database that is away are no reason to stop anybody from leaving."""
    try:
        session = await live_session(parts, caller)
        parts.typed.forget(session.id)
        await parts.write(lambda connection: end_session(connection, session.id, parts.clock()))
    except (Refused, SQLAlchemyError) as error:
        logger.info("Nothing to end: %s", type(error).__name__)


async def welcome(parts: Parts, language: str) -> list[Message]:
    """The first message: what this is, or that it is switched off, and whom to call. Not stored: it is one for all."""
    now, sentences = parts.clock(), parts.languages[language].sentences
    if await parts.switched.is_off(parts):
        return said_only(parts, degraded_drafts("", None, parts.catalogue, sentences, now, "utter_door_off"), now)
    return said_only(parts, [Draft.of(sentences, "utter_welcome")], now)


def _judge(connection: Connection, parts: Parts, session: Session, verdict: Verdict) -> None:
    note_verdict(connection, session.id, verdict)
    touch(connection, session.id, parts.clock())


def _note_deletion(parts: Parts, session: Session) -> None:
    """So that no restored backup brings the talk back. Whoever wants it gone now does not wait for a full disk."""
    try:
        Ledger.of(parts.settings).note(CONVERSATION, [session.id], parts.clock())
    except OSError as error:
        logger.critical("A deletion could not be noted in the ledger: %s", type(error).__name__)


def _forget(connection: Connection, session: Session) -> bool:
    remains = bool(case_ids(connection, session))
    forget_session(connection, session.id)
    return remains
