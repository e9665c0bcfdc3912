"""Leave this page: at once, in three ways, with nothing behind; and never by accident."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from bot.tables import conversations
from tests.browser.conftest import Visit
from tests.browser.talk import focused, framed_chat, say
from tests.chat.running import Door

EXIT = "/tillganglighet"


def left(page: Page) -> None:
    """The page shown is the neutral one. Asked again and again: leaving breaks off whatever was loading just then."""
    expect(page).to_have_url(re.compile(f"{re.escape(EXIT)}$"), timeout=15_000)


def ended(door: Door) -> None:
    """The session is dead. The browser sends word of it beside leaving, so it may come a moment later."""
    deadline = time.monotonic() + 5
    while door.rows(conversations)[0].ended_at is None and time.monotonic() < deadline:
        time.sleep(0.05)
    talk = door.rows(conversations)[0]
    assert talk.ended_at is not None and talk.token_hash is None


def gone(page: Page, door: Door) -> None:
    """The neutral page is shown, the session is dead, and Back shows nothing of the talk."""
    left(page)
    ended(door)
    page.go_back()
    page.wait_for_timeout(300)
    assert "jag vill lämna" not in page.content()


def talking(visit: Visit, **options: Any) -> Page:
    page = visit.open("/kvittens", **options)
    page.goto(visit.door.url + "/chatt")
    say(page, "jag vill lämna")
    return page


def test_the_button_leaves_and_back_shows_nothing(visit: Visit, door: Door) -> None:
    page = talking(visit)
    page.click("#exit")
    gone(page, door)


def test_three_shifts_leave_from_inside_the_text_box(visit: Visit, door: Door) -> None:
    page = talking(visit)
    page.focus("#text")
    for _ in range(3):
        page.keyboard.press("Shift")
    gone(page, door)


def test_the_button_is_first_in_the_tab_order(visit: Visit) -> None:
    page = visit.open()
    page.keyboard.press("Tab")
    assert focused(page) == "exit"
    page.keyboard.press("Enter")
    left(page)


def test_without_script_the_button_leaves_too(visit: Visit, door: Door) -> None:
    page = visit.open(java_script_enabled=False)
    page.fill("#text", "jag vill lämna")
    page.click("#say .main")
    page.click("#exit")
    left(page)
    assert door.rows(conversations)[0].token_hash is None


def test_the_page_is_blank_at_once_even_when_the_network_is_dead(visit: Visit) -> None:
    page = talking(visit)
    page.context.set_offline(True)
    page.evaluate("() => { window.stop = () => {} }")
    page.click("#exit", no_wait_after=True)
    page.wait_for_timeout(200)
    assert "jag vill lämna" not in page.content()


def test_what_is_covered_is_announced_neutrally(visit: Visit) -> None:
    page = talking(visit)
    seen = page.evaluate(
        """() => { document.querySelector('#exit').click();
        const cover = document.querySelector('#cover'), tokens = [...document.querySelectorAll('input[name=token]')];
        return [cover.textContent, cover.getAttribute('role'), !document.querySelector('#log'),
                tokens.some((field) => field.value), document.title] }"""
    )
    assert seen == ["Laddar", "alert", True, False, "Stockholms stad"]
    left(page)


@pytest.mark.parametrize(
    "keys", [["A", "B", "C", "D"], ["Shift", "A", "Shift", "B"], ["Shift", "Shift", "x", "Shift"], ["Escape"] * 3]
)
def test_typing_never_leaves(visit: Visit, keys: list[str]) -> None:
    page = visit.open()
    page.focus("#text")
    for key in keys:
        page.keyboard.press(key if len(key) > 1 else f"Shift+{key}")
    page.wait_for_timeout(200)
    assert page.url.endswith("/chatt")


def test_a_sentence_in_capitals_never_leaves(visit: Visit) -> None:
    page = visit.open()
    page.focus("#text")
    for letter in "JAG ÄR RÄDD":
        page.keyboard.down("Shift")
        page.keyboard.insert_text(letter)
        page.keyboard.press("a")
        page.keyboard.up("Shift")
    assert page.url.endswith("/chatt")


def test_both_shifts_held_together_do_not_count(visit: Visit) -> None:
    page = visit.open()
    for _ in range(4):
        page.keyboard.down("ShiftLeft")
        page.keyboard.down("ShiftRight")
        page.keyboard.up("ShiftRight")
        page.keyboard.up("ShiftLeft")
    page.wait_for_timeout(200)
    assert page.url.endswith("/chatt")


def test_slow_shifts_do_not_count(visit: Visit) -> None:
    page = visit.open()
    page.clock.install()
    for _ in range(5):
        page.keyboard.press("Shift")
        page.clock.fast_forward(3000)
    assert page.url.endswith("/chatt")


def test_shifts_after_a_touch_do_not_count(visit: Visit) -> None:
    """The keyboards of phones send Shift by themselves while one types."""
    page = visit.open(has_touch=True, viewport={"width": 360, "height": 740})
    page.tap("#text")
    for _ in range(4):
        page.keyboard.press("Shift")
    page.wait_for_timeout(200)
    assert page.url.endswith("/chatt")


@pytest.mark.parametrize("pointer", ["touch", "pen"])
def test_shifts_after_a_touch_or_a_pen_do_not_count_and_after_a_mouse_they_do(visit: Visit, pointer: str) -> None:
    page = visit.open()
    press = "(type) => dispatchEvent(new PointerEvent('pointerdown', { pointerType: type }))"
    page.evaluate(press, pointer)
    for _ in range(4):
        page.keyboard.press("Shift")
    page.wait_for_timeout(200)
    assert page.url.endswith("/chatt")
    page.evaluate(press, "mouse")
    for _ in range(3):
        page.keyboard.press("Shift")
    left(page)


def test_a_shift_that_is_held_counts_once(visit: Visit) -> None:
    page = visit.open()
    for _ in range(5):
        page.keyboard.down("Shift")
    page.keyboard.up("Shift")
    page.wait_for_timeout(200)
    assert page.url.endswith("/chatt")


@pytest.mark.parametrize("pointer", ["touch", "pen"])
def test_on_the_page_around_the_widget_a_touch_counts_as_little(visit: Visit, pointer: str) -> None:
    page = visit.open("/")
    page.get_by_role("button", name="Fråga staden").click()
    framed_chat(page)
    page.get_by_role("button", name="Stäng").focus()
    page.evaluate("(type) => dispatchEvent(new PointerEvent('pointerdown', { pointerType: type }))", pointer)
    for _ in range(4):
        page.keyboard.press("Shift")
    page.wait_for_timeout(300)
    assert page.url == visit.door.url + "/"


def test_before_the_chat_has_been_opened_the_page_around_it_never_leaves(visit: Visit) -> None:
    page = visit.open("/")
    for _ in range(4):
        page.keyboard.press("Shift")
    page.wait_for_timeout(200)
    assert page.url == visit.door.url + "/"


def test_in_the_widget_too_the_button_follows_the_topic(visit: Visit) -> None:
    page = visit.open("/")
    page.get_by_role("button", name="Fråga staden").click()
    frame = framed_chat(page)
    expect(frame.locator(".exit")).to_have_class("exit")
    frame.locator("#text").fill("jag vill lämna")
    frame.locator("#text").press("Enter")
    expect(frame.locator(".exit")).to_have_class("exit strong")


@pytest.mark.parametrize(("width", "height"), [(360, 740), (320, 256), (1280, 800)])
def test_the_button_never_scrolls_away_and_nothing_covers_it(visit: Visit, width: int, height: int) -> None:
    page = visit.open(viewport={"width": width, "height": height})
    say(page, "jag vill lämna")
    for position in (0, 99_999):
        page.evaluate("(y) => { scrollTo(0, y); document.querySelector('#scroller').scrollTop = y }", position)
        on_top = page.evaluate(
            """() => { const box = document.querySelector('#exit').getBoundingClientRect();
            return document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)?.id }"""
        )
        assert on_top == "exit"


def test_the_button_is_calm_at_first_and_prominent_once_the_topic_is_dangerous(visit: Visit) -> None:
    page = visit.open()
    assert "strong" not in (page.locator(".exit").get_attribute("class") or "")
    say(page, "jag vill lämna")
    assert "strong" in (page.locator(".exit").get_attribute("class") or "")


def test_a_page_that_the_browser_kept_does_not_come_back_after_the_session_has_ended(visit: Visit, door: Door) -> None:
    page = talking(visit)
    token = page.input_value("#say input[name=token]")
    door.form("/chatt/avsluta", token=token)
    page.evaluate("() => { dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })) }")
    page.wait_for_function("() => !document.body.textContent.includes('jag vill lämna')")


def test_a_page_that_the_browser_kept_stays_while_the_session_lives(visit: Visit) -> None:
    page = talking(visit)
    page.evaluate("() => { dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })) }")
    page.wait_for_timeout(400)
    assert page.locator("#log .person").is_visible()


def test_nothing_is_left_in_the_browsers_stores(visit: Visit) -> None:
    page = talking(visit)
    assert page.evaluate("() => [localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
    assert page.context.cookies() == []


def test_from_the_widget_the_whole_page_leaves(visit: Visit, door: Door) -> None:
    page = visit.open("/")
    page.get_by_role("button", name="Fråga staden").click()
    frame = framed_chat(page)
    frame.locator("#text").fill("jag vill lämna")
    frame.locator("#text").press("Enter")
    frame.locator("#log .card").wait_for()
    frame.locator("#exit").click()
    left(page)
    ended(door)


def test_three_shifts_on_the_page_around_the_widget_leave_too(visit: Visit, door: Door) -> None:
    page = visit.open("/")
    page.get_by_role("button", name="Fråga staden").click()
    frame = framed_chat(page)
    frame.locator("#text").fill("jag vill lämna")
    frame.locator("#text").press("Enter")
    frame.locator("#log .card").wait_for()
    page.get_by_role("button", name="Stäng").focus()
    for _ in range(3):
        page.keyboard.press("Shift")
    left(page)
    ended(door)
