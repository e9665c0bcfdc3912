"""The chat process's web server: routes, headers, errors. The only file here that knows Sanic.

Each route reads the request, calls one function of `api.py` or `forms.py`, and writes the answer.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sanic import Sanic, response
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.chat.callers import Caller, live_session
from bot.chat.draft import Message
from bot.chat.own_case.callback import RefusedContact
from bot.chat.own_case.news import events
from bot.chat.parts import Parts
from bot.chat.reply import let_finish
from bot.chat.web import api, door, forms
from bot.chat.web.api import Json
from bot.chat.web.calls import place_of, read_body, read_caller, read_form, read_language
from bot.chat.web.forms import Html
from bot.chat.web.headers import security_headers
from bot.chat.web.health import degraded
from bot.chat.web.incoming import BODY_LIMIT_BYTES, Refused
from bot.chat.web.problems import messages_of, with_text
from bot.settings import Settings
from bot.stopping import stop_politely

logger = logging.getLogger(__name__)
HAND_OVERS = ("/api/contact", "/chatt/kontakt")
SIMPLE_PAGES = {
    "/om-chatten": "about.html",
    "/tillganglighet": "accessibility.html",
}


def create_chat_app(settings: Settings, parts: Parts) -> Sanic:
    """The app of one process; nothing runs before the caller starts it."""
    app = Sanic(f"chat_{secrets.token_hex(4)}")
    app.config.update(
        {
            "ACCESS_LOG": False,
            "REQUEST_MAX_SIZE": BODY_LIMIT_BYTES,
            "REQUEST_MAX_HEADER_SIZE": 8_192,
            "REQUEST_TIMEOUT": 15,
            "RESPONSE_TIMEOUT": 30,
            "KEEP_ALIVE_TIMEOUT": 15,
            "FALLBACK_ERROR_FORMAT": "text",
        }
    )
    _add_api(app, parts)
    _add_stream(app, parts)
    _add_pages(app, parts)
    _add_forms(app, parts)
    _add_errors(app, parts)

    @app.middleware("response")  # type: ignore[untyped-decorator]
    async def harden(request: Request, answer: HTTPResponse) -> None:
        answer.headers.update(security_headers(settings, request.path))

    stop_politely(app, settings, parts.stopping)

    @app.listener("after_server_stop")  # type: ignore[untyped-decorator]
    async def close(_app: Sanic, _loop: Any) -> None:
        await let_finish()
        await parts.assistant.close()

    return app


def _add_api(app: Sanic, parts: Parts) -> None:
    def add(method: str, path: str, work: Callable[[Parts, Caller, Mapping[str, Any]], Awaitable[Json]]) -> None:
        async def handle(request: Request) -> HTTPResponse:
            fields = read_body(request) if method == "POST" else {"after": request.args.get("after", "")}
            return _json(await work(parts, read_caller(request, parts), fields))

        app.add_route(handle, path, methods=[method], name=f"api_{work.__name__}")

    add("POST", "/api/conversations", api.open_conversation)
    add("GET", "/api/conversations", api.read_conversation)
    add("DELETE", "/api/conversations", api.forget)
    add("POST", "/api/messages", api.say)
    add("GET", "/api/messages", api.read_news)
    add("POST", "/api/contact", api.leave_contact)
    add("GET", "/api/sharing", api.show_sharing)
    add("POST", "/api/read", api.mark_read)
    add("POST", "/api/feedback", api.judge)
    add("POST", "/api/receipt", api.use_receipt)

    @app.get("/healthz")  # type: ignore[untyped-decorator]
    async def health(_request: Request) -> HTTPResponse:
        away, off = await degraded(parts), await parts.switched.is_off(parts)
        status = "degraded" if away else "off" if off else "ok"
        return _json(Json({"status": status, "degraded": away, "switched_off": off}, 503 if away else 200))

    @app.get("/readyz")  # type: ignore[untyped-decorator]
    async def readiness(_request: Request) -> HTTPResponse:
        # Nothing else is asked: a door without Rasa or a database must stay open, it has the numbers to say.
        ready = not parts.stopping.begun
        return _json(Json({"status": "ready" if ready else "stopping"}, 200 if ready else 503))


def _add_stream(app: Sanic, parts: Parts) -> None:
    @app.get("/api/events")  # type: ignore[untyped-decorator]
    async def stream(request: Request) -> None:
        session = await live_session(parts, read_caller(request, parts))
        parts.streams.open(session.id)
        after = request.headers.get("last-event-id") or request.args.get("after", "")
        try:
            answer = await request.respond(content_type="text/event-stream; charset=utf-8")
            async for event in events(parts, session, after, read_language(request)):
                await answer.send(event)
            await answer.eof()
        finally:
            parts.streams.close(session.id)
            parts.stopping.close_connection(request)


def _add_pages(app: Sanic, parts: Parts) -> None:
    @app.get("/chatt")  # type: ignore[untyped-decorator]
    async def chat(request: Request) -> HTTPResponse:
        return _page(await forms.first_page(parts, read_language(request)))

    @app.get("/kvittens")  # type: ignore[untyped-decorator]
    async def receipt(request: Request) -> HTTPResponse:
        return response.html(_render(request, parts, "receipt.html", messages=[], code=""))

    @app.get("/page/<name:str>")  # type: ignore[untyped-decorator]
    async def asset(request: Request, name: str) -> HTTPResponse:
        return _asset(request, parts, name)

    @app.get("/widget.js")  # type: ignore[untyped-decorator]
    async def widget(request: Request) -> HTTPResponse:
        return _asset(request, parts, "widget.js")

    @app.get("/")  # type: ignore[untyped-decorator]
    async def city(request: Request) -> HTTPResponse:
        return response.html(_render(request, parts, "city.html"))

    for path, template in SIMPLE_PAGES.items():
        _add_simple(app, parts, path, template)


def _add_forms(app: Sanic, parts: Parts) -> None:
    def add(path: str, work: Callable[[Parts, Caller, Mapping[str, str]], Awaitable[Html]]) -> None:
        async def handle(request: Request) -> HTTPResponse:
            form = read_form(request)
            return _page(await work(parts, read_caller(request, parts, form.get("token", "")), form))

        app.add_route(handle, path, methods=["POST"], name=work.__name__)

    add("/chatt", forms.post_chat)
    add("/chatt/kontakt", forms.post_contact)
    add("/chatt/hjalpte", forms.post_feedback)
    add("/chatt/kopia", forms.post_copy)
    add("/chatt/radera", forms.post_delete)
    add("/chatt/arende", forms.post_case)
    add("/kvittens", forms.post_receipt)

    @app.post("/chatt/avsluta")  # type: ignore[untyped-decorator]
    async def leave(request: Request) -> HTTPResponse:
        await door.leave(parts, read_caller(request, parts, read_form(request).get("token", "")))
        return response.redirect(parts.settings.exit_url, status=303)


def _add_errors(app: Sanic, parts: Parts) -> None:
    @app.exception(Refused)  # type: ignore[untyped-decorator]
    async def refused(request: Request, error: Refused) -> HTTPResponse:
        return _refusal(request, parts, error)

    @app.exception(SanicException)  # type: ignore[untyped-decorator]
    async def outside(request: Request, error: SanicException) -> HTTPResponse:
        status = getattr(error, "status_code", 500)
        codes = {404: "not_found", 405: "not_found", 413: "too_big"}
        if status >= 500:
            logger.error("The server gave up on a request: %s", type(error).__name__)
            return _refusal(request, parts, Refused(503, "degraded"))
        return _refusal(request, parts, Refused(status, codes.get(status, "unreadable")))

    @app.exception(Exception)  # type: ignore[untyped-decorator]
    async def unforeseen(request: Request, error: Exception) -> HTTPResponse:
        logger.error("A request failed: %s at %s", type(error).__name__, place_of(error))
        return _refusal(request, parts, Refused(503, "degraded_case" if request.path in HAND_OVERS else "degraded"))


def _refusal(request: Request, parts: Parts, refused: Refused) -> HTTPResponse:
    parts.metrics.refused.labels(str(refused.status)).inc()
    body = request.body if isinstance(request.body, bytes) else b""
    messages = messages_of(parts, with_text(refused, body), read_language(request))
    if not request.path.startswith("/api/"):
        return _wait(_problem_page(request, parts, messages, refused.status), refused.retry_after)
    content = {"error": refused.code, "messages": messages}
    if isinstance(refused, RefusedContact):
        content["field"] = refused.field
    return _wait(_json(Json(content, refused.status)), refused.retry_after)


def _wait(answer: HTTPResponse, seconds: int | None) -> HTTPResponse:
    if seconds:
        answer.headers["Retry-After"] = str(seconds)
    return answer


def _problem_page(request: Request, parts: Parts, messages: list[Message], status: int) -> HTTPResponse:
    try:
        return response.html(_render(request, parts, "problem.html", messages=messages), status)
    except Exception as error:  # a template may itself be what is broken, and silence is no answer
        logger.error("A page could not be drawn: %s", type(error).__name__)
        return response.text("\n\n".join(message["text"] for message in messages), status)


def _render(request: Request, parts: Parts, template: str, **values: Any) -> str:
    return parts.pages.render(template, parts.languages[read_language(request)], **values)


def _add_simple(app: Sanic, parts: Parts, path: str, template: str) -> None:
    """A page of text; by POST it keeps the way back to the talk, without a cookie and without a URL that tells."""

    async def show(request: Request) -> HTTPResponse:
        token = read_form(request).get("token", "") if request.method == "POST" else ""
        return _page(await forms.simple_page(parts, read_caller(request, parts, token), template))

    app.add_route(show, path, methods=["GET", "POST"], name=template.removesuffix(".html"))


def _asset(request: Request, parts: Parts, name: str) -> HTTPResponse:
    asset = parts.pages.assets.get(name)
    if asset is None:
        raise Refused(404, "not_found")
    zipped = "gzip" in request.headers.get("accept-encoding", "")
    extra = {"Vary": "Accept-Encoding", **({"Content-Encoding": "gzip"} if zipped else {})}
    return response.raw(asset.zipped if zipped else asset.plain, content_type=asset.content_type, headers=extra)


def _json(answer: Json) -> HTTPResponse:
    if answer.content is None:
        return response.empty(answer.status)
    return response.json(answer.content, answer.status, ensure_ascii=False, escape_forward_slashes=False)


def _page(page: Html) -> HTTPResponse:
    if not page.file_name:
        return _wait(response.html(page.body, page.status), page.retry_after)
    headers = {"Content-Disposition": f'attachment; filename="{page.file_name}"'}
    return response.text(page.body, page.status, headers)
