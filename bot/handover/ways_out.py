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

    `smtp://host:port`, `smtps://user:password@host:port`, `smtp+starttls://…`; special characters percent-encoded.

    Raises:
        SettingsError: malformed, a password that would travel in clear, or nobody to write to.
    """
    parts, port = _split(settings.smtp_url, "SMTP_URL")
    if parts.scheme not in SCHEMES:
        raise SettingsError(f"{PREFIX}SMTP_URL must begin with one of: {', '.join(s + '://' for s in SCHEMES)}.")
    tls, usual_port = SCHEMES[parts.scheme]
    if parts.password and not tls and parts.hostname not in LOOPBACK:
        raise SettingsError(f"{PREFIX}SMTP_URL would send a password in clear; use smtps:// or smtp+starttls://.")
    user, password = (unquote(part) if part else None for part in (parts.username, parts.password))
    return MailServer(str(parts.hostname), port or usual_port, tls, user, password), _recipients(settings)


def read_webhook_url(settings: Settings) -> str:
    """The address to post to.

    Raises:
        SettingsError: malformed, or without TLS to another machine.
    """
    parts, _ = _split(settings.webhook_url, "WEBHOOK_URL")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise SettingsError(f"{PREFIX}WEBHOOK_URL must begin with https:// (http:// only to this machine).")
    return settings.webhook_url


def _recipients(settings: Settings) -> tuple[str, ...]:
    addresses = tuple(part.strip() for part in settings.notice_recipient.split(",") if part.strip())
    if not addresses or not all(_is_address(address) for address in addresses):
        raise SettingsError(f"{PREFIX}NOTICE_RECIPIENT must hold the unit's address when {PREFIX}SMTP_URL is set.")
    if not _is_address(settings.notice_sender):
        raise SettingsError(f"{PREFIX}NOTICE_SENDER must be an e-mail address.")
    return addresses


def _is_address(text: str) -> bool:
    return text.count("@") == 1 and text.isprintable() and " " not in text and all(text.split("@"))


def _split(url: str, name: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise SettingsError(f"{PREFIX}{name} is no URL.") from None
    if not parts.hostname:
        raise SettingsError(f"{PREFIX}{name} names no host.")
    return parts, port
