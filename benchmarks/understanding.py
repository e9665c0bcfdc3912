"""Our understanding beside Rasa's default pipeline: same machine, same run, same training data, same frozen messages.

    .venv/bin/python benchmarks/understanding.py                            the whole comparison, into latest.json
    .venv/bin/python benchmarks/understanding.py --epochs 5 --limit 40      a quick look, only printed

Both are trained as models without dialogue, in a temporary folder that is gone afterwards. Both read a message as the
front door hands it on (masked). Stock's top intent counts as the need it names; its fallback helps nobody.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [str(ROOT)]  # a script's own folder is on the path, the project is not

from benchmarks.results import LATEST, Line, print_lines, write_lines  # noqa: E402
from bot.chat.masking import mask  # noqa: E402
from bot.commands.evaluation.judged import Figures, Judged, Labelled, figures, judge  # noqa: E402
from bot.commands.evaluation.labelled import FROZEN, read_labelled  # noqa: E402
from bot.commands.evaluation.measure import percentile  # noqa: E402
from bot.understanding.intents import URGENT, need_of  # noqa: E402

FALLBACK = "nlu_fallback"
# Asked for beside beating the peer: docs/evaluation.md, "Goals".
TRAINING_SECONDS = 180
P95_MS = 3


@dataclass(frozen=True)
class Side:
    """What was measured of one of the two."""

    main: Figures
    together: Figures
    harmless_alarms: float
    on_top: float
    ms: Sequence[float]
    training_seconds: float
    model_megabytes: float
    memory_megabytes: float


def main() -> int:
    """Train, parse and compare; the exit code is 1 when ours does not win on every line."""
    options = _options()
    quick = bool(options.epochs or options.limit)
    with tempfile.TemporaryDirectory(prefix="understanding-") as folder:
        lines = compare(Path(folder), options.epochs, options.limit)
    print_lines(lines)
    if quick and not options.output:
        print("A quick look: not written down.")
    else:
        write_lines(lines, options.output or LATEST)
    return int(not all(line.met for line in lines))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Our understanding beside Rasa's default pipeline")
    parser.add_argument("--epochs", type=int, help="epochs of stock's DIETClassifier; 100 without it")
    parser.add_argument("--limit", type=int, help="at most so many training messages an intent")
    parser.add_argument("--output", type=Path, help="where the lines go; benchmarks/latest.json for a whole run")
    return parser.parse_args()


def compare(folder: Path, epochs: int | None, limit: int | None) -> list[Line]:
    """Every line of the comparison, measured inside `folder`."""
    data, rows = training_data(folder, limit), read_labelled(FROZEN)
    texts = folder / "texts.json"
    texts.write_text(json.dumps([mask(row.text).text for row in rows]), encoding="utf-8")
    ours = _side("ours", _our_config(folder), data, texts, rows)
    stock = _side("stock", _stock_config(folder, epochs), data, texts, rows)
    return list(_lines(ours, stock))


def _side(name: str, config: Path, data: Path, texts: Path, rows: Sequence[Labelled]) -> Side:
    folder = config.parent / name
    folder.mkdir()
    model = folder / "model.tar.gz"
    _say(f"{name}: training …")
    trained = _work(folder, "train", config, data, model)
    _say(f"{name}: trained in {trained['seconds']:.0f} s; parsing {len(rows)} messages …")
    parsed = _work(folder, "parse", model, texts)
    judged = [judge(row, heard(one)) for row, one in zip(rows, parsed["parsed"], strict=True)]
    on_main = [(row, one) for row, one in zip(rows, parsed["parsed"], strict=True) if row.set == "main"]
    return Side(
        main=figures(_of(judged, "main")),
        together=figures(judged),
        harmless_alarms=figures(_of(judged, "harmless")).false_alarms or 0.0,
        on_top=sum(top_need(one) in row.accepted for row, one in on_main) / len(on_main),
        ms=parsed["ms"],
        training_seconds=trained["seconds"],
        model_megabytes=trained["megabytes"],
        memory_megabytes=parsed["megabytes"],
    )


def _work(folder: Path, *step: str | Path) -> Any:
    """One step in a process of its own, in a folder of its own: Rasa keeps its cache where it is started."""
    result = folder / f"{step[0]}.json"
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    command = [sys.executable, "-W", "ignore", str(HERE / "understanding_worker.py"), *map(str, step), str(result)]
    subprocess.run(command, cwd=folder, env=environment, check=True, stdout=sys.stderr)  # Rasa talks
    return json.loads(result.read_text(encoding="utf-8"))


def heard(parsed: Mapping[str, Any]) -> Mapping[str, Any]:
    """What was understood, in the fields of `python -m bot understand`, from either side's parse."""
    if parsed.get("heard"):
        return dict(parsed["heard"])
    intent = parsed["intent"]["name"]
    if intent in (FALLBACK, None):
        return {"decision": "fallback", "need": None, "urgent": None}
    confidence = parsed["intent"]["confidence"]
    return {"decision": "answer", "need": need_of(intent), "urgent": URGENT.get(intent), "confidence": confidence}


def top_need(parsed: Mapping[str, Any]) -> str | None:
    """The need that stands first, whatever threshold it reached; on our side danger found by rule stands first."""
    found = parsed.get("heard") or {}
    intents = [found["intent"]] if found else [r["name"] for r in parsed["intent_ranking"] if r["name"] != FALLBACK]
    return found.get("urgent") or (need_of(intents[0]) if intents else None)


def _of(judged: Sequence[Judged], name: str) -> list[Judged]:
    return [one for one in judged if one.label.set == name]


def _lines(ours: Side, stock: Side) -> Iterator[Line]:
    def line(name: str, of: Any, more: bool = False, bound: float | None = None) -> Line:
        return Line(f"understanding: {name}", of(ours), of(stock), more, bound)

    yield line("right need answered", lambda side: side.main.direct, True)
    yield line("right need answered or offered", lambda side: side.main.direct + side.main.assisted, True)
    yield line("right need on top, no threshold", lambda side: side.on_top, True)
    yield line("wrong need answered", lambda side: side.main.wrong)
    yield line("urgent recall", lambda side: side.together.urgent_recall, True)
    yield line("false alarms", lambda side: side.together.false_alarms)
    yield line("false alarms on harmless idioms", lambda side: side.harmless_alarms)
    yield line("ms a message, p50", lambda side: percentile(side.ms, 50))
    yield line("ms a message, p95", lambda side: percentile(side.ms, 95), bound=P95_MS)
    yield line("ms a message, p99", lambda side: percentile(side.ms, 99))
    yield line("training, s", lambda side: side.training_seconds, bound=TRAINING_SECONDS)
    yield line("model, MB", lambda side: side.model_megabytes)
    yield line("peak memory, load and parse, MB", lambda side: side.memory_megabytes)


def _our_config(folder: Path) -> Path:
    config = YAML(typ="safe").load((ROOT / "config.yml").read_text(encoding="utf-8"))
    return _write_config(folder / "ours.yml", {name: value for name, value in config.items() if name != "policies"})


def _stock_config(folder: Path, epochs: int | None) -> Path:
    config = YAML(typ="safe").load((HERE / "stock.yml").read_text(encoding="utf-8"))
    for part in config["pipeline"]:
        if epochs and "epochs" in part:
            part["epochs"] = epochs
    return _write_config(folder / "stock.yml", config)


def _write_config(path: Path, config: Mapping[str, Any]) -> Path:
    with path.open("w", encoding="utf-8") as target:
        YAML(typ="safe").dump(dict(config), target)
    return path


def training_data(folder: Path, limit: int | None) -> Path:
    """The project's own training messages; with a limit, so many of each intent, taken evenly from all of them."""
    if not limit:
        return ROOT / "data" / "nlu"
    lines: dict[str, list[tuple[str, str]]] = {}
    for path in sorted((ROOT / "data" / "nlu").rglob("*.yml")):
        for block in YAML(typ="safe").load(path.read_text(encoding="utf-8"))["nlu"]:
            about = json.dumps(block.get("metadata") or {})
            lines.setdefault(block["intent"], []).extend((about, line) for line in block["examples"].splitlines())
    parts = ['version: "3.1"', "nlu:"]
    for intent, all_lines in lines.items():
        for about, line in all_lines[:: max(1, len(all_lines) // limit)][:limit]:
            parts += [f"- intent: {intent}", f"  metadata: {about}", "  examples: |", f"    {line}"]
    path = folder / "nlu.yml"
    path.write_text("\n".join(parts) + "\n", encoding="utf-8")
    return path


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
