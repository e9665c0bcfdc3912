"""Receipt codes that were tried, counted by all chat processes together: how guessable a code is hangs on it.

No address is stored, and nothing by which one could be told. All addresses share 65,536 slots, dealt anew each day
under our key; a slot stands for some 65,000 addresses of the internet, and whoever tries a code deletes those that are
older than an hour. Whoever happens to share one with a guesser waits for a quarter of an hour at most, with the phone
numbers beside.
"""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta, timezone

from sqlalchemy import delete, select, update
from sqlalchemy.engine import Connection

from bot.chat.limits import RATES, Bucket, take_from, unnamed
from bot.handover.insertion import insert_once
from bot.tables import receipt_attempts as attempts

SLOTS = 65_536
UNNAMED = -1
KEPT = timedelta(hours=1)
SKEW_SECONDS = 2.0


def slot_of(network: str, key: str, now: datetime) -> int:
    """The slot of a network for today; `UNNAMED` for callers whom no proxy names."""
    if not network:
        return UNNAMED
    said = f"receipt attempts\0{now:%Y-%m-%d}\0{network}"
    return int.from_bytes(hmac.digest(key.encode(), said.encode(), "sha256")[:8], "big") % SLOTS


def count_attempt(connection: Connection, slot: int, now: datetime) -> int | None:
    """Count one more; None if it may go on, else the whole seconds until it may try again.

    To be committed by itself: what comes of the code must not undo it.
    """
    rate = RATES["receipt"] if slot != UNNAMED else unnamed(RATES["receipt"])
    connection.execute(delete(attempts).where(attempts.c.at < now - KEPT))
    insert_once(connection, attempts, {"slot": slot, "remaining": rate.burst, "delay": 0.0, "at": now})
    mine = attempts.c.slot == slot
    row = connection.execute(select(attempts).where(mine).with_for_update()).one()
    bucket = Bucket(row.remaining, row.at.timestamp(), row.delay)
    seconds = take_from(bucket, rate, _shared(now.timestamp(), bucket.at))
    at = datetime.fromtimestamp(bucket.at, timezone.utc)
    connection.execute(update(attempts).where(mine).values(remaining=bucket.left, delay=bucket.delay, at=at))
    return seconds


def _shared(now: float, at: float) -> float:
    """Two machines never agree to the millisecond: one whose clock is behind must make nobody wait for it."""
    return at if now < at <= now + SKEW_SECONDS else now
