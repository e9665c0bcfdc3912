"""The room's own Swedish words: opening hours on a card, and what the check says to those who keep the catalogue.

They stand in `words.yml`, because no Swedish sentence stands in code.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

WORDS = Path(__file__).with_name("words.yml")


@cache
def load_words(path: Path = WORDS) -> Mapping[str, Any]:
    """The whole file as plain data; read once."""
    data: Mapping[str, Any] = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    return data


def say(group: str, name: str, **values: object) -> str:
    """One sentence of `words.yml` with its `{placeholders}` filled.

    Raises:
        KeyError: the file holds no such sentence.
    """
    return str(load_words()[group][name]).format(**values)
