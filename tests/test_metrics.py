"""Metrics: each process tells its own on a port of its own, off by default, and never a word or an id."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from cryptography.fernet import Fernet
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from bot.database import migrate
from bot.metrics import DECISIONS, KINDS, OTHER, STAGES, Gauges, Metrics, tell
from bot.settings import PREFIX, Settings
from tests.ports import free_port
from tests.test_tree import ROOT

PATIENCE = 90


def settings_for(folder: Path, **changes: Any) -> Settings:
    return replace(
        Settings("inner", "key", (Fernet.generate_key().decode(),), database_url=f"sqlite:///{folder / 'm.db'}"),
        data_directory=folder,
        **changes,
    )


def scrape(port: int, seconds: float = PATIENCE) -> str:
    """What a monitor reads, as soon as the process answers."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
                return str(answer.read().decode())
        except (URLError, OSError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


@contextmanager
def process(role: str, settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    command = [sys.executable, "-m", "bot", "serve", role]
    with subprocess.Popen(
        command, cwd=ROOT, env={**clean, **settings.to_environment()}, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as running:  # fmt: skip
        try:
            yield running
        finally:
            running.terminate()
            running.wait(20)


def names(text: str) -> set[str]:
    return {sample.name for family in text_string_to_metric_families(text) for sample in family.samples}


def test_metrics_are_off_unless_a_port_is_set(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    assert [tell(settings, role, Metrics()) for role in ("chat", "staff", "rasa", "actions", "relay")] == [None] * 5


@pytest.mark.slow
@pytest.mark.parametrize(
    ("role", "own"),
    [
        ("relay", {"vagvisaren_outbox_pending", "vagvisaren_outbox_dead", "vagvisaren_broken_promises"}),
        ("staff", set()),
        ("chat", set()),
        ("actions", set()),
    ],
)
def test_each_process_tells_its_metrics_on_its_own_port_only(tmp_path: Path, role: str, own: set[str]) -> None:
    ports = {f"{name}_port": free_port() for name in ("chat", "staff", "actions")}
    watched = free_port()
    settings = settings_for(tmp_path, **ports, **{f"{role}_metrics_port": watched})
    migrate(settings.database_url)
    with process(role, settings):
        text = scrape(watched)
        assert {"vagvisaren_up", "process_resident_memory_bytes", *own} <= names(text)
        assert f'vagvisaren_up{{role="{role}"}} 1.0' in text
        public = ports.get(f"{role}_port")
        if public is not None:
            assert "vagvisaren_up" not in _page(public)


def _page(port: int) -> str:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
                return str(answer.read().decode("utf-8", "replace"))
        except URLError as error:
            if hasattr(error, "read"):
                return str(error.read().decode("utf-8", "replace"))
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def test_rasa_tells_which_model_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.commands import models, processes

    port, served, path = free_port(), [], tmp_path / "vagvisaren-abc.tar.gz"
    path.write_bytes(b"a model")
    monkeypatch.setattr(models, "train_if_needed", lambda _directory: path)
    fake = type(sys)("bot.understanding.engine")
    fake.serve_model = lambda _settings, model, _metrics, _own: served.append((model, scrape(port)))  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "bot.understanding.engine", fake)
    processes._rasa(settings_for(tmp_path, rasa_metrics_port=port))
    (model, text) = served[0]
    assert model.name == "vagvisaren-abc.tar.gz"
    assert 'vagvisaren_model_info{version="vagvisaren-abc.tar.gz"} 1.0' in text


def test_only_known_values_become_labels() -> None:
    metrics = Metrics()
    for value in ("answer", "jag heter Kanariella", None, 7, ["x"]):
        metrics.decided(value)
        metrics.heard_danger(value)
        with metrics.stage(str(value)):
            pass
    text = generate_latest(metrics.registry).decode()
    assert "Kanariella" not in text
    allowed = {*DECISIONS, *KINDS, *STAGES, OTHER}
    assert set(re.findall(r'(?:decision|kind|stage)="([^"]*)"', text)) <= allowed
    assert 'vagvisaren_decisions_total{decision="other"} 4.0' in text


def test_a_stage_that_fails_is_timed_too() -> None:
    metrics = Metrics()
    with pytest.raises(RuntimeError), metrics.stage("whole"):
        raise RuntimeError
    assert 'vagvisaren_stage_seconds_count{stage="whole"} 1.0' in generate_latest(metrics.registry).decode()


def test_a_database_that_cannot_be_read_is_said_instead_of_an_old_value() -> None:
    metrics = Metrics()

    def fail() -> dict[str, float | None]:
        raise OSError

    metrics.registry.register(Gauges({"x": "X"}, fail))
    text = generate_latest(metrics.registry).decode()
    assert "vagvisaren_readable 0.0" in text and "vagvisaren_x" not in text


def test_two_sets_of_metrics_do_not_mix() -> None:
    first, second = Metrics(), Metrics()
    first.decided("answer")
    assert 'decision="answer"' not in generate_latest(second.registry).decode()


def test_a_scrape_while_a_message_is_counted_does_not_wait() -> None:
    metrics = Metrics()

    async def both() -> bytes:
        with metrics.stage("whole"):
            return await asyncio.to_thread(generate_latest, metrics.registry)

    assert b"vagvisaren_stage_seconds" in asyncio.run(both())
