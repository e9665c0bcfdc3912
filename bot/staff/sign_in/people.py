"""Accounts, for the administrator: who may sign in and as what. No case and no talk is reachable from here."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from bot.database import transaction
from bot.staff.access import ROLES
from bot.staff.oversight.audit import record
from bot.staff.parts import Desk
from bot.staff.sign_in.accounts import (
    AccountError,
    create_staff,
    find_account,
    give_one_time_password,
    one_time_password,
    set_disabled,
)
from bot.staff.web import Answer, Page, Redirect, Visit
from bot.tables import staff

FIELD_OF = {"no_name": "name", "taken": "name", "no_alias": "alias", "no_role": "role", "no_service": "services"}


def show_people(desk: Desk, visit: Visit) -> Answer:
    """Everybody, and a form for one more."""
    return _people_page(desk, visit, {"notice": visit.query.one("klart")})


def add_person(desk: Desk, visit: Visit) -> Answer:
    """Make an account; its one-time password is shown in this answer and never again."""
    name, alias, role = (visit.form.one(field) for field in ("name", "alias", "role"))
    services = [service for service in visit.form.all("services") if service in desk.words.all("service")]
    password = one_time_password()
    try:
        with transaction(desk.engine) as connection:
            made = create_staff(connection, name, alias, role, services, password, visit.now, desk.passwords)
            record(connection, visit.member.id, "create_staff", visit.now, detail={"person": made, "role": role})
    except AccountError as error:
        code = "taken_name" if error.code == "taken" else error.code
        return _people_page(desk, visit, {"typed": visit.form}, {FIELD_OF[error.code]: code})
    return Page("one_time_password.html", {"alias": alias, "password": password})


def reset_password(desk: Desk, visit: Visit) -> Answer:
    """A new one-time password for somebody else; one's own is changed on one's own page."""
    with transaction(desk.engine) as connection:
        person = find_account(connection, visit.params["person"])
        if person is None or person["id"] == visit.member.id or person["subject"]:
            return Page("gone.html", status=404)
        password = give_one_time_password(connection, desk.passwords, person["id"], visit.member, visit.now)
    return Page("one_time_password.html", {"alias": person["alias"], "password": password})


def close_account(desk: Desk, visit: Visit) -> Answer:
    """Nobody can sign in with it any more; open sessions end at once."""
    return _set_disabled(desk, visit, disabled=True)


def open_account(desk: Desk, visit: Visit) -> Answer:
    """Open a closed account again."""
    return _set_disabled(desk, visit, disabled=False)


def _set_disabled(desk: Desk, visit: Visit, disabled: bool) -> Answer:
    with transaction(desk.engine) as connection:
        person = find_account(connection, visit.params["person"])
        # Not one's own: else the last administrator could shut everybody out with one click.
        if person is None or person["id"] == visit.member.id:
            return Page("gone.html", status=404)
        set_disabled(connection, person["id"], disabled, visit.member, visit.now)
    return Redirect(f"/personal?klart={'account_closed' if disabled else 'account_opened'}")


def _people_page(desk: Desk, visit: Visit, values: dict[str, Any], problems: dict[str, str] | None = None) -> Page:
    everybody = select(staff).order_by(staff.c.disabled_at.is_not(None), staff.c.alias)
    with transaction(desk.engine) as connection:
        people = list(connection.execute(everybody).mappings())
        record(connection, visit.member.id, "read_people", visit.now)
    shown = {"people": people, "roles": ROLES, **values}
    return Page("people.html", shown, 422 if problems else 200, problems or {})
