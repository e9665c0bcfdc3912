"""English with script: the page's words, and what the script itself adds to the page."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.states import LOOKS, faults
from tests.browser.talk import say
from tests.chat.running import Door

# Words of the Swedish page that a script could have kept.
SWEDISH = ("Assistenten", "Personalen", "tecken", "Ring ", "Läs mer", "Obekräftad", "Skriv", "samtal", "Viktigt")


def not_marked(page: Page) -> str:
    return str(
        page.evaluate(
            """() => { const copy = document.body.cloneNode(true);
            copy.querySelectorAll('[lang=sv], template, .person .text').forEach((part) => part.remove());
            return copy.textContent }"""
        )
    )


def test_the_language_is_changed_in_the_middle_of_a_talk_without_losing_anything(visit: Visit, door: Door) -> None:
    page = visit.open()
    say(page, "hej")
    page.fill("#text", "halvvägs")
    page.get_by_role("button", name="In English").click()
    expect(page.get_by_role("heading", name="Ask the city")).to_be_visible()
    expect(page.locator("#text")).to_have_value("halvvägs")
    expect(page.get_by_text("Du skrev: hej")).to_be_visible()
    say(page, "igen")
    page.get_by_role("button", name="På svenska").click()
    expect(page.get_by_role("heading", name="Fråga staden")).to_be_visible()
    assert page.locator("#log .person").count() == 2
    assert len(door.rasa.asked) == 2


def test_what_the_script_adds_is_english_and_what_is_swedish_is_marked(visit: Visit) -> None:
    page = visit.open("/chatt?lang=en")
    say(page, "jag vill lämna")
    say(page, "han andas inte")
    page.fill("#text", "a" * 2050)
    page.press("#text", "Enter")
    expect(page.locator("#text-wrong")).to_contain_text("50 characters too many")
    page.fill("#text", "")
    page.context.set_offline(True)
    page.fill("#text", "hello")
    page.press("#text", "Enter")
    page.get_by_text("I cannot reach the city right now").wait_for()
    left = not_marked(page)
    assert not [word for word in SWEDISH if word in left]


def test_the_api_is_asked_in_english(visit: Visit) -> None:
    page = visit.open("/chatt?lang=en")
    say(page, "jag vill lämna")
    page.get_by_role("button", name="Bli uppringd").click()
    page.fill("#c-phone", "12")
    page.click("#contact .main")
    expect(page.locator("#c-phone-wrong")).to_contain_text("does not look right")


def test_the_widget_opens_the_english_chat_from_an_english_page(visit: Visit) -> None:
    page = visit.open("/?lang=en")
    page.get_by_role("button", name="Ask the city").click()
    frame = page.locator("iframe").element_handle().content_frame()
    assert frame is not None
    frame.wait_for_url("**/chatt?lang=en", wait_until="load")
    frame.get_by_role("button", name="Leave page").wait_for()


def test_without_script_the_language_can_be_changed_too(visit: Visit) -> None:
    page = visit.open(java_script_enabled=False)
    page.get_by_role("button", name="In English").click()
    page.fill("#text", "hello")
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_text("Du skrev: hello").wait_for()
    page.get_by_role("button", name="På svenska").click()
    page.get_by_text("Du skrev: hello").wait_for()
    expect(page.get_by_role("button", name="Skicka", exact=True)).to_be_visible()


@pytest.mark.parametrize("look", LOOKS, ids=str)
@pytest.mark.parametrize("path", ["/chatt", "/kvittens", "/om-chatten", "/tillganglighet"])
def test_axe_finds_nothing_on_the_english_pages(visit: Visit, path: str, look: str) -> None:
    page = visit.open(f"{path}?lang=en", **LOOKS[look])
    if path == "/chatt":
        say(page, "jag vill lämna")
    assert not faults(page)
