"""Token buckets, and the key by which a client is known for a day."""

from __future__ import annotations

import pytest

from bot.chat import limits as module
from bot.chat.limits import SALT_SECONDS, Limits, Rate


class Seconds:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def limits(seconds: Seconds) -> Limits:
    return Limits(rates={"message": Rate(3, 2)}, clock=seconds)


def test_a_burst_is_let_through_and_the_next_is_told_how_long_to_wait(limits: Limits) -> None:
    assert [limits.take("message", "a") for _ in range(4)] == [None, None, None, 2]


def test_waiting_fills_the_bucket(limits: Limits, seconds: Seconds) -> None:
    for _ in range(4):
        limits.take("message", "a")
    seconds.now += 2
    assert limits.take("message", "a") is None
    assert limits.take("message", "a") == 4


def test_whoever_empties_it_again_and_again_waits_twice_as_long_each_time_up_to_a_limit(seconds: Seconds) -> None:
    limits, waits = Limits(rates={"message": Rate(3, 2, 20)}, clock=seconds), []
    for _ in range(6):
        while (wait := limits.take("message", "a")) is None:
            pass
        waits.append(wait)
        seconds.now += wait
    assert waits == [2, 4, 8, 16, 20, 20]


def test_asking_while_one_waits_makes_the_wait_no_longer(limits: Limits, seconds: Seconds) -> None:
    for _ in range(50):
        wait = limits.take("message", "a")
    assert wait == 2
    seconds.now += 2
    assert limits.take("message", "a") is None


def test_after_a_quiet_while_the_waiting_is_forgotten(limits: Limits, seconds: Seconds) -> None:
    for _ in range(3):
        while (wait := limits.take("message", "a")) is None:
            pass
        seconds.now += wait
    seconds.now += 6
    while (wait := limits.take("message", "a")) is None:
        pass
    assert wait == 2


def test_nobody_is_ever_shut_out_for_longer_than_a_quarter_of_an_hour() -> None:
    assert max(rate.longest for rate in module.RATES.values()) <= 900
    assert module.RATES["message"].longest <= 30


def test_one_who_floods_does_not_slow_another(limits: Limits) -> None:
    for _ in range(10):
        limits.take("message", "a")
    assert limits.take("message", "b") is None


def test_the_key_of_a_client_holds_no_address_and_changes_every_day(limits: Limits, seconds: Seconds) -> None:
    first = limits.client_key("203.0.113.7", "")
    assert "203.0.113" not in first
    assert first == limits.client_key("203.0.113.7", "")
    seconds.now += SALT_SECONDS + 1
    assert first != limits.client_key("203.0.113.7", "")


@pytest.mark.parametrize(
    ("peer", "forwarded", "same_as"),
    [
        ("127.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("10.0.0.4", "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
    ],
)
def test_only_a_proxy_of_our_own_may_name_the_client(limits: Limits, peer: str, forwarded: str, same_as: str) -> None:
    assert limits.client_key(peer, forwarded) == limits.client_key(same_as, "")


@pytest.mark.parametrize(
    ("peer", "forwarded"), [("127.0.0.1", ""), ("127.0.0.1", "nonsense"), ("", ""), ("127.0.0.1", "10.0.0.3x")]
)
def test_callers_whom_nobody_names_share_one_large_bucket(limits: Limits, peer: str, forwarded: str) -> None:
    assert limits.client_key(peer, forwarded) == ""
    assert [limits.take("message", "") for _ in range(61)].count(None) == 60


def test_one_household_is_one_client_on_ipv6(limits: Limits) -> None:
    assert limits.client_key("2001:db8::1", "") == limits.client_key("2001:db8::ffff", "")
    assert limits.client_key("2001:db8::1", "") != limits.client_key("2001:db8:0:1::1", "")


def test_a_flood_of_clients_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch, seconds: Seconds) -> None:
    monkeypatch.setattr(module, "MOST_BUCKETS", 100)
    limits = Limits(rates={"message": Rate(3, 2)}, clock=seconds)
    for number in range(1000):
        limits.take("message", f"client {number}")
        seconds.now += 0.001
    assert len(limits._buckets) <= 100
