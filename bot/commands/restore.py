"""`python -m bot restore FILE`: put a backup back; the old database stands until the new one is whole.

What has been deleted since the backup was made is deleted again before anybody can see it: the ledger of deletions is
not part of the backup and is never rolled back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, TextIO

from alembic.script import ScriptDirectory
from sqlalchemy import select
from sqlalchemy.engine import Engine, make_url

from bot.commands.backup import schema_of
from bot.commands.backups import postgresql, sqlite
from bot.commands.backups.running import listening
from bot.commands.backups.sealing import BackupError, Head, open_stream, read_head, read_key
from bot.database import MIGRATIONS, create_database_engine, migrate, now, reading
from bot.handover.contact import SealError, unseal
from bot.handover.counting import count_all
from bot.handover.disposal import Purged, delete_again
from bot.handover.ledger import REVOKED, STOPPED, WITHDRAWN, Ledger
from bot.handover.wishes_kept import keep_wishes
from bot.settings import Settings
from bot.tables import contacts

ASKED_FOR = {
    WITHDRAWN: "Taken back again, as people had asked since: {} cases.",
    STOPPED: "No contact, as people had asked since: {} cases.",
    REVOKED: "Codes made invalid again, as people had asked since: {}.",
}


@dataclass
class Found:
    """What the preparation of the new database has found."""

    again: Purged = field(default_factory=Purged)
    wishes: dict[str, int] = field(default_factory=dict)
    sealed: int = 0
    unreadable: int = 0


def restore(file: Path, target: TextIO) -> int:
    """Restore and say what became of it; exit code 1 when nothing was changed.

    Raises:
        bot.settings.SettingsError: the key is missing or malformed.
    """
    settings, at = Settings.from_environment(), now()
    key = read_key(settings)
    try:
        with file.open("rb") as source:
            head = read_head(source)
            _refuse(head, settings, at)
            source.seek(0)
            found, former = _put(source, key, settings, at)
    except (BackupError, OSError) as error:
        target.write(f"Nothing was restored, and the database is as it was. {error}\n")
        return 1
    target.writelines(f"{line}\n" for line in _said(head, found, former))
    return 0


def _put(source: IO[bytes], key: bytes, settings: Settings, at: datetime) -> tuple[Found, str]:
    found, stamp = Found(), f"{at:%Y%m%d_%H%M%S}"
    url, content = make_url(settings.database_url), open_stream(source, key)

    def prepare(new: str) -> None:
        _prepare(new, settings, found)

    if url.get_backend_name() == "postgresql":
        former = f"{url.database[:40]}_before_{stamp}"
        existed = postgresql.put_in_place(settings.database_url, content, prepare, former)
        return found, f"the database {former}" if existed else ""
    place = Path(url.database)
    beside = place.with_name(f"{place.name}.before_{stamp}")
    return found, str(beside) if sqlite.put_in_place(place, content, prepare, beside) else ""


def _refuse(head: Head, settings: Settings, at: datetime) -> None:
    running = listening(settings)
    if running:
        raise BackupError(f"Something is running: {', '.join(running)}. Stop every process first.")
    kind = make_url(settings.database_url).get_backend_name()
    if head.database != kind:
        raise BackupError(f"The backup is of {head.database}, and DATABASE_URL names {kind}.")
    _refuse_newer(head.schema)
    if at - head.moment > timedelta(days=settings.backup_days):
        raise BackupError(
            f"The backup is of {head.moment:%Y-%m-%d}. The ledger of deletions reaches back {settings.backup_days} "
            "days (BACKUP_DAYS): what was deleted before that would come back. Set BACKUP_DAYS higher to do it anyway."
        )


def _refuse_newer(schema: str) -> None:
    known = {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}
    if schema not in known:
        raise BackupError(f"The backup has schema {schema}, which this version does not know. Use the newer version.")


def _prepare(new: str, settings: Settings, found: Found) -> None:
    # The head has said the schema; what counts is what stands in the database itself.
    _refuse_newer(schema_of(new))
    migrate(new)
    engine = create_database_engine(new)
    try:
        ledger = Ledger.of(settings)
        # What has come back and goes again may have been counted after the backup only.
        count_all(engine, timedelta(minutes=settings.session_idle_minutes), now())
        found.again = delete_again(engine, ledger)
        found.wishes = keep_wishes(engine, ledger, now())
        found.sealed, found.unreadable = _try_seals(engine, settings)
    finally:
        engine.dispose()


def _try_seals(engine: Engine, settings: Settings) -> tuple[int, int]:
    total = unreadable = 0
    with reading(engine) as connection:
        for sealed in connection.execution_options(yield_per=100).execute(select(contacts.c.sealed)).scalars():
            total += 1
            try:
                unseal(sealed, settings.encryption_keys)
            except SealError:
                unreadable += 1
    return total, unreadable


def _said(head: Head, found: Found, former: str) -> list[str]:
    lines = [f"The database is again as it was on {head.moment:%Y-%m-%d at %H:%M:%S} UTC."]
    if found.again != Purged():
        lines.append(
            f"Deleted again, because it had been deleted since: {found.again.conversations} conversations and "
            f"{found.again.cases} cases."
        )
    lines += [text.format(found.wishes[kind]) for kind, text in ASKED_FOR.items() if found.wishes.get(kind)]
    if found.unreadable:
        lines.append(
            f"WARNING: {found.unreadable} of {found.sealed} contact details do not open with ENCRYPTION_KEYS. Add the "
            "key that was in use then, at the end of the list, before anybody starts."
        )
    lines.append(
        "What else happened after that moment is gone: new cases, messages, first contacts. Somebody may have been "
        "reached already. Tell the units before they go on."
    )
    if former:
        lines.append(f"The former database is kept as {former}. Delete it when you have seen that all is well.")
    return lines
