"""The parts that actions work with, built once when the action server starts."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from functools import cache

from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.database import create_database_engine, reading
from bot.metrics import Metrics
from bot.routing.catalogue import Catalogue
from bot.routing.following import follow
from bot.sentences import Sentences
from bot.settings import Settings
from bot.switch import services_off

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Parts:
    """What an action may use; tests build their own."""

    settings: Settings
    engine: Engine
    catalogue: Catalogue
    sentences: Sentences
    metrics: Metrics = field(default_factory=Metrics)

    def of(self, language: str | None) -> Parts:
        """The same parts speaking another language; None changes nothing."""
        return replace(self, catalogue=self.catalogue.of(language), sentences=self.sentences.of(language))

    def today(self) -> Parts:
        """The same parts without the services that staff have switched off; all of them when nobody can tell.

        A database that is away is no reason to say nothing: a hand-over asks it once more, and then it has to answer.
        """
        try:
            with reading(self.engine) as connection:
                return replace(self, catalogue=self.catalogue.without(services_off(connection)))
        except SQLAlchemyError as error:
            logger.warning("The services' switches could not be read: %s", type(error).__name__)
            return self


@cache
def parts() -> Parts:
    """The parts of this process.

    Raises:
        bot.settings.SettingsError: a setting is missing.
        bot.routing.catalogue.CatalogueError: services.yml or places.yml is wrong.
    """
    settings = Settings.from_environment()
    engine = create_database_engine(settings.database_url)
    catalogue = follow(Catalogue.load(settings.mode), engine)
    return Parts(settings, engine, catalogue, Sentences.load(settings.mode))
