"""The one way in: who is asking, may they, does the form come from us; then the page; then what it becomes on failure.

Every request of every route goes through `answer`, in this order, so that no page can forget a check.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.database import reading, transaction
from bot.staff import access
from bot.staff.casework.cases import NotYoursError
from bot.staff.oversight.audit import record
from bot.staff.parts import Desk
from bot.staff.routes import BEFORE_AN_APP, BEFORE_OWN_PASSWORD, BEFORE_THE_CODE, Route
from bot.staff.sign_in.city_pages import sign_in_page
from bot.staff.sign_in.factor_pages import CODE_PATH, FACTOR_PATH
from bot.staff.sign_in.own import PASSWORD_PATH
from bot.staff.sign_in.sessions import Session, find_session, sign_in_token, touch
from bot.staff.web import Answer, Fields, Page, Redirect, Visit

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Call:
    """A request as the framework hands it on. `before` is the cookie of the sign-in page, `cookie` of a session."""

    params: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    form: str = ""
    cookie: str = ""
    before: str = ""
    same_site: bool = False
    attempt: str = ""


@dataclass(frozen=True)
class Answered:
    """The answer, and the visit it belongs to: the frame of the page shows who is signed in."""

    answer: Answer
    visit: Visit


def answer(desk: Desk, route: Route, call: Call, now: datetime) -> Answered:
    """Whatever happens there is an answer, and an error never shows or logs what a person wrote."""
    visit = Visit(now, call.params, Fields.parse(call.query), Fields.parse(call.form), attempt=call.attempt)
    try:
        visit = replace(visit, session=_session(desk, call.cookie, now, route.by_itself))
        visit = replace(visit, token=_token(desk, visit.session, call.before))
        return Answered(_stopped(desk, route, visit, call) or route.handler(desk, visit), visit)
    except NotYoursError as refusal:
        _record_refusal(desk, route, visit, refusal.case_id)
        return Answered(Page("gone.html", status=404), visit)
    except Exception as error:
        log_failure(route.name, error)
        return Answered(Page("error.html", status=500), replace(visit, session=None))


def log_failure(where: str, error: Exception) -> None:
    """The place and the kind of a fault. Never its message: that may hold what a person wrote."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    logger.error("%s failed with %s\n%s", where, type(error).__name__, frames)


def _session(desk: Desk, cookie: str, now: datetime, by_itself: bool) -> Session | None:
    if not cookie:
        return None
    with reading(desk.engine) as connection:
        session = find_session(connection, cookie, desk.hash_key, now)
    if session and session.is_stale(now) and not by_itself:
        with transaction(desk.engine) as connection:
            touch(connection, session, now)
    return session


def _token(desk: Desk, session: Session | None, before: str) -> str:
    if session:
        return session.csrf
    return sign_in_token(before, desk.hash_key) if before else ""


def _stopped(desk: Desk, route: Route, visit: Visit, call: Call) -> Answer | None:
    """What stands in the way of the page, or None: sign in first, not for you, form too old, a step that is left."""
    member = visit.session.member if visit.session else None
    if route.permission != access.OPEN and member is None:
        return _sign_in_first(route, visit, call)
    # Before the role is asked: half a sign-in shall not even learn what is there.
    if visit.session and visit.session.stage == "code" and route.name not in BEFORE_THE_CODE:
        return None if route.permission == access.OPEN else Redirect(CODE_PATH)
    if not access.allowed(member, route.permission):
        _record_refusal(desk, route, visit)
        return Page("refused.html", status=403)
    if route.method == "POST" and not visit.brings_token():
        return _form_too_old(desk, route, visit)
    if visit.session is None or route.permission == access.OPEN:
        return None
    return _step_left(desk, route, visit.session)


def _step_left(desk: Desk, route: Route, session: Session) -> Answer | None:
    """An own password first, then a second factor where the setting asks for one."""
    member = session.member
    if member.must_change_password and session.stage == "full":
        return None if route.name in BEFORE_OWN_PASSWORD else Redirect(PASSWORD_PATH)
    if desk.second_factor_required and session.through == "local" and not member.has_second_factor:
        return None if route.name in BEFORE_AN_APP else Redirect(FACTOR_PATH)
    return None


def _sign_in_first(route: Route, visit: Visit, call: Call) -> Answer:
    """A form that was sent too late gives its text back, so that nothing has to be written again.

    Only to a form of our own: else another page could put words into this one.
    """
    if route.method == "GET":
        return Redirect("/logga-in")
    return Page("signed_out.html", {"text": visit.form.one("text") if call.same_site else ""}, 401)


def _form_too_old(desk: Desk, route: Route, visit: Visit) -> Answer:
    if route.permission == access.OPEN:
        return sign_in_page(desk, visit.form.one("name"), {"name": "bad_form"}, 403)
    return Page("bad_form.html", status=403)


def _record_refusal(desk: Desk, route: Route, visit: Visit, case_id: str | None = None) -> None:
    with transaction(desk.engine) as connection:
        detail = {"route": route.name}
        record(connection, visit.member.id, "refused", visit.now, case_id=case_id, detail=detail)
