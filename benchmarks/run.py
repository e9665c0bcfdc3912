"""Every comparison one after the other, into `latest.json`: `make benchmark`.

    .venv/bin/python benchmarks/run.py [--quick]

Each is a command of its own and can be run alone; one that fails or misses a goal does not stop the others. Stock's
DIETClassifier needs about five minutes an epoch for all our messages on two cores, a whole training of a hundred epochs
a day: here it is trained with one epoch on part of them, which the lines say. For what it understands when it is
trained whole run `benchmarks/understanding.py` without options.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ALL = ("training", "replies", "growth", "processes")


def main() -> int:
    """Run them; the exit code is 1 when any of them says so."""
    parser = argparse.ArgumentParser(description="All comparisons with stock Rasa")
    parser.add_argument("--quick", action="store_true", help="few of everything, nothing written down")
    options = parser.parse_args()
    failed = [name for name in ALL if _run(name, ["--quick"] if options.quick else [])]
    print(f"Missed a goal or failed: {', '.join(failed)}." if failed else "Every goal is met.", flush=True)
    return int(bool(failed))


def _run(name: str, options: list[str]) -> int:
    print(f"\n{name} …", flush=True)
    began = time.monotonic()
    code = subprocess.run([sys.executable, "-W", "ignore", str(HERE / f"{name}.py"), *options]).returncode
    print(f"{name}: {time.monotonic() - began:.0f} s", flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
