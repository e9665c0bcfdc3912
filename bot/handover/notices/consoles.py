"""What stands in for mail and webhook where neither is set: a line on the console in a demo, nothing at all in live."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from bot.handover.notices.delivery import NotDeliveredError
from bot.handover.notices.outbox import Notice
from bot.handover.notices.wording import staff_link

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class ConsoleChannel:
    """Demo without mail and webhook: the notice becomes a line on the console, and counts as sent."""

    staff_url: str
    name: str = "console"

    async def send(self, notice: Notice) -> None:
        """Say it."""
        log.info("notice", kind=notice.kind, reference=notice.reference, url=staff_link(self.staff_url, notice.case_id))


@dataclass(frozen=True)
class NoChannel:
    """Live without mail and webhook: nothing may count as sent. Notices wait until a channel is set, and say so."""

    name: str = "none"

    async def send(self, notice: Notice) -> None:  # noqa: ARG002
        """Never works.

        Raises:
            NotDeliveredError: always.
        """
        raise NotDeliveredError("no channel is set")
