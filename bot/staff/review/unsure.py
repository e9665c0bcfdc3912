"""The page of uncertain messages: read one, say what it is, on to the next. Works as forms; a script adds the keys.

Messages of sensitive talks stand apart and are shown with a stated reason only, which holds for half an hour: the line
in the log that says why is the very thing that opens them.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.database import transaction
from bot.staff.oversight.audit import record
from bot.staff.parts import Desk
from bot.staff.reasons import reason_problem
from bot.staff.review import digest, inbox
from bot.staff.review.uncertain import DISPUTED, LABELS, SETTLED, label_messages
from bot.staff.web import Answer, Fields, Page, Redirect, Visit, row_id
from bot.tables import audit

REASON_HOLDS = timedelta(minutes=30)
OPENS = "open_sensitive_messages"
PATH = "/osakra"
MOST_IDS = inbox.GROUPS


def show_unsure(desk: Desk, visit: Visit) -> Answer:
    """The heaviest messages; with `?kansliga=1` those of sensitive talks."""
    digest.catch_up(desk.engine)
    with transaction(desk.engine) as connection:
        return _page(connection, visit, bool(visit.query.one("kansliga")))


def open_sensitive(desk: Desk, visit: Visit) -> Answer:
    """State the reason; then they are shown, and the list can be worked through."""
    reason = visit.form.one("reason")
    with transaction(desk.engine) as connection:
        problem = reason_problem(reason)
        if problem:
            return Page("unsure_reason.html", {"reason": reason}, 422, {"reason": problem})
        record(connection, visit.member.id, OPENS, visit.now, reason=reason)
    return Redirect(f"{PATH}?kansliga=1")


def label_unsure(desk: Desk, visit: Visit) -> Answer:
    """One reader's label for one message and those like it; what others have said stays."""
    sensitive, label = bool(visit.form.one("sensitive")), visit.form.one("label") or visit.form.one("other")
    ids = _ids(visit.form)
    back = f"{PATH}?{'kansliga=1&' if sensitive else ''}klart="
    with transaction(desk.engine) as connection:
        if sensitive and not has_reason(connection, visit):
            return Redirect(f"{PATH}?kansliga=1")
        if label not in LABELS or not ids:
            return Redirect(f"{back}no_label")
        found = inbox.members(connection, visit.member.id, ids, sensitive)
        states = label_messages(connection, found, visit.member.id, label, visit.now)
        detail = {"label": label, "messages": len(found)}
        record(connection, visit.member.id, "label_message", visit.now, detail=detail)
    return Redirect(back + _notice(states))


def has_reason(connection: Connection, visit: Visit) -> bool:
    """Whether the person has stated a reason for sensitive messages within the last half hour."""
    mine = audit.c.staff_id == visit.member.id, audit.c.action == OPENS, audit.c.at > visit.now - REASON_HOLDS
    return connection.execute(select(audit.c.id).where(*mine).limit(1)).first() is not None


def _page(connection: Connection, visit: Visit, sensitive: bool) -> Page:
    if sensitive and not has_reason(connection, visit):
        return Page("unsure_reason.html", {"reason": ""})
    items = inbox.find_items(connection, visit.member.id, sensitive)
    # Which messages somebody has read, not only that the page was open.
    shown = ", ".join(str(item.id) for item in items)
    action = "read_sensitive_messages" if sensitive else "read_messages"
    record(connection, visit.member.id, action, visit.now, detail={"message": shown} if shown else {})
    values = {
        "items": items,
        "sensitive": sensitive,
        "counts": inbox.count_waiting(connection, visit.member.id),
        "labels": LABELS,
        "counted": inbox.COUNTED,
        "notice": visit.query.one("klart"),
    }
    return Page("unsure.html", values)


def _ids(form: Fields) -> list[int]:
    return list(filter(None, (row_id(value) for value in form.one("ids").split(",")[:MOST_IDS])))


def _notice(states: dict[str, int]) -> str:
    if not states:
        return "nothing_left"
    if DISPUTED in states:
        return "label_disputed"
    return "labelled" if set(states) == {SETTLED} else "label_waits"
