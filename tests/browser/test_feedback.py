"""Did the answer help? Asked beside the log, answered by pointer, keyboard or without script, and a kind way on."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from bot.tables import messages
from tests.browser.conftest import Visit
from tests.browser.talk import focused, say
from tests.chat.running import Door


def kept(door: Door) -> list[str]:
    return [row.feedback for row in door.rows(messages) if row.feedback]


def after_a_card(visit: Visit) -> Page:
    page = visit.open()
    say(page, "jag vill lämna")
    expect(page.locator("#feedback")).to_be_visible()
    return page


def test_yes_is_thanked_for_and_kept(visit: Visit, door: Door) -> None:
    page = after_a_card(visit)
    page.get_by_role("button", name="Ja", exact=True).click()
    expect(page.locator("#feedback-said")).to_have_text("Tack, bra att veta.")
    expect(page.locator("#feedback-on")).to_be_hidden()
    assert kept(door) == ["yes"]


def test_no_leads_on_to_other_words_or_to_a_human(visit: Visit, door: Door) -> None:
    page = after_a_card(visit)
    page.get_by_role("button", name="Nej", exact=True).click()
    expect(page.locator("#feedback-said")).to_contain_text("Tack för att du säger till")
    page.get_by_role("link", name="Säg det på ett annat sätt").click()
    assert focused(page) == "text"
    assert page.url.endswith("/chatt")
    before = page.locator("#log .bot").count()
    page.locator("#feedback").get_by_role("button", name="Prata med en människa").click()
    page.wait_for_function("n => document.querySelectorAll('#log .bot').length > n", arg=before)
    assert door.rasa.asked[-1]["payload"] == "/human"


def test_the_answer_can_be_changed_and_says_which_one_holds(visit: Visit, door: Door) -> None:
    page = after_a_card(visit)
    for name, value in (("Nej", "no"), ("Ja", "yes"), ("Nej", "no")):
        page.get_by_role("button", name=name, exact=True).click()
        expect(page.locator(f"#feedback button[value={value}]")).to_have_attribute("aria-pressed", "true")
        expect(page.locator("#feedback [aria-pressed=true]")).to_have_count(1)
    assert kept(door) == ["no"]


def test_it_is_no_part_of_the_log_and_takes_no_focus(visit: Visit) -> None:
    page = after_a_card(visit)
    assert page.locator("[role=log] #feedback").count() == 0
    assert focused(page) == "text"
    page.focus("#feedback button[value=no]")
    page.keyboard.press("Enter")
    expect(page.locator("#feedback-on")).to_be_visible()
    assert page.evaluate("document.activeElement.value") == "no"


def test_it_goes_with_the_next_message_and_is_never_asked_in_danger(visit: Visit) -> None:
    page = after_a_card(visit)
    say(page, "han andas inte")
    expect(page.locator("#feedback")).to_be_hidden()


def test_a_verdict_that_does_not_arrive_is_not_shown_as_given(visit: Visit) -> None:
    page = after_a_card(visit)
    page.route("**/api/feedback", lambda route: route.abort())
    page.get_by_role("button", name="Ja", exact=True).click()
    expect(page.locator("#feedback-said")).to_have_text("Det gick inte att spara ditt svar just nu.")
    expect(page.locator("#feedback [aria-pressed=true]")).to_have_count(0)


def test_without_script_it_works_too(visit: Visit, door: Door) -> None:
    page = visit.open(java_script_enabled=False)
    page.fill("#text", "jag vill lämna")
    page.click("#say .main")
    page.get_by_role("button", name="Nej", exact=True).click()
    expect(page.locator("#feedback-said")).to_contain_text("Tack för att du säger till")
    page.locator("#feedback").get_by_role("button", name="Prata med en människa").click()
    assert kept(door) == ["no"]
    assert door.rasa.asked[-1]["payload"] == "/human"
