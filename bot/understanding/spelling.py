"""Mending the spelling of a danger message, so that a rule is written once.

Fear misspells: `vaknr inte`, `sjalvmrod`, `hon e blå o`. Everyday short forms are exchanged by a list, filler words
drop out, and a long unknown word that is one slip away from a crisis word becomes that word, unless it is listed as
ordinary. Nothing of a person's text is remembered between calls.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rapidfuzz.distance import OSA

MIN_FUZZY = 6
_WORD = re.compile(r"\w+")
_APOSTROPHES = re.compile("['’‘`´]")
# `i natt`, `i kväll`: one word, so that time words can be written in one way.
_TIME = re.compile(r"\b[ij] (natt|kvall|dag|gar|morse|morgon|morron|eftermiddags?|forgar|helgen)\b")


@dataclass(frozen=True)
class Speller:
    """`forms`: folded word → the form that rules use, empty for a filler. `near`: a word with one letter missing → the
    crisis words it may have been. `ordinary`: words that are never mended."""

    forms: Mapping[str, str]
    near: Mapping[str, tuple[str, ...]]
    ordinary: frozenset[str]

    @classmethod
    def of(cls, forms: Mapping[str, str], crisis: Iterable[str], ordinary: Iterable[str]) -> Speller:
        """Build from folded words."""
        near: dict[str, list[str]] = {}
        targets = tuple(dict.fromkeys(crisis))
        for word in targets:
            for variant in _one_less(word):
                near.setdefault(variant, []).append(word)
        index = {variant: tuple(dict.fromkeys(words)) for variant, words in near.items()}
        return cls(forms, index, frozenset((*ordinary, *targets)))

    def mend(self, folded: str) -> str:
        """The folded text in the words that rules are written in."""
        return _WORD.sub(lambda found: self._word(found.group()), _TIME.sub(r"i\1", _APOSTROPHES.sub("", folded)))

    def _word(self, word: str) -> str:
        form = self.forms.get(word)
        if form is not None:
            return form
        if len(word) < MIN_FUZZY or len(word) > 24 or word in self.ordinary:
            return word
        return self._crisis(word) or word

    def _crisis(self, word: str) -> str | None:
        """The crisis word that is one letter added, lost, changed or swapped away, the first two letters kept in place
        or swapped."""
        for variant in _one_less(word):
            for target in self.near.get(variant, ()):
                if sorted(target[:2]) == sorted(word[:2]) and OSA.distance(word, target, score_cutoff=1) <= 1:
                    return target
        return None


def _one_less(word: str) -> list[str]:
    return [word, *(word[:place] + word[place + 1 :] for place in range(len(word)))]
