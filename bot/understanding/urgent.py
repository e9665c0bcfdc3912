"""Danger to life or thoughts of suicide, found by rules alone.

The same function runs in Rasa's pipeline (beside the model) and at the front door, where it works when Rasa is away.
Rules are in `urgent.yml`. They lean towards alarm: a needless 112 costs a sentence, a missed one may cost a life; but
harmless idioms are cut out first, because an alarm at "jag dör av skratt" teaches people not to trust it.

A message is read sentence by sentence. Phrases are gathered into signs ("a weapon in the hand", "right now"), and a
case is raised by signs that stand together in one sentence or in two that follow each other. A sign does not count in a
sentence that is about the past, a film or a school essay, where the file says so; and the past does not count beside
"nu slår han". Who begins "för två år sen" goes on telling in the sentences that follow, until one says "nu".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, Literal

from bot.understanding.phrases import PhraseBook, PhraseError
from bot.understanding.spelling import Speller
from bot.understanding.text import fold, folded_sentences
from bot.understanding.vocabulary import VocabularyError, WordFile

RULES = Path(__file__).with_name("urgent.yml")
Kind = Literal["emergency", "suicide_risk"]
_KINDS: dict[str, Kind] = {"emergency": "emergency", "suicide_risk": "suicide_risk"}
_CLASS = re.compile(r"<(\w+)>")
_WORD = re.compile(r"\w+")
_LONGEST, _OVERLAP = 40, 12  # words


class UrgentRulesError(VocabularyError):
    """`urgent.yml` is wrong; the message names the rule and the field."""


@dataclass(frozen=True)
class Urgent:
    """What was found: the kind, the case that decides the wording of the answer, and the words that raised it."""

    kind: Kind
    case: str
    phrase: str


@dataclass(frozen=True)
class Case:
    """Raised when all signs of one of the groups in `when` stand together and none of `unless` is in the message."""

    case: str
    kind: Kind
    when: tuple[frozenset[str], ...]
    unless: frozenset[str]


@dataclass(frozen=True)
class Rules:
    """Spelling, harmless idioms (cut out first), signs with what makes them void in a sentence, the signs that last
    into the following sentences and what ends them, and the cases, the gravest first."""

    speller: Speller
    idioms: PhraseBook
    signs: PhraseBook
    voids: Mapping[str, frozenset[str]]
    lasting: Mapping[str, frozenset[str]]
    cases: tuple[Case, ...]

    def seen(self, text: str) -> list[dict[str, str]]:
        """The signs that count in each sentence, each with its words."""
        counting: list[dict[str, str]] = []
        told: set[str] = set()
        for found in map(self._in, _pieces(text)):
            told = {sign for sign in told if self.lasting[sign].isdisjoint(found)}
            standing = told | {sign for sign in found if self.voids[sign].isdisjoint(found)}
            counting.append({s: words for s, words in found.items() if self.voids[s].isdisjoint(standing)})
            told = {sign for sign in standing if sign in self.lasting and self.lasting[sign].isdisjoint(found)}
        return counting

    def _in(self, piece: str) -> dict[str, str]:
        mended = self.speller.mend(piece)
        for _, match in self.idioms.find(mended):
            mended = match.re.sub(" . ", mended)
        return {name: match.group() for name, match in self.signs.find(mended)}


def urgent(text: str) -> Urgent | None:
    """The gravest danger that the text speaks of, or None. Pure and total: no text makes it fail."""
    rules = load_rules()
    counting = rules.seen(text)
    every = frozenset(chain(*counting))
    together = [{**first, **second} for first, second in zip(counting, [*counting[1:], {}], strict=True) if first]
    for case in rules.cases:
        raised = next(_raised(case, together), None) if case.unless.isdisjoint(every) else None
        if raised:
            return Urgent(case.kind, case.case, raised)
    return None


def _raised(case: Case, together: list[dict[str, str]]) -> Iterator[str]:
    """The words of each group of signs of the case that stand in neighbouring sentences."""
    for signs in together:
        for group in case.when:
            if group <= signs.keys():
                yield " … ".join(signs[sign] for sign in sorted(group))


def _pieces(text: str) -> Iterator[str]:
    """The folded sentences; one without end, as people write in fear, in overlapping pieces, so that it stays fast."""
    for sentence in folded_sentences(text):
        words = sentence.split(" ")
        for start in range(0, max(1, len(words) - _OVERLAP), _LONGEST - _OVERLAP):
            yield " ".join(words[start : start + _LONGEST])


@cache
def load_rules(path: Path = RULES) -> Rules:
    """Read and check the rules.

    Raises:
        UrgentRulesError: a list is missing, a phrase cannot be compiled, or a case names an unknown sign.
    """
    try:
        return _Reader(path).rules()
    except PhraseError as error:
        raise UrgentRulesError(f"{path.name}: {error}") from error
    except UrgentRulesError:
        raise
    except VocabularyError as error:
        raise UrgentRulesError(str(error)) from error


class _Reader:
    """Reads `urgent.yml`: word classes are put into the phrases, then everything is checked against everything."""

    def __init__(self, path: Path) -> None:
        self._file = WordFile(path)
        self._name = path.name
        self._forms = self._read_forms()
        self._classes = {
            name: "|".join(str(words).split()) for name, words in self._file.table("classes").items()
        }  # fmt: skip

    def rules(self) -> Rules:
        signs = self._file.table("signs")
        voids = self._named(signs, "unless")
        lasting = {name: ends for name, ends in self._named(signs, "until").items() if ends}
        phrases = {name: tuple(self._phrases(entry, f"sign '{name}'")) for name, entry in signs.items()}
        for name, group in phrases.items():
            if not group:
                raise self._error(f"sign '{name}'", "any", "needs at least one phrase")
        idioms = tuple(self._phrases(self._file.data, "file", "idioms"))
        cases = tuple(self._cases())
        self._check_names(cases, voids, lasting)
        speller = self._speller((*chain(*phrases.values()), *idioms))
        books = PhraseBook.of({"": idioms}).compiled(), PhraseBook.of(phrases).compiled()
        return Rules(speller, *books, voids, lasting, cases)

    def _named(self, signs: Mapping[str, Any], field: str) -> dict[str, frozenset[str]]:
        return {name: frozenset(self._words(entry, f"sign '{name}'", field)) for name, entry in signs.items()}

    def _cases(self) -> Iterator[Case]:
        entries = self._file.data.get("cases")
        for entry in entries if isinstance(entries, list) else []:
            name = str(entry.get("case") if isinstance(entry, dict) else entry)
            kind = _KINDS[self._file.choice(entry, f"case '{name}'", "kind", tuple(_KINDS))]
            when = tuple(frozenset(group.split()) for group in self._words(entry, f"case '{name}'", "when"))
            if not when:
                raise self._error(f"case '{name}'", "when", "needs at least one group of signs")
            yield Case(name, kind, when, frozenset(self._words(entry, f"case '{name}'", "unless")))

    def _check_names(self, cases: tuple[Case, ...], *named: Mapping[str, frozenset[str]]) -> None:
        if not cases:
            raise self._error("file", "cases", "must be a list of cases")
        used = {sign: f"case '{case.case}'" for case in cases for sign in chain(case.unless, *case.when)}
        used |= {other: f"sign '{sign}'" for signs in named for sign, group in signs.items() for other in group}
        for sign, where in used.items():
            if sign not in named[0]:
                raise self._error(where, "when/unless/until", f"'{sign}' is not a sign of this file")

    def _speller(self, phrases: tuple[str, ...]) -> Speller:
        written = _WORD.findall(" ".join(phrases))
        return Speller.of(self._forms, self._plain("crisis"), (*self._plain("ordinary"), *written))

    def _read_forms(self) -> dict[str, str]:
        forms = {fold(wrong): fold(right) for right, wrongs in self._file.table("spelling").items()
                 for wrong in str(wrongs).split()}  # fmt: skip
        return forms | dict.fromkeys(self._plain("fillers"), "")

    def _plain(self, field: str) -> tuple[str, ...]:
        return tuple(fold(str(self._file.data.get(field) or "")).split())

    def _phrases(self, entry: Any, where: str, field: str = "any") -> Iterator[str]:
        """The phrases with their classes filled in, in the words that `mend` gives."""
        for phrase in self._words(entry, where, field):
            full = fold(_CLASS.sub(lambda found: self._class(found.group(1), where), phrase))
            filler = next((word for word in _WORD.findall(full) if self._forms.get(word) == ""), None)
            if filler:
                raise self._error(where, field, f"'{filler}' is a filler and never seen, in '{phrase}'")
            yield _WORD.sub(lambda found: self._forms.get(found.group(), found.group()), full)

    def _class(self, name: str, where: str) -> str:
        if name not in self._classes:
            raise self._error(where, "any", f"<{name}> is not a class of this file")
        return self._classes[name]

    def _words(self, entry: Any, where: str, field: str) -> tuple[str, ...]:
        value = entry.get(field, []) if isinstance(entry, dict) else None
        if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
            raise self._error(where, field, "must be a list of phrases")
        return tuple(value)

    def _error(self, where: str, field: str, problem: str) -> UrgentRulesError:
        return UrgentRulesError(f"{self._name}, {where}, field '{field}': {problem}.")
