"""What the README says is there is there: commands, settings, rooms, files."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest
from ruamel.yaml import YAML

from bot import __main__ as command_line
from bot.settings import Settings
from tests.test_tree import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("setting", [field.name.upper() for field in fields(Settings)])
def test_every_setting_stands_in_the_readme(setting: str) -> None:
    assert f"`{setting}`" in README, f"Say in the README what VAGVISAREN_{setting} does."


def test_every_command_stands_in_the_readme() -> None:
    listed = set(re.findall(r"python -m bot ([\w-]+)`", README))
    commands = command_line._parser()._subparsers._group_actions[0].choices  # type: ignore[union-attr]
    assert set(commands) == listed


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"`((?:bot|data|docs|actions|tests|deploy)/[\w./-]+)`", README)))
)
def test_a_file_that_the_readme_names_is_there(path: str) -> None:
    assert (ROOT / path).exists(), f"The README names {path}, which is not there."


@pytest.mark.parametrize(
    "word", ["need", "service", "case", "receipt", "thread", "urgent", "role", "clarify", "degraded"]
)
def test_the_glossary_holds_the_words_of_the_code(word: str) -> None:
    assert re.search(rf"^\| {word}", README, flags=re.MULTILINE)


def test_the_ci_calls_the_test_command_of_the_readme() -> None:
    assert "    make test" in README
    assert "make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


def test_every_action_has_its_place_in_the_domain() -> None:
    domain = YAML(typ="safe").load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "actions").glob("*.py"))
    named = set(re.findall(r'return "(action_\w+)"', code))
    assert named == set(domain["actions"])
    for name in named:
        assert f"class {''.join(part.title() for part in name.split('_'))}(" in code
