"""At least once, and twice only where something was killed: two relays at work, and relays that die at work."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from bot import database
from bot.database import transaction
from bot.handover.notices.relay import create_relay
from bot.settings import Settings
from bot.tables import outbox

from .conftest import make_cases
from .running import QUICK, all_in, run_until, states
from .servers import Mailbox, mail_server

ROOT = Path(__file__).resolve().parents[2]


def by_mail(settings: Settings, port: int) -> Settings:
    url = f"smtp://127.0.0.1:{port}"
    return replace(settings, smtp_url=url, notice_sender="bot@city.test", notice_recipient="unit@city.test")


def delivered(mailbox: Mailbox) -> Counter[str]:
    return Counter(str(mail["Subject"]).split()[-1] for mail in mailbox.mails)


@contextmanager
def relay_process(settings: Settings, *instead: str) -> Iterator[subprocess.Popen[bytes]]:
    """A relay of its own, killed with -9 at the end if it still runs."""
    environment = {**os.environ, **settings.to_environment(), "PYTHONPATH": str(ROOT)}
    command = instead or (str(Path(__file__).with_name("relay_process.py")),)
    relay = subprocess.Popen([sys.executable, *command], env=environment, stdout=subprocess.DEVNULL)
    try:
        yield relay
    finally:
        relay.kill()
        relay.wait(10)


def test_two_relays_send_a_hundred_notices_once_each(engine, settings):
    mailbox = Mailbox(wait=0.01)
    cases = make_cases(engine, 100, now=database.now(), hours=None)
    with mail_server(mailbox) as port:
        way = by_mail(settings, port)
        run_until([create_relay(way, engine, pace=QUICK) for _ in range(2)], all_in(engine, "sent"), seconds=60)
    assert delivered(mailbox) == {case.reference: 1 for case in cases}


@pytest.mark.slow
def test_two_relay_processes_send_a_hundred_notices_once_each(engine, settings):
    mailbox, at_work = Mailbox(wait=0.2), set()

    def is_sent():
        with engine.connect() as connection:
            at_work.update(connection.execute(select(outbox.c.leased_by)).scalars())
        return all_in(engine, "sent")()

    cases = make_cases(engine, 100, now=database.now(), hours=None)
    real = ("-m", "bot", "serve", "relay")
    with mail_server(mailbox) as port, ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(relay_process(by_mail(settings, port), *real))
        wait_for(is_sent, 60)
        while len(at_work - {None}) < 2:  # the second was slow to start: more work, until both have had some
            cases += make_cases(engine, 30, now=database.now(), hours=None, conversation_id=f"talk {len(cases)}")
            wait_for(is_sent, 60)
    assert delivered(mailbox) == {case.reference: 1 for case in cases}


def test_a_busy_server_loses_no_notice_of_a_crowd(engine, settings):
    mailbox = Mailbox([random.Random(7).choice(["451 busy", "drop", "250 OK"]) for _ in range(40)])
    cases = make_cases(engine, 40, now=database.now(), hours=None)
    with mail_server(mailbox) as port:
        run_until(create_relay(by_mail(settings, port), engine, pace=QUICK), all_in(engine, "sent"), seconds=60)
    assert delivered(mailbox) == {case.reference: 1 for case in cases}


@pytest.mark.slow
def test_a_relay_killed_again_and_again_loses_nothing(engine, settings):
    chance, mailbox, references, in_hand, kills = random.Random(11), Mailbox(wait=0.2), set(), 0, 10
    with mail_server(mailbox) as port:
        way = by_mail(settings, port)
        for number in range(kills):
            with relay_process(way) as relay:
                cases = make_cases(engine, 12, now=database.now(), hours=None, conversation_id=f"talk {number}")
                references |= {case.reference for case in cases}
                wait_for_mail(mailbox, relay)
                time.sleep(chance.random() * 0.3)
            in_hand += states(engine)["pending"]
        with relay_process(way):
            wait_for(all_in(engine, "sent"), 60)
    arrived = delivered(mailbox)
    assert set(arrived) == references and len(references) == 12 * kills
    assert in_hand, "no relay was killed with work in hand: the test would prove nothing"
    # A repeat is allowed only for what was in hand, and the receiver can tell it by its Message-ID.
    assert len(set(mailbox.ids())) == len(references)
    assert sum(arrived.values()) - len(references) <= in_hand


def wait_for(done: Callable[[], bool], seconds: float = 30) -> None:
    last = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < last, "what the test waited for did not come true in time"
        time.sleep(0.02)


def wait_for_mail(mailbox: Mailbox, relay: subprocess.Popen[bytes]) -> None:
    before = mailbox.attempts
    wait_for(lambda: mailbox.attempts > before or relay.poll() is not None)
    assert relay.poll() is None, "the relay ended by itself"


def test_a_relay_stops_on_sigterm_without_an_error(engine, settings):
    make_cases(engine, 1, now=database.now(), hours=None)
    with relay_process(settings, "-m", "bot", "serve", "relay") as relay:
        wait_for(all_in(engine, "sent"))
        relay.terminate()
        assert relay.wait(10) == 0


def test_every_notice_says_how_often_it_was_tried(engine, settings):
    mailbox = Mailbox(["451 busy"])
    make_cases(engine, 1, now=database.now(), hours=None)
    with mail_server(mailbox) as port:
        run_until(create_relay(by_mail(settings, port), engine, pace=QUICK), all_in(engine, "sent"))
    with transaction(engine) as connection:
        assert connection.execute(select(outbox.c.attempts, outbox.c.last_error)).one() == (2, None)
