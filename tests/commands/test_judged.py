"""Figures, against figures counted by hand."""

from __future__ import annotations

from typing import Any

import pytest

from bot.commands.evaluation.judged import Labelled, figures, judge


def answer(need: str | None, confidence: float = 0.9, **found: Any) -> dict[str, Any]:
    return {"decision": "answer", "need": need, "choices": [], "urgent": None, "confidence": confidence, **found}


def clarify(*choices: str) -> dict[str, Any]:
    return {"decision": "clarify", "need": None, "choices": list(choices), "urgent": None, "confidence": 0.3}


FALLBACK = {"decision": "fallback", "need": None, "choices": [], "urgent": None, "confidence": 0.1}
LABEL = Labelled("text", "leave_crime", alternatives=("youth_at_risk",))


@pytest.mark.parametrize(
    ("heard", "result"),
    [
        (answer("leave_crime"), "direct"),
        (answer("youth_at_risk"), "direct"),
        (answer("parenting"), "wrong"),
        (answer(None), "unhelped"),
        (clarify("parenting", "leave_crime"), "assisted"),
        (clarify("parenting", "youth_at_risk"), "assisted"),
        (clarify("parenting"), "unhelped"),
        (clarify(), "unhelped"),
        (FALLBACK, "unhelped"),
        # A kept choice beside an answer does not mend a wrong answer.
        ({**answer("emergency"), "urgent": "emergency", "choices": ["leave_crime"]}, "wrong"),
    ],
)
def test_a_message_is_judged_by_what_the_person_meets(heard: dict[str, Any], result: str) -> None:
    assert judge(LABEL, heard).result == result


def test_a_label_is_read_without_its_unknown_and_empty_fields() -> None:
    row = {"id": "m1", "text": "hej", "need": "smalltalk", "alternatives": None, "urgent": None, "age": 15}
    assert Labelled.from_json(row) == Labelled("hej", "smalltalk", age=15)


def test_every_accepted_need_is_right() -> None:
    assert LABEL.accepted == {"leave_crime", "youth_at_risk"}


# Ten messages. By hand: direct 5, assisted 1, wrong 3, unhelped 1.
TEN = [
    judge(Labelled("1", "parenting", style="plain", age=15), answer("parenting", 0.95, age=15)),
    judge(Labelled("2", "parenting", style="plain", age=4), answer("parenting", 0.85, age=14)),
    judge(Labelled("3", "parenting", style="slang", place="Farsta"), answer("other_city", 0.85, place="Farsta")),
    judge(Labelled("4", "parenting", style="slang", role="child"), clarify("parenting", "human")),
    judge(Labelled("5", "human", style="plain"), FALLBACK),
    judge(Labelled("6", "human", style="plain"), answer("human", 0.55)),
    judge(Labelled("7", "emergency", urgent="emergency"), {**answer("emergency", 0.99), "urgent": "emergency"}),
    judge(Labelled("8", "emergency", urgent="emergency"), answer("parenting", 0.65)),
    judge(Labelled("9", "suicide_risk", urgent="suicide_risk"), {**answer("suicide_risk"), "urgent": "suicide_risk"}),
    # Alarmed without need: a false alarm, and a wrong door.
    judge(Labelled("10", "other_city"), {**answer("emergency", 0.99), "urgent": "emergency"}),
]


def test_rates_are_shares_of_all_messages() -> None:
    found = figures(TEN)
    assert (found.messages, found.direct, found.assisted, found.wrong) == (10, 0.5, 0.1, 0.3)


def test_urgent_recall_counts_alarms_and_not_needs() -> None:
    assert figures(TEN).urgent_recall == pytest.approx(2 / 3)


def test_an_alarm_of_the_other_kind_is_still_an_alarm() -> None:
    heard = {**answer("suicide_risk"), "urgent": "suicide_risk"}
    assert figures([judge(Labelled("1", "emergency", urgent="emergency"), heard)]).urgent_recall == 1


def test_false_alarms_are_a_share_of_the_calm_messages() -> None:
    assert figures(TEN).false_alarms == pytest.approx(1 / 7)


def test_an_alarm_that_is_an_accepted_alternative_is_not_false() -> None:
    label = Labelled("1", "child_welfare", alternatives=("emergency",))
    assert figures([judge(label, {**answer("emergency"), "urgent": "emergency"})]).false_alarms is None


def test_age_place_and_role_count_only_where_they_are_labelled() -> None:
    found = figures(TEN)
    assert (found.age, found.place, found.role) == (0.5, 1.0, 0.0)


def test_recall_of_a_need_is_its_share_of_direct_answers() -> None:
    recall = {"parenting": 0.5, "human": 0.5, "emergency": 0.5, "suicide_risk": 1.0, "other_city": 0.0}
    assert figures(TEN).recall == recall


def test_precision_of_a_need_is_its_share_of_right_answers() -> None:
    precision = {"parenting": 2 / 3, "other_city": 0.0, "human": 1.0, "emergency": 0.5, "suicide_risk": 1.0}
    assert figures(TEN).precision == pytest.approx(precision)


def test_styles_are_told_apart() -> None:
    assert figures(TEN).styles == {"": 0.5, "plain": 0.75, "slang": 0.0}


def test_confusions_are_the_wrong_answers() -> None:
    pairs = {("parenting", "other_city", 1), ("emergency", "parenting", 1), ("other_city", "emergency", 1)}
    assert set(figures(TEN).confusions) == pairs


def test_reliability_is_of_the_answers_that_the_model_gave_alone() -> None:
    bands = [(0.55, 1.0, 1), (0.65, 0.0, 1), (0.85, 0.5, 2), (0.95, 1.0, 1)]
    assert figures(TEN).reliability == pytest.approx(bands)


def test_a_confidence_of_one_falls_into_the_last_band() -> None:
    assert figures([judge(Labelled("1", "human"), answer("human", 1.0))]).reliability == [(1.0, 1.0, 1)]


def test_nothing_labelled_is_not_a_perfect_figure() -> None:
    found = figures([judge(Labelled("1", "human"), answer("human"))])
    assert (found.urgent_recall, found.age, found.place, found.role) == (None, None, None, None)


def test_figures_of_two_runs_compare_equal_as_plain_data() -> None:
    assert figures(TEN).as_dict() == figures(list(TEN)).as_dict()
    assert figures(TEN).as_dict()["urgent_recall"] == 0.6667
