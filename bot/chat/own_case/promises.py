"""Telling of cases: only of such as are committed, and of every one of them, also when the answer was cut off."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from bot.chat.draft import Draft
from bot.chat.parts import Parts
from bot.chat.session import Session
from bot.chat.talk_so_far import TalkSoFar
from bot.chat.transcript import Stored, find_said, shown_cases, store_bot
from bot.handover.case import Case, cases_of_conversation
from bot.handover.promise import promise_sentences
from bot.handover.receipt import attach_receipt, receipt_code
from bot.routing.hours import local_day


def promise_drafts(connection: Connection, parts: Parts, case: Case, at: datetime, language: str) -> list[Draft]:
    """What may be said of a committed case: when somebody answers only where the catalogue promises it."""
    marked = case.service in parts.catalogue.services and parts.catalogue.promise_marked(case.service, local_day(at))
    (promised, values), *more = promise_sentences(connection, case, marked, at, language)
    service = {"id": case.service, "district": case.district}
    then = "utter_case_come_back" if case.channel == "receipt" else "utter_door_case_code"
    sentences = parts.sentences.of(language)
    return [
        Draft(sentences.text(promised, **values), service=service, case_id=case.id, language=language),
        *(Draft(sentences.text(name, **said), language=language) for name, said in more),
        Draft(sentences.text(then), case_id=case.id, language=language),
    ]


def give_receipt(connection: Connection, parts: Parts, session: Session, case_id: str, at: datetime) -> None:
    """Let the session's code for this case open it; the code itself is not stored anywhere."""
    key = parts.settings.hash_key
    until = at + timedelta(days=parts.settings.receipt_days)
    attach_receipt(connection, case_id, receipt_code(session.token, case_id, key), key, until)


def untold_cases(connection: Connection, session: Session) -> list[tuple[Case, Stored]]:
    """Cases of this talk that no message has told of, each with the message that asked for it.

    Their commit came after the door had given up waiting. A message whose answer is still on its way is left out: that
    answer will tell.
    """
    opened = cases_of_conversation(connection, session.id)
    told = shown_cases(connection, session.id) if opened else frozenset()
    untold = [case for case in opened if case.id not in told]
    asked = [(case, find_said(connection, session.id, case.message_id)) for case in untold]
    return [(case, said) for case, said in asked if said is not None and said.answered_at is not None]


def tell_late_cases(connection: Connection, parts: Parts, session: Session, at: datetime) -> None:
    """Say now what could not be said when the message was answered."""
    language = TalkSoFar.read(connection, session.id).language
    for case, said in untold_cases(connection, session):
        give_receipt(connection, parts, session, case.id, at)
        for draft in promise_drafts(connection, parts, case, at, language):
            store_bot(connection, session.id, draft, said.id, at, late=True)
