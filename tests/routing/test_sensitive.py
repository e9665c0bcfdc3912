"""Which topics are sensitive."""

from __future__ import annotations

import pytest

from bot.routing.catalogue import Catalogue
from bot.routing.sensitive import SENSITIVE_NEEDS, SENSITIVE_SERVICES, is_sensitive
from bot.routing.talk import TOPICS


@pytest.mark.parametrize(
    ("needs", "services", "sensitive"),
    [
        (["leave_crime"], [], True),
        (["parenting", "partner_violence"], [], True),
        (["honour_violence"], [], True),
        ([], ["exit_programme"], True),
        ([], ["women_line"], True),
        (["parenting"], ["parenting_support"], False),
        ([], [], False),
    ],
)
def test_crime_violence_and_honour_are_sensitive(needs: list[str], services: list[str], sensitive: bool) -> None:
    assert is_sensitive(needs, services) is sensitive


def test_every_name_is_one_of_the_catalogue_or_a_topic() -> None:
    catalogue = Catalogue.load("demo")
    assert {*catalogue.services, *catalogue.lines} >= SENSITIVE_SERVICES
    assert set(TOPICS) >= SENSITIVE_NEEDS
