"""How long training takes: our pipeline beside stock's on the same messages, with so many epochs of DIETClassifier.

    .venv/bin/python benchmarks/training.py                        one epoch, at most 100 messages an intent
    .venv/bin/python benchmarks/training.py --epochs 100 --limit 0 everything as stock would do it: a day on two cores

The names of the lines say epochs and messages: with few of them stock is faster than it would be, and knows less.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent)]

from benchmarks.results import LATEST, Line, print_lines, write_lines  # noqa: E402
from benchmarks.understanding import (  # noqa: E402
    TRAINING_SECONDS,
    _our_config,
    _stock_config,
    _work,
    training_data,
)


def main() -> int:
    """Train both; the exit code is 1 when ours is slower."""
    parser = argparse.ArgumentParser(description="Training beside stock Rasa's")
    parser.add_argument("--quick", action="store_true", help="ten messages an intent, only printed")
    parser.add_argument("--epochs", type=int, default=1, help="epochs of stock's DIETClassifier")
    parser.add_argument("--limit", type=int, default=100, help="at most so many messages an intent; 0 for all")
    parser.add_argument("--output", type=Path, default=LATEST)
    options = parser.parse_args()
    limit = 10 if options.quick else options.limit
    with tempfile.TemporaryDirectory(prefix="training-") as folder:
        ours, stock = (_seconds(Path(folder), name, options.epochs, limit) for name in ("ours", "stock"))
    lines = list(lines_of(ours, stock, options.epochs, limit))
    print_lines(lines)
    if not options.quick:
        write_lines(lines, options.output)
    return int(not all(line.met for line in lines))


def lines_of(ours: float, stock: float, epochs: int, limit: int) -> Iterator[Line]:
    """One line; its name says what was trained on."""
    messages = f"at most {limit} messages an intent" if limit else "all messages"
    name = f"training: {messages}, stock with {epochs} of 100 epochs, s"
    yield Line(name, ours, stock, bound=TRAINING_SECONDS)


def _seconds(folder: Path, name: str, epochs: int, limit: int) -> float:
    print(f"{name}: training …", file=sys.stderr, flush=True)
    config = _our_config(folder) if name == "ours" else _stock_config(folder, epochs)
    place = folder / name
    place.mkdir()
    trained = _work(place, "train", config, training_data(folder, limit or None), place / "model.tar.gz")
    return float(trained["seconds"])


if __name__ == "__main__":
    sys.exit(main())
