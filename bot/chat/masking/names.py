"""Finding names of people, as far as rules can.

Common first names in Sweden stand in `words/names.txt`. With a capital a listed name is hidden anywhere; after a
trigger such as "min son" or "ring" also in small letters. A name that is not listed needs a trigger: after "jag heter"
anything is a name, after the weaker triggers it must have a capital. Names that are everyday words as well ("Hans",
"Mina", "Love": `words/also_words.txt`) need a trigger, or a capital inside a sentence: "Mina barn" is about children,
and hiding that word would hide from us whom the message is about. Not found: an unlisted name without a trigger, a
nickname.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.chat.masking.seen import Seen, Span
from bot.chat.masking.word_lists import word_list

_RELATION = (
    r"(?:son|sonen|dotter|dottern|bror|brorsa|brorsan|syster|syrra|syrran|lillebror|storebror|lillasyster|storasyster|pojke|"
    r"flicka|grabb|tjej|kille|barn|fru|man|make|maka|sambo|särbo|pojkvän|flickvän|kompis|polare|vän|väninna|kollega|granne|"
    r"elev|mamma|pappa|morsa|farsa|mormor|farmor|morfar|farfar|kusin|moster|faster|morbror|farbror|brorson|systerson|"
    r"brorsdotter|systerdotter|styvson|styvdotter|bonusson|bonusdotter|exman|exfru|ex|chef|lärare|handläggare|"
    r"socialsekreterare|mentor|rektor|dealer|langare)"
)
_OWNER = r"(?:min|mitt|mina|vår|vårt|våra|hans|hennes|deras|sin|sitt|din|ditt|en)"
_SURE = re.compile(
    rf"\b(?:jag (?:heter|hette)|heter jag|mitt namn (?:är|ar)|my name is|i am called|"
    rf"(?:han|hon|hen|dom|de|som|\w+en|\w+et|{_OWNER} {_RELATION}) (?:heter|hette)|vid namn|namnet (?:är|ar)|namn ?:|"
    rf"heter ?:|kallas för|/ ?mvh|mvh|(?:vänliga |med vänlig )?hälsning(?:ar)?)[ ,:\n]{{1,3}}(?=\w)",
    re.I,
)
_LIKELY = re.compile(
    rf"\b(?:{_OWNER} (?:\w+ )?{_RELATION}|ring|ringa|ringde|ringt|kontakta|kontaktat|snacka med|prata med|pratat med|"
    rf"pratade med|träffa|hälsa|heter|kallas|kallad|killen|tjejen|grannen|läraren|handläggaren|sonen|dottern|brodern|"
    rf"systern|socialsekreteraren|rektorn|tränaren|tranaren|mentorn|kuratorn|chefen|fritidsledaren|psykologen|pojkvännen|"
    rf"flickvännen|mannen|dealern|langaren|barnet|tvillingarna|kallar (?:honom|henne|sig|mig|hen)|"
    rf"jag är(?-i:(?= [A-ZÅÄÖ]\w+ [A-ZÅÄÖ]))|"
    rf"herr|fru|doktor|dr|kompisen|polaren|hej|hejsan|tjena)[ ,:]{{1,2}}(?=\w)",
    re.I,
)
_WORD = re.compile(r"[^\W\d_][\wåäöéü'’\-]*")
_SURNAME = re.compile(r" (?:(?:al|el|von|af|de|van|bin|abu|ibn)[ \-])?([^\W\d_][\wåäöéü'’\-]+)")
_BEGINNING = re.compile(r"(?:^|[.!?:;\n\"”'(\-])\s*$")
_SERVICE = re.compile(
    r"(?:linjen|jouren|centralen|centrum|telefonen|tjänsten|mottagningen|verket|kassan|center|centret)$", re.I
)
_BEFORE_SERVICE = re.compile(r"\bmini $", re.I)
_AFTER_SERVICE = re.compile(r" (?:ungdom|pol)", re.I)


def find_names(seen: Seen) -> Iterator[Span]:
    """Names after "jag heter", "min son", "ring" and the like, and common first names with a capital."""
    for finder in (_sure, _likely, _listed):
        spans = list(finder(seen.text))
        yield from spans
        seen = seen.without(spans)


def _sure(text: str) -> Iterator[Span]:
    for trigger in _SURE.finditer(text):
        word = _WORD.match(text, trigger.end())
        if word and word.group().lower() not in word_list("no_names") and not _is_service(text, word):
            yield _with_surname(text, word)


def _likely(text: str) -> Iterator[Span]:
    shouted = text.isupper()
    for trigger in _LIKELY.finditer(text):
        word = _WORD.match(text, trigger.end())
        if word is None or word.group().lower() in word_list("no_names") or _is_service(text, word):
            continue
        named = is_listed(word.group()) and not (word.group()[0].islower() and _is_word(word.group()))
        if named or (word.group()[0].isupper() and len(word.group()) > 2 and not shouted):
            yield _with_surname(text, word)


def _listed(text: str) -> Iterator[Span]:
    taken = 0
    for word in _WORD.finditer(text):
        capital = word.start() >= taken and word.group()[0].isupper()
        begins = _is_word(word.group()) and _BEGINNING.search(text[: word.start()][-6:])
        if capital and is_listed(word.group()) and not begins and not _is_service(text, word):
            span = _with_surname(text, word)
            taken = span.end
            yield span


def is_listed(word: str) -> bool:
    """Whether the word is a listed first name, also as "Alis", "Anna-Karin" and with an apostrophe."""
    small = word.lower().replace("’", "'").split("'")[0]
    names = word_list("names")
    return small in names or small.removesuffix("s") in names or (small.split("-")[0] in names and "-" in small)


def _is_word(word: str) -> bool:
    return word.lower() in word_list("also_words")


def _with_surname(text: str, word: re.Match[str]) -> Span:
    end = word.end()
    for _ in range(2):
        surname = _SURNAME.match(text, end)
        if surname is None or not _is_surname(text, surname.group(1)):
            break
        end = surname.end()
    return Span(word.start(), end, "namn")


def _is_surname(text: str, word: str) -> bool:
    capital = word[0].isupper() and not text.isupper()
    return word.lower() not in word_list("no_names") and (capital or is_listed(word))


def _is_service(text: str, word: re.Match[str]) -> bool:
    """ "Mini Maria", "Maria Ungdom", "Kvinnofridslinjen" are no people."""
    around = _BEFORE_SERVICE.search(text[: word.start()][-8:]) or _AFTER_SERVICE.match(text, word.end())
    return bool(around or _SERVICE.search(word.group()))
