"""Processes that people wait for start without TensorFlow (13 s and 527 MB)."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.test_tree import ROOT


@pytest.mark.parametrize(
    "module", ["bot.chat.web.app", "bot.staff.app", "bot.handover.notices.relay", "actions.talk", "actions.hand_over"]
)
def test_a_process_starts_without_tensorflow(module: str) -> None:
    code = f"import sys, {module}; sys.exit('tensorflow' in sys.modules or 'rasa.core' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, f"{module} loads TensorFlow or Rasa, or does not import: {done.stderr[-500:]}"


def test_the_console_knows_the_needs_without_the_model() -> None:
    code = "import sys, bot.staff.app; sys.exit('sklearn' in sys.modules or 'spacy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, f"the console loads the model, or does not import: {done.stderr[-500:]}"
