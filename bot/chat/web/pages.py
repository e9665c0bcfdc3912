"""The page's templates, read once. No word to a person stands here: see `page/words` and `page/templates`."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from bot.chat.draft import Message
from bot.chat.languages import Language, address
from bot.chat.web.assets import Asset, load_assets, tidy
from bot.chat.web.incoming import LENGTH_LIMIT
from bot.sentences import SWEDISH
from bot.settings import Settings

FOLDER = Path(__file__).with_name("page")
# Nothing in the name of a file on a shared device tells what it is.
COPY_NAME = "samtal.txt"
# What chat.js clones: the same markup as a real one, with every part of it.
EMPTY: Message = {
    "id": "",
    "from": "bot",
    "name": None,
    "lang": None,
    "text": "",
    "service": None,
    "urgent": None,
    "case": None,
}
EMPTY_CARD = {
    "name": "",
    "about": "",
    "hours": "",
    "open_now": None,
    "phone": None,
    "url": None,
    "marked": True,
    "blank": 1,
}


@dataclass(frozen=True)
class Pages:
    """Renders templates with what every page needs."""

    environment: Environment
    assets: Mapping[str, Asset]
    common: Mapping[str, Any]

    def render(self, template: str, language: Language, **values: Any) -> str:
        """One page as HTML, everything from outside escaped. A page of mere text has a template for each language."""
        names = [template, f"{language.code}/{template}"]
        spoken = {**self.common, **_in_language(language), "token": "", "strong": False}
        return self.environment.select_template(names).render({**spoken, **values})

    def chat(
        self,
        language: Language,
        welcome: Sequence[Message],
        offline: Sequence[Message],
        token: str = "",
        messages: Sequence[Message] = (),
        **values: Any,
    ) -> str:
        """The chat page with a talk so far; the newest answer brings its choices and its form.

        `welcome` is said before all else, `offline` by the page itself when it cannot reach us.
        """
        newest = newest_answer(messages)
        defaults = {
            "welcome": {**welcome[0], "id": ""} if welcome else None,
            "empty": {**EMPTY, "blank": True},
            "empty_card": EMPTY_CARD,
            "offline": offline,
            "messages": messages,
            "choices": [choice for message in newest for choice in message["choices"]],
            "asked": next((message for message in newest if message["feedback"]), None),
            "form": any(message["form"] == "contact" for message in newest),
            "next_id": str(uuid.uuid4()),
            "text": "",
            "error": None,
            "contact": {},
            "contact_error": None,
            "status": None,
            "sensitive": False,
            "has_case": False,
            "company": "",
            "preview": None,
            "copy_name": COPY_NAME,
        }
        shown = {**defaults, "token": token, **values}
        return self.render("chat.html", language, strong=shown["sensitive"], **shown)


def load_pages(settings: Settings) -> Pages:
    """Templates and files from the folder `page`."""
    environment = Environment(
        loader=FunctionLoader(_read_template),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["tel"] = tel
    return Pages(environment, load_assets(FOLDER / "static"), _common(settings))


def _read_template(name: str) -> str | None:
    """The source without its indents, which a phone need not fetch; what people wrote is put in later, as it is."""
    path = FOLDER / "templates" / name
    return tidy(path.read_text(encoding="utf-8")) if path.is_file() else None


def newest_answer(messages: Sequence[Message]) -> list[Message]:
    """The messages after the person's last one."""
    start = max((index + 1 for index, message in enumerate(messages) if message["from"] == "person"), default=0)
    return list(messages[start:])


def tel(phone: str) -> str:
    """A number as it stands in a `tel:` link."""
    return "".join(character for character in phone if character.isdigit() or character == "+")


def _in_language(language: Language) -> dict[str, Any]:
    """What templates need of a language. `sv` marks what is Swedish on a page that is not."""
    return {
        # Not the mapping itself: in a template `w.copy` would be its method.
        "w": SimpleNamespace(**language.words),
        "lang": language.code,
        "sv": "" if language.code == SWEDISH else Markup(f' lang="{SWEDISH}"'),
        "other_lang": language.other,
        "link": partial(address, code=language.code),
        "other": partial(address, code=language.other),
    }


def _common(settings: Settings) -> dict[str, Any]:
    return {
        "demo": settings.mode == "demo",
        "exit_url": settings.exit_url,
        "idle_minutes": settings.session_idle_minutes,
        "retention_days": settings.retention_days,
        "receipt_days": settings.receipt_days,
        "disposal_decision": settings.disposal_decision,
        "length_limit": LENGTH_LIMIT,
        "accessibility_contact": settings.accessibility_contact,
    }
