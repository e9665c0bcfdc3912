"""`python -m bot check`: catalogue, crisis texts and on-call ladders, in plain Swedish, for those who keep them."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

from sqlalchemy.exc import SQLAlchemyError

from bot.database import create_database_engine, now, reading
from bot.handover.notices.on_call_check import check_on_call
from bot.routing.catalogue import Catalogue, CatalogueError, Mode
from bot.routing.check import LEVELS, check, summary
from bot.routing.check_texts import check_texts
from bot.routing.confirmations import overlay, read_confirmations
from bot.sentences import Sentences
from bot.settings import Settings, SettingsError, on_call_secrets


def check_catalogue(mode: Mode, target: TextIO) -> int:
    """Print every remark; the exit code is 1 when something is wrong, 0 when it is only unconfirmed."""
    try:
        catalogue = _with_confirmations(Catalogue.load(mode))
    except CatalogueError as error:
        target.write(f"{error}\n")
        return 1
    on_call = check_on_call(catalogue, Settings.without_secrets(), on_call_secrets())
    remarks = [*check_texts(mode, Sentences.load(mode)), *on_call, *check(catalogue, now().date())]
    remarks.sort(key=lambda remark: LEVELS.index(remark.level))
    target.writelines(f"{remark}\n" for remark in remarks)
    target.write(f"{summary(remarks)}\n")
    return int(any(remark.level == "wrong" for remark in remarks))


def _with_confirmations(catalogue: Catalogue) -> Catalogue:
    """What editors have confirmed counts, where this is run beside an installation; else the file stands alone."""
    try:
        url = Settings.from_environment().database_url
        if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).exists():
            return catalogue
        with reading(create_database_engine(url)) as connection:
            return overlay(catalogue, read_confirmations(connection))
    except (SettingsError, SQLAlchemyError):
        return catalogue
