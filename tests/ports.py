"""Ports that stay a test's own from the moment they are handed out, beside other workers and other connections."""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import random
import socket
import tempfile
import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import IO

LOCKED = Path(tempfile.gettempdir()) / "vagvisaren-ports.lock"
COUNT = 12_000
# What this process has been given: a lock keeps other processes away, not the one that holds it.
_given: set[int] = set()
_one_at_a_time = threading.Lock()


@cache
def _locks() -> IO[bytes]:
    """One file whose every byte stands for a port: each lock is given back when the process ends, however it ends."""
    return LOCKED.open("ab")


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
    with _one_at_a_time:
        for port in _candidates():
            if port not in _given and _is_free(port):
                _given.add(port)
                return port
    raise OSError("no port is free")


def _is_free(port: int) -> bool:
    with contextlib.suppress(OSError), socket.socket() as probe:
        fcntl.lockf(_locks(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        return True
    return False


def free_ports(count: int) -> list[int]:
    """So many of them."""
    return [free_port() for _ in range(count)]
