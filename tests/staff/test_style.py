"""How a person writes: what is heard, and that the list is narrowed to it."""

from __future__ import annotations

import pytest

from bot.staff.review.style import STYLES, find_styles, load_words
from bot.staff.words import Words
from bot.understanding.language import load_words as known_words
from bot.understanding.vocabulary import VocabularyError
from tests.staff.console import Client, Console, heard
from tests.staff.talks import listed

STORY = "Min son har börjat umgås med andra och jag vet inte längre var han är om kvällarna. " * 5


@pytest.mark.parametrize(
    ("texts", "styles"),
    [
        ([], ()),
        (["", "[namn]", "😀", "???"], ()),
        (["Min son röker på, vad kan jag göra?"], ()),
        (["Hjälp"], ("short",)),
        (["min son röker", "i farsta"], ("short", "lower_case")),
        (["Hjälp", "Min son röker på varje dag"], ()),
        ([STORY], ("story",)),
        (["min kille slår mig ibland"], ("lower_case",)),
        (["min kille slår mig, ring [telefonnummer]"], ("lower_case",)),
        (["min kille slår mig", "16"], ("lower_case",)),
        (["JAG ORKAR INTE MER NU"], ("capitals",)),
        (["OK då testar jag det"], ()),
        (["Min kille ar arg och jag behover hjalp"], ("no_diacritics",)),
        (["Jag är rädd och behöver hjalp"], ()),
        (["Bre, de jiddrar med mig hela tiden"], ("slang",)),
        (["Jag önskar upplysning avseende kostnaden"], ("formal",)),
        (["My son is smoking every day and I need help"], ("english",)),
        (["я боюсь идти домой"], ("lower_case", "other_language")),
        (["أخاف من زوجي كثيرا"], ("other_language",)),
    ],
)
def test_styles_are_heard_in_what_was_typed(texts: list[str], styles: tuple[str, ...]) -> None:
    found = find_styles(texts)
    assert set(found) == set(styles) and list(found) == [style for style in STYLES if style in found]


@pytest.mark.parametrize("texts", [["å" * 100_000], ["[" * 5_000], ["a " * 50_000], ["\x00\u202e"]])
def test_no_text_makes_it_fail(texts: list[str]) -> None:
    assert set(find_styles(texts)) <= set(STYLES)


def test_every_word_is_one_that_can_be_met_and_stands_once() -> None:
    lists = load_words()
    for style, words in lists.items():
        assert words == {word for word in words if word.isalpha() and word == word.lower()}, style
    assert not any(set(word) & set("åäö") for word in lists["no_diacritics"])
    assert not lists["slang"] & lists["formal"]
    assert known_words().languages.get("hjalp") == ("sv",)


@pytest.mark.parametrize("content", ["styles: {}", "styles: {no_diacritics: [], slang: a, formal: b}", "[]"])
def test_a_broken_word_list_is_refused(tmp_path, content: str) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "style.yml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(VocabularyError, match=r"style\.yml"):
        load_words(path)


def test_every_style_has_words_of_its_own() -> None:
    shown = Words.load({}).all("style")
    assert len({shown[style] for style in STYLES}) == len(STYLES)


def test_the_list_is_narrowed_to_a_style_and_the_talk_says_it(console: Console) -> None:
    rut = console.signed_in(console.person("rut", "reviewer"))
    console.talk("a" * 32, {"text": "min kille ar dum och jag behover hjalp", "understood": heard()})
    console.talk("b" * 32, {"text": "Jag är orolig för min son.", "understood": heard()})
    assert listed(rut, "?stil=no_diacritics") == ["a" * 32]
    assert listed(rut, "?stil=lower_case&behov=parenting") == ["a" * 32]
    assert len(listed(rut, "?stil=finns-inte")) == 2
    assert "Så skrev personen: bara små bokstäver, utan å, ä och ö." in rut.get(f"/samtal/{'a' * 32}").said
    (line,) = [each for each in console.log(action="list_conversations") if each["detail"] == {"stil": "no_diacritics"}]
    assert line["staff_id"]


def test_a_pressed_button_is_not_how_the_person_writes(console: Console) -> None:
    rut: Client = console.signed_in(console.person("rut", "reviewer"))
    pressed = heard(reason=None)
    console.talk(
        "a" * 32, {"text": "Min son röker på varje dag.", "understood": heard()}, {"text": "Ja", "understood": pressed}
    )
    console.talk("b" * 32, {"text": "Ja", "understood": pressed})
    assert listed(rut, "?stil=short") == []
