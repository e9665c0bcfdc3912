"""After the storm: what residents were shown, what the database holds and what the mail server has."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.chat.session import token_hash
from bot.database import reading
from bot.handover.contact import read_contact
from bot.handover.notices.outbox import NEW_CASE
from bot.handover.notices.wording import stable_id
from bot.handover.receipt import receipt_hash
from bot.settings import Settings
from bot.tables import cases, conversations, messages, outbox, thread_messages
from tests.faults.mail import MailServer
from tests.faults.residents import Resident


@dataclass(frozen=True)
class Ledger:
    """The database, as an auditor reads it."""

    engine: Engine
    settings: Settings

    def is_stored(self, receipt: str) -> bool:
        """Whether this receipt's case is committed; waits for a database that is just being started."""
        wanted = select(func.count()).where(cases.c.receipt_hash == receipt_hash(receipt, self.settings.hash_key))
        return bool(self.read(wanted)[0][0])

    def read(self, wanted: Any, seconds: float = 60) -> list[Any]:
        """Rows."""
        until = time.monotonic() + seconds
        while True:
            try:
                with reading(self.engine) as connection:
                    return list(connection.execute(wanted))
            except SQLAlchemyError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)

    def cases(self) -> list[Any]:
        """Every case."""
        return self.read(select(cases))

    def notices(self) -> list[Any]:
        """Every notice of a new case."""
        return self.read(select(outbox).where(outbox.c.kind == NEW_CASE))

    def all_sent(self) -> bool:
        """Whether no notice of a new case is left."""
        return all(notice.state == "sent" for notice in self.notices())

    def phone_of(self, case_id: str) -> tuple[str, str]:
        """What the form of this case says."""
        with reading(self.engine) as connection:
            contact = read_contact(connection, case_id, self.settings.encryption_keys)
        return (contact.phone, contact.when) if contact else ("", "")


Check = Callable[[Ledger, Sequence[Resident], MailServer], Iterator[str]]


def what_residents_saw(_ledger: Ledger, residents: Sequence[Resident], _mail: MailServer) -> Iterator[str]:
    """Everybody was told, and what was sent twice was answered with one receipt."""
    for resident in residents:
        yield from (f"resident {resident.number} ({resident.twist}): {fault}" for fault in resident.faults)
        if not resident.told:
            yield f"resident {resident.number} was never told of a case"
        yield from (
            f"resident {resident.number}: one press, {len(shown)} receipts"
            for shown in resident.receipts.values()
            if len(shown) > 1
        )


def every_promise_has_its_case(ledger: Ledger, residents: Sequence[Resident], _mail: MailServer) -> Iterator[str]:
    """Each receipt belongs to one case: of that resident's own talk and of that very press; and each case was told."""
    by_hash, talks = {case.receipt_hash: case for case in ledger.cases()}, talks_of(ledger, residents)
    for resident in residents:
        for press, shown in resident.receipts.items():
            for receipt in shown:
                case = by_hash.pop(receipt_hash(receipt, ledger.settings.hash_key), None)
                if case is None:
                    yield f"FALSE PROMISE: resident {resident.number} holds a receipt without a case"
                elif (case.conversation_id, case.message_id) != (talks.get(resident.number), press):
                    yield f"resident {resident.number} was shown a case that is not theirs: {case.reference}"
    yield from (f"NEVER TOLD: case {case.reference} was committed and nobody knows" for case in by_hash.values())


def every_form_is_kept(ledger: Ledger, residents: Sequence[Resident], _mail: MailServer) -> Iterator[str]:
    """The contact details of a case are those of the person who left them."""
    talks = {talk: number for number, talk in talks_of(ledger, residents).items()}
    by_number = {resident.number: resident for resident in residents}
    for case in ledger.cases():
        resident = by_number.get(talks.get(case.conversation_id, -1))
        if resident is None:
            yield f"case {case.reference} belongs to no resident"
        elif resident.way != case.channel:
            yield f"case {case.reference} came by {case.channel}, not by {resident.way}"
        elif case.channel == "callback" and ledger.phone_of(case.id) != (resident.phone, resident.when):
            yield f"case {case.reference} has lost its contact details"


def every_notice_arrived(ledger: Ledger, _residents: Sequence[Resident], mail: MailServer) -> Iterator[str]:
    """At least one mail a case, each with the same Message-ID at every attempt, and none of anything else."""
    arrived, notices = mails_by_id(mail), {stable_id(notice): notice for notice in ledger.notices()}
    references = {case.id: case.reference for case in ledger.cases()}
    noticed = Counter(notice.case_id for notice in notices.values())
    yield from (f"case {name} has {noticed[each]} notices" for each, name in references.items() if noticed[each] != 1)
    for name, notice in notices.items():
        if notice.state != "sent" or not arrived.get(name):
            yield f"NOTICE LOST: {references[notice.case_id]} ({notice.state}, {notice.last_error})"
        elif any(references[notice.case_id] not in subject for subject in arrived[name]):
            yield f"a mail under the Message-ID of {references[notice.case_id]} tells of something else"
    known = {stable_id(notice) for notice in ledger.read(select(outbox))}
    yield from (f"a mail with a Message-ID that no notice has: {name}" for name in arrived.keys() - known)


def every_receipt_opens_its_case(ledger: Ledger, residents: Sequence[Resident], _mail: MailServer) -> Iterator[str]:
    """What is written with the receipt, from another device, stands in the thread of that case."""
    written = [(resident.number, *resident.come_back()) for resident in residents if resident.told]
    hashes = {case.id: case.receipt_hash for case in ledger.cases()}
    thread = {(hashes[row.case_id], row.text) for row in ledger.read(select(thread_messages))}
    for number, receipt, words in written:
        if (receipt_hash(receipt, ledger.settings.hash_key), words) not in thread:
            yield f"the receipt of resident {number} does not open their case"


CHECKS: tuple[Check, ...] = (
    every_promise_has_its_case,
    every_form_is_kept,
    every_notice_arrived,
    every_receipt_opens_its_case,
    # Last, because the others add to what residents saw.
    what_residents_saw,
)


def talks_of(ledger: Ledger, residents: Sequence[Resident]) -> dict[int, str]:
    """Number of the resident → id of their talk."""
    ids = {row.token_hash: row.id for row in ledger.read(select(conversations.c.id, conversations.c.token_hash))}
    key = ledger.settings.hash_key
    return {resident.number: ids.get(token_hash(resident.token, key), "") for resident in residents}


def mails_by_id(mail: MailServer) -> dict[str, list[str]]:
    """The stable part of the Message-ID → the subjects of all mails that carry it."""
    found: dict[str, list[str]] = defaultdict(list)
    for each in mail.mails():
        found[str(each["Message-ID"]).strip("<>").partition("@")[0]].append(str(each["Subject"]))
    return found


def told_late(ledger: Ledger) -> int:
    """How many cases were told of only when the page asked once more."""
    late = ledger.read(select(messages.c.case_id, messages.c.understood).where(messages.c.case_id.is_not(None)))
    return len({row.case_id for row in late if (row.understood or {}).get("late")})
