"""The backup itself: whose eyes it is for, what it holds, and when none is made."""

from __future__ import annotations

import os
import stat
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import insert
from sqlalchemy.engine import make_url

from bot.database import create_database_engine, now, transaction
from bot.settings import PREFIX, Settings
from bot.tables import heartbeats
from tests.commands.lived_in import live_in, make_installation
from tests.commands.restoring import count, destroy, run, settle
from tests.databases import fresh_database
from tests.postgresql import PostgreSQL


def test_a_backup_is_readable_by_its_owner_only_and_in_clear_by_nobody(
    town: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    live_in(town)
    before = os.umask(0)
    try:
        run("backup", tmp_path / "backup", capsys)
    finally:
        os.umask(before)
    file = tmp_path / "backup"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert b"jag vill hoppa av" not in file.read_bytes()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.usefixtures("small")
def test_a_file_that_is_there_is_not_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "backup").write_text("precious")
    code, said = run("backup", tmp_path / "backup", capsys)
    assert code == 1 and "already a file" in said
    assert (tmp_path / "backup").read_text() == "precious"


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("command", ["backup", "restore"])
def test_without_a_key_nothing_is_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.delenv(PREFIX + "BACKUP_KEY")
    code, said = run(command, tmp_path / "backup", capsys)
    assert code == 2 and "VAGVISAREN_BACKUP_KEY" in said
    assert not (tmp_path / "backup").exists()


def test_where_there_is_no_database_there_is_no_backup(
    small: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    destroy(small)
    code, said = run("backup", tmp_path / "backup", capsys)
    assert code == 1 and "no database" in said and "Traceback" not in said
    assert not (tmp_path / "backup").exists() and not Path(make_url(small.database_url).database).exists()


def test_the_tools_of_postgresql_are_named_where_they_are_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, postgresql: PostgreSQL
) -> None:
    settle(make_installation(tmp_path, fresh_database(postgresql)), monkeypatch)
    monkeypatch.setenv("PATH", str(tmp_path))
    code, said = run("backup", tmp_path / "backup", capsys)
    assert code == 1 and "pg_dump is not on this machine" in said and "postgresql-client" in said


def test_a_backup_made_while_people_write_is_one_moment(
    town: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two rows are written in each transaction; a copy of two moments would hold an odd number."""
    engine, stop = create_database_engine(town.database_url), threading.Event()
    pairs: list[int] = []

    def write() -> None:
        while not stop.is_set():
            with transaction(engine) as connection:
                for side in "ab":
                    connection.execute(insert(heartbeats).values(process=f"{len(pairs)}{side}", at=now()))
            pairs.append(1)

    writer = threading.Thread(target=write)
    writer.start()
    while len(pairs) < 5:
        time.sleep(0.01)
    try:
        code, said = run("backup", tmp_path / "backup", capsys)
        assert code == 0, said
        written = len(pairs)
        while len(pairs) == written:  # nobody was locked out
            time.sleep(0.01)
    finally:
        stop.set()
        writer.join()
    engine.dispose()
    assert run("restore", tmp_path / "backup", capsys)[0] == 0
    assert count(town, heartbeats) % 2 == 0 and 10 <= count(town, heartbeats) <= 2 * len(pairs)
