from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.handover.case import CaseError, open_case, revoke_receipt
from bot.handover.receipt import (
    ReceiptError,
    attach_receipt,
    case_by_receipt,
    has_expired,
    in_groups,
    normalise_code,
    receipt_code,
    receipt_hash,
)

from .conftest import KEY, NOW, make_hand_over

UNTIL = NOW + timedelta(days=90)
CODE = "1234567890123456"


def test_a_retry_gives_the_same_sixteen_digits():
    code = receipt_code("token", "case", KEY)
    assert code == receipt_code("token", "case", KEY)
    assert len(code) == 16 and code.isdigit()


@pytest.mark.parametrize(
    "other", [("tokem", "case", KEY), ("token", "casf", KEY), ("token", "case", "k"), ("tokenc", "ase", KEY)]
)
def test_another_session_case_or_key_gives_another_code(other):
    assert receipt_code(*other) != receipt_code("token", "case", KEY)


def test_codes_are_spread_evenly_over_their_first_digit():
    counted = Counter(receipt_code("token", str(number), KEY)[0] for number in range(20_000))
    assert all(1_800 < counted[digit] < 2_200 for digit in "0123456789")


def test_a_code_is_read_out_in_groups_of_four():
    assert in_groups(CODE) == "1234 5678 9012 3456"


@pytest.mark.parametrize(
    "typed",
    [
        "1234567890123456",
        "1234 5678 9012 3456",
        " 1234-5678-9012-3456\n",
        "1234\u00a05678–9012—3456",
        "1234.5678.9012.3456",
        "１２３４５６７８９０１２３４５６",
        "\u200e1234 5678 9012 3456\ufeff",
    ],
)
def test_a_code_is_understood_however_it_is_grouped(typed):
    assert normalise_code(typed) == CODE


@pytest.mark.parametrize(
    "typed", ["", "1234", "12345678901234567", "123456789012345x", "1234/5678/9012/3456", "hej", "²" * 15]
)
def test_what_is_no_code_is_none(typed):
    assert normalise_code(typed) is None


@given(st.text(max_size=300))
def test_any_text_gives_a_clean_code_or_none(text):
    code = normalise_code(text)
    assert code is None or (len(code) == 16 and code.isascii() and code.isdigit())


def test_the_stored_hash_needs_the_key():
    assert receipt_hash(CODE, KEY) != receipt_hash(CODE, "another key")
    assert CODE not in receipt_hash(CODE, KEY) and len(receipt_hash(CODE, KEY)) == 64


def test_a_code_opens_its_case_until_its_last_moment(connection):
    case = open_case(connection, make_hand_over(), 24, NOW)
    attach_receipt(connection, case.id, CODE, KEY, UNTIL)
    last = UNTIL - timedelta(seconds=1)
    assert case_by_receipt(connection, CODE, KEY, last).id == case.id
    assert not has_expired(connection, CODE, KEY, last)
    assert case_by_receipt(connection, CODE, KEY, UNTIL) is None
    assert has_expired(connection, CODE, KEY, UNTIL)


def test_a_wrong_code_opens_nothing_and_is_not_called_expired(connection):
    case = open_case(connection, make_hand_over(), 24, NOW)
    attach_receipt(connection, case.id, CODE, KEY, UNTIL)
    assert case_by_receipt(connection, CODE[::-1], KEY, NOW) is None
    assert not has_expired(connection, CODE[::-1], KEY, UNTIL)


def test_attaching_again_keeps_the_day_that_was_shown(connection):
    case = open_case(connection, make_hand_over(), 24, NOW)
    attach_receipt(connection, case.id, CODE, KEY, UNTIL)
    attach_receipt(connection, case.id, CODE, KEY, UNTIL + timedelta(days=1))
    assert case_by_receipt(connection, CODE, KEY, NOW).receipt_until == UNTIL


def test_a_code_that_somebody_holds_is_not_overwritten(connection):
    case = open_case(connection, make_hand_over(), 24, NOW)
    attach_receipt(connection, case.id, CODE, KEY, UNTIL)
    with pytest.raises(ReceiptError):
        attach_receipt(connection, case.id, CODE[::-1], KEY, UNTIL)
    assert case_by_receipt(connection, CODE, KEY, NOW) is not None


def test_a_receipt_for_no_case_is_refused(connection):
    with pytest.raises(CaseError):
        attach_receipt(connection, "nobody", CODE, KEY, UNTIL)


def test_a_revoked_code_opens_nothing(connection):
    case = open_case(connection, make_hand_over(), 24, NOW)
    attach_receipt(connection, case.id, CODE, KEY, UNTIL)
    revoke_receipt(connection, case.id, NOW)
    assert case_by_receipt(connection, CODE, KEY, NOW) is None
    attach_receipt(connection, case.id, CODE, KEY, UNTIL)
    assert case_by_receipt(connection, CODE, KEY, NOW) is None
