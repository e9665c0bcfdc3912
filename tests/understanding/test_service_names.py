from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from bot.understanding.service_names import find_service, load_service_names
from bot.understanding.vocabulary import VocabularyError

FILE = YAML(typ="safe").load(Path(__file__).with_name("service_messages.yml").read_text(encoding="utf-8"))
NAMED = [(text, service) for service, texts in FILE.items() if service != "none" for text in texts]


def test_there_are_enough_names_to_go_by() -> None:
    assert len(NAMED) >= 60


@pytest.mark.parametrize(("text", "service"), NAMED)
def test_a_service_is_known_by_the_names_people_use(text: str, service: str) -> None:
    assert find_service(text) == service


@pytest.mark.parametrize("text", FILE["none"])
def test_what_only_sounds_like_a_service_is_none(text: str) -> None:
    assert find_service(text) is None


def test_the_service_named_first_counts() -> None:
    assert find_service("är Origo eller kvinnojouren rätt") == "honour_support"


def test_every_name_belongs_to_a_service_of_the_catalogue() -> None:
    services = Path("bot/routing/services.yml").read_text(encoding="utf-8")
    names = {name for name, _ in load_service_names().book.entries}
    assert all(f"\n  {name}:" in services or f"id: {name}\n" in services for name in names)


def test_a_service_without_names_is_refused_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "service_names.yml"
    path.write_text("services: {mini_maria: {typos: [minimaria]}}", encoding="utf-8")
    with pytest.raises(VocabularyError, match=r"service_names\.yml, service 'mini_maria', field 'any'"):
        load_service_names(path)


@given(st.text(max_size=300))
def test_any_text_names_a_service_or_none(text: str) -> None:
    assert find_service(text) in (None, *FILE)
