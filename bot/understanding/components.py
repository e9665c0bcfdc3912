"""The shell between Rasa's graph and our pure functions: one component reads, ranks and decides.

One component and not five, because the parts share one text and one decision: a chain would hand half-made decisions on
(an intent below its threshold) that the next component has to guess the meaning of.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.understanding.decision import Decision, Thresholds, decide, with_second
from bot.understanding.intents import TALK, Ranked
from bot.understanding.model import IntentModel
from bot.understanding.reading import Reading, read, read_about
from bot.understanding.whose import WhoseModel, label_files, load_labels

MODEL_FILE = "understanding.joblib"
RANKING_LENGTH = 6
ENTITIES = ("age", "place", "district", "role", "relation", "substance", "service_named", "language")


@dataclass(frozen=True)
class Models:
    """What is learned: what a message is about, and whom."""

    intents: IntentModel
    whose: WhoseModel

    def heard(self, text: str) -> tuple[list[Ranked], Reading]:
        """The ranking and the reading; a word inside a talk ("16", "ja") is about whoever it says."""
        row = self.intents.weights.row(text)
        shares = self.intents.shares(row)
        ranking = self.intents.ranked(shares)
        about = ranking[0].intent not in TALK
        return ranking, read_about(text, self.whose.role(row, shares)) if about else read(text)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class Understanding(GraphComponent, IntentClassifier):
    """Intent, ranking, entities and decision of a message."""

    def __init__(
        self, config: dict[str, Any], storage: ModelStorage, resource: Resource, models: Models | None = None
    ) -> None:
        """Keep the parts; `models` is None until trained."""
        self._thresholds = Thresholds(**{k: v for k, v in config.items() if k in Thresholds.__dataclass_fields__})
        self._storage = storage
        self._resource = resource
        self._models = models

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The thresholds of `decision.py`; config.yml overrides them."""
        return {name: field.default for name, field in Thresholds.__dataclass_fields__.items()}

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:  # noqa: ARG003
        """A hash of this folder and of the places it reads.

        Rasa's cache looks only at this class, and would bring back a stale model.
        """
        folder = Path(__file__).parent
        digest = hashlib.sha256()
        places = folder.parent / "routing"
        for path in sorted([*folder.glob("*.py"), *folder.glob("*.yml"), *places.glob("places.*"), *label_files()]):
            digest.update(path.read_bytes())
        return digest.hexdigest()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003
    ) -> Understanding:
        """An untrained component."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the models on all examples that carry an intent, and on the labels of whom a message is about."""
        examples = [message for message in training_data.intent_examples if message.get("text")]
        texts = [message.get("text") for message in examples]
        named = [message.get("intent") for message in examples]
        intents, matrix = IntentModel.fit(texts, named)
        whose = WhoseModel.train(matrix, texts, named, load_labels())
        self._models = Models(intents, whose)
        with self._storage.write_to(self._resource) as directory:
            # Rasa packs the whole model once more: packed twice it is no smaller, and half a second slower to load.
            joblib.dump(self._models, directory / MODEL_FILE)
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003
        **kwargs: Any,  # noqa: ARG003
    ) -> Understanding:
        """The trained component."""
        with model_storage.read_from(resource) as directory:
            return cls(config, model_storage, resource, joblib.load(directory / MODEL_FILE))

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing later in the pipeline learns from our features."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Set intent, ranking, entities and `decision` on each typed message; a button's payload passes untouched."""
        for message in messages:
            text = message.get("text") or ""
            if self._models is not None and not text.startswith("/"):
                self._understand(message, text, self._models)
        return messages

    def _understand(self, message: Message, text: str, models: Models) -> None:
        ranking, reading = models.heard(text)
        decision = decide(ranking, reading.urgent, self._thresholds, reading.foreign, reading.hurt)
        message.set("intent", {"name": decision.intent, "confidence": decision.confidence}, add_to_output=True)
        message.set("intent_ranking", [_ranked(r) for r in ranking[:RANKING_LENGTH]], add_to_output=True)
        message.set("entities", _entities(reading), add_to_output=True)
        message.set("heard", heard(with_second(decision, reading.substance), reading, ranking[0]), add_to_output=True)


def heard(decision: Decision, reading: Reading, top: Ranked) -> dict[str, Any]:
    """Decision and reading as the plain data that actions, transcript and the `understand` command use."""
    return {
        "decision": decision.decided,
        # The model has not learned other languages: its guess would only mislead whoever reads the log.
        "intent": decision.intent if reading.foreign else top.intent,
        "confidence": round(decision.confidence if reading.foreign else top.confidence, 4),
        "need": decision.need,
        "choices": list(decision.choices),
        "urgent": decision.urgent,
        "urgent_case": decision.case,
        "reason": decision.reason,
        "watch": decision.watch,
        "also": decision.also,
        **reading.as_dict(),
    }


def _ranked(ranked: Ranked) -> dict[str, Any]:
    return {"name": ranked.intent, "confidence": round(ranked.confidence, 4)}


def _entities(reading: Reading) -> list[dict[str, Any]]:
    found = {**reading.as_dict(), "language": None if reading.foreign else reading.language}
    return [{"entity": name, "value": found[name]} for name in ENTITIES if found[name] is not None]
