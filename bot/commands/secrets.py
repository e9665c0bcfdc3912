"""Secrets of a local run: made once, kept in `var/secrets.env`, readable by their owner only."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from cryptography.fernet import Fernet

from bot.settings import PREFIX, ROOT, SECRETS


def with_secrets(environment: Mapping[str, str], directory: Path) -> dict[str, str]:
    """The environment with every secret that it lacks, from the file or newly made into it."""
    if all(environment.get(PREFIX + name) for name in SECRETS):
        return dict(environment)
    path = directory / "secrets.env"
    if not path.exists():
        _write(
            path,
            {
                "INNER_SECRET": secrets.token_hex(32),
                "HASH_KEY": secrets.token_hex(32),
                "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
            },
        )
    lines = (line.split("=", 1) for line in path.read_text(encoding="utf-8").splitlines() if "=" in line)
    return {**environment, **{name: environment.get(name) or made for name, made in lines}}


def use_local_secrets() -> None:
    """Put an existing installation's secrets into this process's environment; makes none."""
    directory = Path(os.environ.get(PREFIX + "DATA_DIRECTORY", ROOT / "var"))
    if (directory / "secrets.env").exists():
        os.environ.update(with_secrets(os.environ, directory))


def _write(path: Path, values: Mapping[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.writelines(f"{PREFIX}{name}={value}\n" for name, value in values.items())
