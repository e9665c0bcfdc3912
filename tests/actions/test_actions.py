"""The action server's door and the rule that nothing is promised before it is committed."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy import select, update

import actions.talk
from actions.hand_over import ActionCallBack, ActionHandOver
from actions.parts import Parts
from actions.talk import ActionAnswerNeed, ActionFallBack, ActionOfferHuman
from bot.database import create_database_engine, migrate, now, reading
from bot.routing.catalogue import Catalogue
from bot.routing.talk import Talk
from bot.sentences import Sentences
from bot.settings import Settings
from bot.switch import name_of, set_switch
from bot.tables import cases, outbox
from tests.town import Town, call


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Parts:
    """Real parts on a database of their own."""
    url = f"sqlite:///{tmp_path / 'test.db'}"
    migrate(url)
    settings = Settings(inner_secret="s", hash_key="h", encryption_keys=("k",), database_url=url)
    made = Parts(settings, create_database_engine(url), Catalogue.load("demo"), Sentences.load("demo"))
    monkeypatch.setattr(actions.talk, "parts", lambda: made)
    return made


def run(action: Any, slots: dict[str, Any], intent: str = "answer_later", **heard: Any) -> CollectingDispatcher:
    latest = {"intent": {"name": intent}, "entities": [], "message_id": "m1", "heard": heard or None}
    tracker = Tracker("c1", slots, latest, [], False, None, {}, "action_listen")
    dispatcher = CollectingDispatcher()
    asyncio.run(action.run(dispatcher, tracker, {}))
    return dispatcher


def stored(tools: Parts, table: Any) -> list[Any]:
    with reading(tools.engine) as connection:
        return list(connection.execute(select(table)))


def test_a_hand_over_says_its_promise_after_the_case_is_committed(tools: Parts) -> None:
    said = run(ActionHandOver(), {"service": "exit_programme", "need": "leave_crime"}).messages
    [case] = stored(tools, cases)
    assert case.due_at is not None
    assert (case.due_at - case.created_at).total_seconds() == 24 * 3600
    assert "Vi har tagit emot" in said[0]["text"]
    assert said[0]["custom"]["case"] == {"id": case.id}
    assert stored(tools, outbox)


def test_1_a_database_that_fails_lets_nothing_be_promised(tools: Parts) -> None:
    with tools.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE outbox")
    assert run(ActionHandOver(), {"service": "exit_programme", "need": "leave_crime"}).messages == []
    assert stored(tools, cases) == []


def test_the_same_message_makes_one_case(tools: Parts) -> None:
    for _ in range(3):
        run(ActionHandOver(), {"service": "exit_programme", "need": "leave_crime"})
    assert len(stored(tools, cases)) == 1


def test_a_service_without_a_promise_gets_no_time(tools: Parts) -> None:
    said = run(ActionHandOver(), {"service": "mini_maria", "need": "substance_use"}).messages
    assert stored(tools, cases)[0].due_at is None
    assert "Vi vet inte när någon svarar" in said[0]["text"]


def test_what_it_usually_takes_is_said_after_the_promise_once_twenty_have_been_reached(tools: Parts) -> None:
    before = now() - timedelta(days=3)
    for number in range(20):
        said = run(ActionHandOver(), {"service": "exit_programme", "need": "leave_crime"}).messages
        assert "Oftast" not in str(said)
        with tools.engine.begin() as connection:
            new = {"message_id": f"old {number}", "created_at": before}
            reached = {"contacted_at": before + timedelta(hours=2.5), "contacted_by": "siv", "state": "contacted"}
            connection.execute(update(cases).where(cases.c.message_id == "m1").values(**new, **reached))
    texts = [message["text"] for message in run(ActionHandOver(), {"service": "exit_programme"}).messages]
    assert "Vi har tagit emot" in texts[0]
    assert texts[1] == "Oftast får man kontakt inom 3 timmar. Det är inget löfte."


def test_asking_for_a_call_shows_the_form_and_stores_nothing_yet(tools: Parts) -> None:
    said = run(ActionCallBack(), {"service": "mini_maria"}, "call_back").messages
    assert said[-1]["custom"]["form"] == "contact"
    assert stored(tools, cases) == []


@pytest.mark.usefixtures("tools")
def test_11_a_failing_action_says_nothing_and_logs_no_words(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("kanariefågel: jag heter Kim")

    monkeypatch.setattr(ActionAnswerNeed, "step", broken)
    assert run(ActionAnswerNeed(), {}, "parenting").messages == []
    assert "kanariefågel" not in caplog.text
    assert "action_answer_need" in caplog.text


@pytest.mark.usefixtures("tools")
def test_the_second_miss_offers_a_human() -> None:
    first = run(ActionFallBack(), {}, "nlu_fallback").messages[0]["text"]
    second = run(ActionFallBack(), {"misses": 1}, "nlu_fallback").messages[0]
    assert first != second["text"]
    assert second["buttons"][0]["payload"] == "/human"


@pytest.mark.slow
def test_12_a_forged_hand_over_is_refused_by_the_action_server(town: Town) -> None:
    assert call(town.settings.actions_url, "POST", "/webhook", {"next_action": "action_hand_over"}).status == 401


@pytest.mark.parametrize("action", [ActionHandOver, ActionCallBack])
def test_an_old_button_of_a_service_that_takes_no_cases_sends_nothing_and_shows_whom_to_reach(
    tools: Parts, action: Any
) -> None:
    said = run(action(), {"service": "safe_places", "need": "unsafe_place"}).messages
    assert stored(tools, cases) == []
    assert "ingenting är skickat" in said[0]["text"] and "Vi har tagit emot" not in str(said)
    assert not [message for message in said if (message["custom"] or {}).get("form")]
    assert [message for message in said if (message["custom"] or {}).get("service")]


def switch(tools: Parts, service: str, off: bool = True) -> None:
    with tools.engine.begin() as connection:
        set_switch(connection, off, "semester", "admin", now(), name_of(service))


@pytest.mark.parametrize("action", [ActionHandOver, ActionCallBack])
def test_a_service_that_is_switched_off_gets_nothing_and_the_person_is_told_whom_to_reach(
    tools: Parts, action: Any
) -> None:
    switch(tools, "exit_programme")
    said = run(action(), {"service": "exit_programme", "need": "leave_crime"}).messages
    assert stored(tools, cases) == []
    assert "ingenting är skickat" in said[0]["text"] and "Vi har tagit emot" not in str(said)
    assert said[0]["custom"]["service"]["id"] == "exit_programme"
    switch(tools, "exit_programme", off=False)
    run(action(), {"service": "exit_programme", "need": "leave_crime"})
    assert len(stored(tools, cases)) == (action is ActionHandOver)


def test_a_service_that_is_switched_off_while_the_case_is_made_gets_nothing(
    tools: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    switch(tools, "exit_programme")
    monkeypatch.setattr(Parts, "today", lambda self: self)
    said = run(ActionHandOver(), {"service": "exit_programme", "need": "leave_crime"}).messages
    assert stored(tools, cases) == [] and "ingenting är skickat" in said[0]["text"]


def test_a_service_that_is_switched_off_is_offered_without_a_case(tools: Parts) -> None:
    ways = {"/answer_later", "/call_back"}

    def offered() -> set[str]:
        said = run(
            ActionAnswerNeed(), {"district": "farsta", "age": 17, "role": "self"}, "leave_crime", need="leave_crime"
        )
        return {button["payload"] for message in said.messages for button in message["buttons"]}

    assert ways <= offered()
    switch(tools, "exit_programme")
    assert offered() and not ways & offered()


def test_switches_that_cannot_be_read_keep_nobody_from_an_answer(tools: Parts) -> None:
    with tools.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE switches")
    assert run(ActionFallBack(), {}, "nlu_fallback").messages


@pytest.mark.usefixtures("tools")
def test_only_slots_that_have_changed_are_sent_back() -> None:
    before = {"service": "exit_programme", "need": "leave_crime", "misses": 0}
    latest = {"intent": {"name": "human"}, "entities": [], "message_id": "m1", "heard": None}
    tracker = Tracker("c1", before, latest, [], False, None, {}, "action_listen")
    events = asyncio.run(ActionOfferHuman().run(CollectingDispatcher(), tracker, {}))
    sent = {event["name"]: event["value"] for event in events}
    assert not any(name in before and before[name] == value for name, value in sent.items())
    after = Talk.from_slots({**before, **sent})
    assert (after.service, after.need) == ("exit_programme", "leave_crime")
