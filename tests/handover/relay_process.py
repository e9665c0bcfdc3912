"""A relay in a process of its own, for tests that kill it: the settings come from the environment as in real life."""

from __future__ import annotations

import asyncio

from bot.database import create_database_engine
from bot.handover.notices.relay import create_relay
from bot.handover.notices.rounds import Pace
from bot.settings import Settings


async def main() -> None:
    settings = Settings.from_environment()
    pace = Pace(deliver=0.05, watch=0.5, beat=0.2, patience=1, lease=2)
    await create_relay(settings, create_database_engine(settings.database_url), pace=pace).run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main())
