"""The cases of one's own services that are over: found by reference and service, the latest first."""

from __future__ import annotations

from urllib.parse import urlencode

from bot.database import transaction
from bot.handover.queue import PAGE_LENGTH, find_over
from bot.staff.casework.queue import read_page
from bot.staff.oversight.audit import record
from bot.staff.parts import Desk
from bot.staff.sign_in.accounts import aliases
from bot.staff.web import Answer, Page, Visit

FIELDS = ("arende", "verksamhet")


def show_over(desk: Desk, visit: Visit) -> Answer:
    """A page of the list. What was looked for is recorded: a search is a reading, too."""
    mine, asked, page = visit.member.services, visit.query.one("verksamhet"), read_page(visit.query)
    used = {name: visit.query.one(name) for name in FIELDS if visit.query.one(name)}
    services = (asked,) if asked in mine else mine
    with transaction(desk.engine) as connection:
        found = find_over(connection, services, as_reference(visit.query.one("arende")), page)
        names = aliases(connection)
        record(connection, visit.member.id, "list_over", visit.now, detail=used)
    values = {
        "cases": found[:PAGE_LENGTH],
        "people": names,
        "used": used,
        "page": page,
        "newer": _link(used, page - 1) if page > 1 else None,
        "older": _link(used, page + 1) if len(found) > PAGE_LENGTH else None,
    }
    return Page("over.html", values)


def as_reference(typed: str) -> str:
    """A reference, or its beginning, as it is stored, however it was typed: "abc def" → "ABC-DEF"."""
    letters = "".join(character for character in typed.upper() if character.isalnum())
    return f"{letters[:3]}-{letters[3:]}" if len(letters) > 3 else letters


def _link(used: dict[str, str], page: int) -> str:
    return "/arenden/avslutade?" + urlencode({**used, "sida": page})
