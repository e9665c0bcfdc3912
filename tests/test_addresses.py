"""Whom to ask when several processes do the same work."""

from __future__ import annotations

from bot.addresses import AVOIDED_SECONDS, Addresses

ONE, TWO, THREE = "http://one:1", "http://two:2", "http://three:3"


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_each_caller_begins_with_the_next_one() -> None:
    addresses = Addresses.of(f"{ONE}, {TWO}/,{THREE}")
    assert [addresses.in_turn()[0] for _ in range(4)] == [ONE, TWO, THREE, ONE]
    assert addresses.in_turn() == [TWO, THREE, ONE]


def test_whoever_could_not_be_reached_comes_last_for_some_seconds() -> None:
    seconds = Seconds()
    addresses = Addresses((ONE, TWO), seconds)
    addresses.note_failure(ONE)
    assert [addresses.in_turn() for _ in range(2)] == [[TWO, ONE], [TWO, ONE]]
    seconds.now = AVOIDED_SECONDS
    assert {tuple(addresses.in_turn()) for _ in range(2)} == {(ONE, TWO), (TWO, ONE)}


def test_a_single_address_is_tried_twice_since_it_may_lead_to_several_processes() -> None:
    addresses = Addresses.of(ONE)
    addresses.note_failure(ONE)
    assert addresses.in_turn() == [ONE, ONE]
