"""Finding talks by their words, on either database."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from sqlalchemy import delete, func, select

from bot.database import transaction
from bot.staff.review import talk_search
from bot.tables import conversations, messages, talks
from bot.triggers import WORDS
from tests.staff.console import NOW, Client, Console, heard
from tests.staff.talks import listed, say


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("räka", "a"),
        ("raka", "b"),
        ("RÄKA", "a"),
        ("rak", "b"),
        ("räk", "a"),
        ("skolan", "c"),
        ("mobbad skol", "c"),
        ("skol räka", ""),
        ('"mobbad i skolan"', "c"),
        ('"skolan i mobbad"', ""),
        ("föräldra-kurs", "d"),
        ("a* OR räka", ""),
        ('NEAR("räka")', ""),
        ('räka"', "a"),
        ("text: räka", ""),
        ("!!!", ""),
        ("' OR 1=1 --", ""),
        ("å" * 300, ""),
    ],
)
def test_talks_are_found_by_their_words_and_dots_count(console: Console, rut: Client, query: str, found: str) -> None:
    say(console, "a", "jag tycker om räka")
    say(console, "b", "håll dig raka vägen")
    say(console, "c", "jag blir mobbad i skolan")
    say(console, "d", "finns det någon föräldra-kurs?")
    with transaction(console.engine) as connection:
        connection.execute(
            messages.insert().values(conversation_id="d" * 32, sender="bot", text="räka", created_at=NOW)
        )
    reply = rut._ask("GET", "/samtal?" + urlencode({"sok": query}), None)
    assert reply.status == 200
    ids = [link["href"].partition("?")[0][-1] for link in reply.page.select("tbody a")]
    assert ids == list(found)
    assert console.log(action="list_conversations")[-1]["detail"] == {"sok": query[:200]}


def test_a_search_and_a_filter_narrow_together(console: Console, rut: Client) -> None:
    say(console, "a", "om skolan")
    console.talk("b" * 32, {"text": "om skolan", "understood": heard("substance_use")})
    assert listed(rut, "?sok=skolan&behov=substance_use") == ["b" * 32]


def test_of_a_common_word_the_newest_are_looked_at_and_the_page_says_so(
    console: Console, rut: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(talk_search, "MOST_HITS", 2)
    for name in "dcba":  # the oldest first
        say(console, name, "om skolan")
    assert listed(rut, "?sok=skolan") == ["a" * 32, "b" * 32]
    assert "Sökningen har bara gått igenom" not in rut.get("/samtal?sok=finns").said
    assert "Sökningen har bara gått igenom" in rut.get("/samtal?sok=skolan").said
    assert "Sökningen har bara gått igenom" in rut.get("/samtal?sok=skolan&behov=human").said


def much_later(console: Console, name: str, *texts: str) -> None:
    """Said after a million other messages."""
    say(console, name)
    with transaction(console.engine) as connection:
        for number, text in enumerate(texts):
            id_ = 1_000_000 + 100 * ord(name) + number
            said = {"id": id_, "conversation_id": name * 32, "sender": "person", "text": text, "created_at": NOW}
            connection.execute(messages.insert().values(**said))


@pytest.mark.parametrize("typed", ["skolan", '"mobbad i skolan"', "mobbad skol"])
def test_what_is_rare_is_found_however_old_it_is(console: Console, rut: Client, typed: str) -> None:
    say(console, "c", "jag blir mobbad i skolan")
    for name in "ba":
        much_later(console, name, "om räka", "i mobbad")
    reply = rut.get("/samtal?" + urlencode({"sok": typed}))
    assert len(reply.page.select("tbody a")) == 1 and "bara gått igenom" not in reply.said


@pytest.mark.parametrize("typed", ["skolan", '"i skolan"'])
def test_a_common_word_is_looked_for_among_the_newest_first(
    console: Console, rut: Client, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    monkeypatch.setattr(talk_search, "MOST_HITS", 2)
    say(console, "c", "bråk i skolan", "mobbad i skolan")
    much_later(console, "a", "rädd i skolan", "ensam i skolan")
    reply = rut.get("/samtal?" + urlencode({"sok": typed}))
    assert [link["href"][8] for link in reply.page.select("tbody a")] == ["a"]
    assert "Sökningen har bara gått igenom" in reply.said


def test_of_a_phrase_of_common_words_the_newest_are_looked_at_and_the_page_says_so(
    console: Console, rut: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL's index knows no order of words: it would read every message that has them."""
    monkeypatch.setattr(talk_search, "MOST_HITS", 2)
    say(console, "c", "bråk i skolan")
    much_later(console, "a", "skolan är bråk", "i skolan bara bråk")
    reply = rut.get("/samtal?" + urlencode({"sok": '"bråk i skolan"'}))
    found = [link["href"][8] for link in reply.page.select("tbody a")]
    if console.engine.dialect.name == "sqlite":
        assert found == ["c"] and "Sökningen har bara gått igenom" not in reply.said
    else:
        assert found == [] and "Lägg till ett ovanligare ord" in reply.said


def test_where_nobody_has_written_nothing_is_found(rut: Client) -> None:
    assert listed(rut, "?sok=skolan") == listed(rut, "?sok=inte") == []


@pytest.mark.parametrize(("typed", "found"), [('"vill inte"', "a"), ('"inte vill"', ""), ("inte", "a"), ("är", "b")])
def test_words_that_postgresql_takes_for_nothing_are_found_too(
    console: Console, rut: Client, typed: str, found: str
) -> None:
    say(console, "a", "Jag vill  INTE!")
    say(console, "b", "du är min")
    assert listed(rut, "?" + urlencode({"sok": typed})) == [name * 32 for name in found]


@pytest.mark.parametrize("how", ["message", "talk", "purge"])
def test_what_is_deleted_is_gone_from_the_index_too(console: Console, rut: Client, how: str) -> None:
    say(console, "a", "jag tycker om räka")
    assert listed(rut, "?sok=r%C3%A4ka") == ["a" * 32]
    with transaction(console.engine) as connection:
        if how != "talk":
            connection.execute(delete(messages))
        if how != "message":
            connection.execute(delete(conversations))
        # PostgreSQL's index has no rows of its own.
        index = f"SELECT count(*) FROM {WORDS} WHERE {WORDS} MATCH 'räka'"
        count = connection.exec_driver_sql(index).scalar() if connection.dialect.name == "sqlite" else 0
        left = connection.execute(select(func.count()).select_from(talks)).scalar()
    assert (count, left) == (0, 1 if how == "message" else 0)
    assert listed(rut, "?sok=r%C3%A4ka") == []


def test_what_a_person_wrote_to_staff_is_not_found(console: Console, rut: Client) -> None:
    console.talk("a" * 32, {"text": "till siv: räka", "understood": {"decision": "thread"}})
    console.talk("b" * 32, {"text": "räka i tråden"}, case_id=console.case().id)
    assert listed(rut, "?sok=r%C3%A4ka") == []
