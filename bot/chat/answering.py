"""What is answered to one message: Rasa's words or, without it, the rules'; danger first; what was hidden is told."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.engine import Connection

from bot.chat.assistant import Answer, AssistantError
from bot.chat.degraded import degraded_drafts, urgent_drafts
from bot.chat.draft import Draft, Option
from bot.chat.feedback import ask_if_it_helped
from bot.chat.hearing import CONTACTS, Heard
from bot.chat.own_case.own_cases import PAYLOADS
from bot.chat.own_case.secrecy import BEFORE_CONTACT, tell_secrecy
from bot.chat.own_case.staffed import Desk
from bot.chat.own_case.typed import ANSWERS, answer_typed, offer_typed
from bot.chat.own_case.wishes import answer_wish, offer_wish
from bot.chat.parts import Parts
from bot.chat.web.incoming import harmless
from bot.handover.case import get_case
from bot.handover.record import CaseError
from bot.sentences import Sentences
from bot.understanding.language import find_language

logger = logging.getLogger(__name__)
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


async def answer(parts: Parts, heard: Heard, seconds: float) -> tuple[list[Draft], dict[str, Any]]:
    """What is said, danger first, and what was understood."""
    if heard.payload in PAYLOADS:
        drafts, understood = await answer_wish(parts, heard), {"decision": "case"}
    elif heard.desk:
        drafts, understood = _at_desk(parts, heard, heard.desk), {"decision": "thread"}
    elif heard.payload in ANSWERS:
        drafts, understood = await answer_typed(parts, heard), {"decision": "contact"}
    elif await parts.switched.is_off(parts):
        drafts, understood = _without_rasa(parts, heard, "utter_door_off"), {"decision": "off"}
    else:
        drafts, understood = await _from_rasa(parts, heard, seconds)
    drafts = offer_wish(parts, heard, drafts, understood)
    drafts = await tell_secrecy(parts, heard, drafts, understood)
    for step in _IN_ORDER:
        drafts = step(parts, heard, drafts)
    return ask_if_it_helped(drafts, understood), understood


async def _from_rasa(parts: Parts, heard: Heard, seconds: float) -> tuple[list[Draft], dict[str, Any]]:
    said = {"payload": heard.payload} if heard.payload else {"text": harmless(heard.text)}
    try:
        said_by_rasa = await parts.assistant.ask(heard.session.id, heard.stored.client_id or "", said, seconds)
        if any(draft.case_id for draft in said_by_rasa.drafts):
            await parts.read(lambda connection: _check_cases(connection, heard, said_by_rasa))
    except AssistantError as error:
        logger.warning("Answered without Rasa: %s", error.code)
        sentence = "utter_door_unsure_case" if heard.payload in OPENS_CASE else "utter_door_degraded"
        return _without_rasa(parts, heard, sentence), {"decision": "degraded", "reason": error.code}
    return list(said_by_rasa.drafts), dict(said_by_rasa.understood)


def _without_rasa(parts: Parts, heard: Heard, sentence: str) -> list[Draft]:
    sentences = parts.sentences.of(heard.language)
    return degraded_drafts(heard.text, heard.service, parts.catalogue, sentences, parts.clock(), sentence)


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


def _at_desk(parts: Parts, heard: Heard, desk: Desk) -> list[Draft]:
    """It was sent; with the card of whom to call where nobody is there to read it."""
    if desk.there is None:
        name = "utter_door_sent_absent" if desk.alias else "utter_door_sent"
        return [replace(_said(parts, heard, name, alias=desk.alias or ""), service=dict(desk.service))]
    return [_said(parts, heard, "utter_door_sent_to_alias", alias=desk.there)]


def _danger_first(parts: Parts, heard: Heard, drafts: Sequence[Draft]) -> list[Draft]:
    """If the rules see danger and the answer holds none, the door says it first."""
    if heard.alarm is None or any(draft.urgent for draft in drafts):
        return list(drafts)
    sentences, language = parts.sentences.of(heard.language), find_language(heard.text)
    return [*urgent_drafts(heard.alarm, parts.catalogue, sentences, parts.clock(), language), *drafts]


def _tell_masked(parts: Parts, heard: Heard, drafts: Sequence[Draft]) -> list[Draft]:
    """Say what was hidden: before the answer, but never before a number to call in danger."""
    if not heard.stored.masked:
        return list(drafts)
    notice = _said(parts, heard, "utter_masked", kinds=_kinds(parts.sentences.of(heard.language), heard.stored.masked))
    if CONTACTS & set(heard.stored.masked) and heard.desk is None:
        notice = _offering_contact(parts, heard, notice, drafts)
    urgent_ones = any(draft.urgent for draft in drafts)
    return [*drafts, notice] if urgent_ones else [notice, *drafts]


def _offering_contact(parts: Parts, heard: Heard, notice: Draft, drafts: Sequence[Draft]) -> Draft:
    """A number or an address was typed: shall we use it? Or the form, unless the answer offers that already."""
    sentences = parts.sentences.of(heard.language)
    question, options = offer_typed(parts, heard)
    # Whoever says yes leaves contact details: what must be known before that stands with the question.
    before = sentences.text(BEFORE_CONTACT)
    question = f"{question}\n\n{before}" if options else sentences.text("utter_door_masked_phone")
    offered = any(option.payload == CALL_BACK for draft in drafts for option in draft.choices)
    form = [] if offered else [Option(sentences.text("utter_label_call_back"), CALL_BACK)]
    return replace(notice, text=f"{notice.text} {question}", choices=(*options, *form))


_IN_ORDER: tuple[Callable[[Parts, Heard, Sequence[Draft]], list[Draft]], ...] = (_danger_first, _tell_masked)


def _said(parts: Parts, heard: Heard, name: str, **values: object) -> Draft:
    """A sentence of the door's own in the language of the talk."""
    return Draft(parts.sentences.of(heard.language).text(name, **values), language=heard.language)


def _kinds(sentences: Sentences, kinds: Sequence[str]) -> str:
    """ "ett telefonnummer och en adress"."""
    names = [sentences.text(f"utter_masked_{KIND_NAMES[kind]}") for kind in kinds]
    if len(names) == 1:
        return names[0]
    return sentences.text("utter_masked_list", first=", ".join(names[:-1]), last=names[-1])
