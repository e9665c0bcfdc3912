"""What the console is built of, passed in from outside: the database, the names that other rooms own, the clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.engine import Engine

from bot.database import create_database_engine
from bot.database import now as current_time
from bot.routing.catalogue import Catalogue
from bot.routing.talk import TOPICS
from bot.sentences import Sentences
from bot.settings import Settings
from bot.staff.passwords import Passwords
from bot.staff.words import Words

NEEDS = (*TOPICS, "confidentiality", "human", "other_city", "smalltalk", "emergency", "suicide_risk")


@dataclass(frozen=True)
class StaffParts:
    """`needs`, `services` and `districts` are id → Swedish name."""

    engine: Engine
    needs: Mapping[str, str]
    services: Mapping[str, str]
    districts: Mapping[str, str] = field(default_factory=dict)
    clock: Callable[[], datetime] = current_time
    passwords: Passwords = field(default_factory=Passwords)


@dataclass(frozen=True)
class Desk:
    """What every page of the console works with."""

    engine: Engine
    words: Words
    passwords: Passwords
    hash_key: str
    encryption_keys: tuple[str, ...]
    training_consent: bool = False


def create_parts(settings: Settings) -> StaffParts:
    """The real parts of an installation.

    Raises:
        bot.routing.catalogue.CatalogueError: the catalogue has a fault.
        bot.sentences.UnknownSentenceError: a need has no label in domain.yml.
    """
    catalogue, sentences = Catalogue.load(settings.mode), Sentences.load(settings.mode)
    return StaffParts(
        engine=create_database_engine(settings.database_url),
        needs={need: sentences.text(f"utter_label_{need}") for need in NEEDS},
        services={id_: service.name for id_, service in catalogue.services.items()},
        districts=dict(catalogue.districts),
    )


def create_desk(settings: Settings, parts: StaffParts) -> Desk:
    """The desk of an installation."""
    names = {"need": parts.needs, "service": parts.services, "district": parts.districts}
    return Desk(
        parts.engine,
        Words.load(names),
        parts.passwords,
        settings.hash_key,
        settings.encryption_keys,
        settings.training_consent,
    )
