"""The crisis texts that nobody in the city has approved: `python -m bot check` lists them beside the catalogue."""

from __future__ import annotations

from collections.abc import Iterable

from bot.routing.catalogue import Mode
from bot.routing.check import Level, Remark
from bot.routing.words import say
from bot.sentences import SPOKEN, Sentences, Text, minimal_of, unapproved_texts


def check_texts(mode: Mode, sentences: Sentences, texts: Iterable[Text] | None = None) -> list[Remark]:
    """One remark for each text, with the languages that wait: a fault in live, a reminder in demo."""
    waiting: dict[tuple[str, bool], list[str]] = {}
    for text in unapproved_texts() if texts is None else texts:
        waiting.setdefault((text.name, text.language in SPOKEN), []).append(text.language)
    return [_remark(mode, sentences, name, spoken, tuple(found)) for (name, spoken), found in waiting.items()]


def _remark(mode: Mode, sentences: Sentences, name: str, spoken: bool, languages: tuple[str, ...]) -> Remark:
    # A text in a language that is not spoken is an offer that waits, never a gap.
    level: Level = "wrong" if mode == "live" and spoken else "unconfirmed"
    minimal = minimal_of(name)
    reason = "unapproved_language" if not spoken else "unapproved_minimal" if name == minimal else "unapproved_text"
    said = say("remarks", reason, minimal=sentences.text(minimal))
    return Remark(level, say("problems", "text", id=name), languages, said)
