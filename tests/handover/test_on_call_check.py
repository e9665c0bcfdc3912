"""What `check` says of the ladders: a promise that wakes nobody must not go live."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.handover.notices.on_call_check import check_on_call
from bot.routing.catalogue import Catalogue
from bot.routing.check import Remark
from bot.settings import Settings

from .ladders import write_ladders

SECRETS = {"SMS_TOKEN": "s3cret"}
CALLED = 'name: Jouren\ngateway: sms\nnumber: "+46701740605"'
MAILED = "name: Chefen\nmail: chef@city.test"


def remarks(settings: Settings, mode: str, path: Path | None = None, smtp: str = "smtp://127.0.0.1") -> list[Remark]:
    used = replace(settings, on_call=str(path) if path else "", smtp_url=smtp)
    return check_on_call(Catalogue.load(mode), used, SECRETS)


@pytest.mark.parametrize(("mode", "level"), [("live", "wrong"), ("demo", "unknown")])
def test_a_promise_without_a_ladder_is_a_fault_in_live(settings, mode, level):
    (remark,) = remarks(settings, mode)
    assert (remark.level, remark.fields) == (level, ("promise_hours",))
    assert "exit_programme" in remark.entry and "ingen jour är angiven" in remark.text


def test_a_ladder_of_another_unit_does_not_help(settings, tmp_path):
    found = remarks(settings, "live", write_ladders(tmp_path / "j.yml", CALLED, MAILED, unit="mini_maria"))
    assert [(r.level, r.fields) for r in found] == [("wrong", ("promise_hours",))]


def test_a_ladder_that_wakes_somebody_is_nothing_to_remark_on(settings, tmp_path):
    assert remarks(settings, "live", write_ladders(tmp_path / "j.yml", CALLED, MAILED)) == []


def test_mail_alone_wakes_nobody_and_one_rung_has_nobody_above(settings, tmp_path):
    found = remarks(settings, "live", write_ladders(tmp_path / "j.yml", MAILED))
    assert [remark.level for remark in found] == ["weak", "weak"]
    assert "Mejl väcker ingen" in found[0].text and "bara ett steg" in found[1].text


def test_a_misspelt_unit_is_a_fault(settings, tmp_path):
    found = remarks(settings, "demo", write_ladders(tmp_path / "j.yml", CALLED, MAILED, unit="exit_program"))
    assert any(r.level == "wrong" and "Stegen används aldrig" in r.text for r in found)


def test_mail_without_a_mail_server_is_a_fault(settings, tmp_path):
    found = remarks(settings, "demo", write_ladders(tmp_path / "j.yml", CALLED, MAILED), smtp="")
    assert [(r.level, r.fields) for r in found] == [("wrong", ("mail",))]


def test_a_faulty_file_is_told_fault_by_fault(settings, tmp_path):
    found = remarks(settings, "demo", write_ladders(tmp_path / "j.yml", "name: Jouren", "mail: x"))
    assert {remark.level for remark in found} == {"wrong"} and len(found) == 3
    assert all(str(remark).startswith("FEL: j.yml: enheten exit_programme, steg ") for remark in found)
