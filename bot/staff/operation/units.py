"""The off switches of the services, for the administrator: "tar inte emot just nu", with the reason, and on again."""

from __future__ import annotations

from bot.database import reading, transaction
from bot.staff.oversight.audit import record
from bot.staff.parts import Desk
from bot.staff.sign_in.accounts import aliases
from bot.staff.web import Answer, Page, Redirect, Visit
from bot.switch import SwitchError, name_of, services_off, set_switch

PATH = "/assistenten/verksamheter"


def show_units(desk: Desk, visit: Visit) -> Answer:
    """Which services take no cases just now, and the form to switch one off."""
    return _page(desk, visit)


def switch_unit(desk: Desk, visit: Visit) -> Answer:
    """Turn one. As for the assistant, the form says which way, and a comment is asked for both ways."""
    off, comment, service = visit.form.one("to") != "on", visit.form.one("comment"), visit.form.one("service")
    if service not in desk.words.all("service"):
        return _page(desk, visit, {"service": "no_unit"})
    try:
        if not comment:
            raise SwitchError("no_comment")
        with transaction(desk.engine) as connection:
            changed = set_switch(connection, off, comment, visit.member.id, visit.now, name_of(service))
            if changed:
                act, detail = "service_off" if off else "service_on", {"service": service}
                record(connection, visit.member.id, act, visit.now, reason=comment, detail=detail)
    except SwitchError as error:
        return _page(desk, visit, {"comment" if off else f"comment-{service}": error.code})
    done = ("service_off" if off else "service_on") if changed else "switched_already"
    return Redirect(f"{PATH}?klart={done}")


def _page(desk: Desk, visit: Visit, problems: dict[str, str] | None = None) -> Page:
    with reading(desk.engine) as connection:
        off, names = services_off(connection), aliases(connection)
    taking = {id_: name for id_, name in desk.words.all("service").items() if id_ not in off}
    values = {"off": off, "people": names, "taking": taking, "typed": visit.form, "notice": visit.query.one("klart")}
    return Page("units.html", values, 422 if problems else 200, problems or {})
