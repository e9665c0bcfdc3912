"""Backup and the restore drill, on both databases: an installation with people in it is destroyed and brought back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert
from sqlalchemy.engine import make_url

from bot.commands import restore as restoring
from bot.database import create_database_engine, migrate, now, transaction
from bot.handover.case import withdraw
from bot.handover.disposal import Purged, purge
from bot.handover.ledger import CONVERSATION, Ledger
from bot.handover.wishes_kept import Noter
from bot.settings import Settings
from bot.tables import cases, contacts, conversations, daily_figures, heartbeats, messages
from tests.commands.lived_in import live_in, make_installation
from tests.commands.restoring import again, count, destroy, newest_revision, run, settle


def test_the_restore_drill(town: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Backup, destroy, restore: everything is readable, and promises and deadlines stand as they stood."""
    seeded = live_in(town)
    file = tmp_path / "backup"
    code, said = run("backup", file, capsys)
    assert code == 0 and "has been read back" in said
    destroy(town)
    code, said = run("restore", file, capsys)
    assert code == 0, said
    assert "The database is again as it was on" in said
    assert again(town, seeded) == seeded
    assert seeded.case.due_at and seeded.case.taken_by == "siv" and len(seeded.waiting) > 3
    assert count(town, cases) == 4 and count(town, contacts) == 3


def test_a_restored_installation_can_be_migrated_and_written_to(
    town: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seeded = live_in(town)
    run("backup", tmp_path / "backup", capsys)
    assert run("restore", tmp_path / "backup", capsys)[0] == 0
    migrate(town.database_url)
    live_in_again = create_database_engine(town.database_url)
    with transaction(live_in_again) as connection:
        # The running numbers go on where they were: no id is given out twice.
        line = {"conversation_id": "c" * 32, "sender": "person", "text": "hej", "created_at": now()}
        connection.execute(insert(messages).values(**line))
    live_in_again.dispose()
    assert again(town, seeded).said == [*seeded.said, "hej"]


def test_what_was_deleted_after_the_backup_stays_deleted(
    town: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seeded = live_in(town)
    engine = create_database_engine(town.database_url)
    with transaction(engine) as connection:
        talk = {"id": "e" * 32, "created_at": now(), "last_seen_at": now()}
        connection.execute(insert(conversations).values(**talk))
    run("backup", tmp_path / "backup", capsys)
    assert purge(engine, replace(town, disposal_decision="Dnr 2026-17"), now()) == Purged(cases=1)
    Ledger.of(town).note(CONVERSATION, ["e" * 32], now())
    before = Ledger.of(town).read()
    engine.dispose()
    code, said = run("restore", tmp_path / "backup", capsys)
    assert code == 0 and "Deleted again, because it had been deleted since: 1 conversations and 1 cases" in said
    assert count(town, cases) == 3 and count(town, conversations) == 1
    assert count(town, daily_figures) > 0, "what goes again has been counted"
    assert Ledger.of(town).read() == before, "the ledger must not be rolled back"
    waiting = [key for key in seeded.waiting if seeded.over not in key]
    assert again(town, seeded) == replace(seeded, waiting=waiting)


def test_what_was_taken_back_after_the_backup_is_taken_back_again(
    town: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody is called who has said no since."""
    seeded = live_in(town)
    run("backup", tmp_path / "backup", capsys)
    engine = create_database_engine(town.database_url)
    with transaction(engine) as connection:
        withdraw(connection, seeded.case.id, now())
    assert Noter(engine, Ledger.of(town)).note(now()) == 1
    engine.dispose()
    code, said = run("restore", tmp_path / "backup", capsys)
    assert code == 0 and "Taken back again, as people had asked since: 1 cases." in said
    after = again(town, seeded)
    assert after.case.state == "withdrawn"
    assert seeded.contact is not None and after.contact is None
    assert f"withdrawn:{seeded.case.id}" in after.waiting, "staff are told"


def test_the_former_database_is_kept_beside(town: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seeded = live_in(town)
    run("backup", tmp_path / "backup", capsys)
    engine = create_database_engine(town.database_url)
    with transaction(engine) as connection:
        connection.execute(insert(heartbeats).values(process="written after the backup", at=now()))
    engine.dispose()
    _, said = run("restore", tmp_path / "backup", capsys)
    assert count(town, heartbeats) == 0
    name = said.split("is kept as ")[1].split(". Delete")[0].removeprefix("the database ")
    url = make_url(town.database_url)
    former = replace(town, database_url=url.set(database=name).render_as_string(hide_password=False))
    assert count(former, heartbeats) == 1 and again(former, seeded) == seeded


def test_a_backup_of_an_older_schema_is_brought_forward(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settle(make_installation(tmp_path), monkeypatch)
    destroy(settings)
    migrate(settings.database_url, "0001")
    run("backup", tmp_path / "backup", capsys)
    destroy(settings)
    assert run("restore", tmp_path / "backup", capsys)[0] == 0
    assert restoring.schema_of(settings.database_url) == newest_revision()
    live_in(settings)


def test_a_damaged_database_is_replaced_and_kept(
    small: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seeded, database = live_in(small), Path(make_url(small.database_url).database)
    run("backup", tmp_path / "backup", capsys)
    database.write_bytes(b"not a database at all" * 1000)
    assert run("restore", tmp_path / "backup", capsys)[0] == 0
    assert again(small, seeded) == seeded
    assert [path.read_bytes()[:5] for path in tmp_path.glob("town.db.before*")] == [b"not a"]
