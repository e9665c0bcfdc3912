"""A storm over a whole installation: residents hand over while everything is killed again and again.

The plan says how many and how often; what comes back is a report: figures, and every violation in words.
"""

from __future__ import annotations

import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bot.database import create_database_engine
from bot.handover.notices.wording import stable_id
from tests.faults.killing import DATABASE, DATABASE_WEIGHT, WEIGHTS, Killer, postgresql_victim, victims_of
from tests.faults.mail import MailServer, running_mail_server
from tests.faults.residents import TWISTS, WAYS, InHand, Resident
from tests.faults.verdict import CHECKS, Ledger, mails_by_id, told_late
from tests.ports import free_port
from tests.postgresql import PostgreSQL, running_postgresql
from tests.town import Town, call, running_town

PROGRESS_SECONDS = 15
RECOVERED_AT_LAST = 240
Say = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """`recovery` is how many seconds all may take to work again after everything was killed at once, without a hand.

    Two of the hand-overs are kept for that: one is made just before, one must go through after it.
    """

    seed: int
    hand_overs: int = 300
    kills: int = 200
    at_a_time: int = 10
    pause: float = 2
    recovery: float = 60
    postgresql: bool = False


@dataclass
class Report:
    """What came of it."""

    figures: dict[str, object] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)

    def table(self) -> str:
        """For people."""
        return "\n".join(f"{name:<46}{value:>12}" for name, value in self.figures.items())


def run_storm(plan: Plan, say: Say = print) -> Report:
    """Start everything, let it storm, wait until it is calm, and judge."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vvmail")))
        mail = stack.enter_context(running_mail_server(folder))
        # The last ones ask again when the first ones' sessions would long have ended.
        changes = {**mail.settings, "SESSION_IDLE_MINUTES": "600"}
        server = stack.enter_context(running_postgresql(free_port())) if plan.postgresql else None
        if server:
            changes["DATABASE_URL"] = server.create("storm")
        town = stack.enter_context(running_town(trusted=folder / "ca.pem", **changes))
        return Storm(plan, town, mail, server, say).run()


class Storm:
    """One run of a plan."""

    def __init__(self, plan: Plan, town: Town, mail: MailServer, server: PostgreSQL | None, say: Say) -> None:
        """Everybody is made beforehand, from the seed alone."""
        self._plan, self._town, self._mail, self._say = plan, town, mail, say
        self._ledger = Ledger(create_database_engine(town.settings.database_url), town.settings)
        self._in_hand, chance = InHand(), random.Random(plan.seed)
        victims = victims_of(town, mail)
        if server:
            victims[DATABASE] = postgresql_victim(server, "storm", chance)
        self._weights = {**WEIGHTS, **({DATABASE: DATABASE_WEIGHT} if server else {})}
        self._killer = Killer(victims, self._weights, plan.kills, plan.pause, chance, self._in_hand, self._is_over)
        self._residents = [self._resident(number) for number in range(plan.hand_overs)]
        self._began, self._done = time.monotonic(), 0

    def run(self) -> Report:
        """The whole of it."""
        self._say(f"seed {self._plan.seed}: {self._plan.hand_overs} hand-overs, {self._plan.kills} kills")
        killing = threading.Thread(target=self._killer.run)
        killing.start()
        with ThreadPoolExecutor(self._plan.at_a_time) as people:
            work = [people.submit(self._hand_over, resident) for resident in self._residents[:-2]]
            self._tell_until(lambda: all(each.done() for each in work) and not killing.is_alive())
            for each in work:
                each.result()
        killing.join()
        seconds = self._last_blow()
        for resident in self._residents:
            resident.ask_again()
        return self._judge(seconds)

    def _is_over(self) -> bool:
        return self._done >= self._plan.hand_overs - 2

    def _resident(self, number: int) -> Resident:
        chance = random.Random(f"{self._plan.seed} {number}")
        way, twist = WAYS[number % 2], TWISTS[number // 2 % 4]
        return Resident(self._town.chat, number, way, twist, chance, self._in_hand, self._ledger.is_stored)

    def _hand_over(self, resident: Resident) -> None:
        # They come as fast as the kills do, so that the storm lasts for all of them.
        while self._killer.total < self._plan.kills * resident.number // self._plan.hand_overs:
            time.sleep(0.1)
        resident.hand_over()
        self._done += 1

    def _tell_until(self, is_over: Callable[[], bool]) -> None:
        while not is_over():
            until = time.monotonic() + PROGRESS_SECONDS
            while time.monotonic() < until and not is_over():
                time.sleep(0.2)
            self._say(self._progress())

    def _progress(self) -> str:
        killed = " ".join(f"{name} {count}" for name, count in sorted(self._killer.counted.items()))
        sent = len(mails_by_id(self._mail))
        return (
            f"{time.monotonic() - self._began:5.0f} s  kills {self._killer.total} ({killed})  "
            f"hand-overs {self._done}/{self._plan.hand_overs}  notices arrived {sent}"
        )

    def _last_blow(self) -> float:
        """Everything is killed at once, with a notice on its way. Seconds until health is whole, every notice is out
        and somebody new has been told of their case."""
        before, after = self._residents[-2:]
        before.hand_over()
        self._killer.strike_all()
        after.hand_over()
        until = self._killer.last + RECOVERED_AT_LAST
        while time.monotonic() < until and not (self._is_whole() and self._ledger.all_sent()):
            time.sleep(0.5)
        return time.monotonic() - self._killer.last

    def _is_whole(self) -> bool:
        try:
            return call(self._town.chat, "GET", "/healthz").status == 200
        except OSError:
            return False

    def _judge(self, seconds: float) -> Report:
        violations = [said for check in CHECKS for said in check(self._ledger, self._residents, self._mail)]
        if seconds > self._plan.recovery:
            violations.append(f"RECOVERY took {seconds:.0f} s, more than {self._plan.recovery:.0f}")
        if self._killer.total < self._plan.kills:
            violations.append(f"only {self._killer.total} kills")
        return Report(self._figures(seconds, violations), violations)

    def _figures(self, seconds: float, violations: Sequence[str]) -> dict[str, object]:
        people, cases = self._residents, self._ledger.cases()
        arrived = mails_by_id(self._mail)
        new = [arrived[name] for name in map(stable_id, self._ledger.notices()) if name in arrived]
        count = Counter(f"{person.way}, {person.twist}" for person in people)
        presses = sum(len(person.presses) for person in people)
        return {
            "seed": self._plan.seed,
            "database": self._ledger.engine.dialect.name,
            "minutes of storm": f"{(self._killer.last - self._began) / 60:.1f}",
            "kills in all": self._killer.total,
            **{f"  of {name}": self._killer.counted[name] for name in self._weights},
            "  while a hand-over was on its way": self._killer.at_work,
            "hand-overs": len(people),
            **{f"  {name}": number for name, number in sorted(count.items())},
            "requests without an answer": sum(person.unanswered for person in people),
            'pressed once more after "I do not know"': presses - len(people),
            "cases": len(cases),
            "  told of only when the page asked again": told_late(self._ledger),
            "promises shown": len({receipt for person in people for receipt in person.told}),
            "false promises": sum("FALSE PROMISE" in said for said in violations),
            "cases never told of": sum("NEVER TOLD" in said for said in violations),
            "notices delivered": f"{len(new)}/{len(cases)}",
            "  more than once (same Message-ID)": sum(len(subjects) > 1 for subjects in new),
            "notices lost": sum("NOTICE LOST" in said for said in violations),
            "longest wait for an answer, seconds": f"{max(person.longest for person in people):.1f}",
            "all well after all was killed at once, seconds": f"{seconds:.0f}",
            "violations": len(violations),
        }
