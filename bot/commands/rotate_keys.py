"""`python -m bot rotate-keys`: a new key for what is sealed, in steps of which none can lose any.

A process knows the keys that it was started with. So the new key is first made known to all (in front of the old one,
then a restart), and only afterwards are the rows sealed with it. The command knows at which step it is; running it
twice does no harm. It never shows a key.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from cryptography.fernet import Fernet
from sqlalchemy.engine import Connection, Engine

from bot.commands.secrets import local_keys, write_local_keys
from bot.database import create_database_engine, reading, transaction
from bot.handover.contact import SealError, check_seals, rotate
from bot.settings import PREFIX, Settings, SettingsError
from bot.staff.sign_in.second_factor import check_secrets, reseal

NAME = f"{PREFIX}ENCRYPTION_KEYS"


def rotate_keys(drop_old: bool, target: TextIO) -> int:
    """Do the next step and say what comes after it; exit code 1 when nothing was changed because something is wrong.

    Raises:
        SettingsError: one of the keys is no Fernet key.
    """
    settings = Settings.from_environment()
    keys = settings.encryption_keys
    _check(keys)
    engine = create_database_engine(settings.database_url)
    directory = settings.data_directory if local_keys(settings.data_directory) == keys else None
    try:
        if drop_old:
            return _drop_old(engine, keys, directory, settings.backup_days, target)
        return _begin(engine, keys, directory, target) if len(keys) == 1 else _seal(engine, keys, directory, target)
    except SealError as error:
        target.write(
            f"Nothing was changed. {error} The key that it was sealed with is missing: add it at the end of {NAME}.\n"
        )
        return 1
    finally:
        engine.dispose()


def _begin(engine: Engine, keys: Sequence[str], directory: Path | None, target: TextIO) -> int:
    with reading(engine) as connection:
        _check_all(connection, keys)
    if directory is None:
        target.write(
            f"There is only one key in {NAME}, and contact details open with it. To change it:\n"
            "1. Make a new Fernet key and put it in front of the old one, with a comma between.\n"
            "2. Restart every process on every machine.\n"
            "3. Run this command again: it seals everything with the new key.\n"
        )
        return 0
    write_local_keys(directory, (Fernet.generate_key().decode(), *keys))
    target.write(
        f"A new key stands in front of the old one in {directory / 'secrets.env'}. Keep a copy of that file.\n"
        "1. Restart everything now, so that every process knows both keys.\n"
        "2. Run this command again: it seals everything with the new key.\n"
    )
    return 0


def _seal(engine: Engine, keys: Sequence[str], directory: Path | None, target: TextIO) -> int:
    if directory and _runs_with_old_keys(directory):
        target.write("Nothing was changed. What runs now was started before the new key was made: restart it first.\n")
        return 1
    with transaction(engine) as connection:
        count = rotate(connection, keys) + reseal(connection, keys)
    target.write(
        f"Sealed anew with the newest key: {count}. Everything opens with it now.\n"
        "Keep the old key until no backup is left in which it is needed, then remove it"
        f"{' with rotate-keys --drop-old' if directory else f' from {NAME} and restart'}.\n"
    )
    return 0


def _drop_old(engine: Engine, keys: Sequence[str], directory: Path | None, backup_days: int, target: TextIO) -> int:
    if directory is None:
        target.write(f"Nothing was changed. {NAME} is set by this machine: remove the old keys there.\n")
        return 1
    with reading(engine) as connection:
        try:
            _check_all(connection, keys[:1])
        except SealError:
            target.write("Nothing was changed. Not everything is sealed with the newest key: run rotate-keys first.\n")
            return 1
    write_local_keys(directory, keys[:1])
    target.write(
        f"Removed: {len(keys) - 1}. Backups of before the change still need the old key, for {backup_days} days "
        "(BACKUP_DAYS): it is in your copy of secrets.env.\n"
    )
    return 0


def _check_all(connection: Connection, keys: Sequence[str]) -> None:
    """Whatever is sealed: contact details, and the secrets of staff's second factor."""
    check_seals(connection, keys)
    check_secrets(connection, keys)


def _runs_with_old_keys(directory: Path) -> bool:
    """Whether this machine's own run was started before its keys were last changed."""
    pid_file = directory / "supervisor.pid"
    with suppress(OSError, ValueError):
        os.kill(int(pid_file.read_text(encoding="ascii")), 0)
        return pid_file.stat().st_mtime < (directory / "secrets.env").stat().st_mtime
    return False


def _check(keys: Sequence[str]) -> None:
    for number, key in enumerate(keys, 1):
        try:
            Fernet(key)
        except ValueError:
            raise SettingsError(f"Number {number} in {NAME} is no Fernet key.") from None
