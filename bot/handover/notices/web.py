"""What goes out over HTTP: webhooks, SMS and pager gateways, and the sign of life to an outside monitor.

The only doorway to other machines' web addresses. Certificates are checked, and redirects are not followed: they could
lead anywhere.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus

import aiohttp
import structlog

from bot.handover.notices.delivery import NotDeliveredError, RefusedError
from bot.handover.notices.notice import Notice
from bot.handover.notices.on_call import FORM_TYPE, JSON_TYPE, Gateway
from bot.handover.notices.on_call_file import fill
from bot.handover.notices.wording import Wording, stable_id, staff_link

log = structlog.get_logger(__name__)

# Too early, too many, time-out: the receiver asks us to come back. Every other 4xx says that the request is wrong.
COME_BACK = (408, 425, 429)
MONITOR_PATIENCE_SECONDS = 10


@dataclass(frozen=True)
class WebhookChannel:
    """A POST to a pager gateway or a case system: `{"kind", "reference", "url"}`."""

    url: str = field(repr=False)
    staff_url: str
    tls: ssl.SSLContext
    name: str = "webhook"

    async def send(self, notice: Notice) -> None:
        """Post it; any 2xx means that the receiver has it.

        Raises:
            NotDeliveredError: away, slow, 5xx, or one of 408, 425, 429.
            RefusedError: any other answer.
        """
        body = {"kind": notice.kind, "reference": notice.reference, "url": staff_link(self.staff_url, notice.case_id)}
        await _post(self.tls, self.url, {"Idempotency-Key": stable_id(notice, self.name)}, json=body)


@dataclass(frozen=True)
class GatewayChannel:
    """An SMS or a pager call to the on-call number, by the service that the file of ladders describes."""

    gateway: Gateway
    number: str = field(repr=False)
    staff_url: str
    wording: Wording
    tls: ssl.SSLContext
    name: str

    async def send(self, notice: Notice) -> None:
        """Post it; any 2xx means that the gateway has it, not that a telephone has rung.

        Raises:
            NotDeliveredError: away, slow, 5xx, or one of 408, 425, 429.
            RefusedError: any other answer.
        """
        type_ = self.gateway.content_type
        values = {
            "kind": notice.kind,
            "subject": self.wording.subject(notice.kind, notice.reference),
            "reference": notice.reference,
            "link": staff_link(self.staff_url, notice.case_id),
            "number": self.number,
        }
        body = fill(self.gateway.body, {word: _escape(value, type_) for word, value in values.items()})
        # Two ways may lead to one gateway: each has an id of its own, or the second would be taken for a repetition.
        own = {"Content-Type": type_, "Idempotency-Key": stable_id(notice, self.name)}
        headers = {**own, **self.gateway.headers}
        await _post(self.tls, self.gateway.url, headers, data=body.strip().encode())


@dataclass(frozen=True)
class Monitor:
    """An outside monitor that raises the alarm itself when it has not heard from us for a while."""

    url: str = field(repr=False)
    tls: ssl.SSLContext

    async def tell(self) -> None:
        """Say that all is well. Whatever goes wrong is logged, without the address (it holds a secret), and no more."""
        try:
            async with _session(self.tls) as session, session.get(self.url, allow_redirects=False) as answer:
                if answer.status >= 300:
                    log.warning("monitor_not_told", error=f"HTTP {answer.status}")
        except Exception as error:  # a monitor that is away must not cost anybody a notice
            log.warning("monitor_not_told", error=type(error).__name__)


def _escape(value: str, content_type: str) -> str:
    if content_type == JSON_TYPE:
        return json.dumps(value, ensure_ascii=False)[1:-1]
    return quote_plus(value) if content_type == FORM_TYPE else value


async def _post(tls: ssl.SSLContext, url: str, headers: Mapping[str, str], **body: Any) -> None:
    try:
        async with (
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=tls)) as session,
            session.post(url, headers=headers, allow_redirects=False, **body) as answer,
        ):
            status = answer.status
    except (aiohttp.ClientError, OSError, ssl.SSLError) as error:
        raise NotDeliveredError(type(error).__name__) from None
    if status >= 500 or status in COME_BACK:
        raise NotDeliveredError(f"HTTP {status}")
    if not 200 <= status < 300:
        raise RefusedError(f"HTTP {status}")


def _session(tls: ssl.SSLContext) -> aiohttp.ClientSession:
    patience = aiohttp.ClientTimeout(total=MONITOR_PATIENCE_SECONDS)
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=tls), timeout=patience)
