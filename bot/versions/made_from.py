"""What a model is made from: the data that grow when staff give examples back, and the code that reads them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from functools import lru_cache
from importlib.metadata import version as installed
from pathlib import Path

from bot.settings import ROOT

LEARNED_FROM = (
    "config.yml",
    "domain.yml",
    "data/**/*.yml",
    "data/roles/*.jsonl",
    "bot/understanding/*.py",
    "bot/understanding/*.yml",
    "bot/routing/places.*",
)
DATA = ("data/nlu/**/*.yml", "data/roles/*.jsonl")
"""What of it may differ between two models that the same code can load."""
# What a model's file holds was written by these; another release may read it as something else, or not at all.
LIBRARIES = ("rasa", "spacy", "scikit-learn", "scipy", "numpy")
PREFIX = "vagvisaren-"
SUFFIX = ".tar.gz"


def fingerprint(root: Path = ROOT) -> str:
    """A short hash of everything that the model is made from."""
    return _hash(root, _files(root, LEARNED_FROM))


def version_name(root: Path = ROOT) -> str:
    """How the model of the present state is called, and its file."""
    return f"{PREFIX}{fingerprint(root)}{SUFFIX}"


@lru_cache(maxsize=4)
def code_fingerprint(root: Path = ROOT) -> str:
    """A short hash of the code alone, as this process runs it: a model of other code must not be loaded.

    The sentences of domain.yml and the rules count as code: an action may say only what the loaded model knows.
    """
    code = _files(root, LEARNED_FROM) - _files(root, DATA)
    return _hash(root, code, [f"{name} {installed(name)}" for name in LIBRARIES])


def short_name(version: str) -> str:
    """The part of a version that tells it from others, for a person to read."""
    return version.removeprefix(PREFIX).removesuffix(SUFFIX)


def _files(root: Path, patterns: Iterable[str]) -> set[Path]:
    return {path for pattern in patterns for path in root.glob(pattern)}


def _hash(root: Path, paths: Iterable[Path], beside: Collection[str] = ()) -> str:
    digest = hashlib.sha256("\n".join(beside).encode())
    for path in sorted(paths):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]
