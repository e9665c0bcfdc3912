"""What staff will see of a talk, shown to the person before they choose, in the very words that staff will read.

Always in Swedish, as staff see it. Topic, service and district go with every case; the person chooses about the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import get_args

from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.chat.callers import Caller, live_session, unstored
from bot.chat.parts import Parts
from bot.chat.session import Session
from bot.chat.talk_so_far import TalkSoFar, receiving_service
from bot.chat.transcript import was_urgent
from bot.chat.web.incoming import Refused
from bot.handover.case import Case
from bot.handover.passed_on import SharedLine, newest_line, shared_lines, talk_lines
from bot.handover.record import Shared

CHOICES: tuple[Shared, ...] = get_args(Shared)


@dataclass(frozen=True)
class Preview:
    """Choice → what staff would see; `until` is the id of the last message in it, to be sent with the choice."""

    texts: Mapping[Shared, str] = field(repr=False)
    until: int = 0


NOTHING = Preview(dict.fromkeys(CHOICES, ""))


async def read_preview(parts: Parts, caller: Caller) -> Preview:
    """For the caller's talk as it stands.

    Raises:
        Refused: 401; 422 in a session that was opened with a receipt, which has no talk to share; 503.
    """
    session = await live_session(parts, caller)
    if session.case_id:
        raise Refused(422, "unreadable")
    try:
        return await parts.read(lambda connection: preview(connection, parts, session))
    except SQLAlchemyError as error:
        raise unstored("show what is passed on", error) from error


def preview(connection: Connection, parts: Parts, session: Session) -> Preview:
    """What a case of this talk would hold if it were sent now."""
    so_far = TalkSoFar.read(connection, session.id)
    service, acute = receiving_service(connection, parts, so_far), was_urgent(connection, session.id)
    need = so_far.latest("need") or "human"
    topic = topic_text(parts, need, service["id"], service.get("district"), acute)
    lines = talk_text(parts, talk_lines(connection, session.id))
    texts = {"topic": topic, "summary": summary(parts, so_far), "conversation": lines}
    shown = {choice: topic if choice == "topic" else f"{topic}\n\n{texts[choice]}" for choice in CHOICES}
    return Preview(shown, newest_line(connection, session.id))


def passed_on(connection: Connection, parts: Parts, case: Case) -> str:
    """What staff see of a case that has been sent."""
    topic = topic_text(parts, case.need, case.service, case.district, case.acute)
    told = talk_text(parts, shared_lines(connection, case)) if case.shared == "conversation" else case.summary or ""
    return f"{topic}\n\n{told}".strip()


def summary(parts: Parts, so_far: TalkSoFar) -> str:
    """What was understood, in a few words: nothing that the person wrote."""
    return parts.sentences.text(
        "utter_door_summary",
        need=_need(parts, so_far.latest("need")),
        age=so_far.latest("age") or parts.sentences.text("utter_door_unknown"),
        district=_district(parts, so_far.latest("district")),
        role=parts.sentences.text(f"utter_door_role_{so_far.latest('role') or 'unknown'}"),
    )


def topic_text(parts: Parts, need: str, service: str, district: str | None, acute: bool) -> str:
    """What every case tells: "Gäller: … Verksamhet: … Stadsdelsområde: …", and that it is urgent."""
    known = parts.catalogue.services.get(service)
    values = {"need": _need(parts, need), "service": known.name if known else service}
    text = parts.sentences.text("utter_door_passed_topic", **values, district=_district(parts, district))
    return f"{text} {parts.sentences.text('utter_door_passed_acute')}" if acute else text


def talk_text(parts: Parts, lines: list[SharedLine]) -> str:
    """The lines of a talk with who said them, as "Personen: …"."""
    words = parts.languages[parts.sentences.language].words
    names = {"person": words["the_person"], "bot": words["bot"]}
    return "\n\n".join(f"{names[line.sender]}: {line.text}" for line in lines)


def _need(parts: Parts, need: str | None) -> str:
    label = f"utter_label_{need}"
    return parts.sentences.text(label if label in parts.sentences.texts else "utter_door_unknown")


def _district(parts: Parts, district: str | None) -> str:
    unknown = parts.sentences.text("utter_door_unknown")
    return parts.catalogue.districts.get(district, unknown) if district else unknown
