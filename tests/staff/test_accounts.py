"""Accounts, passwords and the delay between attempts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update
from sqlalchemy.engine import Engine

from bot.database import transaction
from bot.staff.sign_in.accounts import AccountError, change_password, create_staff, delay_after, set_disabled, sign_in
from bot.staff.sign_in.passwords import Passwords, password_problem
from bot.staff.sign_in.sessions import find_session, open_session
from bot.tables import audit, staff
from tests.staff.console import CHEAP, KEY, NOW, PASSWORD

PASSWORDS = Passwords(CHEAP)


def make(engine: Engine, name: str = "siv", **changes: Any) -> str:
    usual = {"alias": "Siv på Origo", "role": "case_worker", "services": ["mini_maria"], "password": PASSWORD}
    with transaction(engine) as connection:
        return create_staff(connection, name, now=NOW, passwords=PASSWORDS, **{**usual, **changes})


def row(engine: Engine) -> Any:
    with engine.connect() as connection:
        return connection.execute(select(staff)).one()


def attempt(engine: Engine, password: str = PASSWORD, name: str = "siv", at: datetime = NOW) -> bool:
    return sign_in(engine, PASSWORDS, name, password, at) is not None


def test_only_an_argon2_hash_of_the_password_is_stored(engine: Engine) -> None:
    make(engine)
    assert row(engine).password_hash.startswith("$argon2id$")
    assert PASSWORD not in str(row(engine))


def test_the_real_parameters_are_those_of_the_library() -> None:
    assert Passwords().hash("x").startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_a_new_account_must_change_its_password(engine: Engine) -> None:
    make(engine)
    assert row(engine).must_change_password


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("no_name", {"name": "  "}),
        ("no_name", {"name": "x" * 81}),
        ("no_alias", {"alias": ""}),
        ("no_role", {"role": "chief"}),
        ("no_service", {"services": []}),
    ],
)
def test_an_account_that_makes_no_sense_is_refused(engine: Engine, code: str, changes: dict[str, Any]) -> None:
    with pytest.raises(AccountError) as error:
        make(engine, **changes)
    assert error.value.code == code


def test_a_name_is_used_once_however_it_is_written(engine: Engine) -> None:
    make(engine)
    with pytest.raises(AccountError) as error:
        make(engine, " SIV ")
    assert error.value.code == "taken"


def test_only_case_workers_are_tied_to_services(engine: Engine) -> None:
    make(engine, role="reviewer")
    assert row(engine).services == []


def test_the_right_password_signs_in_and_a_wrong_one_does_not(engine: Engine) -> None:
    make(engine)
    assert attempt(engine, name=" Siv ")
    assert not attempt(engine, "fel lösenord här")
    assert not attempt(engine, name="nobody")


def test_the_delay_grows_to_a_quarter_of_an_hour() -> None:
    seconds = [delay_after(failures).total_seconds() for failures in range(13)]
    assert seconds == [0, 0, 0, 5, 10, 20, 40, 80, 160, 320, 640, 900, 900]
    assert delay_after(10**6) == timedelta(minutes=15)


def test_after_three_failures_even_the_right_password_has_to_wait(engine: Engine) -> None:
    make(engine)
    for _ in range(3):
        assert not attempt(engine, "fel lösenord här")
    assert not attempt(engine, at=NOW + timedelta(seconds=4))
    assert attempt(engine, at=NOW + timedelta(seconds=6))


def test_an_attempt_while_waiting_does_not_make_the_wait_longer(engine: Engine) -> None:
    make(engine)
    for _ in range(3):
        attempt(engine, "fel lösenord här")
    for second in range(5):
        attempt(engine, "fel lösenord här", at=NOW + timedelta(seconds=second))
    assert row(engine).failed_sign_ins == 3


def test_an_attempt_counts_before_the_password_is_checked(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    make(engine)
    seen = []
    monkeypatch.setattr(Passwords, "matches", lambda *_: seen.append(row(engine).failed_sign_ins) or False)
    attempt(engine)
    assert seen == [1]


def test_signing_in_forgets_the_failures(engine: Engine) -> None:
    make(engine)
    attempt(engine, "fel lösenord här")
    attempt(engine)
    assert (row(engine).failed_sign_ins, row(engine).locked_until) == (0, None)


def test_an_unknown_name_costs_as_much_work_as_a_known_one(engine: Engine) -> None:
    checked = []

    class Counting(PasswordHasher):
        def verify(self, stored: Any, password: Any) -> bool:
            checked.append(stored)
            return super().verify(stored, password)

    sign_in(engine, Passwords(Counting(1, 8, 1)), "nobody", PASSWORD, NOW)
    assert len(checked) == 1


def test_both_a_sign_in_and_a_refusal_stand_in_the_log_and_no_typed_name_does(engine: Engine) -> None:
    made = make(engine)
    attempt(engine, "fel lösenord här")
    attempt(engine)
    attempt(engine, name=PASSWORD)
    with engine.connect() as connection:
        lines = connection.execute(select(audit.c.staff_id, audit.c.action).order_by(audit.c.id)).all()
    assert lines == [(made, "sign_in_refused"), (made, "sign_in")]


def test_a_hash_of_weaker_parameters_is_made_anew_at_sign_in(engine: Engine) -> None:
    make(engine)
    with transaction(engine) as connection:
        connection.execute(update(staff).values(password_hash=PasswordHasher(1, 16, 1).hash(PASSWORD)))
    assert attempt(engine)
    assert "m=8," in row(engine).password_hash


def test_a_closed_account_signs_in_nowhere_and_loses_its_sessions(engine: Engine) -> None:
    made = make(engine)
    member = sign_in(engine, PASSWORDS, "siv", PASSWORD, NOW)
    assert member is not None
    with transaction(engine) as connection:
        token = open_session(connection, made, KEY, NOW)
        set_disabled(connection, made, True, member, NOW)
        assert find_session(connection, token, KEY, NOW) is None
    assert not attempt(engine)


def test_a_new_password_ends_every_session(engine: Engine) -> None:
    made = make(engine)
    with transaction(engine) as connection:
        token = open_session(connection, made, KEY, NOW)
        change_password(connection, PASSWORDS, made, "ett helt nytt lösenord", NOW)
        assert find_session(connection, token, KEY, NOW) is None
    assert not row(engine).must_change_password
    assert attempt(engine, "ett helt nytt lösenord")


@pytest.mark.parametrize(
    ("new", "repeated", "problem"),
    [
        ("elva tecken", "elva tecken", "too_short"),
        ("x" * 201, "x" * 201, "too_long"),
        ("aaaaaaaaaaaaa", "aaaaaaaaaaaaa", "too_plain"),
        ("Siv är bäst här", "Siv är bäst här", "too_plain"),
        ("samma som förr", "samma som förr", "same"),
        ("ett nytt lösenord", "ett annat lösenord", "not_repeated"),
        ("ett nytt lösenord", "ett nytt lösenord", None),
    ],
)
def test_a_new_password_is_long_and_not_plain(new: str, repeated: str, problem: str | None) -> None:
    assert password_problem(new, repeated, "siv", "samma som förr") == problem
