"""What Rasa does at length before it trains, done shortly: half a minute of three (docs/decisions/0002).

The data are the same, and what is wrong with them is said in Rasa's own words.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache, wraps
from typing import Any

import rasa.shared.nlu.training_data.formats.rasa_yaml as nlu_reader
import rasa.shared.utils.io as files
from rasa.shared.nlu.training_data.message import Message
from tarsafe import TarSafe

LIGHT = 1
"""Of gzip's nine levels."""


@lru_cache(maxsize=1)
def shorten_training() -> None:
    """Replace some of Rasa's functions by ones that come to the same; call it before training."""
    _tell_messages_apart_by_their_content()
    _copy_messages_lightly()
    _read_plainly_first()
    _pack_lightly()


def _tell_messages_apart_by_their_content() -> None:
    """Rasa takes a message apart level by level to see whether it has it already (0.4 ms each, of forty thousand)."""
    take_apart = Message.fingerprint

    @wraps(take_apart)
    def fingerprint(message: Message) -> str:
        if message.features or message._cached_fingerprint is not None:
            return str(take_apart(message))
        try:
            content = json.dumps(message.data, sort_keys=True).encode()
        except TypeError:
            return str(take_apart(message))
        message._cached_fingerprint = hashlib.md5(content, usedforsecurity=False).hexdigest()
        return str(message._cached_fingerprint)

    Message.fingerprint = fingerprint


def _copy_messages_lightly() -> None:
    """Rasa copies every message to its last string whenever it joins two files; what a message holds is never changed
    in place, only set anew."""

    def copied(message: Message, memo: dict[int, Any]) -> Message:
        memo[id(message)] = same = copy.copy(message)
        same.data, same.features = dict(message.data), list(message.features)
        same.output_properties = set(message.output_properties)
        return same

    Message.__deepcopy__ = copied


def _read_plainly_first() -> None:
    """To name the line of a mistake Rasa reads every file with a slow reader; here only a file that has one."""
    check = nlu_reader.validation.validate_yaml_schema

    def check_plainly(content: str, *given: Any, **named: Any) -> None:
        try:
            with _plain_reader():
                check(content, *given, **named)
        except Exception:  # whatever it is, the slow reader says it better
            check(content, *given, **named)

    nlu_reader.validation.validate_yaml_schema = check_plainly


def _pack_lightly() -> None:
    """Weights of nets hardly get smaller: pressing them hard costs five seconds here, and half a second each start."""

    def gzopen(kind: Any, /, name: Any, mode: str = "r", fileobj: Any = None, level: int = LIGHT, **more: Any) -> Any:
        return super(TarSafe, kind).gzopen(name, mode, fileobj, level, **more)

    TarSafe.gzopen = classmethod(gzopen)


@contextmanager
def _plain_reader() -> Iterator[None]:
    slow = files.read_yaml
    files.read_yaml = lambda content, reader_type="safe": slow(content)  # noqa: ARG005
    try:
        yield
    finally:
        files.read_yaml = slow
