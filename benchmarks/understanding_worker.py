"""One step of `understanding.py` in a process of its own, so that neither side's imports or memory touch the other.

understanding_worker.py train CONFIG DATA MODEL RESULT     only the training is timed, not the imports
understanding_worker.py parse MODEL TEXTS RESULT           loads and parses, nothing else: its peak memory counts
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

WARM_UP = 20


def train(config: str, data: str, model: str, result: str) -> None:
    """Train an NLU model; writes {"seconds", "megabytes"}."""
    from rasa.model_training import train_nlu

    began = time.monotonic()
    made = train_nlu(config, data, str(Path(model).parent), fixed_model_name=Path(model).name.removesuffix(".tar.gz"))
    seconds = time.monotonic() - began
    if not made:
        sys.exit("Rasa made no model.")
    _write(result, {"seconds": seconds, "megabytes": Path(model).stat().st_size / 1e6})


def parse(model: str, texts: str, result: str) -> None:
    """Parse every text, timed one by one; writes {"parsed", "ms", "megabytes"}."""
    from bot.understanding.engine import load_parser

    parser, parsed, times = load_parser(Path(model)), [], []
    wanted: list[str] = json.loads(Path(texts).read_text(encoding="utf-8"))
    for text in wanted[:WARM_UP]:
        parser(text)
    for number, text in enumerate(wanted, 1):
        began = time.perf_counter()
        parsed.append(parser(text))
        times.append((time.perf_counter() - began) * 1000)
        if number % 250 == 0 or number == len(wanted):
            print(f"  {number} of {len(wanted)} messages", file=sys.stderr, flush=True)
    kept = [{key: one.get(key) for key in ("intent", "intent_ranking", "heard")} for one in parsed]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # kilobytes on Linux
    _write(result, {"parsed": kept, "ms": times, "megabytes": peak})


def _write(path: str, content: dict[str, Any]) -> None:
    Path(path).write_text(json.dumps(content), encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1] == "train":
        train(*sys.argv[2:])
    else:
        parse(*sys.argv[2:])
