"""What is answered when a call cannot be carried out: always messages, and phone numbers where they may be needed."""

from __future__ import annotations

import json
import logging
from dataclasses import replace

from bot.chat.degraded import degraded_drafts, urgent_drafts, worded
from bot.chat.draft import Draft, Message
from bot.chat.own_case.callback import RefusedContact
from bot.chat.own_case.not_taken import NotTaken, not_taken_drafts
from bot.chat.parts import Parts
from bot.chat.web.incoming import LENGTH_LIMIT, Refused
from bot.chat.web.views import said_only
from bot.routing.talk import Saying
from bot.sentences import Sentences
from bot.understanding.language import find_language
from bot.understanding.urgent import urgent

logger = logging.getLogger(__name__)
WITH_NUMBERS = ("degraded", "degraded_case", "unsure_case", "too_fast")
READ_FOR_DANGER = 5 * LENGTH_LIMIT


def messages_of(parts: Parts, refused: Refused, language: str) -> list[Message]:
    """The sentences for a refusal; danger in the refused text is answered first. Never raises: there is no way on."""
    try:
        return _messages_of(parts, refused, parts.languages[language].sentences)
    except Exception as error:
        logger.error("A refusal could not be worded: %s", type(error).__name__)
        return said_only(parts, [Draft(parts.sentences.text("utter_urgent_danger"))], parts.clock())


def _messages_of(parts: Parts, refused: Refused, sentences: Sentences) -> list[Message]:
    at, text = parts.clock(), refused.text[:READ_FOR_DANGER]
    values = {"seconds": refused.retry_after or 0}
    if isinstance(refused, NotTaken):
        drafts = not_taken_drafts(refused, parts.catalogue, sentences, at)
    elif refused.code in WITH_NUMBERS:
        name = f"utter_door_{refused.code}"
        drafts = degraded_drafts(text, None, parts.catalogue, sentences, at, name)
        drafts = [replace(draft, text=draft.text.replace("{seconds}", str(values["seconds"]))) for draft in drafts]
    else:
        kind = "contact" if isinstance(refused, RefusedContact) else "door"
        alarm, language = urgent(text), find_language(text)
        drafts = urgent_drafts(alarm, parts.catalogue, sentences, at, language) if alarm else []
        drafts += worded(Saying(f"utter_{kind}_{refused.code}", values), language, sentences)
    return said_only(parts, drafts, at)


def with_text(refused: Refused, body: bytes) -> Refused:
    """The refusal with what the person wrote, as far as the body can be read: danger in it is not to be overlooked."""
    if not refused.text:
        try:
            text = json.loads(body[: 8 * READ_FOR_DANGER]).get("text")
            refused.text = text if isinstance(text, str) else ""
        except (ValueError, AttributeError, RecursionError):
            refused.text = ""
    return refused
