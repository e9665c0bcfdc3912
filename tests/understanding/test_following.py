"""What a rasa process does with what is in use, look by look; the models themselves are exchanged in test_replaced."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine

from bot.commands.models import describe
from bot.database import create_database_engine, now, reading, transaction
from bot.metrics import Metrics
from bot.tables import metadata, model_uses
from bot.understanding import following
from bot.understanding.following import Follower, Place
from bot.understanding.replacing import ReplacementError
from bot.versions.made_from import code_fingerprint
from bot.versions.register import keep_version
from bot.versions.running import Process, read_processes
from bot.versions.use import Change, activate, read_use

OWN, NEW = "vagvisaren-own.tar.gz", "vagvisaren-new.tar.gz"


@dataclass
class Processor:
    """All that following asks of Rasa's."""

    model_filename: str


@dataclass
class Rasa:
    """An agent on its own model, and what was loaded into it; `fault` is what loading ends with."""

    place: Place
    processor: Processor | None = field(default_factory=lambda: Processor(OWN))
    loaded: list[str] = field(default_factory=list)
    fault: str | None = None
    actions: bool = True

    async def replace(self, _agent: Any, path: Path) -> None:
        self.loaded.append(path.name)
        if self.fault:
            raise ReplacementError(self.fault)
        self.processor = Processor(path.name)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = create_database_engine(database_url)
    metadata.create_all(made)
    yield made
    made.dispose()


@pytest.fixture
def rasa(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rasa:
    async def actions_answer() -> bool:
        return made.actions

    for name in (OWN, NEW):
        (tmp_path / name).write_bytes(name.encode())
    place = Place("here:5005", engine, tmp_path, code_fingerprint(), Metrics(), lambda: tmp_path / OWN, actions_answer)
    made = Rasa(place)
    monkeypatch.setattr(following, "replace_model", made.replace)
    return made


@pytest.fixture
def follower(rasa: Rasa) -> Follower:
    return Follower(rasa, rasa.place)


def put_in_use(rasa: Rasa, name: str = NEW, **changes: Any) -> None:
    with transaction(rasa.place.engine) as connection:
        if (rasa.place.directory / name).exists():
            keep_version(connection, replace(describe(rasa.place.directory / name), **changes))
        use = read_use(connection)
        activate(connection, name, Change("x", now(), "y", use.id if use else 0), OWN)


def look(follower: Follower) -> Process:
    """One look; returns what the process says of itself in the database."""
    asyncio.run(follower.look())
    with reading(follower.place.engine) as connection:
        (told,) = read_processes(connection, now())
    return told


def test_with_nothing_in_use_it_stays_with_its_own(rasa: Rasa, follower: Follower) -> None:
    assert look(follower) == Process("here:5005", OWN)
    assert rasa.loaded == []


def test_what_is_put_in_use_is_loaded_once(rasa: Rasa, follower: Follower) -> None:
    put_in_use(rasa)
    assert [look(follower).version for _ in range(3)] == [NEW] * 3
    assert rasa.loaded == [NEW]


@pytest.mark.parametrize("fault", ["broken", "silent"])
def test_what_does_not_answer_is_refused_and_not_tried_at_every_look(
    rasa: Rasa, follower: Follower, fault: str
) -> None:
    put_in_use(rasa)
    rasa.fault = fault
    assert [look(follower) for _ in range(3)] == [Process("here:5005", OWN, NEW, fault)] * 3
    assert rasa.loaded == [NEW]


def test_it_is_tried_again_later_and_when_the_file_has_changed(
    rasa: Rasa, follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_in_use(rasa)
    rasa.fault = "silent"
    look(follower)
    (rasa.place.directory / NEW).write_bytes(b"put there anew")
    assert look(follower).why == "other_file"
    monkeypatch.setattr(following, "PARDON_SECONDS", 0)
    (rasa.place.directory / NEW).write_bytes(NEW.encode())
    rasa.fault = None
    assert look(follower) == Process("here:5005", NEW)


@pytest.mark.parametrize(("changes", "why"), [({"code": "older"}, "other_code"), ({"digest": "0" * 64}, "other_file")])
def test_what_must_not_be_loaded_is_not_even_opened(
    rasa: Rasa, follower: Follower, changes: dict[str, str], why: str
) -> None:
    put_in_use(rasa, **changes)
    assert look(follower) == Process("here:5005", OWN, NEW, why)
    assert rasa.loaded == []
    assert rasa.place.metrics.registry.get_sample_value("vagvisaren_model_refused") == 1


def test_a_file_that_comes_later_is_taken_then(rasa: Rasa, follower: Follower) -> None:
    put_in_use(rasa)
    (rasa.place.directory / NEW).rename(rasa.place.directory / "elsewhere")
    assert look(follower).why == "missing"
    (rasa.place.directory / "elsewhere").rename(rasa.place.directory / NEW)
    assert look(follower) == Process("here:5005", NEW)
    assert rasa.place.metrics.registry.get_sample_value("vagvisaren_model_refused") == 0


def test_a_version_that_nobody_knows_is_refused(rasa: Rasa, follower: Follower) -> None:
    put_in_use(rasa, "vagvisaren-unknown.tar.gz")
    assert look(follower).why == "unknown"


def test_while_no_action_server_answers_nothing_is_judged(rasa: Rasa, follower: Follower) -> None:
    put_in_use(rasa)
    rasa.actions = False
    assert look(follower) == Process("here:5005", OWN)
    rasa.actions = True
    assert look(follower).version == NEW


def test_a_process_that_could_not_begin_with_the_model_in_use_takes_its_own(rasa: Rasa, follower: Follower) -> None:
    put_in_use(rasa)
    rasa.processor, rasa.fault = None, "broken"
    with pytest.raises(ReplacementError):
        asyncio.run(follower.look())
    rasa.fault = None
    assert look(follower) == Process("here:5005", OWN, NEW, "broken")


def test_a_database_that_is_away_ends_nothing(rasa: Rasa, follower: Follower, caplog: pytest.LogCaptureFixture) -> None:
    async def a_while() -> None:
        following_on = asyncio.create_task(follower.follow())
        for _ in range(200):
            await asyncio.sleep(0.05)
            if "Looking for the model in use failed" in caplog.text:
                break
        assert not following_on.done()
        following_on.cancel()

    with rasa.place.engine.begin() as connection:
        model_uses.drop(connection)
    asyncio.run(a_while())
    assert "Looking for the model in use failed" in caplog.text
    assert rasa.processor == Processor(OWN)
