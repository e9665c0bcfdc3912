"""How fast the figures are with a million messages: counting everything once, and reading a year.

    .venv/bin/python benchmarks/figures.py [--talks 100000] [--url sqlite:///…]

The database must be empty; without `--url` it is a file in a temporary folder.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.engine import Engine

from bot.database import create_database_engine, migrate, reading, transaction
from bot.handover.case import HandOver, open_case, record_first_contact
from bot.handover.counting import count_some
from bot.staff.effect.figures import read_year
from bot.tables import conversations, daily_figures, messages

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc)
NEEDS = ("parenting", "substance_use", "youth_at_risk", "human", "leave_crime")
SERVICES = ("parenting_support", "mini_maria", "youth_team", "contact_centre", "exit_programme")
DISTRICTS = ("jarva", "farsta", "skarholmen", None)
MESSAGES = 10
OPEN_CASES = 5_000


def seed(engine: Engine, talks: int) -> None:
    """Talks of ten messages over a year, and open cases of the last day."""
    rng = random.Random(7)
    for start in range(0, talks, 2_000):
        numbers = range(start, min(start + 2_000, talks))
        times = {n: NOW - timedelta(minutes=rng.randrange(60, 320 * 24 * 60)) for n in numbers}
        rows = [{"id": f"{n:032d}", "created_at": t, "last_seen_at": t, "is_test": False} for n, t in times.items()]
        said = [_message(rng, f"{n:032d}", i, t) for n, t in times.items() for i in range(MESSAGES)]
        with transaction(engine) as connection:
            connection.execute(conversations.insert(), rows)
            connection.execute(messages.insert(), said)
    with transaction(engine) as connection:
        for n in range(OPEN_CASES):
            wish = HandOver(f"{n:032d}", "m", SERVICES[n % 5], NEEDS[n % 5], None, "receipt")
            case = open_case(connection, wish, 24, NOW - timedelta(hours=n % 24))
            if n % 2:
                record_first_contact(connection, case.id, "anna", "phone", NOW)


def _message(rng: random.Random, talk: str, index: int, at: datetime) -> dict[str, object]:
    pick = rng.randrange(5)
    ranking = [{"name": need, "confidence": 0.2} for need in NEEDS]
    decision = rng.choice(("answer", "answer", "answer", "clarify", "fallback"))
    heard = {"intent": NEEDS[pick], "need": NEEDS[pick], "service": SERVICES[pick], "decision": decision}
    heard |= {"district": rng.choice(DISTRICTS), "ranking": ranking, "confidence": 0.9, "urgent": None}
    person = index % 2 == 0
    return {
        "conversation_id": talk,
        "sender": "person" if person else "bot",
        "text": "Min son röker på varje dag och jag vet inte vart jag ska vända mig.",
        "understood": heard if person else {"language": "sv"},
        "feedback": None if person else rng.choice((None, "asked", "yes", "no")),
        "created_at": at,
        "masked": [],
        "choices": [],
    }


def measure(engine: Engine) -> None:
    """Print what each step takes."""
    batches, began = [], time.perf_counter()
    more = True
    while more:
        started = time.perf_counter()
        more = count_some(engine, timedelta(minutes=30), NOW)
        batches.append(time.perf_counter() - started)
    print(f"counting all: {time.perf_counter() - began:.1f} s; a batch p95 {_p95(batches) * 1000:.0f} ms")
    pages = []
    for _ in range(20):
        started = time.perf_counter()
        with reading(engine) as connection:
            read_year(connection, 2026, NOW)
        pages.append(time.perf_counter() - started)
    with reading(engine) as connection:
        stored = connection.execute(select(func.count()).select_from(messages)).scalar()
        rows = connection.execute(select(func.count()).select_from(daily_figures)).scalar()
    print(f"a year of {stored} messages in {rows} rows: p50 {statistics.median(pages) * 1000:.0f} ms, "
          f"p95 {_p95(pages) * 1000:.0f} ms")  # fmt: skip


def _p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


def main() -> None:
    """Seed and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--talks", type=int, default=100_000)
    parser.add_argument("--url")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = options.url or f"sqlite:///{Path(folder) / 'figures.db'}"
        migrate(url)
        engine = create_database_engine(url)
        seed(engine, options.talks)
        measure(engine)


if __name__ == "__main__":
    main()
