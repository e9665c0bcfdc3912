"""The statistics page and its file: right counts, small ones hidden, nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest

from bot.database import transaction
from bot.handover.case import close, record_first_contact, withdraw
from bot.handover.counting import count_all
from bot.tables import conversations, daily_figures
from tests.staff.busy import fill
from tests.staff.console import NOW, Client, Console, heard

HOUR = timedelta(hours=1)


def editor(console: Console) -> Client:
    return console.signed_in(console.person("edit", "editor"))


def counted(console: Console, figure: str, subject: str = "", day: str = "2026-11-20", **details: int) -> None:
    with transaction(console.engine) as connection:
        for detail, count in details.items():
            row = {"day": day, "figure": figure, "subject": subject, "detail": detail, "count": count}
            connection.execute(daily_figures.insert().values(**row))


def promised(console: Console, in_time: int = 0, late: int = 0, waiting: int = 0) -> None:
    for number in range(in_time + late + waiting):
        case = console.case(f"m{number}", conversation_id=f"{number:032d}")
        with transaction(console.engine) as connection:
            if number < in_time:
                record_first_contact(connection, case.id, "anna", "phone", NOW + 2 * HOUR)
            elif number < in_time + late:
                record_first_contact(connection, case.id, "anna", "phone", NOW + 25 * HOUR)


def lines(console: Console, query: str = "") -> list[list[str]]:
    reply = editor(console).get(f"/statistik/fil{query}")
    assert reply.text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(reply.text.removeprefix("\ufeff")), delimiter=";"))


@pytest.mark.parametrize(
    ("standing", "said"),
    [
        ({}, "Det finns inget ärende där tiden har gått ut eller kontakten är gjord. Ingen väntar just nu."),
        ({"in_time": 9}, "9 av 9 fick en första kontakt i tid. Ingen väntar just nu."),
        ({"in_time": 9, "late": 5}, "9 av 14 fick en första kontakt i tid. Ingen väntar just nu."),
        ({"in_time": 9, "late": 1}, "9 fick en första kontakt i tid. Färre än 5 fick den för sent eller inte alls."),
        ({"in_time": 2, "late": 6}, "Färre än 5 fick en första kontakt i tid. 6 fick den för sent eller inte alls."),
        ({"in_time": 9, "waiting": 7}, "7 väntar fortfarande, och deras tid har inte gått ut."),
        ({"in_time": 9, "waiting": 1}, "Färre än 5 väntar fortfarande, och deras tid har inte gått ut."),
    ],
)
def test_what_became_of_the_promise_stands_on_top(console: Console, standing: dict[str, int], said: str) -> None:
    promised(console, **standing)
    assert said in editor(console).get("/statistik").said


def test_a_promise_is_counted_alike_before_and_after_the_relay_has_counted_it(console: Console) -> None:
    promised(console, in_time=9, late=6, waiting=5)
    client = editor(console)
    before = client.get("/statistik").said
    count_all(console.engine, timedelta(minutes=30), NOW)
    assert client.get("/statistik").said == before
    assert "9 av 15" in before and "5 väntar fortfarande" in before


def test_a_promise_that_runs_out_becomes_late_by_itself(console: Console) -> None:
    promised(console, in_time=9, waiting=6)
    console.clock.move(hours=25)
    assert "9 av 15 fick en första kontakt i tid. Ingen väntar just nu." in editor(console).get("/statistik").said


def test_closing_early_without_a_contact_is_no_contact_in_time(console: Console) -> None:
    promised(console, in_time=5, waiting=11)
    with transaction(console.engine) as connection:
        rows = connection.exec_driver_sql("SELECT id FROM cases WHERE contacted_at IS NULL ORDER BY id").scalars().all()
        for number, case_id in enumerate(rows):
            if number < 5:
                close(connection, case_id, "anna", "not_reached", NOW + HOUR)
            else:
                withdraw(connection, case_id, NOW + HOUR)
    said = editor(console).get("/statistik").said
    assert "5 av 10 fick" in said and "själv tog tillbaka i tid (6)" in said


def test_talks_by_service_and_district_and_waiting_times(console: Console) -> None:
    for number in range(8):
        message = {"understood": heard("substance_use", service="mini_maria", district="jarva")}
        console.talk(f"{number:032d}", message, {"sender": "bot", "feedback": "yes"})
        console.talk(f"t{number:031d}", message, is_test=True)
    console.clock.move(hours=1)
    count_all(console.engine, timedelta(minutes=30), console.clock.now)
    table = {(t, r, c): n for t, r, c, n in lines(console)}
    assert table["Hela året", "2026", "Samtal"] == "8"
    assert table["Verksamhet", "Mini Maria", "Fick svar"] == "8"
    assert table["Stadsdelsområde", "Järva", "Samtal"] == "8"
    assert table["Månad", "november", "Fick svar"] == "8"
    assert table["Tid", "2026", "Vardagar kl. 8–17"] == "8"
    assert table["Hjälpte svaret", "2026", "Ja"] == "8"


def test_waiting_times_come_with_median_and_slowest_and_only_for_many(console: Console) -> None:
    counted(console, "promise", "mini_maria", in_time=20)
    counted(console, "wait", "mini_maria", **{"00030": 9, "00045": 9, "00600": 1, "02000": 1})
    counted(console, "promise", "youth_team", unpromised=6)
    counted(console, "wait", "youth_team", **{"00060": 6})
    table = {(r, c): n for t, r, c, n in lines(console) if t == "Tid till första kontakt"}
    assert table["Mini Maria", "Hälften fick den inom, minuter"] == "45"
    assert table["Mini Maria", "95 av 100 fick den inom, minuter"] == "600"
    assert table["Insatsteamet", "Hälften fick den inom, minuter"] == "60"
    assert table["Insatsteamet", "95 av 100 fick den inom, minuter"] == "dolt"
    said = editor_again(console).said
    assert "högst 45 min" in said and "högst 10 tim" in said


def editor_again(console: Console) -> Any:
    return console.signed_in(console.person("edit2", "editor")).get("/statistik")


def test_those_reached_do_not_give_away_those_reached_too_late(console: Console) -> None:
    promised(console, in_time=9, late=2)
    table = {(t, r, c): n for t, r, c, n in lines(console)}
    assert table["Tid till första kontakt", "Avhopparverksamheten", "Har fått första kontakt"] == "dolt"


def test_no_small_count_is_in_the_page_or_the_file(console: Console) -> None:
    fill(console)
    counts = [n for _, _, _, n in lines(console)[1:]]
    assert "dolt" in counts
    assert not {"1", "2", "3", "4"} & set(counts)
    cells = [cell.get_text(strip=True) for cell in editor_again(console).page.select("table.figures td")]
    assert not [cell for cell in cells if cell.split("(")[0].strip() in ("1", "2", "3", "4")]


def test_leaving_crime_has_no_district(console: Console) -> None:
    for number in range(9):
        talk = f"{number:032d}"
        console.talk(talk, {"understood": heard("leave_crime", service="exit_programme", district="jarva")})
        console.case(f"m{number}", conversation_id=talk, district="jarva")
    console.clock.move(hours=1)
    count_all(console.engine, timedelta(minutes=30), console.clock.now)
    assert "Järva" not in editor(console).get("/statistik").said


def test_unanswered_needs_are_ordered_by_what_is_shown(console: Console) -> None:
    counted(console, "unanswered", "parenting", clarify=4, fallback=4)
    counted(console, "unanswered", "human", fallback=7)
    counted(console, "unanswered", "substance_use", clarify=2)
    rows = [row for table, row, _, _ in lines(console) if table == "Inte besvarat"]
    assert list(dict.fromkeys(rows)) == ["Prata", "Att vara förälder", "Alkohol"]


@pytest.mark.parametrize("asked", ["", "?ar=1999", "?ar=abc", "?ar=2026", "?ar=9" + "9" * 400, "?ar=%00"])
def test_an_unknown_year_is_this_year(console: Console, asked: str) -> None:
    assert "Statistik 2026" in editor(console).get(f"/statistik{asked}").said


def test_a_year_is_the_year_of_stockholm(console: Console) -> None:
    console.clock.now = NOW.replace(year=2026, month=12, day=31, hour=23, minute=30)
    assert "Statistik 2027" in editor(console).get("/statistik").said


def test_earlier_years_can_be_chosen(console: Console) -> None:
    counted(console, "talk", day="2025-03-01", answered=77)
    assert "77 samtal under 2025" in editor(console).get("/statistik?ar=2025").said


def test_reading_and_fetching_are_recorded(console: Console) -> None:
    client = editor(console)
    client.get("/statistik")
    client.get("/statistik/fil?ar=2026")
    assert [(row["action"], row["detail"]) for row in console.log()][-2:] == [
        ("read_figures", {"year": 2026}),
        ("export_figures", {"year": 2026}),
    ]


def test_the_file_is_a_download(console: Console) -> None:
    reply = editor(console).get("/statistik/fil")
    assert reply.headers["Content-Disposition"] == 'attachment; filename="statistik-2026.csv"'
    assert reply.headers["Content-Type"].startswith("text/csv")


@pytest.mark.parametrize("text", ["=1+1", "+46", "-2", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u00a0=1", "\n=1"])
def test_a_formula_in_a_name_becomes_a_text(text: str, console: Console) -> None:
    counted(console, "service", text[:40], answered=9)
    counted(console, "talk", answered=9)
    assert not [row for row in lines(console) if row[1].lstrip().startswith(("=", "+", "-", "@"))]


def test_the_picture_stands_beside_a_table_with_the_same_counts(console: Console) -> None:
    fill(console)
    page = editor(console).get("/statistik").page
    assert page.select_one("svg.picture title").get_text()
    drawn = [text.get_text() for text in page.select("svg.picture text")]
    assert "2851" in drawn and "2\u00a0851" in page.get_text()


def test_nothing_of_a_talk_reaches_the_figures(console: Console) -> None:
    console.talk("x" * 32, {"text": "jag heter Kanariella", "understood": heard("human", reason="Kanariella")})
    console.clock.move(hours=1)
    count_all(console.engine, timedelta(minutes=30), console.clock.now)
    with console.engine.connect() as connection:
        stored = str(connection.exec_driver_sql("SELECT * FROM daily_figures").all())
        assert connection.execute(conversations.select()).all()
    assert "Kanariella" not in stored and "x" * 32 not in stored
