"""A real PostgreSQL for tests: its own folder, port and user, gone at the end. It can be killed and started again.

PostgreSQL refuses to run as root, so as root its commands run as another user.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg2

OWNER = "vagvisaren"
# Debian keeps them outside the path, one folder a version.
FOLDERS = Path("/usr/lib/postgresql")
USERS = ("postgres", "nobody")
SETTINGS = {
    # A machine that loses power is not what is tested; a process that is killed loses nothing by it.
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "listen_addresses": "127.0.0.1",
    "log_min_messages": "fatal",
    "autovacuum": "off",
}


def find_binaries() -> Path | None:
    """The folder of the newest `initdb`, `pg_ctl` and `postgres` that are installed."""
    kept = sorted(FOLDERS.glob("*/bin/initdb"), key=lambda path: float(path.parent.parent.name))
    found = str(kept[-1]) if kept else shutil.which("initdb")
    return Path(found).resolve().parent if found else None


@dataclass(frozen=True)
class PostgreSQL:
    """A server that can be reached with `url(database)`."""

    binaries: Path
    folder: Path
    port: int

    def url(self, database: str = "postgres") -> str:
        """As the setting DATABASE_URL has it."""
        return f"postgresql://{OWNER}@127.0.0.1:{self.port}/{database}"

    def create(self, database: str) -> str:
        """A new empty database; returns its URL."""
        connection = psycopg2.connect(self.url())
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{database}"')
        connection.close()
        return self.url(database)

    def start(self) -> None:
        """Start it and wait until it answers; after a crash it first mends itself."""
        self._run("pg_ctl", "start", "-w", "-t", "60", "-D", str(self._data), "-l", str(self.folder / "log"))

    def start_again(self) -> None:
        """Start it unless it runs, until it does: it may be killed once more while it starts."""
        until = time.monotonic() + 60
        while self._run("pg_ctl", "status", "-D", str(self._data), check=False).returncode:
            if time.monotonic() > until:
                raise TimeoutError("PostgreSQL did not come back")
            with suppress(subprocess.CalledProcessError):
                self.start()

    def crash(self) -> bool:
        """As `kill -9` of the whole server: nothing is closed, nothing written down. True when it ran."""
        stopped = self._run("pg_ctl", "stop", "-m", "immediate", "-D", str(self._data), check=False)
        return stopped.returncode == 0

    def kill_backend(self, database: str) -> bool:
        """`kill -9` of the process behind one connection: the server then throws all connections out and recovers."""
        with suppress(psycopg2.Error):
            connection = psycopg2.connect(self.url(), connect_timeout=2)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = %s ORDER BY random()", (database,))
                row = cursor.fetchone()
            connection.close()
            if row:
                os.kill(row[0], signal.SIGKILL)
                return True
        return False

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def prepare(self) -> None:
        """Make the cluster."""
        as_owner = ("-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale", "C.UTF-8", "--no-sync", "-D", str(self._data))
        self._run("initdb", *as_owner)
        lines = {**SETTINGS, "port": str(self.port), "unix_socket_directories": f"'{self.folder}'"}
        with (self._data / "postgresql.conf").open("a") as configuration:
            configuration.writelines(f"{name} = {_quoted(value)}\n" for name, value in lines.items())

    def _run(self, program: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[bytes]:
        command = [*_as_somebody_else(), str(self.binaries / program), *arguments]
        # The server inherits no pipe: whoever waited for its end would wait for the server's.
        with (self.folder / "commands").open("ab") as said:
            return subprocess.run(command, check=check, stdout=said, stderr=said, stdin=subprocess.DEVNULL, cwd="/")


@contextmanager
def running_postgresql(port: int) -> Iterator[PostgreSQL]:
    """A server on this port.

    Raises:
        FileNotFoundError: PostgreSQL is not installed.
    """
    binaries = find_binaries()
    if binaries is None:
        raise FileNotFoundError("PostgreSQL is not installed (`apt install postgresql`)")
    folder = Path(tempfile.mkdtemp(prefix="vvpg"))
    if os.geteuid() == 0:
        os.chown(folder, pwd.getpwnam(_user()).pw_uid, -1)
    server = PostgreSQL(binaries, folder, port)
    try:
        server.prepare()
        server.start()
        yield server
    finally:
        _end(server)
        shutil.rmtree(folder, ignore_errors=True)


def _end(server: PostgreSQL) -> None:
    until = time.monotonic() + 20
    while not server.crash() and (server.folder / "data" / "postmaster.pid").exists() and time.monotonic() < until:
        time.sleep(0.2)


def _as_somebody_else() -> Sequence[str]:
    return ("runuser", "-u", _user(), "--") if os.geteuid() == 0 else ()


def _user() -> str:
    """Somebody other than root: the user whom Debian's package makes, else whoever owns nothing."""
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in USERS if name in known)


def _quoted(value: str) -> str:
    return value if value.startswith("'") else f"'{value}'"
