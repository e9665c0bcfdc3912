"""Which model a starting process takes: the one that is in use, if this code may load it; else the code's own."""

from __future__ import annotations

import os
import pwd
import sys
from datetime import datetime, timezone
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bot.commands.train import train_if_needed
from bot.database import create_database_engine, reading, transaction
from bot.settings import Settings
from bot.versions.files import digest_of, find_file
from bot.versions.fitness import load_problem
from bot.versions.made_from import code_fingerprint, version_name
from bot.versions.register import Version, find_version, keep_version
from bot.versions.use import read_use, was_used


def model_to_serve(settings: Settings) -> Path:
    """The file to begin with. Whatever keeps the model in use from it is said on standard error.

    Raises:
        bot.commands.train.TrainingError: the code's own model was needed, and could not be made.
    """
    return _in_use(settings) or train_if_needed(settings.model_directory)


def _in_use(settings: Settings) -> Path | None:
    try:
        with reading(create_database_engine(settings.database_url)) as connection:
            use = read_use(connection)
            version = find_version(connection, use.version) if use else None
    except SQLAlchemyError as error:
        _say(f"Which model is in use could not be read ({type(error).__name__}).")
        return None
    if use is None:
        return None
    why = load_problem(version, settings.model_directory, code_fingerprint()) if version else "unknown"
    if why:
        _say(f"The model in use, {use.version}, is not loaded ({why}); the code's own model is.")
        return None
    if use.version != version_name():
        _say(f"Serving {use.version}. The data here make another one: `python -m bot train --candidate`.")
    return find_file(settings.model_directory, use.version)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def note_model(settings: Settings, path: Path) -> None:
    """Write down the code's own model as a known version, so that one can go back to it; measured it is later."""
    found = describe(path)
    try:
        with transaction(create_database_engine(settings.database_url)) as connection:
            known = find_version(connection, path.name)
            trained_anew = known and known.digest != found.digest and known.passed is None
            if known is None or (trained_anew and not was_used(connection, path.name)):
                keep_version(connection, found)
    except SQLAlchemyError as error:  # another process was quicker, or the database is away: it can be noted later
        _say(f"The model {path.name} was not noted ({type(error).__name__}).")


def describe(path: Path) -> Version:
    """A model that was made by the code of this process, not measured yet."""
    made = datetime.fromtimestamp(path.stat().st_mtime, timezone.utc)
    return Version(path.name, made, account(), code_fingerprint(), digest_of(path))


def account() -> str:
    """Who does this: the account on this machine; in a container that knows no names, its number."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name[:80]
    except KeyError:
        return str(os.getuid())
