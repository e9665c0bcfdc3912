"""Keep the conversation if I change page: only when asked for, only in the tab, gone with leaving, deleting, ending."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.talk import framed_chat, say
from tests.browser.test_leaving import left
from tests.chat.running import Door

BOX = "Behåll samtalet om jag byter sida"


def stored(page: Page) -> list[str]:
    return list(page.evaluate("() => [...Object.values(sessionStorage), ...Object.values(localStorage)]"))


def remembering(visit: Visit, text: str = "hej") -> Page:
    page = visit.open()
    say(page, text)
    page.get_by_text("Spara samtalet").click()
    page.get_by_label(BOX).check()
    return page


def test_it_is_off_at_first_and_then_a_change_of_page_loses_the_talk(visit: Visit) -> None:
    page = visit.open()
    say(page, "hej")
    page.get_by_text("Spara samtalet").click()
    expect(page.get_by_label(BOX)).not_to_be_checked()
    assert stored(page) == []
    page.goto(visit.door.url + "/")
    page.goto(visit.door.url + "/chatt")
    expect(page.locator("#log .person")).to_have_count(0)


def test_what_it_means_is_said_beside_it(visit: Visit) -> None:
    page = remembering(visit)
    about = page.locator("#remember-about")
    expect(about).to_contain_text("Den som använder fliken efter dig kan läsa det.")
    assert page.get_by_label(BOX).get_attribute("aria-describedby") == about.get_attribute("id")


def test_a_change_of_page_and_back_keeps_the_talk_and_goes_on_in_it(visit: Visit, door: Door) -> None:
    page = remembering(visit)
    assert stored(page) == [page.input_value("#say input[name=token]")]
    page.goto(visit.door.url + "/")
    page.goto(visit.door.url + "/chatt")
    page.get_by_text("Du skrev: hej").wait_for()
    expect(page.locator("#choices button")).to_have_text(["Att vara förälder"])
    say(page, "igen")
    assert len({body["conversation_id"] for body in door.rasa.asked}) == 1
    page.reload()
    expect(page.locator("#log .person")).to_have_count(2)


def test_only_the_newest_answer_brings_its_choices_back(visit: Visit) -> None:
    page = remembering(visit)
    say(page, "jag vill lämna")
    page.reload()
    expect(page.locator("#choices button")).to_have_count(2)
    expect(page.locator("#feedback")).to_be_visible()
    assert "strong" in (page.locator(".exit").get_attribute("class") or "")


def test_another_tab_knows_nothing_of_it(visit: Visit) -> None:
    page = remembering(visit)
    other = page.context.new_page()
    other.goto(visit.door.url + "/chatt")
    expect(other.locator("#log .person")).to_have_count(0)
    assert stored(other) == []


def test_changing_ones_mind_forgets_it_at_once(visit: Visit) -> None:
    page = remembering(visit)
    page.get_by_label(BOX).uncheck()
    assert stored(page) == []


def test_leaving_forgets_it(visit: Visit) -> None:
    page = remembering(visit)
    page.click("#exit")
    left(page)
    assert stored(page) == []


def test_leaving_from_a_page_beside_the_talk_forgets_it_too(visit: Visit) -> None:
    page = remembering(visit)
    page.goto(visit.door.url + "/om-chatten")
    page.click("#exit")
    left(page)
    assert stored(page) == []


def test_deleting_forgets_it(visit: Visit) -> None:
    page = remembering(visit)
    for _ in range(2):
        page.get_by_role("button", name="Radera samtalet").click()
    page.get_by_role("heading", name="Samtalet är raderat").wait_for()
    page.wait_for_function("() => !sessionStorage.length")


def test_a_talk_that_has_ended_is_forgotten_on_the_next_page(visit: Visit, door: Door) -> None:
    page = remembering(visit)
    door.clock.moved = timedelta(hours=2)
    page.reload()
    page.wait_for_function("() => !sessionStorage.length")
    expect(page.locator("#log .person")).to_have_count(0)


def test_when_the_time_is_out_it_is_said_and_forgotten(visit: Visit) -> None:
    page = visit.open()
    page.clock.install()
    say(page, "hej")
    page.get_by_text("Spara samtalet").click()
    page.get_by_label(BOX).check()
    page.clock.fast_forward(28 * 60 * 1000 + 2000)
    expect(page.locator("#idle")).to_contain_text("stängs snart")
    page.clock.fast_forward(2 * 60 * 1000 + 2000)
    expect(page.locator("#idle")).to_contain_text("Samtalet är avslutat")
    expect(page.locator("#stay")).to_be_hidden()
    assert stored(page) == []


def test_the_widget_finds_the_talk_again_on_the_next_page_of_the_city(visit: Visit) -> None:
    page = visit.open("/")
    page.get_by_role("button", name="Fråga staden").click()
    frame = framed_chat(page)
    frame.locator("#text").fill("hej")
    frame.locator("#text").press("Enter")
    frame.get_by_text("Du skrev: hej").wait_for()
    frame.get_by_text("Spara samtalet").click()
    frame.get_by_label(BOX).check()
    page.goto(visit.door.url + "/om-chatten")
    page.goto(visit.door.url + "/")
    page.get_by_role("button", name="Fråga staden").click()
    framed_chat(page).get_by_text("Du skrev: hej").wait_for()


def test_without_script_it_is_not_offered(visit: Visit) -> None:
    page = visit.open(java_script_enabled=False)
    page.fill("#text", "hej")
    page.click("#say .main")
    page.get_by_text("Spara samtalet").click()
    expect(page.get_by_text(BOX)).to_be_hidden()
