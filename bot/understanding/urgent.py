"""Danger to life or thoughts of suicide, found by rules alone.

The same function runs in Rasa's pipeline (beside the model) and at the front door, where it works when Rasa is away.
Rules are in `urgent.yml`. They lean towards alarm: a needless 112 costs a sentence, a missed one may cost a life; but
harmless idioms are cut out first, because an alarm at "jag dör av skratt" teaches people not to trust it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from ruamel.yaml import YAML

from bot.understanding.phrases import compile_phrase, first_match
from bot.understanding.text import fold

RULES = Path(__file__).with_name("urgent.yml")
Kind = Literal["emergency", "suicide_risk"]


class UrgentRulesError(ValueError):
    """`urgent.yml` is wrong; the message names the rule and the field."""


@dataclass(frozen=True)
class Urgent:
    """What was found: the kind, the case that decides the wording of the answer, and the words that raised it."""

    kind: Kind
    case: str
    phrase: str


@dataclass(frozen=True)
class Rule:
    """One case: any of `phrases` raises it, unless one of `unless` stands in the same text."""

    case: str
    kind: Kind
    phrases: tuple[str, ...]
    unless: tuple[str, ...]


@dataclass(frozen=True)
class Rules:
    """Harmless idioms (cut out first) and the cases, the gravest first."""

    idioms: tuple[str, ...]
    cases: tuple[Rule, ...]


def urgent(text: str) -> Urgent | None:
    """The gravest danger that the text speaks of, or None. Pure, total, about 1 ms for 2,000 characters."""
    rules = load_rules()
    folded = _without(rules.idioms, fold(text))
    for rule in rules.cases:
        phrase = first_match(rule.phrases, folded)
        if phrase and not first_match(rule.unless, folded):
            return Urgent(rule.kind, rule.case, phrase)
    return None


@cache
def load_rules(path: Path = RULES) -> Rules:
    """Read and check the rules.

    Raises:
        UrgentRulesError: a case lacks its kind or its phrases.
    """
    data = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    return Rules(tuple(data["idioms"]), tuple(_rule(entry) for entry in data["cases"]))


def _rule(entry: dict[str, object]) -> Rule:
    name = str(entry.get("case"))
    kind = entry.get("kind")
    if kind not in ("emergency", "suicide_risk"):
        raise UrgentRulesError(f"urgent.yml, case '{name}', field 'kind': must be emergency or suicide_risk.")
    phrases, unless = entry.get("any"), entry.get("unless", [])
    if not isinstance(phrases, list) or not phrases or not isinstance(unless, list):
        raise UrgentRulesError(f"urgent.yml, case '{name}', field 'any': needs a list of phrases.")
    return Rule(name, "emergency" if kind == "emergency" else "suicide_risk", tuple(phrases), tuple(unless))


def _without(idioms: tuple[str, ...], folded: str) -> str:
    for idiom in idioms:
        folded = compile_phrase(idiom).sub(" . ", folded)
    return folded
