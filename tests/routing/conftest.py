"""The shipped catalogue in both modes, and a way to change one thing in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.routing.catalogue import SERVICES, Catalogue
from bot.sentences import Sentences

TODAY = date(2026, 11, 22)
Change = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="session")
def demo() -> Catalogue:
    return Catalogue.load("demo")


@pytest.fixture(scope="session")
def live() -> Catalogue:
    return Catalogue.load("live")


@pytest.fixture(scope="session")
def sentences() -> set[str]:
    """The names of every sentence in domain.yml."""
    return set(Sentences.load("demo").texts)


@pytest.fixture
def changed(tmp_path: Path) -> Callable[..., Catalogue]:
    """Load a copy of services.yml after `change(data)`."""

    def load(change: Change, mode: str = "demo") -> Catalogue:
        data = YAML(typ="safe").load(SERVICES.read_text(encoding="utf-8"))
        change(data)
        path = tmp_path / "services.yml"
        with path.open("w", encoding="utf-8") as target:
            YAML(typ="safe").dump(data, target)
        return Catalogue.load(mode, services_path=path)

    return load


@pytest.fixture
def confirmed(changed: Callable[..., Catalogue]) -> Catalogue:
    """Live, with every fact confirmed."""

    def confirm(data: dict[str, Any]) -> None:
        for entry in (*data["lines"], *data["services"]):
            for fact in entry.values():
                if isinstance(fact, dict):
                    fact |= {"confirmed_by": "Förvaltaren", "confirmed_on": date(2026, 11, 22)}

    return changed(confirm, mode="live")


def entry(data: dict[str, Any], kind: str, id_: str) -> dict[str, Any]:
    """One service or line of a file."""
    return next(item for item in data[kind] if item["id"] == id_)
