"""A fault in services.yml is said in Swedish with file, entry and field; all faults at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.routing.catalogue import Catalogue, CatalogueError
from tests.routing.conftest import entry

Changed = Callable[..., Catalogue]


def bris(data: dict[str, Any]) -> dict[str, Any]:
    return entry(data, "lines", "bris")


def exit_programme(data: dict[str, Any]) -> dict[str, Any]:
    return entry(data, "services", "exit_programme")


FAULTS: list[tuple[Callable[[dict[str, Any]], object], str, str, str]] = [
    (lambda d: bris(d).update(fone="1"), "telefonlinjen bris", "fone", "okänt"),
    (lambda d: bris(d)["phone"].update(sorce="x"), "telefonlinjen bris", "phone.sorce", "okänt"),
    (lambda d: bris(d).pop("hours"), "telefonlinjen bris", "hours", "saknas"),
    (lambda d: bris(d)["phone"].pop("source"), "telefonlinjen bris", "phone.source", "saknas"),
    (lambda d: bris(d)["phone"].update(source=None), "telefonlinjen bris", "phone.source", "källan saknas"),
    (lambda d: bris(d)["phone"].update(source="  "), "telefonlinjen bris", "phone.source", "källan saknas"),
    (lambda d: bris(d)["phone"].update(value=116111), "telefonlinjen bris", "phone.value", "citattecken"),
    (lambda d: bris(d)["phone"].update(value="08-12"), "telefonlinjen bris", "phone.value", "telefonnummer"),
    (lambda d: bris(d)["phone"].update(value="ring oss"), "telefonlinjen bris", "phone.value", "telefonnummer"),
    (lambda d: bris(d)["phone"].update(value="99999"), "telefonlinjen bris", "phone.value", "telefonnummer"),
    (lambda d: bris(d)["phone"].update(value="08-508 25 60000"), "telefonlinjen bris", "phone.value", "telefonnummer"),
    (lambda d: bris(d)["hours"].update(value="kontorstid"), "telefonlinjen bris", "hours.value", "öppettiden"),
    (lambda d: bris(d)["hours"].update(value=9), "telefonlinjen bris", "hours.value", "citattecken"),
    (lambda d: bris(d)["free"].update(value="ja"), "telefonlinjen bris", "free.value", "true"),
    (lambda d: bris(d)["phone"].update(checked_on="i går"), "telefonlinjen bris", "phone.checked_on", "datum"),
    (lambda d: bris(d)["phone"].update(expires_on=None), "telefonlinjen bris", "phone.expires_on", "datum"),
    (
        lambda d: bris(d)["phone"].update(expires_on=date(2026, 1, 1)),
        "telefonlinjen bris",
        "phone.expires_on",
        "slutar gälla",
    ),
    (lambda d: bris(d)["phone"].update(confidence="säker"), "telefonlinjen bris", "phone.confidence", "high"),
    (lambda d: bris(d)["phone"].update(confirmed_by="Anna"), "telefonlinjen bris", "phone.confirmed_by", "båda"),
    (
        lambda d: bris(d)["phone"].update(confirmed_by="Anna", confirmed_on=date(2026, 1, 1)),
        "telefonlinjen bris",
        "phone.confirmed_on",
        "innan den kontrollerades",
    ),
    (lambda d: bris(d).update(phone="116 111"), "telefonlinjen bris", "phone", "fält med namn"),
    (lambda d: bris(d).update(districts=["rinkeby"]), "telefonlinjen bris", "districts", "stadsdelsområde"),
    (lambda d: bris(d).update(districts="jarva"), "telefonlinjen bris", "districts", "lista"),
    (lambda d: d["lines"].append(dict(bris(d))), "telefonlinjen bris", "id", "två gånger"),
    (lambda d: bris(d).update(id="exit_programme"), "tjänsten exit_programme", "id", "två gånger"),
    (lambda d: bris(d).update(id="Bris!"), "telefonlinjen Bris!", "id", "id"),
    (lambda d: d["lines"].insert(0, "bris"), "telefonlinjen 1", "id", "saknar id"),
    (lambda d: exit_programme(d).update(lines=["no_line"]), "tjänsten exit_programme", "lines", "no_line"),
    (
        lambda d: exit_programme(d)["promise_hours"].update(value=0),
        "tjänsten exit_programme",
        "promise_hours.value",
        "h",
    ),
    (
        lambda d: exit_programme(d)["promise_hours"].update(value="ett dygn"),
        "tjänsten exit_programme",
        "promise_hours.value",
        "antal timmar",
    ),
    (lambda d: exit_programme(d)["what"].update(value=""), "tjänsten exit_programme", "what.value", "tom"),
    (
        lambda d: exit_programme(d)["secrecy"].update(value="Du är helt anonym."),
        "tjänsten exit_programme",
        "secrecy.value",
        "lovar för mycket",
    ),
    (
        lambda d: exit_programme(d)["secrecy"].update(value="Dina föräldrar får inte veta något."),
        "tjänsten exit_programme",
        "secrecy.value",
        "lovar för mycket",
    ),
    (
        lambda d: entry(d, "services", "mini_maria")["url"].update(value="socialtstod.stockholm"),
        "tjänsten mini_maria",
        "url.value",
        "https://",
    ),
    (lambda d: exit_programme(d).update(name=None), "tjänsten exit_programme", "name", "text"),
    (lambda d: exit_programme(d).update(per_district="nej"), "tjänsten exit_programme", "per_district", "true"),
    (lambda d: d.update(linjer=[]), "hela filen", "linjer", "okänt"),
    (lambda d: d.update(services="inga"), "hela filen", "services", "lista"),
    (
        lambda d: entry(d, "lines", "emergency_112")["phone"].update(value="114 14"),
        "telefonlinjen emergency_112",
        "phone",
        "112",
    ),
    (lambda d: d["lines"].remove(entry(d, "lines", "emergency_112")), "hela filen", "emergency_112", "måste finnas"),
]


@pytest.mark.parametrize(("change", "where", "field", "words"), FAULTS)
def test_a_fault_names_file_entry_and_field(
    changed: Changed, change: Callable[[dict[str, Any]], object], where: str, field: str, words: str
) -> None:
    with pytest.raises(CatalogueError) as raised:
        changed(change)
    sentence = next(p for p in raised.value.problems if p.startswith(f"services.yml, {where}, fältet {field}:"))
    assert words in sentence


def test_all_faults_are_said_at_once(changed: Changed) -> None:
    def three(data: dict[str, Any]) -> None:
        bris(data)["phone"].update(value="fel")
        bris(data)["hours"].update(value="fel")
        exit_programme(data)["what"].update(source="")

    with pytest.raises(CatalogueError) as raised:
        changed(three)
    assert len(raised.value.problems) == 3


def test_a_passed_date_does_not_stop_the_assistant(changed: Changed) -> None:
    def passed(data: dict[str, Any]) -> None:
        bris(data)["phone"].update(checked_on=date(2020, 1, 1), expires_on=date(2020, 2, 1))

    assert changed(passed).lines["bris"].phone is not None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("lines:\n  - id: a\n   name: b\n", "går inte att läsa som YAML"),
        ("lines: []\nlines: []\nservices: []\n", "går inte att läsa som YAML"),
        ("", "fält med namn"),
        ("- a\n", "fält med namn"),
        ("lines: []\nservices: []\n", "måste finnas"),
    ],
)
def test_an_unreadable_file_is_said_plainly(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "services.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CatalogueError, match=words):
        Catalogue.load("demo", services_path=path)


def test_the_line_of_a_yaml_fault_is_named(tmp_path: Path) -> None:
    path = tmp_path / "services.yml"
    path.write_text("lines:\n  - id: a\n    name: b\n   phone: c\n", encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"rad 4"):
        Catalogue.load("demo", services_path=path)


def test_a_missing_file_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="finns inte"):
        Catalogue.load("demo", services_path=tmp_path / "services.yml")


def test_a_fault_in_the_places_is_a_fault_of_the_catalogue(tmp_path: Path) -> None:
    path = tmp_path / "places.yml"
    path.write_text("districts: fel\n", encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"places\.yml"):
        Catalogue.load("demo", places_path=path)


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(ValueError, match="demo or live"):
        Catalogue.load("test")
