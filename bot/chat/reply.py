"""The way of one message through the door: heard, answered, the answer stored and drawn.

Each message is worked on in a task of its own that nobody cancels: a browser that goes away cannot stop an action
between its commit and its promise. Whatever happens, there is an answer within ten seconds.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.chat.answering import answer
from bot.chat.callers import Caller, limit, live_session, unstored
from bot.chat.crowds import fold_crowds
from bot.chat.draft import Draft, Message
from bot.chat.hearing import Heard, hear
from bot.chat.own_case.promises import give_receipt, promise_drafts, tell_late_cases
from bot.chat.own_case.staffed import own_cases, raise_alarms
from bot.chat.parts import Parts
from bot.chat.sensitive import sensitive_talk
from bot.chat.transcript import replies, signs_of_topic, store_answer
from bot.chat.web.incoming import Refused, read_said
from bot.chat.web.views import View
from bot.handover.case import cases_of_conversation

logger = logging.getLogger(__name__)
LONGEST_SECONDS = 9.5
_RUNNING: set[asyncio.Task[Any]] = set()


@dataclass(frozen=True)
class Reply:
    """The answer, and the person's own message as it was stored: masked.

    `listen`: more may come by itself (staff, a case found late), so the page should open its stream. `sensitive`: what
    the talk is about must not be seen by others.
    """

    messages: list[Message]
    said: str
    listen: bool
    sensitive: bool


async def reply(parts: Parts, caller: Caller, fields: Mapping[str, Any]) -> Reply:
    """The assistant's answer; the same id again brings the same answer, and the work is done once.

    Raises:
        Refused: 401; 413 or 422 for what cannot be read and for a choice that this talk was not offered; 429; 503 when
            nothing could be stored or it takes too long.
    """
    task = asyncio.ensure_future(_timed(parts, caller, fields))
    _RUNNING.add(task)
    task.add_done_callback(_RUNNING.discard)
    try:
        return await asyncio.wait_for(asyncio.shield(task), LONGEST_SECONDS)
    except asyncio.TimeoutError as error:
        task.add_done_callback(_note_failure)
        raise Refused(503, "degraded") from error
    except SQLAlchemyError as error:
        raise unstored("keep a message", error) from error


async def _timed(parts: Parts, caller: Caller, fields: Mapping[str, Any]) -> Reply:
    with parts.metrics.stage("whole"):
        return await _work(parts, caller, fields)


async def _work(parts: Parts, caller: Caller, fields: Mapping[str, Any]) -> Reply:
    loop = asyncio.get_running_loop()
    until = loop.time() + parts.settings.reply_timeout_seconds
    # The turn is taken before anything else is waited for: messages are worked on in the order in which they came.
    metrics = parts.metrics
    async with parts.turns.hold(caller.token, until - loop.time()) as held:
        session = await live_session(parts, caller)
        said = read_said(fields)
        limit(parts, "client_message", caller.client, said.text)
        limit(parts, "message", session.id, said.text)
        with metrics.stage("store"):
            heard = await parts.write(lambda connection: hear(connection, parts, session, said))
        drafts: list[Draft] = []
        understood: dict[str, Any] = {}
        if heard.stored.answered_at is None:
            with metrics.stage("answer"):
                drafts, understood = await answer(parts, heard, until - loop.time() if held else 0.0)
            _count(parts, heard, understood)
        with metrics.stage("conclude"):
            return await parts.write(
                lambda connection: _conclude(connection, parts, heard, drafts, understood, caller.client), soon=True
            )


def _count(parts: Parts, heard: Heard, understood: Mapping[str, Any]) -> None:
    parts.metrics.decided(understood.get("decision"))
    if heard.alarm:
        parts.metrics.heard_danger(heard.alarm.kind)
    if understood.get("model"):
        parts.metrics.model.info({"version": str(understood["model"])})


def _conclude(
    connection: Connection,
    parts: Parts,
    heard: Heard,
    drafts: Sequence[Draft],
    understood: dict[str, Any],
    client: str,
) -> Reply:
    """Store the answer and draw it. A case that was committed although its answer was cut off is told of here."""
    now, session = parts.clock(), heard.session
    opened = cases_of_conversation(connection, session.id)
    if heard.stored.answered_at is None:
        case = next((case for case in opened if case.message_id == heard.stored.client_id), None)
        if case and not any(draft.case_id for draft in drafts):
            promised = promise_drafts(connection, parts, case, now, heard.language)
            drafts = [*(draft for draft in drafts if draft.urgent), *promised]
        told = {draft.case_id for draft in drafts if draft.case_id}
        for case_id in told:
            give_receipt(connection, parts, session, case_id, now)
        fold_crowds(connection, parts.crowds, client, told, now)
        store_answer(connection, heard.stored, session.id, drafts, understood, now)
    if opened:
        tell_late_cases(connection, parts, session, now)
    signs = signs_of_topic(connection, session.id)
    if any(row.urgent for row in signs):
        # Also danger that only the model saw, and a case that was opened after it.
        raise_alarms(connection, session, now)
    messages = View(parts, session, now).stored(connection, replies(connection, heard.stored.id))
    decided = (heard.stored.understood or understood).get("decision")
    listen = decided == "degraded" or bool(session.case_id or opened)
    own = own_cases(connection, session) if session.case_id else opened
    return Reply(messages, heard.stored.text, listen, sensitive_talk(signs, own))


async def let_finish() -> None:
    """Wait for what is still being worked on, also for people who have gone away: the process is about to end."""
    if _RUNNING:
        await asyncio.wait(set(_RUNNING), timeout=LONGEST_SECONDS)


def _note_failure(task: asyncio.Task[Any]) -> None:
    if not task.cancelled() and task.exception():
        logger.error("A message that took too long failed: %s", type(task.exception()).__name__)
