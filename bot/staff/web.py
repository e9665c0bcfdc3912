"""A request and an answer as plain values: what the pages work with, so that only app.py knows the web framework."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import parse_qs

from bot.staff.access import Member
from bot.staff.sign_in.sessions import Session

MOST_FIELDS = 60
LONGEST_VALUE = 8_000


@dataclass(frozen=True)
class Fields:
    """The fields of a form or of a query: always strings, stripped, without NUL (PostgreSQL refuses it)."""

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def parse(cls, encoded: str) -> Fields:
        """From `a=1&b=2`; what is not readable is empty, and then lacks the form token too."""
        try:
            parsed = parse_qs(encoded, max_num_fields=MOST_FIELDS, errors="replace")
        except ValueError:
            return cls()
        return cls({name: tuple(_clean(value) for value in values) for name, values in parsed.items()})

    def one(self, name: str) -> str:
        """The first value, or an empty string."""
        return self.values.get(name, ("",))[0]

    def number(self, name: str) -> int:
        """The first value as an id of a row, or 0; never more than a column of the database holds."""
        return row_id(self.one(name))

    def all(self, name: str) -> tuple[str, ...]:
        """Every value, as of a group of check boxes."""
        return self.values.get(name, ())


@dataclass(frozen=True)
class Visit:
    """One request: where to, with what, by whom, when. `token` is the value that a form must bring back as `csrf`.

    `attempt` is the cookie of a sign-in through the city that has begun.
    """

    now: datetime
    params: Mapping[str, str] = field(default_factory=dict)
    query: Fields = field(default_factory=Fields)
    form: Fields = field(default_factory=Fields)
    session: Session | None = None
    token: str = ""
    attempt: str = ""

    @property
    def member(self) -> Member:
        """Whoever is signed in; pages that need nobody do not ask.

        Raises:
            LookupError: nobody is signed in: the route was opened by mistake.
        """
        if self.session is None:
            raise LookupError("A page asked who is signed in, and nobody is.")
        return self.session.member

    def brings_token(self) -> bool:
        """Whether the form came from a page of ours, for this session."""
        return bool(self.token) and hmac.compare_digest(self.form.one("csrf").encode(), self.token.encode())


def signed_in_session(visit: Visit) -> Session:
    """The session of a page that needs one.

    Raises:
        LookupError: nobody is signed in: the route was opened by mistake.
    """
    if visit.session is None:
        raise LookupError("A page asked for a session, and there is none.")
    return visit.session


@dataclass(frozen=True)
class Page:
    """An answer to show: a template and what it is filled with. `problems` is field → code in words.yml."""

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    problems: Mapping[str, str] = field(default_factory=dict)
    cookie: str | None = None
    attempt: str | None = None


@dataclass(frozen=True)
class Redirect:
    """An answer that sends the browser on, after something was done. `cookie`: a new session's token, "" ends it.

    `attempt`: the same for a sign-in through the city.
    """

    to: str
    cookie: str | None = None
    attempt: str | None = None


@dataclass(frozen=True)
class File:
    """An answer to save: never shown by the browser itself."""

    name: str
    content: bytes
    kind: str


class Follower(Protocol):
    """What a stream looks with; both methods ask the database and so belong into a thread."""

    def look(self, now: datetime) -> str | None:
        """What the page compares with what it has, as JSON; None when there is nothing more to follow."""

    def leave(self) -> None:
        """The page is closed."""


@dataclass(frozen=True)
class Stream:
    """An answer that goes on until the page is closed: it tells when something has changed.

    `person` is a staff id, `topic` what is followed.
    """

    person: str
    topic: str
    follower: Follower


Answer = Page | Redirect | File | Stream


def row_id(typed: str) -> int:
    """A typed id, or 0 for what is none."""
    return int(typed) if typed.isdecimal() and len(typed) < 11 and int(typed) < 2**31 else 0


def _clean(value: str) -> str:
    return value.replace("\x00", "").replace("\r\n", "\n").strip()[:LONGEST_VALUE]


def security_headers(https: bool) -> dict[str, str]:
    """On every answer. Scripts are files of our own, never in a page, and the console works without them."""
    own = "script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'"
    headers = {
        "Content-Security-Policy": f"default-src 'none'; {own}; base-uri 'none'; frame-ancestors 'none'",
        "Cache-Control": "no-store",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "X-Robots-Tag": "noindex, nofollow",
    }
    return {**headers, "Strict-Transport-Security": "max-age=31536000"} if https else headers
