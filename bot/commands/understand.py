"""`python -m bot understand`: JSON lines in, what was understood out, through the code that a first message meets."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TextIO

from bot.chat.masking import mask
from bot.commands.train import train_if_needed
from bot.database import now
from bot.routing.catalogue import Catalogue
from bot.routing.service import first_service, first_step
from bot.routing.talk import Heard
from bot.settings import Settings
from bot.understanding.stand_in import leave_out

FIELDS = (
    "decision",
    "need",
    "choices",
    "urgent",
    "service",
    "confidence",
    "intent",
    "age",
    "place",
    "district",
    "role",
)
Parse = Callable[[str], dict[str, Any]]


def understand_lines(source: TextIO, target: TextIO) -> None:
    """Read `{"text": …}` lines and write an answer to each, through the trained model."""
    answer_lines(source, target, load_parser(), Catalogue.load("demo"))


def answer_lines(source: TextIO, target: TextIO, parse: Parse, catalogue: Catalogue) -> None:
    """Write an answer to each line; a broken line gets `{"error": …}` in its place."""
    for line in source:
        if line.strip():
            target.write(json.dumps(_answer(line, parse, catalogue), ensure_ascii=False) + "\n")
            target.flush()


def _answer(line: str, parse: Parse, catalogue: Catalogue) -> dict[str, Any]:
    try:
        text = json.loads(line)["text"]
    except (ValueError, KeyError, TypeError):
        return {"error": 'each line must be an object with a "text"'}
    return understand(text, parse, catalogue) if isinstance(text, str) else {"error": '"text" must be a string'}


def understand(text: str, parse: Parse, catalogue: Catalogue) -> dict[str, Any]:
    """What a first message with this text is understood as, and the service that it would be led to."""
    parsed, at = parse(text), now()
    heard = Heard.from_parse(parsed)
    first = first_step(heard, catalogue, at)
    found = {**(parsed.get("heard") or {}), "service": first_service(first, catalogue, at)}
    if first != heard:
        found |= {"decision": first.decision, "need": first.need, "choices": list(first.choices)}
    return {"text": text, **{name: found.get(name) for name in FIELDS}, "choices": found.get("choices", [])}


def load_parser() -> Parse:
    """The trained model's own parser behind the door's masking, trained first if needed."""
    return behind_the_mask(load_model_parser())


def load_model_parser() -> Parse:
    """The parser alone, as the model meets a text that the door has masked; trained first if needed."""
    path = train_if_needed(Settings.without_secrets().model_directory)
    leave_out()
    # Imported here: Rasa takes four seconds, and a wrong call should not wait for it.
    from bot.understanding.engine import load_parser as load

    return load(path)


def behind_the_mask(parse: Parse) -> Parse:
    """A parser that meets a text as the door hands it on."""
    return lambda text: parse(mask(text).text)
