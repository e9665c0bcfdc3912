"""Mail to a unit: the only doorway to mail servers."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from email.message import EmailMessage

import aiosmtplib
import structlog

from bot.handover.notices.delivery import NotDeliveredError, RefusedError
from bot.handover.notices.notice import Notice
from bot.handover.notices.ways_out import MailServer
from bot.handover.notices.wording import Wording, build_mail, domain_of, staff_link

log = structlog.get_logger(__name__)


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


def _smtp_error(code: int) -> NotDeliveredError | RefusedError:
    return (RefusedError if code >= 500 else NotDeliveredError)(f"SMTP {code}")
