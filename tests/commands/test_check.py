"""`check`: what it prints and how it ends. The remarks themselves are tested beside `routing/check.py`."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest

from bot.commands.check import check_catalogue
from bot.database import create_database_engine, now, transaction
from bot.routing import catalogue
from bot.routing.catalogue import Catalogue, Mode
from bot.routing.confirmations import Confirmation, confirm, hash_value
from bot.settings import Settings


def checked(mode: Mode) -> tuple[int, list[str]]:
    target = io.StringIO()
    return check_catalogue(mode, target), target.getvalue().splitlines()


def test_in_demo_what_is_unconfirmed_is_told_and_is_no_fault() -> None:
    code, lines = checked("demo")
    assert code == 0
    assert any(line.startswith("OBEKRÄFTAT: ") for line in lines)
    assert not any(line.startswith("FEL: ") for line in lines)


def test_crisis_texts_without_approver_are_faults_in_live_and_reminders_in_demo() -> None:
    begins = {"demo": "OBEKRÄFTAT", "live": "FEL"}
    for mode in ("demo", "live"):
        lines = [line for line in checked(mode)[1] if "utter_urgent_suicide" in line]
        assert len(lines) == 1 and lines[0].startswith(f"{begins[mode]}: texten ")


def test_in_live_what_is_missing_for_release_is_a_fault() -> None:
    code, lines = checked("live")
    assert code == 1
    assert lines[0].startswith("FEL: ")
    assert any("exit_programme (receiving_unit)" in line for line in lines)


def test_the_last_line_counts_the_remarks() -> None:
    _, lines = checked("demo")
    assert any(figure.isdigit() for figure in lines[-1])
    assert not lines[-1].startswith("OBEKRÄFTAT")


def test_a_broken_catalogue_is_said_with_its_file_and_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "services.yml"
    broken.write_text("lines: nothing\nservices: []\n", encoding="utf-8")
    load = Catalogue.load
    monkeypatch.setattr(catalogue.Catalogue, "load", lambda mode: load(mode, services_path=broken))
    code, lines = checked("demo")
    assert code == 1
    assert any("services.yml" in line for line in lines)


def test_what_an_editor_has_confirmed_counts(installation: Settings) -> None:
    assert any("contact_centre_line (phone" in line for line in checked("live")[1])
    fact = Catalogue.load("live").lines["contact_centre_line"].phone
    assert fact
    digest = hash_value("contact_centre_line", "phone", fact)
    made = Confirmation("contact_centre_line", "phone", digest, "Karin", fact.checked_on, date(2999, 1, 1), "ed", now())
    with transaction(create_database_engine(installation.database_url)) as connection:
        confirm(connection, made, None)
    assert not any("contact_centre_line (phone" in line for line in checked("live")[1])
