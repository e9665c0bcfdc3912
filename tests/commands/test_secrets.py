"""Secrets of a local run."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.commands.secrets import use_local_secrets, with_secrets
from bot.settings import PREFIX, SECRETS, Settings

OWN = {PREFIX + name: f"own {name}" for name in SECRETS}


def test_secrets_are_made_for_a_first_run(tmp_path: Path) -> None:
    made = with_secrets({}, tmp_path / "var")
    settings = Settings.from_environment(made)
    assert len(settings.inner_secret) == len(settings.hash_key) == 64
    assert settings.inner_secret != settings.hash_key
    assert Fernet(settings.encryption_keys[0]).encrypt(b"x")


def test_only_their_owner_can_read_them(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with_secrets({}, tmp_path)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "secrets.env").stat().st_mode) == 0o600


def test_they_are_made_once(tmp_path: Path) -> None:
    first = with_secrets({}, tmp_path)
    written = (tmp_path / "secrets.env").read_bytes()
    assert with_secrets({}, tmp_path) == first
    assert (tmp_path / "secrets.env").read_bytes() == written


def test_two_installations_have_different_ones(tmp_path: Path) -> None:
    one, other = with_secrets({}, tmp_path / "one"), with_secrets({}, tmp_path / "other")
    assert not set(one.values()) & set(other.values())


def test_a_host_that_sets_all_its_own_has_no_file(tmp_path: Path) -> None:
    assert with_secrets(OWN, tmp_path) == OWN
    assert not (tmp_path / "secrets.env").exists()


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    made = with_secrets({}, tmp_path)
    mixed = with_secrets({PREFIX + "HASH_KEY": "own", "HOME": "/home"}, tmp_path)
    assert mixed == {**made, PREFIX + "HASH_KEY": "own", "HOME": "/home"}


@pytest.mark.parametrize("name", SECRETS)
def test_an_empty_secret_in_the_environment_is_filled_from_the_file(tmp_path: Path, name: str) -> None:
    made = with_secrets({}, tmp_path)
    assert with_secrets({PREFIX + name: ""}, tmp_path)[PREFIX + name] == made[PREFIX + name]


def test_a_command_uses_the_secrets_of_the_local_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = with_secrets({}, tmp_path)
    clean(monkeypatch, tmp_path)
    use_local_secrets()
    assert {name: os.environ[name] for name in made} == made


def test_a_command_makes_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clean(monkeypatch, tmp_path)
    use_local_secrets()
    assert list(tmp_path.iterdir()) == []
    assert PREFIX + "HASH_KEY" not in os.environ


def clean(monkeypatch: pytest.MonkeyPatch, directory: Path) -> None:
    """An environment that names only where the data lie; everything is put back after the test."""
    for name in SECRETS:
        monkeypatch.setenv(PREFIX + name, "put back afterwards")
        monkeypatch.delenv(PREFIX + name)
    monkeypatch.setenv(PREFIX + "DATA_DIRECTORY", str(directory))
