"""Handing a case on, giving the talk back, undoing a closing, standard replies."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.database import transaction
from bot.handover import case as handed
from bot.handover import thread
from bot.handover.case import Case
from bot.staff.casework.replies import RepliesError, load_replies
from bot.switch import name_of, set_switch
from bot.tables import outbox, staff
from tests.staff.console import NOW, Client, Console

WHY = "Personen vill hellre prata med Mini Maria"


@pytest.fixture
def siv(console: Console) -> Client:
    """A case worker of the exit programme, with a colleague, and somebody at Mini Maria."""
    console.person("maria", "case_worker", "mini_maria")
    return console.signed_in(console.person("siv", "case_worker", "exit_programme"))


@pytest.fixture
def bo(console: Console) -> str:
    """The colleague."""
    return console.person("bo", "case_worker", "exit_programme")


def now_of(console: Console, case: Case) -> Case:
    with transaction(console.engine) as connection:
        return handed.get_case(connection, case.id)


def act(client: Client, case: Case, part: str, **fields: str):
    client.get(f"/arenden/{case.id}")
    return client.submit(f"/arenden/{case.id}/{part}", **fields)


def notices(console: Console, case: Case) -> list[str]:
    with transaction(console.engine) as connection:
        return [row.kind for row in connection.execute(select(outbox).where(outbox.c.case_id == case.id))]


def test_a_case_is_handed_to_a_named_colleague(console: Console, siv: Client, bo: str) -> None:
    case = console.case()
    act(siv, case, "ta")
    assert act(siv, case, "till-kollega", colleague=bo).to == f"/arenden/{case.id}?klart=handed_to"
    after = now_of(console, case)
    assert (after.taken_by, after.due_at) == (bo, case.due_at)
    assert "handed_on" in notices(console, case)
    (line,) = console.log(action="hand_to")
    assert line["detail"] == {"person": bo}
    assert "Lämnade över ärendet till en kollega (Bo), Siv" in siv.get(f"/arenden/{case.id}").said


def test_only_to_somebody_of_the_service_who_is_there(console: Console, siv: Client, bo: str) -> None:
    case, maria = console.case(), console.person("mia", "case_worker", "mini_maria")
    with transaction(console.engine) as connection:
        connection.execute(update(staff).where(staff.c.id == bo).values(disabled_at=NOW))
    for whom in (bo, maria, "", "x" * 500):
        reply = act(siv, case, "till-kollega", colleague=whom)
        assert reply.status == 422
    assert not console.log(action="hand_to") and now_of(console, case).taken_by is None


def test_what_a_colleague_has_cannot_be_handed_on_by_another(console: Console, siv: Client, bo: str) -> None:
    case = console.case()
    with transaction(console.engine) as connection:
        handed.take(connection, case.id, bo, NOW)
    assert "Lämna över ärendet" not in siv.get(f"/arenden/{case.id}").said
    reply = siv.submit(f"/arenden/{case.id}/till-verksamhet", service="mini_maria", why=WHY)
    assert reply.status == 422 and "En kollega har redan tagit ärendet" in reply.said


def test_a_case_goes_to_another_services_queue_with_its_clock_and_a_reason(console: Console, siv: Client) -> None:
    case = console.case()
    act(siv, case, "ta")
    reply = act(siv, case, "till-verksamhet", service="mini_maria", why=WHY)
    assert reply.to == "/arenden?klart=handed_over"
    assert "lämnat över ärendet till en annan verksamhet" in siv.get(reply.to).said
    after = now_of(console, case)
    assert (after.service, after.taken_by, after.state, after.due_at) == ("mini_maria", None, "open", case.due_at)
    (line,) = console.log(action="hand_over_to")
    assert (line["reason"], line["detail"]) == (WHY, {"service": "mini_maria"})
    assert siv.get(f"/arenden/{case.id}").status == 404


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"service": "mini_maria", "why": ""}, "minst 10 tecken"),
        ({"service": "youth_team", "why": WHY}, "Välj en verksamhet"),
        ({"service": "exit_programme", "why": WHY}, "Välj en verksamhet"),
        ({"service": "<x>", "why": WHY}, "Välj en verksamhet"),
        ({}, "Välj en verksamhet"),
    ],
)
def test_a_case_does_not_go_where_nobody_works_or_without_a_reason(
    console: Console, siv: Client, fields: dict[str, str], said: str
) -> None:
    case = console.case()
    reply = act(siv, case, "till-verksamhet", **fields)
    assert reply.status == 422 and said in reply.said
    assert now_of(console, case).service == "exit_programme"


def test_a_case_does_not_go_to_a_service_that_is_switched_off(console: Console, siv: Client) -> None:
    case = console.case()
    with transaction(console.engine) as connection:
        set_switch(connection, True, "x", "admin", NOW, name_of("mini_maria"))
    assert act(siv, case, "till-verksamhet", service="mini_maria", why=WHY).status == 422


def test_the_talk_is_given_back_and_taken_over_again(console: Console, siv: Client) -> None:
    case = console.case()
    assert act(siv, case, "till-assistenten").status == 422
    act(siv, case, "svara", text="Hej!")
    assert act(siv, case, "till-assistenten").to == f"/arenden/{case.id}?klart=given_back#trad"
    assert now_of(console, case).given_back_at == NOW
    assert "Samtalet är lämnat till assistenten" in siv.get(f"/arenden/{case.id}").said
    act(siv, case, "svara", text="Jag är tillbaka.")
    assert now_of(console, case).given_back_at is None
    act(siv, case, "till-assistenten")
    act(siv, case, "ta-over-samtalet")
    assert now_of(console, case).given_back_at is None
    assert [len(console.log(action=name)) for name in ("give_back", "take_up")] == [2, 1]


def test_a_closing_is_undone_by_the_same_person_within_ten_minutes(console: Console, siv: Client, bo: str) -> None:
    case = console.case()
    act(siv, case, "avsluta", outcome="mistake")
    assert "Blev det fel kan du ångra dig till kl. 10.10" in siv.get(f"/arenden/{case.id}").said
    other = console.signed_in(bo)
    assert "ångra dig" not in other.get(f"/arenden/{case.id}").said
    assert other.submit(f"/arenden/{case.id}/angra").status == 422
    assert act(siv, case, "angra").to == f"/arenden/{case.id}?klart=reopened"
    assert now_of(console, case).state == "open"
    assert console.log(action="reopen", case_id=case.id)
    act(siv, case, "avsluta", outcome="mistake")
    console.clock.move(minutes=10)
    assert "ångra dig" not in siv.get(f"/arenden/{case.id}").said
    assert act(siv, case, "angra").status == 422


def test_a_standard_reply_is_put_after_what_was_typed_and_nothing_is_sent(console: Console, siv: Client) -> None:
    case, chosen = console.case(), load_replies()[0]
    reply = act(siv, case, "standardsvar", text="Hej Kim <3", standard=chosen.id)
    assert reply.status == 200
    box = reply.page.select_one("textarea#text")
    assert box.get_text().strip().replace("\r", "") == f"Hej Kim <3\n\n{chosen.text}"
    with transaction(console.engine) as connection:
        assert thread.messages(connection, case.id) == []
    assert act(siv, case, "standardsvar", text="", standard="<x>").page.select_one("textarea#text").get_text() == ""


GOOD = "- {id: hej, title: Hej, text: Hej!}\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "replies.yml: ska vara en lista"),
        ("a: [", "replies.yml: går inte att läsa"),
        ("- {id: hej, title: Hej}", "replies.yml: hej, fältet text: saknas"),
        ("- {title: Hej, text: Hej}", "replies.yml: svar 1, fältet id: saknas"),
        ("- hej", "replies.yml: svar 1, fältet id: saknas"),
        (GOOD + GOOD, "replies.yml: hej, fältet id: finns två gånger"),
        ("- {id: hej, title: Hej, text: 12}", "fältet text: saknas"),
        ("- {id: Hej Du, title: Hej, text: Hej}", "fältet id: får bara ha"),
        ("- {id: hej, title: Hej, text: Hej, texts: x}", "fältet texts: finns inte"),
        (f"- {{id: hej, title: Hej, text: {'x' * 1001}}}", "fältet text: får vara högst 1000"),
        ("- {id: hej, title: Hej, text: Du är helt anonym här}", 'får inte säga "helt anonym"'),
        ("- {id: hej, title: Hej, text: Dina föräldrar får inte veta}", "får inte säga"),
    ],
)
def test_a_fault_in_the_replies_is_said_with_file_entry_and_field(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "replies.yml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(RepliesError, match=r"^replies\.yml") as caught:
        load_replies(path)
    assert said in str(caught.value)
