"""A real rasa process whose model is exchanged while people write: no message fails, no talk is lost."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest
from cryptography.fernet import Fernet
from sqlalchemy.engine import Engine

from bot.commands.models import describe
from bot.commands.train import model_path
from bot.database import create_database_engine, migrate, now, reading, transaction
from bot.settings import ROOT, Settings
from bot.versions.register import Version, find_version, keep_version
from bot.versions.running import Process, read_processes
from bot.versions.use import Change, activate, read_use, roll_back
from tests.ports import free_ports

pytestmark = pytest.mark.slow
PATIENCE_SECONDS = 120
B, BROKEN = "vagvisaren-another.tar.gz", "vagvisaren-broken.tar.gz"
ASKS_FOR_THE_PLACE = "min son är 14 och har kommit hem med en dyr jacka och två telefoner, han säger inte varifrån"
THE_PLACE = "Rinkeby"


@dataclass
class Rasa:
    """A rasa process with its action server and database."""

    settings: Settings
    environment: dict[str, str]
    process: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def engine(self) -> Engine:
        return create_database_engine(self.settings.database_url)

    @property
    def own(self) -> str:
        """The model that it began with."""
        return model_path(self.settings.model_directory).name

    def start(self, role: str) -> None:
        log = (self.settings.data_directory / f"{role}.log").open("ab")
        command = [sys.executable, "-m", "bot", "serve", role]
        self.process.append(
            subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=subprocess.STDOUT)
        )

    def log(self) -> str:
        return (self.settings.data_directory / "rasa.log").read_text(errors="replace")

    def ask(self, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
        headers = {"X-Inner-Secret": self.settings.inner_secret}
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{self.settings.rasa_url}/webhooks/door/{path}", data=data, headers=headers)
        try:
            with urlopen(request, timeout=30) as answer:
                return answer.status, json.loads(answer.read())
        except HTTPError as error:
            return error.code, {}
        except (URLError, OSError):
            return 0, {}

    def say(self, talk: str, text: str) -> tuple[int, dict[str, Any]]:
        return self.ask("message", {"conversation_id": talk, "message_id": f"m{time.monotonic_ns()}", "text": text})

    def ready(self) -> str | None:
        """The version that /ready names."""
        model = self.ask("ready")[1].get("model")
        return None if model is None else str(model)

    def put_in_use(self, name: str) -> None:
        with transaction(self.engine) as connection:
            activate(connection, name, self._change(connection), self.own)

    def go_back(self) -> None:
        with transaction(self.engine) as connection:
            roll_back(connection, self._change(connection))

    def _change(self, connection: Any) -> Change:
        use = read_use(connection)
        return Change("x", now(), "test", use.id if use else 0)

    def processes(self) -> list[Process]:
        with reading(self.engine) as connection:
            return list(read_processes(connection, now()))


def until(what: Callable[[], Any], rasa: Rasa) -> Any:
    """Wait for it, with a deadline."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if found := what():
            return found
        time.sleep(0.2)
    raise AssertionError(f"It did not happen. {rasa.processes()}\n{rasa.log()[-3000:]}")


@pytest.fixture(scope="module")
def rasa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rasa]:
    """Begun on the tree's own model, in a model directory of its own."""
    folder = tmp_path_factory.mktemp("replaced")
    settings, environment = _installation(folder)
    migrate(settings.database_url)
    own = model_path(ROOT / "models")
    assert own.exists(), "train first: python -m bot train"
    for name in (own.name, B):
        _link(own, settings.model_directory / name)
    running = Rasa(settings, environment)
    _keep(running, B)
    running.start("actions")
    running.start("rasa")
    try:
        until(running.ready, running)
        yield running
    finally:
        for process in running.process:
            process.terminate()
        for process in running.process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
            process.kill()


def _installation(folder: Path) -> tuple[Settings, dict[str, str]]:
    actions, rasa, metrics = free_ports(3)
    settings = Settings(
        inner_secret="inner",
        hash_key="a key for hashes",
        encryption_keys=(Fernet.generate_key().decode(),),
        database_url=f"sqlite:///{folder / 'test.db'}",
        data_directory=folder,
        model_directory=folder / "models",
        rasa_port=rasa,
        actions_port=actions,
        rasa_metrics_port=metrics,
        rasa_url=f"http://127.0.0.1:{rasa}",
        actions_url=f"http://127.0.0.1:{actions}",
    )
    settings.model_directory.mkdir()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("VAGVISAREN_")}
    quiet = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONUNBUFFERED": "1"}
    return settings, clean | settings.to_environment() | quiet


def _link(source: Path, target: Path) -> None:
    try:
        target.hardlink_to(source)
    except OSError:
        shutil.copyfile(source, target)


def _keep(rasa: Rasa, name: str, **changes: Any) -> Version:
    version = replace(describe(rasa.settings.model_directory / name), passed=True, **changes)
    with transaction(rasa.engine) as connection:
        keep_version(connection, version)
    return version


@dataclass
class Flow:
    """People who write all the time, each with a talk of their own; every answer is kept."""

    rasa: Rasa
    answers: list[tuple[int, str]] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    @contextlib.contextmanager
    def running(self, people: int = 3) -> Iterator[Flow]:
        threads = [threading.Thread(target=self._write, args=(f"flow{number}",)) for number in range(people)]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            for thread in threads:
                thread.join(60)

    def _write(self, talk: str) -> None:
        while not self._stop.is_set():
            status, body = self.rasa.say(talk, "jag behöver hjälp med mitt barn")
            self.answers.append((status, str(body.get("model"))))

    def models(self) -> set[str]:
        return {model for _, model in self.answers}


def test_a_talk_that_began_on_one_model_goes_on_on_the_next_and_back_while_messages_flow(rasa: Rasa) -> None:
    rasa.say("before", ASKS_FOR_THE_PLACE)
    _, alone = rasa.say("before", THE_PLACE)
    _, fresh = rasa.say("fresh", THE_PLACE)
    told = [message["text"] for message in alone["messages"]]
    changed = "the second message means the same without the first: choose another talk"
    assert alone["understood"]["service"] and told != [m["text"] for m in fresh["messages"]], changed
    _, begun = rasa.say("talk", ASKS_FOR_THE_PLACE)
    assert begun["model"] == rasa.own
    with Flow(rasa).running() as flow:
        until(lambda: rasa.own in flow.models(), rasa)
        rasa.put_in_use(B)
        until(lambda: B in flow.models(), rasa)
        status, there = rasa.say("talk", THE_PLACE)
        assert (status, there["model"]) == (200, B)
        assert there["understood"]["service"] == alone["understood"]["service"]
        assert [message["text"] for message in there["messages"]] == told
        until(lambda: rasa.ready() == B, rasa)
        until(lambda: [p.version for p in rasa.processes()] == [B], rasa)
        rasa.go_back()
        until(lambda: flow.answers[-1][1] == rasa.own, rasa)
        status, _ = rasa.say("talk", "vad kostar det?")
        assert status == 200
    assert {status for status, _ in flow.answers} == {200}
    assert flow.models() == {rasa.own, B}
    until(lambda: [p.version for p in rasa.processes()] == [rasa.own], rasa)


def metrics(rasa: Rasa) -> str:
    with urlopen(f"http://127.0.0.1:{rasa.settings.rasa_metrics_port}/metrics", timeout=10) as answer:
        return str(answer.read().decode())


@pytest.mark.parametrize(("what", "why"), [("broken", "broken"), ("other_file", "other_file"), ("code", "other_code")])
def test_a_model_that_must_not_be_loaded_is_refused_and_the_old_one_goes_on(rasa: Rasa, what: str, why: str) -> None:
    path = rasa.settings.model_directory / BROKEN
    path.write_bytes(b"no archive at all")
    _keep(rasa, BROKEN, **({"code": "older"} if what == "code" else {}))
    if what == "other_file":
        path.write_bytes(b"put there by somebody else")
    with Flow(rasa).running() as flow:
        rasa.put_in_use(BROKEN)
        until(lambda: [p.why for p in rasa.processes()] == [why], rasa)
        until(lambda: len(flow.answers) > 3, rasa)
    assert set(flow.answers) == {(200, rasa.own)}
    assert rasa.ready() == rasa.own
    assert f"{BROKEN}, is refused ({why})" in rasa.log()
    assert "vagvisaren_model_refused 1.0" in metrics(rasa)
    rasa.go_back()
    until(lambda: [(p.version, p.why) for p in rasa.processes()] == [(rasa.own, None)], rasa)
    assert "vagvisaren_model_refused 0.0" in metrics(rasa)


def test_the_model_that_it_began_with_is_known_so_that_one_can_go_back_to_it(rasa: Rasa) -> None:
    with reading(rasa.engine) as connection:
        version = find_version(connection, rasa.own)
    assert version and version.passed is None
    assert f'vagvisaren_model_info{{version="{rasa.own}"}} 1.0' in metrics(rasa)


def test_nothing_of_a_trial_is_left_in_the_database(rasa: Rasa) -> None:
    with reading(rasa.engine) as connection:
        talks = connection.exec_driver_sql("SELECT conversation_id FROM trackers").scalars().all()
    assert not [talk for talk in talks if talk.startswith("trial")]
