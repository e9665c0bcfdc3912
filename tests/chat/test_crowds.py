"""A thousand false hand-overs from one client: none is lost, nothing is promised falsely, staff see the others."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.chat.crowds import UNFOLDED, Crowds
from bot.chat.limits import RATES, Limits, Rate
from bot.database import now, transaction
from bot.handover.case import HandOver, open_case
from bot.staff.parts import StaffParts
from bot.staff.sign_in.passwords import Passwords
from bot.tables import cases, outbox
from tests.chat.running import Answer, Door
from tests.chat.standin import answer, message
from tests.chat.test_contact import FORM, leave
from tests.staff.console import CHEAP, NEEDS, NOW, Clock, Console, Running

FLOODER, OTHER = {"X-Forwarded-For": "203.0.113.7"}, {"X-Forwarded-For": "198.51.100.9"}


@pytest.fixture
def patient(tmp_path: Path) -> Iterator[Door]:
    """A door whose limits let a very patient flooder through: what stands behind the limits is what is tested."""
    running = Door(tmp_path)
    open_wide = {kind: Rate(100_000, 0.001) for kind in RATES}
    object.__setattr__(running.parts, "limits", Limits(rates=open_wide))
    yield running
    running.stop()


async def hand_over(door: Door, headers: dict[str, str]) -> Answer:
    opened = await door.send("POST", "/api/conversations", json={}, headers=headers)
    body = {"id": str(uuid.uuid4()), **FORM}
    return await door.send("POST", "/api/contact", opened.body["token"], json=body, headers=headers)


async def flood(door: Door, count: int) -> list[Answer]:
    return [
        one for _ in range(count // 20) for one in await asyncio.gather(*(hand_over(door, FLOODER) for _ in range(20)))
    ]


def queue(door: Door, path: str = "/arenden") -> str:
    """What a case worker sees, in the real console on the same database."""
    settings = replace(door.settings, hash_key="a key for hashes", cookie_secure=False)
    parts = StaffParts(door.engine, NEEDS, {"contact_centre": "Kontaktcenter"}, {}, Clock(now()), Passwords(CHEAP))
    with Running(settings, parts) as running:
        console = Console(door.engine, Clock(now()), settings, running.base)
        worker = console.person(f"siv{uuid.uuid4().hex[:6]}", "case_worker", "contact_centre")
        return console.signed_in(worker).get(path).said


@pytest.mark.slow
def test_a_thousand_false_hand_overs_do_not_drown_the_queue(patient: Door) -> None:
    answers = patient.run(flood(patient, 1000), 200)
    true_one = patient.run(hand_over(patient, OTHER))
    stored = patient.rows(cases)
    # Never a false yes and never a lost one: as many promises as committed cases, each with its code.
    assert {one.status for one in [*answers, true_one]} == {201}
    assert len({one["case"]["receipt"] for told in answers for one in told.body["messages"] if one["case"]}) == 1000
    assert len(stored) == 1001
    assert sum(case.crowd is None for case in stored) == UNFOLDED + 1
    assert len({case.crowd for case in stored if case.crowd}) == 1
    told = [notice for notice in patient.rows(outbox) if notice.state == "pending"]
    assert len(told) == UNFOLDED + 2
    reference = next(case.reference for case in stored if case.crowd is None and case is stored[-1])
    shown = queue(patient)
    assert reference in shown
    assert "992 ärenden från samma håll på kort tid" in shown
    assert sum(case.reference in shown for case in stored) == UNFOLDED + 1
    folded = "".join(queue(patient, f"/arenden?visa=many&sida={page}") for page in range(1, 11))
    assert sum(case.reference in folded for case in stored) == 992


def test_a_case_that_the_assistant_opened_is_counted_too(patient: Door) -> None:
    async def open_one(body: dict[str, Any]) -> tuple[int, Any]:
        wanted = HandOver(body["conversation_id"], body["message_id"], "exit_programme", "leave_crime", None, "receipt")
        with transaction(patient.engine) as connection:
            case = open_case(connection, wanted, 24, now())
        return answer(message("Vi har tagit emot", case={"id": case.id}))

    patient.rasa.script = open_one
    for _ in range(UNFOLDED + 2):
        token = patient.call("POST", "/api/conversations", json={}, headers=FLOODER).body["token"]
        patient.say(token, "hjälp", headers=FLOODER)
    assert sum(case.crowd is not None for case in patient.rows(cases)) == 2


def test_the_door_itself_answers_the_flood_with_growing_waits_and_numbers(door: Door) -> None:
    waits = []
    for _ in range(14):
        token = door.call("POST", "/api/conversations", json={}, headers=FLOODER).body["token"]
        body = {"id": str(uuid.uuid4()), **FORM}
        told = door.call("POST", "/api/contact", token, json=body, headers=FLOODER)
        if told.status == 429:
            waits.append(int(told.headers["Retry-After"]))
            assert "112" in told.text
            assert "08-508 00 508" in [one["service"]["phone"] for one in told.body["messages"] if one["service"]]
            assert "Vi har tagit emot" not in told.text
    assert len(waits) == 6
    assert min(waits) > 0
    assert leave(door, door.open()).status == 201


def test_the_form_without_script_says_when_to_try_again_too(door: Door) -> None:
    for _ in range(40):
        page = door.call("POST", "/kvittens", data={"code": "1" * 16}, headers=FLOODER)
    assert page.status == 429
    assert int(page.headers["Retry-After"]) > 0
    assert "tel:112" in page.body


def test_an_hour_later_cases_stand_alone_again() -> None:
    crowds = Crowds()
    found = [crowds.count("a", f"c{number}", NOW) for number in range(10)]
    assert [name is not None for name in found] == [False] * 8 + [True] * 2
    assert crowds.count("b", "d", NOW) is None
    assert crowds.count("a", "later", NOW + timedelta(minutes=61)) is None


def test_the_same_case_counts_once() -> None:
    crowds = Crowds()
    assert {crowds.count("a", "c", NOW) for _ in range(50)} == {None}
