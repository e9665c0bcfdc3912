"""PostgreSQL: its own `pg_dump` and `pg_restore`; a new database takes the old one's name in one transaction."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import IO

from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from bot.commands.backups.sealing import BackupError
from bot.settings import PREFIX

# Options of a database URL → the variable of PostgreSQL's own tools. The password never stands in a command line.
VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "options": "PGOPTIONS",
    "connect_timeout": "PGCONNECT_TIMEOUT",
}


@contextmanager
def dump_of(url: str) -> Iterator[IO[bytes]]:
    """The database as it stands at one moment, in `pg_dump`'s custom format, as a stream.

    Raises:
        BackupError: the tool is missing, or failed.
    """
    command = [_tool("pg_dump"), "--format=custom", "--no-owner", "--no-privileges", "--no-password"]
    with tempfile.TemporaryFile() as said:
        dump = subprocess.Popen(command, env=_environment(make_url(url)), stdout=subprocess.PIPE, stderr=said)
        assert dump.stdout is not None
        try:
            yield dump.stdout
        finally:
            dump.stdout.close()
            failed = dump.wait() != 0
        if failed:
            raise BackupError(f"pg_dump failed: {_last_line(said)}")


def put_in_place(url: str, content: Iterable[bytes], prepare: Callable[[str], None], former: str) -> bool:
    """Restore into a new database, prepare it, then let the two change names; True if there was an old one.

    Raises:
        BackupError: the tool is missing or failed, others are connected, or the account may not make a database.
    """
    tool, wanted = _tool("pg_restore"), make_url(url)
    new = wanted.set(database=f"{wanted.database[:40]}_restoring")
    admin = create_engine(wanted.set(database="postgres"), poolclass=NullPool, future=True)
    try:
        _refuse_if_used(admin, str(wanted.database))
        _run(admin, f"DROP DATABASE IF EXISTS {_quoted(new.database)}")
        _run(admin, f"CREATE DATABASE {_quoted(new.database)}")
        try:
            _fill(tool, new, content)
            prepare(new.render_as_string(hide_password=False))
            return _swap(admin, str(wanted.database), str(new.database), former)
        finally:
            _run(admin, f"DROP DATABASE IF EXISTS {_quoted(new.database)}")
    except DBAPIError as error:
        raise BackupError(f"PostgreSQL refuses: {_first_line(error)}") from None
    finally:
        admin.dispose()


def _fill(tool: str, new: URL, content: Iterable[bytes]) -> None:
    command = [tool, "--exit-on-error", "--no-owner", "--no-privileges", "--no-password", "--dbname", str(new.database)]
    with tempfile.TemporaryFile() as said:
        restore = subprocess.Popen(command, env=_environment(new), stdin=subprocess.PIPE, stderr=said)
        assert restore.stdin is not None
        try:
            for piece in content:
                restore.stdin.write(piece)
            restore.stdin.close()
        except BrokenPipeError:
            pass  # it has failed and says why
        except BaseException:
            restore.kill()
            raise
        finally:
            failed = restore.wait() != 0
        if failed:
            raise BackupError(f"pg_restore failed: {_last_line(said)}")


def _refuse_if_used(admin: Engine, name: str) -> None:
    with admin.connect() as connection:
        used = connection.execute(text("SELECT count(*) FROM pg_stat_activity WHERE datname = :name"), {"name": name})
        if used.scalar():
            raise BackupError("Somebody is connected to the database. Stop every process, then restore.")


def _swap(admin: Engine, name: str, new: str, former: str) -> bool:
    with admin.connect() as plain:
        exists = plain.execute(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name}).scalar()
    with admin.begin() as both:
        if exists:
            both.execute(text(f"ALTER DATABASE {_quoted(name)} RENAME TO {_quoted(former)}"))
        both.execute(text(f"ALTER DATABASE {_quoted(new)} RENAME TO {_quoted(name)}"))
    return bool(exists)


def _run(admin: Engine, statement: str) -> None:
    # A database is made and dropped outside of any transaction.
    with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(statement))


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise BackupError(f"{name} is not on this machine. Install PostgreSQL's client (Debian: postgresql-client).")
    return found


def _environment(url: URL) -> dict[str, str]:
    own = {"PGHOST": url.host, "PGPORT": url.port, "PGUSER": url.username, "PGPASSWORD": url.password}
    asked = {VARIABLES[name]: value for name, value in url.query.items() if name in VARIABLES}
    given = {name: str(value) for name, value in {**own, "PGDATABASE": url.database, **asked}.items() if value}
    # Not our own keys: what the tools do not need they do not get.
    return {**{name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}, **given}


def _quoted(name: str | None) -> str:
    return '"' + str(name).replace('"', '""') + '"'


def _last_line(said: IO[bytes]) -> str:
    said.seek(0)
    lines = said.read()[-2000:].decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else "it says nothing"


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error.orig).__name__
