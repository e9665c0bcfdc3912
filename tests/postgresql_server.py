"""A real PostgreSQL for tests, started where its programs are: in a folder of its own, on a free port."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tests.town import free_ports

PLACES = ("", *sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True))


def program(name: str) -> str | None:
    """Where one of PostgreSQL's programs lies: on the path, or where Debian puts them."""
    return next((found for place in PLACES if (found := shutil.which(name, path=place or None))), None)


@contextlib.contextmanager
def running_postgresql() -> Iterator[str]:
    """The URL of an empty server; skips the test, and says so in the summary, where there is no PostgreSQL."""
    control, initdb = program("pg_ctl"), program("initdb")
    if control is None or initdb is None:
        warnings.warn("PostgreSQL is not installed: its tests are SKIPPED, only SQLite has been tested.", stacklevel=1)
        pytest.skip("PostgreSQL (initdb, pg_ctl) is not on this machine")
    folder, (port,) = Path(tempfile.mkdtemp(prefix="pg")), free_ports(1)
    data, as_user = str(folder / "data"), _as_its_own_user(folder)
    try:
        _run([*as_user, initdb, "-D", data, "-U", "town", "-A", "trust", "-E", "UTF8", "--no-sync"], folder)
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=60"
        _run([*as_user, control, "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start"], folder)
        try:
            yield f"postgresql://town@127.0.0.1:{port}/postgres"
        finally:
            _run([*as_user, control, "-D", data, "-m", "immediate", "-w", "stop"], folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def fresh_database(server: str) -> str:
    """The URL of a new, empty database."""
    name = f"t_{uuid.uuid4().hex[:12]}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _as_its_own_user(folder: Path) -> list[str]:
    """PostgreSQL does not run as root."""
    if os.getuid():
        return []
    user = next(name for name in ("postgres", "nobody") if name in {entry.pw_name for entry in pwd.getpwall()})
    os.chown(folder, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
    return ["runuser", "-u", user, "--"]


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120)
    assert done.returncode == 0, f"{command[-1]}: {done.stderr or done.stdout}"
