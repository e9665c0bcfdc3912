"""Every address of the console and the permission it needs. What is not listed does not exist; the tests walk it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.staff import access, live, preferences
from bot.staff.casework import cases, over, queue
from bot.staff.casework.case_acts import ACTS, perform, show_contact
from bot.staff.casework.passing import PASSING
from bot.staff.effect import statistics
from bot.staff.operation import assistant, catalogue, models, notices, units
from bot.staff.oversight import control, log
from bot.staff.parts import Desk
from bot.staff.records import pages as records
from bot.staff.review import alarms, conversations, learning, unsure
from bot.staff.sign_in import city_pages, factor_pages, own, people
from bot.staff.sign_in.city import CALLBACK_PATH
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
    Route("GET", city_pages.START_PATH, access.OPEN, city_pages.begin_city),
    Route("GET", CALLBACK_PATH, access.OPEN, city_pages.finish_city),
    Route("GET", own.SIGNED_OUT_PATH, access.OPEN, own.show_signed_out),
    Route("GET", "/", access.OWN, own.show_start),
    Route("POST", "/logga-ut", access.OWN, own.do_sign_out),
    Route("GET", own.HELP_PATH, access.OWN, own.show_help),
    Route("GET", own.PASSWORD_PATH, access.OWN, own.show_password),
    Route("POST", own.PASSWORD_PATH, access.OWN, own.do_password),
    Route("GET", factor_pages.CODE_PATH, access.OWN, factor_pages.show_code),
    Route("POST", factor_pages.CODE_PATH, access.OWN, factor_pages.do_code),
    Route("GET", factor_pages.FACTOR_PATH, access.OWN, factor_pages.show_factor),
    Route("POST", factor_pages.FACTOR_PATH, access.OWN, factor_pages.do_factor),
    Route("POST", f"{factor_pages.FACTOR_PATH}/reservkoder", access.OWN, factor_pages.new_codes),
    Route("POST", f"{factor_pages.FACTOR_PATH}/ny-app", access.OWN, factor_pages.change_app),
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
    Route("GET", catalogue.PATH, access.CATALOGUE, catalogue.show_catalogue),
    Route("GET", f"{catalogue.PATH}/<entry>", access.CATALOGUE, catalogue.show_entry),
    Route("GET", f"{catalogue.PATH}/<entry>/<field>", access.CATALOGUE, catalogue.show_fact),
    Route("POST", f"{catalogue.PATH}/<entry>/<field>", access.CATALOGUE, catalogue.confirm_fact),
    Route("POST", f"{catalogue.PATH}/<entry>/<field>/angra", access.CATALOGUE, catalogue.undo_fact),
    Route("GET", records.PATH, access.RECORDS, records.show_search),
    Route("POST", records.PATH, access.RECORDS, records.find_by_code),
    Route("POST", f"{records.PATH}/<case>", access.RECORDS, records.open_request),
    Route("GET", f"{records.PATH}/begaran/<inquiry>", access.RECORDS, records.show_request),
    Route("POST", f"{records.PATH}/begaran/<inquiry>", access.RECORDS, records.hide_part),
    Route("GET", f"{records.PATH}/begaran/<inquiry>/utskrift", access.RECORDS, records.print_record),
    Route("GET", f"{records.PATH}/begaran/<inquiry>/fil", access.RECORDS, records.export_record),
    Route("GET", statistics.PATH, access.FIGURES, statistics.show_figures),
    Route("GET", statistics.CSV_PATH, access.FIGURES, statistics.export_figures),
    Route("GET", "/personal", access.PEOPLE, people.show_people),
    Route("POST", "/personal", access.PEOPLE, people.add_person),
    Route("POST", "/personal/<person>/engangslosenord", access.PEOPLE, people.reset_password),
    Route("POST", "/personal/<person>/andra-steget", access.PEOPLE, factor_pages.reset_factor),
    Route("POST", "/personal/<person>/stang", access.PEOPLE, people.close_account),
    Route("POST", "/personal/<person>/oppna", access.PEOPLE, people.open_account),
    Route("GET", "/aviseringar", access.NOTICES, notices.show_notices),
    Route("POST", "/aviseringar/<notice>/skicka-igen", access.NOTICES, notices.send_again),
    Route("GET", models.PATH, access.MODELS, models.show_models),
    Route("POST", f"{models.PATH}/ga-tillbaka", access.MODEL_USE, models.roll_back_model),
    Route("GET", f"{models.PATH}/<version>", access.MODELS, models.show_model),
    Route("POST", f"{models.PATH}/<version>/ta-i-bruk", access.MODEL_USE, models.activate_model),
    Route("GET", "/assistenten", access.SWITCH, assistant.show_assistant),
    Route("POST", "/assistenten", access.SWITCH, assistant.switch_assistant),
    Route("GET", "/assistenten/verksamheter", access.SWITCH, units.show_units),
    Route("POST", "/assistenten/verksamheter", access.SWITCH, units.switch_unit),
    Route("GET", "/logg", access.AUDIT, log.show_log),
    Route("GET", control.EXPORT_PATH, access.CONTROL, control.export_log),
    Route("GET", control.PATH, access.CONTROL, control.show_unusual),
    Route("GET", control.MONTH_PATH, access.CONTROL, control.show_month),
    Route("POST", control.MONTH_PATH, access.CONTROL, control.check_month),
)

BEFORE_OWN_PASSWORD = frozenset({"POST /logga-ut", f"GET {own.PASSWORD_PATH}", f"POST {own.PASSWORD_PATH}"})
"""All that a one-time password opens."""

BEFORE_THE_CODE = frozenset({"POST /logga-ut", f"GET {factor_pages.CODE_PATH}", f"POST {factor_pages.CODE_PATH}"})
"""All that a password opens while the second step is left."""

BEFORE_AN_APP = BEFORE_OWN_PASSWORD | {f"GET {factor_pages.FACTOR_PATH}", f"POST {factor_pages.FACTOR_PATH}"}
"""All that is open to whoever still has to enrol a second factor."""
