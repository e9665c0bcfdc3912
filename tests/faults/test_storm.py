"""A short storm with a fixed seed; `make faults` is the long one (docs/handover.md)."""

from __future__ import annotations

import pytest

from tests.faults.storm import Plan, run_storm
from tests.postgresql import find_binaries

NEEDS_POSTGRESQL = pytest.mark.skipif(find_binaries() is None, reason="PostgreSQL is not installed")


@pytest.mark.slow
@pytest.mark.timeout(480)
@pytest.mark.xdist_group("town")
@pytest.mark.parametrize(
    "postgresql", [False, pytest.param(True, marks=NEEDS_POSTGRESQL)], ids=["sqlite", "postgresql"]
)
def test_a_short_storm_loses_nothing_and_promises_nothing_falsely(postgresql: bool) -> None:
    # The patience is that of a machine on which the rest of the suite runs at the same time.
    plan = Plan(seed=11, hand_overs=20, kills=12, pause=1.5, recovery=180, postgresql=postgresql)
    report = run_storm(plan)
    assert not report.violations, "\n".join([report.table(), *report.violations])
    assert (
        report.figures["cases never told of"] == report.figures["false promises"] == report.figures["notices lost"] == 0
    )
