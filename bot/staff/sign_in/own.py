"""The pages that everybody has: sign in, sign out, the start page, one's own password."""

from __future__ import annotations

from bot.database import reading, transaction
from bot.handover.notices.undelivered import count_unsent
from bot.staff import access
from bot.staff.oversight.audit import record
from bot.staff.parts import Desk
from bot.staff.review import alarms
from bot.staff.sign_in.accounts import change_password, find_account, sign_in, sign_in_name
from bot.staff.sign_in.city import CALLBACK_PATH
from bot.staff.sign_in.city_pages import sign_in_page
from bot.staff.sign_in.factor_pages import CODE_PATH
from bot.staff.sign_in.passwords import password_problem
from bot.staff.sign_in.sessions import Stage, end_session, open_session
from bot.staff.web import Answer, Page, Redirect, Visit

PASSWORD_PATH = "/losenord"
HELP_PATH = "/hjalp"
HELP_PICTURES = {"code": 345, "cases": 560, "case": 640, "talks": 800, "fact": 640, "control": 660}
"""Picture of the help page → its height in pixels; all are 1000 wide, and stand in `static` as help-<name>.png."""
SIGNED_OUT_PATH = "/utloggad"
STARTS = (
    (access.CASES, "/arenden"),
    (access.CONVERSATIONS, "/samtal"),
    (access.CATALOGUE, "/katalog"),
    (access.PEOPLE, "/personal"),
    (access.AUDIT, "/logg"),
    (access.EXAMPLES, "/godkann"),
)


def show_sign_in(desk: Desk, visit: Visit) -> Answer:
    """The form; whoever is signed in already goes on."""
    if visit.session:
        return Redirect("/")
    page = sign_in_page(desk)
    return Page(page.template, {**page.values, "notice": visit.query.one("klart")})


def do_sign_in(desk: Desk, visit: Visit) -> Answer:
    """A new session on success; a session that the browser had before is never taken over."""
    name, password = visit.form.one("name"), visit.form.one("password")
    allowed = desk.local_sign_in or sign_in_name(name) == desk.break_glass
    member = sign_in(desk.engine, desk.passwords, name, password, visit.now) if allowed else None
    if member is None:
        return sign_in_page(desk, name, {"name": "wrong_sign_in"}, 401)
    with transaction(desk.engine) as connection:
        if not desk.local_sign_in:
            record(connection, member.id, "break_glass", visit.now)
        stage: Stage = "code" if member.has_second_factor else "full"
        token = open_session(connection, member.id, desk.hash_key, visit.now, stage)
    if member.has_second_factor:
        return Redirect(CODE_PATH, token)
    return Redirect(PASSWORD_PATH if member.must_change_password else "/", token)


def do_sign_out(desk: Desk, visit: Visit) -> Answer:
    """End the session here and in the database."""
    with transaction(desk.engine) as connection:
        if visit.session:
            end_session(connection, visit.session)
        record(connection, visit.member.id, "sign_out", visit.now)
    if desk.city and visit.session and visit.session.through == "city":
        return Redirect(SIGNED_OUT_PATH, "")
    return Redirect("/logga-in?klart=signed_out", "")


def show_signed_out(desk: Desk, visit: Visit) -> Answer:
    """After the console, the city's own session: as a link, since a form may lead to no other site here."""
    if desk.city is None:
        return Page("gone.html", status=404)
    back = desk.city.provider.redirect_uri.removesuffix(CALLBACK_PATH) + "/logga-in"
    return Page("city_signed_out.html", {"address": desk.city.provider.sign_out_address(back, visit.now)})


def show_start(desk: Desk, visit: Visit) -> Answer:
    """To an alarm that nobody has dealt with; else to the first page of the role; a role that has none is told so.

    An administrator sees what needs looking at.
    """
    if visit.member.holds(access.ALARMS) and alarms.waiting(desk):
        return Redirect("/larm")
    if visit.member.holds(access.NOTICES):
        with reading(desk.engine) as connection:
            return Page("start.html", {"unsent": count_unsent(connection)})
    for permission, path in STARTS:
        if visit.member.holds(permission):
            return Redirect(path)
    return Page("start.html", {"unsent": None})


def show_help(_desk: Desk, _visit: Visit) -> Answer:
    """How the work is done, with pictures that the browser tests have taken (tests/staff/test_help.py)."""
    return Page("help.html", {"heights": HELP_PICTURES})


def show_password(_desk: Desk, visit: Visit) -> Answer:
    """The form to change one's password; whoever comes through the city has none here."""
    if visit.session and visit.session.through == "city":
        return Page("gone.html", status=404)
    return Page("password.html", {"notice": visit.query.one("klart")})


def do_password(desk: Desk, visit: Visit) -> Answer:
    """Change it, end every session, begin a new one."""
    old, new, repeated = (visit.form.one(name) for name in ("old", "new", "repeated"))
    problems = _password_problems(desk, visit, old, new, repeated)
    if problems:
        return Page("password.html", {}, 422, problems)
    with transaction(desk.engine) as connection:
        change_password(connection, desk.passwords, visit.member.id, new, visit.now)
        token = open_session(connection, visit.member.id, desk.hash_key, visit.now)
    return Redirect(f"{PASSWORD_PATH}?klart=password_changed", token)


def _password_problems(desk: Desk, visit: Visit, old: str, new: str, repeated: str) -> dict[str, str]:
    with reading(desk.engine) as connection:
        account = find_account(connection, visit.member.id)
    if not desk.passwords.matches(account["password_hash"] if account else None, old):
        return {"old": "wrong_old"}
    problem = password_problem(new, repeated, visit.member.name, old)
    return {"repeated" if problem == "not_repeated" else "new": problem} if problem else {}
