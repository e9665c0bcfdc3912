"""A million guesses of receipt codes against the real limiter, on a moved clock: figures in docs/handover.md."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from bot.chat.limits import RATES, Limits
from bot.handover.receipt import DIGITS

GUESSES = 1_000_000
DAY = 86_400.0
# More receipts than the city will have valid at one time.
RECEIPTS = 10_000


@dataclass
class Moved:
    """Seconds that only a test moves."""

    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


def let_through(addresses: int, patient: bool) -> int:
    """How many of a million guesses, spread over one day and over so many addresses, the limiter lets through.

    `patient`: nobody asks before the time that the last refusal named has passed.
    """
    clock = Moved()
    limits = Limits(clock=clock)
    passed, wait = 0, [0.0] * addresses
    for number in range(GUESSES):
        clock.seconds = number * DAY / GUESSES
        address = number % addresses
        if patient and clock.seconds < wait[address]:
            continue
        refused = limits.take("receipt", f"address {address}")
        passed += refused is None
        wait[address] = clock.seconds + (refused or 0)
    return passed


@pytest.mark.parametrize("patient", [False, True], ids=["without rest", "as told"])
@pytest.mark.parametrize(("addresses", "most"), [(1, 1_500), (100, 150_000)])
def test_a_million_guesses_a_day_are_held_back(
    addresses: int, most: int, patient: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    passed = let_through(addresses, patient)
    chance = passed * RECEIPTS / 10**DIGITS
    with capsys.disabled():
        print(f"\n{addresses} addresses: {passed} of {GUESSES} guesses let through, chance of a hit {chance:.1e} a day")
    assert 0 < passed <= most
    assert chance < 1e-6


def test_the_cleverest_single_guesser_gets_one_a_minute() -> None:
    """Whoever asks only when a token has come is never refused: the most that one address can get."""
    clock = Moved()
    limits, rate = Limits(clock=clock), RATES["receipt"]
    passed = 0
    while clock.seconds < DAY:
        assert limits.take("receipt", "one") is None
        passed += 1
        clock.seconds += 0 if passed < rate.burst else rate.seconds
    assert passed == pytest.approx(DAY / rate.seconds + rate.burst, abs=2)


def test_a_thousand_years_of_guessing_from_a_thousand_addresses_find_nothing() -> None:
    a_day = 1_000 * (DAY / RATES["receipt"].seconds + RATES["receipt"].burst)
    assert a_day * 365.25 * 1_000 * RECEIPTS / 10**DIGITS < 1
