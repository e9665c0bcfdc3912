"""Roles and what they open."""

from __future__ import annotations

import pytest

from bot.staff.access import AUDIT, CASES, CONVERSATIONS, OPEN, PEOPLE, ROLES, Member, allowed


def member(role: str, *services: str) -> Member:
    return Member("1", "siv", "Siv", role, services)


def test_nobody_gets_only_what_is_open() -> None:
    assert allowed(None, OPEN)
    assert not any(allowed(None, permission) for permission in ("own", CASES, CONVERSATIONS, PEOPLE, AUDIT, "new"))


@pytest.mark.parametrize("permission", [CASES, CONVERSATIONS])
def test_whoever_makes_accounts_or_reads_the_log_reads_no_case_and_no_talk(permission: str) -> None:
    assert not allowed(member("admin"), permission)
    assert not allowed(member("log_controller"), permission)


def test_no_role_reads_both_cases_and_whole_talks() -> None:
    assert not [role for role, held in ROLES.items() if {CASES, CONVERSATIONS} <= held]


def test_a_permission_that_nobody_has_named_opens_nothing() -> None:
    assert not any(allowed(member(role), "something_new") for role in ROLES)


@pytest.mark.parametrize(
    ("role", "services", "service", "own"),
    [
        ("case_worker", ("mini_maria",), "mini_maria", True),
        ("case_worker", ("mini_maria",), "exit_programme", False),
        ("case_worker", (), "mini_maria", False),
        ("reviewer", ("mini_maria",), "mini_maria", False),
        ("admin", ("mini_maria",), "mini_maria", False),
    ],
)
def test_cases_belong_to_the_case_workers_of_their_service(
    role: str, services: tuple[str, ...], service: str, own: bool
) -> None:
    assert member(role, *services).works_for(service) is own
