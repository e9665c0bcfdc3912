"""Backup and the restore drill, on both databases: an installation with people in it is destroyed and brought back."""

from __future__ import annotations

import base64
import os
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, insert, select, text
from sqlalchemy.engine import make_url

from bot.__main__ import main
from bot.commands import restore as restoring
from bot.commands.backups.sealing import Head, read_key, seal_stream
from bot.database import MIGRATIONS, create_database_engine, migrate, now, reading, transaction
from bot.handover.case import withdraw
from bot.handover.disposal import Purged, purge
from bot.handover.ledger import CONVERSATION, Ledger
from bot.handover.taken_back import Noter
from bot.settings import PREFIX, Settings
from bot.tables import cases, contacts, conversations, heartbeats, messages
from tests.commands.lived_in import Seeded, live_in, look, make_installation
from tests.databases import fresh_database
from tests.postgresql import PostgreSQL
from tests.test_tree import ROOT


@pytest.fixture(params=["sqlite", "postgresql"])
def town(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A migrated installation on either database; the commands read its settings from the environment."""
    url = fresh_database(request.getfixturevalue("postgresql")) if request.param == "postgresql" else ""
    return settle(make_installation(tmp_path, url), monkeypatch)


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """As `town`, on SQLite only: for what does not depend on the database."""
    return settle(make_installation(tmp_path), monkeypatch)


def settle(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for field in fields(Settings):
        monkeypatch.delenv(PREFIX + field.name.upper(), raising=False)
    for name, value in settings.to_environment().items():
        monkeypatch.setenv(name, value)
    return settings


def run(command: str, file: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = main([command, str(file)])
    said = capsys.readouterr()
    return code, said.out + said.err


def destroy(settings: Settings) -> None:
    """The worst: nothing of the database is left."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite":
        for path in Path(url.database).parent.glob(Path(url.database).name + "*"):
            path.unlink()
        return
    admin = create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{url.database}"'))
    admin.dispose()


def count(settings: Settings, table: object) -> int:
    engine = create_database_engine(settings.database_url)
    with reading(engine) as connection:
        found = connection.execute(select(func.count()).select_from(table)).scalar_one()
    engine.dispose()
    return int(found)


def again(settings: Settings, seeded: Seeded) -> Seeded:
    return look(settings, seeded.case.id, seeded.over)


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


def newest_revision() -> str:
    from alembic.script import ScriptDirectory

    return str(ScriptDirectory(str(MIGRATIONS)).get_current_head())


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


def test_a_damaged_database_is_replaced_and_kept(
    small: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seeded, database = live_in(small), Path(make_url(small.database_url).database)
    run("backup", tmp_path / "backup", capsys)
    database.write_bytes(b"not a database at all" * 1000)
    assert run("restore", tmp_path / "backup", capsys)[0] == 0
    assert again(small, seeded) == seeded
    assert [path.read_bytes()[:5] for path in tmp_path.glob("town.db.before*")] == [b"not a"]


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


def fill_up(settings: Settings) -> None:
    """Some forty megabytes, so that there is time to kill."""
    engine = create_database_engine(settings.database_url)
    with transaction(engine) as connection:
        line = {"conversation_id": "c" * 32, "sender": "bot", "created_at": now()}
        rows = [{**line, "text": os.urandom(2000).hex()} for _ in range(10_000)]
        connection.execute(insert(messages), rows)
    engine.dispose()


def kill_when(command: str, file: Path, settings: Settings, begun: Callable[[], bool]) -> bool:
    """Start the command, kill it with -9 as soon as it has begun to write; False if it was done before that."""
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
    part = file.with_name(f".{file.name}.part")
    return part.stat().st_size if part.exists() else 0


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
        return sum(path.stat().st_size for path in directory.glob(".town.db.restoring"))
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
