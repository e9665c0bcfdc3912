"""Killing with -9 at random: what, when, and how it comes back. Nothing here starts what supervisor starts itself."""

from __future__ import annotations

import os
import random
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from tests.faults.mail import MailServer
from tests.faults.residents import InHand
from tests.postgresql import PostgreSQL
from tests.town import Town

# Rasa needs half a minute to come back; whoever killed it as often as the rest would test nothing else.
WEIGHTS = {"relay": 28, "mail": 24, "chat": 22, "actions": 20, "rasa": 6}
# PostgreSQL only: SQLite has no process of its own, it is hit whenever one that writes is.
DATABASE, DATABASE_WEIGHT = "database", 12
# How long a mail server or a database is away before its host starts it again.
AWAY_SECONDS = (0.2, 4.0)
# A kill falls somewhere inside the time that one hand-over takes.
ONE_HAND_OVER = 0.15
# While Rasa is away few hand-overs are on their way, and killing the rest would find nothing; but for so long at most.
LONGEST_LULL = 12


@dataclass(frozen=True)
class Victim:
    """Something with a process: `kill` says whether there was one; `start` where supervisor does not do it."""

    kill: Callable[[], bool]
    start: Callable[[], None] | None = None


@dataclass
class Killer:
    """Kills until `wanted` and until `is_over()`, mostly while somebody's hand-over is on its way."""

    victims: Mapping[str, Victim]
    weights: Mapping[str, int]
    wanted: int
    pause: float
    chance: random.Random
    in_hand: InHand
    is_over: Callable[[], bool]
    counted: Counter[str] = field(default_factory=Counter)
    at_work: int = 0
    last: float = 0.0
    _helpers: list[threading.Thread] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many so far."""
        return sum(self.counted.values())

    def run(self) -> None:
        """Until enough were killed, nobody is left and all that was killed has been started again."""
        while self.total < self.wanted or not self.is_over():
            time.sleep(self.chance.uniform(0.2, 2 * self.pause - 0.2))
            self.in_hand.wait(LONGEST_LULL)
            time.sleep(self.chance.uniform(0, ONE_HAND_OVER))
            self.strike(self._next())
        for helper in self._helpers:
            helper.join()

    def strike(self, name: str) -> None:
        """Kill one of them."""
        busy = self.in_hand.any()
        if not self.victims[name].kill():
            return
        self.counted[name] += 1
        self.at_work += busy
        self.last = time.monotonic()
        if self.victims[name].start is not None:
            helper = threading.Thread(target=self._bring_back, args=(name, self.chance.uniform(*AWAY_SECONDS)))
            helper.start()
            self._helpers.append(helper)

    def strike_all(self) -> None:
        """Everything at once; returns when what needs a host to start it again has been started."""
        for name in self.victims:
            self.strike(name)
        for helper in self._helpers:
            helper.join()

    def _next(self) -> str:
        names = sorted(self.victims)
        return self.chance.choices(names, [self.weights[name] for name in names])[0]

    def _bring_back(self, name: str, seconds: float) -> None:
        time.sleep(seconds)
        start = self.victims[name].start
        assert start is not None
        start()


def victims_of(town: Town, mail: MailServer) -> dict[str, Victim]:
    """The processes of an installation, and its mail server."""
    processes = {name: Victim(_killing(town, name)) for name in WEIGHTS if name != "mail"}
    rasa = processes["rasa"].kill
    processes["rasa"] = Victim(lambda: _listens(town.settings.rasa_port) and rasa())
    return {**processes, "mail": Victim(mail.kill, mail.start)}


def _listens(port: int) -> bool:
    """Rasa is killed when it is there: killed again and again while it starts, it would never be back."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=2):
        return True
    return False


def postgresql_victim(server: PostgreSQL, database: str, chance: random.Random) -> Victim:
    """Now one of its connections, after which it recovers by itself, now the whole of it."""

    def kill() -> bool:
        return server.kill_backend(database) if chance.random() < 0.5 else server.crash()

    return Victim(kill, server.start_again)


def _killing(town: Town, name: str) -> Callable[[], bool]:
    def kill() -> bool:
        pid = town.processes().get(name)
        if pid is None:
            return False
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            return True
        return False

    return kill
