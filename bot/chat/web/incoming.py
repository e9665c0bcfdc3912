"""What comes in from outside, read strictly: everything that is not as agreed is refused with a code, in one place."""

from __future__ import annotations

import json
import unicodedata
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LENGTH_LIMIT = 2_000
BODY_LIMIT_BYTES = 131_072
HUMAN = "human"
# Everything that NFKC makes a slash of, and what looks like one: Rasa would take `/restart` for a command.
_SLASHES = "/／⁄∕⧸╱\\＼"


class Refused(Exception):  # noqa: N818  (it is no fault of ours, and nothing is logged)
    """The call cannot be carried out; `code` names what is wrong and the sentence `utter_door_<code>` of domain.yml.

    `text` is what the person wrote, if it could be read: danger in it is answered all the same.
    """

    def __init__(self, status: int, code: str, text: str = "", retry_after: int | None = None) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.text = text
        self.retry_after = retry_after


@dataclass(frozen=True)
class Said:
    """One message from the page: its own id, and either words or the opaque id of a choice."""

    id: str
    text: str = field(default="", repr=False)
    choice: str | None = None


def read_json(content_type: str, body: bytes) -> dict[str, Any]:
    """The JSON object of a body; an empty body without a type is an empty object.

    Raises:
        Refused: 415 for another type, 422 for what is no JSON object.
    """
    kind = content_type.split(";")[0].strip().lower()
    if kind != "application/json" and (kind or body):
        raise Refused(415, "unreadable")
    try:
        value = json.loads(body.decode("utf-8")) if body.strip() else {}
    except (ValueError, RecursionError) as error:
        raise Refused(422, "unreadable") from error
    if not isinstance(value, dict):
        raise Refused(422, "unreadable")
    return value


def read_said(fields: Mapping[str, Any]) -> Said:
    """A message with either `text` or `choice`.

    Raises:
        Refused: 413 over 2,000 characters, 422 for anything blank, missing or of the wrong type.
    """
    said_id, text, choice = read_id(fields.get("id")), fields.get("text"), fields.get("choice")
    if choice is not None and text is None:
        if not isinstance(choice, str) or not 0 < len(choice) <= 40 or not choice.isascii():
            raise Refused(422, "choice")
        return Said(said_id, choice=choice)
    if choice is not None or not isinstance(text, str):
        raise Refused(422, "unreadable")
    return Said(said_id, text=read_text(text))


def read_id(value: object) -> str:
    """A UUID in its usual form, small letters.

    Raises:
        Refused: 422.
    """
    try:
        parsed = uuid.UUID(value) if isinstance(value, str) and len(value) == 36 else None
    except ValueError:
        parsed = None
    if parsed is None:
        raise Refused(422, "unreadable")
    return str(parsed)


def read_text(text: str) -> str:
    """A message as it will be handled: without NUL and other control characters, composed, not blank.

    Raises:
        Refused: 413 or 422.
    """
    clean = tidy(text)
    if len(clean) > LENGTH_LIMIT:
        raise Refused(413, "too_long", clean)
    if not any(character.isprintable() and not character.isspace() for character in clean):
        raise Refused(422, "blank")
    return clean


def tidy(text: str) -> str:
    """No control characters but line breaks, no half surrogates, no marks that turn the reading direction round."""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(character for character in composed if _is_welcome(character)).strip()


def harmless(text: str) -> str:
    """The text without slashes, blanks and invisible characters at its start: typed text is never a command."""
    start = 0
    while start < len(text) and _is_prefix(text[start]):
        start += 1
    return text[start:] or "?"


def _is_welcome(character: str) -> bool:
    if character in "\n\t":
        return True
    category = unicodedata.category(character)
    return category not in ("Cc", "Cs") and not (
        category == "Cf" and character in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    )


def _is_prefix(character: str) -> bool:
    if character in _SLASHES or character.isspace() or unicodedata.category(character) in ("Cf", "Cc", "Mn", "Zs"):
        return True
    return unicodedata.normalize("NFKC", character).strip() in ("", "/", "\\")
