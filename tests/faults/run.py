"""`make faults`: a storm over a real installation. Prints its figures; ends with 1 on any violation."""

from __future__ import annotations

import argparse
import random
import signal
import sys

from tests.faults.storm import Plan, run_storm


def main() -> int:
    """Read the plan, run it, print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.run", description=__doc__)
    parser.add_argument("--seed", type=int, default=random.randrange(10_000), help="the same seed, the same schedule")
    parser.add_argument("--hand-overs", type=int, default=Plan.hand_overs)
    parser.add_argument("--kills", type=int, default=Plan.kills)
    parser.add_argument("--at-a-time", type=int, default=Plan.at_a_time, help="residents at the same time")
    parser.add_argument("--pause", type=float, default=Plan.pause, help="seconds between kills, on the average")
    parser.add_argument("--postgresql", action="store_true", help="instead of SQLite; it is killed as well")
    # A shell that starts this in the background lets it and its children ignore Ctrl-C: nothing could be stopped.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    report = run_storm(Plan(**vars(parser.parse_args())), lambda line: print(line, flush=True))
    print(f"\n{report.table()}\n")
    for said in report.violations:
        print("VIOLATION:", said)
    return 1 if report.violations else 0


if __name__ == "__main__":
    sys.exit(main())
