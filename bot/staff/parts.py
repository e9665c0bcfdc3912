"""What the console is built of, passed in from outside: the database, the names that other rooms own, the clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import Engine

from bot.database import create_database_engine
from bot.database import now as current_time
from bot.metrics import Metrics
from bot.routing.catalogue import Catalogue
from bot.routing.talk import TOPICS
from bot.sentences import Sentences
from bot.settings import Settings
from bot.staff.casework.replies import StandardReply, load_replies
from bot.staff.oversight.unusual import Limits
from bot.staff.sign_in.accounts import sign_in_name
from bot.staff.sign_in.city import City, create_city
from bot.staff.sign_in.passwords import Passwords
from bot.staff.words import Words
from bot.versions.files import BESIDE_THE_CODE
from bot.versions.made_from import code_fingerprint

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
    catalogue: Catalogue = field(default_factory=lambda: Catalogue.load("demo"))
    metrics: Metrics = field(default_factory=Metrics)


@dataclass(frozen=True)
class Desk:
    """What every page of the console works with. `hands_in`: the city's case system is connected.

    `code` is the fingerprint of the code that runs here: a model of other code is not put in use.
    """

    engine: Engine
    words: Words
    passwords: Passwords
    hash_key: str
    encryption_keys: tuple[str, ...]
    catalogue: Catalogue
    limits: Limits
    hands_in: bool = False
    replies: tuple[StandardReply, ...] = ()
    second_factor_required: bool = False
    city: City | None = None
    local_sign_in: bool = True
    break_glass: str = ""
    training_consent: bool = False
    model_directory: Path = BESIDE_THE_CODE
    code: str = ""


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
        catalogue=catalogue,
    )


def create_desk(settings: Settings, parts: StaffParts) -> Desk:
    """The desk of an installation.

    Raises:
        bot.staff.casework.replies.RepliesError: replies.yml is wrong.
        bot.staff.sign_in.city_roles.CityRolesError: the file that gives the city's groups their roles is wrong.
        bot.staff.oversight.unusual.LimitsError: unusual.yml is wrong.
    """
    names = {"need": parts.needs, "service": parts.services, "district": parts.districts}
    return Desk(
        engine=parts.engine,
        words=Words.load(names),
        passwords=parts.passwords,
        hash_key=settings.hash_key,
        encryption_keys=settings.encryption_keys,
        hands_in=bool(settings.case_system_folder),
        replies=load_replies(),
        limits=Limits.load(),
        second_factor_required=settings.second_factor_required,
        city=create_city(settings, tuple(parts.services)),
        local_sign_in=settings.local_sign_in,
        break_glass=sign_in_name(settings.break_glass_account),
        catalogue=parts.catalogue,
        training_consent=settings.training_consent,
        model_directory=settings.model_directory,
        code=code_fingerprint(),
    )
