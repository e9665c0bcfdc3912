"""What people have asked for in their own cases stays so, also when a backup knows nothing of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.database import reading, transaction
from bot.handover.case import close, get_case, withdraw
from bot.handover.ledger import REVOKED, STOPPED, WITHDRAWN, Ledger
from bot.handover.notices.relay import create_relay
from bot.handover.own_acts import revoke_receipt, stop_contact
from bot.handover.wishes_kept import LOOKED_BACK, Noter, keep_wishes
from bot.tables import cases, outbox

from .conftest import NOW, make_cases
from .running import QUICK, run_until

LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def ledger(settings):
    return Ledger.of(settings)


def taken_back(engine, at=NOW):
    (case,) = make_cases(engine, 1)
    with transaction(engine) as connection:
        withdraw(connection, case.id, at)
    return case


def restore_as_open(engine):
    """As a backup of before would have it."""
    with transaction(engine) as connection:
        connection.execute(update(cases).values(state="taken", closed_at=None))
        connection.execute(outbox.delete())


def state(engine, case):
    with reading(engine) as connection:
        return get_case(connection, case.id).state


def test_the_relay_notes_what_was_taken_back_and_takes_it_back_again(engine, settings, ledger):
    case = taken_back(engine)
    clock = lambda: LATER  # noqa: E731
    run_until(create_relay(settings, engine, pace=QUICK, clock=clock), lambda: ledger.read()[WITHDRAWN] == (case.id,))
    restore_as_open(engine)
    run_until(create_relay(settings, engine, pace=QUICK, clock=clock), lambda: state(engine, case) == "withdrawn")
    with reading(engine) as connection:
        kinds = connection.execute(select(outbox.c.kind)).scalars().all()
    assert "withdrawn" in kinds, "staff are told"


def test_each_case_is_noted_once_also_by_the_next_relay(engine, ledger):
    taken_back(engine)
    noter = Noter(engine, ledger)
    assert [noter.note(LATER), noter.note(LATER), Noter(engine, ledger).note(LATER)] == [1, 0, 0]


def test_what_was_taken_back_while_no_relay_ran_is_noted_too(engine, ledger):
    taken_back(engine)
    assert Noter(engine, ledger).note(NOW + LOOKED_BACK - timedelta(minutes=1)) == 1


def test_a_ledger_that_is_away_is_tried_again(engine, ledger, tmp_path):
    taken_back(engine)
    (tmp_path / "ledger").write_text("a file where the folder should be")
    noter = Noter(engine, ledger)
    with pytest.raises(OSError):
        noter.note(LATER)
    (tmp_path / "ledger").unlink()
    assert noter.note(LATER) == 1


def test_what_staff_have_closed_and_what_is_gone_are_left_alone(engine, ledger):
    (case,) = make_cases(engine, 1)
    with transaction(engine) as connection:
        close(connection, case.id, "siv", "support", NOW)
    ledger.note(WITHDRAWN, [case.id, "f" * 32], NOW)
    assert not any(keep_wishes(engine, ledger, LATER).values())
    assert state(engine, case) == "closed"


def test_who_wanted_no_contact_and_no_code_keeps_both(engine, ledger):
    (case,) = make_cases(engine, 1)
    until = NOW + timedelta(days=90)
    with transaction(engine) as connection:
        connection.execute(update(cases).values(receipt_until=until))
        stop_contact(connection, case.id, NOW)
        revoke_receipt(connection, case.id, NOW)
    assert Noter(engine, ledger).note(LATER) == 2
    with transaction(engine) as connection:
        connection.execute(update(cases).values(stopped_at=None, receipt_until=until))
        connection.execute(outbox.delete())
    assert keep_wishes(engine, ledger, LATER) == {WITHDRAWN: 0, STOPPED: 1, REVOKED: 1}
    with reading(engine) as connection:
        row = connection.execute(select(cases)).one()
        kinds = connection.execute(select(outbox.c.kind)).scalars().all()
    assert (row.stopped_at, row.receipt_until) == (LATER, LATER)
    assert "contact_stopped" in kinds, "staff are told"
    assert not any(keep_wishes(engine, ledger, LATER).values()), "once"
