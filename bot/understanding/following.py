"""A running rasa process follows what is in use: looks every few seconds, changes its model, says what it runs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

from sqlalchemy.engine import Engine

from bot.database import now, reading, transaction
from bot.metrics import Metrics
from bot.understanding.replacing import ReplacementError, replace_model
from bot.versions.files import find_file
from bot.versions.fitness import load_problem
from bot.versions.register import Version, find_version
from bot.versions.running import Process, report
from bot.versions.use import Use, read_use

logger = logging.getLogger(__name__)
LOOK_SECONDS = 3.0
REPORTED = timedelta(seconds=15)
# A refused file is looked at again after this, too: what kept it from answering may have been something else.
PARDON_SECONDS = 300


@dataclass(frozen=True)
class Place:
    """What a process follows with. `own` gives the file of the code's own model, trained if needed; `actions_answer`
    tells whether a message can be tried at all."""

    name: str
    engine: Engine
    directory: Path
    code: str
    metrics: Metrics
    own: Callable[[], Path]
    actions_answer: Callable[[], Awaitable[bool]]


@dataclass
class Follower:
    """One process's following. `process` is what it says of itself."""

    agent: Any
    place: Place
    process: Process = field(init=False)
    _judged: tuple[object, ...] | None = None
    _judged_at: float = 0.0
    _told: tuple[Process, datetime] | None = None

    def __post_init__(self) -> None:
        """Nothing is known of the model before the first look."""
        self.process = Process(self.place.name, "")

    async def follow(self) -> None:
        """Look again and again until the process ends; a look that fails is said, and never ends the following."""
        while True:
            try:
                await self.look()
            except Exception as error:
                logger.error("Looking for the model in use failed: %s", type(error).__name__)
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Change the model if another one is in use, and say what answers now."""
        try:
            use, version = await asyncio.to_thread(self._wanted)
            await self._change(use, version)
            if self.agent.processor is None:
                await replace_model(self.agent, await asyncio.to_thread(self.place.own))
        finally:
            await self._say()

    def _wanted(self) -> tuple[Use | None, Version | None]:
        with reading(self.place.engine) as connection:
            use = read_use(connection)
            return use, find_version(connection, use.version) if use else None

    async def _change(self, use: Use | None, version: Version | None) -> None:
        if use is None or self._answering() == use.version:
            self.process = Process(self.place.name, self._answering())
            return
        judged = (use.id, *self._file(use.version))
        known = judged == self._judged and monotonic() - self._judged_at < PARDON_SECONDS
        if known or not await self.place.actions_answer():
            return
        why = await self._refusal(version)
        self._judged, self._judged_at = judged if why else None, monotonic()
        if why:
            logger.error("The model in use, %s, is refused (%s); %s goes on.", use.version, why, self._answering())
        else:
            logger.warning("The model is now %s.", use.version)
        self.process = Process(self.place.name, self._answering(), use.version if why else None, why)

    async def _refusal(self, version: Version | None) -> str | None:
        """Why the version does not answer from now on; None: it does."""
        if version is None:
            return "unknown"
        place = self.place
        if why := await asyncio.to_thread(load_problem, version, place.directory, place.code):
            return why
        path = find_file(place.directory, version.name)
        try:
            await replace_model(self.agent, path or place.directory / version.name)
        except ReplacementError as error:
            return error.code
        return None

    def _file(self, version: str) -> tuple[object, ...]:
        """What a file is told from its successor by: a refused one is looked at again when it has changed."""
        path = find_file(self.place.directory, version)
        return (path, path.stat().st_mtime_ns, path.stat().st_size) if path else ()

    def _answering(self) -> str:
        processor = self.agent.processor
        return str(processor.model_filename) if processor else ""

    async def _say(self) -> None:
        """To the monitor at once, to the database when it is news, and now and then as a sign of life."""
        process, at = Process(self.place.name, self._answering(), self.process.refused, self.process.why), now()
        self.process = process
        self.place.metrics.model.info({"version": process.version})
        self.place.metrics.model_refused.set(float(process.refused is not None))
        if self._told and self._told[0] == process and at - self._told[1] < REPORTED:
            return
        await asyncio.to_thread(self._report)
        self._told = (process, at)

    def _report(self) -> None:
        with transaction(self.place.engine) as connection:
            report(connection, self.process, now())
