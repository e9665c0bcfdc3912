"""SQLite: a consistent copy while everything runs, and a new database put in the place of the old one in one step."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import IO

from bot.commands.backups.sealing import BackupError
from bot.handover.ledger import sync_folder

SIDES = ("", "-wal", "-shm", "-journal")


@contextmanager
def copy_of(database: Path) -> Iterator[IO[bytes]]:
    """The database as it stands at one moment, as a file that is gone afterwards.

    SQLite's own backup interface reads all pages in one transaction; in WAL mode nobody waits for it. The copy lies
    beside the database, readable by its owner only, because no stricter place is known.

    Raises:
        BackupError: there is no database, or it is damaged.
    """
    if not database.exists():
        raise BackupError(f"There is no database at {database}.")
    copy = database.with_name(f".{database.name}.copy")
    _remove(copy)
    try:
        _make_private(copy)
        with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")
            _check(target)
        with copy.open("rb") as file:
            yield file
    except sqlite3.DatabaseError as error:
        raise BackupError(f"The database cannot be copied: {error}.") from None
    finally:
        _remove(copy)


def put_in_place(database: Path, content: Iterable[bytes], prepare: Callable[[str], None], former: Path) -> bool:
    """Write, check and prepare the new database beside the old one, then swap them; True if there was an old one.

    `prepare` gets the new one's URL. Until the swap, which is one rename, the old one stands untouched; a process that
    is killed in between leaves it so. Afterwards it is called `former`.

    Raises:
        BackupError: the content is no database of ours, or somebody has the old one open.
    """
    new = database.with_name(f".{database.name}.restoring")
    _remove(new)
    database.parent.mkdir(parents=True, exist_ok=True)
    try:
        with _held(database):
            _write(new, content)
            with closing(sqlite3.connect(new)) as connection:
                _check(connection)
            prepare(f"sqlite:///{new}")
            with closing(sqlite3.connect(new)) as connection:
                connection.execute("PRAGMA journal_mode=DELETE")
            return _swap(database, new, former)
    except sqlite3.DatabaseError as error:
        raise BackupError(f"The new database could not be made: {error}.") from None
    finally:
        _remove(new)


@contextmanager
def _held(database: Path) -> Iterator[None]:
    """Keep everybody out of the old database. Leaving WAL mode succeeds only where nobody else has it open."""
    if not database.exists():
        yield
        return
    with closing(sqlite3.connect(database, timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            connection.execute("PRAGMA journal_mode=DELETE")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if "locked" in str(error) or "busy" in str(error):
                raise BackupError("Somebody has the database open. Stop every process, then restore.") from None
            raise
        except sqlite3.DatabaseError:
            pass  # it is no database any more: that is why one restores
        yield


def _swap(database: Path, new: Path, former: Path) -> bool:
    with new.open("rb") as file:
        os.fsync(file.fileno())
    existed = database.exists()
    if existed:
        _give_same_owner(new, database)
        os.link(database, former)
    for side in SIDES[1:]:  # of a damaged database: SQLite would mix its log into the new one
        database.with_name(database.name + side).unlink(missing_ok=True)
    new.replace(database)
    sync_folder(database.parent)
    return existed


def _write(path: Path, content: Iterable[bytes]) -> None:
    _make_private(path)
    with path.open("wb") as file:
        file.writelines(content)
        file.flush()
        os.fsync(file.fileno())


def _check(connection: sqlite3.Connection) -> None:
    (said,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if said != "ok":
        raise sqlite3.DatabaseError("it is damaged")


def _make_private(path: Path) -> None:
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _give_same_owner(path: Path, pattern: Path) -> None:
    # Restored by an administrator, used by the service's own account.
    stands = pattern.stat()
    path.chmod(stands.st_mode & 0o777)
    with suppress(PermissionError):
        os.chown(path, stands.st_uid, stands.st_gid)


def _remove(path: Path) -> None:
    for side in SIDES:
        path.with_name(path.name + side).unlink(missing_ok=True)
