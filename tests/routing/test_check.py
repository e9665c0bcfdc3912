"""What the keeper of the catalogue is told, in plain Swedish."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from bot.routing.catalogue import Catalogue
from bot.routing.check import LEVELS, check, summary
from tests.routing.conftest import TODAY, entry

Changed = Callable[..., Catalogue]


def sentences(catalogue: Catalogue, today: date = TODAY, level: str | None = None) -> list[str]:
    return [str(remark) for remark in check(catalogue, today) if level in (None, remark.level)]


def test_the_shipped_catalogue_has_nothing_wrong_in_demo(demo: Catalogue) -> None:
    assert sentences(demo, level="wrong") == []


def test_every_fact_that_nobody_confirmed_is_told(demo: Catalogue) -> None:
    told = sentences(demo, level="unconfirmed")
    assert any(s.startswith("OBEKRÄFTAT: telefonlinjen bris (phone, hours") for s in told)
    assert not any("emergency_112" in s for s in told)


def test_a_confirmed_catalogue_is_not_unconfirmed(confirmed: Catalogue) -> None:
    assert sentences(confirmed, level="unconfirmed") == []


def test_live_needs_the_minimum_confirmed_and_someone_to_keep_the_promise(live: Catalogue) -> None:
    wrong = sentences(live, level="wrong")
    assert any("contact_centre_line (phone" in s for s in wrong)
    assert any("exit_programme (receiving_unit)" in s for s in wrong)


def test_expired_and_soon_expiring_facts_are_told_with_their_date(demo: Catalogue) -> None:
    soon = sentences(demo, date(2027, 2, 1), "expiring")
    assert any("telefonlinjen bris (phone, hours" in s and "2027-02-22, om 21 dagar" in s for s in soon)
    assert sentences(demo, date(2027, 1, 1), "expiring") == []
    assert any("mini_maria (takes_cases)" in s for s in sentences(demo, date(2027, 2, 23), "expired"))
    assert sentences(demo, date(2027, 2, 22), "expired") == []


def test_a_promise_without_cases_is_wrong(changed: Changed) -> None:
    def refuse(data: dict[str, Any]) -> None:
        entry(data, "services", "exit_programme")["takes_cases"]["value"] = False

    assert any("lovar en första kontakt men tar inte emot" in s for s in sentences(changed(refuse), level="wrong"))


def test_a_low_fact_is_told_as_not_shown(changed: Changed) -> None:
    def doubt(data: dict[str, Any]) -> None:
        entry(data, "lines", "bris")["phone"]["confidence"] = "low"

    assert any("bris (phone): uppgiften är osäker" in s for s in sentences(changed(doubt), level="unconfirmed"))


def test_a_line_that_routing_counts_on_is_missed(changed: Changed) -> None:
    def remove(data: dict[str, Any]) -> None:
        data["lines"].remove(entry(data, "lines", "bris"))

    assert any("bris: lotsningen räknar med" in s for s in sentences(changed(remove), level="wrong"))


def test_what_nobody_knows_is_listed(demo: Catalogue) -> None:
    unknown = sentences(demo, level="unknown")
    assert any("telefonlinjen contact_centre_line (hours): öppettiderna är okända" in s for s in unknown)
    assert any("tjänsten mini_maria (lines): tjänsten har inget eget telefonnummer" in s for s in unknown)
    assert any("telefonlinjen parents_line (phone): numret är okänt" in s for s in unknown)


def test_the_gravest_stands_first(live: Catalogue) -> None:
    levels = [LEVELS.index(remark.level) for remark in check(live, date(2027, 2, 1))]
    assert levels == sorted(levels) and len(set(levels)) >= 4


def test_the_summary_counts_fields(demo: Catalogue) -> None:
    assert summary(check(demo, TODAY)).startswith("0 fel, 0 har gått ut, 0 går snart ut, ")
