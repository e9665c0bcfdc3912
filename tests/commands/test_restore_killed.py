"""Backup and restore killed in the middle: what is left is usable."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine, insert, text
from sqlalchemy.engine import make_url

from bot.database import create_database_engine, now, transaction
from bot.settings import Settings
from bot.tables import messages
from tests.commands.lived_in import live_in
from tests.commands.restoring import again, count, destroy, run
from tests.test_tree import ROOT


def fill_up(settings: Settings) -> None:
    """Some forty megabytes, so that there is time to kill."""
    engine = create_database_engine(settings.database_url)
    with transaction(engine) as connection:
        line = {"conversation_id": "c" * 32, "sender": "bot", "created_at": now()}
        rows = [{**line, "text": os.urandom(2000).hex()} for _ in range(10_000)]
        connection.execute(insert(messages), rows)
    engine.dispose()


def kill_when(command: str, file: Path, settings: Settings, begun: Callable[[], bool]) -> bool:
    """Start the command, kill it with -9 as soon as it has begun to write.

    Returns False if it was done before that, five times over: a busy machine may look up too late once.
    """
    return any(killed_once(command, file, settings, begun) for _ in range(5))


def killed_once(command: str, file: Path, settings: Settings, begun: Callable[[], bool]) -> bool:
    if command == "backup":
        file.unlink(missing_ok=True)
    environment = {**os.environ, **settings.to_environment(), "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", command, str(file)], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )
    last = time.monotonic() + 60
    while process.poll() is None and not begun():
        assert time.monotonic() < last, "the command wrote nothing"
        time.sleep(0.001)
    process.kill()
    return process.wait() == -signal.SIGKILL


@pytest.mark.slow
def test_a_backup_killed_in_the_middle_leaves_no_file_and_the_next_one_works(
    town: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seeded, file = live_in(town), tmp_path / "backup"
    fill_up(town)
    for begun in (lambda: any(tmp_path.glob(".town.db.copy")) or part_of(file) > 0, lambda: part_of(file) > 5_000_000):
        assert kill_when("backup", file, town, begun), "it was done too soon: the test would prove nothing"
        assert not file.exists()
        assert again(town, seeded).case == seeded.case
    assert run("backup", file, capsys)[0] == 0
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    destroy(town)
    assert run("restore", file, capsys)[0] == 0
    assert again(town, seeded).contact == seeded.contact and count(town, messages) == 10_001


def part_of(file: Path) -> int:
    return size_of(file.with_name(f".{file.name}.part"))


def size_of(file: Path) -> int:
    """In bytes; 0 for a file that is not there, or that the command takes away while we look."""
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0


@pytest.mark.slow
def test_a_restore_killed_in_the_middle_leaves_the_old_database_and_the_next_one_works(
    town: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seeded, file = live_in(town), tmp_path / "backup"
    fill_up(town)
    run("backup", file, capsys)
    for size in (1, 20_000_000):
        assert kill_when("restore", file, town, lambda size=size: restored_so_far(town, tmp_path) >= size)
        assert again(town, seeded).case == seeded.case and count(town, messages) == 10_001
    code, said = run("restore", file, capsys)
    assert code == 0, said
    assert again(town, seeded).written == seeded.written and count(town, messages) == 10_001
    assert restored_so_far(town, tmp_path) == 0


def restored_so_far(settings: Settings, directory: Path) -> int:
    """How many bytes of the new database there are."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite":
        return size_of(directory / ".town.db.restoring")
    admin = create_engine(url.set(database="postgres"))
    with admin.connect() as connection:
        sizes = "SELECT pg_database_size(oid) FROM pg_database WHERE datname = :name"
        found = connection.execute(text(sizes), {"name": f"{url.database}_restoring"}).scalar()
    admin.dispose()
    return int(found or 0)


def test_a_stray_log_of_a_lost_database_does_not_get_into_the_new_one(
    small: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file was deleted, its -wal was not: SQLite would play it into whatever takes the name."""
    seeded, database = live_in(small), Path(make_url(small.database_url).database)
    run("backup", tmp_path / "backup", capsys)
    database.unlink()
    database.with_name("town.db-wal").write_bytes(b"\x37\x7f\x06\x82" + os.urandom(8000))
    assert run("restore", tmp_path / "backup", capsys)[0] == 0
    assert again(small, seeded) == seeded
    with sqlite3.connect(database) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
