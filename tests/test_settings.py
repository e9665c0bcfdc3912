"""Settings: the only reader of the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import Settings, SettingsError

SECRETS = {"VAGVISAREN_INNER_SECRET": "a", "VAGVISAREN_HASH_KEY": "b", "VAGVISAREN_ENCRYPTION_KEYS": "c, d"}


def test_a_missing_secret_is_named() -> None:
    with pytest.raises(SettingsError, match="VAGVISAREN_HASH_KEY"):
        Settings.from_environment({**SECRETS, "VAGVISAREN_HASH_KEY": ""})


@pytest.mark.parametrize(
    ("name", "value"),
    [("CHAT_PORT", "åtta"), ("COOKIE_SECURE", "ja"), ("MODE", "production"), ("RETENTION_DAYS", "1.5")],
)
def test_a_malformed_value_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings.from_environment({**SECRETS, f"VAGVISAREN_{name}": value})


def test_a_child_process_reads_the_same_settings() -> None:
    given = {"MODE": "live", "CHAT_PORT": "9000", "COOKIE_SECURE": "false", "DATA_DIRECTORY": "/data"}
    settings = Settings.from_environment({**SECRETS, **{f"VAGVISAREN_{k}": v for k, v in given.items()}})
    assert settings.encryption_keys == ("c", "d")
    assert settings.data_directory == Path("/data")
    assert Settings.from_environment(settings.to_environment()) == settings
