"""Handing a case in, in a real browser: every state without axe violations, by keyboard, on a phone too."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import update
from sqlalchemy.engine import Engine

from bot.database import transaction
from bot.handover import thread
from bot.handover.case import close, get_case, mark_registered
from bot.settings import Settings
from bot.staff.parts import StaffParts
from bot.staff.sign_in.passwords import Passwords
from bot.tables import outbox
from tests.staff.busy import fill
from tests.staff.console import CHEAP, NEEDS, SERVICES, Clock, Console, Running
from tests.staff.test_browser import check, open_page, tab_to

pytestmark = pytest.mark.slow
WHY = "Ärendet är avslutat och ska registreras"


@pytest.fixture
def busy(engine: Engine, settings: Settings, tmp_path: Path) -> Iterator[Console]:
    """A busy console where the city's case system is connected."""
    clock, settings = Clock(), dataclasses.replace(settings, case_system_folder=str(tmp_path))
    parts = StaffParts(engine, NEEDS, SERVICES, {"jarva": "Järva"}, clock, Passwords(CHEAP))
    with Running(settings, parts) as running:
        yield fill(Console(engine, clock, settings, running.base))


@pytest.mark.parametrize("look", ["desktop", "phone-dark", "narrow"])
def test_every_state_of_a_case_on_its_way_is_accessible(browser: Browser, busy: Console, look: str) -> None:
    page = open_page(browser, busy, look, "siv")
    page.goto("/arenden")
    page.locator("tr.acute a").click()
    case_id = page.url.rsplit("/", 1)[1]
    with transaction(busy.engine) as connection:
        close(connection, case_id, "siv", "passed_on", busy.clock.now)
    page.reload()
    check(page, "hand-in-ask", look)
    expect(page.get_by_text("också kontaktuppgifterna")).to_be_visible()

    page.get_by_role("button", name="Lämna till ärendesystemet").click()
    expect(page.get_by_role("button", name="Lämna till ärendesystemet")).to_be_visible()
    page.get_by_label("Varför lämnas ärendet?").fill("kort")
    page.get_by_role("button", name="Lämna till ärendesystemet").click()
    expect(page.locator(".problems")).to_be_focused()
    check(page, "hand-in-problem", look)

    tab_to(page, "textbox", "Varför lämnas ärendet?")
    page.keyboard.press("Control+a")
    page.keyboard.type(WHY)
    tab_to(page, "button", "Lämna till ärendesystemet")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("på väg till stadens ärendesystem")
    check(page, "hand-in-waiting", look)

    with transaction(busy.engine) as connection:
        connection.execute(update(outbox).where(outbox.c.kind == "hand_in").values(attempts=3))
    page.goto(f"/arenden/{case_id}")
    expect(page.get_by_text("går inte att nå just nu")).to_be_visible()
    check(page, "hand-in-away", look)

    with transaction(busy.engine) as connection:
        connection.execute(update(outbox).where(outbox.c.kind == "hand_in").values(state="dead"))
    page.reload()
    check(page, "hand-in-refused", look)

    with transaction(busy.engine) as connection:
        mark_registered(connection, case_id, busy.clock.now)
        connection.execute(update(outbox).where(outbox.c.kind == "hand_in").values(state="sent"))
    page.reload()
    expect(page.get_by_text("Allt är klart i det här ärendet.")).to_be_visible()
    check(page, "hand-in-done", look)

    with transaction(busy.engine) as connection:
        later = get_case(connection, case_id).registered_at
        assert later is not None
        thread.post(connection, case_id, "person", "En sak till.", later.replace(year=later.year + 1))
    page.reload()
    check(page, "hand-in-again", look)
