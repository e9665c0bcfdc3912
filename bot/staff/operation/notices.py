"""Notices that did not arrive, for the administrator: which, by which way, with which code; and sending one again.

Nothing about a person is here: the reference of a case, no link to it (an administrator opens none), and the name of a
way as the file of on-call ladders has it, without its address or number.
"""

from __future__ import annotations

from bot.database import transaction
from bot.handover.notices import outbox
from bot.handover.notices.undelivered import case_of_dead, unsent
from bot.staff.oversight.audit import record
from bot.staff.parts import Desk
from bot.staff.web import Answer, Page, Redirect, Visit


def show_notices(desk: Desk, visit: Visit) -> Answer:
    """What was refused for good, and what is still tried in vain."""
    with transaction(desk.engine) as connection:
        found = unsent(connection)
        record(connection, visit.member.id, "read_notices", visit.now)
    refused, tried = [one for one in found if one.dead], [one for one in found if not one.dead]
    return Page("notices.html", {"refused": refused, "tried": tried, "notice": visit.query.one("klart")})


def send_again(desk: Desk, visit: Visit) -> Answer:
    """Send one again to the ways that have not taken it; what a colleague has sent already is left alone."""
    given = visit.params["notice"]
    notice_id = int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else 0
    with transaction(desk.engine) as connection:
        case_id = case_of_dead(connection, notice_id)
        sent = case_id is not None and outbox.revive(connection, notice_id, visit.now)
        if sent:
            record(connection, visit.member.id, "send_again", visit.now, case_id=case_id)
    return Redirect(f"/aviseringar?klart={'sent_again' if sent else 'not_dead'}")
