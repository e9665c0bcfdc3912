"""An English conversation, and one in a language that is not spoken, through the real actions and catalogue."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

import actions.talk
from actions.hand_over import ActionCallBack, ActionHandOver
from actions.parts import Parts
from actions.talk import ActionAnswerDanger, ActionAnswerNeed, ActionAnswerQuestion, ActionFallBack, ActionOfferHuman
from bot.database import create_database_engine, migrate
from bot.routing.catalogue import Catalogue
from bot.sentences import Sentences
from bot.settings import Settings
from bot.understanding.language import find_language
from bot.understanding.reading import read

SWEDISH_LETTERS = re.compile("[åäöÅÄÖ]")


@pytest.fixture(autouse=True)
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Parts:
    """Real parts on a database of their own."""
    url = f"sqlite:///{tmp_path / 'test.db'}"
    migrate(url)
    settings = Settings(inner_secret="s", hash_key="h", encryption_keys=("k",), database_url=url)
    made = Parts(settings, create_database_engine(url), Catalogue.load("demo"), Sentences.load("demo"))
    monkeypatch.setattr(actions.talk, "parts", lambda: made)
    return made


class Conversation:
    """Slots between messages, as Rasa keeps them: `language` comes from the entity of the same name."""

    def __init__(self) -> None:
        self.slots: dict[str, Any] = {}
        self.turns = 0

    def say(self, action: Any, intent: str, text: str | None = None, **heard: Any) -> list[dict[str, Any]]:
        """One message and what the action says to it; without a text it is a button."""
        self.turns += 1
        reading = read(text) if text else None
        if reading and reading.language and not reading.foreign:
            self.slots["language"] = reading.language
        found = {**reading.as_dict(), "need": intent, **heard} if reading else None
        latest = {"intent": {"name": intent}, "entities": [], "message_id": f"m{self.turns}", "heard": found}
        tracker = Tracker("c1", self.slots, latest, [], False, None, {}, "action_listen")
        dispatcher = CollectingDispatcher()
        for event in asyncio.run(action.run(dispatcher, tracker, {})):
            self.slots[event["name"]] = event["value"]
        return list(dispatcher.messages)


def words_of(said: list[dict[str, Any]]) -> Iterator[str]:
    for message in said:
        yield message["text"]
        yield from (button["title"] for button in message["buttons"])


def test_an_english_talk_is_english_from_the_worry_to_the_promise() -> None:
    talk = Conversation()
    said = [
        *talk.say(ActionAnswerNeed(), "substance_use", "my son is 16 and smokes weed every day, we live in Farsta"),
        *talk.say(ActionAnswerQuestion(), "ask_cost"),
        *talk.say(ActionAnswerQuestion(), "ask_hours", "when are they open?", need=None),
        *talk.say(ActionOfferHuman(), "human"),
        *talk.say(ActionCallBack(), "call_back"),
        *talk.say(ActionHandOver(), "answer_later"),
    ]
    assert "All visits are free." in " ".join(words_of(said))
    assert "We have received it" in said[-2]["text"]
    assert {message["custom"]["language"] for message in said} == {"en"}
    for text in words_of(said):
        assert not SWEDISH_LETTERS.search(re.sub(r"[\w ,]+ \([^)]*\)", "", text)), text
        assert len(text.split()) < 6 or find_language(text) == "en", text


def test_the_promise_names_its_time_in_english() -> None:
    talk = Conversation()
    talk.say(ActionAnswerNeed(), "leave_crime", "my brother wants to leave the gang but he is afraid to call")
    promise = talk.say(ActionHandOver(), "answer_later")[0]["text"]
    assert re.search(r"no later than \w+day \d+ \w+ at \d\d:\d\d\.", promise)


@pytest.mark.parametrize(
    ("then", "language"), [("ok", "en"), ("15", "en"), ("Farsta", "en"), ("vi bor i Farsta", "sv")]
)
def test_the_language_changes_only_when_the_person_changes_it(then: str, language: str) -> None:
    talk = Conversation()
    talk.say(ActionAnswerNeed(), "substance_use", "my daughter drinks too much every weekend")
    said = talk.say(ActionAnswerNeed(), "substance_use", then)
    assert {message["custom"]["language"] for message in said} == {language}


def test_a_talk_is_swedish_until_the_person_says_otherwise() -> None:
    said = Conversation().say(ActionAnswerNeed(), "parenting", "trotsig treåring")
    assert {message["custom"]["language"] for message in said} == {"sv"}


def test_danger_in_english_is_answered_in_english() -> None:
    said = Conversation().say(ActionAnswerDanger(), "emergency", "he is not breathing", urgent="emergency")
    assert said[0]["text"].startswith("Call 112")
    assert all(message["custom"]["urgent"] == "emergency" for message in said)


def test_another_language_gets_both_languages_a_number_and_no_miss() -> None:
    talk = Conversation()
    said = talk.say(ActionFallBack(), "nlu_fallback", "ابني يرافق أولاد كبار ويعود متأخرا", need=None)
    assert [message["custom"]["language"] for message in said[:2]] == ["sv", "en"]
    assert all("112" in message["text"] for message in said[:2])
    assert said[1]["custom"]["service"]["id"] == "contact_centre" and said[1]["buttons"]
    assert not talk.slots["misses"] and talk.slots["language"] is None


def test_a_line_that_answers_now_stands_beside_the_contact_centre_whose_hours_nobody_knows(tools: Parts) -> None:
    said = Conversation().say(ActionFallBack(), "nlu_fallback", "mam problem z synem, prosze o pomoc", need=None)
    named = [message["custom"]["service"]["id"] for message in said if message["custom"]["service"]]
    assert any(tools.catalogue.lines[name].hours for name in named if name in tools.catalogue.lines)


def test_danger_in_another_language_is_answered_in_swedish_and_english_first() -> None:
    said = Conversation().say(
        ActionAnswerDanger(), "emergency", "زوجي يضربني الآن", urgent="emergency", urgent_case="violence_now"
    )
    assert [message["text"][:8] for message in said[:2]] == ["Ring 112", "Call 112"]
    assert {message["custom"]["urgent"] for message in said} == {"emergency"}


def test_a_text_that_somebody_has_approved_in_the_language_is_said_first(tools: Parts) -> None:
    """Stands in for an approved variation in domain.yml: there is none yet."""
    others = {**tools.sentences.others, "pl": {"utter_other_language": "(approved Polish text)"}}
    object.__setattr__(tools, "sentences", Sentences(tools.sentences.texts, others))
    said = Conversation().say(ActionFallBack(), "nlu_fallback", "mam problem z synem, prosze o pomoc", need=None)
    assert [message["custom"]["language"] for message in said[:3]] == ["pl", "sv", "en"]
    assert said[0]["text"] == "(approved Polish text)"
