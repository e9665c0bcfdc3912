from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from bot.routing.places import Places
from bot.understanding.place import PlaceFound, find_places
from bot.understanding.text import fold

FILE = YAML(typ="safe").load(Path(__file__).with_name("places.yml").read_text(encoding="utf-8"))
PLACES = Places.load()
CLEAR = sorted({place for word, place in PLACES.names.items() if word not in PLACES.ambiguous}, key=lambda p: p.name)


def cases(group: str) -> list[tuple[str, str]]:
    return [(str(text), name) for name, texts in FILE[group].items() for text in texts]


def test_there_are_enough_places_to_go_by() -> None:
    assert len(CLEAR) >= 180
    assert sum(len(cases(group)) for group in ("ways", "home", "municipality", "districts")) + len(FILE["none"]) >= 200


@pytest.mark.parametrize("place", CLEAR, ids=lambda place: fold(place.name).replace(" ", "_"))
def test_every_place_of_the_file_is_found_with_its_district(place: object) -> None:
    name, district = place.name, place.district  # type: ignore[attr-defined]
    for written in (f"vi bor i {name}", f"vi bor i {fold(name)}", name.upper()):
        assert find_places(written) == PlaceFound(name, (district,)), written


@pytest.mark.parametrize("word", PLACES.nicknames)
def test_a_nickname_means_its_place(word: str) -> None:
    assert find_places(f"vi bor i {word}") == find_places(f"vi bor i {PLACES.nicknames[word]}")


@pytest.mark.parametrize(("text", "name"), cases("ways"))
def test_a_place_is_found_however_it_is_written(text: str, name: str) -> None:
    assert find_places(text) == PlaceFound(name, (PLACES.names[name].district,))


@pytest.mark.parametrize(("text", "name"), cases("home"))
def test_of_several_places_the_home_counts(text: str, name: str) -> None:
    assert find_places(text).name == name


@pytest.mark.parametrize(("text", "municipality"), cases("municipality"))
def test_another_municipality_is_told_apart(text: str, municipality: str) -> None:
    assert find_places(text) == PlaceFound(None, (), municipality)


@pytest.mark.parametrize(("text", "districts"), cases("districts"))
def test_an_ambiguous_name_leaves_the_district_open(text: str, districts: str) -> None:
    assert set(find_places(text).districts) == set(districts.split())


@pytest.mark.parametrize("text", FILE["none"])
def test_ordinary_words_are_no_places(text: str) -> None:
    assert find_places(text) == PlaceFound()


@given(st.text(max_size=300))
def test_any_text_has_a_place_or_none(text: str) -> None:
    found = find_places(text)
    assert found.municipality is None or not found.districts
    assert bool(found.name) == bool(found.districts)


@given(st.sampled_from(CLEAR), st.text(alphabet=" .,!?\n", max_size=5))
def test_punctuation_around_a_place_changes_nothing(place: object, around: str) -> None:
    assert find_places(f"bor i {place.name}{around}").districts == (place.district,)  # type: ignore[attr-defined]
