"""The same talk as plain forms, without script: each answer is a whole page, the token stands in a hidden field."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from sqlalchemy.exc import SQLAlchemyError

from bot.chat.callers import Caller, live_session, unstored
from bot.chat.degraded import degraded_drafts
from bot.chat.own_case.callback import RefusedContact
from bot.chat.own_case.sharing import NOTHING, read_preview
from bot.chat.parts import Parts
from bot.chat.session import LONGEST_TOKEN, was_said_before
from bot.chat.web import door
from bot.chat.web.case_page import CasePage
from bot.chat.web.incoming import BODY_LIMIT_BYTES, Refused
from bot.chat.web.pages import COPY_NAME, newest_answer
from bot.chat.web.problems import messages_of
from bot.chat.web.views import said_only
from bot.chat.whole_talk import NOTHING_SAID, Talk, read_talk

Form = Mapping[str, str]
# What is done with a case only after the person has read what happens.
ASKED_FIRST = ("withdraw", "stop", "revoke")


@dataclass(frozen=True)
class Html:
    """A page to send; with a `file_name` it is plain text that the browser puts away instead of showing."""

    body: str
    status: int = 200
    file_name: str = ""
    retry_after: int | None = None


async def first_page(parts: Parts, language: str, text: str = "") -> Html:
    """The chat before anything was said: no session is made until there is something to keep."""
    return Html(await _chat(parts, Caller("", "", language), text=text))


async def post_chat(parts: Parts, caller: Caller, form: Form) -> Html:
    """A message, a choice, or only coming back to the talk; by `keep` nothing is sent, the text stays in the box."""
    if form.get("keep"):
        return await _kept(parts, caller, form)
    fields = {name: form[name] for name in ("id", "choice") if form.get(name)}
    if "choice" not in fields and "text" in form:
        fields["text"] = form["text"]
    renewed = False
    try:
        caller, renewed = await _with_session(parts, caller, form.get("id", ""))
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


async def post_feedback(parts: Parts, caller: Caller, form: Form) -> Html:
    """Whether the newest answer helped."""
    try:
        await door.judge(parts, caller, form)
    except Refused as refused:
        return await _refused(parts, caller, refused, {})
    return await _talk(parts, caller)


async def post_copy(parts: Parts, caller: Caller, form: Form) -> Html:  # noqa: ARG001
    """What was said as a text file: masked, without the receipt. Not of a talk that others must not see."""
    try:
        talk = await read_talk(parts, caller)
    except Refused as refused:
        return _problem(parts, caller, refused)
    if talk.sensitive:
        return await _refused(parts, caller, Refused(403, "no_copy"), {})
    return Html(_render(parts, caller, "copy.txt", messages=talk.messages), file_name=COPY_NAME)


async def simple_page(parts: Parts, caller: Caller, template: str) -> Html:
    """A page of text beside the talk; the exit is as prominent on it as in the talk."""
    strong = False
    if caller.token:
        with suppress(Refused):
            strong = (await read_talk(parts, caller, shown=False)).sensitive
    return Html(_render(parts, caller, template, token=caller.token[:LONGEST_TOKEN], strong=strong))


async def post_delete(parts: Parts, caller: Caller, form: Form) -> Html:
    """Ask first, saying what goes and what stays; then do it."""
    try:
        if form.get("confirm"):
            remains = await door.forget(parts, caller)
            return Html(_render(parts, caller, "deleted.html", remains=remains))
        talk = await read_talk(parts, caller, shown=False)
    except Refused as refused:
        return _problem(parts, caller, refused)
    values = {"token": caller.token, "remains": talk.has_case, "strong": talk.sensitive}
    return Html(_render(parts, caller, "delete.html", **values))


async def post_case(parts: Parts, caller: Caller, form: Form) -> Html:
    """ "Ditt ärende": what stands there; an act is asked about first, saying what happens, and then done."""
    act, done = form.get("act", ""), ""
    try:
        page = await door.show_cases(parts, caller)
        if act in ASKED_FIRST and not form.get("confirm"):
            asked = {"act": act, "number": form.get("number", "")[:3], **_of(page, caller)}
            return Html(_render(parts, caller, "case_act.html", **asked))
        if act:
            done = await door.change_case(parts, caller, form)
            if done == "revoked" and page.with_code:
                return Html(_render(parts, caller, "code_revoked.html"))
            page = await door.show_cases(parts, caller)
    except Refused as refused:
        return await _refused_case(parts, caller, refused)
    return Html(_render(parts, caller, "case.html", done=done, error=None, **_of(page, caller)))


async def post_receipt(parts: Parts, caller: Caller, form: Form) -> Html:
    """The sixteen digits: the thread of the case, or the form again with what is wrong."""
    try:
        session, _ = await door.use_receipt(parts, caller, form.get("code", ""))
    except Refused as refused:
        messages = messages_of(parts, refused, caller.language)
        page = _render(parts, caller, "receipt.html", messages=messages, code=form.get("code", "")[:40])
        return Html(page, refused.status, retry_after=refused.retry_after)
    return await _talk(parts, replace(caller, token=session.token), status="came_back")


def _of(page: CasePage, caller: Caller) -> dict[str, object]:
    return {"page": page, "token": caller.token, "strong": True}


async def _refused_case(parts: Parts, caller: Caller, refused: Refused) -> Html:
    """The page as it stands now, with what went wrong."""
    try:
        page = await door.show_cases(parts, caller)
    except Refused:
        return _problem(parts, caller, refused)
    error = messages_of(parts, refused, caller.language)
    body = _render(parts, caller, "case.html", done="", error=error, **_of(page, caller))
    return Html(body, refused.status, retry_after=refused.retry_after)


async def _kept(parts: Parts, caller: Caller, form: Form) -> Html:
    text = form.get("text", "")[:BODY_LIMIT_BYTES]
    page = await _talk(parts, caller, text=text)
    return page if page.status == 200 else await first_page(parts, caller.language, text)


async def _chat(parts: Parts, caller: Caller, talk: Talk = NOTHING_SAID, /, **values: object) -> str:
    """The chat page for the caller: in their language, with the talk so far."""
    at, language = parts.clock(), parts.languages[caller.language]
    offline = degraded_drafts("", None, parts.catalogue, language.sentences, at, "utter_door_offline")
    welcome = [] if talk.with_staff else await door.welcome(parts, caller.language)
    form = values.get("form", any(message["form"] for message in newest_answer(talk.messages)))
    preview = await read_preview(parts, caller) if form and not talk.with_staff else NOTHING
    known = {"sensitive": talk.sensitive, "has_case": talk.has_case, "company": talk.company, "preview": preview}
    shown = {**known, **values}
    return parts.pages.chat(language, welcome, said_only(parts, offline, at), caller.token, talk.messages, **shown)


def _render(parts: Parts, caller: Caller, template: str, **values: object) -> str:
    return parts.pages.render(template, parts.languages[caller.language], **values)


async def _with_session(parts: Parts, caller: Caller, said_id: str) -> tuple[Caller, bool]:
    """The caller with a live session, and whether an old one had died: words that were typed are not thrown away.

    Unless they were sent already, in a talk that is over: then the browser has sent an old form again, and whoever sits
    there now may be another.
    """
    if caller.token:
        try:
            await live_session(parts, caller)
            return caller, False
        except Refused as refused:
            if refused.status != 401:
                raise
    if await _said_before(parts, said_id):
        raise Refused(401, "no_session")
    session = await door.open_conversation(parts, caller)
    return replace(caller, token=session.token), bool(caller.token)


async def _said_before(parts: Parts, said_id: str) -> bool:
    try:
        return await parts.read(lambda connection: was_said_before(connection, said_id, parts.idle, parts.clock()))
    except SQLAlchemyError as error:
        raise unstored("look for a message", error) from error


async def _talk(parts: Parts, caller: Caller, **values: object) -> Html:
    try:
        talk = await read_talk(parts, caller)
    except Refused as refused:
        return _problem(parts, caller, refused)
    return Html(await _chat(parts, caller, talk, **values))


async def _refused(parts: Parts, caller: Caller, refused: Refused, form: Form) -> Html:
    """The talk as it stands, what went wrong, and the words still in the box: nothing is typed twice."""
    refused.text = refused.text or form.get("text", "")
    messages = messages_of(parts, refused, caller.language)
    # After the end of a talk nothing of it is shown: the form may have been sent by somebody else's Back button.
    text = "" if refused.status == 401 else form.get("text", "")
    values: dict[str, object] = {"error": messages, "text": text}
    values |= {"next_id": form["id"]} if form.get("id") else {}
    if caller.token and refused.status != 401:
        page = await _talk(parts, caller, **values)
        if page.status == 200:
            return replace(page, status=refused.status, retry_after=refused.retry_after)
    body = await _chat(parts, replace(caller, token=""), **values)
    return Html(body, refused.status, retry_after=refused.retry_after)


async def _wrong_contact(parts: Parts, caller: Caller, refused: RefusedContact, form: Form) -> Html:
    wrong = {"field": refused.field, "text": messages_of(parts, refused, caller.language)[-1]["text"]}
    page = await _talk(parts, caller, form=True, contact=form, contact_error=wrong, next_id=form.get("id", ""))
    return replace(page, status=refused.status if page.status == 200 else page.status)


def _problem(parts: Parts, caller: Caller, refused: Refused) -> Html:
    page = _render(parts, caller, "problem.html", messages=messages_of(parts, refused, caller.language))
    return Html(page, refused.status, retry_after=refused.retry_after)
