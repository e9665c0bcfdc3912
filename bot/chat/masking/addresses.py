"""Finding written traces: e-mail, user names, street addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.chat.masking.seen import Seen, Span
from bot.chat.masking.word_lists import word_list

_PLATFORM = (
    r"(?:insta(?:gram)?|ig|snap(?:chat)?|sc|tiktok|tik tok|telegram|discord|facebook|fb|messenger|signal|whatsapp|"
    r"wickr|kik|twitter|linkedin|reddit|twitch|steam|onlyfans|threema|session|roblox|viber|imo|yubo|psn|xbox)"
)
_AT = r"(?: ?@ ?| ?[(\[{] ?(?:at|a|snabel-?a) ?[)\]}] ?| ?snabel-?a ?)"
_DOT = r"(?: ?\. ?| punkt | dot | ?[(\[] ?(?:dot|punkt) ?[)\]] ?)"
_EMAIL = (
    # "tiktok @mimmi.dansar" is a user name and no mail address.
    re.compile(
        rf"(?<![\w.+\-])(?!{_PLATFORM} )[\w.+\-]{{1,64}}{_AT}"
        rf"[\w\-]{{1,63}}(?:{_DOT}[\w\-]{{1,63}}){{0,3}}{_DOT}[a-z]{{2,6}}\b",
        re.I,
    ),
    re.compile(r"[\w.+\-]{1,64} at [\w\-]{1,63} (?:punkt|dot) [a-z]{2,6}\b", re.I),
)

_ACCOUNT = rf"{_PLATFORM}(?:konto|namn|t|en|et)?"
_OWNER = r"(?:min|mitt|hans|hennes|deras|sonens|dotterns|my)"
_USER_NAME = r"(?:användarnamn\w*|anvandarnamn\w*|username)"
_HANDLE = r"@?([\w.\-]{2,40}(?:#\d{4})?(?:(?-i: [A-ZÅÄÖ][a-zåäö\-]+))?)"
# A digit, a low line or a capital inside: no word of a sentence looks so.
_UNUSUAL = r"@?([\w.\-]*(?:[\d_]|(?-i:[a-z][A-Z]))[\w.\-]*)"
_IS = r"(?:är|ar|is|e|ä)"
_AT_HANDLE = re.compile(r"(?<![\w.])@[\w.\-]{2,40}")
_NAMED_HANDLE = (
    re.compile(rf"\b(?:{_PLATFORM}|t|x)\.(?:com|me|gg|tv)/(?:add/|@|u/|in/)?([\w.\-]{{2,60}})", re.I),
    re.compile(rf"\b{_ACCOUNT} ?(?::|=|heter(?: jag| han| hon| hen| de)?|->) ?{_HANDLE}", re.I),
    re.compile(rf"\b{_OWNER} {_ACCOUNT} {_IS} {_HANDLE}", re.I),
    re.compile(rf"\b{_ACCOUNT} (?:{_IS} |på |pa )?{_UNUSUAL}", re.I),
    re.compile(r"(?<![\w#])([\w.\-]{2,32}#\d{4})(?!\d)"),
    re.compile(rf"(?<![\w.\-]){_UNUSUAL} (?:på|pa|i|on) {_PLATFORM}\b", re.I),
    re.compile(rf"\b(?:heter|kallar sig|kallas|{_USER_NAME})(?: är| ar|:)? {_HANDLE} (?:på|pa|i) {_PLATFORM}\b", re.I),
    re.compile(rf"\b{_USER_NAME}(?: är| ar| is|:) ?{_HANDLE}", re.I),
)

_STREET = (
    r"(?:gatan|gata|vägen|väg|vagen|vag|gränd|gränden|grand|stigen|stig|torget|torg|allén|allen|allé|stråket|straket|"
    r"stråk|esplanaden|kajen|gården|garden|gård)"
)
# These end other words too, so they need a capital before them.
_DOUBTFUL = (
    r"(?:backen|backe|plan|planen|plats|platsen|ringen|slingan|svängen|kroken|höjden|hojden|parken|hamnen|leden|bron|"
    r"terrassen|brinken|liden|dalen|berget|ängen|gången|länken|strand|stranden)"
)
# These end nothing but streets, so small letters will do.
_CERTAIN = r"(?:svängen|svangen|slingan|kroken|brinken|terrassen|länken|esplanaden)"
# The second word of a street: "Husby backe", "Vantörs Strand". Small only where no floor or station is called so.
_SECOND = r"(?:[Bb]acke|[Ss]linga|[Bb]rink|[Hh]öjd|Plan|Plats|Strand|Park|Hamn|Ring|Dal)"
_NO_COUNT = r"(?! ?(?:gånger|gång|år|ar|km|min|dag|tim|meter|m|kr|st|procent|%|barn|person))"
_NUMBER = rf"(?:nr\.? ?)?\d{{1,3}}(?: ?[A-Ha-h])?(?![\w:]){_NO_COUNT}"
_FLAT = (
    r"(?:,? ?(?:(?i:lgh|lägenhet|lagenhet)\.? ?\d{1,4}|\d{1,2} ?(?:tr|trappor)\b\.?|(?:nb|bv|kv)\b|"
    r"(?i:uppgång|uppgang|ingång|ingang|port) ?[A-Ha-h\d]{1,2}\b|(?i:våning|vaning|vån|plan)\.? ?\d{1,2}\b)){0,3}"
)
_INSIDE = rf"{_FLAT}(?:,? ?\d{{3}} ?\d{{2}}(?= ?[A-ZÅÄÖ]|\b))?"
_NAME = r"(?:[A-ZÅÄÖ][\w:.]*[ ])"
_LIVES = r"(?i:bor|bodde|flyttat|adress\w*)(?: \w+)? (?:på|pa|vid|i|är|ar|:) ?"
_DOOR = r"(?:lgh|lägenhet|lagenhet|portkod\w*|koden till porten|porttelefon)(?:snummer|nummer|nr)?"
_ADDRESS = (
    re.compile(rf"{_NAME}{{0,2}}\b(?:(?i:sankt|s:t|st) )?(?i:[\wåäö:]{{1,30}}{_STREET}) ?{_NUMBER}{_INSIDE}"),
    re.compile(rf"\b{_NAME}{{1,3}}(?i:{_STREET}) ?{_NUMBER}{_INSIDE}"),
    re.compile(rf"\b[A-ZÅÄÖ][\w:]{{2,30}}{_DOUBTFUL} {_NUMBER}{_INSIDE}"),
    re.compile(rf"(?i:\b[\wåäö]{{4,30}}{_CERTAIN}) {_NUMBER}{_INSIDE}"),
    re.compile(rf"\b{_NAME}{{1,2}}{_SECOND} {_NUMBER}{_INSIDE}"),
    re.compile(rf"\b{_LIVES}((?i:[\wåäö:]{{3,30}}{_STREET}))\b"),
    re.compile(rf"\b{_DOOR}\.?(?: är| ar|:)? ?\d{{3,5}}\b", re.I),
    re.compile(r"(?<!\d)\d{3} ?\d{2}(?= [A-ZÅÄÖ][a-zåäö]{2,})"),
    re.compile(r"\bpost(?:nr|nummer|kod)\.?:?(?: är| ar)? ?(\d{3} ?\d{2})(?!\d)", re.I),
    re.compile(r"\bbox \d{2,5}\b", re.I),
)


def find_emails(seen: Seen) -> Iterator[Span]:
    """E-mail addresses, also written as "namn (at) exempel punkt se"."""
    for pattern in _EMAIL:
        spans = [Span(*match.span(), "e-post") for match in pattern.finditer(seen.text)]
        yield from spans
        seen = seen.without(spans)


def find_handles(seen: Seen) -> Iterator[Span]:
    """User names on social media: after @, in a link, or beside the name of a platform."""
    found = [Span(*match.span(), "användarnamn") for match in _AT_HANDLE.finditer(seen.text)]
    for pattern in _NAMED_HANDLE:
        matches = pattern.finditer(seen.without(found).text)
        found += [
            Span(*m.span(1), "användarnamn") for m in matches if m.group(1).lower() not in word_list("no_handles")
        ]
    yield from found


def find_addresses(seen: Seen) -> Iterator[Span]:
    """Street and number, flat, entry code, postcode before a place, and the street after "bor på"."""
    for pattern in _ADDRESS:
        matches = pattern.finditer(seen.text)
        spans = [Span(*m.span(m.lastindex or 0), "adress") for m in matches if not _is_bare(m.group(m.lastindex or 0))]
        yield from spans
        seen = seen.without(spans)


def _is_bare(text: str) -> bool:
    """ "hela vägen 2" is no street: nothing stands before "vägen", or what does makes another word of it."""
    first = re.split(r"[ ]", text)[0].lower()
    return first in word_list("no_streets")
