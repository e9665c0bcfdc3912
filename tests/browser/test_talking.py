"""The page with script: sending, resending, refusals, the widget, and the talk without script in a real browser."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from bot.tables import cases, conversations, messages
from tests.browser.conftest import Visit
from tests.browser.talk import focused, framed_chat, say
from tests.chat.running import Door


def person_rows(door: Door) -> list[str]:
    return [row.text for row in door.rows(messages) if row.sender == "person"]


def test_the_page_makes_no_session_before_something_is_said(visit: Visit, door: Door) -> None:
    visit.open()
    assert door.rows(conversations) == []


def test_a_card_can_be_tapped_to_call_and_says_honestly_when_it_is_open(visit: Visit) -> None:
    page = visit.open()
    say(page, "jag vill lämna")
    card = page.locator("#log .card")
    assert card.locator(".call").get_attribute("href") == "tel:0850825600"
    assert "ppet" in card.locator(".hours").inner_text()
    assert card.locator(".mark").inner_text() == "Obekräftad uppgift"


def test_a_message_that_was_not_confirmed_is_sent_again_with_the_same_id_and_done_once(
    visit: Visit, door: Door
) -> None:
    page, ids = visit.open(), []

    def lose_the_first(route: Route) -> None:
        ids.append(route.request.post_data_json["id"])
        if len(ids) == 1:
            route.fetch()  # it arrives and is worked on, but its answer is lost
            route.abort()
        else:
            route.fallback()

    page.route("**/api/messages", lose_the_first)
    page.fill("#text", "hej")
    page.press("#text", "Enter")
    page.get_by_text("Jag får ingen kontakt just nu").wait_for()
    expect(page.locator("#status")).to_have_text("Inte skickat än. Vi försöker igen.")
    page.get_by_text("Du skrev: hej").wait_for(timeout=8000)
    assert len(set(ids)) == 1
    assert person_rows(door) == ["hej"]
    expect(page.locator("#status")).to_have_text("")


def test_without_contact_the_page_itself_shows_numbers(visit: Visit) -> None:
    page = visit.open()
    page.context.set_offline(True)
    page.fill("#text", "hej")
    page.press("#text", "Enter")
    page.get_by_text("Jag får ingen kontakt just nu").wait_for()
    assert page.locator("#log a[href^='tel:']").count() >= 2
    page.context.set_offline(False)  # the page notices by itself
    page.get_by_text("Du skrev: hej").wait_for(timeout=8000)


def test_the_person_can_ask_to_try_again_at_once(visit: Visit) -> None:
    page = visit.open()
    page.route("**/api/conversations", lambda route: route.abort())
    page.fill("#text", "hej")
    page.press("#text", "Enter")
    page.get_by_role("button", name="Försök nu").wait_for()
    page.unroute("**/api/conversations")
    page.get_by_role("button", name="Försök nu").click()
    assert focused(page) == "text"
    page.get_by_text("Du skrev: hej").wait_for(timeout=1500)


def test_messages_written_while_one_waits_keep_their_order(visit: Visit, door: Door) -> None:
    page = visit.open()
    page.fill("#text", "svara långsamt")
    page.press("#text", "Enter")
    page.fill("#text", "två")
    page.press("#text", "Enter")
    page.get_by_text("Du skrev: två").wait_for(timeout=8000)
    assert person_rows(door) == ["svara långsamt", "två"]


def test_that_the_assistant_writes_is_said_once_after_a_second_and_a_half(visit: Visit) -> None:
    page = visit.open()
    page.fill("#text", "svara långsamt")
    page.press("#text", "Enter")
    page.wait_for_timeout(700)
    assert page.locator("#status").inner_text() == ""
    expect(page.locator("#status")).to_have_text("Assistenten skriver", timeout=3000)
    page.get_by_text("Det tog en stund.").wait_for()
    expect(page.locator("#status")).to_have_text("")


def test_a_text_that_is_too_long_stays_in_the_box_with_the_reason(visit: Visit, door: Door) -> None:
    page = visit.open()
    page.fill("#text", "a" * 2003)
    page.press("#text", "Enter")
    expect(page.locator("#text-wrong")).to_contain_text("3 tecken för mycket")
    assert page.input_value("#text") == "a" * 2003
    assert focused(page) == "text"
    assert person_rows(door) == []


def test_the_counter_shows_only_near_the_limit(visit: Visit) -> None:
    page = visit.open()
    page.fill("#text", "a" * 1700)
    expect(page.locator("#count")).to_have_text("")
    page.fill("#text", "a" * 1990)
    expect(page.locator("#count")).to_have_text("10 tecken kvar")


def test_an_empty_message_is_explained_beside_the_box(visit: Visit) -> None:
    page = visit.open()
    page.click("#say .main")
    expect(page.locator("#text-wrong")).to_have_text("Skriv något först.")
    assert page.locator("#text").get_attribute("aria-describedby") == "text-hint text-wrong"


def test_a_human_can_be_asked_for_from_the_same_place_at_any_time(visit: Visit, door: Door) -> None:
    page = visit.open()
    for _ in range(2):
        before = page.locator("#log .bot").count()
        page.locator("#say").get_by_role("button", name="Prata med en människa").click()
        page.wait_for_function("n => document.querySelectorAll('#log .bot').length > n", arg=before)
    assert [body["payload"] for body in door.rasa.asked] == ["/human", "/human"]


def test_words_typed_into_a_dead_session_go_into_a_new_one(visit: Visit, door: Door) -> None:
    page = visit.open()
    say(page, "hej")
    door.clock.moved = timedelta(hours=2)
    say(page, "är du kvar")
    page.get_by_text("Du skrev: är du kvar").wait_for()
    assert len(door.rows(conversations)) == 2


def test_too_fast_is_explained_and_the_message_goes_out_later(visit: Visit) -> None:
    page = visit.open()
    refusals: list[int] = []

    def refuse_once(route: Route) -> None:
        if refusals:
            route.fallback()
            return
        refusals.append(1)
        told: dict[str, Any] = {"choices": [], "service": None, "urgent": None, "case": None, "form": None}
        content = {"error": "too_fast", "messages": [{"id": "x1", "from": "bot", "text": "Vänta 1 sekunder.", **told}]}
        route.fulfill(status=429, json=content, headers={"Retry-After": "1"})

    page.route("**/api/messages", refuse_once)
    page.fill("#text", "hej")
    page.press("#text", "Enter")
    page.get_by_text("Vänta 1 sekunder.").wait_for()
    page.get_by_text("Du skrev: hej").wait_for(timeout=5000)


def test_a_double_tap_makes_one_case(visit: Visit, door: Door) -> None:
    page = visit.open()
    say(page, "jag vill lämna")
    page.get_by_role("button", name="Bli uppringd").click()
    page.fill("#c-phone", "070-123 45 67")
    page.locator("#contact .main").dblclick()
    page.wait_for_selector("#log .receipt")
    page.wait_for_timeout(500)
    assert len(door.rows(cases)) == 1
    assert page.locator("#log .receipt").count() == 1


def test_the_code_is_shown_once_large_and_can_be_copied(visit: Visit) -> None:
    page = visit.open(permissions=["clipboard-read", "clipboard-write"])
    say(page, "jag vill lämna")
    page.get_by_role("button", name="Bli uppringd").click()
    page.fill("#c-phone", "070-123 45 67")
    page.click("#contact .main")
    code = page.locator("#log .receipt .code")
    code.wait_for()
    page.get_by_role("button", name="Kopiera koden").click()
    expect(page.locator("#status")).to_have_text("Koden är kopierad.")
    assert page.evaluate("() => navigator.clipboard.readText()") == code.inner_text()


def test_coming_back_with_the_code_shows_the_thread(visit: Visit, door: Door) -> None:
    from tests.chat.test_receipt_and_thread import a_case, staff_write

    _, receipt, case_id = a_case(door)
    staff_write(door, case_id, "Vi kan ses på tisdag.")
    page = visit.open("/kvittens")
    page.fill("#code", receipt)
    page.get_by_role("button", name="Visa").click()
    page.get_by_text("Vi kan ses på tisdag.").wait_for()
    say(page, "tisdag går bra")
    assert "skickat" in page.locator("#log .bot").last.inner_text()
    assert page.locator("#log .staff").count() == 1


def test_the_talk_survives_a_look_at_the_page_about_it(visit: Visit) -> None:
    page = visit.open()
    say(page, "hej")
    page.get_by_role("link", name="Så sparar vi det du skriver").click()
    page.get_by_role("button", name="Tillbaka till samtalet").click()
    page.get_by_text("Du skrev: hej").wait_for()
    say(page, "igen")
    assert page.locator("#log .person").count() == 2


def test_deleting_says_what_goes_and_what_stays(visit: Visit, door: Door) -> None:
    page = visit.open()
    say(page, "hej")
    page.get_by_role("button", name="Radera samtalet").click()
    page.get_by_text("Det går inte att ångra").wait_for()
    page.get_by_role("button", name="Radera samtalet").click()
    page.get_by_role("heading", name="Samtalet är raderat").wait_for()
    assert door.rows(messages) == []


def test_before_the_session_dies_the_person_is_warned_and_can_stay(visit: Visit) -> None:
    page = visit.open()
    page.clock.install()
    say(page, "hej")
    page.clock.fast_forward(28 * 60 * 1000 + 2000)
    page.get_by_text("Samtalet stängs snart").wait_for()
    page.get_by_role("button", name="Jag är kvar").click()
    expect(page.locator("#idle")).to_have_text("")


def test_markup_in_a_message_stays_text(visit: Visit) -> None:
    page = visit.open()
    say(page, "<img src=x onerror=alert(1)>")
    assert page.locator("#log img").count() == 0


def test_the_widget_opens_on_request_only_and_closes_with_escape(visit: Visit) -> None:
    page = visit.open("/")
    launcher = page.get_by_role("button", name="Fråga staden")
    assert launcher.get_attribute("aria-expanded") == "false"
    assert page.locator("iframe").count() == 0
    launcher.click()
    framed_chat(page).locator("#log").wait_for()
    page.keyboard.press("Escape")
    assert launcher.get_attribute("aria-expanded") == "false"
    assert (
        page.evaluate("() => document.querySelector('fraga-staden').shadowRoot.activeElement?.textContent")
        == "Fråga staden"
    )


def test_escape_inside_the_framed_chat_closes_the_widget_and_keeps_the_talk(visit: Visit) -> None:
    page = visit.open("/")
    launcher = page.get_by_role("button", name="Fråga staden")
    launcher.click()
    frame = framed_chat(page)
    frame.locator("#text").fill("hej")
    frame.locator("#text").press("Enter")
    frame.get_by_text("Du skrev: hej").wait_for()
    frame.locator("#text").press("Escape")
    expect(launcher).to_be_visible()
    launcher.click()
    expect(frame.get_by_text("Du skrev: hej")).to_be_visible()


def test_beside_the_page_the_widget_does_not_trap_the_focus_and_on_a_phone_it_does(visit: Visit) -> None:
    for width, modal in ((1280, False), (360, True)):
        page = visit.open("/", viewport={"width": width, "height": 740})
        page.get_by_role("button", name="Fråga staden").click()
        found = page.evaluate(
            "() => document.querySelector('fraga-staden').shadowRoot.querySelector('dialog').matches(':modal')"
        )
        assert found is modal


@pytest.mark.parametrize("width", [360, 1280])
def test_the_whole_talk_works_without_script(visit: Visit, door: Door, width: int) -> None:
    page: Page = visit.open(java_script_enabled=False, viewport={"width": width, "height": 740})
    page.fill("#text", "jag vill lämna")
    page.click("#say .main")
    page.get_by_role("button", name="Bli uppringd").click()
    page.fill("#c-phone", "12")
    page.click("#contact .main")
    assert "ser inte rätt ut" in page.locator("#c-phone-wrong").inner_text()
    page.fill("#c-phone", "070-123 45 67")
    page.click("#contact .main")
    code = page.locator("#log .receipt .code").inner_text()
    assert len(door.rows(cases)) == 1
    page.get_by_role("button", name="Radera samtalet").click()
    page.get_by_role("button", name="Radera samtalet").click()
    page.goto(door.url + "/kvittens")
    page.fill("#code", code)
    page.get_by_role("button", name="Visa").click()
    page.get_by_text("Du är inne med din kod.").wait_for()
