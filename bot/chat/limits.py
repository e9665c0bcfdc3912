"""How much one session and one client may ask for: token buckets, in memory, gone with the process.

Receipt codes are counted between the processes, too: `bot/chat/attempts.py`.

The client is known by a hash of its address under a random salt that is thrown away every day; nothing of it is stored.
A wall would be the wrong answer here: an empty bucket says when to try again, and the phone numbers are always shown.
Whoever empties it again and again waits twice as long each time, up to `longest`; the waiting is forgotten as soon as
the bucket has filled to its half. Asking while one waits costs nothing: an impatient person is no attacker.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import math
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["message", "client_message", "conversation", "case", "receipt"]
MOST_BUCKETS = 50_000
SALT_SECONDS = 86_400
# Where a proxy of our own may call from; nobody else is believed about whom they speak for.
OUR_NETWORKS = tuple(
    ipaddress.ip_network(network)
    for network in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")
)
# Callers whom no proxy names share one key: this machine itself, a monitor, a local demo.
UNNAMED_FACTOR = 20


@dataclass(frozen=True)
class Rate:
    """At most `burst` at once, then one every `seconds`, then fewer: the delay grows up to `longest` seconds."""

    burst: float
    seconds: float
    longest: float = 60


RATES: Mapping[Kind, Rate] = {
    "message": Rate(30, 1, 30),
    "client_message": Rate(120, 0.5, 30),
    "conversation": Rate(30, 10, 300),
    # Gentle: a school has one address. What a flood does to the queue is for crowds.py.
    "case": Rate(8, 60, 600),
    "receipt": Rate(6, 60, 900),
}


@dataclass
class Bucket:
    """How much is left of it, since when it fills, and how long the last wait was."""

    left: float
    at: float
    delay: float = 0.0


@dataclass
class Limits:
    """All buckets of this process; `clock` gives seconds that only grow."""

    rates: Mapping[Kind, Rate] = field(default_factory=lambda: RATES)
    clock: Callable[[], float] = time.monotonic
    _buckets: dict[tuple[Kind, str], Bucket] = field(default_factory=dict)
    _salt: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    _salted_at: float | None = None

    def take(self, kind: Kind, key: str) -> int | None:
        """None if it may go on; else the whole seconds until it may try again."""
        rate, now = self._rate(kind, key), self.clock()
        if len(self._buckets) >= MOST_BUCKETS:
            self._sweep(now)
        bucket = self._buckets.setdefault((kind, key), Bucket(rate.burst, now))
        return take_from(bucket, rate, now)

    def client_key(self, peer: str, forwarded: str) -> str:
        """Who calls, for today only: the address that a proxy on our own network names, else the peer's own.

        "" stands for callers on this machine or network whom no proxy names.
        """
        self._renew_salt()
        network = network_of(peer, forwarded)
        return hmac.new(self._salt, network.encode(), hashlib.sha256).hexdigest() if network else ""

    def _rate(self, kind: Kind, key: str) -> Rate:
        return self.rates[kind] if key else unnamed(self.rates[kind])

    def _renew_salt(self) -> None:
        now = self.clock()
        if self._salted_at is None or now - self._salted_at >= SALT_SECONDS:
            self._salted_at = now
            self._salt = secrets.token_bytes(32)

    def _sweep(self, now: float) -> None:
        """Forget the buckets that have filled up again; if that is not enough, all but the newest half."""
        full = [
            name
            for name, b in self._buckets.items()
            if (now - b.at) / self._rate(*name).seconds >= self.rates[name[0]].burst
        ]
        for name in full:
            del self._buckets[name]
        if len(self._buckets) >= MOST_BUCKETS:
            oldest = sorted(self._buckets, key=lambda name: self._buckets[name].at)
            for name in oldest[: MOST_BUCKETS // 2]:
                del self._buckets[name]


def take_from(bucket: Bucket, rate: Rate, now: float) -> int | None:
    """None if it may go on; else the whole seconds until it may try again. `now` in seconds."""
    if now < bucket.at:
        return math.ceil(bucket.at - now)
    _fill(bucket, rate, now)
    if bucket.left >= 1:
        bucket.left -= 1
        return None
    bucket.delay = min(max(rate.seconds, 2 * bucket.delay), max(rate.seconds, rate.longest))
    # One is let through when the wait is over; from then on it fills as before.
    bucket.left, bucket.at = 1.0, now + bucket.delay
    return max(1, math.ceil(bucket.delay))


def network_of(peer: str, forwarded: str) -> str:
    """The network of whoever calls: the address that a proxy on our own network names, else the peer's own; or ""."""
    address = _address(peer)
    if address is not None and any(address in network for network in OUR_NETWORKS):
        address = _address(forwarded.rsplit(",", 1)[-1].strip())
    if address is None:
        return ""
    # One household usually holds a whole /64.
    return str(ipaddress.ip_network(f"{address}/64", strict=False) if address.version == 6 else address)


def unnamed(rate: Rate) -> Rate:
    """The rate of the one bucket for all callers whom no proxy names."""
    return Rate(rate.burst * UNNAMED_FACTOR, rate.seconds / UNNAMED_FACTOR, rate.longest / UNNAMED_FACTOR)


def _fill(bucket: Bucket, rate: Rate, now: float) -> None:
    bucket.left = min(rate.burst, bucket.left + (now - bucket.at) / rate.seconds)
    bucket.at = now
    if bucket.left >= rate.burst / 2:
        bucket.delay = 0.0


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text.strip("[] "))
    except ValueError:
        return None
