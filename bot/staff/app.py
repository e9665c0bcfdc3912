"""The console as a web application: the only file here that knows the framework.

A request becomes a `Call`, `gate.answer` decides in a worker thread (the database blocks), and the answer becomes HTML
or a redirect with the security headers on it. Nothing here logs an address, a query or a form.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from time import perf_counter

from jinja2 import Environment
from sanic import Sanic, response
from sanic.exceptions import MethodNotSupported, NotFound, SanicException
from sanic.request import Request
from sanic.response import HTTPResponse
from sqlalchemy import text

from bot.database import reading
from bot.settings import Settings
from bot.staff.gate import Answered, Call, answer, log_failure
from bot.staff.pages import create_templates, draw, read_static
from bot.staff.parts import Desk, StaffParts, create_desk
from bot.staff.review.digest import catch_up
from bot.staff.routes import ROUTES, Route
from bot.staff.streams import Streams
from bot.staff.web import File, Page, Redirect, Stream, Visit, security_headers
from bot.stopping import stop_politely

LARGEST_REQUEST = 100_000
SUM_UP_SECONDS = 10
SUM_UP_PAUSE_SECONDS = 0.2
PATH_OF_STATIC = "/static/<name>"
PATH_OF_HEALTH = "/healthz"


@dataclass(frozen=True)
class Shell:
    """What turns an answer into a response. `session`, `before` and `attempt` are names of cookies."""

    settings: Settings
    parts: StaffParts
    desk: Desk
    templates: Environment
    streams: Streams

    @property
    def session(self) -> str:
        """`__Host-` makes the browser refuse a cookie that another host or plain HTTP tries to set."""
        return "__Host-staff" if self.settings.cookie_secure else "staff"

    @property
    def attempt(self) -> str:
        """The cookie of a sign-in through the city, from leaving for it until coming back."""
        return f"{self.session}-city"

    @property
    def before(self) -> str:
        """The cookie of the sign-in page, where no session exists yet."""
        return f"{self.session}-before"


def create_staff_app(settings: Settings, parts: StaffParts) -> Sanic:
    """The application; it does nothing until it is run."""
    app = Sanic("staff", configure_logging=False)
    app.config.update(
        {
            "REQUEST_MAX_SIZE": LARGEST_REQUEST,
            "ACCESS_LOG": False,
            "FALLBACK_ERROR_FORMAT": "text",
            "MOTD": False,
            "GRACEFUL_SHUTDOWN_TIMEOUT": 3.0,  # an open stream must not hold up a restart
        }
    )
    desk = create_desk(settings, parts)
    shell = Shell(settings, parts, desk, create_templates(desk), Streams(parts.clock))
    for route in ROUTES:
        app.add_route(_handler(shell, route), route.path, methods=[route.method], name=_plain(route.name))
    _add_static(app)
    _add_health(app, shell)
    _add_errors(app, shell)
    _add_summing_up(app, shell)
    headers = security_headers(settings.cookie_secure)

    async def protect(_request: Request, answered: HTTPResponse) -> None:
        for name, value in headers.items():
            answered.headers.setdefault(name, value)

    app.register_middleware(protect, "response")

    async def stop_streams(_app: Sanic, _loop: object) -> None:
        shell.streams.stop()

    app.register_listener(stop_streams, "before_server_stop")
    stop_politely(app, settings)
    return app


def _handler(shell: Shell, route: Route) -> Callable[..., Awaitable[HTTPResponse | None]]:
    async def handle(request: Request, **params: str) -> HTTPResponse | None:
        before = request.cookies.get(shell.before) or ""
        fresh = "" if before else secrets.token_urlsafe(32)
        call = Call(
            params=params,
            query=request.query_string,
            form=request.body.decode("utf-8", "replace") if route.method == "POST" else "",
            cookie=request.cookies.get(shell.session) or "",
            before=before or fresh,
            attempt=request.cookies.get(shell.attempt) or "",
            same_site=request.headers.get("sec-fetch-site") == "same-origin",
        )
        began = perf_counter()
        reply = await asyncio.to_thread(_respond, shell, route, call, fresh)
        # Of a stream, what is measured is how long its beginning took.
        status = 200 if isinstance(reply, Stream) else reply.status
        shell.parts.metrics.requests.labels(route.name, str(status)).observe(perf_counter() - began)
        if not isinstance(reply, Stream):
            return reply
        await _send(shell, request, reply)
        return None

    return handle


async def _send(shell: Shell, request: Request, stream: Stream) -> None:
    """Server-sent events; a proxy that keeps answers back until they are whole is asked not to."""
    kind = "text/event-stream; charset=utf-8"
    reply = await request.respond(content_type=kind, headers={"X-Accel-Buffering": "no"})
    async with aclosing(shell.streams.follow(stream)) as events:
        async for event in events:
            await reply.send(event)
    await reply.eof()


def _respond(shell: Shell, route: Route, call: Call, fresh: str) -> HTTPResponse | Stream:
    answered = answer(shell.desk, route, call, shell.parts.clock())
    given = answered.answer
    if isinstance(given, Stream):
        return given
    if isinstance(given, File):
        saved = {"Content-Disposition": f'attachment; filename="{given.name}"'}
        return response.raw(given.content, content_type=given.kind, headers=saved)
    if isinstance(given, Redirect):
        reply = response.redirect(given.to, status=303)
    else:
        reply = _html(shell, given, answered)
        if fresh and answered.visit.session is None:
            _set_cookie(shell, reply, shell.before, fresh)
    if given.cookie is not None:
        _set_cookie(shell, reply, shell.session, given.cookie)
    if given.attempt is not None:
        # The way back from the city comes from another site, and would not bring a strict cookie.
        _set_cookie(shell, reply, shell.attempt, given.attempt, same_site="Lax")
    return reply


def _html(shell: Shell, page: Page, answered: Answered) -> HTTPResponse:
    return response.html(draw(shell.templates, page, answered, shell.settings.mode == "demo"), page.status)


def _set_cookie(shell: Shell, reply: HTTPResponse, name: str, value: str, same_site: str = "Strict") -> None:
    """A cookie for this browser session only; an empty value ends it."""
    secure = "; Secure" if shell.settings.cookie_secure else ""
    ended = "" if value else "; Max-Age=0"
    reply.headers.add("Set-Cookie", f"{name}={value}; Path=/; HttpOnly; SameSite={same_site}{secure}{ended}")


def _add_static(app: Sanic) -> None:
    files = read_static()

    async def serve(_request: Request, name: str) -> HTTPResponse:
        if name not in files:
            raise NotFound("no such file")
        content, kind = files[name]
        return response.raw(content, content_type=kind, headers={"Cache-Control": "public, max-age=300"})

    app.add_route(serve, PATH_OF_STATIC, methods=["GET"], name="static")


def _add_health(app: Sanic, shell: Shell) -> None:
    def probe() -> bool:
        try:
            with reading(shell.parts.engine) as connection:
                connection.execute(text("SELECT 1"))
        except Exception:  # whatever is wrong with the database, the answer is the same
            return False
        return True

    async def health(_request: Request) -> HTTPResponse:
        alive = await asyncio.to_thread(probe)
        return response.json({"degraded": [] if alive else ["database"]}, 200 if alive else 503)

    app.add_route(health, PATH_OF_HEALTH, methods=["GET"], name="health")


def _add_summing_up(app: Sanic, shell: Shell) -> None:
    """Talks are summed up in quiet moments too, so that nobody who opens the list after a busy night has to wait."""

    async def sum_up() -> None:
        while True:
            await asyncio.sleep(SUM_UP_SECONDS)
            try:
                while await asyncio.to_thread(catch_up, shell.parts.engine, 1):
                    await asyncio.sleep(SUM_UP_PAUSE_SECONDS)
            except Exception as error:  # the database may be away for a while
                log_failure("summing up talks", error)

    app.add_task(lambda _app: sum_up())


def _add_errors(app: Sanic, shell: Shell) -> None:
    def fail(_request: Request, error: Exception) -> HTTPResponse:
        missing = isinstance(error, NotFound | MethodNotSupported)
        status = error.status_code if isinstance(error, SanicException) else 500
        if status >= 500:
            log_failure("drawing a page", error)
        page = Page("gone.html" if missing else "error.html", status=404 if missing else status)
        return _html(shell, page, Answered(page, Visit(shell.parts.clock())))

    app.error_handler.add(Exception, fail)


def _plain(name: str) -> str:
    """A name that the framework accepts, for `GET /arenden/<case>`: `GET_arenden_case`."""
    return "_".join(filter(None, "".join(c if c.isalnum() else " " for c in name).split(" "))) or "start"
