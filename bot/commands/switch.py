"""`python -m bot off` and `on`: the assistant's off switch, for whoever has the machine and not the console."""

from __future__ import annotations

import os
import pwd
from typing import TextIO

from bot.database import create_database_engine, now, transaction
from bot.settings import Settings
from bot.staff.oversight.audit import record
from bot.switch import COMMAND_LINE, SwitchError, read_switch, set_switch


def switch_assistant(off: bool, comment: str, target: TextIO) -> int:
    """Turn it and say how it stands; exit code 1 when the comment is missing or too long."""
    settings, at = Settings.from_environment(), now()
    word = "off" if off else "on"
    with transaction(create_database_engine(settings.database_url)) as connection:
        try:
            changed = set_switch(connection, off, comment, COMMAND_LINE, at)
        except SwitchError as error:
            target.write(f"Nothing was changed: {error.code.replace('_', ' ')}. Say why with --comment.\n")
            return 1
        if changed:
            detail = {"account": pwd.getpwuid(os.getuid()).pw_name}
            record(connection, COMMAND_LINE, f"switch_{word}", at, reason=comment, detail=detail)
        stands = read_switch(connection)
    since = f" since {stands.at:%Y-%m-%d %H:%M} UTC" if stands.at else ""
    target.write(f"The assistant is {word}{'' if changed else ' already'}{since}.\n")
    return 0
