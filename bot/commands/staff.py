"""Staff accounts from the command line: the first ones of a new installation, and more of them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from bot.database import create_database_engine, now, reading, transaction
from bot.routing.catalogue import Catalogue
from bot.settings import Settings
from bot.staff.sign_in.accounts import create_staff, one_time_password
from bot.tables import staff

# Sign-in name, alias that residents see, role: one for each kind of work, since no role sees everything.
FIRST = (
    ("handlaggare", "Socialsekreterare", "case_worker"),
    ("granskare", "Granskare", "reviewer"),
    ("admin", "Administratör", "admin"),
)


def first_staff(settings: Settings) -> str | None:
    """One account of each kind in an installation that has none; returns their one-time password, else None."""
    engine = create_database_engine(settings.database_url)
    with reading(engine) as connection:
        if connection.execute(select(func.count()).select_from(staff)).scalar_one():
            return None
    password, services = one_time_password(), _all_services(settings)
    with transaction(engine) as connection:
        for name, alias, role in FIRST:
            create_staff(connection, name, alias, role, services, password, now())
    return password


def add_staff(name: str, alias: str, role: str, services: Sequence[str]) -> str:
    """Make an account; returns its one-time password.

    Raises:
        bot.staff.sign_in.accounts.AccountError: the name is taken, or something is missing.
    """
    settings = Settings.from_environment()
    password = one_time_password()
    with transaction(create_database_engine(settings.database_url)) as connection:
        create_staff(connection, name, alias, role, services or _all_services(settings), password, now())
    return password


def _all_services(settings: Settings) -> list[str]:
    return list(Catalogue.load(settings.mode).services)
