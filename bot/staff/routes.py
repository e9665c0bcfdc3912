"""Every address of the console and the permission it needs. What is not listed does not exist; the tests walk it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.staff import (
    access,
    assistant,
    cases,
    conversations,
    live,
    log,
    over,
    own,
    people,
    preferences,
    queue,
    units,
)
from bot.staff.case_acts import ACTS, perform, show_contact
from bot.staff.parts import Desk
from bot.staff.passing import PASSING
from bot.staff.web import Answer, Visit

Handler = Callable[[Desk, Visit], Answer]


@dataclass(frozen=True)
class Route:
    """A method and a path (`<name>` is a parameter) → a page function, for those who hold the permission.

    `by_itself`: an open page asks for it without anybody doing anything, so it does not keep a session alive.
    """

    method: str
    path: str
    permission: str
    handler: Handler
    by_itself: bool = False

    @property
    def name(self) -> str:
        """For the framework, and for the log in place of an address with ids in it."""
        return f"{self.method} {self.path}"


CASE_ACTS = {**ACTS, **PASSING}

ROUTES = (
    Route("GET", "/logga-in", access.OPEN, own.show_sign_in),
    Route("POST", "/logga-in", access.OPEN, own.do_sign_in),
    Route("GET", "/", access.OWN, own.show_start),
    Route("POST", "/logga-ut", access.OWN, own.do_sign_out),
    Route("GET", own.PASSWORD_PATH, access.OWN, own.show_password),
    Route("POST", own.PASSWORD_PATH, access.OWN, own.do_password),
    Route("GET", "/arenden", access.CASES, queue.show_queue),
    Route("GET", "/arenden/nu", access.CASES, queue.show_queue_now, by_itself=True),
    Route("GET", "/arenden/strom", access.CASES, live.follow_queue, by_itself=True),
    Route("GET", "/arenden/avslutade", access.CASES, over.show_over),
    Route("POST", "/arenden/installningar", access.CASES, preferences.save_preferences),
    Route("GET", "/arenden/<case>", access.CASES, cases.show_case),
    Route("GET", "/arenden/<case>/nu", access.CASES, cases.show_case_now, by_itself=True),
    Route("GET", "/arenden/<case>/strom", access.CASES, live.follow_case, by_itself=True),
    Route("POST", "/arenden/<case>/kontaktuppgifter", access.CASES, show_contact),
    Route("POST", "/arenden/<case>/standardsvar", access.CASES, cases.insert_reply),
    *(Route("POST", f"/arenden/<case>/{part}", access.CASES, perform(act)) for part, act in CASE_ACTS.items()),
    Route("GET", "/samtal", access.CONVERSATIONS, conversations.show_conversations),
    Route("GET", "/samtal/<conversation>", access.CONVERSATIONS, conversations.show_conversation),
    Route("POST", "/samtal/<conversation>", access.CONVERSATIONS, conversations.open_conversation),
    Route("GET", "/personal", access.PEOPLE, people.show_people),
    Route("POST", "/personal", access.PEOPLE, people.add_person),
    Route("POST", "/personal/<person>/engangslosenord", access.PEOPLE, people.reset_password),
    Route("POST", "/personal/<person>/stang", access.PEOPLE, people.close_account),
    Route("POST", "/personal/<person>/oppna", access.PEOPLE, people.open_account),
    Route("GET", "/assistenten", access.SWITCH, assistant.show_assistant),
    Route("POST", "/assistenten", access.SWITCH, assistant.switch_assistant),
    Route("GET", "/assistenten/verksamheter", access.SWITCH, units.show_units),
    Route("POST", "/assistenten/verksamheter", access.SWITCH, units.switch_unit),
    Route("GET", "/logg", access.AUDIT, log.show_log),
)

BEFORE_OWN_PASSWORD = frozenset({"POST /logga-ut", f"GET {own.PASSWORD_PATH}", f"POST {own.PASSWORD_PATH}"})
"""All that a one-time password opens."""
