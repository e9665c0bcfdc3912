from __future__ import annotations

import asyncio
import ssl
from collections import Counter
from dataclasses import replace

import pytest
import structlog
from sqlalchemy import select

from bot import database
from bot.database import reading, transaction
from bot.handover.case import take
from bot.handover.notices.relay import create_channels, create_relay
from bot.tables import outbox

from .conftest import make_cases
from .running import QUICK, all_in, make_due, run_until, states
from .servers import Hook, Mailbox, certificate, hook_server, mail_server, sign_in_as

UNIT = "unit@city.test"


def open_some(engine, count: int, **changes):
    """Cases without a deadline that have just come, so that their age raises no alarms of its own."""
    return make_cases(engine, count, now=database.now(), hours=None, **changes)


def by_mail(settings, port: int, scheme: str = "smtp", host: str = "127.0.0.1", user: str = ""):
    url = f"{scheme}://{user}{host}:{port}"
    return replace(settings, smtp_url=url, notice_sender="bot@city.test", notice_recipient=UNIT)


def errors(engine) -> list[str]:
    with reading(engine) as connection:
        return list(connection.execute(select(outbox.c.last_error)).scalars())


def test_a_mail_holds_reference_and_link_and_nothing_else_of_the_case(engine, settings):
    mailbox = Mailbox()
    (case,) = open_some(engine, 1, shared="summary", summary="en kanariefågel", district="jarva")
    with mail_server(mailbox) as port:
        run_until(create_relay(by_mail(settings, port), engine, pace=QUICK), all_in(engine, "sent"))
    (mail,) = mailbox.mails
    whole = mail.as_string() + mail.get_payload(decode=True).decode()
    assert case.reference in str(mail["Subject"]) + whole
    assert f"https://staff.test/arenden/{case.id}" in whole.replace("=\n", "")
    for secret in ("kanarie", "jarva", "exit_programme", "leave_crime", case.conversation_id):
        assert secret not in whole


def test_a_webhook_holds_kind_reference_and_link(engine, settings):
    hook = Hook()
    (case,) = open_some(engine, 1, acute=True)
    with hook_server(hook) as url:
        run_until(create_relay(replace(settings, webhook_url=url), engine, pace=QUICK), all_in(engine, "sent"))
    link = f"https://staff.test/arenden/{case.id}"
    bodies = sorted((body for _, body in hook.requests), key=lambda body: body["kind"])
    assert bodies == [{"kind": kind, "reference": case.reference, "url": link} for kind in ("acute", "new_case")]
    assert len({headers["Idempotency-Key"] for headers, _ in hook.requests}) == 2


@pytest.mark.parametrize("answer", ["451 try later", "drop", "421 closing"])
def test_a_mail_server_that_is_busy_or_hangs_up_is_tried_again(engine, settings, answer):
    mailbox = Mailbox([answer, answer])
    open_some(engine, 1)
    with mail_server(mailbox) as port:
        run_until(create_relay(by_mail(settings, port), engine, pace=QUICK), all_in(engine, "sent"))
    assert (mailbox.attempts, len(mailbox.mails)) == (3, 1)


def test_a_mail_that_may_have_arrived_goes_again_under_the_same_id(engine, settings):
    mailbox = Mailbox(["keep and drop"])
    open_some(engine, 1)
    with mail_server(mailbox) as port:
        run_until(create_relay(by_mail(settings, port), engine, pace=QUICK), all_in(engine, "sent"))
    assert len(mailbox.mails) == 2 and len(set(mailbox.ids())) == 1


def test_a_mail_server_that_is_away_costs_nothing_but_time(engine, settings):
    mailbox = Mailbox()
    open_some(engine, 3)
    with mail_server(mailbox) as port:
        pass
    relay = create_relay(by_mail(settings, port), engine, pace=QUICK)
    run_until(relay, lambda: all(errors(engine)))
    assert states(engine) == {"pending": 3}
    make_due(engine)
    with mail_server(mailbox, port):
        run_until(relay, all_in(engine, "sent"))
    assert Counter(mailbox.ids()).most_common(1)[0][1] == 1 and len(mailbox.mails) == 3


def test_a_mail_server_that_never_answers_does_not_hold_the_relay(engine, settings):
    mailbox = Mailbox(wait=30)
    open_some(engine, 1)
    with mail_server(mailbox) as port:
        relay = create_relay(by_mail(settings, port), engine, pace=replace(QUICK, patience=0.3))
        run_until(relay, lambda: all(errors(engine)))
    assert errors(engine) == ["mail: no answer in time"]


@pytest.mark.parametrize("where", ["data", "recipient"])
def test_a_mail_refused_for_good_is_dead_and_said_at_once(engine, settings, where):
    mailbox = Mailbox(["554 no"]) if where == "data" else Mailbox(refusals={UNIT: f"550 no such {UNIT}"})
    (case,) = open_some(engine, 1)
    with mail_server(mailbox) as port, structlog.testing.capture_logs() as logs:
        run_until(create_relay(by_mail(settings, port), engine, pace=QUICK), all_in(engine, "dead"))
    (alarm,) = [line for line in logs if line["log_level"] == "critical"]
    assert (alarm["event"], alarm["reference"]) == ("notice_refused", case.reference)
    assert "city.test" not in str(logs) + str(errors(engine))


def test_a_recipient_who_is_refused_for_now_is_tried_again(engine, settings):
    mailbox = Mailbox(refusals={UNIT: "450 mailbox busy"})
    open_some(engine, 1)
    with mail_server(mailbox) as port:
        run_until(create_relay(by_mail(settings, port), engine, pace=QUICK), lambda: all(errors(engine)))
    assert states(engine) == {"pending": 1} and errors(engine) == ["mail: SMTP 450"]


def test_a_mail_that_anybody_may_still_take_is_tried_again(engine, settings):
    mailbox = Mailbox(refusals={UNIT: "550 gone", "chief@city.test": "450 busy"})
    open_some(engine, 1)
    with mail_server(mailbox) as port:
        way = replace(by_mail(settings, port), notice_recipient=f"{UNIT}, chief@city.test")
        run_until(create_relay(way, engine, pace=QUICK), lambda: all(errors(engine)))
    assert states(engine) == {"pending": 1}


def test_a_mail_that_one_of_two_took_is_sent_and_the_other_is_told_of(engine, settings):
    mailbox = Mailbox(refusals={UNIT: "550 gone"})
    open_some(engine, 1)
    with mail_server(mailbox) as port, structlog.testing.capture_logs() as logs:
        way = replace(by_mail(settings, port), notice_recipient=f"{UNIT}, chief@city.test")
        run_until(create_relay(way, engine, pace=QUICK), all_in(engine, "sent"))
    assert len(mailbox.mails) == 1
    assert [line["count"] for line in logs if line["event"] == "recipients_refused"] == [1]


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_mail_goes_over_tls_to_a_server_that_is_trusted(engine, settings, tmp_path, scheme):
    server, trusting = certificate(tmp_path)
    secure = {"ssl_context": server} if scheme == "smtps" else {"tls_context": server, "require_starttls": True}
    checked = {"authenticator": sign_in_as("bot", "p@ss"), "auth_required": True}
    mailbox = Mailbox()
    open_some(engine, 1)
    with mail_server(
        mailbox, **secure, **checked, **({} if scheme == "smtp+starttls" else {"auth_require_tls": False})
    ) as port:
        way = by_mail(settings, port, scheme, "localhost", "bot:p%40ss@")
        run_until(create_relay(way, engine, tls=trusting, pace=QUICK), all_in(engine, "sent"))
    assert len(mailbox.mails) == 1


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
@pytest.mark.parametrize("fault", ["unknown authority", "expired"])
def test_mail_is_never_handed_to_a_server_that_is_not_trusted(engine, settings, tmp_path, scheme, fault):
    server, trusting = certificate(tmp_path, days=-1 if fault == "expired" else 1)
    secure = {"ssl_context": server} if scheme == "smtps" else {"tls_context": server}
    mailbox = Mailbox()
    open_some(engine, 1)
    with mail_server(mailbox, **secure) as port:
        way = by_mail(settings, port, scheme, "localhost")
        tls = trusting if fault == "expired" else ssl.create_default_context()
        run_until(create_relay(way, engine, tls=tls, pace=QUICK), lambda: all(errors(engine)))
    assert mailbox.mails == [] and states(engine) == {"pending": 1}


def test_starttls_is_never_given_up_when_the_server_does_not_offer_it(engine, settings):
    mailbox = Mailbox()
    open_some(engine, 1)
    with mail_server(mailbox) as port:
        way = by_mail(settings, port, "smtp+starttls", "localhost")
        run_until(create_relay(way, engine, pace=QUICK), lambda: all(errors(engine)))
    assert mailbox.mails == [] and states(engine) == {"pending": 1}


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_wrong_password_delays_notices_and_kills_none(engine, settings):
    checked = {"authenticator": sign_in_as("bot", "right"), "auth_required": True, "auth_require_tls": False}
    mailbox = Mailbox()
    open_some(engine, 2)
    with mail_server(mailbox, **checked) as port:
        way = by_mail(settings, port, user="bot:wrong@")
        run_until(create_relay(way, engine, pace=QUICK), lambda: all(errors(engine)))
        assert states(engine) == {"pending": 2} and "535" in errors(engine)[0]
        make_due(engine)
        way = by_mail(settings, port, user="bot:right@")
        run_until(create_relay(way, engine, pace=QUICK), all_in(engine, "sent"))


@pytest.mark.parametrize("status", [500, 503, 408, 425, 429])
def test_a_webhook_that_asks_us_to_come_back_is_tried_again_with_the_same_key(engine, settings, status):
    hook = Hook([status])
    open_some(engine, 1)
    with hook_server(hook) as url:
        run_until(create_relay(replace(settings, webhook_url=url), engine, pace=QUICK), all_in(engine, "sent"))
    assert len(hook.requests) == 2
    assert len({headers["Idempotency-Key"] for headers, _ in hook.requests}) == 1


@pytest.mark.parametrize("status", [400, 401, 404, 410, 302])
def test_a_webhook_that_says_no_makes_the_notice_dead(engine, settings, status):
    hook = Hook([status])
    open_some(engine, 1)
    with hook_server(hook) as url:
        run_until(create_relay(replace(settings, webhook_url=url), engine, pace=QUICK), all_in(engine, "dead"))
    assert len(hook.requests) == 1 and errors(engine) == [f"webhook: HTTP {status}"]


def test_a_webhook_needs_a_certificate_that_is_trusted(engine, settings, tmp_path):
    server, trusting = certificate(tmp_path)
    hook = Hook()
    open_some(engine, 1)
    with hook_server(hook, server) as url:
        way = replace(settings, webhook_url=url)
        run_until(create_relay(way, engine, pace=QUICK), lambda: all(errors(engine)))
        assert hook.requests == []
        make_due(engine)
        run_until(create_relay(way, engine, tls=trusting, pace=QUICK), all_in(engine, "sent"))


def test_what_one_channel_took_is_not_repeated_when_the_other_fails(engine, settings):
    mailbox, hook = Mailbox(), Hook([500, 500])
    open_some(engine, 1)
    with mail_server(mailbox) as port, hook_server(hook) as url:
        both = replace(by_mail(settings, port), webhook_url=url)
        run_until(create_relay(both, engine, pace=QUICK), all_in(engine, "sent"))
    assert (len(mailbox.mails), len(hook.requests)) == (1, 3)


def test_a_refused_mail_is_dead_only_after_the_webhook_has_it(engine, settings):
    mailbox, hook = Mailbox(["550 no"]), Hook([503])
    open_some(engine, 1)
    with mail_server(mailbox) as port, hook_server(hook) as url:
        both = replace(by_mail(settings, port), webhook_url=url)
        run_until(create_relay(both, engine, pace=QUICK), lambda: states(engine) == {"dead": 1, "sent": 1})
    told = [body["kind"] for _, body in hook.requests]
    assert mailbox.attempts == 1 and sorted(told) == ["new_case", "new_case", "undelivered"]


def test_in_a_demo_without_channels_a_notice_is_a_line_on_the_console(engine, settings):
    (case,) = open_some(engine, 1)
    with structlog.testing.capture_logs() as logs:
        run_until(create_relay(settings, engine, pace=QUICK), all_in(engine, "sent"))
    (line,) = [line for line in logs if line["event"] == "notice"]
    assert (line["kind"], line["reference"]) == ("new_case", case.reference)


def test_in_live_without_channels_a_notice_never_counts_as_sent(engine, settings):
    open_some(engine, 1)
    relay = create_relay(replace(settings, mode="live"), engine, pace=QUICK)
    run_until(relay, lambda: all(errors(engine)))
    assert states(engine) == {"pending": 1} and errors(engine) == ["none: no channel is set"]


def test_an_idle_relay_takes_no_write_lock(engine, settings):
    (case,) = open_some(engine, 1)
    relay = create_relay(settings, engine, pace=QUICK)
    run_until(relay, all_in(engine, "sent"))
    with transaction(engine) as connection:
        take(connection, case.id, "anna", database.now())
        assert asyncio.run(relay.courier.deliver()) is False


def test_mail_and_webhook_are_used_when_both_are_set(settings):
    both = replace(by_mail(settings, 25), webhook_url="https://pager.test/x")
    assert [channel.name for channel in create_channels(both)] == ["mail", "webhook"]


def test_stopping_finishes_what_is_in_hand(engine, settings):
    mailbox = Mailbox(wait=0.5)
    open_some(engine, 5)

    async def stop_while_sending(relay):
        stop = asyncio.Event()
        task = asyncio.create_task(relay.run(stop))
        while not mailbox.attempts:
            await asyncio.sleep(0.01)
        stop.set()
        await task

    with mail_server(mailbox) as port:
        asyncio.run(stop_while_sending(create_relay(by_mail(settings, port), engine, pace=QUICK)))
    assert states(engine) == {"sent": 5} and len(mailbox.mails) == 5
