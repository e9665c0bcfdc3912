"""Small rules of the door about what was written: a wish about one's own case, and that a crime is mentioned.

The patterns stand in `phrases.yml`. What is found is only ever answered with a button or with information.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal

from ruamel.yaml import YAML

PATH = Path(__file__).with_name("phrases.yml")
Wish = Literal["stop", "withdraw"]
WISHES: tuple[Wish, ...] = ("stop", "withdraw")
# A wish is short; in a long story the same words are about something else.
LONGEST_WISH = 25


def find_wish(text: str) -> Wish | None:
    """What the person wants done with their case; None also where somebody else is the one who is to stop."""
    plain = _plain(text)
    if len(plain.split()) > LONGEST_WISH or _says("others", plain):
        return None
    return next((wish for wish in WISHES if _says(wish, plain)), None)


def mentions_crime(text: str) -> bool:
    """Whether the text names a crime, whoever has done it."""
    return _says("crime", _plain(text))


def _says(kind: str, plain: str) -> bool:
    return _patterns()[kind].search(plain) is not None


@lru_cache(maxsize=1)
def _patterns() -> Mapping[str, re.Pattern[str]]:
    kinds: dict[str, list[str]] = YAML(typ="safe").load(PATH.read_text(encoding="utf-8"))
    return {kind: re.compile(rf"(?<!\w)(?:{'|'.join(rows)})(?!\w)") for kind, rows in kinds.items()}


def _plain(text: str) -> str:
    """Small letters without marks, words with one blank between them: "Ring  inte MIG!!" → "ring inte mig"."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))
    return " ".join(re.findall(r"\w+", bare))
