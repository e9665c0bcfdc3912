"""`python -m bot off` and `on`: the off switches, for whoever has the machine and not the console."""

from __future__ import annotations

import os
import pwd
from collections.abc import Collection
from typing import TextIO

from bot.database import create_database_engine, now, transaction
from bot.routing.catalogue import Catalogue
from bot.settings import Settings
from bot.staff.oversight.audit import record
from bot.switch import ASSISTANT, COMMAND_LINE, SwitchError, name_of, read_switch, set_switch


def switch(off: bool, comment: str, target: TextIO, service: str | None = None) -> int:
    """Turn the assistant, or one service by its id, and say how it stands.

    Exit code 1 when the comment is missing or too long, or the catalogue has no such service.
    """
    settings, at = Settings.from_environment(), now()
    known = Catalogue.load(settings.mode).services if service else ()
    if service and service not in known:
        target.write(_unknown(service, known))
        return 1
    word, name = "off" if off else "on", name_of(service) if service else ASSISTANT
    with transaction(create_database_engine(settings.database_url)) as connection:
        try:
            changed = set_switch(connection, off, comment, COMMAND_LINE, at, name)
        except SwitchError as error:
            target.write(f"Nothing was changed: {error.code.replace('_', ' ')}. Say why with --comment.\n")
            return 1
        if changed:
            act, account = f"{'service' if service else 'switch'}_{word}", pwd.getpwuid(os.getuid()).pw_name
            detail = {"account": account, **({"service": service} if service else {})}
            record(connection, COMMAND_LINE, act, at, reason=comment, detail=detail)
        stands = read_switch(connection, name)
    since = f" since {stands.at:%Y-%m-%d %H:%M} UTC" if stands.at else ""
    target.write(f"{service or 'The assistant'} is {word}{'' if changed else ' already'}{since}.\n")
    return 0


def _unknown(service: str, known: Collection[str]) -> str:
    return f"Nothing was changed: no service '{service}'. There are: {', '.join(sorted(known))}.\n"
