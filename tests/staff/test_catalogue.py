"""The state of the catalogue over HTTP: found, confirmed, taken back, and what happens when two do it."""

from __future__ import annotations

import pytest

from tests.staff.console import Client, Console, Reply

BRIS = "/katalog/bris/phone"


@pytest.fixture
def ed(console: Console) -> Client:
    """An editor, with the form of one fact open."""
    client = console.signed_in(console.person("ed", "editor"))
    client.get(BRIS)
    return client


def hidden(reply: Reply, name: str) -> str:
    return str(reply.page.find("input", {"name": name})["value"])


def form(client: Client, **changes: str) -> dict[str, str]:
    page = client.get(BRIS)
    usual = {"confirmed_by": "Karin Ek", "confirmed_on": "2026-11-23", "expires_on": "2027-05-01"}
    return {**usual, "value": hidden(page, "value"), "seen": hidden(page, "seen"), **changes}


def test_the_list_counts_and_is_narrowed(ed: Client) -> None:
    everything = ed.get("/katalog").page.select("tbody tr")
    unknown = ed.get("/katalog?lage=unknown").page.select("tbody tr")
    of_exit = ed.get("/katalog?verksamhet=exit_programme").page.select("tbody tr")
    assert len(everything) > len(unknown) > 0 and len(everything) > len(of_exit) > 1
    assert not ed.get("/katalog?lage=confirmed").page.select("tbody tr")
    assert len(ed.get("/katalog?lage=<x>").page.select("tbody tr")) == len(everything)


def test_a_source_opens_in_a_tab_that_learns_nothing(ed: Client) -> None:
    link = ed.get("/katalog/bris").page.select_one("dd a")
    assert link["href"].startswith("https://") and {"noopener", "noreferrer"} <= set(link["rel"])


def test_a_fact_is_confirmed_with_name_and_day(console: Console, ed: Client) -> None:
    reply = ed.submit(BRIS, **form(ed))
    assert reply.to == "/katalog/bris?klart=fact_confirmed#phone"
    page = ed.get(reply.to)
    assert "Uppgiften är bekräftad" in page.said
    assert "2026-11-23 av Karin Ek (införd av Ed)" in page.said
    detail = {"entry": "bris", "field": "phone", "confirmer": "Karin Ek"}
    assert console.log(action="confirm_fact")[0]["detail"] == detail
    assert len(ed.get("/katalog?lage=confirmed").page.select("tbody tr")) == 1


def test_it_is_taken_back(console: Console, ed: Client) -> None:
    ed.submit(BRIS, **form(ed))
    seen = form(ed)["seen"]
    assert ed.submit(f"{BRIS}/angra", seen=seen).to == "/katalog/bris?klart=fact_withdrawn#phone"
    assert ed.submit(f"{BRIS}/angra", seen=seen).status == 422
    assert len(console.log(action="withdraw_fact")) == 1


def test_of_two_editors_the_second_is_told_and_sees_the_first(console: Console, ed: Client) -> None:
    other = console.signed_in(console.person("eva", "editor"))
    mine, theirs = form(ed, confirmed_by="Karin"), form(other, confirmed_by="Olle")
    ed.submit(BRIS, **mine)
    reply = other.submit(BRIS, **theirs)
    assert reply.status == 422 and "En kollega hann före" in reply.said and "Karin bekräftade" in reply.said
    assert other.submit(BRIS, **form(other, confirmed_by="Olle")).status == 303


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"confirmed_by": " "}, "Skriv vem som har bekräftat"),
        ({"confirmed_by": "x" * 81}, "högst 80 tecken"),
        ({"confirmed_on": "i går"}, "Skriv datumet så här"),
        ({"confirmed_on": "2026-12-24"}, "Dagen har inte kommit än"),
        ({"expires_on": "2026-11-23"}, "Dagen har redan gått"),
        ({"expires_on": "2037-11-23"}, "inom ett år"),
        ({"value": "x"}, "Uppgiften har ändrats"),
        ({"value": ""}, "Uppgiften har ändrats"),
    ],
)
def test_what_cannot_be_confirmed_says_why_and_changes_nothing(
    console: Console, ed: Client, changes: dict[str, str], said: str
) -> None:
    reply = ed.submit(BRIS, **form(ed, **changes))
    assert reply.status == 422 and said in reply.said
    assert not console.log(action="confirm_fact")


@pytest.mark.parametrize("path", ["/katalog/nope", "/katalog/bris/nope", "/katalog/emergency_112/anonymous"])
def test_what_is_not_there_cannot_be_confirmed(ed: Client, path: str) -> None:
    assert ed.get(path).status == 404
    assert ed.submit(path, confirmed_by="Karin").status == 404


def test_a_name_is_never_taken_for_markup(ed: Client) -> None:
    ed.submit(BRIS, **form(ed, confirmed_by="<script>alert(1)</script>"))
    assert not ed.get("/katalog/bris").page.find("script")
