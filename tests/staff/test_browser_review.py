"""Review in a real browser: twenty uncertain messages by keyboard alone, and axe on every page and state."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import func, select

from bot.tables import uncertain
from tests.staff.busy import fill
from tests.staff.console import Console
from tests.staff.test_browser import check, open_page, press, tab_to, write
from tests.staff.test_learning import OWN, agreed
from tests.staff.test_unsure import unsure

pytestmark = pytest.mark.slow
SAID = """
barnet kommer inte ur sängen om mornarna
han hänger nere vid torget till långt in på natten
var ringer man om sånt här
vi grälar om skärmtid varje kväll
brorsan äter ingenting längre
hon ljuger om vart pengarna tar vägen
orkar inte skjutsa och tjata mer
läraren säger att allt är bra fast det inte är det
farfar dricker sedan pensionen
fick brev från socialtjänsten och fattar noll
kompisen bär kniv i väskan
hur länge är kön
sonen spelar bort sin lön
mobbad på tiktok
behöver tolk på somaliska
flyttar till Årsta i maj
grannarna skriker genom väggen
kan jag byta handläggare
tonåring slår sönder dörrar
rymde från hvb i fredags
pappa låser in mobilen
ensam med tre små
vill prata med någon klok
""".strip().splitlines()


@pytest.fixture
def unread(console: Console) -> Console:
    """Twenty-three uncertain messages, each another, so that none is a copy of the next."""
    fill(console)
    console.talk("d" * 32, *[unsure(text, 0.3 + n / 100) for n, text in enumerate(SAID)])
    console.talk("e" * 32, unsure("hemliga ord om någon annan", 0.4, "leave_crime"))
    return console


def states(console: Console) -> dict[str, int]:
    with console.engine.connect() as connection:
        counted = select(uncertain.c.state, func.count()).where(uncertain.c.sensitive.is_(False))
        return dict(connection.execute(counted.group_by(uncertain.c.state)).all())


def key(page: Page, name: str) -> None:
    """A key that sends a form."""
    with page.expect_navigation():
        page.keyboard.press(name)


def test_a_reviewer_goes_through_twenty_messages_by_keyboard_alone(browser: Browser, unread: Console) -> None:
    page = open_page(browser, unread, staff="rut")
    page.goto("/samtal")
    press(page, "link", "Osäkra")
    expect(page.locator("article")).to_have_count(20)
    expect(page.locator("article").first).to_be_focused()
    before = states(unread)["open"]
    for number in range(20):
        # Now the guess is right, now it is the second, now another one down the page.
        if number % 3 == 2:
            page.keyboard.press("j")
            page.keyboard.press("j")
            page.keyboard.press("k")
            expect(page.locator("article").nth(1)).to_be_focused()
        key(page, "Enter" if number % 3 == 0 else "2")
        expect(page.get_by_role("status")).to_have_text("Sparat. Här är nästa.")
    assert (before, states(unread)) == (24, {"open": 4, "settled": 20})
    assert len(unread.log(action="label_message")) == 20


def test_danger_is_marked_by_keyboard_and_waits_for_another(browser: Browser, unread: Console) -> None:
    page = open_page(browser, unread, staff="rut")
    page.goto("/osakra")
    page.keyboard.press("u")
    expect(page.get_by_role("button", name="Akut: fara för liv").first).to_be_focused()
    page.keyboard.press("Tab")
    key(page, "Enter")
    expect(page.get_by_role("status")).to_contain_text("En kollega till behöver läsa")
    page.keyboard.press("r")
    expect(page.get_by_role("status")).to_have_text("Sparat. Här är nästa.")
    assert states(unread) == {"open": 22, "waiting": 1, "settled": 1}


def test_the_keys_can_be_seen_and_switched_off_and_stay_off(browser: Browser, unread: Console) -> None:
    page = open_page(browser, unread, staff="rut")
    page.goto("/osakra")
    page.keyboard.press("?")
    expect(page.get_by_text("Nästa meddelande")).to_be_visible()
    check(page, "unsure-keys", "desktop")
    tab_to(page, "checkbox", "Snabbtangenter är på")
    page.keyboard.press("Space")
    page.keyboard.press("1")
    page.reload()
    page.keyboard.press("1")
    page.keyboard.press("j")
    expect(page.locator("article:focus")).to_have_count(0)
    assert states(unread) == {"open": 24}


def test_a_key_that_is_typed_into_a_list_is_no_order(browser: Browser, unread: Console) -> None:
    page = open_page(browser, unread, staff="rut")
    page.goto("/osakra")
    page.locator("select").first.focus()
    page.keyboard.press("u")
    page.keyboard.press("1")
    expect(page.locator("select").first).to_be_focused()
    assert states(unread) == {"open": 24}


def test_without_script_everything_is_done_with_buttons(browser: Browser, unread: Console) -> None:
    with_script = open_page(browser, unread, staff="rut")
    context = browser.new_context(base_url=unread.base, java_script_enabled=False)
    context.add_cookies(with_script.context.cookies())  # type: ignore[arg-type]
    page = context.new_page()
    page.goto("/osakra")
    expect(page.get_by_text("Snabbtangenter är på")).to_be_hidden()
    first = page.locator("article").first
    first.get_by_role("button", name=re.compile("Rätt: Att vara förälder")).click()
    expect(page.get_by_role("status")).to_have_text("Sparat. Här är nästa.")
    first = page.locator("article").first
    first.get_by_label("Något annat").select_option("substance_use")
    first.get_by_role("button", name="Spara valet").click()
    expect(page.get_by_role("status")).to_have_text("Sparat. Här är nästa.")
    assert states(unread) == {"open": 22, "settled": 2}


@pytest.mark.parametrize("look", ["desktop", "desktop-dark", "phone", "narrow", "forced"])
def test_every_page_of_review_is_without_axe_violations_and_fits(browser: Browser, unread: Console, look: str) -> None:
    agreed(unread, "min dotter sover aldrig hemma", talk="f")
    rut = unread.signed_in(unread.person("rolf", "reviewer"))
    rut.submit(f"/samtal/{'b' * 32}/larma", what="Ett barn blir slaget hemma, pappan hotar henne")
    rut.submit(f"/samtal/{'b' * 32}/granska", flagged="1", reviewed="1", tags="skola, lång", note="Bra svar")
    page = open_page(browser, unread, look, "rut")
    pages = {
        "talks-filters": "/samtal?from=2026-01-01&sok=",
        "talks-none": "/samtal?sok=ingenting",
        "talk-marked": f"/samtal/{'b' * 32}",
        "unsure": "/osakra",
        "unsure-reason": "/osakra?kansliga=1",
        "examples": "/exempel",
        "alarms": "/larm",
    }
    for name, path in pages.items():
        page.goto(path)
        check(page, name, look)
    page.goto("/exempel")
    page.locator("textarea").first.fill("[namn] här")
    page.get_by_role("button", name="Lämna till redaktören").first.click()
    check(page, "examples-problem", look)
    page.locator("textarea").first.fill(OWN)
    page.get_by_role("button", name="Lämna till redaktören").first.click()
    check(page, "examples-none", look)
    editor = open_page(browser, unread, look, "ed")
    editor.goto("/godkann")
    check(editor, "approve", look)


def test_a_talk_is_marked_kept_as_a_filter_and_alarmed_about_by_keyboard(browser: Browser, unread: Console) -> None:
    page = open_page(browser, unread, staff="rut")
    page.goto("/samtal")
    write_search = "Sök i det som personer har skrivit"
    tab_to(page, "searchbox", write_search)
    page.keyboard.type("läraren")
    press(page, "button", "Visa")
    write(page, "Spara valen under namnet", "Skolvägran")
    press(page, "button", "Spara")
    expect(page.get_by_role("status")).to_have_text("Valen är sparade.")
    page.locator("tbody a").first.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    write(page, "Lägg till taggar", "skola")
    write(page, "Anteckning", "Bra fråga tillbaka")
    press(page, "button", "Spara och gå till listan")
    expect(page.get_by_role("status")).to_have_text("Granskningen är sparad.")
    expect(page.get_by_role("link", name="Skolvägran")).to_be_visible()
    page.locator("tbody a").first.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    write(page, "Vad har du sett?", "Ett barn blir slaget hemma")
    press(page, "button", "Larma")
    expect(page.get_by_role("heading", name="Larmet är noterat")).to_be_visible()
    check(page, "alarm-raised", "desktop")
