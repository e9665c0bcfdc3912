"""Examples to learn from: written in one's own words, approved by somebody else, never the person's own message."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from bot.database import transaction
from bot.staff.parts import StaffParts
from bot.staff.review import digest
from bot.staff.review.examples import example_problem, find_waiting, propose
from bot.staff.review.uncertain import label_messages
from bot.staff.sign_in.passwords import Passwords
from bot.tables import examples, uncertain
from tests.staff.console import CHEAP, NEEDS, NOW, SERVICES, Client, Console, Running
from tests.staff.test_unsure import unsure

SAID = "min dotter Leila vägrar gå till skolan i Rinkeby"
OWN = "vårt barn stannar hemma hela veckan och vi vet inte hur vi ska få ut henne"


@pytest.fixture
def ed(console: Console) -> Client:
    """An editor."""
    return console.signed_in(console.person("ed", "editor"))


def agreed(console: Console, text: str = SAID, label: str = "parenting", talk: str = "a", **said: Any) -> int:
    """A message whose need two readers have agreed on; returns its id."""
    console.talk(talk * 32, unsure(text, **said))
    digest.catch_up(console.engine)
    with transaction(console.engine) as connection:
        (id_,) = connection.execute(
            select(uncertain.c.message_id).order_by(uncertain.c.message_id.desc()).limit(1)
        ).one()
        for reader in ("x", "y"):
            label_messages(connection, [id_], reader, label, NOW)
    return int(id_)


def kept(console: Console) -> list[tuple[str, str, str]]:
    with console.engine.connect() as connection:
        return [(row.text, row.need, row.state) for row in connection.execute(select(examples))]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (OWN, None),
        ("", "no_example"),
        ("a" * 501, "long_example"),
        (SAID, "original_example"),
        (SAID.upper() + "!", "original_example"),
        ("min dotter Sara vägrar gå till skolan i Rinkeby", "original_example"),
        ("i Rinkeby vägrar min dotter Leila gå till skolan", "original_example"),
        ("ring mig på [telefonnummer]", "marked_example"),
        ("han bor på [adress](place)", "marked_example"),
        ("/restart", "marked_example"),
        ("- en lista", "marked_example"),
        ("ring 070-123 45 67", "personal_example"),
        ("född 20101224", "personal_example"),
        ("skriv till a@b.se", "personal_example"),
        ("se https://x.se", "personal_example"),
        ("han är 16 och röker på", None),
    ],
)
def test_what_may_be_learned_from(text: str, problem: str | None) -> None:
    assert example_problem(text, SAID, consent=False) == problem


def test_with_consent_the_masked_message_itself_may_be_used_but_never_what_is_hidden() -> None:
    assert example_problem(SAID, SAID, consent=True) is None
    assert example_problem("jag heter [namn]", "jag heter [namn]", consent=True) == "marked_example"


def test_short_messages_are_the_persons_own_only_when_they_are_the_same() -> None:
    assert example_problem("hjälp mig", "Hjälp mig!", consent=False) == "original_example"
    assert example_problem("hjälp oss", "hjälp mig", consent=False) is None


def test_an_example_goes_from_reviewer_to_editor_without_the_message(console: Console, rut: Client, ed: Client) -> None:
    message = agreed(console)
    assert SAID in rut.get("/exempel").text
    done = rut.submit("/exempel", message=str(message), text=f" {OWN}\n", style="story", why="Vanligt i höst")
    assert done.to == "/exempel?klart=example_written"
    assert kept(console) == [(OWN, "parenting", "proposed")]
    page = ed.get("/godkann")
    assert OWN in page.said and "Vanligt i höst" in page.said and "Leila" not in page.text
    path = page.page.select_one("form[action^='/godkann/']")["action"]
    assert ed.submit(path, to="approve").to == "/godkann?klart=example_approved"
    assert ed.submit(path, to="refuse").to == "/godkann?klart=example_gone"
    assert kept(console) == [(OWN, "parenting", "approved")]
    assert [line["action"] for line in console.log() if "example" in line["action"]] == [
        "write_example",
        "list_examples",
        "approve_example",
    ]
    assert "Det finns inget att skriva om" in rut.get("/exempel").said


def test_a_refused_text_is_kept_in_its_field_with_the_problem(console: Console, rut: Client) -> None:
    message = agreed(console)
    rut.get("/exempel")
    reply = rut.submit("/exempel", message=str(message), text="ring [namn] i kväll", style="slang")
    assert reply.status == 422
    field = reply.page.find(id=f"text-{message}")
    assert field.get_text() == "ring [namn] i kväll" and field["aria-invalid"] == "true"
    assert kept(console) == []


def test_a_message_can_be_skipped_and_is_not_asked_about_again(console: Console, rut: Client) -> None:
    message = agreed(console)
    rut.get("/exempel")
    assert rut.submit("/exempel", message=str(message), skip="1").to == "/exempel?klart=example_skipped"
    assert rut.submit("/exempel", message=str(message), text=OWN).to == "/exempel?klart=example_gone"
    assert SAID not in rut.get("/exempel").text


@pytest.mark.parametrize("label", ["rejected", "smalltalk"])
def test_what_is_nothing_to_learn_from_is_not_asked_about(console: Console, rut: Client, label: str) -> None:
    agreed(console, label=label)
    assert SAID not in rut.get("/exempel").text


@pytest.mark.parametrize(("said", "label"), [({"intent": "leave_crime"}, "parenting"), ({}, "partner_violence")])
def test_sensitive_messages_are_shown_with_a_reason_only(
    console: Console, rut: Client, said: dict[str, Any], label: str
) -> None:
    message = agreed(console, label=label, **said)
    assert SAID not in rut.get("/exempel").text and SAID not in rut.get("/exempel?kansliga=1").text
    assert rut.submit("/exempel", message=str(message), text=OWN).to == "/osakra?kansliga=1"
    rut.submit("/osakra/skal", reason="Skriver exempel om våld")
    assert SAID in rut.get("/exempel?kansliga=1").text


@pytest.mark.parametrize("message", ["", "x", "999", "9" * 10, "9" * 30, "²", "-1"])
def test_a_message_that_is_not_there_is_said_so(console: Console, rut: Client, message: str) -> None:
    assert rut.submit("/exempel", message=message, text=OWN).to == "/exempel?klart=example_gone"
    assert kept(console) == []


def test_whoever_wrote_it_does_not_approve_it(console: Console, ed: Client) -> None:
    writer = console.person("eva", "editor")
    message = agreed(console)
    with transaction(console.engine) as connection:
        found = find_waiting(connection, message)
        assert found is not None
        made = propose(connection, found, OWN, "plain", "", writer, NOW)
    assert console.signed_in(writer).submit(f"/godkann/{made}", to="approve").to == "/godkann?klart=example_gone"
    assert ed.submit(f"/godkann/{made}", to="refuse").to == "/godkann?klart=example_refused"


@pytest.fixture
def consenting(console: Console) -> Iterator[Console]:
    """The same console where the city has the consent."""
    settings = dataclasses.replace(console.settings, training_consent=True)
    parts = StaffParts(console.engine, NEEDS, SERVICES, {}, console.clock, Passwords(CHEAP))
    with Running(settings, parts) as running:
        yield Console(console.engine, console.clock, settings, running.base)


def test_with_consent_the_message_stands_in_the_field(consenting: Console) -> None:
    rut = consenting.signed_in(consenting.person("rut", "reviewer"))
    message = agreed(consenting)
    assert rut.get("/exempel").page.find(id=f"text-{message}").get_text() == SAID
    rut.submit("/exempel", message=str(message), text=SAID)
    assert kept(consenting) == [(SAID, "parenting", "proposed")]
