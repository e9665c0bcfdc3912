"""Pieces for the tests of a person and their own case: a talk, its case, the page about it, who is there."""

from __future__ import annotations

from bot.database import transaction
from bot.handover.case import Case, get_case
from bot.handover.passed_on import shared_lines
from bot.staff.words import Words
from bot.tables import cases
from tests.chat.running import Answer, Door
from tests.chat.test_contact import about
from tests.chat.test_forms import parsed


def page_of(door: Door, token: str, **fields: str) -> Answer:
    return door.form("/chatt/arende", token=token, **fields)


def text_of(page: Answer) -> str:
    return " ".join(parsed(page).select_one("main").get_text(" ").split())  # type: ignore[union-attr]


def the_case(door: Door) -> Case:
    newest = door.rows(cases)[-1].id
    with transaction(door.engine) as connection:
        return get_case(connection, newest)


def as_staff_see_it(door: Door) -> str:
    """The talk on the console's page: who said it and what, line for line."""
    case = the_case(door)
    with transaction(door.engine) as connection:
        lines = shared_lines(connection, case)
    names = Words.load({}).all("sender")
    return "\n\n".join(f"{names[line.sender]}: {line.text}" for line in lines)


def a_talk(door: Door) -> str:
    door.rasa.script = about("exit_programme", need="leave_crime", age=19, role="self", district="jarva")
    token = door.open()
    door.say(token, "jag är 19 och vill lämna, ring 070-123 45 67")
    return token


def company(door: Door, token: str) -> str:
    return parsed(door.form("/chatt", token=token)).select_one("#company").get_text()  # type: ignore[union-attr]


def leave_the_page(door: Door, case_id: str) -> None:
    from bot.tables import case_presence

    with transaction(door.engine) as connection:
        connection.execute(case_presence.delete().where(case_presence.c.case_id == case_id))
