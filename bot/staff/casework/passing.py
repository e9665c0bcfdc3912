"""A case passed on: to a colleague, to another service's queue, the talk back to the assistant; and a closing undone.

Acts like those of `case_acts.py`, which says how an act goes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.engine import Connection

from bot.handover import case as handed
from bot.handover import thread
from bot.handover.case import Case
from bot.handover.record import OPEN
from bot.staff.casework.case_acts import Act
from bot.staff.casework.colleagues import colleagues, staffed_services
from bot.staff.parts import Desk
from bot.staff.reasons import reason_problem
from bot.staff.web import Visit


def _hand_to(connection: Connection, visit: Visit, case: Case) -> Mapping[str, Any]:
    to = visit.form.one("colleague")
    handed.hand_to(connection, case.id, visit.member.id, to, visit.now)
    return {"person": to}


def _check_colleague(_desk: Desk, connection: Connection, visit: Visit, case: Case) -> Mapping[str, str]:
    if case.state not in OPEN:
        return {"case": "not_open"}
    known = colleagues(connection, case.service, visit.member.id)
    return {} if visit.form.one("colleague") in known else {"colleague": "no_colleague"}


def _hand_over_to(connection: Connection, visit: Visit, case: Case) -> Mapping[str, Any]:
    service = visit.form.one("service")
    handed.hand_over_to(connection, case.id, visit.member.id, service, visit.now)
    return {"service": service}


def _check_service(_desk: Desk, connection: Connection, visit: Visit, case: Case) -> Mapping[str, str]:
    """Only to where somebody works and cases are taken: else the case would lie where nobody looks."""
    if case.state not in OPEN:
        return {"case": "not_open"}
    if visit.form.one("service") not in staffed_services(connection, case.service):
        return {"service": "no_other_service"}
    problem = reason_problem(visit.form.one("why"))
    return {"why": problem} if problem else {}


def _give_back(connection: Connection, visit: Visit, case: Case) -> Mapping[str, Any]:
    handed.give_back(connection, case.id, visit.now)
    return {}


def _check_give_back(_desk: Desk, connection: Connection, _visit: Visit, case: Case) -> Mapping[str, str]:
    if case.state not in OPEN:
        return {"case": "not_open"}
    has_it = any(message.sender == "staff" for message in thread.messages(connection, case.id))
    return {} if has_it else {"case": "not_ours"}


def _take_up(connection: Connection, _visit: Visit, case: Case) -> Mapping[str, Any]:
    handed.take_up(connection, case.id)
    return {}


def _reopen(connection: Connection, visit: Visit, case: Case) -> Mapping[str, Any]:
    handed.reopen(connection, case.id, visit.member.id, visit.now)
    return {}


PASSING: Mapping[str, Act] = {
    "till-kollega": Act("hand_to", "handed_to", _hand_to, _check_colleague),
    "till-verksamhet": Act("hand_over_to", "handed_over", _hand_over_to, _check_service, reason="why", leads_away=True),
    "till-assistenten": Act("give_back", "given_back", _give_back, _check_give_back, "#trad"),
    "ta-over-samtalet": Act("take_up", "taken_up", _take_up, anchor="#trad"),
    "angra": Act("reopen", "reopened", _reopen),
}
"""The last part of the address → the act."""
