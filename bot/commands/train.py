"""Training: once for each state of data, domain, config and the understanding's own code."""

from __future__ import annotations

import hashlib
import sys
import time
from pathlib import Path

from bot.settings import ROOT
from bot.understanding.stand_in import leave_out_tensorflow

LEARNED_FROM = (
    "config.yml",
    "domain.yml",
    "data/**/*.yml",
    "data/roles/*.jsonl",
    "bot/understanding/*.py",
    "bot/understanding/*.yml",
    "bot/routing/places.*",
)
PREFIX = "vagvisaren-"


class TrainingError(RuntimeError):
    """Rasa produced no model; the message says what to look at."""


def fingerprint(root: Path = ROOT) -> str:
    """A short hash of everything that the model is made from."""
    digest = hashlib.sha256()
    for pattern in LEARNED_FROM:
        for path in sorted(root.glob(pattern)):
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def model_path(root: Path = ROOT) -> Path:
    """Where the model for the present state is, or would be."""
    return root / "models" / f"{PREFIX}{fingerprint(root)}.tar.gz"


def train_if_needed(root: Path = ROOT, force: bool = False) -> Path:
    """Train unless a model of exactly this state exists. Progress goes to standard error.

    Raises:
        TrainingError: training ended without a model.
    """
    path = model_path(root)
    if path.exists() and not force:
        return path
    print("Training the assistant (about three minutes) …", file=sys.stderr, flush=True)
    began = time.monotonic()
    leave_out_tensorflow()
    # Imported here: Rasa takes four seconds, and a model that exists needs none of it.
    from bot.understanding.engine import train_model

    if not train_model(path, root, force):
        raise TrainingError("Rasa made no model. Run `make check` and read its first error.")
    print(f"Trained in {time.monotonic() - began:.0f} s.", file=sys.stderr, flush=True)
    return path
