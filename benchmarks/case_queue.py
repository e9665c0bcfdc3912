"""How long the console takes to open the queue with many open cases: `python -m benchmarks.case_queue [--open 5000]`.

Seeds an empty database (SQLite in a temporary folder, or the empty one of `--url`), starts the real console on loopback
and opens the list over HTTP. Prints milliseconds as JSON: of the clock, and of the processor (`cpu`, server and client
together), which says more on a busy machine.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from statistics import median
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy.engine import Engine

from bot.database import create_database_engine, migrate, transaction
from bot.handover.case import REFERENCE_ALPHABET
from bot.settings import Settings
from bot.staff.parts import StaffParts
from bot.staff.sign_in.passwords import Passwords
from bot.tables import cases
from tests.staff.console import CHEAP, KEY, NEEDS, SERVICES, Client, Console, Running

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=timezone.utc)


def seed(engine: Engine, open_cases: int, closed_cases: int) -> None:
    """Cases of the three services: some acute, some taken, some reached, some without a promise."""
    drawn = random.Random(1)
    rows = [_row(drawn, number, closed=number >= open_cases) for number in range(open_cases + closed_cases)]
    with transaction(engine) as connection:
        for start in range(0, len(rows), 1000):
            connection.execute(cases.insert(), rows[start : start + 1000])


def measure(client: Client, path: str, rounds: int) -> dict[str, Any]:
    """Milliseconds of opening a page, and how large it was."""
    times, size, worked = [], 0, time.process_time()
    for _ in range(rounds):
        began = time.perf_counter()
        reply = client.get(path)
        times.append((time.perf_counter() - began) * 1000)
        assert reply.status == 200
        size = len(reply.text.encode())
    times.sort()
    cpu = (time.process_time() - worked) * 1000 / rounds
    return {
        "cpu": round(cpu),
        "p50": round(median(times)),
        "p95": round(times[int(len(times) * 0.95) - 1]),
        "kilobytes": size // 1000,
    }


def main() -> None:
    """Seed, open, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--open", type=int, default=5_000)
    parser.add_argument("--closed", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--url", default="")
    parser.add_argument("paths", nargs="*", default=["/arenden"])
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = chosen.url or f"sqlite:///{Path(folder) / 'queue.db'}"
        migrate(url)
        engine = create_database_engine(url)
        seed(engine, chosen.open, chosen.closed)
        settings = Settings("inner", KEY, (Fernet.generate_key().decode(),), database_url=url, cookie_secure=False)
        parts = StaffParts(engine, NEEDS, SERVICES, {}, lambda: NOW, Passwords(CHEAP))
        with Running(settings, parts) as running:
            console = Console(engine, _Clock(), settings, running.base)  # type: ignore[arg-type]
            client = console.signed_in(console.person("siv", "case_worker", *SERVICES))
            for path in chosen.paths:
                print(json.dumps({"path": path, "open": chosen.open, **measure(client, path, chosen.rounds)}))


class _Clock:
    now = NOW


def _row(drawn: random.Random, number: int, closed: bool) -> dict[str, Any]:
    at = NOW - timedelta(minutes=number % 5_000)
    state = "closed" if closed else drawn.choice(("open", "open", "taken", "contacted"))
    reference = f"{number:06d}"
    return {
        "id": f"{number:032x}",
        "reference": "".join(REFERENCE_ALPHABET[int(digit)] for digit in reference),
        "conversation_id": f"{number:032x}",
        "message_id": "m",
        "service": drawn.choice(list(SERVICES)),
        "need": drawn.choice(list(NEEDS)),
        "channel": "receipt",
        "acute": drawn.random() < 0.02,
        "state": state,
        "created_at": at,
        "due_at": at + timedelta(hours=24) if drawn.random() < 0.6 else None,
        "contacted_at": at if state in ("contacted", "closed") else None,
        "closed_at": at if closed else None,
    }


if __name__ == "__main__":
    main()
