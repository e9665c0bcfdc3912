"""The ledger of deletions: what has been deleted, written outside the database, so that a restored backup revives none.

A backup holds the rows that were deleted after it was made. So each deletion is noted here first, on disk before it is
committed, and the relay deletes once more whatever of it has come back. A line holds a kind, a random id and a day:
nothing about a person. A file is only added to, one for each day and machine, and goes as a whole when no backup can be
as old. A deletion that is noted and then not committed (the process died in between) is done at the next reading.
"""

from __future__ import annotations

import fcntl
import os
import re
import socket
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import structlog

from bot.settings import Settings

CONVERSATION, CASE = "conversation", "case"
# Not deleted, but as bad to undo: what a person has asked for in their own case (see `wishes_kept.py`).
WITHDRAWN, STOPPED, REVOKED = "withdrawn", "stopped", "revoked"
KINDS = (CONVERSATION, CASE, WITHDRAWN, STOPPED, REVOKED)
LINE = re.compile(rf"({'|'.join(KINDS)}) ([\w.-]{{1,64}}) (\d{{4}}-\d{{2}}-\d{{2}})")
FILE = re.compile(r"(\d{4}-\d{2}-\d{2})\.[\w.-]+\.txt")

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Ledger:
    """The files in one folder. Several machines share the folder (`LEDGER_DIRECTORY`) and write a file each."""

    folder: Path

    @classmethod
    def of(cls, settings: Settings) -> Ledger:
        """The installation's own."""
        named = settings.ledger_directory
        return cls(Path(named) if named else settings.data_directory / "ledger")

    def note(self, kind: str, ids: Iterable[str], now: datetime) -> None:
        """Write that these are deleted; on disk when this returns.

        Raises:
            OSError: the folder is away, full or closed: then the deletion is not to be committed.
            ValueError: the kind is none of `KINDS`, or an id could not be read back.
        """
        day = now.astimezone(timezone.utc).date()
        lines = [f"{kind} {id_} {day}" for id_ in ids]
        if not all(LINE.fullmatch(line) for line in lines):
            raise ValueError("This cannot be noted in the ledger of deletions.")
        if lines:
            self._append(day, lines)

    def read(self) -> Mapping[str, tuple[str, ...]]:
        """Kind → ids, each once, of every file that is there.

        Raises:
            OSError: the folder or a file cannot be read.
        """
        found: dict[str, dict[str, None]] = {kind: {} for kind in KINDS}
        for path in self._files():
            for kind, id_ in _lines(path):
                found[kind][id_] = None
        return {kind: tuple(ids) for kind, ids in found.items()}

    def forget(self, now: datetime, days: int) -> int:
        """Remove the files in which every deletion is older than so many days; returns how many."""
        last = now.astimezone(timezone.utc).date() - timedelta(days=days)
        old = [path for path in self._files() if _day(path) < last]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def _files(self) -> list[Path]:
        if not self.folder.exists():
            return []
        return sorted(path for path in self.folder.iterdir() if FILE.fullmatch(path.name))

    def _append(self, day: date, lines: Iterable[str]) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.folder / f"{day}.{_machine()}.txt"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            is_new = os.fstat(descriptor).st_size == 0
            # A process that died while writing left half a line: the next one must not be glued to it.
            mend = "" if is_new or _ends_whole(descriptor) else "\n"
            _write_all(descriptor, (mend + "".join(f"{line}\n" for line in lines)).encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if is_new:
            sync_folder(self.folder)


def sync_folder(folder: Path) -> None:
    """A new or renamed file is safe from a power cut only when its folder is on disk, too."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    for line in path.read_text(encoding="ascii", errors="replace").splitlines():
        found = LINE.fullmatch(line)
        if found:
            yield found[1], found[2]
        elif line:
            log.warning("ledger_line_unreadable", file=path.name)


def _day(path: Path) -> date:
    return date.fromisoformat(path.name[:10])


def _machine() -> str:
    return re.sub(r"[^\w.-]", "-", socket.gethostname())[:40] or "machine"


def _ends_whole(descriptor: int) -> bool:
    return os.pread(descriptor, 1, os.fstat(descriptor).st_size - 1) == b"\n"


def _write_all(descriptor: int, content: bytes) -> None:
    while content:
        content = content[os.write(descriptor, content) :]
