"""What `people.yml` says besides the words for people: who is meant, who is hurt, how writers introduce themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from bot.understanding.person_words import PEOPLE
from bot.understanding.persons import Person
from bot.understanding.phrases import PhraseBook
from bot.understanding.tokens import SENTENCE_END
from bot.understanding.vocabulary import WordFile

_REACH = 6
_CUES = ("about", "about_pairs", "self", "third", "no", "but", "being", "as", "me", "bare_me", "introduced_over",
         "introduced_by")  # fmt: skip
_WEIGHTS = ("trouble", "speaks", "worry", "elsewhere")
# How the words between "jag är" and "mamma" end: "ensamstående", "orolig", "trött".
_ADJECTIVE_ENDINGS = ("a", "d", "ig", "nde", "s", "m")


@dataclass(frozen=True)
class Signs:
    """`book`: the phrases under `signs`. `writers`: how one calls oneself → the relation to the one it is about."""

    book: PhraseBook
    writers: Mapping[tuple[str, ...], str]
    first_of_writers: frozenset[str]
    weights: Mapping[str, frozenset[str]]
    cues: Mapping[str, frozenset[str]]

    def abouts(self, said: Sequence[str]) -> Iterator[int]:
        """Where "gäller", "handlar om" and the like stand."""
        for index, word in enumerate(said):
            if word in self.cues["about"] or f"{said[index - 1]} {word}" in self.cues["about_pairs"]:
                yield index

    def introduction(self, said: Sequence[str]) -> str | None:
        """ "jag är mormor", "som lärare": the relation that the writer has to the one it is about."""
        for index, word in enumerate(said):
            if word in self.first_of_writers:
                relation = self.writers.get((word,)) or self.writers.get(tuple(said[index : index + 2]))
                if relation and self._introduces(said, index):
                    return relation
        return None

    def is_writer(self, said: Sequence[str], person: Person) -> bool:
        """Whether a person in the text is the writer's own introduction."""
        unowned = person.owner != "writer" and (said[person.start],) in self.writers
        return unowned and self._introduces(said, person.start)

    def _introduces(self, said: Sequence[str], index: int) -> bool:
        after = said[index + 1 : index + 2]
        if index and said[index - 1] in self.cues["bare_me"]:
            return True
        for back in range(index - 1, max(-1, index - 1 - _REACH), -1):
            word = said[back]
            if word in self.cues["being"]:
                before = said[back - 1] if back else "."
                return word in self.cues["as"] or before in self.cues["me"] or before in SENTENCE_END
            if word in SENTENCE_END:
                return back == index - 1 and self._opens(said, index)
            # "jag är 45 och mamma till tre", but "jag är 7 och mamma är aldrig hemma".
            if word in ("och", "o") and not set(after) & self.cues["introduced_by"]:
                return False
            if not (word.endswith(_ADJECTIVE_ENDINGS) or word in self.cues["introduced_over"] or word.isdigit()):
                return False
        return self._opens(said, index)

    def _opens(self, said: Sequence[str], index: int) -> bool:
        """ "Mamma till en 14-åring här": nothing before it, and the child after."""
        return index < 3 and bool(set(said[index + 1 : index + 2]) & self.cues["introduced_by"])


@lru_cache(maxsize=4)
def shown_in(folded: str) -> frozenset[str]:
    """The names of the signs that stand in a folded text. The last few are kept: age and role ask for the same."""
    return frozenset(load_signs().book.names(folded))


@cache
def load_signs(path: Path = PEOPLE) -> Signs:
    """Read and check the signs, the writers, the weights and the cues.

    Raises:
        VocabularyError: an entry is missing or has the wrong form.
    """
    file = WordFile(path)
    signs, writers = file.table("signs"), file.table("writers")
    introduced = {tuple(word.split()): name for name in writers for word in file.words(writers, "writers", name)}
    return Signs(
        PhraseBook.of({name: file.phrases(signs, "signs", name) for name in signs}),
        introduced,
        frozenset(words[0] for words in introduced),
        file.sets("weights", _WEIGHTS),
        file.sets("cues", _CUES),
    )
