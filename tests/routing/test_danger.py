"""Danger in a talk: the number first, and the topic kept for afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from bot.routing.catalogue import EMERGENCY, Catalogue
from bot.routing.danger import ONLY_112, answer_danger
from bot.routing.steps import (
    answer_need,
    continue_talk,
    offer_human,
    watchful,
)
from bot.routing.talk import TOPICS, Heard, Talk
from tests.routing.turns import (
    ASKING_PLACE,
    CASES,
    DAY,
    NIGHT,
    buttons,
    said,
    shown,
)


@pytest.mark.parametrize("at", [DAY, NIGHT], ids=["day", "night"])
@pytest.mark.parametrize("mode", ["demo", "live"])
@pytest.mark.parametrize("case", CASES)
def test_danger_says_the_number_first(request: pytest.FixtureRequest, mode: str, case: str, at: datetime) -> None:
    turn = answer_danger(Talk(), Heard(urgent="emergency", urgent_case=case), request.getfixturevalue(mode), at)
    assert (turn.sayings[0].sentence, turn.sayings[0].service) == (f"utter_urgent_{case}", EMERGENCY)
    assert {saying.urgent for saying in turn.sayings} == {"emergency"}


@pytest.mark.parametrize(
    ("heard", "sentence"),
    [
        (Heard(urgent="suicide_risk"), "utter_urgent_suicide"),
        (Heard(intent="suicide_risk"), "utter_urgent_suicide"),
        (Heard(urgent="emergency"), "utter_urgent_danger"),
        (Heard(intent="emergency", urgent_case="quiet"), "utter_urgent_quiet"),
    ],
)
def test_danger_without_a_case_is_named_by_its_kind(demo: Catalogue, heard: Heard, sentence: str) -> None:
    assert said(answer_danger(Talk(), heard, demo, NIGHT))[0] == sentence


def test_the_cases_where_only_112_is_shown_exist() -> None:
    assert set(ONLY_112) <= set(CASES)


@pytest.mark.parametrize(("case", "alone"), [*((case, True) for case in ONLY_112), ("danger", False), ("edge", False)])
def test_where_seconds_count_no_second_number_is_shown(demo: Catalogue, case: str, alone: bool) -> None:
    turn = answer_danger(Talk(age=16), Heard(urgent="emergency", urgent_case=case), demo, NIGHT)
    assert (shown(turn) == [EMERGENCY]) is alone


@pytest.mark.parametrize("topic", TOPICS)
def test_danger_keeps_the_topic_through_more_danger_and_a_human_and_comes_back_to_it(
    demo: Catalogue, topic: str
) -> None:
    danger = Heard(urgent="emergency", choices=(topic,))
    first = answer_danger(Talk(), danger, demo, NIGHT)
    assert first.talk.kept == topic and f"/{topic}" in buttons(first)
    human = offer_human(first.talk, Heard(), demo, NIGHT)
    assert human.talk.need == topic
    second = answer_danger(human.talk, Heard(intent="emergency", urgent_case="quiet"), demo, NIGHT)
    assert second.talk.kept == topic and f"/{topic}" in buttons(second)
    rings = continue_talk(second.talk, Heard(intent="affirm"), demo, NIGHT)
    assert said(rings) == ["utter_urgent_calling"] and f"/{topic}" in buttons(rings)
    assert answer_need(rings.talk, Heard(intent=topic, need=topic, age=24), demo, NIGHT).talk.need == topic


@pytest.mark.parametrize("need", ["human", "other_city"])
def test_danger_does_not_put_a_need_without_a_service_over_the_kept_topic(demo: Catalogue, need: str) -> None:
    turn = answer_danger(Talk(need=need, kept="leave_crime"), Heard(urgent="emergency"), demo, NIGHT)
    assert turn.talk.kept == "leave_crime"


def test_danger_in_a_talk_keeps_what_is_known_of_the_person(demo: Catalogue) -> None:
    heard = Heard(urgent="emergency", need="emergency")
    turn = answer_danger(replace(ASKING_PLACE, misses=1), heard, demo, NIGHT)
    assert turn.talk == replace(ASKING_PLACE, asked="call", kept="youth_at_risk")


def test_an_age_told_after_danger_leads_back_to_the_kept_topic(demo: Catalogue) -> None:
    after = answer_danger(Talk(), Heard(urgent="emergency", choices=("substance_use",), role="child"), demo, NIGHT)
    turn = continue_talk(after.talk, Heard(intent="inform", age=16), demo, NIGHT)
    assert turn.talk.service == "mini_maria" and turn.talk.kept is None


def test_who_cannot_speak_is_not_offered_the_quiet_way_again(demo: Catalogue) -> None:
    loud, quiet = (
        buttons(answer_danger(Talk(), Heard(urgent="emergency", urgent_case=case), demo, NIGHT))
        for case in ("danger", "quiet")
    )
    assert '/emergency{"urgent_case": "quiet"}' in loud and '/emergency{"urgent_case": "quiet"}' not in quiet


@pytest.mark.parametrize("watch", [True, False])
def test_a_danger_between_the_lines_puts_one_line_first(demo: Catalogue, watch: bool) -> None:
    heard = Heard(need="parenting", watch=watch)
    turn = answer_need(Talk(), heard, demo, DAY)
    first = ["utter_watchful"] if watch else []
    assert said(watchful(turn, heard)) == [*first, *said(turn)]
    assert watchful(turn, heard).talk == turn.talk


def test_an_answer_to_danger_needs_no_such_line(demo: Catalogue) -> None:
    heard = Heard(urgent="emergency", watch=True)
    turn = answer_danger(Talk(), heard, demo, DAY)
    assert watchful(turn, heard) == turn
