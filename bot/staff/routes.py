"""Every address of the console and the permission it needs. What is not listed does not exist; the tests walk it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.staff import access, alarms, assistant, cases, conversations, learning, log, own, people, unsure
from bot.staff.case_acts import ACTS, perform, show_contact
from bot.staff.parts import Desk
from bot.staff.web import Answer, Visit

Handler = Callable[[Desk, Visit], Answer]


@dataclass(frozen=True)
class Route:
    """A method and a path (`<name>` is a parameter) → a page function, for those who hold the permission."""

    method: str
    path: str
    permission: str
    handler: Handler

    @property
    def name(self) -> str:
        """For the framework, and for the log in place of an address with ids in it."""
        return f"{self.method} {self.path}"


ROUTES = (
    Route("GET", "/logga-in", access.OPEN, own.show_sign_in),
    Route("POST", "/logga-in", access.OPEN, own.do_sign_in),
    Route("GET", "/", access.OWN, own.show_start),
    Route("POST", "/logga-ut", access.OWN, own.do_sign_out),
    Route("GET", own.PASSWORD_PATH, access.OWN, own.show_password),
    Route("POST", own.PASSWORD_PATH, access.OWN, own.do_password),
    Route("GET", "/arenden", access.CASES, cases.show_cases),
    Route("GET", "/arenden/<case>", access.CASES, cases.show_case),
    Route("POST", "/arenden/<case>/kontaktuppgifter", access.CASES, show_contact),
    *(Route("POST", f"/arenden/<case>/{part}", access.CASES, perform(act)) for part, act in ACTS.items()),
    Route("GET", "/samtal", access.CONVERSATIONS, conversations.show_conversations),
    Route("GET", "/samtal/<conversation>", access.CONVERSATIONS, conversations.show_conversation),
    Route("POST", "/samtal/<conversation>", access.CONVERSATIONS, conversations.open_conversation),
    Route("POST", "/samtal/<conversation>/granska", access.CONVERSATIONS, conversations.mark_conversation),
    Route("POST", "/samtal/<conversation>/larma", access.CONVERSATIONS, alarms.raise_alarm),
    Route("POST", "/mina-val", access.CONVERSATIONS, conversations.keep_filter),
    Route("POST", "/mina-val/<choice>/ta-bort", access.CONVERSATIONS, conversations.drop_filter),
    Route("GET", "/larm", access.ALARMS, alarms.show_alarms),
    Route("POST", "/larm/<alarm>", access.ALARMS, alarms.handle_alarm),
    Route("GET", unsure.PATH, access.CONVERSATIONS, unsure.show_unsure),
    Route("POST", unsure.PATH, access.CONVERSATIONS, unsure.label_unsure),
    Route("POST", f"{unsure.PATH}/skal", access.CONVERSATIONS, unsure.open_sensitive),
    Route("GET", "/exempel", access.CONVERSATIONS, learning.show_examples),
    Route("POST", "/exempel", access.CONVERSATIONS, learning.write_example),
    Route("GET", "/godkann", access.EXAMPLES, learning.show_proposed),
    Route("POST", "/godkann/<example>", access.EXAMPLES, learning.decide_example),
    Route("GET", "/personal", access.PEOPLE, people.show_people),
    Route("POST", "/personal", access.PEOPLE, people.add_person),
    Route("POST", "/personal/<person>/engangslosenord", access.PEOPLE, people.reset_password),
    Route("POST", "/personal/<person>/stang", access.PEOPLE, people.close_account),
    Route("POST", "/personal/<person>/oppna", access.PEOPLE, people.open_account),
    Route("GET", "/assistenten", access.SWITCH, assistant.show_assistant),
    Route("POST", "/assistenten", access.SWITCH, assistant.switch_assistant),
    Route("GET", "/logg", access.AUDIT, log.show_log),
)

BEFORE_OWN_PASSWORD = frozenset({"POST /logga-ut", f"GET {own.PASSWORD_PATH}", f"POST {own.PASSWORD_PATH}"})
"""All that a one-time password opens."""
