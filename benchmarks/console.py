"""How fast the console's review is with 100,000 talks and 1,000,000 messages: list, filters, search, opening, inbox.

    .venv/bin/python benchmarks/console.py                                   # a SQLite file in a temporary folder
    .venv/bin/python benchmarks/console.py --url postgresql://…/empty        # an empty PostgreSQL database
    .venv/bin/python benchmarks/console.py --talks 5000                      # smaller

The talks are drawn from sentences below with a fixed seed: the same on every machine. What is timed is the work of the
page (the functions that the routes call, with their audit line), without HTTP; p50, p95 and the longest in
milliseconds. `cpu` is the p95 of this process's own time: on a busy machine the fairer figure for SQLite, which works
inside the process; for PostgreSQL it leaves the server out. Docs: docs/review.md.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from sqlalchemy import insert, select  # noqa: E402
from sqlalchemy.engine import Engine  # noqa: E402

from bot.database import create_database_engine, transaction  # noqa: E402
from bot.staff.access import Member  # noqa: E402
from bot.staff.parts import NEEDS, Desk  # noqa: E402
from bot.staff.review import conversations as pages  # noqa: E402
from bot.staff.review import digest, unsure  # noqa: E402
from bot.staff.sign_in.passwords import Passwords  # noqa: E402
from bot.staff.sign_in.sessions import Session  # noqa: E402
from bot.staff.web import Fields, Visit  # noqa: E402
from bot.staff.words import Words  # noqa: E402
from bot.tables import conversations, messages, metadata, staff  # noqa: E402

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc)
TURNS = 5
AT_ONCE = 2_000
RUNS = 40
WHO = ("min son", "min dotter", "min bror", "jag", "min mamma", "min kille", "min kompis", "grannens pojke")
WHAT = (
    "röker på varje dag",
    "vägrar gå till skolan",
    "vill hoppa av",
    "slår mig",
    "dricker för mycket",
    "sover aldrig",
    "är rädd hemma",
    "hänger med fel gäng",
    "skriker på barnen",
    "kommer ut på tisdag",
)
WHERE = ("i farsta", "i rinkeby", "på söder", "i skolan", "hemma", "på kvällarna", "sedan i somras", "nu igen")
SAID_BACK = "Det finns stöd för det här. Du kan ringa eller skriva, och du behöver inte säga vem du är."


def fill(engine: Engine, talks: int, seed: int, first: int = 0) -> None:
    """Talks of five turns: ten messages each, over two years. Their ids are counted from `first` on."""
    draw = random.Random(seed)
    for start in range(first, first + talks, AT_ONCE):
        ids = [f"{number:032x}" for number in range(start, min(start + AT_ONCE, first + talks))]
        begun = {id_: NOW - timedelta(minutes=draw.random() * 1_000_000) for id_ in ids}
        rows = [{"id": id_, "created_at": at, "last_seen_at": at, "is_test": False} for id_, at in begun.items()]
        said = [row for id_, at in begun.items() for row in _talk(draw, id_, at)]
        with transaction(engine) as connection:
            connection.execute(insert(conversations), rows)
            connection.execute(insert(messages), said)


def _talk(draw: random.Random, id_: str, at: datetime) -> Iterator[dict[str, Any]]:
    need = draw.choice(NEEDS)
    for turn in range(TURNS):
        text = f"{draw.choice(WHO)} {draw.choice(WHAT)} {draw.choice(WHERE)}"
        if draw.random() < 0.001:
            text += " räksmörgås"
        common = {"conversation_id": id_, "masked": [], "choices": [], "created_at": at + timedelta(seconds=20 * turn)}
        kept = {"urgent": None, "service": None, "feedback": None}
        yield {**common, **kept, "sender": "person", "text": text, "understood": _understood(draw, need)}
        shown = {"service": {"id": "mini_maria", "district": None}} if turn == 1 and need == "substance_use" else {}
        feedback = draw.choice((None, "asked", "yes", "no"))
        answer = {"sender": "bot", "text": SAID_BACK, "understood": {"language": "sv"}, "feedback": feedback}
        yield {**common, **kept, **answer, **shown}


def _understood(draw: random.Random, need: str) -> dict[str, Any]:
    sure = draw.random() < 0.8
    confidence = round(draw.uniform(0.8, 0.99) if sure else draw.uniform(0.05, 0.8), 4)
    guesses = [need, *draw.sample(NEEDS, 3)]
    ranking = [{"name": name, "confidence": round(confidence / (index + 1), 4)} for index, name in enumerate(guesses)]
    urgent = need if need in ("emergency", "suicide_risk") and draw.random() < 0.1 else None
    decided = {"decision": "answer" if confidence >= 0.6 else "clarify", "reason": "model is sure", "choices": []}
    return {"intent": need, "need": need, "confidence": confidence, "urgent": urgent, "ranking": ranking, **decided}


QUERIES = {
    "list, first page": "",
    "list, page 100": "sida=100",
    "filter: need": "behov=prison_release",
    "filter: need, decision, not reviewed": "behov=human&beslut=clarify&granskat=no",
    "filter: date and very unsure": "from=2025-11-01&till=2025-11-07&saker=very_unsure",
    "filter: service and feedback": "verksamhet=mini_maria&hjalpte=no",
    "filter: nothing fits": "behov=parenting&tagg=finns-inte",
    "search: a common word": "sok=skolan",
    "search: a rare word": "sok=r%C3%A4ksm%C3%B6rg%C3%A5s",
    "search: three words and a filter": "sok=bror+r%C3%B6ker+farsta&behov=parenting",
    "search: a word that is not there": "sok=raksmorgas",
}


def measure(desk: Desk, engine: Engine) -> None:
    """Print the figures."""
    member = Member("rut", "rut", "Rut", "reviewer")
    session = Session("x", "x", member, NOW, NOW)
    visit = Visit(NOW, session=session)
    for name, query in QUERIES.items():
        asked = Visit(NOW, query=Fields.parse(query), session=session)
        report(name, lambda asked=asked: pages.show_conversations(desk, asked))
    with transaction(engine) as connection:
        ids = list(connection.execute(select(conversations.c.id).limit(RUNS)).scalars())
    opened = iter(ids * 2)
    form = Fields.parse("reason=M%C3%A4ter+hur+fort+det+g%C3%A5r")
    report(
        "opening a talk",
        lambda: pages.open_conversation(
            desk, Visit(NOW, params={"conversation": next(opened)}, form=form, session=session)
        ),
    )
    report("uncertain messages", lambda: unsure.show_unsure(desk, visit))


def report(name: str, work: Callable[[], object]) -> None:
    """Time it, the first time left out: it fills caches."""
    work()
    seconds, own = [], []
    for _ in range(RUNS):
        began, began_own = time.perf_counter(), time.process_time()
        work()
        seconds.append((time.perf_counter() - began) * 1000)
        own.append((time.process_time() - began_own) * 1000)
    p95, cpu = (statistics.quantiles(times, n=20)[-1] for times in (seconds, own))
    figures = f"p50 {statistics.median(seconds):7.1f}  p95 {p95:7.1f}  max {max(seconds):7.1f}  cpu {cpu:7.1f}"
    print(f"{name:40} {figures}", flush=True)


def main() -> None:
    """Fill an empty database, sum up, measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="an empty database; without it a SQLite file that is deleted afterwards")
    parser.add_argument("--talks", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        engine = create_database_engine(options.url or f"sqlite:///{Path(folder) / 'bench.db'}")
        metadata.create_all(engine)
        with transaction(engine) as connection:
            who = {"id": "rut", "name": "rut", "alias": "Rut", "password_hash": "", "role": "reviewer"}
            connection.execute(insert(staff).values(**who, created_at=NOW))
        began = time.monotonic()
        fill(engine, options.talks, options.seed)
        filled = time.monotonic()
        print(
            f"{options.talks} talks, {options.talks * 2 * TURNS} messages, written in {filled - began:.0f} s",
            flush=True,
        )
        while digest.catch_up(engine):
            pass
        print(f"summed up in {time.monotonic() - filled:.0f} s", flush=True)
        if engine.dialect.name == "postgresql":
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("ANALYZE")
        words = Words.load({"need": {}, "service": {"mini_maria": "Mini Maria"}, "district": {}})
        measure(Desk(engine, words, Passwords(), "key", ()), engine)
        engine.dispose()


if __name__ == "__main__":
    main()
