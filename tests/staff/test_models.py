"""Versions of the model in the console: figures in Swedish, one in use, a step back, and no way in for a worse one."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine

from bot.commands.evaluation.gate import LINES
from bot.database import reading, transaction
from bot.settings import Settings
from bot.staff.operation.model_figures import Line
from bot.staff.parts import StaffParts
from bot.staff.sign_in.passwords import Passwords
from bot.staff.words import Words
from bot.versions.files import digest_of
from bot.versions.fitness import PROBLEMS
from bot.versions.made_from import code_fingerprint
from bot.versions.register import Version, keep_version
from bot.versions.running import Process, report
from bot.versions.use import Change, Use, UseError, activate, read_use, read_uses, roll_back
from tests.staff.console import CHEAP, NEEDS, NOW, SERVICES, Client, Clock, Console, Running

A, B, C = (f"vagvisaren-{name * 12}.tar.gz" for name in "abc")
WORDS = Words.load({"need": NEEDS})


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """The directory of the files."""
    folder = tmp_path / "models"
    folder.mkdir()
    return folder


@pytest.fixture
def console(engine: Engine, settings: Settings, models: Path) -> Iterator[Console]:
    """A console whose models lie in a folder of the test's own."""
    own = dataclasses.replace(settings, model_directory=models)
    clock = Clock()
    with Running(own, StaffParts(engine, NEEDS, SERVICES, {}, clock, Passwords(CHEAP))) as running:
        yield Console(engine, clock, own, running.base)


def figures(direct: float = 0.9, urgent: float = 0.95, parenting: float = 0.9) -> dict[str, Any]:
    """As the evaluation keeps them."""
    values = {"direct": direct, "helped": 0.97, "wrong": 0.05, "urgent_recall": urgent, "false_alarms": 0.01}
    own = {**values, "age": 0.9, "place": None}
    together = {"recall": {"parenting": parenting, "human": 0.8}}
    sets = dict.fromkeys(("main", "crisis", "harmless", "together"), own)
    return {"labels": "x", "values": sets, "sets": {"together": together}}


@pytest.fixture
def known(console: Console, models: Path) -> dict[str, Version]:
    """A answers and was never measured; B passed against A; C did not."""
    measured = {**figures(parenting=0.95), "before": figures(), "before_is_measured": True}
    failed = {"kind": "stepped_back", "set": "together", "figure": "urgent_recall", "value": 0.9, "wanted": 0.95}
    common = {"figures": measured, "compared_with": A}
    found = {
        A: _version(models, A),
        B: replace(_version(models, B), **common, passed=True),
        C: replace(_version(models, C), **common, passed=False, reasons=(failed,)),
    }
    with transaction(console.engine) as connection:
        for version in found.values():
            keep_version(connection, version)
        report(connection, Process("here:5005", A), NOW)
    return found


def _version(models: Path, name: str) -> Version:
    (models / name).write_bytes(name.encode())
    return Version(name, NOW, "driften", code_fingerprint(), digest_of(models / name))


@pytest.fixture
def admin(console: Console, known: dict[str, Version]) -> Client:
    """An administrator who has the list open."""
    assert known
    client = console.signed_in(console.person("ada", "admin"))
    client.get("/modeller")
    return client


def in_use(console: Console) -> Use | None:
    with reading(console.engine) as connection:
        return read_use(connection)


def use(client: Client, name: str, comment: str = "fler rätt", seen: int = 0) -> Any:
    return client.submit(f"/modeller/{name}/ta-i-bruk", comment=comment, seen=seen)


def seen(console: Console) -> int:
    now = in_use(console)
    return now.id if now else 0


def change(console: Console, version: Version, **changes: Any) -> None:
    with transaction(console.engine) as connection:
        keep_version(connection, replace(version, **changes))


def test_an_administrator_puts_a_candidate_in_use_and_it_is_recorded(console: Console, admin: Client) -> None:
    assert "Kan tas i bruk" in admin.get(f"/modeller/{B}").said
    assert use(admin, B).to == "/modeller?klart=model_activated"
    now = in_use(console)
    assert now and (now.version, now.before, now.comment, now.at) == (B, A, "fler rätt", NOW)
    (line,) = console.log(action="activate_model")
    assert (line["staff_id"], line["reason"]) == (now.by, "fler rätt")
    assert line["detail"] == {"version": "b" * 12, "former": "a" * 12}
    said = admin.get("/modeller?klart=model_activated").said
    assert "Modellen är tagen i bruk" in said and "Tagen i bruk av Ada. Skäl: fler rätt" in said
    assert "Tog en modell i bruk" in admin.get("/logg").said


def test_going_back_is_one_form_and_is_recorded(console: Console, admin: Client) -> None:
    use(admin, B)
    page = admin.get("/modeller")
    assert "Föregående modell är aaaaaaaaaaaa" in page.said
    reply = admin.submit("/modeller/ga-tillbaka", comment="fler fel", seen=seen(console))
    assert reply.to == "/modeller?klart=model_rolled_back"
    now = in_use(console)
    assert now and (now.version, now.before, now.act) == (A, None, "roll_back")
    assert console.log(action="roll_back_model")[0]["detail"] == {"version": "a" * 12, "former": "b" * 12}
    assert "Gå tillbaka till föregående" not in admin.get("/modeller").said
    assert use(admin, B, seen=seen(console)).to == "/modeller?klart=model_activated"


def test_a_model_that_was_never_measured_can_be_gone_back_to_but_not_chosen(console: Console, admin: Client) -> None:
    use(admin, B)
    assert "inte mätt" in use(admin, A, seen=seen(console)).said
    assert admin.submit("/modeller/ga-tillbaka", comment="x", seen=seen(console)).status == 303


@pytest.mark.parametrize(
    ("what", "problem"),
    [
        ({"passed": False}, "sämre än den får vara"),
        ({"passed": None}, "inte mätt"),
        ({"code": "another"}, "en annan version av programmet"),
        ({"digest": "0" * 64}, "en annan än den som mättes"),
        ({"compared_with": C}, "jämförd med en annan modell"),
        ({"compared_with": None}, "jämförd med en annan modell"),
    ],
)
def test_what_must_not_be_used_is_refused_also_to_a_form_of_ones_own(
    console: Console, admin: Client, known: dict[str, Version], what: dict[str, Any], problem: str
) -> None:
    change(console, known[B], **what)
    reply = use(admin, B)
    assert reply.status == 422 and problem in reply.said
    assert in_use(console) is None
    assert not console.log(action="activate_model")
    assert console.log(action="model_refused")[0]["detail"]["version"] == "b" * 12
    assert "Nekades att byta modell" in admin.get("/logg").said


def test_a_worse_model_shows_no_form_and_says_why(admin: Client) -> None:
    page = admin.get(f"/modeller/{C}")
    assert not page.page.find("textarea")
    assert "sämre än den får vara" in page.said
    assert "Fara som upptäcks (alla meddelanden): 90,0 %. Den modell som används har 95,0 %" in page.said.replace(
        "\u00a0", " "
    )


def test_a_file_that_is_gone_or_changed_is_refused(console: Console, admin: Client, models: Path) -> None:
    (models / B).write_bytes(b"something else")
    assert "en annan än den som mättes" in use(admin, B).said
    (models / B).unlink()
    reply = use(admin, B)
    assert "går inte att hitta" in reply.said and reply.status == 422
    assert in_use(console) is None


def test_going_back_is_refused_when_the_file_is_gone(console: Console, admin: Client, models: Path) -> None:
    use(admin, B)
    (models / A).unlink()
    reply = admin.submit("/modeller/ga-tillbaka", comment="x", seen=seen(console))
    assert reply.status == 422 and "går inte att hitta" in reply.said
    now = in_use(console)
    assert now and now.version == B


def test_there_is_nothing_to_go_back_to_before_anything_was_put_in_use(admin: Client) -> None:
    reply = admin.submit("/modeller/ga-tillbaka", comment="x", seen=0)
    assert reply.status == 422 and "ingen modell att gå tillbaka till" in reply.said


@pytest.mark.parametrize(("comment", "said"), [("", "Skriv varför"), (" \n", "Skriv varför"), ("x" * 501, "högst 500")])
@pytest.mark.parametrize("act", [f"{B}/ta-i-bruk", "ga-tillbaka"])
def test_without_a_fitting_comment_nothing_happens(
    console: Console, admin: Client, act: str, comment: str, said: str
) -> None:
    reply = admin.submit(f"/modeller/{act}", comment=comment, seen=0)
    assert reply.status == 422 and said in reply.said
    assert in_use(console) is None


def test_a_page_that_has_grown_old_changes_nothing(console: Console, admin: Client) -> None:
    use(admin, B)
    reply = admin.submit("/modeller/ga-tillbaka", comment="x", seen=0)
    assert reply.status == 422 and "En kollega hann före" in reply.said
    assert "En kollega hann före" in use(admin, C, seen=0).said
    now = in_use(console)
    assert now and now.version == B


@pytest.mark.usefixtures("known")
def test_an_editor_reads_and_cannot_change(console: Console) -> None:
    editor = console.signed_in(console.person("ed", "editor"))
    page = editor.get(f"/modeller/{B}")
    assert page.status == 200 and not page.page.find("textarea")
    assert "En administratör kan ta den i bruk" in page.said
    assert use(editor, B).status == 403
    assert editor.submit("/modeller/ga-tillbaka", comment="x", seen=0).status == 403
    assert [line["detail"] for line in console.log(action="read_models")] == [{"version": "b" * 12}]


def test_the_figures_stand_beside_those_of_the_model_in_use(admin: Client) -> None:
    rows = {
        row.find("th").get_text(" ", strip=True): [cell.get_text(" ", strip=True) for cell in row.find_all("td")]
        for row in admin.get(f"/modeller/{B}").page.find_all("tr")[1:]
    }
    assert rows["Att vara förälder"][:2] == ["95,0\u00a0%", "90,0\u00a0%"]
    assert rows["Att vara förälder"][2] == "+5,0 bättre"
    assert rows["Prata"][2] == "ingen skillnad"
    assert rows["Fara som upptäcks , alla meddelanden"][0] == "95,0\u00a0%"
    assert rows["Rätt plats , vanliga meddelanden"] == ["–", "–", "–"]


def test_each_process_says_what_it_runs(console: Console, admin: Client) -> None:
    use(admin, B)
    with transaction(console.engine) as connection:
        report(connection, Process("here:5005", B), NOW)
        report(connection, Process("there:5005", A, B, "broken"), NOW)
    said = admin.get("/modeller").said
    assert "1 av 2 processer kör den" in said
    assert "there:5005 kör aaaaaaaaaaaa, inte bbbbbbbbbbbb. Modellen gick inte att läsa in" in said
    console.clock.move(seconds=61)
    assert "Ingen process har hörts av" in admin.get("/modeller").said


def test_without_any_model_the_page_says_so(console: Console) -> None:
    said = console.signed_in(console.person("ada", "admin")).get("/modeller").said
    assert "ingen process har sagt vilken den kör" in said


def test_an_unknown_version_is_gone(admin: Client) -> None:
    assert admin.get("/modeller/vagvisaren-x.tar.gz").status == 404
    assert use(admin, "..%2f..%2fetc").status == 404


@pytest.mark.parametrize("comment", ["<script>alert(1)</script>", "å" * 500, "'; DROP TABLE models; --"])
def test_a_strange_comment_is_kept_and_shown_as_it_is(admin: Client, comment: str) -> None:
    assert use(admin, B, comment).status == 303
    page = admin.get("/modeller")
    assert comment in page.said and not page.page.find("script", string="alert(1)")


def test_of_two_changes_of_the_same_moment_one_counts(console: Console) -> None:
    wanted = Change("x", NOW, "first", 0)
    with transaction(console.engine) as connection:
        activate(connection, B, wanted, A)
    with pytest.raises(UseError, match="colleague"), transaction(console.engine) as connection:
        activate(connection, C, wanted, A)
    with reading(console.engine) as connection:
        assert [one.version for one in read_uses(connection)] == [B]


def test_going_back_twice_leads_further_back(console: Console) -> None:
    def act(then: Any, *given: Any) -> None:
        with transaction(console.engine) as connection:
            now = read_use(connection)
            then(connection, *given[:1], Change("x", NOW, "y", now.id if now else 0), *given[1:])

    act(activate, B, A)
    act(activate, C, None)
    act(roll_back)
    assert (now := in_use(console)) and (now.version, now.before) == (B, A)
    act(roll_back)
    assert (now := in_use(console)) and (now.version, now.before) == (A, None)


@pytest.mark.parametrize("kind", sorted(set(LINES) - {"goal"}))
def test_every_reason_of_the_gate_has_swedish_words(kind: str) -> None:
    numbers = {"value": 0.9, "wanted": 1, "was": 0.8, "now": 0.7, "allowed": 0.04}
    said = WORDS.gate_reason({"kind": kind, "set": "main", "figure": "direct", "need": "parenting", **numbers})
    assert said != kind and "{" not in said


def test_how_far_a_need_may_fall_is_said_in_percentage_points() -> None:
    fallen = {"kind": "fallen", "set": "main", "need": "parenting", "was": 0.91, "now": 0.85, "allowed": 0.04}
    assert "från 91,0\u00a0% till 85,0\u00a0%. Det får sjunka med högst 4 procentenheter" in WORDS.gate_reason(fallen)


def test_times_are_said_in_milliseconds() -> None:
    said = WORDS.gate_reason({"kind": "floor", "set": "cpu", "figure": "p95", "value": 22.4, "wanted": 15})
    assert "22 ms. Gränsen är 15 ms" in said


@pytest.mark.parametrize("problem", [*PROBLEMS, "in_use"])
def test_every_problem_has_words(problem: str) -> None:
    assert WORDS.of("problem", f"model_{problem}") != f"model_{problem}"


@pytest.mark.parametrize(
    ("now", "before", "pace", "bar"),
    [
        (0.9, 0.8, "better", (50, 25.0)),
        (0.8, 0.9, "worse", (25.0, 25.0)),
        (0.1, 0.9, "worse", (0, 50)),
        (0.9, 0.9, "same", (50, 0)),
        (None, 0.9, "same", (50, 0)),
    ],
)
def test_a_difference_is_drawn_to_its_side(
    now: float | None, before: float, pace: str, bar: tuple[float, float]
) -> None:
    line = Line("parenting", now, before)
    assert (line.pace, line.bar) == (pace, bar)
    assert Line("wrong", 0.1, 0.2, less_is_better=True).pace == "better"
