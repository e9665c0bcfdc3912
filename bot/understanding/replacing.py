"""Putting another model in the running one's place: loaded beside it, tried on a real message, then one assignment.

A message that is being answered keeps the processor that it began with, with its own domain and sentences; talks are
in the database and know nothing of models.
"""

from __future__ import annotations

import asyncio
import copy
import logging
from pathlib import Path
from typing import Any
from uuid import uuid4

from rasa.core.channels.channel import UserMessage
from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import InMemoryTrackerStore

from bot.understanding.channel import Collected

logger = logging.getLogger(__name__)
TRIED = "vad kan du hjälpa till med?"


class ReplacementError(RuntimeError):
    """The new model is not taken; `code` is one of bot.versions.fitness.PROBLEMS."""

    def __init__(self, code: str) -> None:
        """`code` goes into the table that the console reads."""
        super().__init__(code)
        self.code = code


async def replace_model(agent: Any, path: Path) -> None:
    """Load the file, try it, and let it answer from the next message on. Until then nobody notices.

    Raises:
        ReplacementError: it does not load, or gives no answer; the agent is as it was.
    """
    processor = await asyncio.to_thread(_load, agent, path)
    await _try(processor)
    _swap(agent, processor)


def _load(agent: Any, path: Path) -> MessageProcessor:
    """In a thread: reading a model takes a second, and its first message fills caches."""
    # A copy shares the connections of the store, but has the domain of its own model.
    store, nlg = copy.copy(agent.tracker_store), TemplatedNaturalLanguageGenerator({})
    try:
        processor = MessageProcessor(
            str(path), store, agent.lock_store, generator=nlg, action_endpoint=agent.action_endpoint
        )
        store.domain, nlg.responses = processor.domain, processor.domain.responses
        asyncio.run(processor.parse_message(UserMessage(TRIED)))
    except Exception as error:  # whatever is wrong with the file, the model that answers now goes on
        logger.error("The model %s does not load: %s", path.name, type(error).__name__)
        raise ReplacementError("broken") from error
    return processor


async def _try(processor: MessageProcessor) -> None:
    """One message all the way through, actions included; its talk is kept in memory and forgotten."""
    store, said = processor.tracker_store, Collected()
    processor.tracker_store = InMemoryTrackerStore(processor.domain)
    try:
        await processor.handle_message(UserMessage(TRIED, said, f"trial-{uuid4().hex}"))
    except Exception as error:
        logger.error("The model gives no answer: %s", type(error).__name__)
        raise ReplacementError("silent") from error
    finally:
        processor.tracker_store = store
    if not said.messages:
        raise ReplacementError("silent")


def _swap(agent: Any, processor: MessageProcessor) -> None:
    # Without an `await` in between: no message meets half of each.
    agent.processor = processor
    agent.domain = processor.domain
    agent.nlg = processor.nlg
    agent.tracker_store = processor.tracker_store
