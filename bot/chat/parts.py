"""The parts of the chat process, built once; tests build their own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.addresses import Addresses
from bot.chat.advisory import create_between
from bot.chat.assistant import Assistant, RasaAssistant
from bot.chat.crowds import Crowds
from bot.chat.languages import Language, load_languages
from bot.chat.limits import Limits
from bot.chat.masking import mask
from bot.chat.masking.sparing import SERVICE_NUMBERS, national_digits
from bot.chat.own_case.remembered import Remembered
from bot.chat.phrases import find_wish
from bot.chat.switched import Switched
from bot.chat.turns import Turns
from bot.chat.web.pages import Pages, load_pages
from bot.chat.web.streams import Streams
from bot.chat.writing import Writer, create_writer
from bot.database import create_database_engine, now, reading
from bot.metrics import Metrics
from bot.routing.catalogue import Catalogue
from bot.routing.following import follow
from bot.sentences import Sentences
from bot.settings import Settings
from bot.stopping import Stopping
from bot.understanding.language import find_language
from bot.understanding.urgent import load_rules

T = TypeVar("T")
DATABASE_SECONDS = 9.0
READERS = 8


class SlowDatabaseError(SQLAlchemyError):  # type: ignore[misc]
    """The database has not answered in time; what it was asked for may still happen."""


@dataclass(frozen=True)
class Parts:
    """What a route may use. `spared` are the services' numbers, which masking lets stand."""

    settings: Settings
    engine: Engine
    catalogue: Catalogue
    sentences: Sentences
    assistant: Assistant
    pages: Pages
    languages: Mapping[str, Language]
    spared: frozenset[str]
    clock: Callable[[], datetime] = now
    limits: Limits = field(default_factory=Limits)
    crowds: Crowds = field(default_factory=Crowds)
    typed: Remembered = field(default_factory=Remembered)
    streams: Streams = field(default_factory=Streams)
    switched: Switched = field(default_factory=Switched)
    stopping: Stopping = field(default_factory=Stopping)
    metrics: Metrics = field(default_factory=Metrics)
    readers: Executor = field(default_factory=lambda: ThreadPoolExecutor(READERS, "reading"))
    writer: Writer = field(init=False)
    turns: Turns = field(init=False)

    def __post_init__(self) -> None:
        """The writer and the turns belong to the engine."""
        object.__setattr__(self, "writer", create_writer(self.engine))
        object.__setattr__(self, "turns", Turns(create_between(self.engine)))

    @property
    def idle(self) -> timedelta:
        """How long a session lives without the person doing anything."""
        return timedelta(minutes=self.settings.session_idle_minutes)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run a piece of reading in a thread: SQL blocks, the event loop may not.

        Raises:
            SlowDatabaseError: it takes too long.
        """
        return await _in_time(asyncio.get_running_loop().run_in_executor(self.readers, self._reading, work))

    async def write(self, work: Callable[[Connection], T], soon: bool = False) -> T:
        """Run a piece of writing in a thread; it is committed when this returns. `soon`: it ends what others wait for.

        It may be run a second time, if what stood in the same transaction failed: what it does to anything but the
        database must bear that.

        Raises:
            SlowDatabaseError: it takes too long. It may still be committed later: nobody may be told that it was not.
        """
        running: asyncio.Future[T] = asyncio.wrap_future(self.writer.submit(work, soon))
        return await _in_time(running)

    def _reading(self, work: Callable[[Connection], T]) -> T:
        with reading(self.engine) as connection:
            return work(connection)


async def _in_time(running: asyncio.Future[T]) -> T:
    try:
        return await asyncio.wait_for(asyncio.shield(running), DATABASE_SECONDS)
    except asyncio.TimeoutError as error:
        running.add_done_callback(_take_failure)
        raise SlowDatabaseError from error


def _take_failure(running: asyncio.Future[Any]) -> None:
    """Somebody has to look at the outcome of what nobody waits for any more."""
    if not running.cancelled():
        running.exception()


def create_parts(settings: Settings) -> Parts:
    """The real parts.

    Raises:
        bot.routing.catalogue.CatalogueError: services.yml or places.yml is wrong.
        bot.understanding.urgent.UrgentRulesError: urgent.yml is wrong.
    """
    read_rules()
    engine = create_database_engine(settings.database_url)
    catalogue = follow(Catalogue.load(settings.mode), engine)
    sentences = Sentences.load(settings.mode)
    return Parts(
        settings=settings,
        engine=engine,
        catalogue=catalogue,
        sentences=sentences,
        assistant=RasaAssistant(
            Addresses.of(settings.rasa_url), settings.inner_secret, Addresses.of(settings.actions_url)
        ),
        pages=load_pages(settings),
        languages=load_languages(sentences),
        stopping=Stopping(settings.drain_seconds),
        spared=spared_numbers(catalogue),
    )


def read_rules() -> None:
    """Read them before anybody is listened to: else the first message would wait for it, and all that come meanwhile.

    Raises:
        bot.understanding.urgent.UrgentRulesError: a rule that cannot be read is to stop the start, not the answer to
            danger.
    """
    load_rules()
    mask("hej", frozenset())
    find_language("hej")
    find_wish("hej")


def spared_numbers(catalogue: Catalogue) -> frozenset[str]:
    """Every phone number of the catalogue, and the short ones that everybody knows, as national digits."""
    phones = (line.phone.value for line in catalogue.lines.values() if line.phone)
    return SERVICE_NUMBERS | {national_digits(phone) for phone in phones}
