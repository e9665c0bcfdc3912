"""The first schema."""

import sqlalchemy as sa
from alembic import op

import bot.database

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", bot.database.UtcDateTime(), nullable=False),
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column(
            "action", sa.String(length=40), nullable=False, comment="what was done: read_case, read_contact, sign_in, …"
        ),
        sa.Column("case_id", sa.String(length=32), nullable=True),
        sa.Column("conversation_id", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_conversation_id"), ["conversation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "cases",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False, comment="what staff and notices call the case"),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column(
            "message_id",
            sa.String(length=36),
            nullable=False,
            comment="client id of the message that asked for the case",
        ),
        sa.Column("service", sa.String(length=40), nullable=False),
        sa.Column("need", sa.String(length=40), nullable=False),
        sa.Column("district", sa.String(length=40), nullable=True),
        sa.Column("channel", sa.String(length=10), nullable=False, comment="receipt (answer here) or callback"),
        sa.Column("shared", sa.String(length=15), nullable=False, comment="topic, summary or conversation"),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("acute", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=15), nullable=False, comment="open, taken, contacted, closed, withdrawn"),
        sa.Column("created_at", bot.database.UtcDateTime(), nullable=False),
        sa.Column(
            "due_at",
            bot.database.UtcDateTime(),
            nullable=True,
            comment="only where the catalogue holds a first-contact promise",
        ),
        sa.Column("taken_by", sa.String(length=32), nullable=True),
        sa.Column("taken_at", bot.database.UtcDateTime(), nullable=True),
        sa.Column(
            "contacted_by",
            sa.String(length=32),
            nullable=True,
            comment="the member of staff who states the first contact",
        ),
        sa.Column("contacted_at", bot.database.UtcDateTime(), nullable=True),
        sa.Column("contacted_how", sa.String(length=20), nullable=True),
        sa.Column("closed_by", sa.String(length=32), nullable=True),
        sa.Column("closed_at", bot.database.UtcDateTime(), nullable=True),
        sa.Column("outcome", sa.String(length=30), nullable=True),
        sa.Column(
            "receipt_hash", sa.String(length=64), nullable=True, comment="keyed hash; the code itself is never stored"
        ),
        sa.Column("receipt_until", bot.database.UtcDateTime(), nullable=True),
        sa.Column(
            "registered_at", bot.database.UtcDateTime(), nullable=True, comment="entered in the city's own case system"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("conversation_id", "message_id", name="uq_cases_conversation_message"),
        sa.UniqueConstraint("receipt_hash", name=op.f("uq_cases_receipt_hash")),
        sa.UniqueConstraint("reference", name=op.f("uq_cases_reference")),
    )
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cases_due_at"), ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_cases_service"), ["service"], unique=False)

    op.create_table(
        "conversations",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column(
            "token_hash", sa.String(length=64), nullable=True, comment="keyed hash; empty once the session has ended"
        ),
        sa.Column("created_at", bot.database.UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", bot.database.UtcDateTime(), nullable=False),
        sa.Column("ended_at", bot.database.UtcDateTime(), nullable=True),
        sa.Column("is_test", sa.Boolean(), nullable=False),
        sa.Column(
            "case_id",
            sa.String(length=32),
            nullable=True,
            comment="set when the session was opened with a receipt: thread only",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_conversations_token_hash")),
    )
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conversations_created_at"), ["created_at"], unique=False)

    op.create_table(
        "heartbeats",
        sa.Column("process", sa.String(length=40), nullable=False),
        sa.Column("at", bot.database.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("process", name=op.f("pk_heartbeats")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False, comment="stable: Message-ID and Idempotency-Key"),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False, comment="one of bot.handover.notices.outbox.KINDS"),
        sa.Column("state", sa.String(length=10), nullable=False, comment="pending, sent, dead or moot"),
        sa.Column("delivered", sa.JSON(), nullable=False, comment="channels that took it: a retry leaves them out"),
        sa.Column("refused", sa.JSON(), nullable=False, comment="channels that refused it for good"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", bot.database.UtcDateTime(), nullable=False),
        sa.Column("leased_by", sa.String(length=40), nullable=True),
        sa.Column("leased_until", bot.database.UtcDateTime(), nullable=True),
        sa.Column("last_error", sa.String(length=200), nullable=True),
        sa.Column("created_at", bot.database.UtcDateTime(), nullable=False),
        sa.Column("sent_at", bot.database.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_case_id"), ["case_id"], unique=False)
        batch_op.create_index("ix_outbox_state_next", ["state", "next_attempt_at"], unique=False)

    op.create_table(
        "staff",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False, comment="sign-in name"),
        sa.Column("alias", sa.String(length=80), nullable=False, comment="what residents see"),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column(
            "role",
            sa.String(length=20),
            nullable=False,
            comment="case_worker, reviewer, editor, log_controller or admin",
        ),
        sa.Column("services", sa.JSON(), nullable=False, comment="ids of the services the person works for"),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("failed_sign_ins", sa.Integer(), nullable=False),
        sa.Column("locked_until", bot.database.UtcDateTime(), nullable=True),
        sa.Column("created_at", bot.database.UtcDateTime(), nullable=False),
        sa.Column("disabled_at", bot.database.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("name", name=op.f("uq_staff_name")),
    )
    op.create_table(
        "trackers",
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.Text(), nullable=False, comment="slots and the last turns, as Rasa's own JSON"),
        sa.Column("updated_at", bot.database.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_trackers")),
    )
    op.create_table(
        "contacts",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False, comment="encrypted JSON"),
        sa.Column("created_at", bot.database.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_contacts_case_id_cases"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_contacts")),
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column(
            "client_id", sa.String(length=36), nullable=True, comment="the page's own id; the same id is answered once"
        ),
        sa.Column("sender", sa.String(length=10), nullable=False, comment="person, bot or staff"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("masked", sa.JSON(), nullable=False, comment="kinds of what was hidden, never the content"),
        sa.Column("choices", sa.JSON(), nullable=False, comment="[{id, label, payload}]: payloads stay here"),
        sa.Column(
            "service", sa.JSON(), nullable=True, comment="{id, district}: the card is drawn anew at each reading"
        ),
        sa.Column("urgent", sa.String(length=20), nullable=True),
        sa.Column("case_id", sa.String(length=32), nullable=True),
        sa.Column("form", sa.String(length=20), nullable=True),
        sa.Column(
            "understood",
            sa.JSON(),
            nullable=True,
            comment="intent, confidence, decision, need, ranking, entities, reason, model",
        ),
        sa.Column("reply_to", sa.Integer(), nullable=True, comment="the person's message that this one answers"),
        sa.Column("created_at", bot.database.UtcDateTime(), nullable=False),
        sa.Column(
            "answered_at",
            bot.database.UtcDateTime(),
            nullable=True,
            comment="on the person's messages: when the whole answer was stored",
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_messages_conversation_id_conversations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("conversation_id", "client_id", name="uq_messages_conversation_client"),
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index("ix_messages_conversation", ["conversation_id", "id"], unique=False)
        batch_op.create_index("ix_messages_reply_to", ["reply_to"], unique=False)

    op.create_table(
        "staff_sessions",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("created_at", bot.database.UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", bot.database.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_staff_sessions_staff_id_staff"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_staff_sessions")),
    )
    op.create_table(
        "thread_messages",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("client_id", sa.String(length=36), nullable=True),
        sa.Column("sender", sa.String(length=10), nullable=False, comment="person or staff"),
        sa.Column("staff_id", sa.String(length=32), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", bot.database.UtcDateTime(), nullable=False),
        sa.Column("read_at", bot.database.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_thread_messages_case_id_cases"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread_messages")),
        sa.UniqueConstraint("case_id", "client_id", name="uq_thread_messages_case_client"),
    )
    with op.batch_alter_table("thread_messages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_thread_messages_case_id"), ["case_id"], unique=False)
