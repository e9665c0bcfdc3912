"""Standard replies for the thread: read from `replies.yml`, which staff may edit, and checked at the start."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

PATH = Path(__file__).with_name("replies.yml")
FIELDS = ("id", "title", "text")
LONGEST_TITLE = 60
LONGEST_TEXT = 1_000
_ID = re.compile(r"[a-z0-9-]{1,40}")
# What no reply may say, whoever edits it (DESIGN promise 9).
NEVER = ("helt anonym", "hemlig", "dina föräldrar får inte veta", "vi lovar", "jag lovar")


class RepliesError(ValueError):
    """`replies.yml` is wrong; the message names the file, the entry and the field."""


@dataclass(frozen=True)
class StandardReply:
    """One reply; the text is put into the box, where it can be changed before it is sent."""

    id: str
    title: str
    text: str


def load_replies(path: Path = PATH) -> tuple[StandardReply, ...]:
    """Read the file, in its own order.

    Raises:
        RepliesError: it cannot be read, a field is missing, too long or unknown, an id occurs twice, or a reply says
            what the city does not promise.
    """
    try:
        content = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        raise RepliesError(f"{path.name}: går inte att läsa{'' if line is None else f', rad {line + 1}'}.") from error
    if not isinstance(content, list) or not content:
        raise RepliesError(f"{path.name}: ska vara en lista med svar.")
    replies = tuple(_read(path, number, entry) for number, entry in enumerate(content, 1))
    known: set[str] = set()
    for reply in replies:
        if reply.id in known:
            raise RepliesError(f"{path.name}: {reply.id}, fältet id: finns två gånger.")
        known.add(reply.id)
    return replies


def _read(path: Path, number: int, entry: Any) -> StandardReply:
    name = str(entry.get("id") or f"svar {number}") if isinstance(entry, dict) else f"svar {number}"

    def wrong(field: str, what: str) -> RepliesError:
        return RepliesError(f"{path.name}: {name}, fältet {field}: {what}.")

    if not isinstance(entry, dict):
        raise wrong("id", "saknas")
    for field in entry:
        if field not in FIELDS:
            raise wrong(str(field), "finns inte. Fälten är " + ", ".join(FIELDS))
    for field, most in zip(FIELDS, (40, LONGEST_TITLE, LONGEST_TEXT), strict=True):
        if not isinstance(entry.get(field), str) or not entry[field].strip():
            raise wrong(field, "saknas")
        if len(entry[field].strip()) > most:
            raise wrong(field, f"får vara högst {most} tecken")
    if not _ID.fullmatch(entry["id"]):
        raise wrong("id", "får bara ha små bokstäver a–z, siffror och bindestreck")
    for never in NEVER:
        if never in entry["text"].casefold():
            raise wrong("text", f'får inte säga "{never}"')
    return StandardReply(entry["id"], entry["title"].strip(), entry["text"].strip())
