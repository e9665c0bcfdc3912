"""What is ready before Rasa's server takes its first call. No server is started here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.metrics import Metrics
from bot.settings import Settings
from bot.understanding.concepts import load_concepts

pytestmark = pytest.mark.slow
ADDRESSES = "http://127.0.0.1:1,http://127.0.0.1:2"


def served(monkeypatch: pytest.MonkeyPatch, folder: Path) -> dict[str, Any]:
    """What Rasa's server is started with, and how much of the rules had been read by then."""
    from bot.understanding import engine

    own = {"database_url": f"sqlite:///{folder / 'talks.db'}", "actions_url": ADDRESSES}
    settings = Settings("secret", "key", ("key",), **own)
    for name, value in {**settings.to_environment(), "SANIC_REQUEST_MAX_SIZE": "1"}.items():
        monkeypatch.setenv(name, value)
    found: dict[str, Any] = {}

    def listen(**named: Any) -> None:
        found.update(named, read=load_concepts.cache_info().currsize)

    monkeypatch.setattr(engine, "serve_application", listen)
    load_concepts.cache_clear()
    model = Path("model.tar.gz")
    engine.serve_model(settings, model, Metrics(), lambda: model)
    return found


def test_the_rules_are_read_before_anybody_is_listened_to(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert served(monkeypatch, tmp_path)["read"] == 1


def test_every_action_server_of_the_settings_is_known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    action = served(monkeypatch, tmp_path)["endpoints"].action
    assert sorted(action._addresses.in_turn()) == ADDRESSES.split(",")
    assert action.headers == {"X-Inner-Secret": "secret"}
    assert action.kwargs["enable_selective_domain"] is True
