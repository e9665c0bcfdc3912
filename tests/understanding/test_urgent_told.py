"""What is told, joked, asked or long over raises nothing; what goes on now does, with the same words."""

import pytest

from bot.understanding.urgent import urgent

# Why it is no alarm → messages.
NO_ALARM = {
    "a year or a time stands in the sentence": [
        "Min kusin blev skjuten i foten 2018 och behöver någon att prata med",
        "för sex år sen hotade de att döda mig, nu vill jag plugga",
        "i våras hade de en pistol på skolan, hur jobbar ni mot sånt",
        "förra terminen var det slagsmål med kniv på gården",
        "i fjol tog min syster en överdos, vi söker en anhöriggrupp",
    ],
    "the past lasts into the next sentence": [
        "Det var tre år sen. Det var mycket blod och han hade en yxa i handen. Jag vill prata med någon.",
        "Vi hade polisen hemma i maj. De letade efter ett vapen i hans rum.",
    ],
    "it is over": [
        "min bror hade vapen hemma, polisen tog allt",
        "det var bråk i trappan och någon skrek på hjälp men det är lugnt nu",
        "ingen hotar oss just nu men vi vågar inte gå ut så mycket",
    ],
    "it is denied": [
        "ingen vill döda mig längre men jag sover dåligt",
        "han slår mig inte, han slår aldrig, men han skriker",
        "jag skulle aldrig göra mig illa, jag vill bara prata",
    ],
    "it is a joke": [
        "kön till tandläkaren tar livet av mig",
        "jag drunknar i disk och räkningar",
        "så arg att jag kunde strypa honom",
        "jag orkar inte mer med den här tvättstugan",
        "min chef kommer att mörda mig om jag missar tåget",
        "filmen var så rolig att jag dog",
    ],
    "it is a job, a sport or a toy": [
        "min dotter vill skjuta pistol i en skytteklubb",
        "grabben ska hoppa från femman i simhallen",
        "jag jobbar som sköterska och ser mycket blod varje dag",
        "på bilden håller han i en pistol men det är en leksak",
    ],
    "it is a question of principle": [
        "finns det regler för vad ni gör om någon säger att de ska döda någon, vi diskuterar det på kursen",
        "jag läste om barn som skadar sig, hur pratar man om känslor",
        "finns det hjälp för män vars fru slår dem",
    ],
    "it is a habit, and nothing is said of now": [
        "min man slår mig när han dricker",
        "farfar slår min kusin, alla vet, och vi är i Sverige nu",
        "mamma skriker på oss varje kväll, hon är ensam nu",
        "en granne skriker och bankar i väggen några kvällar i veckan",
    ],
    "it is the gang's life that is left": [
        "jag vill inte leva så längre, jag vill ut ur gänget",
        "han är trött på det livet och vill ha ett jobb",
    ],
    "others do it to me": ["han brukar göra mig illa", "det är min pojkvän som gör mig illa"],
    "a word that only looks like one of danger": [
        "vi har ett badkar nu och undrar om vattnet",
        "jag köper bullar och kaffe på stationen",
        "jag har skött mig inne och vill ha jobb",
    ],
}
ALARM = {
    "violence_now": [
        "För tre år sen slutade det. Han står utanför dörren med en yxa",
        "jag har låst in mig på toan",
        "de sparkar på en kille som ligger",
        "han tog fram en brödkniv",
        "han håller mamma i håret",
    ],
    "weapon": ["det ligger en väska i porten med sladdar", "han har något långt under jackan"],
    "wounded": ["det kommer blod och jag är gravid", "hon har spytt blod", "vi hör skott utanför huset"],
    "unconscious": ["jag har inte känt bebisen röra sig idag", "hans läppar har blivit blå"],
    "poison": ["hon har tagit allt", "lillebror åt mormors hjärtmedicin"],
    "missing_child": ["de har min bror i en källare", "pojken skulle vara hemma klockan fem"],
    "taken_abroad": ["planet går klockan sju och de tvingar mig att gifta mig"],
    "fire": ["det brinner i köket och mormor sover"],
    "suicide": [
        "jag är värd mer död",
        "tankarna är tillbaka",
        "jag orkar inte en natt till",
        "hon tackade oss för åren",
        "han säger att familjen klarar sig bättre utan honom",
        "jag känner mig som en börda",
        "hon ritar gravar med sitt namn",
        "min elev skrev en dikt om att hon vill dö",
        "i would rather die than go back",
    ],
}
OTHER_LANGUAGES = [
    "he is hitting me",
    "hes got a gun",
    "my child is missing",
    "i dont want to live",
    "زوجي يضربني",
    "جرعة زائدة",
    "ra7 yi2tilni",
    "wuu i garaacayaa",
    "waan is dilayaa",
    "مرا می زند",
    "kocam beni dövüyor",
    "mi hijo desapareció",
    "ya no quiero vivir",
    "chce mnie zabić",
    "chcę się zabić",
    "hän lyö minua",
    "tapan itseni",
    "муж бьет",
    "не прокидається",
    "muž me tuče",
    "hoću da se ubijem",
    "wê min bikuje",
    "ሓግዙኒ",
]


@pytest.mark.parametrize("text", [text for texts in NO_ALARM.values() for text in texts])
def test_what_is_told_joked_asked_or_over_raises_nothing(text: str) -> None:
    assert urgent(text) is None


@pytest.mark.parametrize(("case", "text"), [(case, text) for case, texts in ALARM.items() for text in texts])
def test_what_goes_on_now_is_heard(case: str, text: str) -> None:
    found = urgent(text)
    assert found is not None
    assert found.case == case


@pytest.mark.parametrize("text", OTHER_LANGUAGES)
def test_danger_in_another_language_is_heard(text: str) -> None:
    assert urgent(text) is not None


@pytest.mark.parametrize(
    ("apart", "together"),
    [
        (
            "Han bankar på dörren. Jag undrar om kursen. Vad kostar den? Min son har börjat skolan nu.",
            "Han bankar på dörren. Han är här utanför och sparkar nu.",
        ),
    ],
)
def test_signs_must_stand_in_neighbouring_sentences(apart: str, together: str) -> None:
    assert urgent(apart.replace("bankar på dörren", "står utanför porten")) is None
    assert urgent(together) is not None
