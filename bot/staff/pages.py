"""Drawing a page: templates with their filters, and the frame that every page shares."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import phonenumbers
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.staff import access
from bot.staff.gate import Answered
from bot.staff.parts import Desk
from bot.staff.sign_in.own import HELP_PICTURES
from bot.staff.sign_in.sessions import Session
from bot.staff.web import Page

HERE = Path(__file__).parent
SCRIPT = "text/javascript; charset=utf-8"
STATIC = {
    "style.css": "text/css; charset=utf-8",
    "icon.svg": "image/svg+xml",
    "live.js": SCRIPT,
    "alerts.js": SCRIPT,
    "keys.js": SCRIPT,
    "replies.js": SCRIPT,
    "unsure.js": SCRIPT,
    **{f"help-{name}.png": "image/png" for name in HELP_PICTURES},
}
MENU = (
    ("cases", "/arenden", access.CASES),
    ("conversations", "/samtal", access.CONVERSATIONS),
    ("catalogue", "/katalog", access.CATALOGUE),
    ("unsure", "/osakra", access.CONVERSATIONS),
    ("examples", "/exempel", access.CONVERSATIONS),
    ("approve", "/godkann", access.EXAMPLES),
    ("alarms", "/larm", access.ALARMS),
    ("records", "/handlingar", access.RECORDS),
    ("figures", "/statistik", access.FIGURES),
    ("people", "/personal", access.PEOPLE),
    ("notices", "/aviseringar", access.NOTICES),
    ("assistant", "/assistenten", access.SWITCH),
    ("models", "/modeller", access.MODELS),
    ("log", "/logg", access.AUDIT),
    ("control", "/kontroll", access.CONTROL),
)


def create_templates(desk: Desk) -> Environment:
    """The templates; everything is escaped, and a name that is missing is an error instead of an empty place."""
    options = {"autoescape": True, "trim_blocks": True, "lstrip_blocks": True, "undefined": StrictUndefined}
    environment = Environment(loader=FileSystemLoader(HERE / "templates"), **options)  # type: ignore[arg-type]
    words = desk.words
    environment.filters.update(
        {
            "label": lambda value, section: words.of(section, value),
            "when": words.when,
            "left": words.time_left,
            "understood_as": words.understood_as,
            "certainty": words.certainty,
            "why": words.why,
            "unusual": words.unusual,
            "answer": words.answer,
            "phone": in_swedish_groups,
            "way": words.way,
            "count": words.count,
            "waited": words.waited,
            "percent": words.percent,
            "points": words.points,
            "gate_reason": words.gate_reason,
        }
    )
    environment.globals["words"] = words
    environment.globals["hands_in"] = desk.hands_in
    return environment


def in_swedish_groups(number: str) -> str:
    """A stored number (+46701234567) as it is read aloud and dialled: 070-123 45 67."""
    parsed = phonenumbers.parse(number)
    national = parsed.country_code == 46
    form = phonenumbers.PhoneNumberFormat.NATIONAL if national else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return str(phonenumbers.format_number(parsed, form))


def draw(environment: Environment, page: Page, answered: Answered, demo: bool) -> str:
    """The page as HTML, with menu, form token and the time when the session ends."""
    session = answered.visit.session
    frame: dict[str, Any] = {
        "problems": page.problems,
        "token": answered.visit.token,
        "session": session,
        "member": session.member if session else None,
        "menu": _menu(session),
        "now": answered.visit.now,
        "notice": "",
        "demo": demo,
    }
    return environment.get_template(page.template).render({**frame, **page.values})


def _menu(session: Session | None) -> list[tuple[str, str]]:
    """Nothing while the second step of the sign-in is left."""
    if session is None or session.stage != "full":
        return []
    return [(name, path) for name, path, needed in MENU if session.member.holds(needed)]


def read_static() -> dict[str, tuple[bytes, str]]:
    """File name → content and type; only what is listed is ever served."""
    return {name: ((HERE / "static" / name).read_bytes(), kind) for name, kind in STATIC.items()}
