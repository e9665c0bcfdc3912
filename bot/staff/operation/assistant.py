"""The off switch of the assistant, for the administrator: how it stands, why, and the form that turns it."""

from __future__ import annotations

from bot.database import reading, transaction
from bot.staff.oversight.audit import record
from bot.staff.parts import Desk
from bot.staff.sign_in.accounts import aliases
from bot.staff.web import Answer, Page, Redirect, Visit
from bot.switch import SwitchError, read_switch, set_switch


def show_assistant(desk: Desk, visit: Visit) -> Answer:
    """How the switch stands, and the form."""
    return _page(desk, visit)


def switch_assistant(desk: Desk, visit: Visit) -> Answer:
    """Turn it. The form says which way: a page that had grown old must not turn back what a colleague has just done."""
    off, comment = visit.form.one("to") != "on", visit.form.one("comment")
    try:
        if not comment:
            raise SwitchError("no_comment")
        with transaction(desk.engine) as connection:
            changed = set_switch(connection, off, comment, visit.member.id, visit.now)
            if changed:
                act = "switch_off" if off else "switch_on"
                record(connection, visit.member.id, act, visit.now, reason=comment)
    except SwitchError as error:
        return _page(desk, visit, {"comment": error.code})
    done = ("switched_off" if off else "switched_on") if changed else "switched_already"
    return Redirect(f"/assistenten?klart={done}")


def _page(desk: Desk, visit: Visit, problems: dict[str, str] | None = None) -> Page:
    with reading(desk.engine) as connection:
        switch, names = read_switch(connection), aliases(connection)
    by = names.get(switch.by) or desk.words.of("who", switch.by)
    values = {"switch": switch, "by": by, "comment": visit.form.one("comment"), "notice": visit.query.one("klart")}
    return Page("assistant.html", values, 422 if problems else 200, problems or {})
