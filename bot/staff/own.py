"""The pages that everybody has: sign in, sign out, the start page, one's own password."""

from __future__ import annotations

from bot.database import reading, transaction
from bot.staff import access, alarms
from bot.staff.accounts import change_password, find_account, sign_in
from bot.staff.audit import record
from bot.staff.parts import Desk
from bot.staff.passwords import password_problem
from bot.staff.sessions import end_session, open_session
from bot.staff.web import Answer, Page, Redirect, Visit

PASSWORD_PATH = "/losenord"
STARTS = (
    (access.CASES, "/arenden"),
    (access.CONVERSATIONS, "/samtal"),
    (access.PEOPLE, "/personal"),
    (access.AUDIT, "/logg"),
    (access.EXAMPLES, "/godkann"),
)


def show_sign_in(_desk: Desk, visit: Visit) -> Answer:
    """The form; whoever is signed in already goes on."""
    if visit.session:
        return Redirect("/")
    return Page("sign_in.html", {"notice": visit.query.one("klart")})


def do_sign_in(desk: Desk, visit: Visit) -> Answer:
    """A new session on success; a session that the browser had before is never taken over."""
    name, password = visit.form.one("name"), visit.form.one("password")
    member = sign_in(desk.engine, desk.passwords, name, password, visit.now)
    if member is None:
        return Page("sign_in.html", {"name": name}, 401, {"name": "wrong_sign_in"})
    with transaction(desk.engine) as connection:
        token = open_session(connection, member.id, desk.hash_key, visit.now)
    return Redirect(PASSWORD_PATH if member.must_change_password else "/", token)


def do_sign_out(desk: Desk, visit: Visit) -> Answer:
    """End the session here and in the database."""
    with transaction(desk.engine) as connection:
        if visit.session:
            end_session(connection, visit.session)
        record(connection, visit.member.id, "sign_out", visit.now)
    return Redirect("/logga-in?klart=signed_out", "")


def show_start(desk: Desk, visit: Visit) -> Answer:
    """To an alarm that nobody has dealt with, else to the first page of the role; a role that has none is told so."""
    if visit.member.holds(access.ALARMS) and alarms.waiting(desk):
        return Redirect("/larm")
    for permission, path in STARTS:
        if visit.member.holds(permission):
            return Redirect(path)
    return Page("start.html")


def show_password(_desk: Desk, visit: Visit) -> Answer:
    """The form to change one's password."""
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
