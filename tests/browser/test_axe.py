"""axe in every state, in every look."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.tables import cases
from tests.browser.conftest import Visit
from tests.browser.states import LOOKS, WAYS, card, faults, form, receipt, walk
from tests.browser.talk import framed_chat, say
from tests.chat.running import Door
from tests.chat.test_receipt_and_thread import staff_write

pytestmark = pytest.mark.parametrize("look", LOOKS, ids=str)
# While the page is being left only the cover is there: a word, and nothing to find one's way by.
COVERED = ("region", "landmark", "page-has-heading")


@pytest.mark.parametrize("way", WAYS)
def test_axe_finds_nothing_in_any_state(visit: Visit, way: str, look: str) -> None:
    page = visit.open(**LOOKS[look])
    for step in WAYS[way]:
        step(page)
        assert not faults(page), step.__name__


def test_axe_finds_nothing_when_staff_have_joined(visit: Visit, door: Door, look: str) -> None:
    page = visit.open(**LOOKS[look])
    walk(page, card, form, receipt)
    staff_write(door, door.rows(cases)[0].id, "Hej, det är Sam.")
    page.wait_for_selector("#log .staff", timeout=8000)
    assert not faults(page)


def test_axe_finds_nothing_around_ones_own_case(visit: Visit, door: Door, look: str) -> None:
    page = visit.open(**LOOKS[look])
    walk(page, card, form, receipt)
    code = page.locator("#log .code").inner_text()
    stop = "Sluta kontakta mig"
    for press in ("Ditt ärende", "Ta tillbaka ärendet", "Nej, låt det vara", stop, stop):
        page.get_by_role("button", name=press).click()
        page.wait_for_selector(".sheet h1")
        assert not faults(page), press
    page.goto(door.url + "/kvittens")
    page.fill("#code", code)
    page.get_by_role("button", name="Visa").click()
    page.wait_for_selector("#company")
    assert page.locator("#company").inner_text().startswith("Ingen av personalen")
    assert not faults(page)
    for press in ("Ditt ärende", "Gör koden ogiltig", "Gör koden ogiltig"):
        page.get_by_role("button", name=press).click()
        page.wait_for_selector(".sheet h1")
        assert not faults(page), press


@pytest.mark.parametrize("end", ["question", "deleted", "wrong code", "dead talk"])
def test_axe_finds_nothing_at_the_ends_of_the_talk(visit: Visit, door: Door, end: str, look: str) -> None:
    page = visit.open("/kvittens" if end == "wrong code" else "/chatt", **LOOKS[look])
    if end == "wrong code":
        page.fill("#code", "12")
        page.get_by_role("button", name="Visa").click()
        page.wait_for_selector("[role=alert]")
    else:
        say(page, "hej")
        if end == "dead talk":
            door.clock.moved = timedelta(hours=2)
        for _ in range(2 if end == "deleted" else 1):
            page.get_by_role("button", name="Radera samtalet").click()
        page.wait_for_selector(".sheet h1")
    assert not faults(page)


def test_axe_finds_nothing_without_script(visit: Visit, look: str) -> None:
    drawn = visit.open(java_script_enabled=False, **LOOKS[look])
    drawn.fill("#text", "jag vill lämna")
    drawn.click("#say .main")
    drawn.get_by_role("button", name="Nej", exact=True).click()
    shown = drawn.content()
    page = visit.open(**LOOKS[look])
    page.evaluate(
        """(html) => { const drawn = new DOMParser().parseFromString(html, 'text/html');
        document.body.replaceWith(drawn.body) }""",
        shown,
    )
    assert not faults(page)


@pytest.mark.parametrize("path", ["/kvittens", "/om-chatten", "/tillganglighet", "/"])
def test_axe_finds_nothing_on_the_other_pages(visit: Visit, path: str, look: str) -> None:
    assert not faults(visit.open(path, **LOOKS[look]))


def test_axe_finds_nothing_in_the_open_widget_and_inside_it(visit: Visit, look: str) -> None:
    page = visit.open("/", **LOOKS[look])
    page.get_by_role("button", name="Fråga staden").click()
    inner = framed_chat(page)
    assert not faults(page)
    assert not faults(inner)


def test_axe_finds_nothing_while_the_page_is_being_left(visit: Visit, look: str) -> None:
    page = visit.open(**LOOKS[look])
    say(page, "jag vill lämna")
    # The way out leads nowhere, so that the cover stays in view.
    page.evaluate("() => { const exit = document.querySelector('#exit'); exit.dataset.url = '#'; exit.click() }")
    page.wait_for_selector("#cover")
    assert not [fault for fault in faults(page) if not fault.startswith(COVERED)]
