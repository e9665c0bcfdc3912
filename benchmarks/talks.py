"""Seeded talks of five turns for the benchmarks that need many: drawn with a fixed seed, the same on every machine."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import insert
from sqlalchemy.engine import Engine

from bot.database import transaction
from bot.staff.parts import NEEDS
from bot.tables import conversations, messages

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc)
TURNS = 5
AT_ONCE = 2_000
WHO = ("min son", "min dotter", "min bror", "jag", "min mamma", "min kille", "min kompis", "grannens pojke")
WHAT = (
    "röker på varje dag",
    "vägrar gå till skolan",
    "vill hoppa av",
    "slår mig",
    "dricker för mycket",
    "sover aldrig",
    "är rädd hemma",
    "hänger med fel gäng",
    "skriker på barnen",
    "kommer ut på tisdag",
)
WHERE = ("i farsta", "i rinkeby", "på söder", "i skolan", "hemma", "på kvällarna", "sedan i somras", "nu igen")
SAID_BACK = "Det finns stöd för det här. Du kan ringa eller skriva, och du behöver inte säga vem du är."


def fill(engine: Engine, talks: int, seed: int, first: int = 0) -> None:
    """Talks of five turns: ten messages each, over two years. Their ids are counted from `first` on."""
    draw = random.Random(seed)
    for start in range(first, first + talks, AT_ONCE):
        ids = [f"{number:032x}" for number in range(start, min(start + AT_ONCE, first + talks))]
        begun = {id_: NOW - timedelta(minutes=draw.random() * 1_000_000) for id_ in ids}
        rows = [{"id": id_, "created_at": at, "last_seen_at": at, "is_test": False} for id_, at in begun.items()]
        said = [row for id_, at in begun.items() for row in _talk(draw, id_, at)]
        with transaction(engine) as connection:
            connection.execute(insert(conversations), rows)
            connection.execute(insert(messages), said)


def _talk(draw: random.Random, id_: str, at: datetime) -> Iterator[dict[str, Any]]:
    need = draw.choice(NEEDS)
    for turn in range(TURNS):
        text = f"{draw.choice(WHO)} {draw.choice(WHAT)} {draw.choice(WHERE)}"
        if draw.random() < 0.001:
            text += " räksmörgås"
        common = {"conversation_id": id_, "masked": [], "choices": [], "created_at": at + timedelta(seconds=20 * turn)}
        kept = {"urgent": None, "service": None, "feedback": None}
        yield {**common, **kept, "sender": "person", "text": text, "understood": _understood(draw, need)}
        shown = {"service": {"id": "mini_maria", "district": None}} if turn == 1 and need == "substance_use" else {}
        feedback = draw.choice((None, "asked", "yes", "no"))
        answer = {"sender": "bot", "text": SAID_BACK, "understood": {"language": "sv"}, "feedback": feedback}
        yield {**common, **kept, **answer, **shown}


def _understood(draw: random.Random, need: str) -> dict[str, Any]:
    sure = draw.random() < 0.8
    confidence = round(draw.uniform(0.8, 0.99) if sure else draw.uniform(0.05, 0.8), 4)
    guesses = [need, *draw.sample(NEEDS, 3)]
    ranking = [{"name": name, "confidence": round(confidence / (index + 1), 4)} for index, name in enumerate(guesses)]
    urgent = need if need in ("emergency", "suicide_risk") and draw.random() < 0.1 else None
    decided = {"decision": "answer" if confidence >= 0.6 else "clarify", "reason": "model is sure", "choices": []}
    return {"intent": need, "need": need, "confidence": confidence, "urgent": urgent, "ranking": ranking, **decided}
