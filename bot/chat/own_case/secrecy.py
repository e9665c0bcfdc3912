"""When secrecy ends, said before it matters: before contact details are left, and when a child or a crime is spoken of.

Once in a talk for each of the two; never beside an answer to danger, where only the number counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.engine import Connection

from bot.chat.draft import Draft
from bot.chat.hearing import Heard
from bot.chat.parts import Parts
from bot.chat.phrases import mentions_crime
from bot.chat.transcript import was_told

BEFORE_CONTACT, UNDER_18, CRIME = "utter_secrecy_contact", "utter_secrecy_under_18", "utter_secrecy_crime"
ADULT = 18
CRIMINAL = "leave_crime"
# Questions whose answer says it already.
ANSWERED = ("secrecy", "parents_told", "police_told", "school_told", "info_sharing", "custody", "been_in_touch")


async def tell_secrecy(
    parts: Parts, heard: Heard, drafts: Sequence[Draft], understood: Mapping[str, Any]
) -> list[Draft]:
    """The answer, with what must be known first put before the form or the buttons."""
    if heard.alarm or any(draft.urgent for draft in drafts):
        return list(drafts)
    if any(draft.form for draft in drafts):
        return _before(drafts, [_said(parts, heard, BEFORE_CONTACT)], lambda draft: draft.form is not None)
    names = _concerned(heard, understood)
    told = await parts.read(lambda connection: _told(connection, parts, heard, names)) if names else set()
    new = [_said(parts, heard, name) for name in names if name not in told]
    return _before(drafts, new, lambda draft: bool(draft.choices))


def _concerned(heard: Heard, understood: Mapping[str, Any]) -> list[str]:
    if heard.desk or understood.get("question") in ANSWERED or understood.get("decision") != "answer":
        return []
    age, need = understood.get("age"), understood.get("need")
    young = isinstance(age, int) and age < ADULT
    chosen = heard.payload == f"/{CRIMINAL}"
    crime = chosen or need == CRIMINAL or (heard.payload is None and mentions_crime(heard.text))
    return [name for name, holds in ((UNDER_18, young), (CRIME, crime)) if holds]


def _told(connection: Connection, parts: Parts, heard: Heard, names: Sequence[str]) -> set[str]:
    return {
        name
        for name in names
        if was_told(connection, heard.session.id, [parts.sentences.of(code).text(name) for code in ("sv", "en")])
    }


def _before(drafts: Sequence[Draft], new: Sequence[Draft], here: Any) -> list[Draft]:
    """`new` before the first draft that holds; at the end where none does."""
    at = next((index for index, draft in enumerate(drafts) if here(draft)), len(drafts))
    return [*drafts[:at], *new, *drafts[at:]]


def _said(parts: Parts, heard: Heard, name: str) -> Draft:
    return Draft.of(parts.sentences.of(heard.language), name)
