"""Handing out records: find a case, examine it part by part, hide what the law protects, print it or save it.

Opening a case here needs a stated reason, and every step stands in the log. Contact details are not shown, to nobody:
whoever needs them is the unit that has the case.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.engine import Connection

from bot.database import transaction
from bot.handover.case import Case, CaseError, get_case
from bot.handover.receipt import case_by_receipt, normalise_code
from bot.staff.oversight.audit import record
from bot.staff.parts import Desk
from bot.staff.reasons import reason_problem
from bot.staff.records import requests
from bot.staff.records.parts import Part, as_json, parts_of
from bot.staff.records.requests import RecordRequest, Search
from bot.staff.times import end_of_day, start_of_day
from bot.staff.web import Answer, Fields, File, Page, Redirect, Visit

PATH = "/handlingar"
FIELDS = ("arende", "verksamhet", "from", "till")
ASKED = ("public", "person")
SHORTEST, LONGEST = 5, 200


def show_search(desk: Desk, visit: Visit) -> Answer:
    """Cases by reference, service and day; nothing until something is asked for."""
    wanted, problems = read_search(visit.query)
    used = {name: visit.query.one(name) for name in FIELDS if visit.query.one(name)}
    found: list[Case] = []
    if used and not problems:
        with transaction(desk.engine) as connection:
            found = requests.find_cases(connection, wanted)
            record(connection, visit.member.id, "search_records", visit.now, detail=used)
    return _search_page(used, found, problems)


def find_by_code(desk: Desk, visit: Visit) -> Answer:
    """The case of a receipt code that the person reads aloud or brings in writing. The code is kept nowhere."""
    code = normalise_code(visit.form.one("kod"))
    if code is None:
        return _search_page({}, [], {"kod": "no_code"})
    with transaction(desk.engine) as connection:
        if not requests.tries_left(connection, visit.member.id, visit.now):
            return _search_page({}, [], {"kod": "many_codes"}, 429)
        case = case_by_receipt(connection, code, desk.hash_key, visit.now)
        detail = {"found": case is not None}
        record(connection, visit.member.id, requests.TRY, visit.now, case_id=case.id if case else None, detail=detail)
    return _search_page({}, [case], {}) if case else _search_page({}, [], {"kod": "no_record"})


def open_request(desk: Desk, visit: Visit) -> Answer:
    """Begin to examine a case: who asks, and why it is opened."""
    asked, reason = visit.form.one("asked"), visit.form.one("reason")
    found = {"asked": "" if asked in ASKED else "no_asked", "reason": reason_problem(reason) or ""}
    problems = {name: code for name, code in found.items() if code}
    with transaction(desk.engine) as connection:
        try:
            case = get_case(connection, visit.params["case"])
        except CaseError:
            return Page("gone.html", status=404)
        if not (asked or reason):  # the button in the list: nothing has been asked yet
            return Page("record_reason.html", {"case": case, "typed": visit.form})
        if problems:
            return Page("record_reason.html", {"case": case, "typed": visit.form}, 422, problems)
        made = requests.make_request(connection, case.id, visit.member.id, asked, visit.now)
        detail = {"record_asked": asked}
        record(connection, visit.member.id, "request_record", visit.now, case_id=case.id, reason=reason, detail=detail)
    return Redirect(f"{PATH}/begaran/{made}")


def show_request(desk: Desk, visit: Visit) -> Answer:
    """Every part, with a form to hide it."""
    with transaction(desk.engine) as connection:
        return _request_page(desk, connection, visit, "read_record", "record.html")


def hide_part(desk: Desk, visit: Visit) -> Answer:
    """Hide one part with a provision, or show it again."""
    part, provision = visit.form.one("part"), visit.form.one("provision")
    with transaction(desk.engine) as connection:
        request = requests.find_request(connection, visit.params["inquiry"], visit.member.id, visit.now)
        if request is None or part not in {each.id for each in _parts(desk, connection, request)}:
            return Page("gone.html", status=404)
        again = visit.form.one("act") == "show"
        problem = None if again else _provision_problem(provision)
        if problem:
            return _request_page(desk, connection, visit, "read_record", "record.html", {f"lagrum-{part}": problem})
        if again:
            requests.show_again(connection, request, [part])
        else:
            requests.hide(connection, request, part, provision, visit.now)
        action = "show_record_part" if again else "hide_record_part"
        detail = {"part": part} if again else {"part": part, "provision": provision}
        record(connection, visit.member.id, action, visit.now, case_id=request.case_id, detail=detail)
    return Redirect(f"{PATH}/begaran/{request.id}#{part}")


def print_record(desk: Desk, visit: Visit) -> Answer:
    """The record as it is handed out, to print."""
    with transaction(desk.engine) as connection:
        return _request_page(desk, connection, visit, "print_record", "record_print.html")


def export_record(desk: Desk, visit: Visit) -> Answer:
    """The record as it is handed out, as JSON."""
    with transaction(desk.engine) as connection:
        request = requests.find_request(connection, visit.params["inquiry"], visit.member.id, visit.now)
        if request is None:
            return Page("gone.html", status=404)
        case, parts = get_case(connection, request.case_id), _parts(desk, connection, request)
        _note(connection, visit, request, "export_record")
    told = as_json(case, request.asked_by, parts, request.hidden, desk.words, visit.now)
    return File(f"{case.reference}.json", told.encode(), "application/json; charset=utf-8")


def read_search(query: Fields) -> tuple[Search, dict[str, str]]:
    """What an address looks for, and what is wrong with it."""
    wanted = Search(
        reference=query.one("arende").upper() or None,
        service=query.one("verksamhet") or None,
        since=start_of_day(query.one("from")),
        until=end_of_day(query.one("till")),
    )
    dates = (("from", wanted.since), ("till", wanted.until))
    return wanted, {name: "bad_date" for name, read in dates if query.one(name) and read is None}


def _search_page(used: dict[str, str], found: list[Case], problems: dict[str, str], status: int = 422) -> Page:
    values = {"used": used, "found": found, "most": requests.MOST_FOUND}
    return Page("records.html", values, status if problems else 200, problems)


def _request_page(
    desk: Desk, connection: Connection, visit: Visit, action: str, template: str, problems: dict[str, str] | None = None
) -> Page:
    request = requests.find_request(connection, visit.params["inquiry"], visit.member.id, visit.now)
    if request is None:
        return Page("gone.html", status=404)
    case = get_case(connection, request.case_id)
    _note(connection, visit, request, action)
    values: dict[str, Any] = {"case": case, "request": request, "parts": _parts(desk, connection, request)}
    return Page(template, {**values, "typed": visit.form}, 422 if problems else 200, problems or {})


def _parts(desk: Desk, connection: Connection, request: RecordRequest) -> list[Part]:
    return parts_of(connection, get_case(connection, request.case_id), desk.words)


def _note(connection: Connection, visit: Visit, request: RecordRequest, action: str) -> None:
    detail = {"hidden": len(request.hidden)}
    record(connection, visit.member.id, action, visit.now, case_id=request.case_id, detail=detail)


def _provision_problem(provision: str) -> str | None:
    if len(provision) < SHORTEST:
        return "no_provision"
    return "long_provision" if len(provision) > LONGEST else None
