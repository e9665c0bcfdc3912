"""Texts that nobody has approved, as those who keep them read it."""

from __future__ import annotations

import pytest

from bot.routing.catalogue import Mode
from bot.routing.check_texts import check_texts
from bot.sentences import Sentences, Text, unapproved_texts

SENTENCES = Sentences.load("demo")
FIRE = [Text("utter_urgent_fire", "sv", "Gå ut.", False), Text("utter_urgent_fire", "en", "Get out.", False)]


@pytest.mark.parametrize(("mode", "level"), [("demo", "unconfirmed"), ("live", "wrong")])
def test_an_unapproved_crisis_text_is_a_fault_only_in_live(mode: Mode, level: str) -> None:
    [found] = check_texts(mode, SENTENCES, FIRE)
    assert (found.level, found.fields) == (level, ("sv", "en"))
    assert "utter_urgent_fire" in found.entry and "Ring 112 om någon är i fara." in found.text


def test_the_minimal_text_is_to_be_approved_first_of_all() -> None:
    [found] = check_texts("live", SENTENCES, [Text("utter_urgent_minimal", "sv", "Ring 112.", False)])
    assert found.level == "wrong" and "först av alla" in found.text


def test_a_text_in_another_language_that_waits_for_its_reader_is_no_fault() -> None:
    [found] = check_texts("live", SENTENCES, [Text("utter_other_language", "so", "…", False)])
    assert found.level == "unconfirmed" and found.fields == ("so",)


def test_what_is_approved_is_not_mentioned() -> None:
    assert check_texts("live", SENTENCES, []) == []


def test_every_unapproved_text_of_the_project_is_listed() -> None:
    listed = " ".join(str(remark) for remark in check_texts("live", SENTENCES))
    names = {text.name for text in unapproved_texts()}
    assert "utter_urgent_suicide" in names
    assert not [name for name in names if name not in listed]
