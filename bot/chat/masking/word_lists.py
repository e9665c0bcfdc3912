"""Lists of words for masking, one file each in `words/`: who knows Swedish can mend them without Python."""

from __future__ import annotations

from functools import cache
from pathlib import Path

FOLDER = Path(__file__).with_name("words")


@cache
def word_list(name: str) -> frozenset[str]:
    """The words of `words/<name>.txt`, in small letters."""
    return frozenset((FOLDER / f"{name}.txt").read_text(encoding="utf-8").lower().split())
