"""The states of the chat, one after the other, as a person meets them: each step leads from the one before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Frame, Page

from tests.browser.talk import say

Step = Callable[[Page], None]
LOOKS = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "320px": {"viewport": {"width": 320, "height": 256}},
    "forced": {"forced_colors": "active"},
}


def faults(page: Page | Frame) -> list[str]:
    """What axe finds, once the style sheets are there too."""
    page.wait_for_load_state("load")
    found = Axe().run(page).response["violations"]  # type: ignore[arg-type]
    return [f"{one['id']}: {node['html'][:150]}" for one in found for node in one["nodes"]]


def first(_page: Page) -> None:
    """The page as it opens."""


def choices(page: Page) -> None:
    say(page, "hej")


def copy(page: Page) -> None:
    page.get_by_text("Spara samtalet").click()
    page.get_by_label("Behåll samtalet om jag byter sida").check()


def near_the_limit(page: Page) -> None:
    page.fill("#text", "a" * 1950)


def over_the_limit(page: Page) -> None:
    page.fill("#text", "a" * 2050)


def card(page: Page) -> None:
    page.fill("#text", "")
    say(page, "jag vill lämna")


def judged(page: Page) -> None:
    page.locator("#feedback").get_by_role("button", name="Nej").click()
    page.wait_for_selector("#feedback-on:not([hidden])")


def form(page: Page) -> None:
    page.get_by_role("button", name="Bli uppringd").click()
    page.wait_for_selector("#contact:not([hidden])")


def form_error(page: Page) -> None:
    page.fill("#c-phone", "12")
    page.click("#contact .main")
    page.wait_for_selector("#c-phone[aria-invalid]")


def receipt(page: Page) -> None:
    page.fill("#c-phone", "070-123 45 67")
    page.click("#contact .main")
    page.wait_for_selector("#log .receipt")


def urgent(page: Page) -> None:
    say(page, "han andas inte")


def typing(page: Page) -> None:
    page.fill("#text", "svara långsamt")
    page.press("#text", "Enter")
    page.wait_for_function("() => document.querySelector('#status').textContent")


def offline(page: Page) -> None:
    page.get_by_text("Det tog en stund.").wait_for()
    page.context.set_offline(True)
    page.fill("#text", "hej")
    page.press("#text", "Enter")
    page.wait_for_selector("#retry:not([hidden])")


def soon_ended(page: Page) -> None:
    page.clock.install()
    say(page, "hej")
    page.clock.fast_forward(28 * 60 * 1000 + 2000)
    page.wait_for_selector("#stay:not([hidden])")


def ended(page: Page) -> None:
    page.clock.fast_forward(2 * 60 * 1000 + 2000)
    page.wait_for_selector("#stay", state="hidden")


WAYS: Mapping[str, Sequence[Step]] = {
    "hand-over": (first, choices, copy, near_the_limit, over_the_limit, card, judged, form, form_error, receipt),
    "danger": (urgent,),
    "no contact": (typing, offline),
    "end": (soon_ended, ended),
}


def walk(page: Page, *steps: Step) -> None:
    """Take these steps."""
    for step in steps:
        step(page)
