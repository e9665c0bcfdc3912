from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.service_names import find_service, load_service_names
from bot.understanding.vocabulary import VocabularyError

NAMED = {
    "mini_maria": "mini maria|vad kostar minimaria|Mini-Maria i Farsta|mni maria|mini marja|MINI MARIA|hur gammal får man va på minimaria",
    "adult_addiction": "beroendemottagningen|beroende mottagning|alkoholmottagning för vuxna|beroendemotagningen",
    "exit_programme": "avhopparlinjen|avhopparverksamhet|avhopparprogramet|hur lång kö är det till avhopparprogrammet|exit program",
    "youth_team": "insatsteamet|insatsteam i Järva|insats team|ungdomsteamet",
    "field_workers": "fältarna|fältassistent|fält asistenter|fältassistenterna i Hässelby|faltassistent|ungdomsjouren|fältis",
    "social_action_group": "SIG|vad är SIG|sig-gruppen|social insatsgrupp|sociala insatsgrupper|socialinsatsgruppen",
    "child_protection": "orosanmälan|oros anmälan|orosanmäla|orosanmälann|jag vill anmäla oro|vad händer efter en orosanmälan",
    "honour_support": "origo|Origo|är origo bara för tjejer|origos nummer",
    "violence_centre": "relationsvåldscentrum|RVC|kvinnojour|kvino jouren|kvinnojuren|tjejjour|skyddat boende|relationsvåld centrum",
    "release_support": "frigivningsstöd|frigivningsgruppen|stöd vid frigivning",
    "safe_places": "trygghetskontoret|trygghetsvärdar|trygghetsvandring|platssamverkan|trygghets vandring",
    "parenting_support": "föräldrakurs|föräldra kurs|Komet|abc-kursen|ABC|gå på komet|pappagrupp|alla barn i centrum|foraldragrupp|föräldrakusr|parenting class",
    "contact_centre": "kontaktcenter|kontakt center|socialrådgivningen|medborgarkontoret",
}
UNNAMED = [
    "maria ungdom",
    "maria heter min dotter",
    "hon skär sig",
    "han bryr sig inte",
    "sig själv",
    "DET RÖR SIG OM MIG",
    "origo i koordinatsystemet",
    "polisens avhopparverksamhet",
    "familjerådgivning",
    "vi tittade på en komet på himlen",
    "barnen kan abc",
    "lägga sig i",
    "hoppa av gymnasiet",
    "fält med blommor",
    "jag är orolig för min son",
    "soc",
    "journalen",
    "",
]


@pytest.mark.parametrize(("text", "service"), [(t, s) for s, texts in NAMED.items() for t in texts.split("|")])
def test_a_service_is_known_by_the_names_people_use(text: str, service: str) -> None:
    assert find_service(text) == service


@pytest.mark.parametrize("text", UNNAMED)
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
    with pytest.raises(VocabularyError, match="service_names.yml, service 'mini_maria', field 'any'"):
        load_service_names(path)


@given(st.text(max_size=300))
def test_any_text_names_a_service_or_none(text: str) -> None:
    assert find_service(text) in (None, *NAMED)
