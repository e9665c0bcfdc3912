"""The parts that actions work with, built once when the action server starts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from sqlalchemy.engine import Engine

from bot.database import create_database_engine
from bot.routing.catalogue import Catalogue
from bot.routing.following import follow
from bot.sentences import Sentences
from bot.settings import Settings


@dataclass(frozen=True)
class Parts:
    """What an action may use; tests build their own."""

    settings: Settings
    engine: Engine
    catalogue: Catalogue
    sentences: Sentences

    def of(self, language: str | None) -> Parts:
        """The same parts speaking another language; None changes nothing."""
        return replace(self, catalogue=self.catalogue.of(language), sentences=self.sentences.of(language))


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
