"""A card tells the number, whether someone answers now, and whether anyone has confirmed it."""

from __future__ import annotations

import json
from datetime import datetime, timezone

import pytest

from bot.routing.card import card
from bot.routing.catalogue import Catalogue

AT = datetime(2026, 11, 22, 21, 30, tzinfo=timezone.utc)  # Sunday 22.30 in Stockholm
KEYS = ["id", "name", "phone", "open_now", "hours", "url", "about", "marked"]


def test_a_card_is_the_json_of_a_message(demo: Catalogue) -> None:
    for id_ in (*demo.services, *demo.lines):
        shown = card(demo, id_, "jarva", AT).as_dict()
        assert list(shown) == KEYS
        assert json.loads(json.dumps(shown)) == shown
        assert shown["name"] and shown["about"] and shown["hours"]


def test_a_service_shows_its_own_line(demo: Catalogue) -> None:
    shown = card(demo, "exit_programme", None, AT)
    assert (shown.phone, shown.open_now, shown.hours) == ("08-508 25 600", True, "öppet dygnet runt")
    assert shown.marked


def test_a_line_is_shown_as_a_card(demo: Catalogue) -> None:
    shown = card(demo, "bris", None, AT)
    assert (shown.name, shown.phone, shown.open_now) == ("Bris", "116 111", True)


def test_a_service_without_a_number_says_so(demo: Catalogue) -> None:
    shown = card(demo, "mini_maria", None, AT)
    assert (shown.phone, shown.open_now, shown.hours) == (None, None, "öppettider okända")
    assert shown.url == "https://socialtstod.stockholm/missbruk-och-beroende/ungdomar-droger/"


def test_unknown_hours_are_said_to_be_unknown(demo: Catalogue) -> None:
    shown = card(demo, "contact_centre", None, AT)
    assert (shown.phone, shown.open_now, shown.hours) == ("08-508 00 508", None, "öppettider okända")


@pytest.mark.parametrize(
    ("district", "phone"), [("jarva", "08-508 01 000"), ("farsta", None), (None, None), ("nowhere", None)]
)
def test_a_district_shows_its_own_number(demo: Catalogue, district: str | None, phone: str | None) -> None:
    assert card(demo, "youth_team", district, AT).phone == phone


def test_a_closed_line_says_when_it_opens(demo: Catalogue) -> None:
    shown = card(demo, "carers_line", None, AT)
    assert (shown.open_now, shown.hours) == (False, "stängt nu, öppnar måndag 10.00")


def test_112_is_never_marked(demo: Catalogue, live: Catalogue) -> None:
    for catalogue in (demo, live):
        shown = card(catalogue, "emergency_112", None, AT)
        assert (shown.phone, shown.open_now, shown.marked) == ("112", True, False)
        assert shown.about


def test_live_shows_the_contact_centre_with_a_mark_and_nothing_of_the_rest(live: Catalogue) -> None:
    centre = card(live, "contact_centre", None, AT)
    assert (centre.phone, centre.open_now, centre.marked) == ("08-508 00 508", None, True)
    other = card(live, "exit_programme", None, AT)
    assert (other.phone, other.open_now, other.url, other.about, other.marked) == (None, None, None, "", False)


def test_a_confirmed_card_has_no_mark(confirmed: Catalogue) -> None:
    shown = card(confirmed, "exit_programme", None, AT)
    assert (shown.phone, shown.open_now, shown.marked) == ("08-508 25 600", True, False)


def test_an_unknown_id_is_an_error(demo: Catalogue) -> None:
    with pytest.raises(KeyError):
        card(demo, "no_such_service", None, AT)
