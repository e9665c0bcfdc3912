"""One process each: build its parts, run it. What `supervisord` starts (deploy/supervisord.conf)."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Mapping

from bot.settings import Settings


def run(role: str) -> None:
    """Run one process until it is stopped.

    Raises:
        bot.settings.SettingsError: a setting is missing or malformed.
    """
    _RUN[role](Settings.from_environment())


def _chat(settings: Settings) -> None:
    from bot.chat.app import create_chat_app
    from bot.chat.connection import TimedProtocol
    from bot.chat.parts import create_parts

    create_chat_app(settings, create_parts(settings)).run(
        host=settings.host, port=settings.chat_port, workers=1, access_log=False, protocol=TimedProtocol
    )


def _staff(settings: Settings) -> None:
    from bot.staff.app import create_staff_app
    from bot.staff.parts import create_parts

    create_staff_app(settings, create_parts(settings)).run(
        host=settings.host, port=settings.staff_port, workers=1, access_log=False
    )


def _rasa(settings: Settings) -> None:
    from bot.commands.train import train_if_needed
    from bot.understanding.engine import serve_model

    serve_model(settings, train_if_needed())


def _relay(settings: Settings) -> None:
    from bot.database import create_database_engine
    from bot.handover.relay import create_relay

    asyncio.run(_until_stopped(create_relay(settings, create_database_engine(settings.database_url)).run))


async def _until_stopped(work: Callable[[asyncio.Event], object]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await work(stop)  # type: ignore[misc]


_RUN: Mapping[str, Callable[[Settings], None]] = {"chat": _chat, "staff": _staff, "rasa": _rasa, "relay": _relay}
