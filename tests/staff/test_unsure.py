"""The inbox of uncertain messages: what comes first, what readers agree on, sensitive ones apart."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.engine import Engine

from bot.database import transaction
from bot.staff.review import digest, inbox
from bot.staff.review.uncertain import label_messages, likeness_key, verdict
from bot.tables import conversations, messages, readings, uncertain
from tests.staff.console import NOW, Client, Console, heard

REASON = "Går igenom svar om våld"


@pytest.fixture
def bo(console: Console) -> Client:
    """Another reviewer."""
    return console.signed_in(console.person("bo", "reviewer"))


def unsure(text: str, confidence: float = 0.4, intent: str = "parenting", **changes: Any) -> dict[str, Any]:
    """A message that the assistant asked back about."""
    ranking = [{"name": name, "confidence": confidence} for name in (intent, "youth_at_risk", "greet", "human")]
    usual = {"confidence": confidence, "decision": "clarify", "need": None, "choices": [intent], "ranking": ranking}
    return {"text": text, "understood": heard(intent, **{**usual, **changes})}


def shown(client: Client, query: str = "") -> list[str]:
    return [item.get_text() for item in client.get(f"/osakra{query}").page.select("article .said")]


def label(client: Client, text: str, label: str, query: str = "") -> Any:
    """Say what the message with this text is about, by its own form."""
    page = client.get(f"/osakra{query}").page
    form = next(a.find("form") for a in page.select("article") if a.select_one(".said").get_text() == text)
    fields = {field["name"]: field["value"] for field in form.select("input[type=hidden]")}
    return client.post("/osakra", **{**fields, "label": label})


def states(console: Console) -> dict[str, tuple[str, str | None]]:
    with console.engine.connect() as connection:
        joined = select(messages.c.text, uncertain).join(uncertain, uncertain.c.message_id == messages.c.id)
        return {row.text: (row.state, row.label) for row in connection.execute(joined)}


@pytest.mark.parametrize(
    ("labels", "predicted", "expected"),
    [
        ([], None, ("open", None)),
        (["parenting"], None, ("settled", "parenting")),
        (["parenting", "parenting"], None, ("settled", "parenting")),
        (["parenting", "human"], None, ("disputed", None)),
        (["parenting", "human", "human"], None, ("settled", "human")),
        (["parenting", "human", "smalltalk"], None, ("disputed", None)),
        (["emergency"], None, ("waiting", None)),
        (["emergency", "emergency"], None, ("settled", "emergency")),
        (["emergency", "parenting"], None, ("disputed", None)),
        (["emergency", "suicide_risk"], None, ("disputed", None)),
        (["emergency", "parenting", "parenting"], None, ("settled", "parenting")),
        (["parenting"], "emergency", ("waiting", None)),
        (["rejected"], "suicide_risk", ("waiting", None)),
        (["parenting", "parenting"], "emergency", ("settled", "parenting")),
        (["a", "a", "emergency", "emergency"], None, ("disputed", None)),
    ],
)
def test_danger_needs_two_who_agree_and_a_third_settles(
    labels: list[str], predicted: str | None, expected: tuple[str, str | None]
) -> None:
    assert verdict(labels, predicted) == expected


def test_what_is_unsure_and_common_comes_first_and_near_copies_are_one(console: Console, rut: Client) -> None:
    console.talk("a" * 32, unsure("en ensam mycket osäker rad", 0.1), unsure("rätt säker rad om skolan", 0.7))
    console.talk("b" * 32, *[unsure("min dotter vägrar gå till skolan", 0.5) for _ in range(3)])
    console.talk("c" * 32, unsure("min dotter vägrar att gå till skolan", 0.5))
    console.talk("d" * 32, unsure("min dotter vägrar gå till skolan", 0.5, "substance_use"))
    page = rut.get("/osakra").page
    texts = [item.get_text() for item in page.select("article .said")]
    assert texts == [
        "min dotter vägrar gå till skolan",
        "en ensam mycket osäker rad",
        "min dotter vägrar gå till skolan",
        "rätt säker rad om skolan",
    ]
    first = page.select_one("article")
    assert (
        "4 liknande meddelanden" in first.get_text() and "att gå till skolan" in first.select_one("details").get_text()
    )


@pytest.mark.parametrize(
    ("short", "long"), [("hej", "hej jag vill lämna gänget nu i kväll"), ("hjälp", "hjälp mig nu")]
)
def test_a_short_text_is_no_copy_of_a_long_one_that_holds_it(
    console: Console, rut: Client, short: str, long: str
) -> None:
    console.talk("a" * 32, unsure(short), unsure(long))
    assert sorted(shown(rut)) == sorted([short, long])


@pytest.mark.parametrize(
    "message",
    [
        {"text": "x", "understood": heard(confidence=0.95)},
        {"text": "x", "understood": {"decision": "degraded", "reason": "timeout"}},
        {"text": "x", "understood": None},
        {"text": "x", "understood": {"decision": "thread"}},
        {"text": "x", "understood": heard(confidence=0.5, reason=None)},
        {"sender": "bot", "text": "x", "understood": heard(confidence=0.1)},
    ],
    ids=["sure", "away", "not answered", "to staff", "a button", "the assistant"],
)
def test_only_what_the_assistant_guessed_at_is_there(console: Console, rut: Client, message: dict[str, Any]) -> None:
    console.talk("a" * 32, message, unsure("detta"))
    assert [text for q in ("", "?kansliga=1") for text in shown(rut, q) if text == "x"] == []


def test_test_talks_are_kept_apart(console: Console, rut: Client) -> None:
    console.talk("a" * 32, unsure("bara ett test"), is_test=True)
    assert shown(rut) == []


def test_a_label_counts_for_all_that_say_the_same_and_is_recorded(console: Console, rut: Client) -> None:
    console.talk("a" * 32, unsure("vägrar gå till skolan"), unsure("till skolan vägrar gå!"), unsure("något annat här"))
    assert label(rut, "till skolan vägrar gå!", "youth_at_risk").to == "/osakra?klart=labelled"
    assert states(console) == {
        "vägrar gå till skolan": ("settled", "youth_at_risk"),
        "till skolan vägrar gå!": ("settled", "youth_at_risk"),
        "något annat här": ("open", None),
    }
    assert shown(rut) == ["något annat här"]
    assert console.log(action="label_message")[0]["detail"] == {"label": "youth_at_risk", "messages": 2}


def test_danger_waits_for_another_reader_who_does_not_see_the_first_answer(
    console: Console, rut: Client, bo: Client
) -> None:
    console.talk("a" * 32, unsure("jag orkar inte mer"))
    assert label(rut, "jag orkar inte mer", "suicide_risk").to == "/osakra?klart=label_waits"
    assert shown(rut) == []
    page = bo.get("/osakra").said
    assert "En kollega har läst" in page and "Rut:" not in page
    assert label(bo, "jag orkar inte mer", "suicide_risk").to == "/osakra?klart=labelled"
    assert states(console)["jag orkar inte mer"] == ("settled", "suicide_risk")


def test_disagreement_is_shown_and_settled_by_a_third(console: Console, rut: Client, bo: Client) -> None:
    console.talk("a" * 32, unsure("jag orkar inte mer"))
    label(rut, "jag orkar inte mer", "suicide_risk")
    console.clock.move(minutes=1)
    assert label(bo, "jag orkar inte mer", "parenting").to == "/osakra?klart=label_disputed"
    assert shown(bo) == shown(rut) == []
    eva = console.signed_in(console.person("eva", "reviewer"))
    assert "Ni är oense. Rut: Tankar på att inte leva. Bo: Att vara förälder" in eva.get("/osakra").said
    label(eva, "jag orkar inte mer", "suicide_risk")
    assert states(console)["jag orkar inte mer"] == ("settled", "suicide_risk")


def test_two_who_read_from_pages_loaded_at_the_same_time_lose_nothing(
    console: Console, rut: Client, bo: Client
) -> None:
    console.talk("a" * 32, unsure("vägrar gå till skolan"))
    ids = rut.get("/osakra").page.select_one("input[name=ids]")["value"]
    bo.get("/osakra")
    rut.submit("/osakra", ids=ids, label="parenting")
    # The second comes too late to read it anew; what the first said stands.
    assert bo.submit("/osakra", ids=ids, label="human").to == "/osakra?klart=nothing_left"
    assert states(console)["vägrar gå till skolan"] == ("settled", "parenting")


def test_labels_of_two_readers_in_the_same_moment_are_both_kept(console: Console, engine: Engine) -> None:
    console.talk("a" * 32, unsure("jag orkar inte mer"))
    digest.catch_up(engine)
    with engine.connect() as connection:
        (id_,) = connection.execute(select(uncertain.c.message_id)).scalars().all()
    start = threading.Barrier(2)

    def read(name: str) -> None:
        start.wait(10)
        with transaction(engine) as connection:
            label_messages(connection, [id_], name, "suicide_risk", NOW)

    readers = [threading.Thread(target=read, args=(name,)) for name in ("rut", "bo")]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    with engine.connect() as connection:
        assert sorted(connection.execute(select(readings.c.staff_id)).scalars()) == ["bo", "rut"]
    assert states(console) == {"jag orkar inte mer": ("settled", "suicide_risk")}


def test_a_new_message_in_the_talk_takes_no_label_away(console: Console, rut: Client) -> None:
    console.talk("a" * 32, unsure("vägrar gå till skolan"))
    label(rut, "vägrar gå till skolan", "youth_at_risk")
    with transaction(console.engine) as connection:
        more = {"sender": "person", "created_at": NOW, **unsure("en till om läxor")}
        connection.execute(messages.insert().values(conversation_id="a" * 32, **more))
    assert shown(rut) == ["en till om läxor"]
    assert states(console)["vägrar gå till skolan"] == ("settled", "youth_at_risk")


def test_labels_go_with_the_talk(console: Console, rut: Client) -> None:
    console.talk("a" * 32, unsure("vägrar gå till skolan"))
    label(rut, "vägrar gå till skolan", "youth_at_risk")
    with transaction(console.engine) as connection:
        connection.execute(delete(conversations))
        assert connection.execute(select(uncertain)).all() == connection.execute(select(readings)).all() == []


def test_sensitive_ones_are_shown_with_a_reason_only_and_for_half_an_hour(
    console: Console, rut: Client, bo: Client
) -> None:
    console.talk("a" * 32, unsure("hemliga ord", 0.4, "leave_crime"))
    assert shown(rut) == [] and "Känsliga, kräver skäl (1)" in rut.get("/osakra").said
    assert "hemliga ord" not in rut.get("/osakra?kansliga=1").text
    assert rut.submit("/osakra/skal", reason="kort").status == 422
    assert rut.submit("/osakra/skal", reason=REASON).to == "/osakra?kansliga=1"
    assert shown(rut, "?kansliga=1") == ["hemliga ord"]
    assert shown(bo, "?kansliga=1") == []
    assert [line["reason"] for line in console.log(action="open_sensitive_messages")] == [REASON]
    assert len(console.log(action="read_sensitive_messages")) == 1
    ids = rut.get("/osakra?kansliga=1").page.select_one("input[name=ids]")["value"]
    assert bo.submit("/osakra", ids=ids, label="human", sensitive="1").to == "/osakra?kansliga=1"
    assert bo.submit("/osakra", ids=ids, label="human").to == "/osakra?klart=nothing_left"
    assert states(console)["hemliga ord"] == ("open", None)
    console.clock.move(minutes=29)
    rut.get("/osakra")
    console.clock.move(minutes=1)
    assert shown(rut, "?kansliga=1") == []


def test_reading_is_recorded_with_the_messages(console: Console, rut: Client) -> None:
    console.talk("a" * 32, {"id": 41, **unsure("ett")}, {"id": 42, **unsure("två helt andra ord", 0.3)})
    rut.get("/osakra")
    assert console.log(action="read_messages")[0]["detail"] == {"message": "42, 41"}


@pytest.mark.parametrize(
    "fields",
    [
        {"label": "nonsense", "ids": "1"},
        {"label": "parenting"},
        {"label": "parenting", "ids": "x,é,-1"},
        {"label": "parenting", "ids": "9" * 4000},
        {"label": "", "other": "", "ids": "1"},
        {"label": "greet", "ids": "1"},
    ],
)
def test_a_form_that_makes_no_sense_changes_nothing(console: Console, rut: Client, fields: dict[str, str]) -> None:
    console.talk("a" * 32, {"id": 1, **unsure("ett")})
    rut.get("/osakra")
    assert rut.submit("/osakra", **fields).to == "/osakra?klart=no_label"
    assert states(console) == {"ett": ("open", None)}


def test_the_choice_of_the_list_counts_when_no_button_says_more(console: Console, rut: Client) -> None:
    console.talk("a" * 32, {"id": 1, **unsure("ett")})
    rut.get("/osakra")
    rut.submit("/osakra", ids="1", label="", other="prison_release")
    assert states(console) == {"ett": ("settled", "prison_release")}


def test_the_page_is_bounded_however_much_there_is(console: Console, rut: Client) -> None:
    for number in range(3):
        said = [unsure(f"rad {number} {chr(97 + n)}{chr(97 + n % 7)} om {n * 37}") for n in range(20)]
        console.talk(f"{number:032d}", *said, created_at=NOW - timedelta(hours=number))
    assert len(shown(rut)) == inbox.PAGE_LENGTH


def test_the_key_of_a_text_is_no_text() -> None:
    assert likeness_key("Vägrar gå till skolan!") == likeness_key("skolan till gå VÄGRAR") != likeness_key("skolan")
    assert "skola" not in likeness_key("skolan")
