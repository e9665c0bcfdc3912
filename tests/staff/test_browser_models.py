"""The pages of models in a real browser: axe, no page wider than the window, and putting one in use by keyboard."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy.engine import Engine

from bot.database import transaction
from bot.settings import Settings
from bot.staff.parts import StaffParts, create_parts
from bot.staff.sign_in.passwords import Passwords
from bot.versions.register import keep_version
from bot.versions.running import Process, report
from bot.versions.use import Change, activate
from tests.staff.console import CHEAP, NOW, Clock, Console, Running
from tests.staff.test_browser import LOOKS, check, open_page
from tests.staff.test_models import A, B, C, _version
from tests.test_tree import ROOT

pytestmark = pytest.mark.slow
MEASURED = json.loads((ROOT / "tests" / "understanding" / "accepted.json").read_text(encoding="utf-8"))


@pytest.fixture
def console(engine: Engine, settings: Settings, tmp_path: Path) -> Iterator[Console]:
    """A in use and gone back from, B a good candidate, C a refused one; figures of a real evaluation."""
    folder = tmp_path / "models"
    folder.mkdir()
    own, clock = dataclasses.replace(settings, model_directory=folder), Clock()
    needs = create_parts(settings).needs
    with Running(own, StaffParts(engine, needs, {}, {}, clock, Passwords(CHEAP))) as running:
        made = Console(engine, clock, own, running.base)
        made.person("ada", "admin")
        made.person("ed", "editor")
        _fill(made, folder)
        yield made


def _fill(console: Console, folder: Path) -> None:
    worse = _changed(-0.06)
    reasons = (
        {"kind": "stepped_back", "set": "together", "figure": "urgent_recall", "value": 0.9123, "wanted": 0.9333},
        {"kind": "fallen", "set": "main", "need": "parenting", "was": 0.91, "now": 0.85, "allowed": 0.04},
        {"kind": "floor", "set": "cpu", "figure": "p95", "value": 22.4, "wanted": 15},
    )
    with transaction(console.engine) as connection:
        keep_version(connection, _version(folder, A))
        good = {"figures": _changed(0.02), "compared_with": A, "passed": True}
        keep_version(connection, replace(_version(folder, B), **good))
        bad = {**good, "figures": worse, "passed": False, "reasons": reasons}
        keep_version(connection, replace(_version(folder, C), **bad))
        report(connection, Process("server-1:5005", A), NOW)
        report(connection, Process("server-2:5005", A, B, "broken"), NOW)


def _changed(by: float) -> dict[str, Any]:
    """The figures of the accepted report, with every second need better or worse."""
    found: dict[str, Any] = json.loads(json.dumps(MEASURED))
    recall = found["sets"]["together"]["recall"]
    for need in list(recall)[::2]:
        recall[need] = max(0.0, min(1.0, recall[need] + by))
    found["values"]["main"]["direct"] += by
    return {**found, "before": MEASURED, "before_is_measured": True}


@pytest.mark.parametrize("look", LOOKS)
def test_the_pages_of_models_are_without_axe_violations_and_fit(browser: Browser, console: Console, look: str) -> None:
    page = open_page(browser, console, look, "ada")
    for name, path in {
        "models": "/modeller",
        "model-good": f"/modeller/{B}",
        "model-refused": f"/modeller/{C}",
    }.items():
        page.goto(path)
        check(page, name, look)
    page.goto(f"/modeller/{A}")
    check(page, "model-not-measured", look)
    page = open_page(browser, console, look, "ed")
    page.goto(f"/modeller/{B}")
    check(page, "model-editor", look)


@pytest.mark.parametrize("look", ["desktop", "narrow"])
def test_one_is_put_in_use_and_gone_back_from_with_the_keyboard(browser: Browser, console: Console, look: str) -> None:
    page = open_page(browser, console, look, "ada")
    page.goto(f"/modeller/{B}")
    page.get_by_label("Varför?").focus()
    page.keyboard.type("Fler rätt om föräldrar")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Modellen är tagen i bruk")
    check(page, "models-activated", look)
    # A space is no reason, and the browser's own check lets it pass.
    page.get_by_label("Varför?").fill(" ")
    page.get_by_role("button", name="Gå tillbaka till föregående").press("Enter")
    expect(page.locator(".problems")).to_be_focused()
    check(page, "models-problem", look)
    page.get_by_label("Varför?").fill("Sämre svar i kväll")
    page.get_by_role("button", name="Gå tillbaka till föregående").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Föregående modell är i bruk igen")


def test_a_colleague_who_was_quicker_is_said_in_the_page(browser: Browser, console: Console) -> None:
    page = open_page(browser, console, "phone-dark", "ada")
    page.goto(f"/modeller/{B}")
    with transaction(console.engine) as connection:
        activate(connection, C, Change("x", NOW, "y", 0), A)
    page.get_by_label("Varför?").fill("Fler rätt")
    page.get_by_role("button", name="Ta i bruk").click()
    expect(page.locator(".problems")).to_contain_text("En kollega hann före")
    check(page, "model-colleague", "phone-dark")
