"""The dashboard and the alert rules name metrics that exist, with labels and values that exist."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families
from ruamel.yaml import YAML

from bot.__main__ import ROLES
from bot.handover.notices.standing import TEXTS, Standing
from bot.metrics import DECISIONS, KINDS, STAGES, Gauges, Metrics, tell
from bot.settings import Settings
from tests.test_tree import ROOT

ALERTS = YAML(typ="safe").load((ROOT / "deploy" / "alerts.yml").read_text(encoding="utf-8"))
RULES = [rule for group in ALERTS["groups"] for rule in group["rules"]]
DASHBOARD = json.loads((ROOT / "deploy" / "grafana" / "vagvisaren.json").read_text(encoding="utf-8"))
QUERIES = [rule["expr"] for rule in RULES] + [t["expr"] for panel in DASHBOARD["panels"] for t in panel["targets"]]


@pytest.fixture(scope="module")
def existing() -> dict[str, set[str]]:
    """Name → labels of every metric that any process tells, each of them used once."""
    metrics = Metrics()
    metrics.decided("answer")
    metrics.heard_danger("emergency")
    metrics.refused.labels("401").inc()
    metrics.requests.labels("GET /arenden", "200").observe(1)
    metrics.actions.labels("action_hand_over").observe(1)
    metrics.model.info({"version": "x"})
    with metrics.stage("whole"):
        pass
    metrics.registry.register(Gauges(TEXTS, lambda: dict.fromkeys(TEXTS, 1.0)))
    tell(Settings("a", "b", ("c",)), "relay", metrics)
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(generate_latest(metrics.registry).decode()):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def named(query: str) -> set[str]:
    return set(re.findall(r"\b(?:vagvisaren|process)_\w+", query))


@pytest.mark.parametrize("query", QUERIES)
def test_every_metric_of_a_query_exists(query: str, existing: dict[str, set[str]]) -> None:
    assert named(query), f"{query} asks for none of our metrics."
    assert named(query) <= set(existing), f"{named(query) - set(existing)} is told by no process."


@pytest.mark.parametrize("query", QUERIES)
def test_every_label_and_value_of_a_query_exists(query: str, existing: dict[str, set[str]]) -> None:
    known = set().union(*(existing[name] for name in named(query))) | {"instance"}
    values = {"role": ROLES, "decision": DECISIONS, "stage": STAGES, "kind": KINDS}
    for label, value in re.findall(r'(\w+)="([^"]*)"', query):
        assert label in known and value in values[label], f"{label}={value} does not exist."
    for group in re.findall(r"by \(([^)]*)\)", query):
        assert {part.strip() for part in group.split(",")} <= known


def test_a_misspelt_metric_would_be_caught(existing: dict[str, set[str]]) -> None:
    assert not named("max(vagvisaren_outbox_deed) > 0") <= set(existing)


def test_every_figure_of_the_standing_has_a_text() -> None:
    assert set(TEXTS) == {field.name for field in fields(Standing)}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_says_what_is_wrong_and_what_to_do(rule: dict[str, Any]) -> None:
    assert rule["annotations"]["summary"].endswith(".") and rule["annotations"]["action"].endswith(".")
    assert rule["labels"]["severity"] in ("page", "ticket")


def test_each_promise_has_an_alert() -> None:
    assert {"PromiseBroken", "PromiseRunsOut", "NoticesWait", "RelaySilent", "AnswersSlow", "ChatAway"} <= {
        rule["alert"] for rule in RULES
    }


def test_the_page_on_operation_names_every_metric(existing: dict[str, set[str]]) -> None:
    text = Path(ROOT / "docs" / "operation.md").read_text(encoding="utf-8")
    ours = {re.sub(r"_(bucket|count|sum|created)$", "", name) for name in existing if name.startswith("vagvisaren_")}
    missing = [name for name in ours if name not in text and name.removeprefix("vagvisaren") not in text]
    assert not missing, f"Say in docs/operation.md what {missing} tells."
