"""What axe cannot see: the log only grows, focus stays, the keyboard is enough, all fits, nothing is colour alone."""

from __future__ import annotations

from typing import Any

import pytest

from bot.tables import cases
from tests.browser.conftest import Visit
from tests.browser.states import WAYS, Step, card, form, form_error, receipt, urgent, walk
from tests.browser.talk import focused, say
from tests.chat.running import Door
from tests.chat.test_receipt_and_thread import staff_write


def test_the_log_is_only_ever_added_to(visit: Visit) -> None:
    page = visit.open()
    page.evaluate(
        """() => { window.removed = 0; window.changed = 0;
        new MutationObserver((all) => all.forEach((one) => {
          window.removed += one.removedNodes.length;
          window.changed += one.type !== 'childList' || one.target.id !== 'log';
        })).observe(document.querySelector('#log'),
                    { childList: true, subtree: true, characterData: true, attributes: true }) }"""
    )
    for text in ("hej", "jag vill lämna", "han andas inte"):
        say(page, text)
    assert page.evaluate("[window.removed, window.changed]") == [0, 0]
    assert page.locator("[role=log] > #log").count() == 1
    assert page.locator("#log [aria-live], #log [role=status], #log [role=alert]").count() == 0


def test_focus_stays_where_it_is_when_a_message_comes(visit: Visit, door: Door) -> None:
    page = visit.open()
    walk(page, card, form, receipt)
    page.focus("#scroller")
    staff_write(door, door.rows(cases)[0].id, "Hej, det är Sam.")
    page.wait_for_selector("#log .staff", timeout=8000)
    assert focused(page) == "scroller"
    assert "Hej, det är Sam." in page.locator("#log .staff").inner_text()
    assert page.locator("#log .staff .who").inner_text().startswith("Sam på socialrådgivningen")


def test_after_a_choice_the_focus_is_in_the_box_and_the_others_are_gone(visit: Visit) -> None:
    page = visit.open()
    say(page, "hej")
    page.evaluate(
        """document.querySelector('#choices').addEventListener('submit',
        () => setTimeout(() => { window.at = document.activeElement.id }, 0))"""
    )
    page.get_by_role("button", name="Att vara förälder").click()
    assert page.evaluate("new Promise((go) => setTimeout(() => go(window.at), 20))") == "text"
    assert page.locator("#log .person .text").last.inner_text() == "Att vara förälder"


def test_the_whole_hand_over_works_by_keyboard_alone(visit: Visit) -> None:
    page = visit.open()

    def tab_to(check: str, presses: int = 40) -> None:
        for _ in range(presses):
            if page.evaluate(f"(() => {{ const at = document.activeElement; return {check}; }})()"):
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"The keyboard does not reach {check}")

    page.keyboard.press("Tab")
    assert focused(page) == "exit"
    tab_to("at.id === 'text'")
    page.keyboard.type("jag vill lämna")
    page.keyboard.press("Enter")
    page.wait_for_selector("#choices button")
    for _ in range(2):
        page.keyboard.press("Shift+Tab")
    tab_to("at.textContent === 'Bli uppringd'")
    page.keyboard.press("Enter")
    page.wait_for_selector("#contact:not([hidden])")
    page.keyboard.press("Shift+Tab")
    for _ in range(40):
        if page.evaluate("document.activeElement.id === 'c-phone'"):
            break
        page.keyboard.press("Shift+Tab")
    page.keyboard.type("070-123 45 67")
    tab_to("at.name === 'safe_to_call'")
    page.keyboard.press("ArrowDown")
    tab_to("at.textContent === 'Skicka' && at.closest('#contact')")
    page.keyboard.press("Enter")
    page.wait_for_selector("#log .receipt .code")
    assert len(page.locator("#log .receipt .code").inner_text().replace(" ", "")) == 16


def test_enter_sends_and_shift_enter_makes_a_new_line(visit: Visit) -> None:
    page = visit.open()
    page.focus("#text")
    page.keyboard.type("rad ett")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("rad två")
    page.keyboard.press("Enter")
    page.wait_for_selector("#log .person")
    assert page.locator("#log .person .text").inner_text() == "rad ett\nrad två"


@pytest.mark.parametrize(("width", "height"), [(320, 256), (320, 640), (360, 740), (1280, 800)])
def test_nothing_has_to_be_scrolled_sideways(visit: Visit, width: int, height: int) -> None:
    page = visit.open(viewport={"width": width, "height": height})
    walk(page, card, form, form_error)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.querySelector('#scroller').scrollWidth") <= width


def test_text_may_be_spaced_as_wcag_asks_without_being_cut(visit: Visit) -> None:
    page = visit.open(viewport={"width": 320, "height": 640})
    card(page)
    page.evaluate(
        """() => { const sheet = new CSSStyleSheet();
        sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important;
                               word-spacing: .16em !important } p { margin-bottom: 2em !important }`);
        document.adoptedStyleSheets = [sheet] }"""
    )
    cut = page.evaluate(
        """[...document.querySelectorAll('button, .card, .text, .top')]
        .filter((e) => e.offsetParent && e.scrollWidth > e.clientWidth + 1).length"""
    )
    assert cut == 0


@pytest.mark.parametrize("steps", [(card,), (card, form), (urgent,)], ids=lambda steps: steps[-1].__name__)
def test_every_target_is_at_least_24_pixels(visit: Visit, steps: tuple[Step, ...]) -> None:
    page = visit.open(viewport={"width": 360, "height": 740})
    walk(page, *steps)
    page.get_by_text("Spara samtalet").click()
    # A box's or a radio's label is its target.
    small: list[Any] = page.evaluate(
        """() => [...document.querySelectorAll('button, a, input:not([type=hidden]), textarea')]
        .filter((e) => e.checkVisibility({ contentVisibilityAuto: true }) && !e.matches('.skip'))
        .map((e) => [e.outerHTML.slice(0, 80), (e.closest('label') || e).getBoundingClientRect()])
        .filter(([, box]) => box.width < 24 || box.height < 24).map(([html]) => html)"""
    )
    assert small == []


MOVING = """() => [...document.querySelectorAll("*")].filter(element => {
  const style = getComputedStyle(element), moves = times => times.split(",").some(time => parseFloat(time) > 0);
  return moves(style.transitionDuration) || moves(style.animationDuration) || style.scrollBehavior == "smooth";
}).map(element => element.outerHTML.slice(0, 100))"""


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
@pytest.mark.parametrize("way", WAYS)
def test_nothing_moves_for_anybody(visit: Visit, way: str, motion: str) -> None:
    page = visit.open(reduced_motion=motion)
    for step in WAYS[way]:
        step(page)
        assert page.evaluate(MOVING) == [], step.__name__


def test_danger_is_marked_by_words_and_a_sign_and_not_by_colour_alone(visit: Visit) -> None:
    page = visit.open()
    urgent(page)
    assert page.locator("#log .urgent .flag").first.inner_text().strip().startswith("Viktigt")


def test_each_message_says_who_is_speaking(visit: Visit) -> None:
    page = visit.open()
    say(page, "hej")
    who = page.evaluate("[...document.querySelectorAll('#log .who')].map((e) => e.textContent)")
    assert who == ["Assistenten:", "Du:", "Assistenten:"]
