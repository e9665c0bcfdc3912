"""What restore refuses, and that it changes nothing then."""

from __future__ import annotations

import base64
import os
import socket
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.engine import make_url

from bot.commands.backups.sealing import Head, read_key, seal_stream
from bot.database import create_database_engine, now, reading, transaction
from bot.settings import PREFIX, Settings
from bot.tables import cases
from tests.commands.lived_in import live_in, make_installation
from tests.commands.restoring import again, newest_revision, run, settle


def test_restore_refuses_while_somebody_has_the_database_open(
    town: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seeded = live_in(town)
    run("backup", tmp_path / "backup", capsys)
    engine = create_database_engine(town.database_url)
    with reading(engine) as connection:
        connection.execute(select(cases.c.id)).all()
        code, said = run("restore", tmp_path / "backup", capsys)
    assert code == 1 and "Stop every process" in said and "as it was" in said
    engine.dispose()
    assert again(town, seeded) == seeded
    assert run("restore", tmp_path / "backup", capsys)[0] == 0


def test_restore_refuses_while_a_process_listens(
    small: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("backup", tmp_path / "backup", capsys)
    with socket.create_server(("127.0.0.1", small.chat_port)):
        code, said = run("restore", tmp_path / "backup", capsys)
    assert code == 1 and f"chat (port {small.chat_port})" in said


@pytest.mark.parametrize("damage", ["wrong key", "cut off", "changed"])
def test_a_backup_that_does_not_open_changes_nothing(
    town: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    seeded, file = live_in(town), tmp_path / "backup"
    run("backup", file, capsys)
    if damage == "wrong key":
        monkeypatch.setenv(PREFIX + "BACKUP_KEY", base64.b64encode(os.urandom(32)).decode())
    else:
        content = bytearray(file.read_bytes())
        content[-100] ^= 1
        file.write_bytes(content[:-50] if damage == "cut off" else content)
    code, said = run("restore", file, capsys)
    assert code == 1 and "Nothing was restored, and the database is as it was" in said
    assert again(town, seeded) == seeded
    assert not list(tmp_path.glob(".*restoring*"))


@pytest.mark.parametrize("where", ["head", "database"])
def test_restore_refuses_a_schema_that_is_newer_than_the_program(
    town: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str], where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeded = live_in(town)
    engine = create_database_engine(town.database_url)

    def set_schema(revision: str) -> None:
        with transaction(engine) as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": revision})

    with reading(engine) as connection:
        head = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    set_schema("9999")
    if where == "database":
        monkeypatch.setattr("bot.commands.backup.schema_of", lambda _url: head)
    run("backup", tmp_path / "backup", capsys)
    monkeypatch.undo()
    settle(town, monkeypatch)
    set_schema(head)
    engine.dispose()
    code, said = run("restore", tmp_path / "backup", capsys)
    assert code == 1 and "schema 9999" in said and "newer version" in said
    assert again(town, seeded) == seeded


def test_restore_refuses_a_backup_that_is_older_than_the_ledger(
    small: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    old = Head((now() - timedelta(days=36)).isoformat(), "sqlite", newest_revision())
    file, database = tmp_path / "backup", Path(make_url(small.database_url).database)
    with database.open("rb") as source, file.open("wb") as target:
        seal_stream(source, target, read_key(small), old)
    code, said = run("restore", file, capsys)
    assert code == 1 and "would come back" in said
    monkeypatch.setenv(PREFIX + "BACKUP_DAYS", "40")
    assert run("restore", file, capsys)[0] == 0


@pytest.mark.usefixtures("small")
def test_a_backup_of_the_other_database_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run("backup", tmp_path / "backup", capsys)
    monkeypatch.setenv(PREFIX + "DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    code, said = run("restore", tmp_path / "backup", capsys)
    assert code == 1 and "The backup is of sqlite" in said


def test_contact_details_that_no_key_opens_are_warned_of(
    small: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    live_in(small)
    run("backup", tmp_path / "backup", capsys)
    other = make_installation(tmp_path / "other").encryption_keys[0]
    monkeypatch.setenv(PREFIX + "ENCRYPTION_KEYS", other)
    code, said = run("restore", tmp_path / "backup", capsys)
    assert code == 0 and "WARNING: 3 of 3 contact details do not open" in said
    assert other not in said
