"""The graph that is run straight through gives what Rasa's own runner gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.commands.train import model_path
from bot.settings import ROOT

pytestmark = pytest.mark.slow
MESSAGES = ("min son röker på", "han slår mig, ring inte", "vad kostar det?", "16", "/greet", "")


@pytest.fixture(scope="module")
def runners(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The metadata of the tree's model, Rasa's runner and ours."""
    from rasa.engine.loader import load_predict_graph_runner
    from rasa.engine.runner.dask import DaskGraphRunner
    from rasa.engine.storage.local_model_storage import LocalModelStorage

    from bot.understanding.runner import StraightRunner

    path = model_path(ROOT / "models")
    assert path.exists(), "train first: python -m bot train"
    loaded = [
        load_predict_graph_runner(tmp_path_factory.mktemp("graph"), Path(path), LocalModelStorage, runner)
        for runner in (DaskGraphRunner, StraightRunner)
    ]
    return loaded[0][0], loaded[0][1], loaded[1][1]


def parsed(runner: Any, target: str, text: str) -> Any:
    from rasa.core.channels.channel import UserMessage
    from rasa.shared.core.trackers import DialogueStateTracker

    tracker = DialogueStateTracker.from_events("talk", [])
    inputs = {"__message__": [UserMessage(text)], "__tracker__": tracker}
    return runner.run(inputs=inputs, targets=[target])[target][0].as_dict(only_output_properties=True)


@pytest.mark.parametrize("text", MESSAGES)
def test_a_message_is_parsed_the_same(runners: Any, text: str) -> None:
    metadata, theirs, ours = runners
    assert parsed(ours, metadata.nlu_target, text) == parsed(theirs, metadata.nlu_target, text)


def test_the_next_action_is_predicted_the_same(runners: Any) -> None:
    from rasa.shared.core.events import ActionExecuted, UserUttered
    from rasa.shared.core.trackers import DialogueStateTracker

    metadata, theirs, ours = runners
    events = [ActionExecuted("action_listen"), UserUttered("hej", {"name": "parenting"})]
    talk = DialogueStateTracker.from_events("talk", events, metadata.domain.slots)
    target = metadata.core_target
    found = [runner.run({"__tracker__": talk}, [target])[target] for runner in (theirs, ours)]
    assert found[0].probabilities == found[1].probabilities and max(found[0].probabilities) == 1.0


def test_what_is_wrong_is_said_as_rasa_says_it(runners: Any) -> None:
    from rasa.engine.exceptions import GraphRunError

    metadata, *both = runners
    part = next(iter(both[0]._instantiated_nodes))
    for runner in both:
        with pytest.raises(GraphRunError, match="clashes"):
            runner.run({part: part}, [metadata.nlu_target])
        with pytest.raises(GraphRunError, match="Missing input"):
            runner.run({}, [metadata.nlu_target])
