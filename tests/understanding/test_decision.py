"""Answer, clarify or fall back; and danger before everything."""

from __future__ import annotations

import pytest

from bot.understanding.decision import INSIDE_TALK, Thresholds, decide, with_second
from bot.understanding.intents import CONTEXT, NEEDS, QUESTIONS, SMALLTALK, TOPICS, Ranked, need_of
from bot.understanding.urgent import Urgent

LIMITS = Thresholds(answer=0.5, clarify=0.12, urgent=0.35, watch=0.1, choices=3)
KNIFE = Urgent("emergency", "weapon", "kniv")


def ranking(**shares: float) -> list[Ranked]:
    """The most probable first, as the model gives it."""
    return [Ranked(intent, share) for intent, share in sorted(shares.items(), key=lambda pair: -pair[1])]


@pytest.mark.parametrize("need", [*TOPICS, "confidentiality", "human", "other_city"])
def test_a_sure_need_is_answered(need: str) -> None:
    found = decide(ranking(**{need: 0.5, "affirm": 0.3}), None, LIMITS)
    assert (found.decided, found.intent, found.need, found.urgent) == ("answer", need, need, None)
    assert found.confidence == 0.5 and found.choices == ()


@pytest.mark.parametrize("intent", SMALLTALK)
def test_sure_small_talk_is_small_talk(intent: str) -> None:
    found = decide(ranking(**{intent: 0.9, "parenting": 0.1}), None, LIMITS)
    assert (found.decided, found.intent, found.need) == ("answer", intent, "smalltalk")


@pytest.mark.parametrize("intent", [*QUESTIONS, *CONTEXT])
def test_a_question_or_an_answer_inside_the_talk_has_no_need(intent: str) -> None:
    found = decide(ranking(**{intent: 0.9, "parenting": 0.1}), None, LIMITS)
    assert (found.decided, found.intent, found.need) == ("answer", intent, None)


@pytest.mark.parametrize(
    ("share", "decided"), [(0.5, "answer"), (0.499, "clarify"), (0.12, "clarify"), (0.119, "fallback")]
)
def test_the_thresholds_themselves_count_as_reached(share: float, decided: str) -> None:
    assert decide(ranking(parenting=share, other_city=0.01), None, LIMITS).decided == decided


def test_unsure_offers_at_most_three_needs_the_likeliest_first() -> None:
    shares = {"leave_crime": 0.3, "youth_at_risk": 0.25, "substance_use": 0.2, "parenting": 0.15}
    found = decide(ranking(**shares), None, LIMITS)
    assert (found.decided, found.intent, found.need) == ("clarify", "clarify", None)
    assert found.choices == ("leave_crime", "youth_at_risk", "substance_use")


@pytest.mark.parametrize("odd", ["affirm", "ask_cost", "greet", "human", "emergency", "suicide_risk"])
def test_a_choice_is_always_a_need_with_a_label_of_its_own(odd: str) -> None:
    found = decide(ranking(parenting=0.3, other_city=0.28, **{odd: 0.2}), None, LIMITS)
    assert found.choices == ("parenting", "other_city")


@pytest.mark.parametrize("intent", ["affirm", "ask_cost", "greet"])
@pytest.mark.parametrize(("share", "decided"), [(INSIDE_TALK, "answer"), (INSIDE_TALK - 0.01, "clarify")])
def test_a_likely_answer_inside_the_talk_goes_before_guesses(intent: str, share: float, decided: str) -> None:
    found = decide(ranking(**{intent: share, "parenting": 0.2}), None, LIMITS)
    assert found.decided == decided
    assert found.need is None


@pytest.mark.parametrize(
    ("shares", "watch"),
    [
        ({"parenting": 0.8, "emergency": 0.1}, True),
        ({"parenting": 0.8, "emergency": 0.05, "suicide_risk": 0.05}, True),
        ({"parenting": 0.8, "emergency": 0.09}, False),
        ({"parenting": 0.3, "other_city": 0.2, "suicide_risk": 0.2}, True),
        ({"affirm": 0.01, "suicide_risk": 0.1}, True),
        ({"parenting": 1.0}, False),
    ],
)
def test_a_danger_that_is_not_sure_is_watched_for_whatever_is_decided(shares: dict[str, float], watch: bool) -> None:
    found = decide(ranking(**shares), None, LIMITS)
    assert found.urgent is None and found.watch is watch


def test_an_urgent_intent_below_its_threshold_is_never_answered_as_a_need() -> None:
    strict = Thresholds(answer=0.5, clarify=0.12, urgent=0.9, watch=0.1)
    found = decide(ranking(emergency=0.6, parenting=0.3), None, strict)
    assert (found.decided, found.choices, found.watch) == ("clarify", ("parenting",), True)


def test_nothing_likely_is_not_understood() -> None:
    found = decide(ranking(parenting=0.1, leave_crime=0.09), None, LIMITS)
    assert (found.decided, found.intent, found.need, found.choices) == ("fallback", "nlu_fallback", None, ())


@pytest.mark.parametrize("top", ["parenting", "greet", "affirm", "suicide_risk"])
def test_what_the_rules_find_goes_before_a_sure_model(top: str) -> None:
    found = decide(ranking(**{top: 0.99, "other_city": 0.01}), KNIFE, LIMITS)
    assert (found.decided, found.intent, found.need, found.urgent, found.case) == (
        "answer",
        "emergency",
        "emergency",
        "emergency",
        "weapon",
    )
    assert found.confidence >= 0.99 and found.reason == "rule: weapon"


@pytest.mark.parametrize(
    ("shares", "urgent", "case"),
    [
        ({"emergency": 0.36, "parenting": 0.6}, "emergency", "danger"),
        ({"suicide_risk": 0.36, "parenting": 0.6}, "suicide_risk", "suicide"),
        ({"emergency": 0.17, "suicide_risk": 0.19, "parenting": 0.6}, "suicide_risk", "suicide"),
        ({"emergency": 0.34, "parenting": 0.6}, None, None),
        ({"emergency": 0.9, "parenting": 0.1}, "emergency", "danger"),
    ],
)
def test_the_model_raises_danger_by_both_intents_together(
    shares: dict[str, float], urgent: str | None, case: str | None
) -> None:
    found = decide(ranking(**shares), None, LIMITS)
    assert (found.urgent, found.case) == (urgent, case)
    assert (found.need == urgent) is (urgent is not None)


@pytest.mark.parametrize(
    ("shares", "kept"),
    [
        ({"leave_crime": 0.6, "emergency": 0.3}, ("leave_crime",)),
        ({"emergency": 0.6, "leave_crime": 0.3}, ("leave_crime",)),
        ({"emergency": 0.8, "leave_crime": 0.11}, ("leave_crime",)),
        ({"emergency": 0.8, "leave_crime": 0.1, "inform": 0.1}, ()),
        ({"emergency": 0.6, "human": 0.3}, ()),
        ({"emergency": 0.5, "suicide_risk": 0.3, "parenting": 0.15}, ("parenting",)),
        ({"emergency": 0.6, "suicide_risk": 0.4}, ()),
    ],
)
def test_beside_danger_a_likely_topic_is_kept(shares: dict[str, float], kept: tuple[str, ...]) -> None:
    assert decide(ranking(**shares), KNIFE, LIMITS).choices == kept


@pytest.mark.parametrize(
    ("shares", "need", "also"),
    [
        ({"substance_use": 0.7, "partner_violence": 0.3}, "partner_violence", "substance_use"),
        ({"honour_violence": 0.4, "substance_use": 0.3}, "honour_violence", "substance_use"),
        ({"substance_use": 0.85, "partner_violence": 0.15}, "substance_use", None),
        ({"child_welfare": 0.6, "partner_violence": 0.4}, "child_welfare", None),
    ],
)
def test_where_someone_is_hurt_beside_drugs_the_hurt_comes_first(
    shares: dict[str, float], need: str, also: str | None
) -> None:
    found = decide(ranking(**shares), None, LIMITS)
    assert (found.decided, found.need, found.also) == ("answer", need, also)


@pytest.mark.parametrize(
    ("intent", "need"),
    [
        *((need, need) for need in NEEDS),
        *((i, "smalltalk") for i in SMALLTALK),
        *((i, None) for i in (*QUESTIONS, *CONTEXT)),
    ],
)
def test_an_intent_belongs_to_one_need_or_none(intent: str, need: str | None) -> None:
    assert need_of(intent) == need


def test_a_language_that_the_assistant_does_not_speak_is_not_guessed_at() -> None:
    found = decide(ranking(parenting=0.9, emergency=0.1), None, LIMITS, "ar")
    assert (found.decided, found.intent, found.need, found.urgent) == ("fallback", "nlu_fallback", None, None)
    assert found.reason == "language: ar" and found.choices == () and not found.watch


def test_danger_that_the_rules_hear_in_another_language_comes_first() -> None:
    found = decide(ranking(smalltalk=0.9), KNIFE, LIMITS, "so")
    assert (found.decided, found.need, found.urgent, found.case) == ("answer", "emergency", "emergency", "weapon")


@pytest.mark.parametrize(
    ("need", "substance", "also"),
    [
        ("partner_violence", "alcohol", "substance_use"),
        ("honour_violence", "cannabis", "substance_use"),
        ("partner_violence", None, None),
        ("parenting", "alcohol", None),
    ],
)
def test_drinking_that_is_named_beside_violence_is_offered_too(
    need: str, substance: str | None, also: str | None
) -> None:
    decision = decide([Ranked(need, 0.97), Ranked("other_city", 0.03)], None, Thresholds())
    assert with_second(decision, substance).also == also


@pytest.mark.parametrize(
    ("shares", "need", "also"),
    [
        ({"substance_use": 0.97, "partner_violence": 0.03}, "partner_violence", "substance_use"),
        ({"substance_use": 0.9, "parenting": 0.07, "partner_violence": 0.03}, "substance_use", None),
        ({"parenting": 0.9, "partner_violence": 0.1}, "parenting", None),
    ],
)
def test_violence_that_is_said_comes_before_the_drinking_however_little_the_model_made_of_it(
    shares: dict[str, float], need: str, also: str | None
) -> None:
    found = decide(ranking(**shares), None, LIMITS, hurt=True)
    assert (found.decided, found.need, found.also) == ("answer", need, also)
