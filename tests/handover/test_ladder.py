"""Up the ladder: which rung is told what, by which way, and what happens when a way refuses."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import structlog
from aiohttp import web

from bot import database
from bot.database import reading, transaction
from bot.handover.case import withdraw
from bot.handover.notices import outbox, undelivered
from bot.handover.notices.notice import Notice
from bot.handover.notices.relay import create_relay, create_ways
from bot.handover.notices.stages import reach
from bot.settings import SettingsError
from bot.tables import outbox as rows

from .conftest import make_cases
from .ladders import write_ladders
from .running import QUICK, all_in, make_due, run_until, states
from .servers import Hook, Mailbox, hook_server, mail_server

NUMBERS = ("+46701740605", "+46701740606", "+46701740607")


def called(number: str) -> str:
    return f'name: Steg {number[-1]}\ngateway: sms\nnumber: "{number}"'


class Gateway(Hook):
    """An SMS gateway that answers each number with the status named for it, else 202."""

    def __init__(self, **refused: int) -> None:
        super().__init__()
        self.refused = {f"+4670174060{number[-1]}": status for number, status in refused.items()}

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.requests.append((dict(request.headers), body))
        return web.Response(status=self.refused.get(body["to"], 202))

    def told(self, about: str = "") -> list[str]:
        """The last figure of each number that was called, in order; `about` narrows to texts that hold it."""
        return sorted(body["to"][-1] for _, body in self.requests if about in body["text"])


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAGVISAREN_ON_CALL_SMS_TOKEN", "s3cret")


@contextmanager
def ladder(settings, tmp_path: Path, gateway: Hook, *rungs: str, **more) -> Iterator:
    """Settings with a ladder whose gateway is this one; three rungs unless others are given."""
    with hook_server(gateway) as url:
        path = write_ladders(tmp_path / "jour.yml", *(rungs or map(called, NUMBERS)), url=url)
        yield replace(settings, on_call=str(path), **more)


def only(engine, kind: str):
    """A case whose only notice is of this kind."""
    (case,) = make_cases(engine, 1, now=database.now(), hours=None)
    with transaction(engine) as connection:
        connection.execute(rows.delete())
        outbox.add(connection, case.id, kind, f"{kind}:{case.id}", database.now())
    return case


@pytest.mark.parametrize(
    ("kinds", "rungs"),
    [
        (("new_case", "person_wrote", "acute", "deadline_1h", "reminder"), "5"),
        (("acute_15m", "deadline_4h", "untaken_2d"), "56"),
        (("acute_30m", "acute_1h", "deadline_12h", "deadline_20h", "deadline_missed", "untaken_3d"), "567"),
    ],
)
def test_each_kind_goes_up_to_its_rung(engine, settings, tmp_path, kinds, rungs):
    for kind in kinds:
        only(engine, kind)
        with ladder(settings, tmp_path, gateway := Gateway()) as set_up:
            run_until(create_relay(set_up, engine, pace=QUICK), all_in(engine, "sent"))
        assert gateway.told() == list(rungs), kind


def test_half_an_hour_of_an_untaken_acute_case_stops_at_the_third_rung_and_an_hour_goes_to_all():
    assert (reach("acute_30m"), reach("acute_1h") > 9) == (3, True)


def test_a_call_holds_kind_reference_and_link_and_nothing_else_of_the_case(engine, settings, tmp_path):
    case = only(engine, "acute")
    with ladder(settings, tmp_path, gateway := Gateway()) as set_up:
        run_until(create_relay(set_up, engine, pace=QUICK), all_in(engine, "sent"))
    ((headers, body),) = gateway.requests
    assert body == {"to": NUMBERS[0], "text": f"AKUT: ärende {case.reference} https://staff.test/arenden/{case.id}"}
    assert headers["Authorization"] == "Bearer s3cret" and headers["Content-Type"].startswith("application/json")
    assert "exit_programme" not in str(headers)


def test_a_rung_is_told_by_all_its_ways_and_each_way_has_a_key_of_its_own_at_every_attempt(engine, settings, tmp_path):
    gateway, hook, mailbox = Gateway(), Hook([503]), Mailbox()
    only(engine, "deadline_4h")
    with hook_server(hook) as url, mail_server(mailbox) as port:
        both = f"{called(NUMBERS[0])}\nmail: [a@city.test, b@city.test]\nwebhook: {url}"
        smtp = {"smtp_url": f"smtp://127.0.0.1:{port}", "notice_sender": "bot@city.test"}
        with ladder(settings, tmp_path, gateway, both, called(NUMBERS[1]), **smtp) as set_up:
            relay = create_relay(set_up, engine, pace=QUICK)
            run_until(relay, lambda: len(hook.requests) == 1 and bool(errors(engine)))
            make_due(engine)
            run_until(relay, all_in(engine, "sent"))
    keys = [headers["Idempotency-Key"] for headers, _ in (*gateway.requests, *hook.requests)]
    assert (len(keys), len(set(keys)), len(mailbox.mails)) == (4, 3, 1)
    assert mailbox.mails[0]["To"] == "a@city.test, b@city.test"
    assert gateway.told() == ["5", "6"]


def errors(engine) -> list[str]:
    with reading(engine) as connection:
        return [row.last_error for row in connection.execute(rows.select()) if row.last_error]


def test_a_way_that_refuses_stops_no_other_and_the_next_rung_hears_of_it_at_once(engine, settings, tmp_path):
    case = only(engine, "deadline_1h")
    with ladder(settings, tmp_path, gateway := Gateway(n5=401)) as set_up:
        run_until(create_relay(set_up, engine, pace=QUICK), lambda: states(engine) == {"dead": 1, "sent": 1})
    assert gateway.told("avisering om ärende") == ["6"]
    with reading(engine) as connection:
        (found,) = undelivered.unsent(connection)
    assert (found.reference, found.kind, found.dead) == (case.reference, "deadline_1h", True)
    assert found.errors == (("exit_programme, Steg 5: sms", "HTTP 401"),)


def test_an_alarm_that_is_refused_too_climbs_until_somebody_has_it(engine, settings, tmp_path):
    only(engine, "acute")
    with ladder(settings, tmp_path, gateway := Gateway(n5=401, n6=404)) as set_up:
        run_until(create_relay(set_up, engine, pace=QUICK), lambda: states(engine) == {"dead": 2, "sent": 1})
    assert gateway.told() == ["5", "6", "7"]


def test_a_ladder_that_refuses_to_its_top_tries_the_house_and_then_says_so(engine, settings, tmp_path):
    only(engine, "acute")
    hook = Hook([404])
    with (
        hook_server(hook) as url,
        ladder(settings, tmp_path, Gateway(n5=401, n6=401, n7=401), webhook_url=url) as set_up,
        structlog.testing.capture_logs() as logs,
    ):
        run_until(create_relay(set_up, engine, pace=QUICK), lambda: states(engine) == {"dead": 4})
    assert [body["kind"] for _, body in hook.requests] == ["undelivered"]
    assert len([line for line in logs if line["log_level"] == "critical"]) == 4
    assert "4670174" not in str(logs) and "s3cret" not in str(logs)


def test_a_rung_whose_second_way_still_answers_is_told_by_that(engine, settings, tmp_path):
    mailbox = Mailbox()
    only(engine, "new_case")
    with mail_server(mailbox) as port:
        smtp = {"smtp_url": f"smtp://127.0.0.1:{port}", "notice_sender": "bot@city.test"}
        alone = f"{called(NUMBERS[0])}\nmail: a@city.test"
        with ladder(settings, tmp_path, Gateway(n5=410), alone, **smtp) as set_up:
            run_until(create_relay(set_up, engine, pace=QUICK), lambda: states(engine) == {"dead": 1, "sent": 1})
    subjects = sorted(str(mail["Subject"]).split(" ")[0] for mail in mailbox.mails)
    assert subjects == ["LARM:", "Nytt"]


def test_a_mailbox_that_is_gone_rings_once_an_hour_for_ordinary_notices_and_each_time_for_alarms(
    engine, settings, tmp_path
):
    opened = make_cases(engine, 30, now=database.now(), hours=None)
    with transaction(engine) as connection:
        for case in opened[:2]:
            outbox.add(connection, case.id, "acute", f"acute:{case.id}", database.now())
    with ladder(settings, tmp_path, gateway := Gateway(n5=410)) as set_up:
        run_until(create_relay(set_up, engine, pace=QUICK), lambda: states(engine)["dead"] == 32 and settled(engine))
    # The hour may turn while the test runs.
    assert len(gateway.told("avisering om ärende")) in (3, 4)


def settled(engine) -> bool:
    return not states(engine)["pending"]


@pytest.mark.parametrize(
    ("kind", "refused", "rungs"), [("new_case", 0, "5"), ("deadline_4h", 0, "56"), ("acute", 410, "6")]
)
def test_whoever_was_told_of_a_case_is_told_that_it_was_taken_back(engine, settings, tmp_path, kind, refused, rungs):
    case = only(engine, kind)
    with ladder(settings, tmp_path, gateway := Gateway(n5=refused or 202)) as set_up:
        relay = create_relay(set_up, engine, pace=QUICK)
        run_until(relay, lambda: settled(engine))
        gateway.requests.clear()
        with transaction(engine) as connection:
            withdraw(connection, case.id, database.now())
        run_until(relay, lambda: settled(engine))
    assert [number for number in gateway.told("återtaget") if not (refused and number == "5")] == list(rungs)


def test_a_unit_without_a_ladder_is_told_as_before(engine, settings, tmp_path):
    hook = Hook()
    make_cases(engine, 1, now=database.now(), hours=None, service="mini_maria", need="substance_use")
    with hook_server(hook) as url, ladder(settings, tmp_path, gateway := Gateway(), webhook_url=url) as set_up:
        run_until(create_relay(set_up, engine, pace=QUICK), all_in(engine, "sent"))
    assert ([body["kind"] for _, body in hook.requests], gateway.requests) == (["new_case"], [])


def notice(kind: str = "new_case", service: str = "exit_programme") -> Notice:
    return Notice(1, "k", "c", kind, "ABC", 1, (), (), service, reach(kind))


def test_whoever_is_written_in_is_called_without_a_restart_and_a_faulty_file_changes_nothing(settings, tmp_path):
    path = write_ladders(tmp_path / "jour.yml", called(NUMBERS[0]))
    ways = create_ways(replace(settings, on_call=str(path)))
    assert [way.name for way in ways(notice())] == ["exit_programme, Steg 5: sms"]
    write_ladders(path, called(NUMBERS[2]))
    later(path, 1)
    assert [way.name for way in ways(notice())] == ["exit_programme, Steg 7: sms"]
    path.write_text("units: [", encoding="utf-8")
    later(path, 2)
    with structlog.testing.capture_logs() as logs:
        assert [way.name for way in ways(notice())] == ["exit_programme, Steg 7: sms"] * 1
        ways(notice())
    assert [line["event"] for line in logs] == ["on_call_file_wrong"]
    path.unlink()
    assert [way.name for way in ways(notice())] == ["exit_programme, Steg 7: sms"]


def later(path: Path, seconds: int) -> None:
    """The file as if it had been written so much later: two writings may fall into one tick of the file system."""
    os.utime(path, ns=(0, path.stat().st_mtime_ns + seconds * 10**9))


@pytest.mark.parametrize("rung", ["name: x", "name: x\nmail: a@city.test"])
def test_a_relay_does_not_start_with_a_faulty_file_or_with_mail_and_no_server(settings, tmp_path, rung):
    path = write_ladders(tmp_path / "jour.yml", rung)
    with pytest.raises(SettingsError):
        create_ways(replace(settings, on_call=str(path)))


@pytest.mark.parametrize(
    ("type_", "body", "sent"),
    [
        ("application/x-www-form-urlencoded", "to={number}&message={subject}", b"to=%2B46701740605&message=AKUT"),
        ("text/plain", "{kind} {reference}", b"acute "),
    ],
)
def test_a_gateway_may_want_a_form_or_plain_text(engine, settings, tmp_path, type_, body, sent):
    bodies: list[bytes] = []

    class Plain(Hook):
        async def handle(self, request: web.Request) -> web.Response:
            bodies.append(await request.read())
            return web.Response(status=200)

    only(engine, "acute")
    with ladder(settings, tmp_path, Plain()) as set_up:
        path = Path(set_up.on_call)
        text = path.read_text(encoding="utf-8")
        text = text.replace('{"to": "{number}", "text": "{subject} {link}"}', f"{body} {{number}}")
        text = text.replace("    headers:\n", f"    headers:\n      Content-Type: {type_}\n")
        path.write_text(text, encoding="utf-8")
        run_until(create_relay(set_up, engine, pace=QUICK), all_in(engine, "sent"))
    assert bodies[0].startswith(sent)
