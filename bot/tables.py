"""Every table, in the order of the way of a message. Migrations are made from here and checked against it by a test.

Ids that leave the house are random; `messages.id` and `thread_messages.id` are running numbers, because "what came
after" is asked by them. Text columns hold masked text only.
"""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    JSON,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    event,
)
from sqlalchemy import UniqueConstraint as Unique

from bot.database import UtcDateTime
from bot.triggers import attach

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("token_hash", String(64), unique=True, comment="keyed hash; empty once the session has ended"),
    Column("created_at", UtcDateTime, nullable=False, index=True),
    Column("last_seen_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("is_test", Boolean, nullable=False, default=False),
    Column("case_id", String(32), comment="set when the session was opened with a receipt: thread only"),
    Column("counted_at", UtcDateTime, comment="when the talk, over by then, went into daily_figures"),
    Index("ix_conversations_counted", "counted_at", "last_seen_at"),
)

messages = Table(
    "messages",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("conversation_id", String(32), ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    Column("client_id", String(36), comment="the page's own id; the same id is answered once"),
    Column("sender", String(10), nullable=False, comment="person, bot or staff"),
    Column("text", Text, nullable=False),
    Column("masked", JSON, nullable=False, default=list, comment="kinds of what was hidden, never the content"),
    Column("choices", JSON, nullable=False, default=list, comment="[{id, label, payload}]: payloads stay here"),
    Column("service", JSON, comment="{id, district}: the card is drawn anew at each reading"),
    Column("urgent", String(20)),
    Column("case_id", String(32)),
    Column("form", String(20)),
    Column("understood", JSON, comment="intent, confidence, decision, need, ranking, entities, reason, model"),
    Column("reply_to", Integer, comment="the person's message that this one answers"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("answered_at", UtcDateTime, comment="on the person's messages: when the whole answer was stored"),
    Column("feedback", String(5), comment="on an answer that was asked about: asked, yes or no (it helped)"),
    Unique("conversation_id", "client_id", name="uq_messages_conversation_client"),
    Index("ix_messages_conversation", "conversation_id", "id"),
    Index("ix_messages_reply_to", "reply_to"),
)

trackers = Table(
    "trackers",
    metadata,
    Column("conversation_id", String(32), primary_key=True),
    Column("state", Text, nullable=False, comment="slots and the last turns, as Rasa's own JSON"),
    Column("updated_at", UtcDateTime, nullable=False),
)

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
    Column("kind", String(30), nullable=False, comment="one of bot.handover.outbox.KINDS"),
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

staff = Table(
    "staff",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(80), nullable=False, unique=True, comment="sign-in name"),
    Column("alias", String(80), nullable=False, comment="what residents see"),
    Column("password_hash", String(200), nullable=False),
    Column("role", String(20), nullable=False, comment="one of bot.staff.access.ROLES"),
    Column("services", JSON, nullable=False, default=list, comment="ids of the services the person works for"),
    Column("must_change_password", Boolean, nullable=False, default=False),
    Column("failed_sign_ins", Integer, nullable=False, default=0),
    Column("locked_until", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("disabled_at", UtcDateTime),
    Column(
        "subject",
        String(64),
        unique=True,
        index=True,
        comment="hash of issuer and sub: signs in through the city, never with a password",
    ),
    Column("second_factor", LargeBinary, comment="encrypted secret of the code app"),
    Column("second_factor_at", UtcDateTime, comment="when a first code confirmed it; empty: no second factor"),
    Column("last_step", Integer, comment="time step of the last code: a code is used once"),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("staff_id", String(32), ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True),
    Column("handle", String(4), primary_key=True, comment="the code's first letters, to find it by"),
    Column("hash", String(200), nullable=False, comment="argon2 of the rest; the row goes when it is used"),
)

talks = Table(
    "talks",
    metadata,
    Column("conversation_id", String(32), ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    Column("is_test", Boolean, nullable=False),
    Column("began_at", UtcDateTime, nullable=False),
    Column("stale", Boolean, nullable=False, comment="something has been added since the rest was summed up"),
    Column("top", Integer, nullable=False, comment="2 an alarm, 1 urgent and not reviewed, 0 by date"),
    Column("length", Integer, nullable=False, comment="messages of the person"),
    Column("needs", String(400), nullable=False, comment="a list, as ,parenting,human,"),
    Column("services", String(400), nullable=False, comment="a list: shown, or handed over to"),
    Column("decisions", String(200), nullable=False, comment="a list"),
    Column("urgent", String(60), nullable=False, comment="a list"),
    Column("feedback", String(20), nullable=False, comment="a list"),
    Column("unsure", Float, comment="the lowest confidence of its messages"),
    Column("handed_over", Boolean, nullable=False),
    Column("sensitive", Boolean, nullable=False),
    Column("flagged", Boolean, nullable=False),
    Column("reviewed_at", UtcDateTime),
    Column("reviewed_by", String(32)),
    Index("ix_talks_list", "is_test", "top", "began_at", "conversation_id"),
    Index("ix_talks_stale", "stale"),
)

talk_tags = Table(
    "talk_tags",
    metadata,
    Column("conversation_id", String(32), ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    Column("tag", String(40), primary_key=True, index=True),
)

talk_notes = Table(
    "talk_notes",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column(
        "conversation_id", String(32), ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("staff_id", String(32), nullable=False),
    Column("text", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

saved_filters = Table(
    "saved_filters",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("staff_id", String(32), ForeignKey("staff.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(60), nullable=False),
    Column("query", String(1000), nullable=False, comment="as in the address of the list of talks"),
    Unique("staff_id", "name", name="uq_saved_filters_staff_name"),
)

alarms = Table(
    "alarms",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("conversation_id", String(32), nullable=False, index=True, comment="stays when the talk is deleted"),
    Column("raised_by", String(32), nullable=False),
    Column("raised_at", UtcDateTime, nullable=False, index=True),
    Column("text", Text, nullable=False, comment="what the reviewer saw, in their own words"),
    Column("handled_by", String(32)),
    Column("handled_at", UtcDateTime),
    Column("handled_text", Text),
)

uncertain = Table(
    "uncertain",
    metadata,
    Column(
        "message_id",
        Integer,
        ForeignKey("messages.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("alike", String(16), nullable=False, comment="hash of the words: the same for the same message"),
    Column("need", String(40), nullable=False, comment="as predicted; empty when nothing was likely"),
    Column("urgent", String(20), comment="as predicted"),
    Column("confidence", Float, nullable=False),
    Column("guesses", JSON, nullable=False, comment="needs, the likeliest first"),
    Column("sensitive", Boolean, nullable=False, comment="the whole talk is, so it is read with a reason only"),
    Column("state", String(10), nullable=False, comment="open, waiting, disputed or settled"),
    Column("label", String(40), comment="what the readers agree on: a need, or rejected"),
    Column("example", String(10), comment="written or skipped, once somebody has dealt with it"),
    Index("ix_uncertain_sensitive", "sensitive", "message_id"),
    Index("ix_uncertain_alike", "alike"),
    Index("ix_uncertain_state", "state", "message_id"),
)

readings = Table(
    "readings",
    metadata,
    Column("message_id", Integer, ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True),
    Column("staff_id", String(32), primary_key=True),
    Column("label", String(40), nullable=False, comment="a need, or rejected"),
    Column("at", UtcDateTime, nullable=False),
)

examples = Table(
    "examples",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("need", String(40), nullable=False),
    Column("style", String(20), nullable=False),
    Column("text", Text, nullable=False, comment="in the words of staff unless TRAINING_CONSENT"),
    Column("message_id", Integer, comment="what it was written after; that may be deleted since"),
    Column("why", Text, nullable=False),
    Column("state", String(10), nullable=False, comment="proposed, approved, refused or given"),
    Column("refusal", String(20), comment="why it was refused: staff, frozen, trained"),
    Column("written_by", String(32), nullable=False),
    Column("written_at", UtcDateTime, nullable=False),
    Column("decided_by", String(32)),
    Column("decided_at", UtcDateTime),
    Column("given_at", UtcDateTime),
    Index("ix_examples_state", "state", "written_at"),
)

case_presence = Table(
    "case_presence",
    metadata,
    Column("case_id", String(32), ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
    Column("staff_id", String(32), ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True),
    Column("seen_at", UtcDateTime, nullable=False),
)

staff_preferences = Table(
    "staff_preferences",
    metadata,
    Column("staff_id", String(32), ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True),
    Column("alerts", Boolean, nullable=False, comment="a sound and a number in the title when something comes"),
    Column("shortcuts", Boolean, nullable=False, comment="keys of one letter"),
)

staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("staff_id", String(32), ForeignKey("staff.id", ondelete="CASCADE"), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_seen_at", UtcDateTime, nullable=False),
    Column(
        "stage", String(10), nullable=False, server_default="full", comment="code (the second step is left) or full"
    ),
    Column("through", String(10), nullable=False, server_default="local", comment="local or city"),
    Column("pending_factor", LargeBinary, comment="encrypted secret that no code has confirmed; goes with the session"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("staff_id", String(32), nullable=False, index=True),
    Column("action", String(40), nullable=False, comment="what was done: read_case, read_contact, sign_in, …"),
    Column("case_id", String(32), index=True),
    Column("conversation_id", String(32), index=True),
    Column("reason", Text),
    Column("detail", JSON),
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
    Column("part", String(30), primary_key=True, comment="a part of the record, as bot.staff.record_parts names it"),
    Column("provision", String(200), nullable=False, comment="chapter and section, as staff wrote it"),
    Column("hidden_at", UtcDateTime, nullable=False),
)

# The database itself refuses to change the audit, so that neither the console nor a slip in the code can.
ONLY_ADDED_TO = {
    "sqlite": [
        f"CREATE TRIGGER audit_keeps_{act.lower()} BEFORE {act} ON audit "
        "BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END"
        for act in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION audit_is_only_added_to() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit is only added to'; END $$",
        "CREATE TRIGGER audit_keeps BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_only_added_to()",
    ],
}
for _dialect, _statements in ONLY_ADDED_TO.items():
    for _statement in _statements:
        event.listen(audit, "after_create", DDL(_statement).execute_if(dialect=_dialect))

audit_checks = Table(
    "audit_checks",
    metadata,
    Column("month", String(7), primary_key=True, comment="as 2026-11"),
    Column("checked_by", String(32), nullable=False),
    Column("checked_at", UtcDateTime, nullable=False),
    Column("note", Text, nullable=False, comment="what was found and done"),
)

confirmations = Table(
    "confirmations",
    metadata,
    Column("entry", String(40), primary_key=True, comment="id of a service or a line of services.yml"),
    Column("field", String(20), primary_key=True),
    Column("value_hash", String(64), nullable=False, comment="what was confirmed; a changed value is not"),
    Column("confirmed_by", String(80), nullable=False, comment="who at the city stands for it"),
    Column("confirmed_on", Date, nullable=False),
    Column("expires_on", Date, nullable=False, comment="the last day that it counts"),
    Column("made_by", String(32), nullable=False, comment="the member of staff who entered it"),
    Column("made_at", UtcDateTime, nullable=False),
)

switches = Table(
    "switches",
    metadata,
    Column("name", String(60), primary_key=True, comment="assistant, or service:<id>"),
    Column("is_off", Boolean, nullable=False),
    Column("comment", Text, nullable=False, comment="why; empty when it was switched on without one"),
    Column("changed_by", String(80), nullable=False, comment="id of a member of staff, or command_line"),
    Column("changed_at", UtcDateTime, nullable=False),
)

daily_figures = Table(
    "daily_figures",
    metadata,
    Column("day", String(10), primary_key=True, comment="in Stockholm, as 2026-11-22"),
    Column("figure", String(20), primary_key=True, comment="one of bot.handover.figures.FIGURES"),
    Column("subject", String(40), primary_key=True, comment="service, district or need; empty for the whole city"),
    Column("detail", String(20), primary_key=True, comment="outcome, kind, or a waiting time in minutes"),
    Column("count", Integer, nullable=False),
)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("process", String(40), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)

attach(metadata)
