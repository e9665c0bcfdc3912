"""Which language: on every training message, and on messages of our own in other languages (language_messages.yml)."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from bot.understanding.language import find_language, load_words
from tests.test_tree import ROOT

OTHERS = YAML(typ="safe").load(Path(__file__).with_name("language_messages.yml").read_text(encoding="utf-8"))
LONG = 4  # words
# Two Swedish rows in data/nlu hold a message that is Finnish or Polish but for some words.
WRONGLY_FOREIGN, ENGLISH_FOUND, OTHERS_FOUND = 0.001, 0.95, 0.9


@pytest.fixture(scope="module")
def rows() -> list[tuple[str, str]]:
    """(style, text) of every training message."""
    blocks = [
        block
        for path in sorted((ROOT / "data" / "nlu").rglob("*.yml"))
        for block in YAML(typ="safe").load(path.read_text(encoding="utf-8"))["nlu"]
    ]
    lines = [(b["metadata"]["style"], line) for b in blocks for line in b["examples"].splitlines()]
    return [(style, line[2:]) for style, line in lines if line.startswith("- ")]


def test_swedish_is_not_taken_for_another_language(rows: list[tuple[str, str]]) -> None:
    swedish = [text for style, text in rows if style != "english"]
    wrong = [(text, find_language(text)) for text in swedish if find_language(text) not in ("sv", None)]
    print(f"\n{len(wrong)} of {len(swedish)} Swedish messages taken for another language: {wrong}")
    assert len(wrong) <= WRONGLY_FOREIGN * len(swedish)


def test_english_of_four_words_and_more_is_found(rows: list[tuple[str, str]]) -> None:
    english = [text for style, text in rows if style == "english" and len(text.split()) >= LONG]
    missed = [text for text in english if find_language(text) != "en"]
    print(f"\n{len(missed)} of {len(english)} English messages not found")
    assert len(missed) <= (1 - ENGLISH_FOUND) * len(english)


@pytest.mark.parametrize("language", OTHERS)
def test_another_language_is_found(language: str) -> None:
    texts = OTHERS[language]
    assert len(texts) >= 15
    long = [text for text in texts if len(text.split()) >= LONG] or texts
    found = [text for text in long if find_language(text) == language]
    print(f"\n{language}: {len(found)} of {len(long)} long, {sum(find_language(t) == language for t in texts)} of all")
    assert len(found) >= OTHERS_FOUND * len(long), [text for text in long if text not in found]


@pytest.mark.parametrize(
    "text",
    [
        "hej",
        "min sons kompis Mohammed Abdi Hassan",
        "bror har skuld till fel folk, wallah jag pallar inte",
        "can vi prata svenska please, min mamma fattar inte",
        "jag heter Jean-Pierre och bor i Rinkeby",
        "habibi jag behöver hjälp",
        "hjelp mig snälla",
        "va e de för fel på han",
        "ä du en robot",
        "hur säger man hjälp på arabiska, مساعدة?",
        "[namn] slår [namn]",
        "ok",
        "yes",
        "Komet",
        "ABC",
        "070",
        "",
        "?!",
        "😀",
    ],
)
def test_what_may_be_swedish_is_never_foreign(text: str) -> None:
    assert find_language(text) in ("sv", None)


@pytest.mark.parametrize("text", ["hello", "Help!", "my son smokes weed", "[namn] hits me every night"])
def test_english_is_english_however_it_is_typed(text: str) -> None:
    assert find_language(text) == "en"


@pytest.mark.parametrize("text", ["ελληνικά μιλάτε", "मुझे मदद चाहिए", "მჭირდება დახმარება", "助けてください"])
def test_a_writing_system_that_we_cannot_name_is_still_no_swedish(text: str) -> None:
    assert find_language(text) in ("other", "zh")


def test_a_word_that_is_enough_alone_is_no_swedish_word() -> None:
    known = load_words()
    assert not [word for word in known.sure if "sv" in known.languages.get(word, ())]
    assert all(language in known.languages.get(word, ()) for word, language in known.sure.items())


@given(st.text(max_size=2000))
def test_no_text_is_too_odd(text: str) -> None:
    find_language(text)
