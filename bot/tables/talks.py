"""Talks: the session, its messages, what Rasa remembers, and what reviewers note beside them."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Float, ForeignKey, Index, Integer, String, Table, Text
from sqlalchemy import UniqueConstraint as Unique

from bot.database import UtcDateTime
from bot.tables.base import metadata

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
    Column("styles", String(120), nullable=False, server_default="", comment="a list: how the person writes"),
    Column("unsure", Float, comment="the lowest confidence of its messages"),
    Column("handed_over", Boolean, nullable=False),
    Column("sensitive", Boolean, nullable=False),
    Column("flagged", Boolean, nullable=False),
    Column("reviewed_at", UtcDateTime),
    Column("reviewed_by", String(32)),
    # In the order of the list and with all that it is narrowed by: a filter that little fits reads no row in vain.
    Index(
        "ix_talks_list",
        *("is_test", "top", "began_at", "conversation_id", "needs", "services", "decisions", "urgent", "feedback"),
        *("styles", "unsure", "length", "handed_over", "flagged", "reviewed_at"),
    ),
    Index("ix_talks_stale", "stale", "began_at"),
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
