"""Taking in one message: stored first, masked; then what the rules see in it and who has the talk."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.engine import Connection

from bot.chat.draft import Option
from bot.chat.masking import Masked, mask
from bot.chat.own_case.own_cases import PAYLOADS, has_case_for
from bot.chat.own_case.remembered import typed_contact
from bot.chat.own_case.staffed import Desk, find_desk, post_to_desk, raise_alarms
from bot.chat.parts import Parts
from bot.chat.phrases import Wish, find_wish
from bot.chat.session import Session, touch
from bot.chat.talk_so_far import TalkSoFar
from bot.chat.transcript import Stored, find_option, store_said
from bot.chat.web.incoming import HUMAN, Refused, Said
from bot.sentences import SPOKEN, SWEDISH
from bot.understanding.language import find_language
from bot.understanding.urgent import Urgent, urgent

# Kinds of what is hidden by which somebody can be reached.
CONTACTS = frozenset({"telefonnummer", "e-post"})


@dataclass(frozen=True)
class Heard:
    """The person's message, stored: what goes to Rasa, whether it speaks of danger, who has taken the talk over.

    `language` is the one to answer in: the message's own where that is spoken, else that of the talk before. `wish`:
    what the words say is to happen with the person's own case, where there is such a case.
    """

    session: Session
    stored: Stored
    text: str
    payload: str | None
    alarm: Urgent | None
    desk: Desk | None
    service: str | None
    language: str = SWEDISH
    wish: Wish | None = None


def hear(connection: Connection, parts: Parts, session: Session, said: Said) -> Heard:
    """Store the message: from the commit of this on it is not lost.

    Raises:
        Refused: 422 for a choice that this talk was not offered; nothing is stored then.
    """
    now, so_far = parts.clock(), TalkSoFar.read(connection, session.id)
    option = _option(connection, parts, session, said, so_far.language)
    masked = Masked(option.label, ()) if option else mask(said.text, parts.spared)
    alarm = None if option else urgent(said.text)
    typed = typed_contact(said.text, parts.spared) if CONTACTS & set(masked.kinds) else None
    if typed:
        parts.typed.keep(session.id, typed)
    stored = store_said(connection, session.id, said.id, masked, alarm.kind if alarm else None, now)
    touch(connection, session.id, now)
    desk = find_desk(connection, session, now)
    if desk and not (option and option.payload in PAYLOADS):
        post_to_desk(connection, desk, said.id, stored.text, now)
    if alarm:
        raise_alarms(connection, session, now)
    service = (so_far.service(parts.catalogue) or {}).get("id")
    found = None if option else find_language(said.text)
    language = found if found in SPOKEN else so_far.language
    payload = option.payload if option else None
    wish = None if option else _wish(connection, session, said.text)
    return Heard(session, stored, stored.text, payload, alarm, desk, service, language, wish)


def _wish(connection: Connection, session: Session, text: str) -> Wish | None:
    wish = find_wish(text)
    return wish if wish and has_case_for(connection, session, wish) else None


def _option(connection: Connection, parts: Parts, session: Session, said: Said, language: str) -> Option | None:
    if said.choice is None:
        return None
    if said.choice == HUMAN:
        return Option(parts.sentences.of(language).text("utter_label_human"), "/human")
    option = find_option(connection, session.id, said.choice)
    if option is None:
        raise Refused(422, "choice")
    return option
