"""Every direct dependency imports: some that resolve beside Rasa's pins do not."""

from __future__ import annotations

import importlib
import re

import pytest

from tests.test_tree import ROOT

NAMES = {
    "rasa-sdk": "rasa_sdk",
    "argon2-cffi": "argon2",
    "psycopg2-binary": "psycopg2",
    "prometheus-client": "prometheus_client",
    "ruamel.yaml": "ruamel.yaml",
    "scikit-learn": "sklearn",
    "pytest-timeout": "pytest_timeout",
    "pytest-xdist": "xdist",
    "axe-playwright-python": "axe_playwright_python",
    "time-machine": "time_machine",
    "beautifulsoup4": "bs4",
}
PROGRAMS = {"mypy", "ruff"}


def direct_dependencies() -> list[str]:
    """The names in pyproject.toml; read as text, since Python 3.10 has no TOML reader."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = text[text.index("dependencies = [") : text.index("[tool.mypy]")]
    return re.findall(r'^\s+"([A-Za-z0-9._-]+?)(?:[=<>].*)?",', block, flags=re.MULTILINE)


def test_the_list_of_dependencies_is_read() -> None:
    assert {"rasa", "spacy", "sanic", "pytest"} <= set(direct_dependencies())


@pytest.mark.parametrize("name", [n for n in direct_dependencies() if n not in PROGRAMS])
def test_a_direct_dependency_imports(name: str) -> None:
    importlib.import_module(NAMES.get(name, name.replace("-", "_")))


def test_the_lock_names_no_host_and_hashes_everything() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    pinned = re.findall(r"^([A-Za-z0-9._-]+)==\S+ \\\n    --hash=sha256:", lock, flags=re.MULTILINE)
    assert len(pinned) == len(re.findall(r"^[A-Za-z0-9._-]+==", lock, flags=re.MULTILINE))
    assert {_plain(name) for name in direct_dependencies()} <= {_plain(name) for name in pinned}


def _plain(name: str) -> str:
    """The form in which the lock writes a name (PEP 503)."""
    return name.lower().replace(".", "-").replace("_", "-")
