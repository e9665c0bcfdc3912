"""The pages of signing in and of control in a real browser: axe in every state, and the way by keyboard."""

from __future__ import annotations

import pyotp
import pytest
from playwright.sync_api import Browser, expect

from tests.staff.busy import fill
from tests.staff.console import PASSWORD, Console
from tests.staff.test_browser import check, open_page, press, write
from tests.staff.test_control import fill as fill_log
from tests.staff.test_second_factor import code_of, enrolled, first_step

pytestmark = pytest.mark.slow
NEW = "sju glada sälar sjöng"


def test_a_new_person_gets_in_by_keyboard_alone(browser: Browser, strict: Console) -> None:
    strict.person("siv", "case_worker", "exit_programme", fresh=True)
    page = open_page(browser, strict)
    page.goto("/logga-in")
    write(page, "Namn", "siv")
    write(page, "Lösenord", PASSWORD)
    press(page, "button", "Logga in")
    write(page, "Engångslösenord", PASSWORD)
    write(page, "Nytt lösenord", NEW)
    write(page, "Nytt lösenord igen", NEW)
    press(page, "button", "Byt lösenord")
    press(page, "link", "Till startsidan")
    secret = page.locator("code.key").inner_text().replace(" ", "")
    write(page, "Kod", pyotp.TOTP(secret).at(strict.clock.now))
    press(page, "button", "Koppla appen")
    recovery = page.locator(".codes code").first.inner_text()
    press(page, "link", "Jag har sparat koderna")
    press(page, "button", "Logga ut")
    write(page, "Namn", "siv")
    write(page, "Lösenord", NEW)
    press(page, "button", "Logga in")
    write(page, "Kod", recovery)
    press(page, "button", "Logga in")
    expect(page.get_by_role("heading", name="Ärenden", exact=True)).to_be_visible()


@pytest.mark.parametrize("look", ["desktop", "phone-dark", "narrow"])
def test_every_state_of_the_second_step(browser: Browser, console: Console, look: str) -> None:
    client, secret, _ = enrolled(console)
    half = first_step(console)
    page = open_page(browser, console, look)
    page.context.add_cookies([{"name": "staff", "value": half.cookies["staff"], "url": console.base}])
    page.goto("/kod")
    check(page, "code", look)
    page.get_by_label("Kod").fill("000000")
    page.get_by_role("button", name="Logga in").click()
    check(page, "code-wrong", look)
    page.context.add_cookies([{"name": "staff", "value": client.cookies["staff"], "url": console.base}])
    page.goto("/andra-steget")
    check(page, "factor", look)
    page.get_by_label("Kod från den gamla appen").fill("000000")
    page.get_by_role("button", name="Byt app").click()
    check(page, "factor-wrong", look)
    page.get_by_label("Kod från appen").fill(code_of(secret, console))
    page.get_by_role("button", name="Gör nya reservkoder").click()
    expect(page.locator(".codes li")).to_have_count(10)
    check(page, "recovery-codes", look)


@pytest.mark.parametrize("look", ["desktop", "phone-dark", "narrow"])
def test_every_state_of_the_catalogue_and_of_control(browser: Browser, console: Console, look: str) -> None:
    fill(console)
    fill_log_of_october(console)
    page = open_page(browser, console, look, "ed")
    page.goto("/katalog/bris/phone")
    page.get_by_role("button", name="Bekräfta att uppgiften stämmer").click()
    page.get_by_label("Vem har bekräftat uppgiften?").fill("K" * 81)
    page.get_by_role("button", name="Bekräfta att uppgiften stämmer").click()
    check(page, "fact-problem", look)
    page.get_by_label("Vem har bekräftat uppgiften?").fill("Karin Ek")
    page.get_by_role("button", name="Bekräfta att uppgiften stämmer").click()
    expect(page.get_by_role("status")).to_contain_text("Uppgiften är bekräftad")
    check(page, "fact-confirmed", look)
    page.goto("/katalog/bris/phone")
    check(page, "fact-again", look)
    page.goto("/katalog?lage=unknown")
    check(page, "catalogue-unknown", look)
    page = open_page(browser, console, look, "lo")
    page.goto("/kontroll?from=2026-10-01&till=2026-10-31")
    check(page, "unusual-found", look)
    page.goto("/kontroll?from=2026-01-01&till=2026-10-31")
    check(page, "unusual-problem", look)
    page.goto("/kontroll/manad?manad=2026-10")
    check(page, "month-open", look)
    page.get_by_label("Vad fann du, och vad gjorde du?").fill("Frågade. Skälen räcker.")
    page.get_by_role("button", name="Månaden är kontrollerad").click()
    check(page, "month-checked", look)


def fill_log_of_october(console: Console) -> None:
    """Readings to find, by somebody who is not among those that work here already."""
    from sqlalchemy import update

    from bot.tables import staff

    with console.engine.begin() as connection:
        connection.execute(update(staff).where(staff.c.name == "rut").values(name="rut2"))
    fill_log(console)
