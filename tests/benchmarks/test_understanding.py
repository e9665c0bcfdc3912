"""How the comparison with stock reads both sides, and when a line counts as won."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from benchmarks.results import Line, write_lines
from benchmarks.understanding import _stock_config, heard, top_need, training_data


def stock(*ranking: tuple[str, float]) -> dict[str, Any]:
    ranked = [{"name": name, "confidence": confidence} for name, confidence in ranking]
    return {"intent": ranked[0], "intent_ranking": ranked, "heard": None}


OURS = {"decision": "clarify", "intent": "parenting", "need": None, "choices": ["parenting"], "urgent": None}


def test_our_own_decision_is_taken_as_it_is() -> None:
    assert heard({"heard": OURS}) == OURS


@pytest.mark.parametrize(
    ("parsed", "decision", "need", "urgent"),
    [
        (stock(("parenting", 0.8)), "answer", "parenting", None),
        (stock(("suicide_risk", 0.8)), "answer", "suicide_risk", "suicide_risk"),
        (stock(("greet", 0.8)), "answer", "smalltalk", None),
        (stock(("ask_cost", 0.8)), "answer", None, None),
        (stock(("nlu_fallback", 0.7), ("emergency", 0.2)), "fallback", None, None),
        (stock((None, 0.0)), "fallback", None, None),  # type: ignore[arg-type]
    ],
)
def test_stocks_top_intent_is_its_decision(
    parsed: dict[str, Any], decision: str, need: str | None, urgent: str | None
) -> None:
    found = heard(parsed)
    assert (found["decision"], found["need"], found["urgent"]) == (decision, need, urgent)


@pytest.mark.parametrize(
    ("parsed", "need"),
    [
        (stock(("nlu_fallback", 0.7), ("emergency", 0.2)), "emergency"),
        (stock(("thanks", 0.9)), "smalltalk"),
        ({"heard": OURS}, "parenting"),
        ({"heard": {**OURS, "urgent": "emergency"}}, "emergency"),
    ],
)
def test_the_need_on_top_leaves_thresholds_out(parsed: dict[str, Any], need: str) -> None:
    assert top_need(parsed) == need


@pytest.mark.parametrize(
    ("line", "met"),
    [
        (Line("a", 0.9, 0.8, more_is_better=True), True),
        (Line("a", 0.8, 0.9, more_is_better=True), False),
        (Line("a", 0.8, 0.8, more_is_better=True), False),
        (Line("a", 1.0, 1.0, more_is_better=True), True),
        (Line("a", 2.0, 3.0), True),
        (Line("a", 3.0, 2.0), False),
        (Line("a", 0.0, 0.0), True),
        (Line("a", 4.0, 9.0, bound=3), False),
        (Line("a", 2.0, 9.0, bound=3), True),
        (Line("a", 2.0, 1.0, bound=3, against=False), True),
        (Line("a", 4.0, 9.0, bound=3, against=False), False),
    ],
)
def test_a_line_is_won_only_by_being_better_and_within_its_bound(line: Line, met: bool) -> None:
    assert line.met is met


def test_lines_of_other_benchmarks_stay_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "latest.json"
    path.write_text('[{"name": "other", "ours": 1}, {"name": "a", "ours": 9}]', encoding="utf-8")
    write_lines([Line("a", 1.0, 2.0)], path)
    entry = {"name": "a", "ours": 1.0, "peer": 2.0, "ratio": 0.5, "goal": "less than the peer", "met": True}
    assert json.loads(path.read_text(encoding="utf-8")) == [{"name": "other", "ours": 1}, entry]


def test_a_limit_takes_so_many_messages_of_each_intent(tmp_path: Path) -> None:
    blocks = YAML(typ="safe").load(training_data(tmp_path, 3).read_text(encoding="utf-8"))["nlu"]
    assert set(Counter(block["intent"] for block in blocks).values()) == {3}
    assert all(block["metadata"] for block in blocks)


@pytest.mark.parametrize(("epochs", "used"), [(None, 100), (5, 5)])
def test_stock_trains_as_long_as_it_is_told(tmp_path: Path, epochs: int | None, used: int) -> None:
    config = YAML(typ="safe").load(_stock_config(tmp_path, epochs).read_text(encoding="utf-8"))
    assert [part["epochs"] for part in config["pipeline"] if part["name"] == "DIETClassifier"] == [used]
