"""The doorway to Rasa itself: train a model, load its parser, run its server. Importing this costs ten seconds."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.run import serve_application
from rasa.core.utils import AvailableEndpoints
from rasa.model_training import train
from rasa.utils.log_utils import configure_structlog

from bot.addresses import Addresses
from bot.database import create_database_engine
from bot.metrics import Metrics
from bot.settings import ROOT, Settings
from bot.understanding.action_servers import ActionServers
from bot.understanding.channel import LENGTH_LIMIT, actions_answer, harmless, prepare_agent
from bot.understanding.concepts import load_concepts
from bot.understanding.following import Follower, Place
from bot.understanding.meanings import meaning_ids
from bot.understanding.phrases import compile_phrase
from bot.understanding.shortcuts import take_shortcuts
from bot.understanding.training_shortcuts import shorten_training
from bot.versions.made_from import code_fingerprint

REQUEST_LIMIT_BYTES = 100_000
# All phrases within half a minute of the start, three milliseconds at a time.
COMPILED_AT_ONCE, PAUSE_SECONDS = 20, 0.05


def train_model(path: Path, root: Path = ROOT, force: bool = False) -> bool:
    """Train from config.yml, domain.yml and data/ into `path` (`….tar.gz`); False when Rasa made no model.

    Without `force` Rasa keeps what it has learned where only sentences have changed: `Understanding.fingerprint_addon`
    says what the pipeline is made from.
    """
    _configure_logging(logging.WARNING)
    shorten_training()
    with _inside(root):
        result = train(
            domain="domain.yml",
            config="config.yml",
            training_files=["data"],
            output=str(path.parent),
            fixed_model_name=path.name.removesuffix(".tar.gz"),
            force_training=force,
        )
    return result.model is not None and path.exists()


def load_parser(path: Path) -> Callable[[str], dict[str, Any]]:
    """The parser of a trained model: text → Rasa's parse data, as the inner channel would make it."""
    _configure_logging(logging.WARNING)
    take_shortcuts()
    load_concepts().compiled()
    processor = Agent.load(str(path)).processor
    # One loop for all messages, as in the server: making one costs as much as a third of reading a message.
    loop = asyncio.new_event_loop()

    def parse(text: str) -> dict[str, Any]:
        message = UserMessage(harmless(text)[:LENGTH_LIMIT])
        parsed: dict[str, Any] = loop.run_until_complete(processor.parse_message(message))
        return parsed

    return parse


def serve_model(settings: Settings, model: Path, metrics: Metrics, own: Callable[[], Path]) -> None:
    """Run Rasa's server with our channel and tracker store until it is stopped; no HTTP API beside the channel.

    It begins with `model` and follows what is put in use; `own` is for the case that `model` does not load.
    """
    _configure_logging(logging.getLevelName(settings.log_level))
    _read_rules()
    take_shortcuts()
    os.environ["SANIC_REQUEST_MAX_SIZE"] = str(REQUEST_LIMIT_BYTES)
    endpoints = AvailableEndpoints.read_endpoints(str(ROOT / "deploy" / "endpoints.yml"))
    endpoints.action = ActionServers(endpoints.action, Addresses.of(settings.actions_url))
    serve_application(
        model_path=str(model),
        interface=settings.host,
        port=settings.rasa_port,
        credentials=str(ROOT / "deploy" / "credentials.yml"),
        endpoints=endpoints,
        enable_api=False,
        server_listeners=_following(_place(settings, metrics, own)),
    )


def _place(settings: Settings, metrics: Metrics, own: Callable[[], Path]) -> Place:
    name = f"{socket.gethostname()[:70]}:{settings.rasa_port}"
    engine = create_database_engine(settings.database_url)
    return Place(name, engine, settings.model_directory, code_fingerprint(), metrics, own, actions_answer)


def _following(place: Place) -> list[tuple[Callable[[Any, Any], Awaitable[None]], str]]:
    async def begin(app: Any, loop: Any) -> None:
        prepare_agent(app.ctx.agent)
        app.ctx.following = loop.create_task(Follower(app.ctx.agent, place).follow())
        app.ctx.compiling = loop.create_task(_compile_by_and_by())

    async def end(app: Any, _loop: Any) -> None:
        app.ctx.following.cancel()
        app.ctx.compiling.cancel()
        await app.ctx.agent.action_endpoint.close()

    return [(begin, "after_server_start"), (end, "before_server_stop")]


def _read_rules() -> None:
    """Else they are read with the first message: a second and more, for all who write meanwhile.

    Nobody is listened to before this is done, so whoever restarts one process of several slows nobody down.
    """
    meaning_ids("hej")


async def _compile_by_and_by() -> None:
    """The phrases of the lexicon, a few at a time: a second in one piece would be felt, and so would each when first
    tried."""
    for number, (_, phrase) in enumerate(load_concepts().entries):
        compile_phrase(phrase)
        if number % COMPILED_AT_ONCE == 0:
            await asyncio.sleep(PAUSE_SECONDS)


def _configure_logging(level: int) -> None:
    # Unconfigured, structlog prints everything, people's words included.
    configure_structlog(level)
    logging.getLogger("rasa").setLevel(level)
    for noisy in ("matplotlib", "apscheduler", "h5py", "tensorflow"):
        logging.getLogger(noisy).setLevel(logging.ERROR)


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
