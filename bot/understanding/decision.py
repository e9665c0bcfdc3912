"""Answer, clarify or pass on: what to do with a ranking, and which need it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bot.understanding.intents import NEEDS, TALK, TOPICS, URGENT, Ranked, need_of
from bot.understanding.urgent import Kind, Urgent

Decided = Literal["answer", "clarify", "fallback"]

# An answer inside the talk is read in the light of what was asked, so it may be less sure than a new need.
INSIDE_TALK = 0.3
# With this much, what is left when danger is taken away is sure enough to be kept for afterwards.
SURE_BESIDE_DANGER = 0.9
# Two needs at once ("han dricker och slår mig"): from this share up both are meant; who is hurt comes first.
BOTH = 0.2
HURT, OFTEN_BESIDE = ("partner_violence", "honour_violence"), "substance_use"


@dataclass(frozen=True)
class Thresholds:
    """Probabilities (0–1), each chosen on writers that the model had not seen (docs/understanding.md).

    From `answer` up the top need is acted on; from `clarify` up it is offered as a choice. From `urgent` up the two
    urgent intents together raise the urgent answer, whatever stands on top; from `watch` up the ordinary answer begins
    with one line about 112, since a danger that is missed costs more than a line.
    """

    answer: float = 0.6
    clarify: float = 0.05
    urgent: float = 0.3
    watch: float = 0.04
    choices: int = 3


@dataclass(frozen=True)
class Decision:
    """What the assistant does: with `clarify`, `choices` are the needs to offer, the likeliest first.

    `also` is a second need that the same message holds; it is offered after the first.
    """

    decided: Decided
    intent: str
    need: str | None
    choices: tuple[str, ...]
    urgent: Kind | None
    case: str | None
    confidence: float
    reason: str
    watch: bool = False
    also: str | None = None


def decide(
    ranking: Sequence[Ranked],
    alarm: Urgent | None,
    thresholds: Thresholds,
    foreign: str | None = None,
    hurt: bool = False,
) -> Decision:
    """One decision from the model's ranking and the rules' alarm; danger is heard first, whoever found it.

    `foreign` is a language that the assistant does not speak: the model has not learned it, so only the rules count.
    `hurt`: the text says that somebody hurts the writer.
    """
    if foreign:
        return _unspoken(foreign, alarm)
    topic = next((r for r in ranking if r.intent not in URGENT), ranking[0])
    danger = _danger(ranking, alarm, thresholds)
    if danger:
        kind, case, confidence, reason = danger
        calm = sum(r.confidence for r in ranking if r.intent not in URGENT)
        return Decision("answer", kind, kind, _kept(topic, calm, thresholds), kind, case, confidence, reason)
    watch = sum(_urgent_shares(ranking).values()) >= thresholds.watch
    first, also = _safety_first(ranking, hurt)
    return replace(_calm(first, thresholds), watch=watch, also=also)


def with_second(decision: Decision, substance: str | None) -> Decision:
    """Drinking that is named beside violence is offered too, however little the ranking made of it."""
    named = decision.also is None and substance is not None and decision.need in HURT
    return replace(decision, also=OFTEN_BESIDE) if named else decision


def _safety_first(ranking: Sequence[Ranked], said: bool) -> tuple[Sequence[Ranked], str | None]:
    """Violence and drinking in one message: violence on top with the shares of both, and the other one beside it.

    Where the violence is `said` in so many words, it need not be likely as the topic, only the likeliest after it.
    """
    top, second = ranking[0], ranking[1] if len(ranking) > 1 else ranking[0]
    hurt = next((ranked for ranked in (top, second) if ranked.intent in HURT), None)
    if hurt is None or OFTEN_BESIDE not in (top.intent, second.intent) or (second.confidence < BOTH and not said):
        return ranking, None
    return [Ranked(hurt.intent, top.confidence + second.confidence), *ranking[2:]], OFTEN_BESIDE


def _unspoken(language: str, alarm: Urgent | None) -> Decision:
    if alarm:
        return Decision("answer", alarm.kind, alarm.kind, (), alarm.kind, alarm.case, 0.99, f"rule: {alarm.case}")
    return Decision("fallback", "nlu_fallback", None, (), None, None, 0.0, f"language: {language}")


def _calm(ranking: Sequence[Ranked], thresholds: Thresholds) -> Decision:
    top = ranking[0]
    if top.confidence >= thresholds.answer and top.intent not in URGENT:
        return Decision("answer", top.intent, need_of(top.intent), (), None, None, top.confidence, "model is sure")
    choices = _choices(ranking, thresholds)
    if choices and not _inside_talk(top):
        return Decision("clarify", "clarify", None, choices, None, None, top.confidence, "model is unsure")
    if _inside_talk(top):
        return Decision("answer", top.intent, None, (), None, None, top.confidence, "an answer inside the talk")
    return Decision("fallback", "nlu_fallback", None, (), None, None, top.confidence, "nothing is likely")


def _danger(
    ranking: Sequence[Ranked], alarm: Urgent | None, thresholds: Thresholds
) -> tuple[Kind, str, float, str] | None:
    shares = _urgent_shares(ranking)
    if alarm:
        return alarm.kind, alarm.case, max(shares.get(alarm.kind, 0.0), 0.99), f"rule: {alarm.case}"
    if sum(shares.values()) >= thresholds.urgent:
        likeliest = max(shares, key=lambda intent: shares[intent])
        return URGENT[likeliest], "suicide" if likeliest == "suicide_risk" else "danger", shares[likeliest], "model"
    return None


def _urgent_shares(ranking: Sequence[Ranked]) -> dict[str, float]:
    return {r.intent: r.confidence for r in ranking if r.intent in URGENT}


def _kept(topic: Ranked, calm: float, thresholds: Thresholds) -> tuple[str, ...]:
    """The topic beside the danger, kept for after: likely by itself, or nearly all that is left without the danger."""
    share = topic.confidence / calm if calm > 0 else 0.0
    likely = topic.confidence >= thresholds.clarify or share >= SURE_BESIDE_DANGER
    return (topic.intent,) if topic.intent in TOPICS and likely else ()


def _choices(ranking: Sequence[Ranked], thresholds: Thresholds) -> tuple[str, ...]:
    likely = [r.intent for r in ranking if r.intent in NEEDS and r.intent not in (*URGENT, "human")]
    strong = {r.intent for r in ranking if r.confidence >= thresholds.clarify}
    return tuple(likely[: thresholds.choices]) if strong & set(likely) else ()


def _inside_talk(top: Ranked) -> bool:
    return top.intent in TALK and top.confidence >= INSIDE_TALK
