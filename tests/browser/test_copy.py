"""Save a copy: a file made on the device, the same with and without script."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.talk import say
from tests.chat.running import Door


def saved(page: Page) -> str:
    page.get_by_text("Spara samtalet").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Spara som textfil").click()
    assert waiting.value.suggested_filename == "samtal.txt"
    return Path(waiting.value.path()).read_text(encoding="utf-8")


def test_it_is_offered_once_there_is_a_talk_with_a_word_on_the_risk(visit: Visit) -> None:
    page = visit.open()
    expect(page.locator("#save")).to_be_hidden()
    say(page, "hej")
    page.get_by_text("Spara samtalet").click()
    expect(page.get_by_text("Den som kan öppna den kan läsa")).to_be_visible()


def test_the_file_is_the_same_with_and_without_script_and_holds_nothing_masked(visit: Visit) -> None:
    page = visit.open()
    say(page, "hej, ring 070-123 45 67")
    say(page, "mer om barn")
    copy = saved(page)
    assert "070" not in copy and "Du: hej, ring [telefonnummer]\n\n" in copy
    token = page.input_value("#say input[name=token]")
    assert copy == visit.door.form("/chatt/kopia", token=token).body.replace("\r\n", "\n")


def test_the_file_is_made_on_the_device(visit: Visit) -> None:
    page = visit.open()
    say(page, "hej")
    page.context.set_offline(True)
    assert "Du: hej" in saved(page)


def test_a_talk_that_was_drawn_by_the_server_is_copied_whole(visit: Visit) -> None:
    page = visit.open()
    say(page, "hej")
    page.get_by_role("link", name="Så sparar vi det du skriver").click()
    page.get_by_role("button", name="Tillbaka till samtalet").click()
    page.get_by_text("Du skrev: hej").wait_for()
    say(page, "igen")
    assert [line for line in saved(page).splitlines() if line.startswith("Du:")] == ["Du: hej", "Du: igen"]


def test_a_sensitive_talk_is_not_offered_and_the_reason_is_said(visit: Visit) -> None:
    page = visit.open()
    say(page, "jag vill lämna")
    page.get_by_text("Spara samtalet").click()
    expect(page.get_by_text("går inte att spara som fil")).to_be_visible()
    expect(page.locator("#copy")).to_be_hidden()


def test_without_script_the_file_comes_from_a_form(visit: Visit, door: Door) -> None:
    page = visit.open(java_script_enabled=False)
    page.fill("#text", "hej")
    page.click("#say .main")
    assert saved(page).startswith("Du: hej")
    assert len(door.rasa.asked) == 1
