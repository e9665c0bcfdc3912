"""The lexicon of meanings: well formed, and finding in everyday sentences what a keyword would miss."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from bot.understanding.concepts import LEXICON, ConceptsError, concepts, load_concepts
from bot.understanding.text import fold

# Phrases that may stand in two classes, as they are written in the lexicon.
SHARED: frozenset[str] = frozenset()

# What must never be seen in harmless talk.
DANGER = frozenset(
    {
        "burden_to_others",
        "child_hit",
        "cutting",
        "dealing",
        "dont_want_to_live",
        "farewell",
        "grabs_neck",
        "hurts_adult",
        "hurts_child",
        "marriage_forced",
        "missing_person",
        "no_breath",
        "partner_hits",
        "planned_violence",
        "rape_sex",
        "someone_says_dying",
        "suicide_word",
        "taken_something",
        "unconscious",
        "violence_now",
        "way_out_wish",
        "weapon",
    }
)


def lexicon() -> dict[str, list[str]]:
    data: dict[str, list[str]] = YAML(typ="safe").load(LEXICON.read_text(encoding="utf-8"))
    return data


def test_lexicon_loads_with_many_classes() -> None:
    load_concepts()
    assert len(lexicon()) >= 90


def test_each_class_is_named_in_english_snake_case() -> None:
    odd = [name for name in lexicon() if not name.replace("_", "").isascii() or name != name.lower() or "-" in name]
    assert not odd, f"rename these classes of concepts.yml to english_snake_case: {odd}"


def test_each_class_holds_at_least_ten_phrases() -> None:
    thin = [name for name, phrases in lexicon().items() if len(phrases) < 10]
    assert not thin, f"add phrases to, or merge, these classes of concepts.yml: {thin}"


def shared_phrases(data: dict[str, list[str]]) -> dict[str, set[str]]:
    homes: dict[str, set[str]] = defaultdict(set)
    for name, phrases in data.items():
        for phrase in phrases:
            homes[fold(phrase)].add(name)
    return {phrase: names for phrase, names in homes.items() if len(names) > 1}


def test_no_phrase_stands_in_two_classes() -> None:
    doubled = {phrase: names for phrase, names in shared_phrases(lexicon()).items() if phrase not in SHARED}
    assert not doubled, f"keep each phrase in one class, or list it in SHARED: {doubled}"


def test_a_phrase_in_two_classes_is_caught_whatever_its_spelling() -> None:
    assert shared_phrases({"one": ["röka på"], "two": ["Roka pa"]}) == {"roka pa": {"one", "two"}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("weapon: kniv", "class 'weapon': needs a list of phrases"),
        ("weapon:\n  - [kniv]", "class 'weapon': needs a list of phrases"),
        ("weapon:\n  - 112", "class 'weapon': needs a list of phrases"),
        ("weapon:\n  - (kniv|svärd", "check its brackets and quotes"),
        ("weapon:\n  - '\"kniv'", "check its brackets and quotes"),
    ],
)
def test_a_wrong_entry_is_refused_with_a_message(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "concepts.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConceptsError, match=message.replace("(", r"\(")):
        load_concepts(path)


FOUND = [
    ("han röker på varje dag", "substance_cannabis"),
    ("hittade brajj i hennes ryggsack", "substance_cannabis"),
    ("det luktar gräs om jackan", "substance_cannabis"),
    ("pappa super jämt", "substance_alcohol"),
    ("det blir en bag in box om dagen", "substance_alcohol"),
    ("jag har börjat snorta på krogen", "substance_hard"),
    ("grabben käkar xannies", "substance_pills"),
    ("ska kissa i en burk", "drug_test"),
    ("hon trillade dit igen", "hangover_relapse"),
    ("kan inte sluta röka fast jag vill", "quitting_use"),
    ("min trettonåring vejpar på toan", "nicotine_teen"),
    ("mamma dricker när vi sover", "drug_parent"),
    ("det låg en pistol under sängen", "weapon"),
    ("i'm scared, there is a gun", "weapon"),
    ("han bär machete i jackan", "knife"),
    ("de stora killarna bestämmer på gården", "gang_people"),
    ("dom bad mig hålla en väska", "errand"),
    ("han springer ärenden åt nån", "errand"),
    ("de vill låna mitt bankkonto", "errand"),
    ("han har nya skor varje vecka", "sudden_money"),
    ("var kommer pengarna ifrån", "sudden_money"),
    ("sonen har två telefoner", "two_phones"),
    ("nån skrev på telegram", "two_phones"),
    ("hon umgås med mycket äldre killar", "older_friends"),
    ("vår pojke har hamnat i fel umgänge", "bad_company"),
    ("Han kommer hem sent och säger inget", "night_out_late"),
    ("han smyger ut på nätterna", "night_out_late"),
    ("hon snattade på stan", "stealing"),
    ("de säljer tabletter på skolan", "dealing"),
    ("min bror går inte till skolan", "school_absence"),
    ("polisen tog honom i går", "police_contact"),
    ("hon är inte sig själv, har blivit tyst", "change_in_child"),
    ("han pratar om vit makt", "extremism"),
    ("jag jobbar av en skuld", "debt"),
    ("de vet var min mamma bor", "threat"),
    ("jag vill bort från det här", "way_out_wish"),
    ("han vill hoppa av gänget", "way_out_wish"),
    ("jag vill ha ett vanligt liv", "new_life"),
    ("är så trött på allt det här livet", "tired_of_that_life"),
    ("jag är ingen golare", "testify_snitch"),
    ("a clean break from them", "way_out_wish"),
    ("he offered me easy money", "job_offer_lure"),
    ("min sambo puttade mig", "partner_hits"),
    ("syrran har blåmärken", "partner_hits"),
    ("han tog strypgrepp", "grabs_neck"),
    ("han kallar mig värdelös", "psychological_violence"),
    ("jag går på tå hemma", "psychological_violence"),
    ("han kollar min mobil", "controls_phone"),
    ("han tar min lön", "controls_money"),
    ("han är sjukligt svartsjuk", "jealousy"),
    ("han låter mig inte träffa någon", "isolates"),
    ("mitt ex följer efter mig", "stalking"),
    ("pappa slår mamma", "children_hear"),
    ("jag tappar kontrollen och skriker", "i_hit"),
    ("finns det skyddat boende", "shelter_flee"),
    ("är rädd för honom", "fear_of_partner"),
    ("vad folk ska säga är viktigast", "honour_word"),
    ("släkten bestämmer över oss", "family_decides"),
    ("de ska gifta bort mig", "marriage_forced"),
    ("pappa tänker skicka mig till hemlandet", "taken_abroad"),
    ("jag får inte gå ut efter skolan", "not_allowed_out"),
    ("mina bröder följer med överallt", "brothers_guard"),
    ("de vill kolla om jag är oskuld", "virginity"),
    ("jag har en hemlig pojkvän", "secret_boyfriend"),
    ("jag är lesbisk och de vet inte", "hbtqi"),
    ("barnen är ensamma hemma", "child_alone"),
    ("pojken är hungrig och har samma kläder", "child_hungry_dirty"),
    ("pappa slog mig med bältet", "child_hit"),
    ("grannen ruskar bebisen", "hurts_child"),
    ("jag är rädd att gå hem", "afraid_home"),
    ("vill göra en orosanmalan", "report_word"),
    ("ringer ni soc då", "social_services"),
    ("kommer de ta mina barn", "foster_care"),
    ("är komet bra", "parent_course"),
    ("vi tjatar om läxor hela tiden", "wants_advice_parent"),
    ("treåring får utbrott", "tantrum"),
    ("hon vill inte sova i egen säng", "sleep_food_trouble"),
    ("han sitter med mobilen hela natten", "screen_time"),
    ("min son slår mig när jag säger nej", "child_attacks"),
    ("vi har barnen varannan vecka", "shared_custody"),
    ("min fru är gravid", "pregnancy_baby"),
    ("jag vill inte mer", "dont_want_to_live"),
    ("hon skriver att hon inte vill vakna", "dont_want_to_live"),
    ("ingenting spelar roll, det är meningslöst", "hopeless"),
    ("alla har det bättre utan mig", "burden_to_others"),
    ("han har skrivit avskedsbrev", "farewell"),
    ("hon skär sig på armarna", "cutting"),
    ("han svarar inte i telefon", "dark_time"),
    ("hans läppar är blå", "no_breath"),
    ("hon går inte att väcka", "unconscious"),
    ("hon tog alla tabletter", "taken_something"),
    ("nån bankar på dörren", "at_the_door"),
    ("jag gömmer mig i badrummet", "hiding"),
    ("min dotter är försvunnen", "missing_person"),
    ("han muckar i maj", "release_soon"),
    ("min son sitter häktad", "prison_place"),
    ("jag har frivården på onsdagar", "probation"),
    ("lamporna är släckta i gångtunneln", "lighting"),
    ("känner mig otrygg på kvällen", "feels_unsafe"),
    ("har ni tystnadsplikt", "secrecy"),
    ("vem läser det jag skriver", "who_reads"),
    ("kan jag vara anonym", "anonymous"),
    ("får mina föräldrar veta", "tell_parents"),
    ("berättar ni för polisen", "tell_police"),
    ("jag vill prata med en människa", "talk_to_person"),
    ("kan någon ringa upp mig", "call_me_back"),
    ("är du en robot", "robot_question"),
    ("hur lång är väntetiden", "waiting"),
    ("finns det tolk", "interpreter"),
    ("när hämtas soporna", "rubbish"),
    ("hoppa av gymnasiet", "homework_study"),
    ("jag höll på att dö av skratt", "idiom_harmless"),
]


@pytest.mark.parametrize(("text", "meaning"), FOUND)
def test_everyday_sentence_holds_its_meaning(text: str, meaning: str) -> None:
    assert meaning in concepts(text)


@pytest.mark.parametrize(
    "text",
    [
        "Hej, när öppnar biblioteket på lördag?",
        "Vi ska slå gräset på gården i helgen",
        "Jag höll på att dö av skratt",
        "Kan vi skjuta upp mötet till fredag?",
        "Vi är ett gäng vänner som vill hyra en lokal",
        "Min dotter ska hoppa av gymnasiet och börja jobba",
        "Hur söker jag bygglov för en altan?",
        "Vad blir det för väder i morgon?",
        "Var kan jag parkera min bil i natt?",
        "Vi står i kö till förskolan sedan mars",
        "Min mamma behöver hjälp med att städa och handla",
        "Hur länge är det öppet i kväll?",
        "Jag vill låna en bok om trädgård",
        "Tack så mycket för hjälpen, ha det bra",
        "Vi väntar vårt första barn och undrar om kurser",
        "Hur får jag min treåring att äta grönsaker?",
        "Can you tell me when the library opens?",
        "Var ligger ni och hur tar jag mig dit?",
        "Finns det sommarjobb för ungdomar?",
        "Snöröjningen på vår gata är dålig",
    ],
)
def test_harmless_talk_raises_no_danger(text: str) -> None:
    assert not DANGER.intersection(concepts(text))


@pytest.mark.parametrize("text", ["", " ", "?!", "🙂", "\u200b", "112", "a" * 2000])
def test_text_without_meaning_gives_nothing(text: str) -> None:
    assert concepts(text) == []


def test_spelling_without_dots_and_rings_makes_no_difference() -> None:
    assert concepts("Jag är rädd att gå hem") == concepts("jag ar radd att ga hem")


def test_a_phrase_is_found_wherever_in_a_long_text_it_stands() -> None:
    for before in range(0, 90, 7):
        assert "sudden_money" in concepts("och så vidare " * before + "han har helt nya skor " + "och så vidare " * 40)


def test_a_phrase_does_not_reach_over_the_end_of_a_sentence() -> None:
    assert "cutting" not in concepts("Hon skär. Sig själv nämner hon inte.")


def test_same_text_gives_same_list() -> None:
    text = "min son har nya skor, två telefoner och kommer hem sent"
    assert concepts(text) == concepts(text)
