"""The page "Ditt ärende": what was left with the city, what staff see of it, and what the person may do about it.

In the talk that made the case, and in a session that was opened with its code. The latter sees nothing of the talk:
neither what it was about nor what was shared of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection

from bot.chat.own_case.callback import read_shared, read_until, shown_until
from bot.chat.own_case.own_cases import fulfil, is_possible
from bot.chat.own_case.sharing import CHOICES, NOTHING, Preview, passed_on, preview, summary
from bot.chat.own_case.staffed import own_cases
from bot.chat.parts import Parts
from bot.chat.phrases import WISHES
from bot.chat.session import Session, end_receipt_sessions
from bot.chat.talk_so_far import TalkSoFar
from bot.chat.web.incoming import Refused
from bot.handover.case import Case, revoke_receipt, share_more
from bot.handover.deadline import date_in_words, in_words
from bot.handover.record import OPEN

REVOKE, SHARE = "revoke", "share"
DONE: Mapping[str, str] = {"stop": "stopped", "withdraw": "withdrawn", REVOKE: "revoked", SHARE: "shared_more"}


@dataclass(frozen=True)
class OwnCase:
    """One case as its page shows it; texts are empty where there is nothing to say.

    `state` is a name of the page's words; `acts` what can be done: any of stop, withdraw, revoke; `more` the choices
    that would show staff more than they see.
    """

    number: int
    state: str
    came: str
    due: str
    code_until: str
    passed: str = field(repr=False)
    acts: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    has_contact: bool = False


@dataclass(frozen=True)
class CasePage:
    """All cases of a session, and what more of the talk would look like to staff."""

    cases: tuple[OwnCase, ...]
    preview: Preview
    with_code: bool


def read_page(connection: Connection, parts: Parts, session: Session, language: str) -> CasePage:
    """The page for a session."""
    found = own_cases(connection, session)
    drawn = tuple(
        _draw(connection, parts, session, case, number, language) for number, case in enumerate(found, start=1)
    )
    shown = preview(connection, parts, session) if any(case.more for case in drawn) else NOTHING
    return CasePage(drawn, shown, bool(session.case_id))


def carry_out(connection: Connection, parts: Parts, session: Session, fields: Mapping[str, Any]) -> str:
    """Do what was confirmed; returns the name of what is said afterwards.

    Raises:
        Refused: 422 for an act that is not possible (any more), or that names no case of this session.
    """
    case, act, now = find_own(connection, session, fields), str(fields.get("act")), parts.clock()
    if act == SHARE and SHARE in _possible(session, case, now):
        _share(connection, parts, session, case, fields)
    elif act == REVOKE and act in _possible(session, case, now):
        revoke_receipt(connection, case.id, now)
        end_receipt_sessions(connection, case.id, now)
    elif act not in WISHES or not fulfil(connection, session, act, now, only=case.id):
        raise Refused(422, "case_changed")
    return DONE[act]


def find_own(connection: Connection, session: Session, fields: Mapping[str, Any]) -> Case:
    """The case that a form names by its number on the page.

    Raises:
        Refused: 422 when this session has no such case.
    """
    number = str(fields.get("number") or "")
    found = own_cases(connection, session)
    if not (number.isdecimal() and len(number) < 4 and 0 < int(number) <= len(found)):
        raise Refused(422, "case_changed")
    return found[int(number) - 1]


def _share(connection: Connection, parts: Parts, session: Session, case: Case, fields: Mapping[str, Any]) -> None:
    shared, until = read_shared(fields.get("shared")), shown_until(connection, session, read_until(fields))
    if shared not in _more(case):
        raise Refused(422, "case_changed")
    told = summary(parts, TalkSoFar.read(connection, session.id)) if shared == "summary" else None
    share_more(connection, case.id, shared, told, until, parts.clock())


def _draw(connection: Connection, parts: Parts, session: Session, case: Case, number: int, language: str) -> OwnCase:
    now = parts.clock()
    possible = _possible(session, case, now)
    valid = case.receipt_until is not None and case.receipt_until > now
    owed = case.due_at is not None and case.state in OPEN and not (case.contacted_at or case.stopped_at)
    return OwnCase(
        number=number,
        state="stopped" if case.stopped_at and case.state in OPEN else case.state,
        came=in_words(case.created_at, language),
        due=in_words(case.due_at, language) if case.due_at and owed else "",
        code_until=date_in_words(case.receipt_until, language) if case.receipt_until and valid else "",
        passed="" if session.case_id else passed_on(connection, parts, case),
        acts=tuple(act for act in possible if act != SHARE),
        more=_more(case) if SHARE in possible else (),
        has_contact=case.channel == "callback",
    )


def _possible(session: Session, case: Case, now: datetime) -> tuple[str, ...]:
    acts = [wish for wish in reversed(WISHES) if is_possible(wish, case)]
    revocable = case.receipt_until is not None and case.receipt_until > now
    sharable = case.state in OPEN and not session.case_id and bool(_more(case))
    return (*acts, *((REVOKE,) if revocable else ()), *((SHARE,) if sharable else ()))


def _more(case: Case) -> tuple[str, ...]:
    return CHOICES[CHOICES.index(case.shared) + 1 :] if case.shared in CHOICES else ()
