from pathlib import Path

import pytest

from bot.understanding.vocabulary import VocabularyError, WordFile


def write(tmp_path: Path, text: str) -> WordFile:
    path = tmp_path / "words.yml"
    path.write_text(text, encoding="utf-8")
    return WordFile(path)


def test_words_are_folded_and_stand_once(tmp_path: Path) -> None:
    file = write(tmp_path, "list: [Får, far, ÖL]")
    assert file.words(file.data, "file", "list") == ("far", "ol")


def test_a_list_that_may_be_missing_is_empty(tmp_path: Path) -> None:
    assert write(tmp_path, "a: 1").words({}, "entry", "list", required=False) == ()


@pytest.mark.parametrize("text", ["list: 5", "list: [1]", "list: [true]", "list: ['']", "other: [a]"])
def test_what_is_no_list_of_words_is_refused(tmp_path: Path, text: str) -> None:
    file = write(tmp_path, text)
    with pytest.raises(VocabularyError, match="put quotes around numbers"):
        file.words(file.data, "entry", "list")


def test_a_choice_outside_the_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VocabularyError, match=r"words\.yml, entry, field 'role': must be one of child, other"):
        write(tmp_path, "a: 1").choice({"role": "x"}, "entry", "role", ("child", "other"))
