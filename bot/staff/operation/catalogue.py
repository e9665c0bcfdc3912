"""The state of the catalogue, for editors: what is unconfirmed, expired or unknown, and confirming by name and day.

Values are changed in services.yml, never here: a value that nobody has looked at twice shall not reach residents by a
slip of the hand.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.engine import Connection

from bot.database import transaction
from bot.routing.catalogue import Catalogue
from bot.routing.confirmations import (
    NAME_LENGTH,
    Confirmation,
    ConfirmationError,
    check_days,
    confirm,
    hash_value,
    overlay,
    read_confirmations,
    withdraw,
)
from bot.routing.facts import Fact
from bot.routing.status import STANDINGS, EntryStatus, FactStatus, statuses
from bot.staff.oversight.audit import record
from bot.staff.parts import Desk
from bot.staff.sign_in.accounts import aliases
from bot.staff.times import in_stockholm
from bot.staff.web import Answer, Page, Redirect, Visit

USUAL = timedelta(days=180)
PATH = "/katalog"


def show_catalogue(desk: Desk, visit: Visit) -> Answer:
    """Every entry with how many of its facts stand how; narrowed by standing and by service."""
    standing, service = visit.query.one("lage"), visit.query.one("verksamhet")
    with transaction(desk.engine) as connection:
        catalogue = _now(desk, connection)
        record(connection, visit.member.id, "read_catalogue", visit.now)
    everything = statuses(catalogue, _today(visit))
    chosen = standing if standing in STANDINGS else ""
    shown = [s for s in everything if (not service or service in s.services) and (not chosen or _has(s, chosen))]
    counts = {each: sum(entry.count(each) for entry in everything) for each in STANDINGS}
    services = {id_: entry.name for id_, entry in catalogue.services.items()}
    values = {"entries": shown, "counts": counts, "standing": chosen, "service": service, "services": services}
    return Page("catalogue.html", {**values, "standings": STANDINGS})


def show_entry(desk: Desk, visit: Visit) -> Answer:
    """The facts of one service or line, each with its source."""
    with transaction(desk.engine) as connection:
        catalogue = _now(desk, connection)
        made = {c.field: c for c in read_confirmations(connection) if c.entry == visit.params["entry"]}
        names = aliases(connection)
        record(connection, visit.member.id, "read_catalogue", visit.now, detail={"entry": visit.params["entry"][:40]})
    entry = _entry(catalogue, visit)
    if entry is None:
        return Page("gone.html", status=404)
    values = {"entry": entry, "made": made, "people": names, "notice": visit.query.one("klart")}
    return Page("catalogue_entry.html", {**values, "worded": catalogue.worded})


def show_fact(desk: Desk, visit: Visit) -> Answer:
    """One fact, and the form to confirm it."""
    return _fact_page(desk, visit)


def confirm_fact(desk: Desk, visit: Visit) -> Answer:
    """Confirm it, if it is still the value that the person saw and no colleague was quicker."""
    try:
        with transaction(desk.engine) as connection:
            found = _fact(_now(desk, connection), visit)
            if found is None or found.fact is None:
                return Page("gone.html", status=404)
            wanted = _read_form(visit, found.fact)
            confirm(connection, wanted, _seen(visit))
            detail = {"entry": wanted.entry, "field": wanted.field, "confirmer": wanted.confirmed_by}
            record(connection, visit.member.id, "confirm_fact", visit.now, detail=detail)
    except ConfirmationError as error:
        return _fact_page(desk, visit, {error.field: error.code})
    return Redirect(f"{PATH}/{wanted.entry}?klart=fact_confirmed#{wanted.field}")


def undo_fact(desk: Desk, visit: Visit) -> Answer:
    """Take a confirmation back: in live the fact is no longer shown."""
    entry, field = visit.params["entry"], visit.params["field"]
    with transaction(desk.engine) as connection:
        if not withdraw(connection, entry, field, _seen(visit)):
            gone = True
        else:
            gone = False
            detail = {"entry": entry, "field": field}
            record(connection, visit.member.id, "withdraw_fact", visit.now, detail=detail)
    if gone:
        return _fact_page(desk, visit, {"case": "colleague"})
    return Redirect(f"{PATH}/{entry}?klart=fact_withdrawn#{field}")


def _fact_page(desk: Desk, visit: Visit, problems: dict[str, str] | None = None) -> Page:
    with transaction(desk.engine) as connection:
        catalogue = _now(desk, connection)
        here = (visit.params["entry"], visit.params["field"])
        made = next((c for c in read_confirmations(connection) if (c.entry, c.field) == here), None)
        names = aliases(connection)
    entry, status = _entry(catalogue, visit), _fact(catalogue, visit)
    if entry is None or status is None or status.fact is None:
        return Page("gone.html", status=404)
    today = _today(visit)
    values: dict[str, Any] = {
        "entry": entry,
        "status": status,
        "said": catalogue.worded(status.fact),
        "hash": hash_value(entry.id, status.field, status.fact),
        "made": made,
        "people": names,
        "typed": visit.form,
        "today": today.isoformat(),
        "until": (today + USUAL).isoformat(),
    }
    return Page("catalogue_fact.html", values, 422 if problems else 200, problems or {})


def _read_form(visit: Visit, fact: Fact[Any]) -> Confirmation:
    entry, field = visit.params["entry"], visit.params["field"]
    if visit.form.one("value") != hash_value(entry, field, fact):
        raise ConfirmationError("case", "value_changed")
    name = " ".join(visit.form.one("confirmed_by").split())
    if not name or len(name) > NAME_LENGTH:
        raise ConfirmationError("confirmed_by", "no_confirmer")
    days = [_day(visit.form.one(each)) for each in ("confirmed_on", "expires_on")]
    check_days(fact, days[0], days[1], _today(visit))
    on, until = (day for day in days if day is not None)
    return Confirmation(entry, field, visit.form.one("value"), name, on, until, visit.member.id, visit.now)


def _now(desk: Desk, connection: Connection) -> Catalogue:
    """The file with what is confirmed at this moment."""
    return overlay(desk.catalogue, read_confirmations(connection))


def _entry(catalogue: Catalogue, visit: Visit) -> EntryStatus | None:
    return next((s for s in statuses(catalogue, _today(visit)) if s.id == visit.params["entry"]), None)


def _fact(catalogue: Catalogue, visit: Visit) -> FactStatus | None:
    entry = _entry(catalogue, visit)
    return next((fact for fact in entry.facts if fact.field == visit.params["field"]), None) if entry else None


def _has(entry: EntryStatus, standing: str) -> bool:
    return any(fact.standing == standing for fact in entry.facts)


def _seen(visit: Visit) -> datetime | None:
    """The confirmation that the person saw, by the moment it was made."""
    try:
        seen = datetime.fromisoformat(visit.form.one("seen"))
    except ValueError:
        return None
    return seen if seen.tzinfo else None


def _day(typed: str) -> date | None:
    try:
        return datetime.strptime(typed, "%Y-%m-%d").date()
    except ValueError:
        return None


def _today(visit: Visit) -> date:
    return in_stockholm(visit.now).date()
