"""A mail server in a process of its own, to be killed: TLS from the first byte, and what it says that it has it has.

A mail lies in its folder before "250" is said, as with a real server's queue. Now and then it takes its time before or
after that, so that a kill finds it in the middle: then the sender cannot know, and must send once more.
"""

from __future__ import annotations

import asyncio
import random
import ssl
import sys
import threading
import uuid
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

SLOW_SECONDS = 0.3


class Folder:
    """Keeps every mail as one file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Put it down, then say so."""
        await asyncio.sleep(random.random() * SLOW_SECONDS)
        name = uuid.uuid4().hex
        half = self._folder / f"{name}.half"
        half.write_bytes(envelope.content)
        half.rename(self._folder / f"{name}.eml")
        await asyncio.sleep(random.random() * SLOW_SECONDS)
        return "250 OK"


def main(folder: Path, port: int) -> None:
    """Serve until killed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "leaf.pem", folder / "key.pem")
    Controller(Folder(folder / "mails"), hostname="127.0.0.1", port=port, ssl_context=context).start()
    threading.Event().wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
