"""`python -m bot evaluate` with a small parser in the model's place, and CI's gate with the real one."""

from __future__ import annotations

import gzip
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

from bot.__main__ import main
from bot.commands import evaluate as command
from bot.commands.evaluate import Options, evaluate, evaluate_massive
from bot.commands.evaluation import labelled, massive
from bot.commands.evaluation.floors import Floor, FloorError, load_floors
from bot.commands.evaluation.gate import load_accepted
from bot.commands.evaluation.judged import Labelled
from bot.commands.evaluation.labelled import FROZEN, LabelError, read_labelled, unknown_needs
from bot.commands.evaluation.measure import Spread, Stopwatch, percentile
from bot.commands.evaluation.pictures import inline
from bot.understanding.intents import Ranked

ROWS: list[dict[str, Any]] = [
    {"text": "parenting alfa", "need": "parenting", "style": "plain", "set": "main", "age": 15, "place": "Farsta"},
    {"text": "human beta", "need": "human", "style": "slang", "set": "main"},
    {"text": "parenting gamma", "need": "human", "style": "slang", "set": "main"},
    {"text": "emergency delta", "need": "emergency", "urgent": "emergency", "style": "plain", "set": "crisis"},
    {"text": "human epsilon", "need": "human", "style": "plain", "set": "harmless"},
]
FLOORS = """
tolerance: 0.04
compared: [main, crisis]
floors:
  main: {direct: {goal: 0.9, floor: 0.6}, wrong: {goal: 0.05, floor: 0.4}}
  together: {urgent_recall: {goal: 0.99, floor: 0.9, hard: true}}
  harmless: {false_alarms: {goal: 0, floor: 0}}
"""
Parse = Callable[[str], dict[str, Any]]


def parse(text: str) -> dict[str, Any]:
    """Understands its own first word, surely; a text that starts with "unsure" is asked about."""
    need = text.split()[0]
    urgent = need if need in ("emergency", "suicide_risk") else None
    heard: dict[str, Any] = {"need": need, "choices": [], "urgent": urgent, "confidence": 0.9, "age": 15}
    if need == "unsure":
        heard |= {"decision": "clarify", "need": None, "choices": ["parenting"], "confidence": 0.3}
    return {"intent": {"name": need, "confidence": 0.9}, "heard": {"decision": "answer", **heard}}


def deaf(text: str) -> dict[str, Any]:
    """Hears no danger."""
    return parse(text.replace("emergency", "parenting"))


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Options:
    """A frozen set, floors and an accepted report of the test's own."""
    frozen = write(tmp_path / "frozen.jsonl", ROWS)
    monkeypatch.setattr(labelled, "FROZEN", frozen)
    monkeypatch.setattr(command, "FROZEN", frozen)
    (tmp_path / "floors.yml").write_text(FLOORS, encoding="utf-8")
    return Options(html=None, floors=tmp_path / "floors.yml", accepted=tmp_path / "accepted.json")


@pytest.fixture
def page(options: Options, tmp_path: Path) -> str:
    """The HTML report of a run that meets a gate."""
    path = tmp_path / "made" / "report.html"
    run(replace(options, gate=True, html=path))
    return path.read_text(encoding="utf-8")


def run(options: Options, parser: Parse = parse) -> tuple[int, str, str]:
    out, progress = io.StringIO(), io.StringIO()
    code = evaluate(options, out, lambda: parser, progress)
    return code, out.getvalue(), progress.getvalue()


def test_the_figures_of_every_set_and_of_all_together_are_printed(options: Options) -> None:
    code, out, _ = run(options)
    assert code == 0
    assert re.search(r"main +crisis +harmless +together", out)
    assert re.search(r"direct +66.7 % +100.0 % +100.0 % +80.0 %", out)
    assert re.search(r"wrong +33.3 % +0.0 % +0.0 % +20.0 %", out)
    assert re.search(r"urgent recall +– +100.0 % +– +100.0 %", out)
    assert re.search(r"place right +0.0 % +– +– +0.0 %", out)
    assert re.search(r"human +parenting +1", out)


def test_no_frozen_message_is_printed_or_written(options: Options, page: str) -> None:
    _, out, progress = run(replace(options, gate=True))
    assert not [row for row in ROWS if row["text"].split()[1] in out + progress + page]


def test_the_run_says_how_far_it_is(options: Options) -> None:
    assert "5 of 5 messages" in run(options)[2]


def test_messages_go_through_the_doors_mask(options: Options, tmp_path: Path) -> None:
    seen: list[str] = []

    def listening(text: str) -> dict[str, Any]:
        seen.append(text)
        return parse(text)

    file = write(tmp_path / "own.jsonl", [{"text": "human ring 070-123 45 67", "need": "human"}])
    run(replace(options, files=(file,)), listening)
    assert seen
    assert not [text for text in seen if "123 45 67" in text]


def test_wrong_answers_of_ones_own_file_can_be_shown(options: Options, tmp_path: Path) -> None:
    file = write(
        tmp_path / "own.jsonl", [{"text": "unsure zeta", "need": "human"}, {"text": "human eta", "need": "human"}]
    )
    code, out, _ = run(replace(options, files=(file,), show_wrong=True))
    assert code == 0
    assert "unhelped: human → clarify: unsure zeta" in out
    assert "eta" not in out.replace("zeta", "")


def test_danger_that_was_not_seen_is_shown_first(options: Options, tmp_path: Path) -> None:
    rows = [{"text": "human eta", "need": "parenting"}, {"text": "human i", "need": "emergency", "urgent": "emergency"}]
    _, out, _ = run(replace(options, files=(write(tmp_path / "own.jsonl", rows),), show_wrong=True))
    assert out.index("danger not seen: emergency → human: human i") < out.index("wrong: parenting → human: human eta")


def test_frozen_messages_are_never_shown(options: Options) -> None:
    code, out, progress = run(replace(options, show_wrong=True))
    assert (code, out) == (2, "")
    assert "tunes on them" in progress


def test_frozen_messages_are_not_shown_from_a_copy_either(options: Options, tmp_path: Path) -> None:
    copy = write(tmp_path / "mine.jsonl", [{"text": "another", "need": "human"}, ROWS[0]])
    assert run(replace(options, files=(copy,), show_wrong=True))[:2] == (2, "")


def test_the_gate_fails_without_an_accepted_report(options: Options) -> None:
    code, out, _ = run(replace(options, gate=True))
    assert code == 1
    assert "There is no accepted report" in out


def test_the_gate_holds_when_nothing_changed(options: Options) -> None:
    assert run(replace(options, accept=True))[0] == 0
    code, out, _ = run(replace(options, gate=True))
    assert (code, "Gate: every floor holds." in out) == (0, True)
    assert "goal: main: direct is 0.667 and is not yet at its goal of 0.9." in out


def worse(text: str) -> dict[str, Any]:
    return parse(text.replace("parenting alfa", "human"))


@pytest.mark.parametrize(
    ("parser", "said"),
    [
        (worse, "main: direct is 0.333 and misses its floor of 0.6."),
        (worse, "main: wrong is 0.667 and misses its floor of 0.4."),
        (worse, "main: recall of parenting fell from 1.000 to 0.000, more than 0.040."),
        (deaf, "together: urgent_recall is 0 and misses its floor of 0.9."),
        (deaf, "together: urgent_recall is 0 and was 1 in the accepted report and may not step back."),
        (lambda text: parse(text.replace("human epsilon", "emergency")), "harmless: false_alarms is 1 and misses"),
    ],
)
def test_a_worse_model_fails_the_gate_and_is_told_why(options: Options, parser: Parse, said: str) -> None:
    run(replace(options, accept=True))
    code, out, _ = run(replace(options, gate=True), parser)
    assert code == 1
    assert f"MISSED: {said}" in out


def test_without_the_gate_a_miss_is_only_said(options: Options) -> None:
    code, out, _ = run(options, worse)
    assert (code, "MISSED" in out) == (0, True)


def test_changed_labels_fail_the_gate(options: Options) -> None:
    run(replace(options, accept=True))
    write(labelled.FROZEN, [*ROWS, {"text": "human theta", "need": "human", "set": "main"}])
    code, out, _ = run(replace(options, gate=True))
    assert code == 1
    assert "The labelled messages are not those of the accepted report" in out


def test_a_set_that_went_missing_fails_the_gate(options: Options) -> None:
    write(labelled.FROZEN, [row for row in ROWS if row["set"] != "harmless"])
    assert "MISSED: harmless: false_alarms is not measured" in run(replace(options, gate=True))[1]


def test_another_file_is_held_against_the_floors_that_its_labels_allow(options: Options, tmp_path: Path) -> None:
    file = write(tmp_path / "own.jsonl", [{"text": "human eta", "need": "human"}])
    code, out, _ = run(replace(options, files=(file,), gate=True))
    assert (code, "note: together: urgent_recall is not measured" in out) == (0, True)


def test_figures_below_a_hard_floor_are_not_accepted(options: Options) -> None:
    code, _, progress = run(replace(options, accept=True), deaf)
    assert (code, options.accepted.exists()) == (2, False)
    assert "urgent_recall" in progress


@pytest.mark.parametrize("beside", [{"gate": True}, {"files": (Path("own.jsonl"),)}])
def test_accepting_stands_alone(options: Options, beside: dict[str, Any]) -> None:
    assert run(replace(options, accept=True, **beside))[0] == 2
    assert not options.accepted.exists()


def test_an_accepted_report_holds_no_message_and_no_time(options: Options) -> None:
    run(replace(options, accept=True))
    text = options.accepted.read_text(encoding="utf-8")
    assert not [row for row in ROWS if row["text"].split()[1] in text]
    assert set(json.loads(text)) == {"labels", "sets", "values"}


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"labels": "x", "sets": [], "values": {}}'])
def test_a_damaged_accepted_report_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "accepted.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(FloorError, match=r"accepted\.json"):
        load_accepted(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "needs `tolerance`"),
        ("tolerance: 0.1\ncompared: []\nfloors: {main: {drect: {goal: 1, floor: 1}}}", "main.drect: there is no such"),
        ("tolerance: 0.1\ncompared: []\nfloors: {main: {direct: {goal: 1}}}", "main.direct: `floor` must be a number"),
        ("tolerance: 0.1\ncompared: []\nfloors: {main: {direct: {gaol: 1, floor: 1}}}", "main.direct: must hold"),
        ("tolerance: 0.1\ncompared: []\nfloors: {time: {direct: {goal: 1, floor: 1}}}", "time.direct: there is no"),
    ],
)
def test_a_mistake_in_the_floors_is_named(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "floors.yml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(FloorError, match=re.escape(said)):
        load_floors(path)


def test_the_floors_of_the_project_can_be_read_and_guard_danger() -> None:
    hard = {(floor.set, floor.figure) for floor in load_floors().floors if floor.hard}
    assert {("together", "urgent_recall"), ("crisis", "urgent_recall")} <= hard


def test_no_floor_of_the_project_asks_for_more_than_its_goal() -> None:
    assert [floor for floor in load_floors().floors if not floor.holds(floor.goal, floor.floor)] == []


@pytest.mark.parametrize(
    ("figure", "value", "holds"), [("direct", 0.8, True), ("direct", 0.4, False), ("wrong", 0.4, True)]
)
def test_a_floor_knows_which_way_is_better(figure: str, value: float, holds: bool) -> None:
    assert Floor("main", figure, 0.5, 0.5).holds(value, 0.5) is holds


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "holds no message"),
        ('{"text": "a", "need": "human"}\nnot json', "line 2: is not JSON"),
        ('{"need": "human"}', '"text" must be a text'),
        ('{"text": "a"}', '"need" must be a text'),
        ("[1]", '"text" must be a text'),
    ],
)
def test_a_mistake_in_a_labelled_file_is_named(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "own.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(LabelError, match=re.escape(said)):
        read_labelled(path)


def test_a_missing_file_is_refused_before_a_model_is_loaded(options: Options, tmp_path: Path) -> None:
    def never() -> Parse:
        raise AssertionError("the model was loaded")

    assert evaluate(replace(options, files=(tmp_path / "none.jsonl",)), io.StringIO(), never, io.StringIO()) == 2


def test_needs_that_the_assistant_does_not_have_are_named() -> None:
    assert unknown_needs([Labelled("a", "parentng"), Labelled("b", "human")]) == ["parentng"]


def test_the_page_stands_alone_and_every_picture_has_words_and_a_table(page: str) -> None:
    soup = BeautifulSoup(page, "html.parser")
    pictures = soup.find_all("svg", role="img")
    assert len(pictures) == 12
    for picture in pictures:
        title = picture.find("title", id=picture["aria-labelledby"])
        assert title
        assert len(title.text) > 30
        assert picture.find_parent("figure").find("table")
    assert not soup.find_all(["img", "link", "script", "iframe"])


def test_ids_on_the_page_are_unique_and_every_reference_leads_somewhere(page: str) -> None:
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', page)) <= set(ids)


def test_a_picture_inside_a_page_escapes_its_words() -> None:
    svg = inline('<?xml version="1.0"?><svg a="1"><metadata>x</metadata><use href="#q"/></svg>', "k", "a < b")
    assert svg == (
        '<svg role="img" aria-labelledby="k-words" a="1"><title id="k-words">a &lt; b</title><use href="#k-q"/></svg>'
    )


@pytest.mark.parametrize(("percent", "value"), [(50, 5.0), (95, 10.0), (99, 10.0), (10, 1.0)])
def test_percentiles_are_values_that_were_measured(percent: float, value: float) -> None:
    assert percentile([float(number) for number in range(10, 0, -1)], percent) == value


def test_long_messages_are_timed_apart() -> None:
    watch = Stopwatch([1.0, 2.0, 50.0], [1.0, 1.0, 40.0])
    assert watch.times(2).wall == Spread(1.0, 2.0, 2.0, 50.0)
    assert watch.times(2).cpu.long == 40.0


def massive_rows(partitions: tuple[str, ...]) -> str:
    rows = [
        {"utt": f"{word} {number}", "intent": intent, "partition": partition}
        for partition in partitions
        for number in range(6)
        for word, intent in (("alarm", "alarm_set"), ("spela", "play_music"))
    ]
    return "".join(json.dumps(row) + "\n" for row in rows)


class FakeModel:
    """Knows alarms only."""

    @classmethod
    def train(cls, texts: Any, intents: Any) -> FakeModel:
        assert (len(texts), set(intents)) == (12, {"alarm_set", "play_music"})
        return cls()

    def rank(self, _text: str) -> list[Ranked]:
        return [Ranked("alarm_set", 0.9)]


@pytest.mark.parametrize(("final", "splits"), [(False, ["dev"]), (True, ["dev", "test"])])
def test_massive_is_trained_on_train_and_shows_test_only_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, final: bool, splits: list[str]
) -> None:
    monkeypatch.setattr(massive, "IntentModel", FakeModel)
    path = tmp_path / "massive.jsonl.gz"
    path.write_bytes(gzip.compress(massive_rows(("train", "dev", "test")).encode()))
    out = io.StringIO()
    assert evaluate_massive(path, final, out, io.StringIO()) == 0
    assert re.findall(r"^  (dev|test) +12 +50.0 %$", out.getvalue(), flags=re.MULTILINE) == splits


@pytest.mark.parametrize("content", [massive_rows(("train",)), '{"text": "a"}\n', "no json"])
def test_a_file_that_is_not_massive_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "massive.jsonl"
    path.write_text(content, encoding="utf-8")
    assert evaluate_massive(path, False, io.StringIO(), io.StringIO()) == 2


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_real_model_passes_the_gate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["evaluate", "--gate", "--html", str(tmp_path / "report.html")])
    said = capsys.readouterr().out
    assert code == 0, said[said.index("Gate:") :]
    assert FROZEN.name not in said
