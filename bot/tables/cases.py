"""Cases: the hand-over, how to reach the person, the thread, the notices to staff, and records handed out."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text
from sqlalchemy import UniqueConstraint as Unique

from bot.database import UtcDateTime
from bot.tables.base import metadata

cases = Table(
    "cases",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("reference", String(12), nullable=False, unique=True, comment="what staff and notices call the case"),
    Column("conversation_id", String(32), nullable=False),
    Column("message_id", String(36), nullable=False, comment="client id of the message that asked for the case"),
    Column("service", String(40), nullable=False),
    Column("need", String(40), nullable=False),
    Column("district", String(40)),
    Column("channel", String(10), nullable=False, comment="receipt (answer here) or callback"),
    Column("shared", String(15), nullable=False, default="topic", comment="topic, summary or conversation"),
    Column("summary", Text),
    Column("shared_until", Integer, comment="id of the talk's last message that staff may see, as the person saw it"),
    Column("acute", Boolean, nullable=False, default=False),
    Column("state", String(15), nullable=False, default="open", comment="open, taken, contacted, closed, withdrawn"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, index=True, comment="only where the catalogue holds a first-contact promise"),
    Column("taken_by", String(32)),
    Column("taken_at", UtcDateTime),
    Column("contacted_by", String(32), comment="the member of staff who states the first contact"),
    Column("contacted_at", UtcDateTime),
    Column("contacted_how", String(20)),
    Column("closed_by", String(32)),
    Column("closed_at", UtcDateTime),
    Column("outcome", String(30)),
    Column("receipt_hash", String(64), unique=True, comment="keyed hash; the code itself is never stored"),
    Column("receipt_until", UtcDateTime),
    Column("crowd", String(32), index=True, comment="many from one caller: folded in the queue"),
    Column("registered_at", UtcDateTime, comment="entered in the city's own case system"),
    Column("stopped_at", UtcDateTime, comment="the person has asked not to be contacted: contact details stay shut"),
    Column(
        "given_back_at", UtcDateTime, comment="staff have left the talk to the assistant; until they write once more"
    ),
    Column("counted_at", UtcDateTime, index=True, comment="when what became of the promise went into daily_figures"),
    Unique("conversation_id", "message_id", name="uq_cases_conversation_message"),
    Index("ix_cases_service_state", "service", "state"),
    Index("ix_cases_service_closed", "service", "closed_at"),
    # Holds all that the count of broken promises asks for, so that no row is read for it.
    Index("ix_cases_promises", "service", "created_at", "due_at", "contacted_at", "stopped_at", "closed_at"),
)

contacts = Table(
    "contacts",
    metadata,
    Column("case_id", String(32), ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
    Column("sealed", LargeBinary, nullable=False, comment="encrypted JSON"),
    Column("created_at", UtcDateTime, nullable=False),
)

thread_messages = Table(
    "thread_messages",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("case_id", String(32), ForeignKey("cases.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("client_id", String(36)),
    Column("sender", String(10), nullable=False, comment="person or staff"),
    Column("staff_id", String(32)),
    Column("text", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("read_at", UtcDateTime),
    Unique("case_id", "client_id", name="uq_thread_messages_case_client"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("key", String(80), nullable=False, unique=True, comment="stable: Message-ID and Idempotency-Key"),
    Column("case_id", String(32), nullable=False, index=True),
    Column("kind", String(30), nullable=False, comment="one of bot.handover.notices.outbox.KINDS"),
    Column("state", String(10), nullable=False, default="pending", comment="pending, sent, dead or moot"),
    Column("delivered", JSON, nullable=False, default=list, comment="channels that took it: a retry leaves them out"),
    Column("refused", JSON, nullable=False, default=list, comment="channels that refused it for good"),
    Column("errors", JSON, comment="channel → the last code it answered with; never anything personal"),
    Column("about", Integer, comment="id of the notice that could not be delivered, which this one tells of"),
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_attempt_at", UtcDateTime, nullable=False),
    Column("leased_by", String(40)),
    Column("leased_until", UtcDateTime),
    Column("last_error", String(200)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    Index("ix_outbox_state_next", "state", "next_attempt_at"),
)

case_presence = Table(
    "case_presence",
    metadata,
    Column("case_id", String(32), ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
    Column("staff_id", String(32), ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True),
    Column("seen_at", UtcDateTime, nullable=False),
)

record_requests = Table(
    "record_requests",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("case_id", String(32), ForeignKey("cases.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("staff_id", String(32), nullable=False, comment="who examines it; nobody else sees this request"),
    Column("asked_by", String(10), nullable=False, comment="public or person"),
    Column("created_at", UtcDateTime, nullable=False),
)

record_hidden = Table(
    "record_hidden",
    metadata,
    Column("request_id", String(32), ForeignKey("record_requests.id", ondelete="CASCADE"), primary_key=True),
    Column("part", String(30), primary_key=True, comment="a part of the record, as bot.staff.records.parts names it"),
    Column("provision", String(200), nullable=False, comment="chapter and section, as staff wrote it"),
    Column("hidden_at", UtcDateTime, nullable=False),
)
