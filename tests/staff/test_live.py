"""An open page that follows what happens, in a real browser: what one does there is never disturbed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.database import transaction
from bot.handover import case as handed
from bot.handover import thread
from bot.settings import Settings
from bot.staff.casework.replies import load_replies
from bot.staff.parts import StaffParts
from bot.staff.sign_in.passwords import Passwords
from tests.staff.busy import fill
from tests.staff.console import CHEAP, NEEDS, NOW, SERVICES, Console, Running
from tests.staff.test_browser import check
from tests.staff.test_browser import open_page as open_any_page

pytestmark = pytest.mark.slow
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)


def open_page(browser: Browser, console: Console, look: str = "desktop", staff: str = "") -> Page:
    """As there, with its stream."""
    return open_any_page(browser, console, look, staff, live=True)


def written(console: Console, case_id: str, text: str) -> None:
    with transaction(console.engine) as connection:
        thread.post(connection, case_id, "person", text, console.clock.now)


def open_acute(page: Page) -> str:
    page.goto("/arenden")
    page.locator("tr.acute th a").click()
    expect(page.locator("#trad")).to_be_visible()
    return page.url.rsplit("/", 1)[1].partition("?")[0]


@pytest.mark.parametrize("look", ["desktop", "phone"])
def test_a_new_case_comes_into_the_list_and_focus_and_scroll_stay(browser: Browser, busy: Console, look: str) -> None:
    for number in range(30):
        busy.case(f"many{number}", hours=48)
    page = open_page(browser, busy, look, "siv")
    page.goto("/arenden")
    rows = page.locator("table.queue tbody tr")
    link = rows.nth(15).locator("th a")
    link.focus()
    reference, before = link.inner_text(), link.bounding_box()
    busy.clock.move(seconds=1)
    new = busy.case("new", acute=True)
    expect(page.get_by_role("link", name=new.reference, exact=True)).to_have_count(1)
    expect(page.locator("#sagt")).to_have_text("1 nytt ärende")
    expect(page.get_by_role("link", name=reference, exact=True)).to_be_focused()
    after = page.get_by_role("link", name=reference, exact=True).bounding_box()
    assert before and after and abs(before["y"] - after["y"]) < 2, "what one looks at has moved"
    check_live(page, f"live-list-{look}", look)


def test_a_message_comes_into_the_thread_while_somebody_types(browser: Browser, busy: Console) -> None:
    page = open_page(browser, busy, staff="siv")
    case_id = open_acute(page)
    box = page.get_by_label("Skriv till personen")
    box.fill("Jag skriver på ett långt svar")
    box.evaluate("box => box.setSelectionRange(3, 3)")
    written(busy, case_id, "Är ni kvar?")
    expect(page.locator(".talk").get_by_text("Är ni kvar?")).to_be_visible()
    expect(page.locator("#sagt")).to_have_text("Personen har skrivit.")
    expect(box).to_be_focused()
    expect(box).to_have_value("Jag skriver på ett långt svar")
    assert box.evaluate("box => box.selectionStart") == 3


def test_a_half_filled_form_is_left_alone_and_the_change_is_said(browser: Browser, busy: Console) -> None:
    page = open_page(browser, busy, staff="siv")
    case_id = open_acute(page)
    page.get_by_role("button", name="Ta ärendet").click()
    page.get_by_label("Telefon").check()
    with transaction(busy.engine) as connection:
        handed.record_first_contact(connection, case_id, "someone", "mail", NOW)
    expect(page.get_by_text("Något har ändrats medan du fyllde i.")).to_be_visible()
    expect(page.get_by_label("Telefon")).to_be_checked()
    check_live(page, "live-behind", "desktop")


def test_what_the_person_has_taken_back_is_said_at_once(browser: Browser, busy: Console) -> None:
    page = open_page(browser, busy, staff="siv")
    case_id = open_acute(page)
    with transaction(busy.engine) as connection:
        handed.withdraw(connection, case_id, NOW)
    expect(page.locator("[data-region=head]").get_by_text("Personen har tagit tillbaka ärendet.")).to_be_visible()


def test_two_see_each_other_at_the_same_case(browser: Browser, busy: Console) -> None:
    siv, berit = open_page(browser, busy, staff="siv"), open_page(browser, busy, "phone", "berit")
    open_acute(siv)
    expect(siv.locator(".there")).to_have_text("")
    case_id = open_acute(berit)
    expect(berit.locator(".there")).to_contain_text("Siv läser ärendet just nu.")
    expect(siv.locator(".there")).to_contain_text("Berit läser ärendet just nu.")
    check_live(berit, "live-there", "phone")
    check_live(siv, "live-there", "desktop")
    siv.get_by_role("button", name="Ta ärendet").click()
    expect(berit.get_by_role("button", name="Ta ärendet")).to_have_count(0)
    expect(berit.locator("[data-region=facts]")).to_contain_text("Siv")
    berit.goto("/arenden")
    expect(siv.locator(".there")).to_have_text("")
    assert case_id


def test_the_end_of_the_session_is_said_and_the_text_stays(browser: Browser, busy: Console) -> None:
    page = open_page(browser, busy, staff="siv")
    open_acute(page)
    page.get_by_label("Skriv till personen").fill("Inte skickat än")
    busy.clock.move(minutes=31)
    expect(page.get_by_text("Du är utloggad.")).to_be_visible()
    expect(page.get_by_label("Skriv till personen")).to_have_value("Inte skickat än")


def test_a_case_that_has_gone_to_another_unit_is_not_taken_for_the_end_of_the_session(
    browser: Browser, busy: Console
) -> None:
    page = open_page(browser, busy, staff="siv")
    case_id = open_acute(page)
    with busy.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE cases SET service = 'youth_team' WHERE id = '{case_id}'")
    expect(page.get_by_text("Sidan uppdateras inte av sig själv just nu.")).to_be_visible()
    expect(page.get_by_text("Du är utloggad.")).to_be_hidden()


def test_a_case_in_a_tab_behind_is_neither_read_nor_shown_as_read(browser: Browser, busy: Console) -> None:
    siv, berit = open_page(browser, busy, staff="siv"), open_page(browser, busy, staff="berit")
    case_id = open_acute(siv)
    open_acute(berit)
    expect(berit.locator(".there")).to_contain_text("Siv läser ärendet just nu.")
    hide = "hidden => { Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});"
    siv.evaluate(hide + " document.dispatchEvent(new Event('visibilitychange')) }", True)
    expect(berit.locator(".there")).to_have_text("")
    read = len(busy.log(action="read_case", case_id=case_id))
    berit.get_by_label("Skriv till personen").fill("Hej!")
    written(busy, case_id, "Är ni kvar?")
    expect(berit.locator(".talk").get_by_text("Är ni kvar?")).to_be_visible()
    assert siv.locator(".talk").get_by_text("Är ni kvar?").count() == 0
    siv.evaluate(hide + " document.dispatchEvent(new Event('visibilitychange')) }", False)
    expect(siv.locator(".talk").get_by_text("Är ni kvar?")).to_be_visible()
    expect(berit.locator(".there")).to_contain_text("Siv läser ärendet just nu.")
    assert len(busy.log(action="read_case", case_id=case_id)) > read


def test_a_console_that_was_away_is_followed_again(browser: Browser, busy: Console) -> None:
    page = open_page(browser, busy, staff="siv")
    away = {"now": True}
    page.route("**/arenden/strom", lambda route: route.fulfill(status=502) if away["now"] else route.continue_())
    page.route("**/arenden/nu*", lambda route: route.fulfill(status=502) if away["now"] else route.continue_())
    page.goto("/arenden")
    expect(page.get_by_text("Sidan uppdateras inte av sig själv just nu.")).to_be_visible()
    check_live(page, "live-away", "desktop")
    busy.clock.move(seconds=1)
    new = busy.case("new")
    away["now"] = False
    expect(page.get_by_role("link", name=new.reference, exact=True)).to_be_visible()
    expect(page.get_by_text("Sidan uppdateras inte av sig själv just nu.")).to_be_hidden()


def test_after_a_restart_of_the_console_the_page_follows_again(
    browser: Browser, console: Console, settings: Settings
) -> None:
    def start(port: int = 0) -> Running:
        parts = StaffParts(console.engine, NEEDS, SERVICES, {"jarva": "Järva"}, console.clock, Passwords(CHEAP))
        return Running(settings, parts, port)

    with start() as first:
        own = Console(console.engine, console.clock, settings, first.base)
        page = open_page(browser, fill(own), staff="siv")
        page.goto("/arenden")
        own.clock.move(seconds=1)
        before = own.case("before")
        expect(page.get_by_role("link", name=before.reference, exact=True)).to_be_visible()
    expect(page.get_by_text("Sidan uppdateras inte av sig själv just nu.")).to_be_visible()
    own.clock.move(seconds=1)
    meanwhile = own.case("meanwhile")
    with start(int(first.base.rpartition(":")[2])):
        expect(page.get_by_role("link", name=meanwhile.reference, exact=True)).to_be_visible()
        expect(page.get_by_text("Sidan uppdateras inte av sig själv just nu.")).to_be_hidden()


def test_sound_and_title_only_if_they_are_switched_on(browser: Browser, busy: Console) -> None:
    page = open_page(browser, busy, staff="siv")
    page.goto("/arenden")
    busy.clock.move(seconds=1)
    first = busy.case("first")
    expect(page.get_by_role("link", name=first.reference, exact=True)).to_be_visible()
    assert page.title().startswith("Ärenden") and not page.evaluate("document.documentElement.dataset.sounded")
    page.get_by_text("Ljud och kortkommandon").click()
    page.get_by_label("Spela ett kort ljud").check()
    page.get_by_role("button", name="Spara").click()
    expect(page.get_by_role("status").first).to_have_text("Dina val är sparade.")
    page.evaluate("Document.prototype.hasFocus = () => false")
    busy.clock.move(seconds=1)
    for name in ("second", "third"):
        busy.case(name)
    expect(page).to_have_title("(2) Ärenden – Vägvisaren personal")
    assert int(page.evaluate("document.documentElement.dataset.sounded")) >= 1
    page.evaluate("Document.prototype.hasFocus = () => true; window.dispatchEvent(new Event('focus'))")
    expect(page).to_have_title("Ärenden – Vägvisaren personal")


def test_keys_move_open_take_and_tell(browser: Browser, busy: Console) -> None:
    page = open_page(browser, busy, staff="siv")
    page.goto("/arenden")
    links = page.locator("table.queue tbody th a")
    for key, place in (("j", 0), ("j", 1), ("k", 0), ("k", 0)):
        page.keyboard.press(key)
        expect(links.nth(place)).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Kortkommandon")).to_be_visible()
    check_live(page, "live-keys", "desktop")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_text("Välj ut ärenden").click()
    page.get_by_label("Läge").focus()
    page.keyboard.press("j")
    expect(page.get_by_label("Läge")).to_be_focused()
    links.nth(1).focus()
    reference = links.nth(1).inner_text()
    page.keyboard.press("t")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Ärende {reference}")
    expect(page.get_by_role("status").first).to_have_text("Du har tagit ärendet.")
    page.goto("/arenden")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ärende ")


def test_keys_that_are_switched_off_do_nothing(browser: Browser, busy: Console) -> None:
    page = open_page(browser, busy, staff="siv")
    page.goto("/arenden")
    page.get_by_text("Ljud och kortkommandon").click()
    page.get_by_label("Använd kortkommandon").uncheck()
    page.get_by_role("button", name="Spara").click()
    expect(page.get_by_role("status").first).to_have_text("Dina val är sparade.")
    page.keyboard.press("j")
    page.keyboard.press("?")
    assert page.evaluate("document.activeElement.tagName") != "A"
    expect(page.locator("dialog")).to_have_count(0)


def test_a_standard_reply_goes_in_at_the_cursor(browser: Browser, busy: Console) -> None:
    page = open_page(browser, busy, staff="siv")
    open_acute(page)
    chosen = load_replies()[1]
    box = page.get_by_label("Skriv till personen")
    box.fill("Före.\n\nEfter.")
    box.evaluate("box => box.setSelectionRange(7, 7)")
    page.get_by_label("Standardsvar").select_option(label=chosen.title)
    page.get_by_role("button", name="Sätt in").click()
    expect(box).to_have_value(f"Före.\n\n{chosen.text}\n\nEfter.")
    expect(box).to_be_focused()


@pytest.mark.parametrize("look", ["desktop", "phone-dark", "narrow"])
def test_every_new_state_is_without_axe_violations(browser: Browser, busy: Console, look: str) -> None:
    page = open_page(browser, busy, look, "siv")
    page.goto("/arenden?akut=1&visa=mine")
    check_live(page, "live-filtered", look)
    open_acute(page)
    page.get_by_role("button", name="Ta ärendet").click()
    page.get_by_label("Skriv till personen").fill("Hej!")
    page.get_by_role("button", name="Skicka").click()
    page.get_by_text("Lämna över ärendet", exact=True).click()
    check_live(page, "live-hand-on", look)
    page.get_by_role("button", name="Lämna tillbaka samtalet").click()
    expect(page.get_by_text("Samtalet är lämnat till assistenten sedan")).to_be_visible()
    page.get_by_text("Avsluta ärendet", exact=True).first.click()
    page.get_by_label("Gick inte att nå").check()
    page.get_by_role("button", name="Avsluta ärendet").click()
    expect(page.get_by_role("button", name="Ångra")).to_be_visible()
    check_live(page, "live-closed", look)
    page.goto("/arenden/avslutade")
    check_live(page, "live-over", look)
    admin = open_page(browser, busy, look, "ada")
    admin.goto("/assistenten/verksamheter")
    admin.get_by_label("Verksamhet", exact=True).select_option("mini_maria")
    admin.get_by_label("Varför?").fill("Alla är sjuka")
    admin.get_by_role("button", name="Stäng för nya ärenden").click()
    expect(admin.get_by_text("Tar inte emot just nu")).to_be_visible()
    check_live(admin, "live-units", look)


def check_live(page: Page, name: str, look: str) -> None:
    """As `check`; a page with an open stream is never quiet, so that is not waited for."""
    check(page, name, look, quiet=False)
