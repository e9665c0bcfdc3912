"""A wish about one's own case, written in the talk: offered as a button that says what happens, not silently obeyed."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from bot.chat.draft import Draft, Option
from bot.chat.hearing import Heard
from bot.chat.own_case.own_cases import ACTS, KEEP, fulfil
from bot.chat.parts import Parts, SlowDatabaseError
from bot.chat.web.incoming import Refused

logger = logging.getLogger(__name__)
# What the assistant has understood beside a wish is worth saying; a mere "I did not understand" is not.
WORTH_SAYING = ("need", "question", "urgent")


def offer_wish(parts: Parts, heard: Heard, drafts: Sequence[Draft], understood: Mapping[str, Any]) -> list[Draft]:
    """The answer with the offer last; the offer alone where nothing else was understood."""
    if heard.wish is None:
        return list(drafts)
    sentences = parts.sentences.of(heard.language)
    labels = [f"/case_{heard.wish}", KEEP]
    options = tuple(Option(sentences.text(f"utter_label_{payload[1:]}"), payload) for payload in labels)
    text = sentences.text(f"utter_door_wish_{heard.wish}")
    offer = Draft(text, options, language=heard.language)
    kept = heard.desk or any(understood.get(name) for name in WORTH_SAYING) or any(draft.urgent for draft in drafts)
    return [*(drafts if kept else ()), offer]


async def answer_wish(parts: Parts, heard: Heard) -> list[Draft]:
    """The button was pressed: done in one transaction, then said.

    Raises:
        Refused: 503 when nothing could be changed, or nobody knows whether it was.
    """
    if heard.payload == KEEP:
        return [_said(parts, heard, "utter_door_case_kept")]
    wish = ACTS[heard.payload or ""]
    try:
        done = await parts.write(lambda connection: fulfil(connection, heard.session, wish, parts.clock()))
    except SlowDatabaseError as error:
        raise Refused(503, "unsure_case") from error
    except SQLAlchemyError as error:
        logger.error("The database failed a wish about a case: %s", type(error).__name__)
        raise Refused(503, "degraded_case") from error
    name = ("utter_door_case_stopped" if wish == "stop" else "utter_door_case_withdrawn") if done else None
    return [_said(parts, heard, name or "utter_door_case_none")]


def _said(parts: Parts, heard: Heard, name: str) -> Draft:
    return Draft.of(parts.sentences.of(heard.language), name)
