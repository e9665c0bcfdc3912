"""`python -m bot`: commands, exit codes, and what is said when a setting is wrong."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest

from bot.__main__ import ROLES, main
from bot.settings import PREFIX, SECRETS, Settings
from tests.test_tree import ROOT


@pytest.fixture(autouse=True)
def _nothing_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No secrets and no settings, whatever run lies in `var`."""
    for name in Settings.__dataclass_fields__:
        monkeypatch.delenv(PREFIX + name.upper(), raising=False)
    monkeypatch.setenv(PREFIX + "DATA_DIRECTORY", str(tmp_path))


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["dance"],
        ["serve", "everything"],
        ["check", "--mode", "production"],
        ["staff"],
        ["staff", "anna"],
        ["purge", "now"],
    ],
    ids=" ".join,
)
def test_what_is_no_command_is_refused_with_the_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: python -m bot" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [["purge"], ["staff", "anna", "--alias", "A"], *(["serve", role] for role in ROLES)]
)
def test_a_missing_secret_is_said_with_its_name_and_exit_code_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    said = capsys.readouterr().err
    assert said.startswith("Settings: ")
    assert all(PREFIX + name in said for name in SECRETS)


def test_a_malformed_setting_is_named_without_its_content(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in SECRETS:
        monkeypatch.setenv(PREFIX + name, "very secret")
    monkeypatch.setenv(PREFIX + "RETENTION_DAYS", "thirty")
    assert main(["purge"]) == 2
    said = capsys.readouterr().err
    assert PREFIX + "RETENTION_DAYS" in said
    assert "thirty" not in said and "very secret" not in said


@pytest.mark.parametrize(("mode", "code"), [("demo", 0), ("live", 1)])
def test_the_exit_code_is_that_of_the_command(mode: str, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--mode", mode]) == code
    assert capsys.readouterr().out


def test_ctrl_c_ends_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupted(io.StringIO):
        def write(self, _: str) -> int:
            raise KeyboardInterrupt

        def writelines(self, _: object) -> None:
            raise KeyboardInterrupt

    monkeypatch.setattr(sys, "stdout", Interrupted())
    assert main(["check"]) == 130


def test_the_shell_gets_the_exit_code(tmp_path: Path) -> None:
    environment = {"PATH": "/usr/bin:/bin", PREFIX + "DATA_DIRECTORY": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "bot", "purge"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "VAGVISAREN_HASH_KEY" in done.stderr and "Traceback" not in done.stderr
