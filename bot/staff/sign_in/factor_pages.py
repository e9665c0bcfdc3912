"""The pages of the second step: the code at sign-in, enrolling an app, recovery codes, another phone."""

from __future__ import annotations

from bot.database import transaction
from bot.staff.parts import Desk
from bot.staff.sign_in import second_factor
from bot.staff.sign_in.accounts import find_account
from bot.staff.sign_in.codes import in_groups, picture
from bot.staff.sign_in.sessions import end_session, open_session
from bot.staff.web import Answer, Page, Redirect, Visit, signed_in_session

CODE_PATH = "/kod"
FACTOR_PATH = "/andra-steget"


def show_code(_desk: Desk, visit: Visit) -> Answer:
    """The form for the code; whoever has got past it goes on."""
    return Page("code.html") if signed_in_session(visit).stage == "code" else Redirect("/")


def do_code(desk: Desk, visit: Visit) -> Answer:
    """The right code ends the half session and begins a whole one."""
    session = signed_in_session(visit)
    if session.stage != "code":
        return Redirect("/")
    if not _is_right(desk, visit):
        return Page("code.html", {}, 401, {"code": "wrong_code"})
    with transaction(desk.engine) as connection:
        end_session(connection, session)
        token = open_session(connection, visit.member.id, desk.hash_key, visit.now)
        left = second_factor.codes_left(connection, visit.member.id)
    return Redirect(f"{FACTOR_PATH}?klart=few_codes" if left < second_factor.FEW else "/", token)


def show_factor(desk: Desk, visit: Visit) -> Answer:
    """Enrol an app, or how the second step stands."""
    session = signed_in_session(visit)
    with transaction(desk.engine) as connection:
        if session.through == "city":
            return Page("gone.html", status=404)
        if second_factor.may_enrol(connection, session):
            secret = second_factor.pending_secret(connection, session, desk.encryption_keys)
            return _enrol_page(desk, visit, secret)
    return _state_page(desk, visit)


def do_factor(desk: Desk, visit: Visit) -> Answer:
    """The first code from the app makes it the second factor; the recovery codes are shown in this answer alone."""
    session, keys = signed_in_session(visit), desk.encryption_keys
    with transaction(desk.engine) as connection:
        if session.through == "city" or not second_factor.may_enrol(connection, session):
            return Redirect(FACTOR_PATH)
        secret = second_factor.pending_secret(connection, session, keys)
        if not second_factor.enrol(connection, session, visit.form.one("code"), keys, visit.now):
            return _enrol_page(desk, visit, secret, {"code": "wrong_first_code"})
    return _codes_page(desk, visit)


def new_codes(desk: Desk, visit: Visit) -> Answer:
    """Ten new recovery codes, against a code of the app or one of the old ones."""
    if not _is_right(desk, visit):
        return _state_page(desk, visit, {"code": "wrong_code"})
    return _codes_page(desk, visit)


def change_app(desk: Desk, visit: Visit) -> Answer:
    """Another phone: a code of the old one, or a recovery code, opens the way; the old one counts until then."""
    if not _is_right(desk, visit):
        return _state_page(desk, visit, {"old_code": "wrong_code"})
    with transaction(desk.engine) as connection:
        second_factor.pending_secret(connection, signed_in_session(visit), desk.encryption_keys)
    return Redirect(FACTOR_PATH)


def reset_factor(desk: Desk, visit: Visit) -> Answer:
    """For somebody else who has lost phone and codes; not one's own, or a stolen session could do it."""
    with transaction(desk.engine) as connection:
        person = find_account(connection, visit.params["person"])
        if person is None or person["id"] == visit.member.id or person["second_factor_at"] is None:
            return Page("gone.html", status=404)
        second_factor.forget(connection, person["id"], visit.member, visit.now)
    return Redirect("/personal?klart=factor_reset")


def _is_right(desk: Desk, visit: Visit) -> bool:
    code = visit.form.one("code") or visit.form.one("old_code")
    if not visit.member.has_second_factor:
        return False
    return second_factor.check_code(desk.engine, desk.passwords, visit.member, code, desk.encryption_keys, visit.now)


def _enrol_page(desk: Desk, visit: Visit, secret: str, problems: dict[str, str] | None = None) -> Page:
    values = {
        "picture": picture(secret, visit.member.name),
        "secret": in_groups(secret),
        "required": desk.second_factor_required,
        "again": visit.member.has_second_factor,
    }
    return Page("enrol.html", values, 422 if problems else 200, problems or {})


def _codes_page(desk: Desk, visit: Visit) -> Page:
    with transaction(desk.engine) as connection:
        codes = second_factor.give_recovery_codes(connection, desk.passwords, visit.member.id, visit.now)
    return Page("recovery_codes.html", {"codes": codes})


def _state_page(desk: Desk, visit: Visit, problems: dict[str, str] | None = None) -> Page:
    with transaction(desk.engine) as connection:
        account = find_account(connection, visit.member.id)
        left = second_factor.codes_left(connection, visit.member.id)
    since = account["second_factor_at"] if account else None
    values = {"since": since, "left": left, "notice": visit.query.one("klart")}
    return Page("factor.html", values, 422 if problems else 200, problems or {})
