"""The mail server of a storm: started, killed, started again; and the mails that it has taken."""

from __future__ import annotations

import email
import email.policy
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

from tests.handover.servers import certificate
from tests.ports import free_port

PROGRAM = Path(__file__).with_name("mail_process.py")


@dataclass
class MailServer:
    """`folder` holds the certificates and the mails."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def settings(self) -> dict[str, str]:
        """How a relay is told of it."""
        url = f"smtps://localhost:{self.port}"
        return {"SMTP_URL": url, "NOTICE_SENDER": "bot@city.test", "NOTICE_RECIPIENT": "unit@city.test"}

    def start(self) -> None:
        """Start it; that it listens is for its clients to find out."""
        command = [sys.executable, str(PROGRAM), str(self.folder), str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def kill(self) -> bool:
        """With -9; False when there was nothing to kill."""
        if self.process is None:
            return False
        self.process.kill()
        self.process.wait(10)
        self.process = None
        return True

    def mails(self) -> list[Message]:
        """All that it has taken."""
        files = (self.folder / "mails").glob("*.eml")
        return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in files]


@contextmanager
def running_mail_server(folder: Path) -> Iterator[MailServer]:
    """A mail server with a certificate of its own (`folder/ca.pem` is whom to trust)."""
    (folder / "mails").mkdir()
    certificate(folder, days=2)
    server = MailServer(folder, free_port())
    server.start()
    try:
        yield server
    finally:
        server.kill()
