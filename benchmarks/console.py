"""How fast the console is with 100,000 talks, 1,000,000 messages, 5,000 open cases and a long log: every list, search.

    .venv/bin/python benchmarks/console.py                                   # a SQLite file in a temporary folder
    .venv/bin/python benchmarks/console.py --postgresql                      # a PostgreSQL server of its own
    .venv/bin/python benchmarks/console.py --url sqlite:////big.db --filled  # filled before
    .venv/bin/python benchmarks/console.py --talks 5000                      # smaller

The talks are drawn by `benchmarks/talks.py`. What is timed is a page of the
real console over HTTP on loopback, with its audit line and its drawing, from the first byte sent to the last one read;
p50, p95 and the longest in milliseconds. `cpu` is the p95 of this process's own time, console and client together: on a
busy machine the fairer figure for SQLite, which works inside the process; for PostgreSQL it leaves the server out.
Docs: docs/review.md.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from cryptography.fernet import Fernet  # noqa: E402
from sqlalchemy import insert, select, update  # noqa: E402
from sqlalchemy.engine import Engine  # noqa: E402

from benchmarks.case_queue import seed as seed_cases  # noqa: E402
from benchmarks.talks import AT_ONCE, NOW, TURNS, fill  # noqa: E402
from bot.database import create_database_engine, migrate, transaction  # noqa: E402
from bot.handover.counting import count_all  # noqa: E402
from bot.settings import Settings  # noqa: E402
from bot.staff.parts import NEEDS, StaffParts  # noqa: E402
from bot.staff.review import digest  # noqa: E402
from bot.staff.sign_in.accounts import create_staff  # noqa: E402
from bot.staff.sign_in.passwords import Passwords  # noqa: E402
from bot.staff.sign_in.sessions import open_session  # noqa: E402
from bot.tables import audit, cases, conversations, daily_figures, staff  # noqa: E402
from tests.ports import free_port  # noqa: E402
from tests.postgresql import running_postgresql  # noqa: E402
from tests.staff.console import CHEAP, KEY, SERVICES, Running  # noqa: E402

RUNS = 40
GOAL_MS = 150

OPEN_CASES, CLOSED_CASES, LOG_LINES = 5_000, 50_000, 300_000
PEOPLE = {"rut": "reviewer", "siv": "case_worker", "lo": "log_controller", "ed": "editor", "reg": "registrar"}
PAGES = {
    "rut": {
        "talks, first page": "/samtal",
        "talks, page 100": "/samtal?sida=100",
        "talks, page 1,900": "/samtal?sida=1900",
        "talks: need": "/samtal?behov=prison_release",
        "talks: need, decision, not reviewed": "/samtal?behov=human&beslut=clarify&granskat=no",
        "talks: one week and very unsure": "/samtal?from=2025-11-01&till=2025-11-07&saker=very_unsure",
        "talks: service and feedback": "/samtal?verksamhet=mini_maria&hjalpte=no",
        "talks: style": "/samtal?stil=slang",
        "talks: long ones": "/samtal?langd=long",
        "talks: flagged": "/samtal?flagga=1",
        "talks: urgent": "/samtal?akut=1",
        "talks: a tag nobody has used": "/samtal?behov=parenting&tagg=finns-inte",
        "talks: three filters, nothing fits": "/samtal?beslut=fallback&hjalpte=no&lamnat=yes",
        "search: a common word": "/samtal?sok=skolan",
        "search: a rare word": f"/samtal?sok={quote('räksmörgås')}",
        "search: three words and a filter": f"/samtal?sok={quote('bror röker farsta')}&behov=parenting",
        "search: a phrase": "/samtal?sok=" + quote('"röker på varje dag"'),
        "search: two common words that never stand so": "/samtal?sok=" + quote('"dag röker"'),
        "search: the beginning of a word": "/samtal?sok=s",
        "search: a word that is not there": "/samtal?sok=raksmorgas",
        "uncertain messages": "/osakra",
        "uncertain messages, sensitive": "/osakra?kansliga=1",
        "examples to write": "/exempel",
        "alarms": "/larm",
    },
    "siv": {
        "queue": "/arenden",
        "queue, page 40": "/arenden?sida=40",
        "queue: late": "/arenden?sent=1",
        "queue: acute": "/arenden?akut=1",
        "queue: nobody has taken": "/arenden?visa=free",
        "closed cases": "/arenden/avslutade",
    },
    "lo": {
        "log": "/logg",
        "log: a person": "/logg?person=rut",
        "log: one event": "/logg?handelse=read_contact",
        "log: a word in the reason": "/logg?skal=finns-inte",
        "unusual reading": "/kontroll",
        "check list of a month": "/kontroll/manad?manad=2026-10",
        "statistics": "/statistik",
    },
    "ed": {"catalogue": "/katalog"},
    "reg": {"records": "/handlingar"},
}


def fill_rest(engine: Engine) -> None:
    """People, cases, a log of a year and the counts of two."""
    draw = random.Random(2)
    seed_cases(engine, OPEN_CASES, CLOSED_CASES)
    with transaction(engine) as connection:
        for name, role in PEOPLE.items():
            create_staff(connection, name, name.title(), role, tuple(SERVICES), "fyra lugna ord", NOW, Passwords(CHEAP))
        connection.execute(update(staff).values(must_change_password=False))
    acts = ("read_case", "read_conversation", "list_conversations", "read_contact", "sign_in", "reply", "list_cases")
    who = [f"{number:032x}" for number in range(40)]
    for first in range(0, LOG_LINES, AT_ONCE):
        lines = [_log_line(draw, acts, who, number) for number in range(first, first + AT_ONCE)]
        with transaction(engine) as connection:
            connection.execute(insert(audit), lines)
    rows = [
        {"day": (NOW - timedelta(days=back)).date().isoformat(), "figure": figure, "subject": subject, "detail": detail}
        for back in range(700)
        for figure, subject in (("talk", ""), *(("service", service) for service in (*SERVICES, "unknown")))
        for detail in ("answered", "handed_over", "clarified", "fallback", "left")
    ]
    with transaction(engine) as connection:
        connection.execute(insert(daily_figures), [{**row, "count": draw.randrange(40)} for row in rows])


def _log_line(draw: random.Random, acts: tuple[str, ...], who: list[str], number: int) -> dict[str, Any]:
    action = draw.choice(acts)
    of_case = action in ("read_case", "read_contact", "reply")
    return {
        "at": NOW - timedelta(minutes=(LOG_LINES - number) * 1.7),
        "staff_id": draw.choice(who),
        "action": action,
        "case_id": f"{draw.randrange(OPEN_CASES):032x}" if of_case else None,
        "conversation_id": f"{draw.randrange(5_000):032x}" if action == "read_conversation" else None,
        "reason": "Ringer upp personen" if action == "read_contact" else None,
        "detail": {"sok": "skolan"} if action == "list_conversations" else None,
    }


class Visitor:
    """Somebody who is signed in, with one connection that stays open."""

    def __init__(self, base: str, cookie: str) -> None:
        """`base` as http://127.0.0.1:1234."""
        self._connection = http.client.HTTPConnection(base.removeprefix("http://"))
        self._headers = {"Cookie": f"staff={cookie}", "Sec-Fetch-Site": "same-origin"}

    def get(self, path: str) -> tuple[int, bytes]:
        """Status and body."""
        self._connection.request("GET", path, headers=self._headers)
        reply = self._connection.getresponse()
        return reply.status, reply.read()

    def hang_up(self) -> None:
        """The server ends a connection that has been quiet for a while; the next call opens a new one."""
        self._connection.close()

    def post(self, path: str, **fields: str) -> int:
        """Send a form with the token of a page that everybody sees; returns the status."""
        token = self.get("/hjalp")[1].decode().partition('name="csrf" value="')[2].partition('"')[0]
        body = "&".join(f"{name}={quote(value)}" for name, value in {"csrf": token, **fields}.items())
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        self._connection.request("POST", path, body, {**self._headers, **kind})
        reply = self._connection.getresponse()
        reply.read()
        return reply.status


def measure(engine: Engine, url: str, runs: int, only: str) -> None:
    """Print the figures."""
    settings = Settings("inner", KEY, (Fernet.generate_key().decode(),), database_url=url, cookie_secure=False)
    parts = StaffParts(engine, {need: need for need in NEEDS}, SERVICES, {}, lambda: NOW, Passwords(CHEAP))
    with Running(settings, parts) as running:
        visitors = {name: _sign_in(engine, running.base, name) for name in PEOPLE}
        visitors["rut"].post("/osakra/skal", reason="Mäter hur fort det går")
        for name, paths in PAGES.items():
            for what, path in paths.items():
                visitors[name].hang_up()
                if only in what:
                    report(what, lambda path=path, name=name: visitors[name].get(path), runs)
        with transaction(engine) as connection:
            ids = list(connection.execute(select(conversations.c.id).limit(runs + 1)).scalars())
            case_ids = list(connection.execute(select(cases.c.id).limit(runs + 1)).scalars())
        opened, taken = iter(ids), iter(case_ids)
        for visitor in visitors.values():
            visitor.hang_up()
        if not only:
            report("opening a talk", lambda: visitors["rut"].get(f"/samtal/{next(opened)}"), runs)
            report("opening a case", lambda: visitors["siv"].get(f"/arenden/{next(taken)}"), runs)


def _sign_in(engine: Engine, base: str, name: str) -> Visitor:
    with transaction(engine) as connection:
        staff_id = connection.execute(select(staff.c.id).where(staff.c.name == name)).scalar_one()
        return Visitor(base, open_session(connection, staff_id, KEY, NOW))


def report(name: str, work: Callable[[], tuple[int, bytes]], runs: int) -> None:
    """Time it, the first time left out: it fills caches."""
    status, _ = work()
    if status != 200:
        raise RuntimeError(f"{name}: status {status}")
    seconds, own = [], []
    for _ in range(runs):
        began, began_own = time.perf_counter(), time.process_time()
        work()
        seconds.append((time.perf_counter() - began) * 1000)
        own.append((time.process_time() - began_own) * 1000)
    p95, cpu = (statistics.quantiles(times, n=20)[-1] for times in (seconds, own))
    figures = f"p50 {statistics.median(seconds):7.1f}  p95 {p95:7.1f}  max {max(seconds):7.1f}  cpu {cpu:7.1f}"
    print(f"{name:40} {figures}  {'' if p95 <= GOAL_MS else 'MISSED'}", flush=True)


def prepare(engine: Engine, options: argparse.Namespace) -> None:
    """Fill an empty database and sum up."""
    began = time.monotonic()
    fill(engine, options.talks, options.seed)
    fill_rest(engine)
    # As the relay does every few minutes: cases that are over. The talks' own counts are drawn, not counted.
    count_all(engine, timedelta(days=36_500), NOW)
    filled = time.monotonic()
    print(f"{options.talks} talks, {options.talks * 2 * TURNS} messages, written in {filled - began:.0f} s", flush=True)
    while digest.catch_up(engine):
        pass
    print(f"summed up in {time.monotonic() - filled:.0f} s", flush=True)


@contextlib.contextmanager
def database(options: argparse.Namespace) -> Iterator[str]:
    """The address of the database to measure on."""
    if options.url:
        yield options.url
    elif options.postgresql:
        with running_postgresql(free_port()) as server:
            yield server.create("bench")
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{Path(folder) / 'bench.db'}"


def main() -> None:
    """Fill an empty database, sum up, measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", help="an empty database; without it a SQLite file that is deleted afterwards")
    parser.add_argument("--postgresql", action="store_true", help="start a PostgreSQL server for it")
    parser.add_argument("--filled", action="store_true", help="the database has been filled before")
    parser.add_argument("--talks", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--only", default="", help="a part of the names of what is measured")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with database(options) as url:
        migrate(url)
        engine = create_database_engine(url)
        if not options.filled:
            prepare(engine, options)
        if engine.dialect.name == "postgresql":
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("VACUUM ANALYZE")
        measure(engine, url, options.runs, options.only)
        engine.dispose()


if __name__ == "__main__":
    main()
