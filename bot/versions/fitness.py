"""Whether a version may be loaded or put in use: one list of reasons for the console, for starting, and for Rasa."""

from __future__ import annotations

from pathlib import Path

from bot.versions.files import digest_of, find_file
from bot.versions.register import Version

PROBLEMS = (
    "unknown",
    "other_code",
    "missing",
    "other_file",
    "not_measured",
    "failed",
    "compared_with_other",
    "broken",
    "silent",
)
"""`broken`: it does not load. `silent`: it loads, and gives a message no answer."""


def load_problem(version: Version, directory: Path, code: str) -> str | None:
    """Why a version must not be loaded by this code, or None; reads the whole file.

    A model is a pickle: loading a file is running it, so the digest comes first.
    """
    if version.code != code:
        return "other_code"
    path = find_file(directory, version.name)
    if path is None:
        return "missing"
    return None if digest_of(path) == version.digest else "other_file"


def use_problem(version: Version, in_use: str | None) -> str | None:
    """Why a version must not be put in use, or None; `in_use` is what answers now.

    A gate that held it against another model says nothing about whether it is worse than this one.
    """
    if not version.passed:
        return "not_measured" if version.passed is None else "failed"
    return None if version.compared_with == in_use else "compared_with_other"


def file_problem(version: Version, directory: Path, code: str) -> str | None:
    """What can be said of its file without reading it."""
    if version.code != code:
        return "other_code"
    return None if find_file(directory, version.name) else "missing"
