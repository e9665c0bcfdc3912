"""Review of talks: filters, order, marks, kept filters, alarms."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from bot.database import transaction
from bot.staff.review import digest
from bot.tables import (
    alarms,
    cases,
    conversations,
    messages,
    outbox,
    saved_filters,
    talk_notes,
    talk_tags,
    talks,
)
from tests.staff.console import NOW, Client, Console, heard
from tests.staff.talks import listed, say

FILTERS = {
    "?verksamhet=mini_maria": "a",
    "?saker=very_unsure": "b",
    "?saker=sure": "ac",
    "?langd=short": "abc",
    "?langd=long": "d",
    "?lamnat=yes": "c",
    "?lamnat=no": "abd",
    "?granskat=yes": "",
    "?granskat=no": "abcd",
    "?tagg=skola": "",
    "?flagga=1": "",
    "?verksamhet=%25": "abcd",
}


@pytest.mark.parametrize(("query", "found"), FILTERS.items())
def test_each_filter_narrows(console: Console, rut: Client, query: str, found: str) -> None:
    shown = {"sender": "bot", "text": "Så här.", "service": {"id": "mini_maria", "district": None}}
    console.talk("a" * 32, {"understood": heard()}, shown, created_at=NOW - timedelta(minutes=1))
    unsure = {"understood": heard(confidence=0.3, decision="clarify")}
    console.talk("b" * 32, unsure, created_at=NOW - timedelta(minutes=2))
    console.talk("c" * 32, {"understood": heard()}, created_at=NOW - timedelta(minutes=3))
    console.case(conversation_id="c" * 32, service="youth_team", need="parenting")
    many = [{"understood": heard(confidence=0.6)}] * 11
    console.talk("d" * 32, *many, created_at=NOW - timedelta(minutes=4))
    assert [name[0] for name in listed(rut, query)] == list(found)


def test_alarms_and_danger_stand_on_top_until_they_are_dealt_with(console: Console, rut: Client) -> None:
    urgent = {"text": "han slår", "understood": heard("emergency", urgent="emergency")}
    console.talk("a" * 32, urgent, created_at=NOW - timedelta(days=3))
    console.talk("b" * 32, {"understood": heard()}, created_at=NOW - timedelta(days=2))
    console.talk("c" * 32, {"understood": heard()}, created_at=NOW - timedelta(days=1))
    assert [t[0] for t in listed(rut)] == ["a", "c", "b"]
    rut.submit(f"/samtal/{'b' * 32}/larma", what="Barnet är ensamt hemma med honom")
    assert [t[0] for t in listed(rut)] == ["b", "a", "c"]
    rut.submit(f"/samtal/{'a' * 32}/granska", reviewed="1")
    assert [t[0] for t in listed(rut)] == ["b", "c", "a"]
    # Danger that comes after the review is not reviewed.
    with transaction(console.engine) as connection:
        later = {"sender": "person", "text": "nu igen", "created_at": NOW + timedelta(minutes=1)}
        new = {**later, "conversation_id": "a" * 32, "understood": heard("emergency", urgent="emergency")}
        connection.execute(messages.insert().values(**new))
    assert [t[0] for t in listed(rut)] == ["b", "a", "c"]


def test_a_talk_is_marked_and_found_by_its_marks(console: Console, rut: Client) -> None:
    talk = say(console, "a", "hej")
    say(console, "b", "hej")
    done = rut.submit(
        f"/samtal/{talk}/granska",
        reviewed="1",
        flagged="1",
        tags=" Skola, skola,, FEL svar ",
        note="Bra svar",
        query="akut=1",
    )
    assert done.to == "/samtal?akut=1&klart=marked"
    for query in ("?granskat=yes", "?flagga=1", "?tagg=skola", "?tagg=fel+svar", "?tagg=SKOLA"):
        assert listed(rut, query) == [talk], query
    page = rut.get(f"/samtal/{talk}").said
    assert "Granskat 23 nov. kl. 10.00, Rut" in page and "Bra svar" in page and "Ta bort ”fel svar”" in page
    rut.submit(f"/samtal/{talk}/granska", remove="fel svar", tags="ny")
    assert listed(rut, "?tagg=ny") == [talk] and listed(rut, "?tagg=fel+svar") == []
    assert listed(rut, "?granskat=yes") == [] and listed(rut, "?flagga=1") == []
    assert [line["conversation_id"] for line in console.log(action="mark_conversation")] == [talk, talk]


def test_whoever_reviewed_first_is_kept(console: Console, rut: Client) -> None:
    talk = say(console, "a", "hej")
    rut.submit(f"/samtal/{talk}/granska", reviewed="1")
    console.signed_in(console.person("bo", "reviewer")).submit(f"/samtal/{talk}/granska", reviewed="1", note="Jag med")
    assert ", Rut" in rut.get(f"/samtal/{talk}").said


def test_marks_go_with_the_talk(console: Console, rut: Client) -> None:
    talk = say(console, "a", "hej")
    rut.submit(f"/samtal/{talk}/granska", reviewed="1", tags="skola", note="Om henne")
    with transaction(console.engine) as connection:
        connection.execute(delete(conversations))
        for table in (talk_tags, talk_notes, talks):
            assert connection.execute(select(table)).all() == []


def test_marking_a_sensitive_talk_shows_nothing_of_it(console: Console, rut: Client) -> None:
    console.talk("a" * 32, {"text": "hemliga ord", "understood": heard("leave_crime")})
    reply = rut.submit(f"/samtal/{'a' * 32}/granska", reviewed="1")
    assert reply.status == 303 and "hemliga ord" not in reply.text


@pytest.mark.parametrize("query", ["", "x=1", "//evil.test", "akut=1&next=http://evil.test"])
def test_nothing_but_filters_comes_back_in_the_address(console: Console, rut: Client, query: str) -> None:
    talk = say(console, "a", "hej")
    to = rut.submit(f"/samtal/{talk}/granska", query=query).to
    assert to in ("/samtal?klart=marked", "/samtal?akut=1&klart=marked")


def test_filters_are_kept_for_oneself_under_a_name(console: Console, rut: Client) -> None:
    other = console.signed_in(console.person("bo", "reviewer"))
    for query in ("akut=1", "behov=parenting&sok=r%C3%A4ka&elak=1"):
        assert rut.submit("/mina-val", name="Mina <b>akuta</b>", query=query).to.endswith("klart=filter_kept")
    page = rut.get("/samtal").page
    (link,) = page.select(".saved a")
    assert link.text == "Mina <b>akuta</b>" and link["href"] == "/samtal?behov=parenting&sok=r%C3%A4ka"
    assert not other.get("/samtal").page.select(".saved a")
    path = page.select(".saved form")[0]["action"]
    other.submit(path)
    assert rut.get("/samtal").page.select(".saved a")
    rut.submit(path)
    assert not rut.get("/samtal").page.select(".saved a")


@pytest.mark.parametrize(("name", "query"), [("", "akut=1"), ("x", ""), ("x", "elak=1")])
def test_a_filter_without_name_or_choice_is_not_kept(console: Console, rut: Client, name: str, query: str) -> None:
    assert "klart=filter_without_name" in rut.submit("/mina-val", name=name, query=query).to
    with transaction(console.engine) as connection:
        assert connection.execute(select(saved_filters)).all() == []


def test_an_alarm_is_recorded_with_the_routine_and_told_to_log_controllers(console: Console, rut: Client) -> None:
    talk = say(console, "a", "pappa slår mig och jag är tolv")
    assert "Ring 112" in rut.get(f"/samtal/{talk}").said
    assert rut.submit(f"/samtal/{talk}/larma", what="kort").status == 422
    assert not console.log(action="alarm")
    done = rut.submit(f"/samtal/{talk}/larma", what="Ett barn blir slaget hemma")
    assert "Larmet är noterat" in done.said and "ingen orosanmälan" in done.said and "Ring 112" in done.said
    (line,) = console.log(action="alarm")
    assert (line["conversation_id"], line["reason"]) == (talk, "Ett barn blir slaget hemma")
    for role in ("log_controller", "admin"):
        client = console.signed_in(console.person(role, role))
        assert client.get("/").to == "/larm"
        said = client.get("/larm").said
        assert "Ett barn blir slaget hemma" in said and "pappa" not in said


def test_an_alarm_is_dealt_with_once(console: Console, rut: Client) -> None:
    talk = say(console, "a", "hjälp")
    rut.submit(f"/samtal/{talk}/larma", what="Ett barn blir slaget hemma")
    lo, ada = (
        console.signed_in(console.person(name, role)) for name, role in (("lo", "log_controller"), ("ada", "admin"))
    )
    path = lo.get("/larm").page.select_one("form[action^='/larm/']")["action"]
    assert lo.submit(path, what="").status == 422
    assert lo.submit(path, what="Anmält till mottagningen kl. 10").to == "/larm?klart=alarm_handled"
    assert ada.submit(path, what="En annan berättelse").to == "/larm?klart=alarm_handled_already"
    said = ada.get("/larm").said
    assert "Anmält till mottagningen" in said and "En annan berättelse" not in said
    assert ada.get("/").to == "", "nothing is left that an administrator must see first"
    assert len(console.log(action="alarm_handled")) == 1
    assert ada.submit("/larm/finns-inte", what="Anmält till mottagningen").status == 404


def test_an_alarm_reaches_those_who_have_the_persons_case(console: Console, rut: Client) -> None:
    talk = say(console, "a", "hjälp")
    console.case(conversation_id=talk)
    closed = console.case("m2", conversation_id=talk)
    with transaction(console.engine) as connection:
        connection.execute(cases.update().where(cases.c.id == closed.id).values(state="closed"))
    assert "meddelande om fara" in rut.submit(f"/samtal/{talk}/larma", what="Hotas till livet i kväll").said
    with transaction(console.engine) as connection:
        kinds = [row.kind for row in connection.execute(select(outbox).where(outbox.c.kind == "acute"))]
    assert kinds == ["acute"]


def test_an_alarm_outlives_the_talk(console: Console, rut: Client) -> None:
    talk = say(console, "a", "hjälp")
    rut.submit(f"/samtal/{talk}/larma", what="Ett barn blir slaget hemma")
    with transaction(console.engine) as connection:
        connection.execute(delete(conversations))
        assert len(connection.execute(select(alarms)).all()) == 1
    path = rut.get("/larm").page.select_one("form[action^='/larm/']")["action"]
    assert rut.submit(path, what="Samtalet var raderat").to == "/larm?klart=alarm_handled"


def test_summing_up_takes_what_has_changed_a_batch_at_a_time(console: Console) -> None:
    for number in range(digest.BATCH + 1):
        console.talk(f"{number:032d}", {"understood": heard()})
    assert digest.catch_up(console.engine, 1)
    assert not digest.catch_up(console.engine, 1)
    with transaction(console.engine) as connection:
        assert {(row.stale, row.needs, row.length) for row in connection.execute(select(talks))} == {
            (False, ",parenting,", 1)
        }


def test_the_list_says_when_it_is_behind_and_takes_the_newest_first(console: Console, rut: Client) -> None:
    console.clock.move(hours=-1)
    for number in range(digest.BATCH):
        console.talk(f"{number:032d}", {"understood": heard("substance_use")})
    console.clock.move(hours=1)
    console.talk("a" * 32, {"text": "hjälp", "urgent": "emergency", "understood": heard()})
    first = rut.get("/samtal?akut=1")
    assert "inte kommit med här än" in first.said and len(first.page.select("tbody tr")) == 1
    second = rut.get("/samtal")
    assert "inte kommit med här än" not in second.said
    assert rut.get("/samtal?behov=substance_use&sida=1").page.select("tbody tr")
