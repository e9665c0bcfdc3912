"""The way of one message through the door: stored, answered, the answer stored, drawn.

Each message is worked on in a task of its own that nobody cancels: a browser that goes away cannot stop an action
between its commit and its promise. Whatever happens, there is an answer within ten seconds.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.chat.assistant import Answer, AssistantError
from bot.chat.callers import Caller, limit, live_session, unstored
from bot.chat.degraded import degraded_drafts, urgent_drafts
from bot.chat.draft import Draft, Message, Option
from bot.chat.incoming import HUMAN, Refused, Said, harmless, read_said
from bot.chat.masking import Masked, mask
from bot.chat.parts import Parts
from bot.chat.promises import give_receipt, promise_drafts, tell_late_cases
from bot.chat.session import Session, touch
from bot.chat.staffed import Desk, case_ids, find_desk, post_to_desk, raise_alarms
from bot.chat.talk_so_far import last_service
from bot.chat.transcript import Stored, find_option, replies, store_answer, store_said
from bot.chat.views import View
from bot.handover.case import find_case, get_case
from bot.handover.record import CaseError
from bot.understanding.urgent import Urgent, urgent

logger = logging.getLogger(__name__)
LONGEST_SECONDS = 9.5
CALL_BACK = "/call_back"
OPENS_CASE = ("/answer_later",)
KIND_NAMES = {
    "personnummer": "personal_number",
    "telefonnummer": "phone",
    "e-post": "email",
    "adress": "address",
    "konto": "account",
    "bilnummer": "plate",
    "användarnamn": "handle",
    "namn": "name",
}
_RUNNING: set[asyncio.Task[Any]] = set()


@dataclass(frozen=True)
class Heard:
    """The person's message, stored: what goes to Rasa, whether it speaks of danger, who has taken the talk over."""

    session: Session
    stored: Stored
    text: str
    payload: str | None
    alarm: Urgent | None
    desk: Desk | None
    service: str | None


@dataclass(frozen=True)
class Reply:
    """The answer. `listen`: more may come by itself (staff, a case found late), so the page should open its stream."""

    messages: list[Message]
    listen: bool


async def reply(parts: Parts, caller: Caller, fields: Mapping[str, Any]) -> Reply:
    """The assistant's answer; the same id again brings the same answer, and the work is done once.

    Raises:
        Refused: 401; 413 or 422 for what cannot be read and for a choice that this talk was not offered; 429; 503 when
            nothing could be stored or it takes too long.
    """
    task = asyncio.ensure_future(_work(parts, caller, fields))
    _RUNNING.add(task)
    task.add_done_callback(_RUNNING.discard)
    try:
        return await asyncio.wait_for(asyncio.shield(task), LONGEST_SECONDS)
    except asyncio.TimeoutError as error:
        task.add_done_callback(_note_failure)
        raise Refused(503, "degraded") from error
    except SQLAlchemyError as error:
        raise unstored("keep a message", error) from error


async def _work(parts: Parts, caller: Caller, fields: Mapping[str, Any]) -> Reply:
    loop = asyncio.get_running_loop()
    until = loop.time() + parts.settings.reply_timeout_seconds
    # The turn is taken before anything else is waited for: messages are worked on in the order in which they came.
    async with parts.turns.hold(caller.token, until - loop.time()) as held:
        session = await live_session(parts, caller)
        said = read_said(fields)
        limit(parts, "client_message", caller.client, said.text)
        limit(parts, "message", session.id, said.text)
        heard = await parts.write(lambda connection: _hear(connection, parts, session, said))
        drafts: list[Draft] = []
        understood: dict[str, Any] = {}
        if heard.stored.answered_at is None:
            drafts, understood = await _answer(parts, heard, until - loop.time() if held else 0.0)
        return await parts.write(lambda connection: _conclude(connection, parts, heard, drafts, understood))


def _hear(connection: Connection, parts: Parts, session: Session, said: Said) -> Heard:
    """Store first: from the commit of this on, the message is not lost."""
    now = parts.clock()
    option = _option(connection, parts, session, said)
    masked = Masked(option.label, ()) if option else mask(said.text, parts.spared)
    alarm = None if option else urgent(said.text)
    stored = store_said(connection, session.id, said.id, masked, alarm.kind if alarm else None, now)
    touch(connection, session.id, now)
    desk = find_desk(connection, session)
    if desk:
        post_to_desk(connection, desk, said.id, stored.text, now)
    if alarm:
        raise_alarms(connection, session, now)
    service = (last_service(connection, parts, session.id) or {}).get("id")
    return Heard(session, stored, stored.text, option.payload if option else None, alarm, desk, service)


def _option(connection: Connection, parts: Parts, session: Session, said: Said) -> Option | None:
    if said.choice is None:
        return None
    if said.choice == HUMAN:
        return Option(parts.sentences.text("utter_label_human"), "/human")
    option = find_option(connection, session.id, said.choice)
    if option is None:
        raise Refused(422, "choice")
    return option


async def _answer(parts: Parts, heard: Heard, seconds: float) -> tuple[list[Draft], dict[str, Any]]:
    """What is said, in the order of `_IN_ORDER`, and what was understood."""
    if heard.desk:
        drafts, understood = _at_desk(parts, heard.desk), {"decision": "thread"}
    else:
        drafts, understood = await _from_rasa(parts, heard, seconds)
    for step in _IN_ORDER:
        drafts = step(parts, heard, drafts)
    return drafts, understood


async def _from_rasa(parts: Parts, heard: Heard, seconds: float) -> tuple[list[Draft], dict[str, Any]]:
    said = {"payload": heard.payload} if heard.payload else {"text": harmless(heard.text)}
    try:
        answer = await parts.assistant.ask(heard.session.id, heard.stored.client_id or "", said, seconds)
        await parts.read(lambda connection: _check_cases(connection, heard, answer))
    except AssistantError as error:
        logger.warning("Answered without Rasa: %s", error.code)
        sentence = "utter_door_unsure_case" if heard.payload in OPENS_CASE else "utter_door_degraded"
        drafts = degraded_drafts(heard.text, heard.service, parts.catalogue, parts.sentences, parts.clock(), sentence)
        return drafts, {"decision": "degraded", "reason": error.code}
    return list(answer.drafts), dict(answer.understood)


def _check_cases(connection: Connection, heard: Heard, answer: Answer) -> None:
    """Never a false yes: a case that is told of must be committed, and this talk's own."""
    for draft in answer.drafts:
        if draft.case_id is None:
            continue
        try:
            case = get_case(connection, draft.case_id)
        except CaseError as error:
            raise AssistantError("case not committed") from error
        if case.conversation_id != heard.session.id:
            raise AssistantError("case of another talk")


def _at_desk(parts: Parts, desk: Desk) -> list[Draft]:
    name = "utter_door_sent_to_alias" if desk.alias else "utter_door_sent"
    return [Draft(parts.sentences.text(name, alias=desk.alias or ""))]


def _danger_first(parts: Parts, heard: Heard, drafts: Sequence[Draft]) -> list[Draft]:
    """If the rules see danger and the answer holds none, the door says it first."""
    if heard.alarm is None or any(draft.urgent for draft in drafts):
        return list(drafts)
    return [*urgent_drafts(heard.alarm, parts.catalogue, parts.sentences, parts.clock()), *drafts]


def _tell_masked(parts: Parts, heard: Heard, drafts: Sequence[Draft]) -> list[Draft]:
    """Say what was hidden: before the answer, but never before a number to call in danger."""
    if not heard.stored.masked:
        return list(drafts)
    notice = Draft(parts.sentences.text("utter_masked", kinds=_kinds(parts, heard.stored.masked)))
    if "telefonnummer" in heard.stored.masked and heard.desk is None:
        notice = _offering_form(parts, notice, drafts)
    urgent_ones = any(draft.urgent for draft in drafts)
    return [*drafts, notice] if urgent_ones else [notice, *drafts]


def _offering_form(parts: Parts, notice: Draft, drafts: Sequence[Draft]) -> Draft:
    """A number was typed: it can be left in the form instead, unless the answer offers that already."""
    text = f"{notice.text} {parts.sentences.text('utter_door_masked_phone')}"
    offered = any(option.payload == CALL_BACK for draft in drafts for option in draft.choices)
    call = Option(parts.sentences.text("utter_label_call_back"), CALL_BACK)
    return replace(notice, text=text, choices=() if offered else (call,))


_IN_ORDER: tuple[Callable[[Parts, Heard, Sequence[Draft]], list[Draft]], ...] = (_danger_first, _tell_masked)


def _kinds(parts: Parts, kinds: Sequence[str]) -> str:
    """ "ett telefonnummer och en adress"."""
    names = [parts.sentences.text(f"utter_masked_{KIND_NAMES[kind]}") for kind in kinds]
    if len(names) == 1:
        return names[0]
    return parts.sentences.text("utter_masked_list", first=", ".join(names[:-1]), last=names[-1])


def _conclude(
    connection: Connection, parts: Parts, heard: Heard, drafts: Sequence[Draft], understood: dict[str, Any]
) -> Reply:
    """Store the answer and draw it. A case that was committed although its answer was cut off is told of here."""
    now, session = parts.clock(), heard.session
    if heard.stored.answered_at is None:
        case = find_case(connection, session.id, heard.stored.client_id or "")
        if case and not any(draft.case_id for draft in drafts):
            drafts = [*(draft for draft in drafts if draft.urgent), *promise_drafts(parts, case, now)]
        for case_id in {draft.case_id for draft in drafts if draft.case_id}:
            give_receipt(connection, parts, session, case_id, now)
        store_answer(connection, heard.stored, session.id, drafts, understood, now)
    tell_late_cases(connection, parts, session, now)
    messages = View(parts, session, now).stored(connection, replies(connection, heard.stored.id))
    decided = (heard.stored.understood or understood).get("decision")
    return Reply(messages, decided == "degraded" or bool(case_ids(connection, session)))


def _note_failure(task: asyncio.Task[Any]) -> None:
    if not task.cancelled() and task.exception():
        logger.error("A message that took too long failed: %s", type(task.exception()).__name__)
