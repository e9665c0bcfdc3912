"""The console's parts of a real installation, and its words."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from bot.handover.figures import OUTCOMES, PROTECTED, UNKNOWN
from bot.handover.queue import Shown
from bot.settings import Settings
from bot.staff.access import ROLES
from bot.staff.casework.case_acts import AFTER_CONTACT, REFUSALS
from bot.staff.effect.figures import PROMISES
from bot.staff.effect.suppression import MERGED
from bot.staff.oversight.audit import BY_STAFF, CASE_EVENTS
from bot.staff.parts import NEEDS, create_parts
from bot.staff.records.pages import ASKED
from bot.staff.routes import BEFORE_OWN_PASSWORD, CASE_ACTS, ROUTES
from bot.staff.words import Words

STAFF = Path(__file__).resolve().parents[2] / "bot" / "staff"
CODE = "".join(path.read_text(encoding="utf-8") for path in STAFF.rglob("*.py"))
WORDS = Words.load({})


def test_every_need_service_and_district_has_a_swedish_name(settings: Settings) -> None:
    parts = create_parts(settings)
    assert set(parts.needs) == set(NEEDS) and all(parts.needs.values())
    assert {"exit_programme", "mini_maria", "contact_centre"} <= set(parts.services)
    assert all(parts.services.values()) and len(parts.districts) == 11


def used(pattern: str) -> set[str]:
    return {value for found in re.findall(pattern, CODE) for value in re.findall(r'"([a-z_]+)"', found)}


RECORDED = used(r'record\(\s*connection, [\w.\[\]"]+, ("\w+"(?: if \w+ else "\w+")?)')


@pytest.mark.parametrize(
    ("section", "values"),
    [
        ("role", set(ROLES)),
        ("action", RECORDED | {act.action for act in CASE_ACTS.values()} | {"service_off", "service_on"}),
        ("notice", {act.notice for act in CASE_ACTS.values()} | {"signed_out", "password_changed"}),
        ("notice", used(r'done = \(("\w+" if \w+ else "\w+")\)') | {"switched_already", "preferences_saved"}),
        ("shown", set(get_args(Shown))),
        ("problem", set(REFUSALS.values()) | used(r'{("\w+": "\w+")}') & set(WORDS.all("problem"))),
        ("outcome", set(AFTER_CONTACT)),
        ("state", {"open", "taken", "contacted", "closed", "withdrawn"}),
        ("how", {"phone", "thread", "meeting", "mail"}),
        ("shared", {"topic", "summary", "conversation"}),
        ("channel", {"receipt", "callback"}),
        ("decision", {"answer", "clarify", "fallback"}),
        ("urgent", {"emergency", "suicide_risk"}),
        ("figure_outcome", {*OUTCOMES, MERGED}),
        ("figure_subject", {PROTECTED, UNKNOWN}),
        ("figure_promise", set(PROMISES)),
        ("record_asked", set(ASKED)),
    ],
)
def test_every_value_of_the_code_has_words(section: str, values: set[str]) -> None:
    missing = values - set(WORDS.all(section))
    assert not missing, f"Add to '{section}' in bot/staff/words.yml: {sorted(missing)}"


def test_what_is_done_with_a_case_stands_in_its_history() -> None:
    assert {act.action for act in CASE_ACTS.values()} | {"read_contact"} == set(BY_STAFF) <= set(CASE_EVENTS)


def test_the_log_lines_of_the_code_are_found() -> None:
    assert {"sign_in", "sign_in_refused", "read_case", "read_contact", "read_conversation", "refused"} <= RECORDED


def test_what_a_one_time_password_opens_exists() -> None:
    assert {route.name for route in ROUTES} >= BEFORE_OWN_PASSWORD


def test_a_value_without_words_is_shown_as_it_is() -> None:
    assert WORDS.of("state", "something_new") == "something_new"
    assert WORDS.of("state", None) == ""
