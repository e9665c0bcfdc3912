"""The relay: a process of its own that sends notices, watches the promises and deletes what may be deleted.

Put together here. What leaves the house is the kind of notice, the reference of the case and a link to the staff
console: nothing about the person.
"""

from __future__ import annotations

import os
import secrets
import socket
import ssl
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.engine import Engine

from bot.database import now as utc_now
from bot.handover.case_system import create_case_system
from bot.handover.handing_in import Porter
from bot.handover.notices.consoles import ConsoleChannel, NoChannel
from bot.handover.notices.delivery import Channel, Courier
from bot.handover.notices.ladder import Ladders
from bot.handover.notices.mail import MailChannel
from bot.handover.notices.notice import Notice
from bot.handover.notices.on_call import Rung
from bot.handover.notices.on_call_file import OnCallError
from bot.handover.notices.rounds import Pace, Relay
from bot.handover.notices.ways_out import read_mail_server, read_monitor_url, read_smtp_url, read_webhook_url
from bot.handover.notices.web import GatewayChannel, Monitor, WebhookChannel
from bot.handover.notices.wording import Wording
from bot.routing.catalogue import Catalogue
from bot.settings import PREFIX, Settings, SettingsError, on_call_secrets

Ways = Callable[[Notice], Sequence[Channel]]


def create_relay(
    settings: Settings,
    engine: Engine,
    *,
    channels: Sequence[Channel] | None = None,
    tls: ssl.SSLContext | None = None,
    clock: Callable[[], datetime] = utc_now,
    pace: Pace | None = None,
) -> Relay:
    """A relay with the channels that the settings and the file of on-call ladders name; `channels` replaces them all.

    Raises:
        bot.settings.SettingsError: a URL or the file of ladders is malformed, or mail has nobody to go to.
        bot.handover.notices.wording.WordingError: notices.yml is wrong.
    """
    pace = pace or Pace()
    ways = create_ways(settings, tls) if channels is None else _always(channels)
    lease = timedelta(seconds=pace.lease)
    courier = Courier(engine, ways, _worker(), clock, lease, pace.patience)
    system = create_case_system(settings)
    porter = (
        Porter(engine, system, settings.encryption_keys, _worker(), clock, lease, pace.patience) if system else None
    )
    return Relay(engine, settings, courier, clock, pace, porter, create_monitor(settings, tls))


def create_ways(settings: Settings, tls: ssl.SSLContext | None = None) -> Ways:
    """The ladders' ways; for a unit that has none, and without a file of ladders, those of the settings.

    Raises:
        bot.settings.SettingsError: a URL or the file is malformed, or it has mail and there is no mail server.
    """
    if not settings.on_call:
        return _always(create_channels(settings, tls))
    house = create_channels(settings, tls)
    ladders = Ladders(
        path=Path(settings.on_call),
        secrets=on_call_secrets(),
        units=receiving_units(Catalogue.load(settings.mode)),
        house=house,
        last_resort=[channel for channel in house if not isinstance(channel, NoChannel)],
        build=_builder(settings, tls or ssl.create_default_context()),
    )
    try:
        ladders.load()
    except OnCallError as error:
        raise SettingsError(f"{PREFIX}ON_CALL: {error}") from error
    return ladders.ways


def create_channels(settings: Settings, tls: ssl.SSLContext | None = None) -> list[Channel]:
    """Mail and webhook as set; with neither, the console in `demo`, and nothing at all in `live`."""
    context = tls or ssl.create_default_context()
    ways: list[Channel] = []
    if settings.smtp_url and (settings.notice_recipient or not settings.on_call):
        server, recipients = read_smtp_url(settings)
        ways.append(
            MailChannel(server, settings.notice_sender, recipients, settings.staff_url, Wording.load(), context)
        )
    if settings.webhook_url:
        ways.append(WebhookChannel(read_webhook_url(settings), settings.staff_url, context))
    return ways or [ConsoleChannel(settings.staff_url) if settings.mode == "demo" else NoChannel()]


def create_monitor(settings: Settings, tls: ssl.SSLContext | None = None) -> Monitor | None:
    """The outside monitor, None where none is set.

    Raises:
        bot.settings.SettingsError: its URL is malformed.
    """
    if not settings.monitor_url:
        return None
    return Monitor(read_monitor_url(settings), tls or ssl.create_default_context())


def receiving_units(catalogue: Catalogue) -> dict[str, str]:
    """Service → the unit that the catalogue names as its receiver; services whose unit is unknown are left out."""
    facts = {id_: service.receiving_unit for id_, service in catalogue.services.items()}
    return {id_: fact.value for id_, fact in facts.items() if fact is not None}


def _builder(settings: Settings, tls: ssl.SSLContext) -> Callable[[str, Rung], Sequence[Channel]]:
    wording = Wording.load()

    def build(unit: str, rung: Rung) -> Sequence[Channel]:
        # Stored with the notice: a rung is known by its name, so that one put in above it changes nothing.
        name, ways = f"{unit}, {rung.name}", list[Channel]()
        if rung.gateway:
            ways.append(
                GatewayChannel(
                    rung.gateway, rung.number, settings.staff_url, wording, tls, f"{name}: {rung.gateway.id}"
                )
            )
        if rung.webhook:
            ways.append(WebhookChannel(rung.webhook, settings.staff_url, tls, f"{name}: webhook"))
        if rung.mail:
            server, sender = read_mail_server(settings), settings.notice_sender
            ways.append(MailChannel(server, sender, rung.mail, settings.staff_url, wording, tls, f"{name}: mail"))
        return ways

    return build


def _always(channels: Sequence[Channel]) -> Ways:
    return lambda _notice: channels


def _worker() -> str:
    # Not only the process id: it comes back after a restart, and in every container.
    return f"{socket.gethostname()[:16]}-{os.getpid()}-{secrets.token_hex(4)}"
