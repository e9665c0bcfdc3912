"""Review of the talks with the assistant: the list with its filters, and one talk with what was understood of it.

Reviewers see masked text and never contact details. A talk about leaving crime, violence or honour opens only after a
reason has been stated; so does one where it is not known what it was about.
"""

from __future__ import annotations

from urllib.parse import urlencode

from bot.database import transaction
from bot.staff import transcripts
from bot.staff.audit import record
from bot.staff.parts import NEEDS, Desk
from bot.staff.reasons import reason_problem
from bot.staff.times import end_of_day, start_of_day
from bot.staff.transcripts import Summary, TalkFilter
from bot.staff.web import Answer, Fields, Page, Visit
from bot.staff.words import Words

FIELDS = ("from", "till", "behov", "beslut", "hjalpte", "akut", "test")


def show_conversations(desk: Desk, visit: Visit) -> Answer:
    """The list. Which filters were used is recorded: what someone looks for is a reading, too."""
    wanted, problems = read_filter(visit.query, desk.words)
    used = {name: visit.query.one(name) for name in FIELDS if visit.query.one(name)}
    with transaction(desk.engine) as connection:
        found, more = ([], False) if problems else transcripts.find_talks(connection, wanted)
        record(connection, visit.member.id, "list_conversations", visit.now, detail=used)
    values = {
        "talks": found,
        "used": used,
        "needs": NEEDS,
        "page": wanted.page,
        "newer": _link(used, wanted.page - 1) if wanted.page > 1 else None,
        "older": _link(used, wanted.page + 1) if more else None,
    }
    return Page("conversations.html", values, 422 if problems else 200, problems)


def show_conversation(desk: Desk, visit: Visit) -> Answer:
    """One talk; a sensitive one only by way of `open_conversation`."""
    with transaction(desk.engine) as connection:
        talk = transcripts.find_talk(connection, visit.params["conversation"])
        if talk is None:
            return Page("gone.html", status=404)
        if talk.sensitive:
            return Page("reason.html", {"talk": talk})
        record(connection, visit.member.id, "read_conversation", visit.now, conversation_id=talk.id)
        return _talk_page(talk, transcripts.lines(connection, talk.id))


def open_conversation(desk: Desk, visit: Visit) -> Answer:
    """One talk with a stated reason, shown in the answer to this form alone: a reload asks again."""
    reason = visit.form.one("reason")
    with transaction(desk.engine) as connection:
        talk = transcripts.find_talk(connection, visit.params["conversation"])
        if talk is None:
            return Page("gone.html", status=404)
        problem = reason_problem(reason)
        if problem:
            return Page("reason.html", {"talk": talk, "reason": reason}, 422, {"reason": problem})
        record(connection, visit.member.id, "read_conversation", visit.now, conversation_id=talk.id, reason=reason)
        return _talk_page(talk, transcripts.lines(connection, talk.id))


def read_filter(query: Fields, words: Words) -> tuple[TalkFilter, dict[str, str]]:
    """The filter of an address, and what is wrong with it; an unknown need, decision or verdict narrows nothing."""
    need, page = query.one("behov"), query.one("sida")
    wanted = TalkFilter(
        since=start_of_day(query.one("from")),
        until=end_of_day(query.one("till")),
        need=need if need in NEEDS else None,
        decision=_known(words, "decision", query.one("beslut")),
        feedback=_known(words, "feedback", query.one("hjalpte")),
        urgent=bool(query.one("akut")),
        tests=bool(query.one("test")),
        page=min(int(page), 10_000) if page.isdecimal() and int(page) > 0 else 1,
    )
    dates = (("from", wanted.since), ("till", wanted.until))
    return wanted, {name: "bad_date" for name, read in dates if query.one(name) and read is None}


def _known(words: Words, section: str, value: str) -> str | None:
    return value if value in words.all(section) else None


def _talk_page(talk: Summary, said: list[transcripts.Line]) -> Page:
    return Page("conversation.html", {"talk": talk, "lines": said})


def _link(used: dict[str, str], page: int) -> str:
    return "/samtal?" + urlencode({**used, "sida": page})
