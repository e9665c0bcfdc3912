"""The help page with its pictures, and a case on paper.

`HELP_PICTURES=1 pytest tests/staff/test_help.py` takes the pictures anew, into bot/staff/static.
"""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from bot.staff.pages import HERE
from bot.staff.sign_in.own import HELP_PICTURES
from tests.staff.busy import fill
from tests.staff.console import NOW, Console
from tests.staff.test_browser import LOOKS, check, open_page
from tests.staff.test_control import fill as fill_log

STATIC = HERE / "static"
WIDTH = 1000
LARGEST = 40_000


@pytest.mark.parametrize("name", HELP_PICTURES)
def test_a_picture_of_the_help_page_is_small_and_as_large_as_the_page_says(name: str) -> None:
    content = (STATIC / f"help-{name}.png").read_bytes()
    assert struct.unpack(">II", content[16:24]) == (WIDTH, HELP_PICTURES[name])
    assert len(content) <= LARGEST


def test_every_picture_is_shown_with_words_in_its_place(console: Console) -> None:
    client = console.signed_in(console.person("siv", "reviewer"))
    pictures = client.get("/hjalp").page.select("img.shot")
    assert {p["src"] for p in pictures} == {f"/static/help-{name}.png" for name in HELP_PICTURES}
    assert all(len(p["alt"]) > 30 for p in pictures)
    assert "Du är granskare" in client.get("/hjalp").said


def test_every_part_that_the_page_leads_to_is_there(console: Console) -> None:
    page = console.signed_in(console.person("siv", "reviewer")).get("/hjalp").page
    assert all(page.find(id=link["href"][1:]) for link in page.select(".inpage a"))


@pytest.mark.slow
@pytest.mark.parametrize("look", ["desktop", "phone", "narrow"])
def test_the_help_page_fits_and_is_without_axe_violations(browser: Browser, busy: Console, look: str) -> None:
    page = open_page(browser, busy, look, "rut")
    page.goto("/hjalp")
    for picture in page.locator("img.shot").all():
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("complete", True)
        assert picture.evaluate("image => image.naturalWidth") == WIDTH
    check(page, "help", look)


def open_case(browser: Browser, busy: Console) -> Page:
    page = open_page(browser, busy, "desktop", "siv")
    page.goto("/arenden")
    page.locator("tr.acute a").click()
    return page


@pytest.mark.slow
def test_a_case_on_paper_has_no_forms_and_no_contact_details(browser: Browser, busy: Console) -> None:
    page = open_case(browser, busy)
    page.emulate_media(media="print")
    said = page.locator("body").inner_text()
    assert "Utskrivet" in said and "Utan kontaktuppgifter" in said
    assert "de letar efter mig" in said, "what the person shared is on it"
    assert page.locator("form:visible, nav:visible, button:visible").count() == 0
    assert "Kontaktuppgifter" not in page.locator("main").inner_text().replace("Utan kontaktuppgifter", "")
    assert page.pdf().startswith(b"%PDF")


@pytest.mark.slow
def test_contact_details_are_on_paper_only_with_their_reason(browser: Browser, busy: Console) -> None:
    page = open_case(browser, busy)
    page.get_by_label("Varför behöver du kontaktuppgifterna?").fill("Ringer för första kontakt")
    page.get_by_role("button", name="Visa kontaktuppgifter").click()
    expect(page.get_by_text("070-123 45 67")).to_be_visible()
    page.emulate_media(media="print")
    said = page.locator("body").inner_text()
    assert "070-123 45 67" in said and "visade med skälet: Ringer för första kontakt" in said
    page.emulate_media(media="screen")
    assert not page.locator(".print-only").first.is_visible()


def _code(page: Page, busy: Console) -> None:
    from tests.staff.test_second_factor import enrolled

    enrolled(busy, "nils")
    page.goto("/logga-in")
    page.get_by_label("Namn").fill("nils")
    page.get_by_label("Lösenord").fill("fyra lugna gröna ord")
    page.get_by_role("button", name="Logga in").click()
    expect(page.get_by_role("heading", name="Skriv koden från din app")).to_be_visible()


def _first_case(page: Page, _busy: Console) -> None:
    page.goto("/arenden")
    page.locator("tr.acute a").click()


def _log(page: Page, busy: Console) -> None:
    fill_log(busy)
    page.goto(f"/kontroll?from={NOW.date().replace(month=10, day=1)}&till={NOW.date()}")


SCENES: dict[str, tuple[str, Callable[[Page, Console], object]]] = {
    "code": ("", _code),
    "cases": ("siv", lambda page, _: page.goto("/arenden")),
    "case": ("siv", _first_case),
    "talks": ("rut", lambda page, _: page.goto("/samtal")),
    "fact": ("ed", lambda page, _: page.goto("/katalog/bris/phone")),
    "control": ("lo", _log),
}


@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get("HELP_PICTURES"), reason="HELP_PICTURES=1 takes the pictures anew")
@pytest.mark.parametrize("name", HELP_PICTURES)
def test_take_the_pictures(browser: Browser, console: Console, name: str) -> None:
    LOOKS["help"] = {"viewport": {"width": WIDTH, "height": HELP_PICTURES[name]}}
    who, go = SCENES[name]
    if name != "control":
        fill(console)
    else:
        console.person("lo", "log_controller")
    page = open_page(browser, console, "help", who)
    go(page, console)
    page.wait_for_load_state("networkidle")
    page.set_viewport_size({"width": WIDTH, "height": 1600})
    main = page.locator("main").bounding_box()
    assert main
    clip = {"x": 0, "y": main["y"], "width": WIDTH, "height": HELP_PICTURES[name]}
    picture = Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("RGB").quantize(32)  # type: ignore[arg-type]
    target = Path(STATIC / f"help-{name}.png")
    picture.save(target, optimize=True)
    assert target.stat().st_size <= LARGEST
