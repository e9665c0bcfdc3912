"""Staff sessions."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.engine import Engine

from bot.database import transaction
from bot.staff.sign_in.accounts import create_staff
from bot.staff.sign_in.passwords import Passwords
from bot.staff.sign_in.sessions import end_session, find_session, open_session, touch
from bot.tables import staff_sessions
from tests.staff.console import CHEAP, KEY, NOW, PASSWORD


@pytest.fixture
def token(engine: Engine) -> str:
    with transaction(engine) as connection:
        made = create_staff(connection, "siv", "Siv", "admin", [], PASSWORD, NOW, Passwords(CHEAP))
        return open_session(connection, made, KEY, NOW)


def test_only_a_keyed_hash_of_the_token_is_stored(engine: Engine, token: str) -> None:
    with engine.connect() as connection:
        stored = str(connection.execute(select(staff_sessions)).one())
        assert token not in stored
        assert find_session(connection, token, "another key", NOW) is None
        assert find_session(connection, token, KEY, NOW) is not None


@pytest.mark.parametrize(("minutes", "alive"), [(0, True), (29, True), (30, False), (600, False)])
def test_a_session_ends_after_half_an_hour_without_a_click(
    engine: Engine, token: str, minutes: int, alive: bool
) -> None:
    with engine.connect() as connection:
        assert (find_session(connection, token, KEY, NOW + timedelta(minutes=minutes)) is not None) is alive


def test_a_session_ends_after_twelve_hours_whatever_happens(engine: Engine, token: str) -> None:
    at = NOW
    with transaction(engine) as connection:
        while session := find_session(connection, token, KEY, at):
            touch(connection, session, at)
            at += timedelta(minutes=20)
    assert at - NOW == timedelta(hours=12)


def test_the_time_when_it_ends_is_told(engine: Engine, token: str) -> None:
    with engine.connect() as connection:
        session = find_session(connection, token, KEY, NOW + timedelta(minutes=10))
    assert session and session.ends_at == NOW + timedelta(minutes=40)


def test_reading_writes_at_most_once_a_minute(engine: Engine, token: str) -> None:
    with engine.connect() as connection:
        early, late = (find_session(connection, token, KEY, NOW + timedelta(seconds=s)) for s in (59, 60))
    assert early and not early.is_stale(NOW + timedelta(seconds=59))
    assert late and late.is_stale(NOW + timedelta(seconds=60))


def test_signing_out_makes_the_cookie_worthless(engine: Engine, token: str) -> None:
    with transaction(engine) as connection:
        session = find_session(connection, token, KEY, NOW)
        assert session
        end_session(connection, session)
        assert find_session(connection, token, KEY, NOW) is None


def test_old_sessions_are_swept_away_at_a_sign_in(engine: Engine, token: str) -> None:  # noqa: ARG001
    with transaction(engine) as connection:
        owner = connection.execute(select(staff_sessions.c.staff_id)).scalar_one()
        open_session(connection, owner, KEY, NOW + timedelta(hours=1))
        assert len(connection.execute(select(staff_sessions)).all()) == 1
