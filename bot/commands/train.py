"""Training: once for each state of data, domain, config and the understanding's own code."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from bot.settings import ROOT
from bot.understanding.stand_in import leave_out
from bot.versions.files import find_file
from bot.versions.made_from import fingerprint, version_name

UNFINISHED = ".unfinished-"
FORGOTTEN_SECONDS = 86_400


class TrainingError(RuntimeError):
    """There is no model; the message says what to do."""


def model_path(directory: Path = ROOT / "models", root: Path = ROOT) -> Path:
    """Where the model for the present state is, or would be."""
    name = version_name(root)
    return find_file(directory, name) or directory / name


def train_if_needed(directory: Path = ROOT / "models", root: Path = ROOT, force: bool = False) -> Path:
    """Train unless a model of exactly this state exists. Progress goes to standard error.

    Raises:
        TrainingError: training ended without a model, or what it learns from was changed meanwhile.
    """
    path = model_path(directory, root)
    if path.exists() and not force:
        return path
    print("Training the assistant (about three minutes) …", file=sys.stderr, flush=True)
    began = time.monotonic()
    _train(directory / version_name(root), root, force)
    print(f"Trained in {time.monotonic() - began:.0f} s.", file=sys.stderr, flush=True)
    return model_path(directory, root)


def _train(path: Path, root: Path, force: bool) -> None:
    """Into a folder of its own, then moved in one step: whoever stops this leaves no half model under the name."""
    leave_out()
    # Imported here: Rasa takes four seconds, and a model that exists needs none of it.
    from bot.understanding.engine import train_model

    before = fingerprint(root)
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep(path.parent)
    with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=path.parent) as folder:
        made = Path(folder) / path.name
        if not train_model(made, root, force):
            raise TrainingError("Rasa made no model. Run `make check` and read its first error.")
        if fingerprint(root) != before:
            raise TrainingError("What the assistant learns from was changed while it was training. Train again.")
        made.replace(path)


def _sweep(directory: Path) -> None:
    """What a training that was killed more than a day ago has left."""
    for folder in directory.glob(f"{UNFINISHED}*"):
        if time.time() - folder.stat().st_mtime > FORGOTTEN_SECONDS:
            for file in folder.iterdir():
                file.unlink()
            folder.rmdir()
