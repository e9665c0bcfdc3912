"""The console in a real browser: a morning's work by keyboard alone, and axe on every page."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.staff.console import PASSWORD, Console

pytestmark = pytest.mark.slow
NEW = "sju glada sälar sjöng"
SHOTS = os.environ.get("STAFF_SHOTS", "")
"""A folder to keep pictures in; empty keeps none."""
LOOKS = {
    "desktop": {"viewport": {"width": 1280, "height": 800}},
    "desktop-dark": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 360, "height": 740}},
    "phone-dark": {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"},
    "narrow": {"viewport": {"width": 320, "height": 640}},
    "forced": {"viewport": {"width": 1280, "height": 800}, "forced_colors": "active"},
}


def open_page(browser: Browser, console: Console, look: str = "desktop", staff: str = "", live: bool = False) -> Page:
    """A page that may talk to the console only; signed in if `staff` names somebody.

    Without `live` it opens no stream, as a browser that knows none, and its network comes to rest.
    """
    context = browser.new_context(base_url=console.base, locale="sv-SE", **LOOKS[look])
    context.route(lambda url: not url.startswith(console.base), lambda route: route.abort())
    if not live:
        context.add_init_script("delete window.EventSource")
    if staff:
        _sign_in_behind(context, console, staff)
    return context.new_page()


def _sign_in_behind(context: BrowserContext, console: Console, name: str) -> None:
    client = console.client()
    client.sign_in(name)
    if client.get("/").to == "/losenord":
        client.get("/losenord")
        client.submit("/losenord", old=PASSWORD, new=NEW, repeated=NEW)
    context.add_cookies([{"name": "staff", "value": client.cookies["staff"], "url": console.base}])


def check(page: Page, name: str, look: str, quiet: bool = True) -> None:
    """No axe violation, nothing wider than the window; keeps a picture if asked to."""
    # A press of a button may still be loading the next page: without its style sheet every colour is wrong.
    page.wait_for_load_state("load")
    if quiet:
        page.wait_for_load_state("networkidle")
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}-{look}.png"), full_page=True)
    found = Axe().run(page).response["violations"]
    assert not found, [(v["id"], [n["html"] for n in v["nodes"]]) for v in found]
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{name} is {wide} px too wide ({look})"


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_is_without_axe_violations_and_fits(browser: Browser, busy: Console, look: str) -> None:
    page = open_page(browser, busy, look)
    page.goto("/logga-in")
    check(page, "sign-in", look)
    page.goto("/finns-inte")
    check(page, "gone", look)
    for name, paths in {
        "siv": {"cases": "/arenden", "password": "/losenord", "enrol": "/andra-steget", "refused": "/samtal"},
        "rut": {"talks": "/samtal", "talk": f"/samtal/{'b' * 32}", "reason": f"/samtal/{'a' * 32}"},
        "ada": {"start": "/", "notices": "/aviseringar", "people": "/personal", "log": "/logg"},
        "ed": {
            "catalogue": "/katalog",
            "catalogue-entry": "/katalog/bris",
            "catalogue-fact": "/katalog/bris/phone",
            "help": "/hjalp",
            "statistics": "/statistik",
            "statistics-empty": "/statistik?ar=2025",
        },
        "lo": {"unusual": "/kontroll", "month": "/kontroll/manad", "log-search": "/logg?skal=x"},
    }.items():
        page = open_page(browser, busy, look, name)
        for title, path in paths.items():
            page.goto(path)
            check(page, title, look)


@pytest.mark.parametrize("look", ["desktop", "phone-dark"])
def test_every_state_of_a_case_is_without_axe_violations(browser: Browser, busy: Console, look: str) -> None:
    page = open_page(browser, busy, look, "siv")
    page.goto("/arenden")
    page.locator("tr.acute a").click()
    check(page, "case-new", look)
    page.get_by_role("button", name="Ta ärendet").click()
    check(page, "case-taken", look)
    page.get_by_role("button", name="Första kontakt gjord").click()
    check(page, "case-problem", look)
    expect(page.locator(".problems")).to_be_focused()
    page.get_by_label("Varför behöver du kontaktuppgifterna?").fill("Ringer för första kontakt")
    page.get_by_role("button", name="Visa kontaktuppgifter").click()
    expect(page.get_by_text("070-123 45 67")).to_be_visible()
    check(page, "case-contact", look)
    page.get_by_label("Telefon").check()
    page.get_by_label("Jag har nått personen").check()
    page.get_by_role("button", name="Första kontakt gjord").click()
    page.get_by_label("Skriv till personen").fill("Hej, jag heter Siv.\nVi ses klockan 14.")
    page.get_by_role("button", name="Skicka").click()
    check(page, "case-contacted", look)
    page.get_by_text("Avsluta ärendet").first.click()
    page.get_by_label("Får stöd hos oss").check()
    page.get_by_role("button", name="Avsluta ärendet").click()
    check(page, "case-closed", look)


@pytest.mark.parametrize("look", ["desktop", "narrow"])
def test_a_record_is_examined_and_printed_without_axe_violations(browser: Browser, busy: Console, look: str) -> None:
    page = open_page(browser, busy, look, "reg")
    page.goto("/handlingar?verksamhet=exit_programme")
    check(page, "records", look)
    page.get_by_label("Kod").fill("1234 5678 9012 3456")
    page.get_by_role("button", name="Hitta ärendet").click()
    page.get_by_role("button", name="Pröva").click()
    check(page, "record-reason", look)
    page.get_by_label("Personen själv vill ha sina uppgifter").check()
    page.get_by_label("Varför öppnar du ärendet?").fill("Begäran, dnr 12/2026")
    page.get_by_role("button", name="Öppna ärendet").click()
    check(page, "record", look)
    page.get_by_role("button", name="Dölj del 2, vad det gäller").click()
    expect(page.locator(".problems")).to_be_focused()
    check(page, "record-problem", look)
    page.locator("#lagrum-need").fill("26 kap. 1 § OSL")
    page.get_by_role("button", name="Dölj del 2, vad det gäller").click()
    expect(page.get_by_text("Döljs med stöd av 26 kap. 1 § OSL.")).to_be_visible()
    check(page, "record-hidden", look)
    page.get_by_role("link", name="Visa för utskrift").click()
    expect(page.get_by_text("[Dolt med stöd av 26 kap. 1 § OSL]")).to_be_visible()
    check(page, "record-print", look)


def tab_to(page: Page, role: str, name: str) -> None:
    """Press Tab until the element has the focus; a person without a mouse can do no other."""
    wanted = page.get_by_role(role, name=name, exact=True).first  # type: ignore[arg-type]
    for _ in range(80):
        if wanted.evaluate("element => element === document.activeElement"):
            outline = wanted.evaluate("element => getComputedStyle(element).outlineStyle")
            assert outline != "none", f"{name} has the focus and does not show it"
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reached {role} '{name}'")


def write(page: Page, name: str, text: str) -> None:
    tab_to(page, "textbox", name)
    page.keyboard.type(text)


def press(page: Page, role: str, name: str) -> None:
    tab_to(page, role, name)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_case_worker_gets_through_a_morning_by_keyboard_alone(browser: Browser, busy: Console) -> None:
    page = open_page(browser, busy)
    page.goto("/logga-in")
    write(page, "Namn", "siv")
    write(page, "Lösenord", PASSWORD)
    press(page, "button", "Logga in")
    write(page, "Engångslösenord", PASSWORD)
    write(page, "Nytt lösenord", NEW)
    write(page, "Nytt lösenord igen", NEW)
    press(page, "button", "Byt lösenord")
    expect(page.get_by_role("status")).to_have_text("Lösenordet är bytt.")
    press(page, "link", "Ärenden")
    reference = page.locator("tr.acute a").inner_text()
    press(page, "link", reference)
    press(page, "button", "Ta ärendet")
    expect(page.get_by_role("status")).to_have_text("Du har tagit ärendet.")
    write(page, "Varför behöver du kontaktuppgifterna?", "Ringer för första kontakt")
    press(page, "button", "Visa kontaktuppgifter")
    expect(page.get_by_text("070-123 45 67")).to_be_visible()
    tab_to(page, "radio", "Telefon")
    page.keyboard.press("Space")
    tab_to(page, "checkbox", "Jag har nått personen. Ett försök räknas inte.")
    page.keyboard.press("Space")
    press(page, "button", "Första kontakt gjord")
    expect(page.get_by_role("status")).to_have_text("Första kontakt är noterad.")
    write(page, "Skriv till personen", "Hej, jag heter Siv.")
    press(page, "button", "Skicka")
    expect(page.get_by_text("Hej, jag heter Siv.")).to_be_visible()
    press(page, "button", "Logga ut")
    expect(page.get_by_role("status")).to_have_text("Du är utloggad.")


def test_a_reviewer_finds_and_opens_talks_by_keyboard_alone(browser: Browser, busy: Console) -> None:
    page = open_page(browser, busy, staff="rut")
    page.goto("/samtal")
    expect(page.get_by_role("row")).to_have_count(3)
    tab_to(page, "checkbox", "Bara akuta")
    page.keyboard.press("Space")
    press(page, "button", "Visa")
    expect(page.get_by_role("row")).to_have_count(2)
    press(page, "link", "23 nov. kl. 10.00")
    expect(page.get_by_text("de letar efter mig")).to_have_count(0)
    write(page, "Ditt skäl", "Granskar akuta samtal")
    press(page, "button", "Öppna samtalet")
    expect(page.get_by_text("de letar efter mig")).to_be_visible()
    check(page, "talk-sensitive", "desktop")
    assert busy.log(action="read_conversation")[0]["reason"] == "Granskar akuta samtal"


def test_the_first_tab_stop_skips_the_menu(browser: Browser, busy: Console) -> None:
    page = open_page(browser, busy, staff="siv")
    page.goto("/arenden")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Hoppa till innehållet")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Alla", exact=True)).to_be_focused()


def test_everything_works_with_wider_text_spacing(browser: Browser, busy: Console) -> None:
    page = open_page(browser, busy, "narrow", "siv")
    page.goto("/arenden")
    page.locator("tr.acute a").click()
    spaced = "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }"
    page.evaluate("css => document.adoptedStyleSheets.push(Object.assign(new CSSStyleSheet(), {}))", spaced)
    page.evaluate("css => document.adoptedStyleSheets.at(-1).replaceSync(css)", spaced)
    check(page, "case-spaced", "narrow")


def test_no_page_asks_another_host_for_anything(browser: Browser, busy: Console) -> None:
    asked: list[str] = []
    page = open_page(browser, busy, staff="ada")
    page.on("request", lambda request: asked.append(request.url))
    for path in ("/logga-in", "/personal", "/logg"):
        page.goto(path)
    assert asked and all(url.startswith(busy.base) for url in asked)
