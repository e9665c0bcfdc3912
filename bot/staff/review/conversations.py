"""Review of the talks with the assistant: the list with its filters, and one talk with what was understood of it.

Reviewers see masked text and never contact details. A talk about leaving crime, violence or honour opens only after a
reason has been stated; so does one where it is not known what it was about.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from sqlalchemy.engine import Connection

from bot.database import transaction
from bot.staff.oversight.audit import record
from bot.staff.parts import NEEDS, Desk
from bot.staff.reasons import reason_problem
from bot.staff.review import digest, marks, transcripts
from bot.staff.review.style import STYLES
from bot.staff.review.talk_list import CERTAINTIES, LENGTHS, Found, TalkFilter, find_talks
from bot.staff.review.transcripts import Summary
from bot.staff.times import end_of_day, start_of_day
from bot.staff.web import Answer, Fields, Page, Redirect, Visit
from bot.staff.words import Words

FIELDS = (
    "from", "till", "behov", "verksamhet", "beslut", "hjalpte", "saker", "langd", "stil", "lamnat", "granskat",
    "tagg", "sok", "akut", "flagga", "test",
)  # fmt: skip
YES_NO = {"yes": True, "no": False}


def show_conversations(desk: Desk, visit: Visit) -> Answer:
    """The list. Which filters and words were used is recorded: what someone looks for is a reading, too."""
    wanted, problems = read_filter(visit.query, desk.words)
    used = _used(visit.query)
    behind = digest.catch_up(desk.engine)
    with transaction(desk.engine) as connection:
        found = Found() if problems else find_talks(connection, wanted)
        record(connection, visit.member.id, "list_conversations", visit.now, detail=used)
        tags, filters = marks.all_tags(connection), marks.own_filters(connection, visit.member.id)
    values = {
        "talks": found.talks,
        "capped": found.capped,
        "used": used,
        "needs": NEEDS,
        "lengths": LENGTHS,
        "styles": STYLES,
        "tags": tags,
        "filters": filters,
        "query": urlencode(used),
        "page": wanted.page,
        "behind": behind,
        "newer": _link(used, wanted.page - 1) if wanted.page > 1 else None,
        "older": _link(used, wanted.page + 1) if found.more else None,
        "notice": visit.query.one("klart"),
    }
    return Page("conversations.html", values, 422 if problems else 200, problems)


def show_conversation(desk: Desk, visit: Visit) -> Answer:
    """One talk; a sensitive one only by way of `open_conversation`."""
    with transaction(desk.engine) as connection:
        talk = transcripts.find_talk(connection, visit.params["conversation"])
        if talk is None:
            return Page("gone.html", status=404)
        if talk.sensitive:
            return Page("reason.html", {"talk": talk, "query": _used_query(visit.query)})
        record(connection, visit.member.id, "read_conversation", visit.now, conversation_id=talk.id)
        return _talk_page(connection, talk, _used_query(visit.query))


def open_conversation(desk: Desk, visit: Visit) -> Answer:
    """One talk with a stated reason, shown in the answer to this form alone: a reload asks again."""
    reason, query = visit.form.one("reason"), _used_query(Fields.parse(visit.form.one("query")))
    with transaction(desk.engine) as connection:
        talk = transcripts.find_talk(connection, visit.params["conversation"])
        if talk is None:
            return Page("gone.html", status=404)
        problem = reason_problem(reason)
        if problem:
            values = {"talk": talk, "reason": reason, "query": query}
            return Page("reason.html", values, 422, {"reason": problem})
        record(connection, visit.member.id, "read_conversation", visit.now, conversation_id=talk.id, reason=reason)
        return _talk_page(connection, talk, query)


def mark_conversation(desk: Desk, visit: Visit) -> Answer:
    """Note what the reviewer made of it, and back to the list as it was: a sensitive talk is not shown once more."""
    form, query = visit.form, _used_query(Fields.parse(visit.form.one("query")))
    wanted = marks.Marking(
        reviewed=bool(form.one("reviewed")),
        flagged=bool(form.one("flagged")),
        add_tags=marks.read_tags(form.one("tags")),
        remove_tags=form.all("remove"),
        note=form.one("note")[: marks.LONGEST_NOTE],
    )
    with transaction(desk.engine) as connection:
        talk = transcripts.find_talk(connection, visit.params["conversation"])
        if talk is None:
            return Page("gone.html", status=404)
        marks.mark(connection, talk.id, wanted, visit.member.id, visit.now)
        digest.refresh(connection, [talk.id])
        record(connection, visit.member.id, "mark_conversation", visit.now, conversation_id=talk.id)
    return Redirect(f"/samtal?{query}{'&' if query else ''}klart=marked")


def keep_filter(desk: Desk, visit: Visit) -> Answer:
    """Keep the filter of the list under a name, for oneself."""
    name, query = visit.form.one("name")[: marks.LONGEST_NAME], _used_query(Fields.parse(visit.form.one("query")))
    if not name or not query:
        return Redirect(f"/samtal?{query}{'&' if query else ''}klart=filter_without_name")
    with transaction(desk.engine) as connection:
        marks.save_filter(connection, visit.member.id, name, query[:1000])
    return Redirect(f"/samtal?{query}&klart=filter_kept")


def drop_filter(desk: Desk, visit: Visit) -> Answer:
    """Throw a kept filter away."""
    with transaction(desk.engine) as connection:
        marks.drop_filter(connection, visit.member.id, visit.params["choice"])
    return Redirect("/samtal?klart=filter_dropped")


def read_filter(query: Fields, words: Words) -> tuple[TalkFilter, dict[str, str]]:
    """The filter of an address, and what is wrong with it; an unknown need, decision or verdict narrows nothing."""
    page = query.one("sida")
    wanted = TalkFilter(
        since=start_of_day(query.one("from")),
        until=end_of_day(query.one("till")),
        need=query.one("behov") if query.one("behov") in NEEDS else None,
        service=_known(words.all("service"), query.one("verksamhet")),
        decision=_known(words.all("decision"), query.one("beslut")),
        feedback=_known(words.all("feedback"), query.one("hjalpte")),
        certainty=_known(CERTAINTIES, query.one("saker")),
        length=_known(LENGTHS, query.one("langd")),
        style=query.one("stil") if query.one("stil") in STYLES else None,
        handed_over=YES_NO.get(query.one("lamnat")),
        reviewed=YES_NO.get(query.one("granskat")),
        flagged=bool(query.one("flagga")),
        urgent=bool(query.one("akut")),
        tests=bool(query.one("test")),
        tag=next(iter(marks.read_tags(query.one("tagg"))), ""),
        words=query.one("sok"),
        page=min(int(page), 10_000) if page.isdecimal() and len(page) < 9 and int(page) > 0 else 1,
    )
    dates = (("from", wanted.since), ("till", wanted.until))
    return wanted, {name: "bad_date" for name, read in dates if query.one(name) and read is None}


def _known(values: Mapping[str, object], value: str) -> str | None:
    return value if value in values else None


def _talk_page(connection: Connection, talk: Summary, query: str) -> Page:
    values = {
        "talk": talk,
        "lines": transcripts.lines(connection, talk.id),
        "marks": marks.read_marks(connection, talk.id),
        "tags": marks.all_tags(connection),
        "query": query,
    }
    return Page("conversation.html", values)


def _used(query: Fields) -> dict[str, str]:
    return {name: query.one(name)[:200] for name in FIELDS if query.one(name)}


def _used_query(query: Fields) -> str:
    """Only fields of ours, so that no address that leads elsewhere can be smuggled in."""
    return urlencode(_used(query))


def _link(used: dict[str, str], page: int) -> str:
    return "/samtal?" + urlencode({**used, "sida": page})
