"""`python -m bot check --running`: is everything there, do notices go out, is a promise running out. Swedish."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TextIO
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from ruamel.yaml import YAML
from sqlalchemy import text
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.addresses import Addresses
from bot.database import create_database_engine, now, reading
from bot.handover.notices.standing import Standing, read_standing
from bot.settings import Settings
from bot.versions.running import Process, read_processes
from bot.versions.use import read_use

WORDS = Path(__file__).with_suffix(".yml")
PATIENCE_SECONDS = 5
SILENCE_SECONDS = 60
OUTBOX_SECONDS = 300
DISK_MEGABYTES = 500
CLOCK_SECONDS = 30


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: a sentence of running.yml with its values, and whether it is as it should be."""

    good: bool
    sentence: str
    values: dict[str, Any]

    def __str__(self) -> str:
        """One printed line."""
        return f"{_words()['level'][self.good]}: {_words()[self.sentence].format(**self.values)}"


def check_running(target: TextIO) -> int:
    """Print every finding, the bad ones first; the exit code is 1 when something has to be mended."""
    settings = Settings.from_environment()
    findings = [*_processes(settings), *_database(settings), _disk(settings)]
    findings.sort(key=lambda finding: finding.good)
    target.writelines(f"{finding}\n" for finding in findings)
    wrong = sum(not finding.good for finding in findings)
    target.write(f"{_words()['wrong'].format(count=wrong) if wrong else _words()['fine']}\n")
    return int(wrong > 0)


def _processes(settings: Settings) -> Iterator[Finding]:
    here = f"http://{settings.host}"
    yield from _process("chat", f"{here}:{settings.chat_port}/healthz")
    yield from _process("staff", f"{here}:{settings.staff_port}/healthz")
    for url in Addresses.of(settings.actions_url).urls:
        yield from _process("actions", f"{url}/health")
    for url in Addresses.of(settings.rasa_url).urls:
        yield from _process("rasa", f"{url}/webhooks/door/ready", settings.inner_secret)


def _process(name: str, url: str, secret: str = "") -> Iterator[Finding]:
    status, content = _ask(url, secret)
    if status == 200:
        yield Finding(True, "answers", {"name": name})
        if content.get("model"):
            yield Finding(True, "model", {"name": content["model"]})
        return
    away = content.get("degraded") or [content["error"]] if content.get("degraded") or content.get("error") else []
    if away:
        yield Finding(False, "degraded", {"name": name, "parts": ", ".join(away)})
    else:
        yield Finding(False, "silent", {"name": name, "url": url})


def _ask(url: str, secret: str) -> tuple[int, dict[str, Any]]:
    try:
        with urlopen(Request(url, headers={"X-Inner-Secret": secret}), timeout=PATIENCE_SECONDS) as answer:
            return answer.status, _json(answer.read())
    except HTTPError as error:
        return error.code, _json(error.read())
    except (URLError, OSError, ValueError):
        return 0, {}


def _json(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _database(settings: Settings) -> Iterator[Finding]:
    engine = create_database_engine(settings.database_url)
    try:
        with reading(engine) as connection:
            standing, behind = read_standing(connection, now()), _clock_difference(engine, connection)
            use, processes = read_use(connection), read_processes(connection, now())
    except SQLAlchemyError:
        yield Finding(False, "no_database", {})
        return
    yield Finding(True, "database", {})
    yield from _standing(standing)
    yield from _models(use.version if use else None, processes)
    good = abs(behind) <= CLOCK_SECONDS
    yield Finding(good, "clock" if good else "clock_wrong", {"seconds": round(behind)})


def _standing(standing: Standing) -> Iterator[Finding]:
    yield _relay(standing.heartbeat_age_seconds)
    waited = standing.outbox_oldest_seconds
    if waited is None:
        yield Finding(True, "outbox_empty", {})
    else:
        values = {"count": standing.outbox_pending, "seconds": round(waited)}
        yield Finding(waited <= OUTBOX_SECONDS, "outbox", values)
    if standing.outbox_dead:
        yield Finding(False, "dead", {"count": standing.outbox_dead})
    if standing.broken_promises:
        yield Finding(False, "broken", {"count": standing.broken_promises})
    left = standing.next_deadline_seconds
    yield Finding(True, "no_deadline", {}) if left is None else Finding(True, "deadline", {"minutes": int(left // 60)})


def _models(wanted: str | None, processes: Sequence[Process]) -> Iterator[Finding]:
    """What each rasa runs; with nothing put in use, whatever it is is right."""
    for one in processes:
        told = {"process": one.name, "name": one.version or "–"}
        if one.refused:
            yield Finding(False, "models_refused", {**told, "refused": one.refused, "why": one.why})
        elif wanted and one.version != wanted:
            yield Finding(False, "models_behind", {**told, "wanted": wanted})
    running = [one.version for one in processes]
    if running and set(running) == {wanted or running[0]}:
        yield Finding(True, "models_same", {"count": len(running), "name": running[0]})


def _relay(age: float | None) -> Finding:
    if age is None:
        return Finding(False, "never_relay", {})
    # A sign of life from the future is none: some clock is wrong.
    good = -CLOCK_SECONDS <= age <= SILENCE_SECONDS
    return Finding(good, "relay" if good else "no_relay", {"seconds": round(age)})


def _clock_difference(engine: Engine, connection: Connection) -> float:
    """How many seconds the database's clock is behind ours; SQLite has none of its own."""
    if engine.dialect.name == "sqlite":
        return 0.0
    theirs = connection.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one()
    return now().timestamp() - float(theirs)


def _disk(settings: Settings) -> Finding:
    free = shutil.disk_usage(settings.data_directory if settings.data_directory.exists() else Path("/")).free // 2**20
    good = free >= DISK_MEGABYTES
    return Finding(good, "disk" if good else "disk_full", {"free": free})


@cache
def _words() -> dict[Any, Any]:
    loaded: dict[Any, Any] = YAML(typ="safe").load(WORDS.read_text(encoding="utf-8"))
    return loaded
