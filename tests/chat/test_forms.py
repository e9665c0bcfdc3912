"""The whole talk without script: read, answer, choose, hand over, come back, delete."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup

from bot.tables import cases, conversations, messages
from tests.chat.running import Answer, Door
from tests.chat.standin import answer, message


def parsed(page: Answer) -> BeautifulSoup:
    return BeautifulSoup(page.body, "html.parser")


def hidden(page: Answer, form: str) -> dict[str, str]:
    fields = parsed(page).select(f"#{form} input[type=hidden]")
    return {field["name"]: field.get("value", "") for field in fields}


async def leading(body: dict[str, Any]) -> tuple[int, Any]:
    said = body.get("payload") or body.get("text")
    if said == "/call_back":
        return answer(message("Fyll i.", service={"id": "exit_programme", "district": None}, form="contact"))
    choices = [{"label": "Bli uppringd", "payload": "/call_back"}]
    return answer(
        message("Så här.", service={"id": "exit_programme", "district": None}, choices=choices), need="leave_crime"
    )


def test_the_first_page_tells_everything_without_a_session(door: Door) -> None:
    page = door.call("GET", "/chatt")
    text = parsed(page).get_text(" ")
    for said in (
        "robot, inte en människa",
        "Ingen läser",
        "larma",
        "Skriv inte namn",
        "Ring 112",
        "Prata med en människa",
    ):
        assert said in text
    assert "Så sparar vi det du skriver" in text
    assert door.rows(conversations) == []


def test_the_title_and_the_address_never_tell_the_topic(door: Door) -> None:
    for path in ("/chatt", "/kvittens", "/om-chatten", "/tillganglighet", "/"):
        assert parsed(door.call("GET", path)).title.string == "Stockholms stad"  # type: ignore[union-attr]


def test_a_message_is_answered_with_its_choices_as_buttons(door: Door) -> None:
    door.rasa.script = leading
    page = door.form("/chatt", **hidden(door.call("GET", "/chatt"), "say"), text="jag vill lämna")
    soup = parsed(page)
    assert [item.get_text() for item in soup.select("#log .person .text")] == ["jag vill lämna"]
    assert [button.get_text() for button in soup.select("#choices button")] == ["Bli uppringd"]
    assert soup.select_one("#log .card .call")["href"] == "tel:0850825600"  # type: ignore[index]
    assert "Obekräftad uppgift" in soup.select_one("#log .card").get_text()  # type: ignore[union-attr]


def test_reloading_the_answer_sends_nothing_twice(door: Door) -> None:
    fields = hidden(door.form("/chatt", **hidden(door.call("GET", "/chatt"), "say"), text="hej"), "say")
    for _ in range(2):
        page = door.form("/chatt", **fields, text="igen")
    assert len(door.rasa.asked) == 2
    assert len(parsed(page).select("#log .person")) == 2


def test_the_whole_hand_over_works_with_forms_alone(door: Door) -> None:
    door.rasa.script = leading
    page = door.form("/chatt", **hidden(door.call("GET", "/chatt"), "say"), text="jag vill lämna")
    choice = parsed(page).select_one("#choices button")["value"]  # type: ignore[index]
    page = door.form("/chatt", **hidden(page, "choices"), choice=str(choice))
    assert "hidden" not in parsed(page).select_one("#contact").attrs  # type: ignore[union-attr]
    wrong = door.form("/chatt/kontakt", **hidden(page, "contact"), phone="12", when="efter 16")
    soup = parsed(wrong)
    assert wrong.status == 422
    assert soup.select_one("#c-phone")["aria-invalid"] == "true"  # type: ignore[index]
    assert "ser inte rätt ut" in soup.select_one("#c-phone-wrong").get_text()  # type: ignore[union-attr]
    assert soup.select_one("#c-when")["value"] == "efter 16"  # type: ignore[index]
    page = door.form(
        "/chatt/kontakt", **hidden(wrong, "contact"), phone="070-123 45 67", safe_to_call="true", shared="topic"
    )
    code = parsed(page).select_one("#log .receipt .code").get_text().strip()  # type: ignore[union-attr]
    assert len(door.rows(cases)) == 1
    back = door.form("/kvittens", code=code)
    assert back.status == 200
    sent = door.form("/chatt", **hidden(back, "say"), text="hej igen")
    assert "skickat" in parsed(sent).select_one("#log").get_text()  # type: ignore[union-attr]


def test_the_form_can_be_put_away(door: Door) -> None:
    door.rasa.script = leading
    page = door.form("/chatt", **hidden(door.call("GET", "/chatt"), "say"), choice="human")
    page = door.form("/chatt/kontakt", **hidden(page, "contact"), cancel="1")
    assert page.status == 200
    assert "hidden" in parsed(page).select_one("#contact").attrs  # type: ignore[union-attr]


@pytest.mark.parametrize(("text", "status"), [("", 422), ("a" * 2001, 413)])
def test_a_refused_text_stays_in_the_box_beside_the_reason(door: Door, text: str, status: int) -> None:
    page = door.form("/chatt", **hidden(door.call("GET", "/chatt"), "say"), text=text)
    soup = parsed(page)
    assert page.status == status
    assert soup.select_one("#text").get_text() == text  # type: ignore[union-attr]
    assert soup.select_one(".errors").get_text(strip=True)  # type: ignore[union-attr]


def test_words_typed_into_a_dead_session_are_not_lost(door: Door) -> None:
    page = door.form("/chatt", **hidden(door.call("GET", "/chatt"), "say"), text="hej")
    door.clock.moved = timedelta(hours=2)
    page = door.form("/chatt", **hidden(page, "say"), text="är du kvar")
    assert "Det här är ett nytt samtal" in page.body
    assert door.rasa.asked[-1]["text"] == "är du kvar"


def test_an_old_form_that_is_sent_again_after_leaving_shows_and_sends_nothing(door: Door) -> None:
    """Without script the browser's Back button can send the last message once more, whoever presses it."""
    first = {**hidden(door.call("GET", "/chatt"), "say"), "text": "pengar till gänget"}
    page = door.form("/chatt", **first)
    second = {**hidden(page, "say"), "text": "de letar efter mig"}
    door.form("/chatt", **second)
    door.form("/chatt/avsluta", token=second["token"])
    for old in (first, second):
        again = door.form("/chatt", **old)
        assert again.status == 401
        assert "gänget" not in again.body and "letar efter" not in again.body
    assert len(door.rasa.asked) == 2


def test_a_first_message_that_is_sent_twice_is_answered_all_the_same(door: Door) -> None:
    first = {**hidden(door.call("GET", "/chatt"), "say"), "text": "hej"}
    for _ in range(2):
        assert "du skrev: hej" in door.form("/chatt", **first).body


def test_the_way_back_from_the_page_about_the_talk_keeps_the_talk(door: Door) -> None:
    page = door.form("/chatt", **hidden(door.call("GET", "/chatt"), "say"), text="hej")
    token = hidden(page, "say")["token"]
    about = door.form("/om-chatten", token=token)
    assert "Utkast" in about.body
    again = door.form("/chatt", token=token)
    assert "du skrev: hej" in again.body


def test_what_the_person_wrote_is_escaped_on_the_page(door: Door) -> None:
    page = door.form("/chatt", **hidden(door.call("GET", "/chatt"), "say"), text="<script>alert(1)</script>")
    assert "<script>alert" not in page.body
    assert "&lt;script&gt;" in page.body


def test_no_script_and_no_style_stands_inside_any_page(door: Door) -> None:
    page = door.form("/chatt", **hidden(door.call("GET", "/chatt"), "say"), text="hej")
    for soup in (parsed(page), *(parsed(door.call("GET", path)) for path in ("/", "/kvittens", "/om-chatten"))):
        assert not [script for script in soup.select("script") if not script.get("src") or script.get_text()]
        assert not soup.select("style, [style], [onclick], [onload]")
        outside = [tag for tag in soup.select("[src],link[href]") if "//" in str(tag.get("src") or tag.get("href"))]
        assert not outside


@pytest.mark.parametrize(
    "path",
    ["/chatt", "/chatt/kontakt", "/chatt/hjalpte", "/chatt/kopia", "/chatt/radera", "/chatt/avsluta", "/kvittens"],
)
def test_a_form_of_another_type_is_refused(door: Door, path: str) -> None:
    assert door.call("POST", path, json={"text": "hej"}).status == 415


def test_two_tabs_write_in_one_talk(door: Door) -> None:
    page = door.form("/chatt", **hidden(door.call("GET", "/chatt"), "say"), text="ett")
    token = hidden(page, "say")["token"]
    for text in ("två", "tre"):
        page = door.form("/chatt", token=token, id=str(uuid.uuid4()), text=text)
    assert [row.text for row in door.rows(messages) if row.sender == "person"] == ["ett", "två", "tre"]
    assert len(parsed(page).select("#log .person")) == 3


def test_the_demo_says_so_on_every_page(door: Door) -> None:
    for path in ("/chatt", "/kvittens", "/om-chatten", "/"):
        assert "DEMO" in door.call("GET", path).body
