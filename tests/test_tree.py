"""The law of the house: which room may import which, and through which door the outside comes in."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Each room may import itself and what stands here. `commands` puts the rooms together and may import all.
GROUND = {
    "bot.addresses",
    "bot.stopping",
    "bot.settings",
    "bot.database",
    "bot.tables",
    "bot.sentences",
    "bot.switch",
    "bot.triggers",
    "bot.metrics",
    "bot.versions",
}
ROOMS = {
    "bot.understanding": {"bot.routing.places"},
    "bot.routing": set(),
    "bot.handover": {"bot.understanding", "bot.routing"},
    "bot.chat": {"bot.understanding", "bot.routing", "bot.handover"},
    "bot.staff": {"bot.understanding", "bot.routing", "bot.handover"},
    "actions": {"bot.understanding", "bot.routing", "bot.handover"},
}
SHELLS = {
    f"bot.understanding.{name}"
    for name in (
        "components",
        "channel",
        "tracker",
        "engine",
        "replacing",
        "following",
        "shortcuts",
        "foreseen",
        "runner",
        "training_shortcuts",
        "action_servers",
    )
}
# Outside library → the modules that are its doorway. Everything else must go through them.
DOORS = {
    "rasa": SHELLS,
    "rasa_sdk": {"actions"},
    "tensorflow": set(),
    "spacy": {"bot.understanding"},
    "sanic": {
        "bot.chat.web.app",
        "bot.chat.web.connection",
        "bot.staff.app",
        "bot.understanding.channel",
        "actions.server",
    },
    "aiosmtplib": {"bot.handover"},
    "prometheus_client": {"bot.metrics"},
    "smtplib": set(),
    "requests": {"bot.staff.sign_in.provider"},
    "authlib": {"bot.staff.sign_in.provider"},
    "joserfc": {"bot.staff.sign_in.provider"},
    "aiohttp": {"bot.chat.assistant", "bot.handover", "bot.understanding.channel", "bot.understanding.action_servers"},
}
# A room within a room: it may use only itself and what stands here of its own room, and it touches no database.
PURE: dict[str, set[str]] = {"bot.chat.masking": set()}
# Whoever starts these must not pay for TensorFlow.
LIGHT = ("bot.chat", "bot.staff", "bot.handover", "bot.routing", "actions")


def modules() -> dict[str, str]:
    """Dotted name → source of every module of the project."""
    found = {}
    for top in ("bot", "actions"):
        for path in (ROOT / top).rglob("*.py"):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            found[name] = path.read_text(encoding="utf-8")
    return found


def imports(source: str) -> Iterator[str]:
    """Every dotted name that a source imports, wherever the import stands."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def inside(name: str, places: set[str]) -> bool:
    return any(name == place or name.startswith(place + ".") for place in places)


def broken_laws(name: str, source: str) -> list[str]:
    """Every import of a module that the law forbids, said so that one knows what to do."""
    room = next((room for room in ROOMS if inside(name, {room})), None)
    faults = []
    for imported in imports(source):
        top = imported.split(".")[0]
        if top in DOORS and not inside(name, DOORS[top]):
            faults.append(
                f"{name} imports {imported}: go through {sorted(DOORS[top]) or 'nothing, it is not used here'}"
            )
        allowed = room and {room, *GROUND, *ROOMS[room]}
        if allowed and top in ("bot", "actions") and imported != "bot" and not inside(imported, allowed):
            faults.append(f"{name} imports {imported}: {room} may use only {sorted(allowed)}")
        inner = next((place for place in PURE if inside(name, {place})), None)
        if inner and top in ("bot", "sqlalchemy") and not inside(imported, {inner, *PURE[inner]}):
            faults.append(f"{name} imports {imported}: {inner} is pure and may use only {sorted(PURE[inner])}")
        if inside(name, set(LIGHT)) and imported in SHELLS and name not in SHELLS:
            faults.append(f"{name} imports {imported}: that loads Rasa and TensorFlow")
    return faults


@pytest.mark.parametrize("name", sorted(modules()))
def test_a_module_keeps_the_import_law(name: str) -> None:
    faults = broken_laws(name, modules()[name])
    if name.startswith("bot.commands") or name == "bot.__main__":
        faults = [fault for fault in faults if "go through" in fault]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("bot.routing.route", "from bot.handover.case import open_case"),
        ("bot.chat.web.app", "import bot.staff.app"),
        ("bot.staff.casework.cases", "from bot.chat import session"),
        ("bot.handover.case", "import actions.talk"),
        ("bot.chat.session", "import sanic"),
        ("bot.chat.degraded", "from bot.understanding.channel import SECRET_HEADER"),
        ("bot.understanding.age", "from rasa.shared.nlu import constants"),
        ("bot.chat.masking.names", "from bot.chat.session import Session"),
        ("bot.chat.masking.numbers", "from sqlalchemy import select"),
        ("bot.staff.sign_in.city", "import requests"),
        ("bot.staff.gate", "from authlib.oidc.core import CodeIDToken"),
        ("bot.routing.route", "def late():\n    import tensorflow"),
    ],
)
def test_a_broken_law_is_caught(name: str, source: str) -> None:
    assert broken_laws(name, source)


def test_only_settings_reads_the_environment() -> None:
    readers = [n for n, source in modules().items() if "os.environ" in source or "getenv" in source]
    # Commands hand the environment on to children; the engine sets one variable that Sanic reads.
    commands = {"bot.commands.serve", "bot.commands.secrets", "bot.commands.backups.postgresql"}
    allowed = {"bot.settings", "bot.understanding.engine", *commands}
    assert set(readers) <= allowed, f"Take a Settings instead of reading the environment: {set(readers) - allowed}"


def test_actions_have_no_subpackages() -> None:
    folders = [p.name for p in (ROOT / "actions").iterdir() if p.is_dir() and p.name != "__pycache__"]
    assert not folders, f"Rasa's SDK does not look into {folders}; move the modules up."
