"""TensorFlow is left out only where nothing needs it, and whoever would use it is told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_tree import ROOT

ANSWER = """
import asyncio, sys
from bot.understanding.stand_in import leave_out
assert leave_out() and leave_out()
from bot.understanding.engine import load_parser
import tensorflow
assert not hasattr(tensorflow, "__version__"), "the real one was imported"
import boto3, redis, slack_sdk
assert not any(hasattr(each, "__file__") for each in (boto3, redis, slack_sdk)), "a real one was imported"
print("imported")
"""
SERVED = """
from bot.understanding.stand_in import leave_out
assert leave_out(serving=True)
from bot.understanding.engine import serve_model
import matplotlib, questionary
assert not any(hasattr(each, "__file__") for each in (matplotlib, questionary)), "a real one was imported"
print("imported")
"""
USE = """
import sys
from bot.understanding.stand_in import LeftOutError, leave_out
leave_out()
import tensorflow as tf
from tensorflow.keras.utils import Sequence
class Batches(Sequence):
    pass
for use in (lambda: tf.constant(1), lambda: tf.nn.softmax([1]), lambda: Batches()):
    try:
        use()
    except LeftOutError as error:
        print(error)
    else:
        sys.exit("used without an error")
"""
OTHER = """
import pathlib, sys
from bot.understanding.stand_in import leave_out
sys.exit(leave_out(pathlib.Path(sys.argv[1])))
"""


def run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "ignore", "-c", code, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


@pytest.mark.parametrize("code", [ANSWER, SERVED])
def test_rasa_is_imported_without_tensorflow_and_served_without_pictures(code: str) -> None:
    done = run(code)
    assert done.stdout == "imported\n", done.stderr[-500:]


def test_whoever_would_compute_with_it_gets_an_error_that_names_what() -> None:
    done = run(USE)
    assert done.returncode == 0, done.stdout + done.stderr[-500:]
    assert done.stdout.count("was left out") == 3 and "tensorflow.constant" in done.stdout


@pytest.mark.parametrize(
    ("config", "left_out"),
    [
        ("pipeline: [{name: bot.understanding.components.Understanding}]\npolicies: [{name: RulePolicy}]", True),
        ("pipeline: [{name: DIETClassifier}]\npolicies: [{name: RulePolicy}]", False),
        ("pipeline: []\npolicies: [{name: RulePolicy}, {name: TEDPolicy}]", False),
    ],
)
def test_a_config_with_a_part_that_is_not_known_to_do_without_gets_the_real_one(
    tmp_path: Path, config: str, left_out: bool
) -> None:
    (tmp_path / "config.yml").write_text(config, encoding="utf-8")
    assert run(OTHER, str(tmp_path)).returncode == left_out
