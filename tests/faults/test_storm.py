"""Short storms with a fixed seed; `make faults` is the long one (docs/handover.md)."""

from __future__ import annotations

import pytest

from tests.faults.storm import Plan, run_storm
from tests.postgresql import find_binaries

NEEDS_POSTGRESQL = pytest.mark.skipif(find_binaries() is None, reason="PostgreSQL is not installed")
# Their patience is that of a machine on which the rest of the suite runs at the same time.
ON_SQLITE = Plan(seed=11, hand_overs=20, kills=12, pause=1.5, recovery=180)
ON_POSTGRESQL = Plan(seed=12, hand_overs=12, kills=8, pause=1.5, recovery=180, postgresql=True)


@pytest.mark.slow
@pytest.mark.timeout(480)
@pytest.mark.xdist_group("town")
@pytest.mark.parametrize(
    "plan", [ON_SQLITE, pytest.param(ON_POSTGRESQL, marks=NEEDS_POSTGRESQL)], ids=["sqlite", "postgresql"]
)
def test_a_short_storm_loses_nothing_and_promises_nothing_falsely(plan: Plan) -> None:
    report = run_storm(plan)
    assert not report.violations, "\n".join([report.table(), *report.violations])
    assert report.figures["cases"] == report.figures["promises shown"] >= plan.hand_overs
