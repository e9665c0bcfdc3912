"""What of a web request the door looks at, read the same way for every route, by the fields of any framework."""

from __future__ import annotations

from typing import Any, Protocol
from urllib.parse import parse_qs

from bot.chat.attempts import slot_of
from bot.chat.callers import Caller
from bot.chat.languages import PARAMETER, language_code
from bot.chat.limits import network_of
from bot.chat.parts import Parts
from bot.chat.web.incoming import Refused, read_json

FORM = "application/x-www-form-urlencoded"
FIELDS_LIMIT = 40


class Headers(Protocol):
    """Header fields by name, whatever its capitals."""

    def get(self, name: str, default: str) -> str:
        """The value or the default."""


class Arguments(Protocol):
    """What stands behind the `?` of an address."""

    def get(self, name: str) -> str | None:
        """The value, or None."""


class WebRequest(Protocol):
    """The part of a request that is read here."""

    headers: Headers
    args: Arguments
    body: bytes
    ip: str


def read_language(request: WebRequest) -> str:
    """The code of the language that the address asks for."""
    return language_code(request.args.get(PARAMETER))


def read_caller(request: WebRequest, parts: Parts, token: str | None = None) -> Caller:
    """Who asks: the token of a form, else the bearer token of the header."""
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    given = token if token is not None else bearer.strip() if scheme.lower() == "bearer" else ""
    named = request.ip, request.headers.get("x-forwarded-for", "")
    slot = slot_of(network_of(*named), parts.settings.hash_key, parts.clock())
    return Caller(given, parts.limits.client_key(*named), read_language(request), slot)


def read_body(request: WebRequest) -> dict[str, Any]:
    """The JSON object.

    Raises:
        Refused: 415, 422.
    """
    return read_json(request.headers.get("content-type", ""), request.body)


def read_form(request: WebRequest) -> dict[str, str]:
    """The fields of an ordinary form, blank ones too; of a repeated field the last.

    Raises:
        Refused: 415 for another type, 422 for too many fields.
    """
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != FORM:
        raise Refused(415, "unreadable")
    try:
        fields = parse_qs(request.body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=FIELDS_LIMIT)
    except ValueError as error:
        raise Refused(422, "unreadable") from error
    return {name: values[-1] for name, values in fields.items()}


def place_of(error: BaseException) -> str:
    """File and line of a failure: what is needed to mend it, and nothing of what the person wrote."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
