"""The addresses of the city's sign-in: off to the provider, back again, and what is said when it comes to nothing."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from bot.database import transaction
from bot.staff.sign_in.city import open_attempt, seal_attempt, welcome
from bot.staff.sign_in.provider import ProviderError
from bot.staff.sign_in.sessions import open_session
from bot.staff.web import Answer, Page, Redirect, Visit

if TYPE_CHECKING:
    from bot.staff.parts import Desk

START_PATH = "/logga-in/staden"
STATUS = {"city_away": 503, "city_failed": 401}
logger = logging.getLogger(__name__)


def sign_in_page(desk: Desk, name: str = "", problems: dict[str, str] | None = None, status: int = 200) -> Page:
    """The sign-in page with the ways that the settings leave open."""
    ways = {"city": desk.city is not None, "local": desk.local_sign_in, "break_glass": bool(desk.break_glass)}
    return Page("sign_in.html", {"name": name, **ways}, status, problems or {})


def begin_city(desk: Desk, visit: Visit) -> Answer:
    """Off to the city's sign-in. What the answer has to match goes along in a sealed cookie, not in the database."""
    if desk.city is None:
        return Page("gone.html", status=404)
    try:
        attempt, address = desk.city.provider.begin(visit.now)
    except ProviderError as error:
        return _failed(desk, error)
    return Redirect(address, attempt=seal_attempt(attempt, desk.encryption_keys, visit.now))


def finish_city(desk: Desk, visit: Visit) -> Answer:
    """Back from it. The answer is a page, not a redirect: only then does the browser send the new session's cookie."""
    if desk.city is None:
        return Page("gone.html", status=404)
    attempt = open_attempt(visit.attempt, visit.query.one("state"), desk.encryption_keys, visit.now)
    code, issuer = visit.query.one("code"), visit.query.one("iss")
    if attempt is None or not code or issuer not in ("", desk.city.provider.issuer):
        return _failed(desk, ProviderError("city_failed"))
    try:
        claims = desk.city.provider.finish(attempt, code, visit.now)
    except ProviderError as error:
        return _failed(desk, error)
    with transaction(desk.engine) as connection:
        staff_id = welcome(connection, desk.city, claims, visit.now)
        if staff_id is None:
            return Page("city_no_role.html", status=403, attempt="")
        token = open_session(connection, staff_id, desk.hash_key, visit.now, through="city")
    return Page("city_signed_in.html", cookie=token, attempt="")


def _failed(desk: Desk, error: ProviderError) -> Page:
    """The reason goes into the log of the process, as a kind of error; the person is told what can be done."""
    logger.warning("sign-in through the city failed: %s, %s", error.code, type(error.__cause__).__name__)
    page = sign_in_page(desk, problems={"city": error.code}, status=STATUS[error.code])
    return Page(page.template, page.values, page.status, page.problems, attempt="")
