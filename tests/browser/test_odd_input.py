"""A new user's worst: pastes, odd signs, impatient fingers, the back button, no network, a locked clipboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from bot.tables import cases, messages
from tests.browser.conftest import Visit
from tests.browser.states import card, form, receipt, walk
from tests.browser.talk import focused, say
from tests.chat.running import Door

ODD = {
    "right to left": "مرحبا أحتاج مساعدة",
    "turned round": "hej \u202etxt.exe",
    "family": "👨‍👩‍👧‍👦" * 40,
    "stacked marks": "Z̷͎̐a̸͊" * 60,
    "one long word": "x" * 1999,
    "only a dot": ".",
    "braces": "{{ 7 * 7 }} ${x} {name}",
    "a command": "/restart",
}


def people(door: Door) -> list[str]:
    return [row.text for row in door.rows(messages) if row.sender == "person"]


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_whatever_is_written_is_shown_answered_and_fits(visit: Visit, text: str) -> None:
    page = visit.open(viewport={"width": 320, "height": 640})
    say(page, text)
    assert page.locator("#log .person .text").inner_text() == text
    assert page.locator("#log .person .text").get_attribute("dir") == "auto"
    assert page.evaluate("document.querySelector('#scroller').scrollWidth") <= 320


def test_twenty_thousand_pasted_characters_stay_in_the_box_which_stays_small(visit: Visit, door: Door) -> None:
    page = visit.open(viewport={"width": 360, "height": 740})
    page.fill("#text", "a å😀" * 5000)
    page.press("#text", "Enter")
    expect(page.locator("#text-wrong")).to_contain_text("18000 tecken för mycket")
    assert len(page.input_value("#text")) == 20_000
    box = page.locator("#text").bounding_box()
    assert box is not None and box["height"] <= 740 / 4
    assert people(door) == []


def test_a_text_too_large_for_any_form_is_refused_in_words_that_are_true(visit: Visit) -> None:
    page = visit.open(java_script_enabled=False)
    page.fill("#text", "😀" * 20_000)
    page.click("#say .main")
    expect(page.get_by_text("jag kan läsa högst 2 000 tecken")).to_be_visible()
    assert "kvar i rutan" not in page.inner_text("main")


def test_a_double_click_sends_once_and_complains_of_nothing(visit: Visit, door: Door) -> None:
    page = visit.open()
    page.fill("#text", "hej")
    page.locator("#say .main").dblclick()
    page.get_by_text("Du skrev: hej").wait_for()
    expect(page.locator("#text-wrong")).to_have_text("")
    page.get_by_role("button", name="Att vara förälder").dblclick()
    expect(page.locator("#log .person")).to_have_count(2)
    page.wait_for_timeout(800)
    page.locator("#say").get_by_role("button", name="Prata med en människa").dblclick()
    expect(page.locator("#log .person")).to_have_count(3)
    page.wait_for_timeout(300)
    assert len(people(door)) == 3


def test_what_stood_in_the_contact_form_does_not_come_back_with_the_back_button(visit: Visit) -> None:
    page = visit.open()
    walk(page, card, form)
    page.fill("#c-phone", "070-123 45 67")
    page.goto(visit.door.url + "/om-chatten")
    page.go_back()
    page.wait_for_load_state("load")
    page.wait_for_function("() => !document.querySelector('#c-phone').value")
    expect(page.locator("#contact")).to_be_hidden()


def test_a_form_sent_without_network_arrives_once_when_it_is_back(visit: Visit, door: Door) -> None:
    page = visit.open()
    walk(page, card, form)
    page.fill("#c-phone", "070-123 45 67")
    page.context.set_offline(True)
    page.click("#contact .main")
    page.get_by_text("Det du skrev är inte skickat än").wait_for()
    assert door.rows(cases) == []
    page.click("#contact .main")
    page.context.set_offline(False)
    page.wait_for_selector("#log .receipt", timeout=15_000)
    page.wait_for_timeout(500)
    assert len(door.rows(cases)) == 1
    expect(page.locator("#log .receipt")).to_have_count(1)


def test_a_clipboard_that_is_locked_is_told_of(visit: Visit) -> None:
    page: Page = visit.open()
    walk(page, card, form, receipt)
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('locked')) }")
    page.get_by_role("button", name="Kopiera koden").click()
    expect(page.locator("#status")).to_have_text("Koden gick inte att kopiera. Skriv av den i stället.")


def test_a_field_that_is_far_too_long_is_named_and_nothing_is_lost(visit: Visit) -> None:
    page = visit.open()
    walk(page, card, form)
    page.fill("#c-phone", "070-123 45 67")
    page.fill("#c-when", "x" * 5000)
    page.click("#contact .main")
    expect(page.locator("#c-when-wrong")).to_contain_text("för lång")
    assert focused(page) == "c-when"
    assert page.input_value("#c-phone") == "070-123 45 67"
