"""What `serve` starts the processes with, and how it asks whether they answer. Nothing is started here."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from bot.commands.serve import child_environment, local_settings, probe
from bot.settings import PREFIX, ROOT, SECRETS, Settings


@pytest.mark.usefixtures("installation")
def test_a_local_demo_run_names_its_own_disposal_decision_and_needs_no_tls() -> None:
    settings = local_settings()
    assert (settings.mode, settings.disposal_decision, settings.cookie_secure) == ("demo", "demo", False)


@pytest.mark.usefixtures("installation")
def test_a_live_run_has_no_disposal_decision_unless_one_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PREFIX + "MODE", "live")
    settings = local_settings()
    assert (settings.disposal_decision, settings.cookie_secure) == ("", True)


@pytest.mark.usefixtures("installation")
@pytest.mark.parametrize("mode", ["demo", "live"])
def test_a_named_disposal_decision_is_kept(monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
    monkeypatch.setenv(PREFIX + "MODE", mode)
    monkeypatch.setenv(PREFIX + "DISPOSAL_DECISION", "Dnr 2026-17")
    assert local_settings().disposal_decision == "Dnr 2026-17"


def test_a_first_run_makes_its_secrets_where_the_data_lie(
    installation: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in SECRETS:
        monkeypatch.delenv(PREFIX + name)
    assert local_settings().hash_key != installation.hash_key
    assert (tmp_path / "secrets.env").exists()


def test_a_child_reads_exactly_the_settings_of_its_parent(installation: Settings) -> None:
    child = child_environment({"PATH": "/bin", PREFIX + "MODE": "live"}, installation)
    assert Settings.from_environment(child) == installation
    assert child["PATH"] == "/bin"


def test_a_child_runs_this_tree_with_this_python_and_tells_rasas_makers_nothing(installation: Settings) -> None:
    child = child_environment({"RASA_TELEMETRY_ENABLED": "true", "PYTHONPATH": "/elsewhere"}, installation)
    assert (child["VAGVISAREN_ROOT"], child["VAGVISAREN_PYTHON"]) == (str(ROOT), sys.executable)
    assert (child["PYTHONPATH"], child["RASA_TELEMETRY_ENABLED"]) == (str(ROOT), "false")


def test_every_value_that_supervisor_expands_is_given(installation: Settings) -> None:
    written = (ROOT / "deploy" / "supervisord.conf").read_text(encoding="utf-8")
    wanted = {part.split(")")[0] for part in written.split("%(ENV_")[1:]}
    assert wanted and wanted <= child_environment({}, installation).keys()


def test_where_nobody_listens_the_probe_says_no() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        assert probe(f"http://127.0.0.1:{free.getsockname()[1]}") is False
