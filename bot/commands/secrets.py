"""Secrets of a local run: made once, kept in `var/secrets.env`, readable by their owner only."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

from cryptography.fernet import Fernet

from bot.handover.ledger import sync_folder
from bot.settings import PREFIX, ROOT, SECRETS

KEYS = f"{PREFIX}ENCRYPTION_KEYS"


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


def local_keys(directory: Path) -> tuple[str, ...]:
    """The encryption keys of this machine's own run, newest first; empty where it has no file of secrets."""
    path = directory / "secrets.env"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    written = next((line.partition("=")[2] for line in lines if line.startswith(f"{KEYS}=")), "")
    return tuple(key.strip() for key in written.split(",") if key.strip())


def write_local_keys(directory: Path, keys: Sequence[str]) -> None:
    """Put these keys into the file of secrets, in one step: whoever dies in between leaves the old file whole."""
    path = directory / "secrets.env"
    lines = path.read_text(encoding="utf-8").splitlines()
    new = [f"{KEYS}={','.join(keys)}" if line.startswith(f"{KEYS}=") else line for line in lines]
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in new)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    sync_folder(directory)


def _write(path: Path, values: Mapping[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.writelines(f"{PREFIX}{name}={value}\n" for name, value in values.items())
