"""The page in English: every word of its own, nothing of the talk, and the same addresses."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup

from bot.chat.languages import LANGUAGES, address, language_code, load_languages
from bot.chat.web.case_page import DONE
from bot.chat.web.forms import ASKED_FIRST
from bot.chat.web.pages import FOLDER
from bot.sentences import Sentences
from bot.tables import conversations
from tests.chat.running import Answer, Door
from tests.chat.standin import answer, message
from tests.chat.test_forms import hidden, parsed
from tests.chat.test_page import LIMIT_BYTES, zipped

SPOKEN = load_languages(Sentences.load("demo"))
SWEDISH, ENGLISH = SPOKEN["sv"], SPOKEN["en"]
IN_ENGLISH = ENGLISH.sentences.others["en"]
SAME = {text for name, text in SWEDISH.words.items() if ENGLISH.words[name] == text} | {"DEMO."}
PLACEHOLDER = re.compile(r"\{\w+\}")


async def leading(body: dict[str, Any]) -> tuple[int, Any]:
    if body.get("payload") == "/call_back":
        return answer(message("Fyll i.", form="contact"))
    choices = [{"label": "Bli uppringd", "payload": "/call_back"}]
    card = {"id": "exit_programme", "district": None}
    return answer(message("Så här.", service=card, choices=choices), need="leave_crime")


def english_text(page: Answer) -> str:
    """What a person can see or hear of the page that is not marked as Swedish."""
    soup = parsed(page)
    for swedish in soup.select("body [lang=sv], textarea, script, [data-exit], .message.person .text"):
        swedish.decompose()
    attributes = [
        str(value)
        for tag in soup.find_all(True)
        for name, value in tag.attrs.items()
        if name.startswith("data-") or name in ("aria-label", "title", "label", "heading", "close", "loading")
    ]
    for template in soup.select("template"):
        attributes.append(BeautifulSoup(template.decode_contents(), "html.parser").get_text(" "))
    return " ".join([soup.get_text(" "), *attributes])


def whole(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(word)}(?!\w)")


def swedish_left(page: Answer) -> list[str]:
    """Words of sv.yml, sentences of domain.yml and å, ä, ö that the English page shows."""
    text = " ".join(english_text(page).split())
    words = [word for word in SWEDISH.words.values() if word not in SAME and whole(word).search(text)]
    said = [SWEDISH.sentences.texts[name] for name in IN_ENGLISH]
    found = [sentence for sentence in said if sentence in text]
    return [*words, *found, *re.findall(r"\w*[åäöÅÄÖ]\w*", text)]


def leading_out(page: Answer) -> list[str]:
    """Our own addresses on an English page that lose the language; leaving has none."""
    found = [str(tag[name]) for name in ("href", "action", "formaction") for tag in parsed(page).select(f"[{name}]")]
    ours = [link for link in found if link.startswith(("/chatt", "/kvittens", "/om-", "/till"))]
    return [link for link in ours if "lang=en" not in link and link != "/chatt/avsluta"]


def test_both_files_hold_the_same_names_and_no_text_is_empty() -> None:
    assert list(SWEDISH.words) == list(ENGLISH.words)
    for language in SPOKEN.values():
        assert not [name for name, text in language.words.items() if not str(text).strip() or not isinstance(text, str)]


def test_a_translation_keeps_the_places_that_are_filled_in() -> None:
    sentences = Sentences.load("demo").texts
    for name, text in SWEDISH.words.items():
        assert PLACEHOLDER.findall(text) == PLACEHOLDER.findall(ENGLISH.words[name]), name
    for name, text in IN_ENGLISH.items():
        assert set(PLACEHOLDER.findall(sentences[name])) == set(PLACEHOLDER.findall(text)), name


def test_every_word_is_used_on_a_page() -> None:
    pages = "\n".join(path.read_text("utf-8") for path in (FOLDER / "templates").rglob("*") if path.is_file())
    composed = {"yes", "no", "bot", "person", "staff", "renewed", "came_back", "safe_to_call", "leave_message"}
    composed |= {"helped_yes", "helped_no", "phone", "email", "when", "say_if_other", "when_hint", "say_if_other_hint"}
    composed |= {"shared_topic", "shared_summary", "shared_conversation", "the_person"}
    composed |= {f"case_{state}" for state in ("open", "taken", "contacted", "closed", "withdrawn", "stopped")}
    composed |= {f"{part}_{act}" for part in ("act", "ask", "about") for act in ASKED_FIRST}
    composed |= {f"done_{done}" for done in DONE.values()}
    assert not [name for name in SWEDISH.words if f"w.{name}" not in pages and name not in composed]


def test_what_the_door_says_of_itself_has_an_english_text() -> None:
    said = {name for name in Sentences.load("demo").texts if re.match(r"utter_(contact_|door_|welcome)", name)}
    in_the_talk = {"masked_phone", "sent", "sent_to_alias", "contact_given", "case_code", "summary", "unknown"}
    in_the_talk |= {f"role_{role}" for role in ("self", "child", "other", "user", "unknown")}
    assert said - {f"utter_door_{name}" for name in in_the_talk} <= IN_ENGLISH.keys()


@pytest.mark.parametrize(
    ("asked", "code"), [(None, "sv"), ("", "sv"), ("en", "en"), ("sv", "sv"), ("xx", "sv"), ("EN", "sv")]
)
def test_an_unknown_language_is_swedish(asked: str | None, code: str) -> None:
    assert language_code(asked) == code


@pytest.mark.parametrize("path", ["/", "/chatt", "/kvittens", "/om-chatten", "/tillganglighet", "/finns-inte"])
def test_no_swedish_word_is_left_on_an_english_page(door: Door, path: str) -> None:
    page = door.call("GET", address(path, "en"))
    soup = parsed(page)
    assert soup.html["lang"] == "en"  # type: ignore[index]
    assert soup.title.string == "Stockholms stad"  # type: ignore[union-attr]
    assert not swedish_left(page)


def test_the_check_finds_what_is_swedish(door: Door) -> None:
    assert len(swedish_left(door.call("GET", "/chatt"))) > 20


def test_no_swedish_word_is_left_in_any_step_of_the_talk(door: Door) -> None:
    door.rasa.script = leading
    page = door.call("GET", "/chatt?lang=en")
    pages = [page := door.form("/chatt?lang=en", **hidden(page, "say"), text="hello")]
    pages.append(door.form("/chatt/hjalpte?lang=en", **hidden(page, "feedback"), answer="no"))
    choice = str(parsed(page).select_one("#choices button")["value"])  # type: ignore[index]
    pages.append(page := door.form("/chatt?lang=en", **hidden(page, "choices"), choice=choice))
    pages.append(wrong := door.form("/chatt/kontakt?lang=en", **hidden(page, "contact"), phone="12"))
    pages.append(page := door.form("/chatt/kontakt?lang=en", **hidden(wrong, "contact"), phone="070-123 45 67"))
    fields = hidden(page, "say")
    code = parsed(page).select_one("#log .receipt .code").get_text()  # type: ignore[union-attr]
    pages += [door.form("/chatt?lang=en", **fields, text=text) for text in ("", "a" * 2001)]
    beside = ("/om-chatten", "/tillganglighet", "/chatt/radera", "/chatt/kopia")
    pages += [door.form(f"{path}?lang=en", token=fields["token"]) for path in beside]
    pages.append(door.form("/chatt/radera?lang=en", token=fields["token"], confirm="1"))
    pages += [door.form("/kvittens?lang=en", code=given) for given in (code, "12", "1" * 16)]
    door.clock.moved = timedelta(hours=2)
    pages.append(door.form("/chatt/hjalpte?lang=en", token=fields["token"]))
    for shown in pages:
        assert not swedish_left(shown), shown.status
        assert len(leading_out(shown)) <= 1, "only the way to the Swedish page leads out of English"


def test_what_the_assistant_says_is_marked_as_swedish(door: Door) -> None:
    door.rasa.script = leading
    page = door.form("/chatt?lang=en", **hidden(door.call("GET", "/chatt?lang=en"), "say"), text="hello")
    texts = [(text.get("lang"), text.get_text()) for text in parsed(page).select("#log .text")]
    assert texts[0][0] is None and texts[0][1].startswith("Hello! I am a robot")
    assert texts[1] == (None, "hello")
    assert texts[2][0] is None and texts[2][1].startswith("When it is about crime")
    assert texts[3] == ("sv", "Så här.")
    assert [tag.get("lang") for tag in parsed(page).select("#log .card .name, #choices button")] == ["sv", "sv"]


def test_on_the_swedish_page_nothing_is_marked(door: Door) -> None:
    door.rasa.script = leading
    page = door.form("/chatt", **hidden(door.call("GET", "/chatt"), "say"), text="hej")
    assert {str(tag["lang"]) for tag in parsed(page).select("body [lang]")} == {"en"}
    assert [tag.get_text() for tag in parsed(page).select("body [lang=en]")] == ["In English"]


@pytest.mark.parametrize(
    ("path", "texts"), [("/api/messages", "The message is empty"), ("/api/contact", "Give a phone number")]
)
def test_refusals_of_the_api_are_english_where_the_address_asks_for_it(door: Door, path: str, texts: str) -> None:
    body = {"id": "0b0e7a5e-7d0f-4b4e-9d5c-1f2e3d4c5b6a", "text": " "}
    refused = door.call("POST", f"{path}?lang=en", door.open(), json=body)
    assert refused.status == 422 and refused.text.startswith(texts)
    assert refused.body["messages"][-1]["lang"] == "en"


def test_danger_in_a_refused_text_is_answered_in_the_language_it_has(door: Door) -> None:
    refused = door.call("POST", "/api/messages?lang=en", door.open(), json={"id": "x", "text": "han andas inte " * 200})
    first = refused.body["messages"][0]
    assert "112" in first["text"] and first["urgent"] and first["lang"] == "sv"


def test_changing_the_language_keeps_the_talk_and_what_is_being_written(door: Door) -> None:
    page = door.form("/chatt", **hidden(door.call("GET", "/chatt"), "say"), text="hej")
    page = door.form("/chatt?lang=en", **hidden(page, "say"), text="half a sen", keep="1")
    soup = parsed(page)
    assert soup.html["lang"] == "en"  # type: ignore[index]
    assert "du skrev: hej" in page.body
    assert soup.select_one("#text").get_text() == "half a sen"  # type: ignore[union-attr]
    assert len(door.rasa.asked) == 1


@pytest.mark.parametrize("token", ["", "x" * 43])
def test_changing_the_language_before_or_after_a_talk_makes_no_session(door: Door, token: str) -> None:
    page = door.form("/chatt?lang=en", token=token, text="half a sen", keep="1")
    assert page.status == 200 and "half a sen" in page.body
    assert door.rows(conversations) == []


def test_both_languages_tell_the_same_on_the_pages_of_text() -> None:
    for path in (FOLDER / "templates" / "sv").iterdir():
        files = [FOLDER / "templates" / code / path.name for code in LANGUAGES]
        soups = [BeautifulSoup(file.read_text("utf-8"), "html.parser") for file in files]
        for selector in ("h1", "h2", "li", "p", "form", "strong"):
            assert len({len(soup.select(selector)) for soup in soups}) == 1, (path.name, selector)


def test_the_english_chat_weighs_no_more_than_the_swedish_may(door: Door) -> None:
    loads = ["/widget.js", "/chatt?lang=en", "/page/chat.css", "/page/exit.js", "/page/chat.js", "/page/icon.svg"]
    assert sum(zipped(door, path) for path in loads) <= LIMIT_BYTES
