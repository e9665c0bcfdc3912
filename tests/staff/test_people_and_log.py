"""Accounts for the administrator, and the log."""

from __future__ import annotations

import pytest

from bot.staff.oversight.audit import PAGE_LENGTH
from tests.staff.console import Client, Console


@pytest.fixture
def ada(console: Console) -> Client:
    """An administrator, on the page of accounts."""
    client = console.signed_in(console.person("ada", "admin"))
    client.get("/personal")
    return client


def test_a_new_person_gets_a_password_that_is_shown_once(console: Console, ada: Client) -> None:
    reply = ada.submit("/personal", name="nils", alias="Nils", role="case_worker", services=["mini_maria", "x"])
    password = reply.page.find("code").get_text()
    assert reply.status == 200 and len(password) == 16
    assert password not in ada.get("/personal").text
    nils = console.client()
    assert nils.sign_in("nils", password).to == "/losenord"
    assert console.log(action="create_staff")[0]["detail"]["role"] == "case_worker"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": "", "alias": "Nils", "role": "reviewer"}, "name"),
        ({"name": "ada", "alias": "Ada", "role": "reviewer"}, "name"),
        ({"name": "nils", "alias": "", "role": "reviewer"}, "alias"),
        ({"name": "nils", "alias": "Nils", "role": "chef"}, "role"),
        ({"name": "nils", "alias": "Nils", "role": "case_worker"}, "services"),
        ({"name": "nils", "alias": "Nils", "role": "case_worker", "services": "no_such"}, "services"),
    ],
)
def test_a_person_who_cannot_be_added_is_explained_at_the_field(
    ada: Client, fields: dict[str, str], field: str
) -> None:
    reply = ada.submit("/personal", **fields)
    assert reply.status == 422
    assert reply.page.find(id=field)["aria-invalid"] == "true"
    assert reply.page.find(id=f"{field}-fel")


def test_a_closed_account_is_shut_out_at_once_and_can_be_opened_again(console: Console, ada: Client) -> None:
    person = console.person("siv", "reviewer")
    siv = console.signed_in(person)
    assert ada.submit(f"/personal/{person}/stang").status == 303
    assert siv.get("/samtal").to == "/logga-in"
    assert console.client().sign_in("siv").status == 401
    ada.submit(f"/personal/{person}/oppna")
    assert console.client().sign_in("siv").status == 303


def test_a_lost_password_is_replaced_and_the_old_one_dies(console: Console, ada: Client) -> None:
    person = console.person("siv", "reviewer")
    password = ada.submit(f"/personal/{person}/engangslosenord").page.find("code").get_text()
    assert console.client().sign_in("siv").status == 401
    assert console.client().sign_in("siv", password).to == "/losenord"


@pytest.mark.parametrize("part", ["stang", "engangslosenord"])
def test_nobody_closes_their_own_account(console: Console, ada: Client, part: str) -> None:
    own = console.log(action="read_people")[0]["staff_id"]
    assert ada.submit(f"/personal/{own}/{part}").status == 404
    assert ada.get("/personal").status == 200


def test_an_administrator_finds_no_way_to_a_case(console: Console, ada: Client) -> None:
    case = console.case()
    console.signed_in(console.person("siv", "case_worker", "exit_programme")).get(f"/arenden/{case.id}")
    links = [a["href"] for path in ("/personal", "/logg") for a in ada.get(path).page.find_all("a")]
    assert not [link for link in links if "arenden" in link or "samtal/" in link]


def rows(client: Client, query: str = "") -> list[str]:
    return [" ".join(row.get_text(" ").split()) for row in client.get(f"/logg{query}").page.select("tbody tr")]


def test_the_log_says_who_what_when_and_why(console: Console, lo: Client) -> None:
    case = console.case(channel="callback")
    siv = console.signed_in(console.person("siv", "case_worker", "exit_programme"))
    siv.submit(f"/arenden/{case.id}/kontaktuppgifter", reason="Ringer för första kontakt")
    expected = f"23 nov. kl. 10.00 Siv (siv) Såg kontaktuppgifter {case.reference} Ringer för första kontakt"
    assert expected in rows(lo)


def test_reading_the_log_is_recorded_too(lo: Client) -> None:
    lo.get("/logg?person=x")
    assert rows(lo)[0] == "23 nov. kl. 10.00 Lo (lo) Läste loggen Konto x"


def test_the_log_is_searched_by_person_act_case_talk_and_day(console: Console, lo: Client) -> None:
    case = console.case()
    person = console.person("siv", "case_worker", "exit_programme")
    siv = console.signed_in(person)
    siv.get(f"/arenden/{case.id}")
    siv.submit(f"/arenden/{case.id}/ta")
    assert len(rows(lo, f"?person={person}")) == 2
    assert len(rows(lo, "?handelse=take")) == 1
    assert len(rows(lo, f"?arende={case.reference.lower()}")) == 2
    assert rows(lo, "?samtal=x") == []
    assert rows(lo, "?from=2026-11-24") == []
    assert len(rows(lo, "?from=2026-11-23&till=2026-11-23&handelse=take")) == 1


def test_a_long_log_is_read_page_by_page_without_a_gap(console: Console, lo: Client) -> None:
    siv = console.signed_in(console.person("siv", "case_worker", "exit_programme"))
    for _ in range(PAGE_LENGTH + 3):
        siv.get("/arenden")
    first = lo.get("/logg?handelse=list_cases").page
    second = lo.get(first.select_one(".pager a")["href"]).page
    assert (len(first.select("tbody tr")), len(second.select("tbody tr"))) == (PAGE_LENGTH, 3)


def test_a_reason_is_never_taken_for_markup(console: Console, lo: Client) -> None:
    case = console.case(channel="callback")
    siv = console.signed_in(console.person("siv", "case_worker", "exit_programme"))
    siv.submit(f"/arenden/{case.id}/kontaktuppgifter", reason="<script>alert(1)</script>")
    assert not lo.get("/logg").page.find("script")


def test_no_route_changes_the_log(console: Console, ada: Client) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert ada._ask(method, "/logg", {"csrf": ada.token}).status == 404
    assert console.log(action="read_people")
