"""One process each: build its parts, run it. What `supervisord` starts (deploy/supervisord.conf)."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Mapping
from dataclasses import asdict

from sqlalchemy.engine import Engine

from bot.database import create_database_engine, now, reading
from bot.handover.notices.standing import TEXTS, read_standing
from bot.metrics import Gauges, Metrics, tell
from bot.settings import Settings


def run(role: str) -> None:
    """Run one process until it is stopped.

    Raises:
        bot.settings.SettingsError: a setting is missing or malformed.
    """
    _RUN[role](Settings.from_environment())


def _chat(settings: Settings) -> None:
    from bot.chat.parts import create_parts
    from bot.chat.web.app import create_chat_app
    from bot.chat.web.connection import TimedProtocol

    parts = create_parts(settings)
    tell(settings, "chat", parts.metrics)
    create_chat_app(settings, parts).run(
        host=settings.host, port=settings.chat_port, workers=1, access_log=False, protocol=TimedProtocol
    )


def _staff(settings: Settings) -> None:
    from bot.staff.app import create_staff_app
    from bot.staff.parts import create_parts

    parts = create_parts(settings)
    tell(settings, "staff", parts.metrics)
    create_staff_app(settings, parts).run(host=settings.host, port=settings.staff_port, workers=1, access_log=False)


def _rasa(settings: Settings) -> None:
    from bot.commands import models, train
    from bot.understanding.stand_in import leave_out

    leave_out(serving=True)
    from bot.understanding.engine import serve_model

    model, metrics = models.model_to_serve(settings), Metrics()
    models.note_model(settings, model)
    metrics.model.info({"version": model.name})
    tell(settings, "rasa", metrics)
    serve_model(settings, model, metrics, lambda: train.train_if_needed(settings.model_directory))


def _relay(settings: Settings) -> None:
    from bot.handover.notices.relay import create_relay

    engine = create_database_engine(settings.database_url)
    metrics = Metrics()
    metrics.registry.register(Gauges(TEXTS, lambda: _standing(engine)))
    tell(settings, "relay", metrics)
    asyncio.run(_until_stopped(create_relay(settings, engine).run))


def _standing(engine: Engine) -> dict[str, float | None]:
    with reading(engine) as connection:
        return asdict(read_standing(connection, now()))


def _actions(_settings: Settings) -> None:
    from actions.server import main

    main()


async def _until_stopped(work: Callable[[asyncio.Event], object]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await work(stop)  # type: ignore[misc]


_RUN: Mapping[str, Callable[[Settings], None]] = {
    "chat": _chat,
    "staff": _staff,
    "rasa": _rasa,
    "relay": _relay,
    "actions": _actions,
}
