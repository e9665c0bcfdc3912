"""An outside comparison: our intent model on MASSIVE sv-SE (FitzGerald et al. 2022, CC BY 4.0; not in the repository).

Only the model is compared, not the rules: they know this city and not alarm clocks. Tune on `dev`; see `test` once.
"""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TextIO

from bot.commands.evaluation.labelled import LabelError
from bot.commands.evaluation.tables import Table, share
from bot.understanding.model import IntentModel

PARTITIONS = ("train", "dev", "test")
# Accuracy on the test split, for the reader: what others reached.
OTHERS = (
    ("XLM-R base, trained on 51 locales", 0.879),
    ("XLM-R base, zero-shot", 0.852),
    ("TF-IDF and linear SVM", 0.852),
    ("Rasa LogisticRegressionClassifier", 0.826),
    ("Rasa DIETClassifier", 0.820),
)
Split = Sequence[tuple[str, str]]


def read_massive(path: Path) -> dict[str, Split]:
    """(text, intent) pairs by partition, from JSON lines, gzipped or not.

    Raises:
        LabelError: the file is not such a file, or a partition is missing.
    """
    splits: dict[str, list[tuple[str, str]]] = {name: [] for name in PARTITIONS}
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                splits[row["partition"]].append((row["utt"], row["intent"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LabelError(f"{path}: is not in the MASSIVE format: utt, intent, partition ({error!r})") from error
    if missing := [name for name, rows in splits.items() if not rows]:
        raise LabelError(f"{path}: has no rows of {', '.join(missing)}")
    return dict(splits)


def compare(path: Path, final: bool, target: TextIO, progress: TextIO) -> None:
    """Train on `train`, print the accuracy on `dev` and, when this is the final look, on `test`."""
    splits: Mapping[str, Split] = read_massive(path)
    texts, intents = zip(*splits["train"], strict=True)
    print(f"Training on {len(texts)} messages of {len(set(intents))} intents …", file=progress, flush=True)
    began = time.monotonic()
    model = IntentModel.train(texts, intents)
    print(f"Trained in {time.monotonic() - began:.0f} s.", file=progress, flush=True)
    rows = []
    for name in ("dev", "test") if final else ("dev",):
        rows.append([name, str(len(splits[name])), share(accuracy(model, splits[name]))])
    rows += [[f"{name} (others, on test)", "", share(value)] for name, value in OTHERS]
    print(Table("MASSIVE sv-SE, intents", ["", "messages", "accuracy"], rows).as_text(), file=target)


def accuracy(model: IntentModel, rows: Split) -> float:
    """Share of messages whose most probable intent is the right one."""
    return sum(model.rank(text)[0].intent == intent for text, intent in rows) / len(rows)
