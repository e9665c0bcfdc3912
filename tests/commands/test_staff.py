"""Accounts from the command line."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from bot.commands.staff import FIRST, add_staff, first_staff
from bot.database import create_database_engine, now, reading
from bot.routing.catalogue import Catalogue
from bot.settings import Settings
from bot.staff.access import ROLES
from bot.staff.sign_in.accounts import AccountError, sign_in
from bot.staff.sign_in.passwords import Passwords
from bot.tables import staff


def accounts(settings: Settings) -> dict[str, Any]:
    with reading(create_database_engine(settings.database_url)) as connection:
        return {row.name: row for row in connection.execute(select(staff))}


def test_a_new_installation_gets_one_account_of_each_kind(installation: Settings) -> None:
    assert first_staff(installation)
    made = accounts(installation)
    assert {(row.name, row.alias, row.role) for row in made.values()} == set(FIRST)
    assert {role for _, _, role in FIRST} <= set(ROLES)


def test_they_are_made_only_once(installation: Settings) -> None:
    first_staff(installation)
    before = accounts(installation)
    assert first_staff(installation) is None
    assert accounts(installation) == before


def test_an_installation_with_staff_gets_none(installation: Settings) -> None:
    add_staff("anna", "Handläggare A", "admin", [])
    assert first_staff(installation) is None
    assert accounts(installation).keys() == {"anna"}


def test_the_one_time_password_signs_in_and_has_to_be_changed(installation: Settings) -> None:
    password = first_staff(installation)
    assert password is not None
    engine = create_database_engine(installation.database_url)
    for name, alias, role in FIRST:
        member = sign_in(engine, Passwords(), name, password, now())
        assert member is not None
        assert (member.alias, member.role) == (alias, role)
        assert accounts(installation)[name].must_change_password is True
        assert sign_in(engine, Passwords(), name, password + "x", now()) is None


def test_the_password_itself_is_not_stored(installation: Settings) -> None:
    password = add_staff("anna", "A", "admin", [])
    assert password not in str(accounts(installation)["anna"])


@pytest.mark.parametrize("wanted", [["mini_maria"], []], ids=["named", "all"])
def test_a_case_worker_gets_the_named_services_or_all(installation: Settings, wanted: list[str]) -> None:
    add_staff("anna", "A", "case_worker", wanted)
    expected = wanted or sorted(Catalogue.load("demo").services)
    assert accounts(installation)["anna"].services == expected


@pytest.mark.usefixtures("installation")
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("Anna ", "B", "admin"), "taken"),
        (("", "B", "admin"), "no_name"),
        (("bo", " ", "admin"), "no_alias"),
        (("bo", "B", "boss"), "no_role"),
    ],
)
def test_a_wrong_account_is_refused(arguments: tuple[str, str, str], code: str) -> None:
    add_staff("anna", "A", "admin", [])
    with pytest.raises(AccountError) as error:
        add_staff(*arguments, [])
    assert error.value.code == code
