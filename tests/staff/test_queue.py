"""The queue in the console: filters in the address, pages, what is closed, and two who want the same case."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from bot.database import transaction
from bot.handover import case as handed
from bot.handover import queue
from bot.staff.casework.over import as_reference
from bot.switch import name_of, set_switch
from tests.staff.console import NOW, Client, Console


@pytest.fixture
def siv(console: Console) -> Client:
    """A case worker of two services."""
    return console.signed_in(console.person("siv", "case_worker", "exit_programme", "mini_maria"))


def listed(client: Client, query: str = "") -> list[str]:
    return [link.get_text() for link in client.get(f"/arenden{query}").page.select("tbody th a")]


def test_filters_narrow_the_list_and_stay_in_the_address(console: Console, siv: Client) -> None:
    console.clock.move(hours=-2)
    late = console.case("late", hours=1)
    console.clock.move(hours=2)
    acute = console.case("acute", acute=True)
    other = console.case("other", service="mini_maria", need="substance_use")
    siv.get("/arenden")
    siv.submit(f"/arenden/{other.id}/ta")
    assert listed(siv, "?sent=1") == [late.reference]
    assert listed(siv, "?akut=1") == [acute.reference]
    assert listed(siv, "?verksamhet=mini_maria") == listed(siv, "?lage=taken") == [other.reference]
    page = siv.get("/arenden?verksamhet=mini_maria&visa=mine").page
    assert page.select_one("select[name=verksamhet] option[selected]")["value"] == "mini_maria"
    links = {link.get_text(): link["href"] for link in page.select(".tabs a")}
    assert links["Ingen har tagit"] == "/arenden?visa=free&verksamhet=mini_maria"
    assert links["Alla"] == "/arenden?verksamhet=mini_maria"


@pytest.mark.parametrize(
    "query", ["?verksamhet=youth_team", "?lage=closed", "?lage=x", "?sida=x", "?sida=0", "?sida=99999999999", "?visa=x"]
)
def test_a_filter_that_makes_no_sense_narrows_nothing_and_opens_nothing(
    console: Console, siv: Client, query: str
) -> None:
    own = console.case("own")
    console.case("foreign", service="youth_team", need="parenting")
    assert listed(siv, query) == [own.reference]


def test_the_list_is_cut_into_pages_and_says_how_many_there_are(
    console: Console, siv: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (queue, __import__("bot.staff.casework.queue", fromlist=["x"])):
        monkeypatch.setattr(module, "PAGE_LENGTH", 2)
    every = {console.case(str(number)).reference for number in range(5)}
    first = siv.get("/arenden")
    assert "Väntar på första kontakt (5)" in first.said and "Sida 1 av 3" in first.said
    pages = [listed(siv, f"?sida={page}") for page in (1, 2, 3)]
    assert [len(page) for page in pages] == [2, 2, 1] and {name for page in pages for name in page} == every
    assert listed(siv, "?sida=9") == pages[2]


def test_the_list_alone_says_what_came_since(console: Console, siv: Client) -> None:
    console.case("old")
    news = siv.get("/arenden").page.select_one("#live")["data-news"]
    assert siv.get(f"/arenden/nu?sedan={news}").page.select_one("#live")["data-new"] == "0"
    console.clock.move(minutes=1)
    console.case("new1")
    console.case("new2")
    fragment = siv.get(f"/arenden/nu?sedan={news}").page
    assert fragment.select_one("#live")["data-said"] == "2 nya ärenden"
    assert len(fragment.select("tbody tr")) == 3 and not fragment.find("header")
    for worst in ("x", "-1", "9" * 40, "1e9"):
        assert siv.get(f"/arenden/nu?sedan={worst}").status == 200


def test_every_drawing_of_the_list_is_recorded(console: Console, siv: Client) -> None:
    siv.get("/arenden?akut=1")
    siv.get("/arenden/nu?sedan=1")
    assert [line["detail"] for line in console.log(action="list_cases")] == [{"akut": "1"}, {}]


def test_a_service_that_is_switched_off_is_said_above_its_queue(console: Console, siv: Client) -> None:
    with transaction(console.engine) as connection:
        set_switch(connection, True, "x", "admin", NOW, name_of("mini_maria"))
        set_switch(connection, True, "x", "admin", NOW, name_of("youth_team"))
    said = siv.get("/arenden").said
    assert "Mini Maria tar inte emot nya ärenden just nu" in said and "Insatsteamet" not in said


def test_of_two_who_take_the_same_case_at_the_same_time_one_gets_it(console: Console) -> None:
    """Two real sessions, many times: never both, never nobody."""
    people = {name: console.person(name, "case_worker", "exit_programme") for name in ("siv", "bo")}
    clients = {name: console.signed_in(id_) for name, id_ in people.items()}
    for number in range(10):
        case, start = console.case(str(number)), threading.Barrier(2)

        def take(name: str, case_id: str = case.id, start: threading.Barrier = start) -> int:
            start.wait()
            return clients[name].submit(f"/arenden/{case_id}/ta").status

        with ThreadPoolExecutor(2) as pool:
            got = dict(zip(people, pool.map(take, people), strict=True))
        assert sorted(got.values()) == [303, 422]
        with transaction(console.engine) as connection:
            taken = handed.get_case(connection, case.id)
        winner = next(name for name, status in got.items() if status == 303)
        assert taken.taken_by == people[winner]
        assert len(console.log(action="take", case_id=case.id)) == 1


def closed(console: Console, name: str, **changes: str) -> handed.Case:
    case = console.case(name, **changes)
    with transaction(console.engine) as connection:
        return handed.close(connection, case.id, "someone", "support", console.clock.now)


def test_closed_cases_are_found_by_reference_and_service_and_the_search_is_recorded(
    console: Console, siv: Client
) -> None:
    mine = closed(console, "1")
    console.clock.move(minutes=1)
    other = closed(console, "2", service="mini_maria", need="substance_use")
    foreign = closed(console, "3", service="youth_team", need="parenting")
    opened = console.case("4")

    def found(query: str) -> list[str]:
        return [link.get_text() for link in siv.get(f"/arenden/avslutade{query}").page.select("tbody th a")]

    assert found("") == [other.reference, mine.reference]
    assert found("?verksamhet=mini_maria") == [other.reference]
    assert found("?verksamhet=youth_team") == [other.reference, mine.reference]
    assert found(f"?arende={mine.reference.lower().replace('-', ' ')}") == [mine.reference]
    assert found(f"?arende={foreign.reference}") == found(f"?arende={opened.reference}") == []
    assert console.log(action="list_over")[-1]["detail"] == {"arende": opened.reference}


@pytest.mark.parametrize(
    ("typed", "read"), [("abc def", "ABC-DEF"), ("ab", "AB"), ("abcd", "ABC-D"), ("ABC-DEF", "ABC-DEF"), (" - ", "")]
)
def test_a_reference_is_read_however_it_was_typed(typed: str, read: str) -> None:
    assert as_reference(typed) == read


def test_what_somebody_has_chosen_is_their_own_and_stays(console: Console, siv: Client) -> None:
    page = siv.get("/arenden").page
    assert page.select_one("script[src*=keys]") and not page.select_one("script[src*=alerts]")
    assert siv.submit("/arenden/installningar", alerts="1").to == "/arenden?klart=preferences_saved"
    page = siv.get("/arenden").page
    assert page.select_one("script[src*=alerts]") and not page.select_one("script[src*=keys]")
    assert not page.select_one("dialog")
    siv.submit("/arenden/installningar", shortcuts="1")
    assert siv.get("/arenden").page.select_one("script[src*=keys]")
    bo = console.signed_in(console.person("bo", "case_worker", "exit_programme"))
    assert not bo.get("/arenden").page.select_one("script[src*=alerts]")


def test_what_an_open_page_asks_by_itself_keeps_no_session_alive(console: Console, siv: Client) -> None:
    case = console.case()
    for path in ("/arenden/nu", "/arenden/strom", f"/arenden/{case.id}/nu", f"/arenden/{case.id}/strom"):
        console.clock.move(minutes=7)
        assert siv.get(path).status == 200
    console.clock.move(minutes=3)
    assert siv.get("/arenden/nu").to == "/logga-in"


def test_a_page_that_somebody_opens_does(console: Console, siv: Client) -> None:
    for _ in range(4):
        console.clock.now += timedelta(minutes=20)
        assert siv.get("/arenden").status == 200
