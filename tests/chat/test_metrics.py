"""What a message leaves in the metrics of the chat process: times, decisions, danger; none of its words."""

from __future__ import annotations

from prometheus_client import generate_latest

from tests.chat.running import Door

CANARY = "kanariefagel"


def told(door: Door) -> str:
    return generate_latest(door.parts.metrics.registry).decode()


def test_a_message_is_timed_stage_by_stage_and_its_decision_counted(door: Door) -> None:
    token = door.open()
    assert door.say(token, CANARY).status == 200
    text = told(door)
    for stage in ("store", "answer", "conclude", "whole"):
        assert f'vagvisaren_stage_seconds_count{{stage="{stage}"}} 1.0' in text
    assert "vagvisaren_decisions_total{" in text
    assert CANARY not in text and token not in text


def test_the_same_message_again_is_no_second_decision(door: Door) -> None:
    token = door.open()
    for _ in range(2):
        door.say(token, "hej", message_id="11111111-1111-4111-8111-111111111111")
    assert sum(float(line.rsplit(" ", 1)[1]) for line in told(door).splitlines() if "decisions_total{" in line) == 1


def test_danger_and_answers_without_rasa_are_counted(door: Door) -> None:
    token = door.open()
    door.run(door._rasa_runner.cleanup())
    door.say(token, "han andas inte")
    text = told(door)
    assert 'vagvisaren_decisions_total{decision="degraded"} 1.0' in text
    assert 'vagvisaren_urgent_total{kind="emergency"} 1.0' in text


def test_refusals_are_counted_by_status(door: Door) -> None:
    door.say("no such token", "hej")
    assert 'vagvisaren_refused_total{status="401"} 1.0' in told(door)


def test_the_public_port_tells_nothing(door: Door) -> None:
    answer = door.call("GET", "/metrics")
    assert answer.status == 404 and "vagvisaren_" not in str(answer.body)
