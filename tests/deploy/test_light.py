"""The lock without TensorFlow: what it leaves out, that the rest stays as it was, that nothing imports what is gone."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import packages_distributions

import pytest

from deploy.light import ENTRY, LEFT_OUT, without
from tests.test_tree import ROOT

LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
ANSWER = """
import sys
from importlib.abc import MetaPathFinder

class Missing(MetaPathFinder):
    def find_spec(self, name, *where):
        if name.split(".")[0] in set(sys.argv[1].split()):
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Missing())
from bot.understanding.stand_in import leave_out
assert leave_out()
import actions.server, bot.chat.web.app, bot.handover.notices.relay, bot.staff.app, bot.understanding.engine
"""


def names(lock: str) -> set[str]:
    return {found[1].lower() for line in lock.splitlines() if (found := ENTRY.match(line))}


def test_everything_is_left_out_that_is_said_and_nothing_else() -> None:
    assert names(LOCK) - names(without(LOCK)) == LEFT_OUT


def test_what_is_kept_keeps_its_hashes() -> None:
    light = without(LOCK)
    assert all(line in LOCK for line in light.splitlines())
    assert light.count("--hash=") > len(names(light))


@pytest.mark.slow
def test_every_process_is_imported_where_none_of_it_is_installed() -> None:
    missing = [module for module, owners in packages_distributions().items() if {o.lower() for o in owners} <= LEFT_OUT]
    assert {"tensorflow", "keras", "jax", "h5py"} <= set(missing)
    command = [sys.executable, "-W", "ignore", "-c", ANSWER, " ".join(missing)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-800:]
