"""The log controller's pages, and that the log can be changed by nobody."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, update
from sqlalchemy.engine import Engine

from bot.database import create_database_engine, migrate, transaction
from bot.staff.effect.spreadsheet import as_text, write_csv
from bot.staff.oversight.audit import record
from bot.tables import audit
from tests.staff.console import NOW, Client, Console


def fill(console: Console) -> str:
    """A reviewer who has opened five sensitive talks in the month before; returns the account's id."""
    person = console.person("rut", "reviewer")
    with transaction(console.engine) as connection:
        for number in range(5):
            at = NOW - timedelta(days=30) + timedelta(minutes=number)
            talk = {"conversation_id": f"t{number}", "reason": "Granskar svaren"}
            record(connection, person, "read_conversation", at, **talk)
    return person


def test_unusual_reading_is_shown_with_its_reason_and_its_lines(console: Console, lo: Client) -> None:
    person = fill(console)
    page = lo.get("/kontroll?from=2026-10-01&till=2026-10-31")
    assert "Öppnade 5 samtal eller kontaktuppgifter som kräver skäl, inom 24 timmar. Gränsen är 5." in page.said
    link = page.page.select_one("tbody a")["href"]
    assert link == f"/logg?person={person}&from=2026-10-24&till=2026-10-24"
    assert len(lo.get(link).page.select("tbody tr")) == 5
    assert "Ingen läsning har gått över" in lo.get("/kontroll?from=2026-09-01&till=2026-09-30").said
    assert console.log(action="read_unusual")


def night_reading(console: Console, person: str, back: int, hour: int = 21) -> None:
    at = NOW.replace(hour=hour) - timedelta(days=back)
    with transaction(console.engine) as connection:
        record(connection, person, "read_conversation", at, conversation_id="t")


def test_a_full_page_ends_with_a_whole_day_and_leads_to_the_older_ones(
    console: Console, lo: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.staff.oversight.control.FULL", 6)
    people = [console.person(name, "reviewer") for name in ("rut", "ros", "rex")]
    for back in range(1, 13):
        for person in people:
            night_reading(console, person, back)
    shown, path = [], "/kontroll"
    while path:
        page = lo.get(path).page
        shown += [(row.td.text, row.th.text) for row in page.select("tbody tr")]
        link = page.select_one("nav.pager a")
        path = link["href"] if link else None
    assert len(shown) == len(set(shown)) == 36, "each finding on one page and none lost"
    assert shown == sorted(shown, key=lambda row: row[0], reverse=True)
    assert len({day for day, _ in shown}) == 12


def test_a_month_with_more_than_a_page_leads_to_its_earlier_days(
    console: Console, lo: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = console.person("rut", "reviewer")
    for back in range(24, 50):
        night_reading(console, person, back)
    assert lo.get("/kontroll/manad?manad=2026-10").page.select_one(".notice a") is None
    monkeypatch.setattr("bot.staff.oversight.control.FULL", 6)
    page = lo.get("/kontroll/manad?manad=2026-10").page
    shown = [row.td.text for row in page.select("table")[0].select("tbody tr")]
    earlier = lo.get(page.select_one(".notice a")["href"]).page
    assert shown[0] == "2026-10-30" and max(row.td.text for row in earlier.select("tbody tr")) < shown[-1]


def test_what_began_the_evening_before_counts_on_the_day_it_passed_the_limit(console: Console, lo: Client) -> None:
    person = console.person("rut", "reviewer")
    midnight = datetime(2026, 10, 14, 22, 0, tzinfo=timezone.utc)  # in Stockholm
    with transaction(console.engine) as connection:
        for number in range(24):
            at = midnight + timedelta(minutes=number - 12)
            record(connection, person, "read_conversation", at, conversation_id=f"t{number}")
    found = lo.get("/kontroll?from=2026-10-15&till=2026-10-15")
    assert "24 " in found.said and "inom 1 timme" in found.said


@pytest.mark.parametrize(
    "query",
    [
        "?from=i+går",
        "?from=2026-01-01&till=2026-11-01",
        "?from=2026-11-02&till=2026-11-01",
        "?from=2026-12-24",
        "?from=0001-01-01&till=0001-01-02",
    ],
)
def test_days_that_cannot_be_searched_are_said(lo: Client, query: str) -> None:
    assert lo.get(f"/kontroll{query}").status == 422


def test_a_month_is_checked_once_with_a_note(console: Console, lo: Client) -> None:
    fill(console)
    page = lo.get("/kontroll/manad")
    assert "Kontroll av oktober 2026" in page.said and "Många som kräver skäl" in page.said
    assert len(page.page.find_all("table")[-1].select("tbody tr")) == 5
    assert lo.submit("/kontroll/manad", manad="2026-10", note=" ").status == 422
    done = lo.submit("/kontroll/manad", manad="2026-10", note="Frågade Rut. Skälen räcker.")
    assert done.to == "/kontroll/manad?manad=2026-10&klart=month_checked"
    assert "Kontrollerad av Lo" in lo.get(done.to).said
    assert lo.submit("/kontroll/manad", manad="2026-10", note="Ändrar mig").status == 422
    assert "Frågade Rut" in lo.get("/kontroll/manad?manad=2026-10").said
    assert len(console.log(action="check_month")) == 1


@pytest.mark.parametrize(("month", "status"), [("2026-11", 422), ("2027-01", 422), ("x", 404), ("2026-13", 404)])
def test_a_month_that_is_not_over_cannot_be_checked(lo: Client, month: str, status: int) -> None:
    lo.get("/kontroll/manad")
    assert lo.submit("/kontroll/manad", manad=month, note="Klart").status == status


def test_the_sample_is_the_same_each_time(console: Console, lo: Client) -> None:
    person = console.person("rut", "reviewer")
    with transaction(console.engine) as connection:
        for number in range(40):
            record(connection, person, "read_conversation", NOW - timedelta(days=30), conversation_id=f"t{number}")
    first, second = (lo.get("/kontroll/manad").page.find_all("table")[-1] for _ in range(2))
    assert str(first) == str(second) and len(first.select("tbody tr")) == 5


@pytest.mark.parametrize(
    ("written", "searched", "found"),
    [
        ("Ringer Åsa om mötet", "åsa", True),
        ("ringer åsa", "ÅSA", True),
        ("100 % säkert", "%", True),
        ("hundra", "%", False),
        ("a_b", "_", True),
        ("ab", "_", False),
        ("x\\y", "\\", True),
    ],
)
def test_the_log_is_searched_by_words_of_the_reason(
    console: Console, lo: Client, written: str, searched: str, found: bool
) -> None:
    from urllib.parse import urlencode

    with transaction(console.engine) as connection:
        record(connection, "x", "read_contact", NOW, reason=written)
    page = lo.get("/logg?" + urlencode({"skal": searched, "handelse": "read_contact"}))
    assert bool(page.page.select("tbody tr")) is found


def table(client: Client, query: str = "") -> tuple[Any, list[list[str]]]:
    reply = client.get(f"/loggutdrag{query}")
    return reply, list(csv.reader(io.StringIO(reply.text.lstrip("\ufeff")), delimiter=";"))


def test_the_log_is_taken_out_as_a_table_and_that_is_recorded(console: Console, lo: Client) -> None:
    with transaction(console.engine) as connection:
        record(connection, "x", "read_contact", NOW, reason='=HYPERLINK("http://evil.example")\n2')
    reply, rows = table(lo, "?handelse=read_contact")
    assert reply.headers["Content-Disposition"] == 'attachment; filename="logg-2026-11-23.csv"'
    assert reply.headers["Content-Type"].startswith("text/csv")
    assert rows[0][0] == "När (svensk tid)" and len(rows) == 2
    assert rows[1][0] == "2026-11-23 10:00:00+01:00"
    assert rows[1][7].startswith("'=HYPERLINK")
    detail = console.log(action="export_log")[0]["detail"]
    assert detail == {"handelse": "read_contact", "rows": 1}


def test_an_administrator_reads_the_log_but_does_not_take_it_out(console: Console) -> None:
    ada = console.signed_in(console.person("ada", "admin"))
    assert "loggutdrag" not in ada.get("/logg").text
    assert ada.get("/loggutdrag").status == ada.get("/kontroll").status == 403


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "＝", "\u00a0=", "\ufeff="])
def test_nothing_in_a_table_is_a_formula(begin: str) -> None:
    assert as_text(f"{begin}1+1").startswith("'")


@pytest.mark.parametrize("text", ["Mini Maria", "Järva", "a=b", "'x", ""])
def test_an_ordinary_text_stays_as_it_is(text: str) -> None:
    assert as_text(text) == text


def test_a_table_keeps_what_was_written() -> None:
    content = write_csv(["a"], [['ö; "x"\nny rad'], [None], [3]]).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(content), delimiter=";")) == [["a"], ['ö; "x"\nny rad'], [""], ["3"]]


@pytest.fixture(params=["tables", "migrations"])
def guarded(request: pytest.FixtureRequest, engine: Engine, tmp_path: Path) -> Engine:
    """A database as the code makes it, and as the migrations do, with one line in the log."""
    if request.param == "migrations":
        url = f"sqlite:///{tmp_path / 'migrated.db'}"
        migrate(url)
        engine = create_database_engine(url)
    with transaction(engine) as connection:
        record(connection, "p", "read_case", NOW)
    return engine


@pytest.mark.parametrize("change", [update(audit).values(action="nothing"), delete(audit)], ids=["update", "delete"])
def test_the_database_refuses_to_change_the_log(guarded: Engine, change: Any) -> None:
    with pytest.raises(Exception, match="only added to"), transaction(guarded) as connection:
        connection.execute(change)
    with transaction(guarded) as connection:
        record(connection, "p", "read_case", NOW)
        assert len(connection.exec_driver_sql("SELECT action FROM audit WHERE action = 'read_case'").all()) == 2
