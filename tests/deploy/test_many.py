"""Two processes of each role on one PostgreSQL behind nginx: talks move between them, who dies takes nothing along, and
a restart of all of them, one after the other, fails no request."""

from __future__ import annotations

import shutil
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPException
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from bot.chat.limits import RATES
from bot.chat.session import token_hash
from bot.database import now, reading, transaction
from bot.handover import thread
from bot.handover.notices.outbox import NEW_CASE
from bot.handover.notices.wording import stable_id
from bot.tables import cases, conversations, messages, outbox, staff
from tests.deploy.fleet import ROLES, Fleet, running_fleet
from tests.deploy.traffic import TALK, Traffic, Visitor
from tests.postgresql import find_binaries

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.xdist_group("town"),
    pytest.mark.skipif(find_binaries() is None, reason="PostgreSQL is not installed (`apt install postgresql`)"),
    pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed (`apt install nginx`)"),
]
# Of a machine on which the rest of the suite runs at the same time.
WITHIN_SECONDS = 15
# Why a message was answered without Rasa on a machine that is too busy; every other reason would be the restart's.
SLOW = {"timeout", "busy"}
MOST_SLOW = 0.02


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    with running_fleet() as running:
        yield running


def rows(fleet: Fleet, wanted: Any) -> list[Any]:
    with reading(fleet.engine) as connection:
        return list(connection.execute(wanted))


def wait_until(true: Any, seconds: float = 90) -> bool:
    until = time.monotonic() + seconds
    while not true() and time.monotonic() < until:
        time.sleep(0.3)
    return bool(true())


def without_rasa(fleet: Fleet, tokens: list[str]) -> Counter[str]:
    """How many messages of these talks were answered without Rasa, by reason."""
    hashes = [token_hash(token, fleet.settings.hash_key) for token in tokens]
    talks = select(conversations.c.id).where(conversations.c.token_hash.in_(hashes))
    found = rows(fleet, select(messages.c.understood).where(messages.c.conversation_id.in_(talks)))
    heard = [row.understood or {} for row in found]
    return Counter(str(each.get("reason")) for each in heard if each.get("decision") == "degraded")


def answered_once(fleet: Fleet, token: str, once: str) -> None:
    """One row for what was said, and the answer to it once."""
    hashed = token_hash(token, fleet.settings.hash_key)
    (talk,) = rows(fleet, select(conversations.c.id).where(conversations.c.token_hash == hashed))
    said = rows(fleet, select(messages).where(messages.c.conversation_id == talk.id, messages.c.client_id == once))
    assert len(said) == 1 and said[0].answered_at is not None


def test_a_talk_goes_on_wherever_each_message_is_answered(fleet: Fleet) -> None:
    visitor = Visitor(fleet.spread, 900).arrive()
    answers = [visitor.say(text) for text in TALK[:3]]
    assert [answer.status for answer in answers] == [200] * 3
    # Age and place were asked for and heard one by one, by different processes, and led to one service.
    assert "mini_maria" in answers[-1].services or "mini_maria" in [s for a in answers for s in a.services]
    assert not set(without_rasa(fleet, [visitor.token])) - SLOW


def test_a_contact_form_is_filled_in_at_one_process_and_sent_to_another(fleet: Fleet) -> None:
    for number in range(4):
        visitor = Visitor(fleet.spread, 910 + number).arrive()
        assert visitor.say("jag vill lämna gänget men törs inte").status == 200
        once = str(uuid.uuid4())
        body = {"id": once, "phone": "070-174 06 05", "shared": "topic"}
        told = [visitor.call("POST", "/api/contact", body) for _ in range(3)]
        assert [answer.status for answer in told] == [201] * 3
        assert len({str(answer.messages[0]["case"]) for answer in told}) == 1


def test_guesses_of_receipts_are_counted_for_both(fleet: Fleet) -> None:
    burst = int(RATES["receipt"].burst)
    guesser = Visitor(fleet.spread, 920)
    told = [guesser.call("POST", "/api/receipt", {"code": "1234567890123456"}).status for _ in range(burst + 2)]
    assert told == [404] * burst + [429] * 2


def test_each_notice_goes_out_once_although_two_relays_look_for_them(fleet: Fleet) -> None:
    for number in range(6):
        visitor = Visitor(fleet.spread, 930 + number).arrive()
        visitor.say("jag vill lämna gänget men törs inte")
        assert visitor.hand_over().status == 201
    new = select(outbox).where(outbox.c.kind == NEW_CASE)
    assert wait_until(lambda: all(row.state == "sent" for row in rows(fleet, new)))
    arrived = Counter(str(mail["Message-ID"]).strip("<>").partition("@")[0] for mail in fleet.mail.mails())
    wanted = {stable_id(row) for row in rows(fleet, new)}
    assert wanted and {name: arrived[name] for name in wanted} == dict.fromkeys(wanted, 1)


class Follower:
    """A page that follows its case: its stream is opened anew whenever it breaks off."""

    def __init__(self, fleet: Fleet, number: int) -> None:
        self.fleet, self.visitor = fleet, Visitor(fleet.kept, number).arrive()
        self.visitor.say("jag vill lämna gänget men törs inte")
        assert self.visitor.hand_over().status == 201
        hashed = token_hash(self.visitor.token, fleet.settings.hash_key)
        mine = select(cases.c.id).join(conversations, conversations.c.id == cases.c.conversation_id)
        (self.case,) = rows(fleet, mine.where(conversations.c.token_hash == hashed))
        self.heard: list[str] = []
        self.written: list[str] = []
        self.streams, self._after = 0, "m999999"
        self._over = threading.Event()
        self._staff = self._sign_up()
        self._threads = [threading.Thread(target=self._follow), threading.Thread(target=self._write)]

    def _sign_up(self) -> str:
        name = uuid.uuid4().hex
        row = {"id": name, "name": name, "alias": "Sam", "password_hash": "-", "role": "case_worker", "services": []}
        with transaction(self.fleet.engine) as connection:
            connection.execute(insert(staff).values(**row, created_at=now()))
        return name

    def __enter__(self) -> Follower:
        for each in self._threads:
            each.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for each in self._threads:
            each.join(60)

    def _hear(self, message: dict[str, Any]) -> None:
        self._after = message["id"]
        if message["from"] == "staff":
            self.heard.append(message["text"])

    def _follow(self) -> None:
        # On to the end: what was written last is to be heard, too.
        while not self._over.is_set() or len(self.heard) < len(self.written):
            self.streams += 1
            with suppress(OSError, HTTPException):
                self.visitor.follow(self._after, self._hear, self._over if self._is_whole() else threading.Event())
            if self._over.wait(1) and self._is_whole():
                return

    def _is_whole(self) -> bool:
        return len(self.heard) >= len(self.written)

    def _write(self) -> None:
        while not self._over.wait(1):
            text = f"svar {len(self.written) + 1}"
            with transaction(self.fleet.engine) as connection:
                thread.post(connection, self.case.id, "staff", text, now(), staff_id=self._staff)
            self.written.append(text)


@pytest.mark.parametrize("role", ROLES)
def test_who_is_killed_takes_nothing_along(fleet: Fleet, role: str) -> None:
    victim = fleet.of(role)[0]
    try:
        with Follower(fleet, 940 + ROLES.index(role)) as page, Traffic((fleet.kept, fleet.spread)) as traffic:
            assert wait_until(lambda: traffic.answered > 20 and page.heard)
            victim.kill()
            before = traffic.answered
            assert wait_until(lambda: traffic.answered > before + 40, 60)
    finally:
        victim.start()
        victim.wait()
    assert not traffic.failed
    assert traffic.longest < WITHIN_SECONDS
    assert page.heard == page.written
    new = select(outbox).where(outbox.c.kind == NEW_CASE)
    assert wait_until(lambda: all(row.state == "sent" for row in rows(fleet, new)))


def test_a_message_whose_process_dies_is_answered_by_the_other_and_once(fleet: Fleet) -> None:
    for member in fleet.of("chat"):
        visitor, once = Visitor(fleet.spread, 950).arrive(), str(uuid.uuid4())
        dying = threading.Timer(0.02, member.kill)
        dying.start()
        answer = visitor.say("min son röker på varje dag", once)
        dying.join()
        member.start()
        member.wait()
        assert answer.status == 200 and answer.messages
        answered_once(fleet, visitor.token, once)


def test_a_rolling_restart_of_every_process_fails_no_request(fleet: Fleet) -> None:
    took: dict[str, float] = {}
    with Follower(fleet, 960) as page, Traffic((fleet.kept, fleet.spread)) as traffic:
        assert wait_until(lambda: traffic.answered > 20)
        for member in fleet.members.values():
            took[member.name] = member.stop()
            member.start()
            member.wait()
            before = traffic.answered
            assert wait_until(lambda before=before: traffic.answered > before + 10)  # type: ignore[misc]
    missed = without_rasa(fleet, traffic.tokens)
    print(f"{traffic.answered} answers, longest {traffic.longest:.1f} s, {page.streams} streams, without Rasa {missed}")
    print(took)
    assert not traffic.failed
    assert not set(missed) - SLOW
    assert missed.total() < traffic.answered * MOST_SLOW
    assert page.heard == page.written and page.streams > 1
    assert max(took.values()) < 20
    unanswered = select(func.count()).where(messages.c.sender == "person", messages.c.answered_at.is_(None))
    assert rows(fleet, unanswered)[0][0] == 0
