from pathlib import Path

import pytest

from bot.routing.places import PLACES, Place, Places, PlacesError

DISTRICTS = """
districts:
  - id: north
    name: Norr
    confidence: high
    source: https://example.org
    former: [Gamla Norr]
    neighbourhoods: [Backen, Dalen]
    aliases: {Stora Backen: Backen}
    informal: [{name: Torget, confidence: low, source: karta}]
  - {id: south, name: Söder, confidence: low, source: karta, neighbourhoods: [Ängen], informal: []}
"""
REST = """
ambiguous: [{word: Hagen, could_be: [Backen, Ängen], why: två}]
split: [{word: Gränsen, could_be: [north, south], why: delad}]
everyday_words: [{word: Dalen, not_after: [under]}]
nicknames: {Back: Backen}
municipalities: [{name: Grannstad, places: [Byn]}]
"""


def load(tmp_path: Path, text: str) -> Places:
    path = tmp_path / "places.yml"
    path.write_text(text, encoding="utf-8")
    return Places.load(path)


def test_the_shipped_file_holds_eleven_districts_and_the_city_s_neighbourhoods() -> None:
    places = Places.load()
    assert len(places.districts) == 11
    assert len({place.district for place in places.names.values()}) == 11
    assert len(places.names) >= 116


def test_the_shipped_file_explains_itself_in_swedish() -> None:
    assert "Så ändrar du" in PLACES.read_text(encoding="utf-8")


def test_a_place_has_one_district_under_all_its_names(tmp_path: Path) -> None:
    places = load(tmp_path, DISTRICTS + REST)
    assert places.names["Stora Backen"] == places.names["Backen"] == Place("Backen", "north")
    assert places.names["Torget"].district == places.names["Gamla Norr"].district == "north"
    assert places.district_name("south") == "Söder"
    assert places.municipalities == {"Grannstad": "Grannstad", "Byn": "Grannstad"}
    assert places.everyday_words["Dalen"].not_after == ("under",)


def test_an_ambiguous_word_offers_its_places_and_an_unknown_word_the_districts(tmp_path: Path) -> None:
    places = load(tmp_path, DISTRICTS + REST)
    assert [place.name for place in places.candidates("Hagen", ())] == ["Backen", "Ängen"]
    assert [place.district for place in places.candidates("Gränsen", ())] == ["north", "south"]
    assert places.candidates("Okänt", ("south",)) == (Place("Söder", "south"),)


@pytest.mark.parametrize(
    ("wrong", "right", "says"),
    [
        ("id: north", "id: ''", "district '', field 'id'"),
        ("confidence: high", "confidence: sure", "'north', field 'confidence'"),
        ("source: https://example.org", "source: ''", "'north', field 'source'"),
        ("[Backen, Dalen]", "Backen", "'north', field 'neighbourhoods'"),
        ("[Ängen]", "[Backen]", "'Backen' stands in 'north' too"),
        ("confidence: low, source: karta}]", "source: karta}]", "'Torget', field 'confidence'"),
        ("{Stora Backen: Backen}", "{Stora Backen: Berget}", "field 'aliases'"),
        ("[Backen, Ängen], why", "[Backen, Berget], why", "ambiguous 'Hagen', field 'could_be'"),
        ("[north, south]", "[north, west]", "split 'Gränsen', field 'could_be'"),
        ("Back: Backen", "Back: Berget", "nickname 'Back'"),
        ("places: [Byn]", "places: Byn", "municipality 'Grannstad', field 'places'"),
        ("places: [Byn]", "places: [Byn, Byn]", "stands in 'Grannstad' too"),
        ("not_after: [under]", "after: [under]", "everyday_words 'Dalen'"),
        ("nicknames: {Back: Backen}", "nicknames: []", "field 'nicknames'"),
        ("districts:", "districts: [", "not readable as YAML"),
        ("districts:\n", "district:\n", "field 'districts'"),
    ],
)
def test_a_wrong_file_is_refused_with_file_entry_and_field(tmp_path: Path, wrong: str, right: str, says: str) -> None:
    assert wrong in DISTRICTS + REST
    with pytest.raises(PlacesError, match=r"places\.yml") as error:
        load(tmp_path, (DISTRICTS + REST).replace(wrong, right, 1))
    assert says in str(error.value)
