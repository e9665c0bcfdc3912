"""Reading the URLs of what leaves the house. A mistake is said with the name of the setting, never with its content."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import SplitResult, unquote, urlsplit

from bot.settings import PREFIX, Settings, SettingsError

Tls = Literal["", "from the start", "after greeting"]
SCHEMES: dict[str, tuple[Tls, int]] = {
    "smtp": ("", 25),
    "smtps": ("from the start", 465),
    "smtp+starttls": ("after greeting", 587),
}
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed in. `tls` is empty only for a server on a network of one's own."""

    host: str
    port: int
    tls: Tls
    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)


def read_smtp_url(settings: Settings) -> tuple[MailServer, tuple[str, ...]]:
    """The server and the recipients (`notice_recipient`, several with commas).

    Raises:
        SettingsError: malformed, a password that would travel in clear, or nobody to write to.
    """
    return read_mail_server(settings), _recipients(settings)


def read_mail_server(settings: Settings) -> MailServer:
    """`smtp://host:port`, `smtps://user:password@host:port`, `smtp+starttls://…`; special characters percent-encoded.

    Raises:
        SettingsError: malformed, a password that would travel in clear, or a sender that is no address.
    """
    parts, port = _split(settings.smtp_url, "SMTP_URL")
    if parts.scheme not in SCHEMES:
        raise SettingsError(f"{PREFIX}SMTP_URL must begin with one of: {', '.join(s + '://' for s in SCHEMES)}.")
    tls, usual_port = SCHEMES[parts.scheme]
    if parts.password and not tls and parts.hostname not in LOOPBACK:
        raise SettingsError(f"{PREFIX}SMTP_URL would send a password in clear; use smtps:// or smtp+starttls://.")
    user, password = (unquote(part) if part else None for part in (parts.username, parts.password))
    if not is_address(settings.notice_sender):
        raise SettingsError(f"{PREFIX}NOTICE_SENDER must be an e-mail address.")
    return MailServer(str(parts.hostname), port or usual_port, tls, user, password)


def read_webhook_url(settings: Settings) -> str:
    """The address to post to.

    Raises:
        SettingsError: malformed, or without TLS to another machine.
    """
    return _read_url(settings.webhook_url, "WEBHOOK_URL")


def read_monitor_url(settings: Settings) -> str:
    """The address of the outside monitor that is told each minute that the relay works.

    Raises:
        SettingsError: malformed, or without TLS to another machine.
    """
    return _read_url(settings.monitor_url, "MONITOR_URL")


def is_safe_url(url: str) -> bool:
    """Whether something may be posted there: TLS, or this machine."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  (reading it is the check)
    except ValueError:
        return False
    plain = url.isprintable() and " " not in url and bool(parts.hostname)
    return plain and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK))


def is_address(text: str) -> bool:
    """Whether this can be an e-mail address; a line break in it would forge a header."""
    return text.count("@") == 1 and text.isprintable() and " " not in text and all(text.split("@"))


def _read_url(url: str, name: str) -> str:
    _split(url, name)
    if not is_safe_url(url):
        raise SettingsError(f"{PREFIX}{name} must begin with https:// (http:// only to this machine).")
    return url


def _recipients(settings: Settings) -> tuple[str, ...]:
    addresses = tuple(part.strip() for part in settings.notice_recipient.split(",") if part.strip())
    if not addresses or not all(is_address(address) for address in addresses):
        raise SettingsError(f"{PREFIX}NOTICE_RECIPIENT must hold the unit's address when {PREFIX}SMTP_URL is set.")
    return addresses


def _split(url: str, name: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise SettingsError(f"{PREFIX}{name} is no URL.") from None
    if not parts.hostname:
        raise SettingsError(f"{PREFIX}{name} names no host.")
    return parts, port
