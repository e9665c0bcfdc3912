"""Confirmations laid over services.yml: only for the value that was confirmed, and picked up while running."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine

from bot.database import create_database_engine, reading, transaction
from bot.routing.catalogue import Catalogue
from bot.routing.check import check
from bot.routing.confirmations import (
    Confirmation,
    ConfirmationError,
    check_days,
    confirm,
    facts_of,
    hash_value,
    overlay,
    read_confirmations,
    withdraw,
)
from bot.routing.following import follow
from bot.routing.status import statuses
from bot.tables import metadata
from tests.routing.conftest import TODAY, entry

NOW = datetime(2026, 11, 22, 9, tzinfo=timezone.utc)
Changed = Callable[..., Catalogue]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = create_database_engine(f"sqlite:///{tmp_path / 'test.db'}")
    metadata.create_all(made)
    yield made
    made.dispose()


def confirmation(catalogue: Catalogue, id_: str, field: str, **changes: Any) -> Confirmation:
    fact = facts_of(catalogue.lines.get(id_) or catalogue.services[id_])[field]
    assert fact
    made = Confirmation(id_, field, hash_value(id_, field, fact), "Karin", TODAY, date(2027, 5, 1), "ed", NOW)
    return replace(made, **changes)


@pytest.mark.parametrize(("id_", "field"), [("bris", "phone"), ("bris", "hours"), ("exit_programme", "promise_hours")])
def test_a_confirmed_fact_is_shown_in_live_until_its_last_day(live: Catalogue, id_: str, field: str) -> None:
    before = live.lines.get(id_) or live.services[id_]
    assert live.shown(before, field, TODAY) is None
    after = overlay(live, [confirmation(live, id_, field)])
    entry_after = after.lines.get(id_) or after.services[id_]
    shown = after.shown(entry_after, field, TODAY)
    assert shown and (shown.confirmed_by, shown.expires_on) == ("Karin", date(2027, 5, 1))
    assert after.shown(entry_after, field, date(2027, 5, 2)) is None


def test_a_text_is_confirmed_among_the_texts(live: Catalogue) -> None:
    after = overlay(live, [confirmation(live, "mini_maria", "what")])
    assert after.text("mini_maria", "what", TODAY) and not after.text("mini_maria", "cost", TODAY)


@pytest.mark.parametrize("part", ["value", "english"])
def test_a_value_that_was_changed_has_lost_its_confirmation(live: Catalogue, changed: Changed, part: str) -> None:
    made = confirmation(live, "emergency_112", "for_whom")

    def change(data: dict[str, Any]) -> None:
        entry(data, "lines", "emergency_112")["for_whom"][part] = "Something else."

    assert overlay(live, [made]).lines["emergency_112"].for_whom.confirmed_by == "Karin"  # type: ignore[union-attr]
    after = overlay(changed(change, mode="live"), [made])
    assert after.lines["emergency_112"].for_whom.confirmed_by is None  # type: ignore[union-attr]


def test_what_is_not_there_is_passed_over(live: Catalogue) -> None:
    made = confirmation(live, "bris", "phone")
    odd = [replace(made, entry="gone"), replace(made, field="gone"), replace(made, value_hash="x")]
    assert overlay(live, odd) == live


def test_the_check_counts_confirmations(live: Catalogue) -> None:
    before = [str(r) for r in check(live, TODAY) if "contact_centre_line (phone" in str(r)]
    after = check(overlay(live, [confirmation(live, "contact_centre_line", "phone")]), TODAY)
    assert before and not [str(r) for r in after if "contact_centre_line (phone" in str(r)]


def test_every_fact_of_every_entry_has_a_standing(demo: Catalogue) -> None:
    found = statuses(demo, TODAY)
    assert len(found) == len(demo.services) + len(demo.lines)
    told = {(e.id, f.field) for e in found for f in e.facts if f.standing == "unconfirmed"}
    assert ("bris", "phone") in told and not [id_ for id_, _ in told if id_ == "emergency_112"]
    assert all(f.standing == "unknown" for e in found for f in e.facts if f.fact is None)
    one = next(e for e in statuses(demo, date(2028, 1, 1)) if e.id == "bris")
    assert one.count("expired") == sum(f.fact is not None for f in one.facts)


def test_of_two_who_confirm_at_once_one_is_told(demo: Catalogue, engine: Engine) -> None:
    made = confirmation(demo, "bris", "phone")
    with transaction(engine) as connection:
        confirm(connection, made, None)
    later = replace(made, confirmed_by="Olle", made_at=NOW + timedelta(minutes=1))
    with pytest.raises(ConfirmationError, match="colleague"), transaction(engine) as connection:
        confirm(connection, later, None)
    with transaction(engine) as connection:
        confirm(connection, later, NOW)
    with pytest.raises(ConfirmationError, match="colleague"), transaction(engine) as connection:
        confirm(connection, replace(made, made_at=NOW + timedelta(minutes=2)), NOW)
    with reading(engine) as connection:
        assert read_confirmations(connection) == [later]


def test_many_at_the_same_moment_leave_one(demo: Catalogue, engine: Engine) -> None:
    made = confirmation(demo, "bris", "phone")
    together = threading.Barrier(4)

    def one(number: int) -> bool:
        together.wait(10)
        try:
            with transaction(engine) as connection:
                confirm(connection, replace(made, confirmed_by=str(number)), None)
        except ConfirmationError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(one, range(4))) == 1


def test_only_the_confirmation_that_was_seen_is_withdrawn(demo: Catalogue, engine: Engine) -> None:
    with transaction(engine) as connection:
        confirm(connection, confirmation(demo, "bris", "phone"), None)
        assert not withdraw(connection, "bris", "phone", NOW + timedelta(seconds=1))
        assert not withdraw(connection, "bris", "phone", None)
        assert withdraw(connection, "bris", "phone", NOW)
        assert read_confirmations(connection) == []


@pytest.mark.parametrize(
    ("on", "until", "field", "code"),
    [
        (None, date(2027, 1, 1), "confirmed_on", "bad_day"),
        (date(2026, 11, 23), date(2027, 1, 1), "confirmed_on", "day_to_come"),
        (date(2026, 11, 21), date(2027, 1, 1), "confirmed_on", "before_checked"),
        (TODAY, None, "expires_on", "bad_day"),
        (TODAY, TODAY, "expires_on", "day_passed"),
        (TODAY, date(2028, 1, 1), "expires_on", "day_too_late"),
    ],
)
def test_days_that_cannot_be_right_are_refused(
    demo: Catalogue, on: date | None, until: date | None, field: str, code: str
) -> None:
    fact = demo.lines["bris"].phone
    assert fact
    with pytest.raises(ConfirmationError, match=code) as raised:
        check_days(fact, on, until, TODAY)
    assert raised.value.field == field


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def test_a_running_process_picks_it_up_and_lets_it_go_in_every_language(live: Catalogue, engine: Engine) -> None:
    followed = follow(live, engine, seconds=0.05)
    english = followed.of("en")
    assert followed.lines.keys() == live.lines.keys() and len(followed.services) == len(live.services)

    def shown() -> bool:
        return all(c.shown(c.lines["bris"], "phone", TODAY) is not None for c in (followed, english))

    assert not shown()
    with transaction(engine) as connection:
        confirm(connection, confirmation(live, "bris", "phone"), None)
    wait_until(shown)
    with transaction(engine) as connection:
        withdraw(connection, "bris", "phone", NOW)
    wait_until(lambda: not shown())


def test_while_the_database_is_away_what_was_known_counts(live: Catalogue, engine: Engine) -> None:
    with transaction(engine) as connection:
        confirm(connection, confirmation(live, "bris", "phone"), None)
    followed = follow(live, engine, seconds=0.05)
    with transaction(engine) as connection:
        connection.exec_driver_sql("DROP TABLE confirmations")
    time.sleep(0.3)
    assert followed.shown(followed.lines["bris"], "phone", TODAY) is not None


def test_a_database_that_is_away_at_the_start_does_not_stop_the_start(live: Catalogue) -> None:
    followed = follow(live, create_database_engine("sqlite:////no/such/folder/db"))
    assert dict(followed.lines) == dict(live.lines)


def test_nobody_follows_for_a_catalogue_that_is_gone(live: Catalogue, engine: Engine) -> None:
    before = set(threading.enumerate())
    followed = follow(live, engine, seconds=0.05)
    (following,) = set(threading.enumerate()) - before
    assert following.is_alive()
    del followed
    gc.collect()
    wait_until(lambda: not following.is_alive())
