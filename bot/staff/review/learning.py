"""The pages of examples: a reviewer writes one after a message, an editor approves it without seeing the message."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.engine import Connection

from bot.database import transaction
from bot.routing.sensitive import SENSITIVE_NEEDS
from bot.staff.oversight.audit import record
from bot.staff.parts import Desk
from bot.staff.review import examples
from bot.staff.review.unsure import has_reason
from bot.staff.web import Answer, Page, Redirect, Visit

LONGEST_WHY = 300


def show_examples(desk: Desk, visit: Visit) -> Answer:
    """Messages to write after; with `?kansliga=1` those of sensitive talks, while a stated reason holds."""
    with transaction(desk.engine) as connection:
        return _page(desk, connection, visit, bool(visit.query.one("kansliga")))


def write_example(desk: Desk, visit: Visit) -> Answer:
    """Keep one for the editor, or note that there is nothing to write."""
    form = visit.form
    text, style = examples.on_one_line(form.one("text")), form.one("style")
    message_id = form.number("message")
    with transaction(desk.engine) as connection:
        message = examples.find_waiting(connection, message_id)
        if message is None or message["example"]:
            return Redirect("/exempel?klart=example_gone")
        sensitive = message["sensitive"] or message["label"] in SENSITIVE_NEEDS
        back = f"/exempel?{'kansliga=1&' if sensitive else ''}klart="
        if sensitive and not has_reason(connection, visit):
            return Redirect("/osakra?kansliga=1")
        if form.one("skip"):
            examples.settle(connection, message, "skipped")
            return Redirect(f"{back}example_skipped")
        problem = examples.example_problem(text, message["text"], desk.training_consent)
        if problem:
            return _page(desk, connection, visit, sensitive, {f"text-{message_id}": problem})
        known = style if style in examples.STYLES else examples.STYLES[0]
        why = form.one("why")[:LONGEST_WHY]
        made = examples.propose(connection, message, text, known, why, visit.member.id, visit.now)
        record(connection, visit.member.id, "write_example", visit.now, detail={"example": made})
    return Redirect(f"{back}example_written")


def show_proposed(desk: Desk, visit: Visit) -> Answer:
    """What waits for an editor, and what the command refused."""
    with transaction(desk.engine) as connection:
        record(connection, visit.member.id, "list_examples", visit.now)
        values = {
            "proposed": examples.listed(connection, examples.PROPOSED),
            "approved": examples.listed(connection, examples.APPROVED),
            "refused": [e for e in examples.listed(connection, examples.REFUSED) if e["refusal"] != "staff"],
            "notice": visit.query.one("klart"),
        }
    return Page("examples_editor.html", values)


def decide_example(desk: Desk, visit: Visit) -> Answer:
    """Approve or refuse one."""
    approve, example = visit.form.one("to") == "approve", visit.params["example"]
    if visit.form.one("to") not in ("approve", "refuse"):
        return Redirect("/godkann")
    with transaction(desk.engine) as connection:
        changed = examples.decide(connection, example, approve, visit.member.id, visit.now)
        if changed:
            act = "approve_example" if approve else "refuse_example"
            record(connection, visit.member.id, act, visit.now, detail={"example": example})
    done = ("example_approved" if approve else "example_refused") if changed else "example_gone"
    return Redirect(f"/godkann?klart={done}")


def _page(
    desk: Desk, connection: Connection, visit: Visit, sensitive: bool, problems: Mapping[str, str] | None = None
) -> Page:
    if sensitive and not has_reason(connection, visit):
        return Page("unsure_reason.html", {"reason": ""})
    found = examples.waiting_messages(connection, sensitive)
    shown = ", ".join(str(row["message_id"]) for row in found)
    action = "read_sensitive_messages" if sensitive else "read_messages"
    record(connection, visit.member.id, action, visit.now, detail={"message": shown} if shown else {})
    values = {
        "found": found,
        "sensitive": sensitive,
        "styles": examples.STYLES,
        "consent": desk.training_consent,
        "typed": visit.form,
        "notice": visit.query.one("klart"),
    }
    return Page("examples.html", values, 422 if problems else 200, problems or {})
