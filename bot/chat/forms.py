"""The same talk as plain forms, without script: each answer is a whole page, the token stands in a hidden field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.chat import door
from bot.chat.callback import RefusedContact
from bot.chat.callers import Caller, live_session
from bot.chat.degraded import degraded_drafts
from bot.chat.draft import Message
from bot.chat.incoming import Refused
from bot.chat.parts import Parts
from bot.chat.problems import messages_of
from bot.chat.session import Session
from bot.chat.staffed import case_ids
from bot.chat.transcript import transcript
from bot.chat.views import View, said_only
from bot.handover.thread import messages as thread_messages

Form = Mapping[str, str]


@dataclass(frozen=True)
class Html:
    """A page to send."""

    body: str
    status: int = 200
    retry_after: int | None = None


async def first_page(parts: Parts) -> Html:
    """The chat before anything was said: no session is made until there is something to keep."""
    if await parts.switched.is_off(parts):
        return Html(_chat(parts, "", messages=await door.welcome(parts)))
    return Html(_chat(parts, _welcome(parts)))


async def post_chat(parts: Parts, caller: Caller, form: Form) -> Html:
    """A message, a choice, or only coming back to the talk (from the page about it)."""
    fields = {name: form[name] for name in ("id", "choice") if form.get(name)}
    if "choice" not in fields and "text" in form:
        fields["text"] = form["text"]
    renewed = False
    try:
        caller, renewed = await _with_session(parts, caller)
        if "choice" in fields or "text" in fields:
            await door.say(parts, caller, fields)
    except Refused as refused:
        return await _refused(parts, caller, refused, form)
    return await _talk(parts, caller, status="renewed" if renewed else None)


async def post_contact(parts: Parts, caller: Caller, form: Form) -> Html:
    """The contact form."""
    if form.get("cancel"):
        return await _talk(parts, caller, form=False)
    try:
        await door.leave_contact(parts, caller, form)
    except RefusedContact as refused:
        return await _wrong_contact(parts, caller, refused, form)
    except Refused as refused:
        return await _refused(parts, caller, refused, form)
    return await _talk(parts, caller)


async def post_delete(parts: Parts, caller: Caller, form: Form) -> Html:
    """Ask first, saying what goes and what stays; then do it."""
    try:
        session = await live_session(parts, caller)
        if form.get("confirm"):
            remains = await door.forget(parts, caller)
            return Html(parts.pages.render("deleted.html", remains=remains))
        remains = await parts.read(lambda connection: bool(case_ids(connection, session)))
    except Refused as refused:
        return _problem(parts, refused)
    except SQLAlchemyError:
        return _problem(parts, Refused(503, "degraded"))
    return Html(parts.pages.render("delete.html", token=caller.token, remains=remains))


async def post_receipt(parts: Parts, caller: Caller, form: Form) -> Html:
    """The sixteen digits: the thread of the case, or the form again with what is wrong."""
    try:
        session, messages = await door.use_receipt(parts, caller, form.get("code", ""))
    except Refused as refused:
        page = parts.pages.render("receipt.html", messages=messages_of(parts, refused), code=form.get("code", "")[:40])
        return Html(page, refused.status, refused.retry_after)
    return Html(_chat(parts, "", session.token, messages, status="came_back"))


def _chat(parts: Parts, welcome: str, token: str = "", messages: Sequence[Message] = (), **values: object) -> str:
    at = parts.clock()
    offline = degraded_drafts("", None, parts.catalogue, parts.sentences, at, "utter_door_offline")
    return parts.pages.chat(welcome, said_only(parts, offline, at), token, messages, **values)


def _welcome(parts: Parts) -> str:
    return parts.sentences.text("utter_welcome")


async def _with_session(parts: Parts, caller: Caller) -> tuple[Caller, bool]:
    """The caller with a live session, and whether an old one had died: words that were typed are not thrown away."""
    if caller.token:
        try:
            await live_session(parts, caller)
            return caller, False
        except Refused as refused:
            if refused.status != 401:
                raise
    session = await door.open_conversation(parts, caller)
    return replace(caller, token=session.token), bool(caller.token)


async def _talk(parts: Parts, caller: Caller, **values: object) -> Html:
    try:
        session = await live_session(parts, caller)
        said = await parts.read(lambda connection: _whole_talk(connection, parts, session))
    except Refused as refused:
        return _problem(parts, refused)
    except SQLAlchemyError:
        return _problem(parts, Refused(503, "degraded"))
    welcome = "" if session.case_id else _welcome(parts)
    return Html(_chat(parts, welcome, caller.token, said, **values))


def _whole_talk(connection: Connection, parts: Parts, session: Session) -> list[Message]:
    """Transcript and thread in one row of messages; what was sent to staff stands once."""
    view = View(parts, session, parts.clock())
    rows = [row for row in transcript(connection, session.id) if not (session.case_id and row.sender == "person")]
    thread = [row for case_id in case_ids(connection, session) for row in thread_messages(connection, case_id)]
    written = [row for row in thread if session.case_id or row.sender == "staff"]
    return sorted([*view.stored(connection, rows), *view.thread(written)], key=lambda message: str(message["at"]))


async def _refused(parts: Parts, caller: Caller, refused: Refused, form: Form) -> Html:
    """The talk as it stands, what went wrong, and the words still in the box: nothing is typed twice."""
    refused.text = refused.text or form.get("text", "")
    messages = messages_of(parts, refused)
    values = {"error": messages, "text": form.get("text", ""), **({"next_id": form["id"]} if form.get("id") else {})}
    if caller.token and refused.status != 401:
        page = await _talk(parts, caller, **values)
        if page.status == 200:
            return replace(page, status=refused.status, retry_after=refused.retry_after)
    return Html(_chat(parts, _welcome(parts), "", (), **values), refused.status, refused.retry_after)


async def _wrong_contact(parts: Parts, caller: Caller, refused: RefusedContact, form: Form) -> Html:
    wrong = {"field": refused.field, "text": messages_of(parts, refused)[-1]["text"]}
    page = await _talk(parts, caller, form=True, contact=form, contact_error=wrong, next_id=form.get("id", ""))
    return replace(page, status=refused.status if page.status == 200 else page.status)


def _problem(parts: Parts, refused: Refused) -> Html:
    return Html(
        parts.pages.render("problem.html", messages=messages_of(parts, refused)), refused.status, refused.retry_after
    )
