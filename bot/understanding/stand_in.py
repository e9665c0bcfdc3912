"""What is left out: stand-ins that Rasa can import and nobody can use.

Rasa imports TensorFlow whether a model uses it or not; ours has none (a linear model and rules). That costs each start
six seconds of a processor and 260 MB, and the wheel 1.4 GB. The same goes, on a smaller scale, for what other channels
and stores than ours are made of. A stand-in gives Rasa's modules classes to inherit from and to name in signatures.
Whatever would use one gets an error that says so, at the latest when the model is loaded (docs/decisions/0008).
"""

from __future__ import annotations

import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

from ruamel.yaml import YAML

from bot.settings import ROOT

TENSORFLOW = frozenset({"tensorflow", "tensorflow_addons", "tensorflow_hub", "tensorflow_text", "keras"})
# For stores and channels that deploy/endpoints.yml and deploy/credentials.yml do not name.
ELSEWHERE = frozenset({"boto3", "botocore", "pymongo", "redis", "aiogram", "slack_sdk", "twilio", "webexteamssdk"})
# For whoever looks at pictures or types at a terminal; evaluation draws, a server does neither.
LOOKS = frozenset({"matplotlib", "questionary", "prompt_toolkit"})
# What is known to do without. A name that does not stand here gets the real thing.
NEEDS_NONE = frozenset({"bot.understanding.components.Understanding", "RulePolicy"})


class LeftOutError(ImportError):
    """Something wants to use what was left out; the message names it."""


def leave_out(root: Path = ROOT, serving: bool = False) -> bool:
    """From now on an import of what Rasa does not need brings a stand-in; call it before anything imports Rasa.

    `serving`: this process answers people and draws nothing, even if it must train first: it does without `LOOKS` too.

    Returns whether it stands in: not for a config.yml with parts that are not known to do without TensorFlow, and not
    where TensorFlow itself has been imported already.
    """
    if "tensorflow" in sys.modules:
        return isinstance(sys.modules["tensorflow"], _Module)
    if not _does_without(root / "config.yml"):
        return False
    sys.meta_path.insert(0, _Finder(TENSORFLOW | ELSEWHERE | (LOOKS if serving else frozenset())))
    return True


def _does_without(config: Path) -> bool:
    parts = YAML(typ="safe").load(config.read_text(encoding="utf-8"))
    named = {part["name"] for field in ("pipeline", "policies") for part in parts.get(field) or []}
    return named <= NEEDS_NONE


class _Class(type):
    """A class of the stand-in: can be inherited from and named, never made."""

    def __getattr__(cls, name: str) -> type:
        return _named(cls.__module__, f"{cls.__qualname__}.{name}")

    def __call__(cls, *_args: Any, **_kwargs: Any) -> Any:
        raise LeftOutError(f"{cls.__module__}.{cls.__qualname__} was left out: bot/understanding/stand_in.py.")


class _Module(ModuleType):
    """A module of the stand-in: has whatever it is asked for."""

    def __getattr__(self, name: str) -> type:
        return _named(self.__name__, name)


def _named(module: str, name: str) -> type:
    last = name.rpartition(".")[2]
    if last.startswith("__"):
        raise AttributeError(last)  # Python itself asks whether something is callable, has a path, and so on.
    return _Class(last, (), {"__module__": module, "__qualname__": name})


class _Finder(MetaPathFinder, Loader):
    def __init__(self, names: frozenset[str]) -> None:
        self._names = names

    def find_spec(self, fullname: str, *_where: object) -> ModuleSpec | None:
        """Every module of what is left out, however deep."""
        left_out = fullname.split(".")[0] in self._names
        return ModuleSpec(fullname, self, is_package=True) if left_out else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """A module that has everything."""
        return _Module(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """There is nothing in it."""
