"""Real servers on loopback that a test can make behave well or badly: mail with and without TLS, and a webhook."""

from __future__ import annotations

import asyncio
import email
import ipaddress
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from email.message import Message
from pathlib import Path
from typing import Any

from aiohttp import web
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.loops import LoopThread
from tests.ports import free_port


@dataclass
class Mailbox:
    """A mail handler: `answers` are given to the first mails in turn, after them everything is accepted.

    An answer is an SMTP line, or "drop" (hang up without keeping the mail), or "keep and drop" (keep it, then hang up
    before saying so: the sender cannot know). `refusals` holds an SMTP line for each address that is not taken.
    """

    answers: list[str] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    wait: float = 0
    mails: list[Message] = field(default_factory=list)
    attempts: int = 0

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        answer = self.answers[self.attempts] if self.attempts < len(self.answers) else "250 OK"
        self.attempts += 1
        await asyncio.sleep(self.wait)
        if answer.startswith(("250", "keep")):
            self.mails.append(email.message_from_bytes(envelope.content))
        if answer.endswith("drop"):
            server.transport.abort()
        return answer

    def ids(self) -> list[str]:
        return [str(mail["Message-ID"]) for mail in self.mails]


@contextmanager
def mail_server(mailbox: Mailbox, port: int | None = None, **options: Any) -> Iterator[int]:
    """A mail server; yields its port."""
    controller = Controller(mailbox, hostname="127.0.0.1", port=port or free_port(), **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def sign_in_as(name: str, password: str) -> Callable[..., AuthResult]:
    """A check of name and password for a mail server."""

    def check(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        right = (data.login, data.password) == (name.encode(), password.encode())
        return AuthResult(success=right, handled=False)

    return check


@dataclass
class Hook:
    """A webhook: `answers` are the statuses of the first requests in turn, then 204."""

    answers: list[int] = field(default_factory=list)
    wait: float = 0
    requests: list[tuple[dict[str, str], dict[str, str]]] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.Response:
        self.requests.append((dict(request.headers), await request.json()))
        await asyncio.sleep(self.wait)
        number = len(self.requests) - 1
        status = self.answers[number] if number < len(self.answers) else 204
        return web.Response(status=status, headers={"Location": "/elsewhere"} if status in (301, 302, 307) else {})


@contextmanager
def hook_server(hook: Hook, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """A web server for the hook; yields its address."""
    thread, port = LoopThread(), free_port()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", hook.handle)
    runner = web.AppRunner(app)

    async def start() -> None:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port, ssl_context=tls).start()

    thread.run(start(), 10)
    try:
        yield f"{'https' if tls else 'http'}://{'localhost' if tls else '127.0.0.1'}:{port}/hook"
    finally:
        thread.run(runner.cleanup(), 10)
        thread.stop()


def certificate(directory: Path, days: int = 1) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A certificate authority of the test's own for "localhost": the server's context, and one that trusts it."""
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name, name = _name("Test CA"), _name("localhost")
    ca = _certificate(ca_name, ca_name, ca_key.public_key(), ca_key, True, 2)
    leaf = _certificate(name, ca_name, key.public_key(), ca_key, False, days)
    pem = serialization.Encoding.PEM
    plain = (pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    for file, content in (("ca.pem", ca.public_bytes(pem)), ("leaf.pem", leaf.public_bytes(pem))):
        (directory / file).write_bytes(content)
    (directory / "key.pem").write_bytes(key.private_bytes(*plain))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(directory / "leaf.pem", directory / "key.pem")
    return server, ssl.create_default_context(cafile=str(directory / "ca.pem"))


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _certificate(subject: Any, issuer: Any, public: Any, signer: Any, is_ca: bool, days: int) -> x509.Certificate:
    now = datetime.now(timezone.utc)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=3))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
    )
    return builder.sign(signer, hashes.SHA256())
