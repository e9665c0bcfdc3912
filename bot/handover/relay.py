"""The relay: a process of its own that sends notices, watches the promises and deletes what may be deleted.

This is the only doorway to mail and webhooks. What leaves the house is the kind of notice, the reference of the case
and a link to the staff console: nothing about the person.
"""

from __future__ import annotations

import os
import secrets
import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage

import aiohttp
import aiosmtplib
import structlog
from sqlalchemy.engine import Engine

from bot.database import now as utc_now
from bot.handover.case_system import create_case_system
from bot.handover.consoles import ConsoleChannel, NoChannel
from bot.handover.delivery import Channel, Courier, NotDeliveredError, RefusedError
from bot.handover.handing_in import Porter
from bot.handover.outbox import Notice
from bot.handover.rounds import Pace, Relay
from bot.handover.ways_out import MailServer, read_smtp_url, read_webhook_url
from bot.handover.wording import Wording, build_mail, domain_of, stable_id, staff_link
from bot.settings import Settings

log = structlog.get_logger(__name__)

# Too early, too many, time-out: the receiver asks us to come back. Every other 4xx says that the request is wrong.
COME_BACK = (408, 425, 429)


@dataclass(frozen=True)
class MailChannel:
    """Mail to the unit, by a server whose certificate is checked."""

    server: MailServer
    sender: str
    recipients: tuple[str, ...]
    staff_url: str
    wording: Wording
    tls: ssl.SSLContext
    name: str = "mail"

    async def send(self, notice: Notice) -> None:
        """Hand the mail to the server; it counts from the moment the server says that it has it.

        Only what the server says about this very mail can be final. A refused sign-in or greeting says something about
        the server: it must not kill every notice of a night.

        Raises:
            NotDeliveredError: the server is away, is slow, answers 4xx, or its certificate is not right.
            RefusedError: the server refuses this mail for good (5xx).
        """
        client = self._client()
        try:
            await client.connect()
            refused, _ = await client.send_message(
                self._message(notice), sender=self.sender, recipients=self.recipients
            )
        except (aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPDataError) as error:
            raise _smtp_error(error.code) from None
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _smtp_error(min(refused.code for refused in error.recipients)) from None
        except aiosmtplib.SMTPResponseException as error:
            raise NotDeliveredError(f"{type(error).__name__} {error.code}") from None
        except (aiosmtplib.SMTPException, OSError, ssl.SSLError) as error:
            raise NotDeliveredError(type(error).__name__) from None
        finally:
            client.close()
        if refused:  # others took it, so the notice arrived, but somebody on the list did not get it
            log.error("recipients_refused", reference=notice.reference, count=len(refused))

    def _message(self, notice: Notice) -> EmailMessage:
        link = staff_link(self.staff_url, notice.case_id)
        return build_mail(notice, self.sender, self.recipients, self.wording, link)

    def _client(self) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=self.server.host,
            port=self.server.port,
            username=self.server.username,
            password=self.server.password,
            use_tls=self.server.tls == "from the start",
            start_tls=self.server.tls == "after greeting",
            tls_context=self.tls if self.server.tls else None,
            local_hostname=domain_of(self.sender),
        )


@dataclass(frozen=True)
class WebhookChannel:
    """A POST to a pager gateway or a case system: `{"kind", "reference", "url"}`."""

    url: str
    staff_url: str
    tls: ssl.SSLContext
    name: str = "webhook"

    async def send(self, notice: Notice) -> None:
        """Post it; any 2xx means that the receiver has it. Redirects are not followed: they could lead anywhere.

        Raises:
            NotDeliveredError: away, slow, 5xx, or one of 408, 425, 429.
            RefusedError: any other answer.
        """
        body = {"kind": notice.kind, "reference": notice.reference, "url": staff_link(self.staff_url, notice.case_id)}
        try:
            status = await self._post(body, {"Idempotency-Key": stable_id(notice)})
        except (aiohttp.ClientError, OSError, ssl.SSLError) as error:
            raise NotDeliveredError(type(error).__name__) from None
        if status >= 500 or status in COME_BACK:
            raise NotDeliveredError(f"HTTP {status}")
        if not 200 <= status < 300:
            raise RefusedError(f"HTTP {status}")

    async def _post(self, body: dict[str, str], headers: dict[str, str]) -> int:
        connector = aiohttp.TCPConnector(ssl=self.tls)
        async with (
            aiohttp.ClientSession(connector=connector) as session,
            session.post(self.url, json=body, headers=headers, allow_redirects=False) as answer,
        ):
            return answer.status


def create_relay(
    settings: Settings,
    engine: Engine,
    *,
    channels: Sequence[Channel] | None = None,
    tls: ssl.SSLContext | None = None,
    clock: Callable[[], datetime] = utc_now,
    pace: Pace | None = None,
) -> Relay:
    """A relay with the channels that the settings name.

    Raises:
        bot.settings.SettingsError: a URL is malformed, or there is mail but nobody to send it to.
        bot.handover.wording.WordingError: notices.yml is wrong.
    """
    pace = pace or Pace()
    ways = create_channels(settings, tls) if channels is None else channels
    lease = timedelta(seconds=pace.lease)
    courier = Courier(engine, ways, _worker(), clock, lease, pace.patience)
    system = create_case_system(settings)
    porter = (
        Porter(engine, system, settings.encryption_keys, _worker(), clock, lease, pace.patience) if system else None
    )
    return Relay(engine, settings, courier, clock, pace, porter)


def create_channels(settings: Settings, tls: ssl.SSLContext | None = None) -> list[Channel]:
    """Mail and webhook as set; with neither, the console in `demo`, and nothing at all in `live`."""
    context = tls or ssl.create_default_context()
    ways: list[Channel] = []
    if settings.smtp_url:
        server, recipients = read_smtp_url(settings)
        ways.append(
            MailChannel(server, settings.notice_sender, recipients, settings.staff_url, Wording.load(), context)
        )
    if settings.webhook_url:
        ways.append(WebhookChannel(read_webhook_url(settings), settings.staff_url, context))
    return ways or [ConsoleChannel(settings.staff_url) if settings.mode == "demo" else NoChannel()]


def _worker() -> str:
    # Not only the process id: it comes back after a restart, and in every container.
    return f"{socket.gethostname()[:16]}-{os.getpid()}-{secrets.token_hex(4)}"


def _smtp_error(code: int) -> NotDeliveredError | RefusedError:
    return (RefusedError if code >= 500 else NotDeliveredError)(f"SMTP {code}")
