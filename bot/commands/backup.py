"""`python -m bot backup FILE`: an encrypted copy of the database, made while everything runs and read back once."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, TextIO

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from bot.commands.backups import postgresql, sqlite
from bot.commands.backups.sealing import BackupError, Head, digest_of, read_key, seal_stream
from bot.database import create_database_engine, now, reading
from bot.handover.ledger import sync_folder
from bot.settings import Settings


def back_up(file: Path, target: TextIO) -> int:
    """Make the backup and say so; exit code 1 when there is none.

    Raises:
        bot.settings.SettingsError: the key is missing or malformed.
    """
    settings = Settings.from_environment()
    key = read_key(settings)
    try:
        with _alone(settings.data_directory):
            size = _make(file, settings.database_url, key)
    except (BackupError, OSError) as error:
        target.write(f"There is no backup. {error}\n")
        return 1
    target.write(f"{file} holds the database ({size / 1_000_000:.1f} MB) and has been read back.\n")
    target.write(
        "It does not hold the keys (ENCRYPTION_KEYS, HASH_KEY): without them nobody reads the contact details "
        "and no receipt opens. Keep those, and BACKUP_KEY, in another place.\n"
    )
    return 0


def _make(file: Path, url: str, key: bytes) -> int:
    if file.exists():
        raise BackupError(f"There is already a file {file}. Choose another name.")
    part = file.with_name(f".{file.name}.part")
    part.unlink(missing_ok=True)
    try:
        head = Head(now().isoformat(timespec="seconds"), _kind(url), schema_of(url))
        with _new_file(part) as written, _content(url) as source:
            digest = seal_stream(source, written, key, head)
        with part.open("rb") as sealed:
            if digest_of(sealed, key) != digest:
                raise BackupError("What was written does not read back as it was. The disk may be failing.")
        part.rename(file)
        sync_folder(file.parent)
    finally:
        part.unlink(missing_ok=True)
    return file.stat().st_size


def _content(url: str) -> AbstractContextManager[IO[bytes]]:
    if _kind(url) == "postgresql":
        return postgresql.dump_of(url)
    return sqlite.copy_of(Path(str(make_url(url).database)))


def schema_of(url: str) -> str:
    """The revision of the database's schema.

    Raises:
        BackupError: there is no database of ours.
    """
    if _kind(url) == "sqlite" and not Path(str(make_url(url).database)).exists():
        raise BackupError(f"There is no database at {make_url(url).database}.")
    engine = create_database_engine(url)
    try:
        with reading(engine) as connection:
            return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())
    except DBAPIError as error:
        raise BackupError(f"The database cannot be read, or is none of ours ({type(error.orig).__name__}).") from None
    finally:
        engine.dispose()


def _kind(url: str) -> str:
    return str(make_url(url).get_backend_name())


@contextmanager
def _new_file(path: Path) -> Iterator[IO[bytes]]:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """One backup at a time: the next one clears away what a killed one has left."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "backup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupError("Another backup is being made.") from None
        yield
