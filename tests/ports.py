"""Ports that stay a test's own from the moment they are handed out, beside other workers and other connections."""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import random
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

LOCKS = Path(tempfile.gettempdir()) / "vagvisaren-ports"
COUNT = 12_000
# What this process holds; the operating system gives a lock back when the process ends, however it ends.
_held: list[IO[bytes]] = []


def _lowest_ephemeral() -> int:
    try:
        return int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    except (OSError, ValueError):
        return 32_768


def _candidates() -> Iterator[int]:
    # Below the ports that the kernel gives to outgoing connections: one that was free a moment ago may otherwise be the
    # near end of somebody's request when the server that it was meant for comes to listen.
    last = _lowest_ephemeral()
    ports = range(max(1_025, last - COUNT), last)
    start = random.randrange(len(ports))
    return itertools.islice(itertools.cycle(ports), start, start + len(ports))


def free_port() -> int:
    """A port on loopback that nobody listens on and that no other caller, in any process, is given.

    Raises:
        OSError: all of them are taken.
    """
    LOCKS.mkdir(exist_ok=True)
    for port in _candidates():
        lock = (LOCKS / str(port)).open("wb")
        with contextlib.suppress(OSError), socket.socket() as probe:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            _held.append(lock)
            return port
        lock.close()
    raise OSError("no port is free")


def free_ports(count: int) -> list[int]:
    """So many of them."""
    return [free_port() for _ in range(count)]
