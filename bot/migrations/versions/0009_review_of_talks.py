"""What review needs: talks summed up and searchable, tags, notes, alarms, uncertain messages, examples given back."""

import sqlalchemy as sa
from alembic import op

from bot.database import UtcDateTime
from bot.triggers import create_triggers, take_in_what_is_there

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    _talks()
    _marks()
    _uncertain()
    _examples()
    connection = op.get_bind()
    create_triggers(connection)
    take_in_what_is_there(connection)


def _talks() -> None:
    op.create_table(
        "talks",
        _talk("conversation_id"),
        sa.Column("is_test", sa.Boolean(), nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column(
            "stale", sa.Boolean(), nullable=False, comment="something has been added since the rest was summed up"
        ),
        sa.Column("top", sa.Integer(), nullable=False, comment="2 an alarm, 1 urgent and not reviewed, 0 by date"),
        sa.Column("length", sa.Integer(), nullable=False, comment="messages of the person"),
        sa.Column("needs", sa.String(400), nullable=False, comment="a list, as ,parenting,human,"),
        sa.Column("services", sa.String(400), nullable=False, comment="a list: shown, or handed over to"),
        sa.Column("decisions", sa.String(200), nullable=False, comment="a list"),
        sa.Column("urgent", sa.String(60), nullable=False, comment="a list"),
        sa.Column("feedback", sa.String(20), nullable=False, comment="a list"),
        sa.Column("unsure", sa.Float(), comment="the lowest confidence of its messages"),
        sa.Column("handed_over", sa.Boolean(), nullable=False),
        sa.Column("sensitive", sa.Boolean(), nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("reviewed_at", UtcDateTime()),
        sa.Column("reviewed_by", sa.String(32)),
        _talk_key("talks"),
        sa.PrimaryKeyConstraint("conversation_id", name="pk_talks"),
    )
    op.create_index("ix_talks_list", "talks", ["is_test", "top", "began_at", "conversation_id"])
    op.create_index("ix_talks_stale", "talks", ["stale"])


def _marks() -> None:
    op.create_table(
        "talk_tags",
        _talk("conversation_id"),
        sa.Column("tag", sa.String(40), nullable=False),
        _talk_key("talk_tags"),
        sa.PrimaryKeyConstraint("conversation_id", "tag", name="pk_talk_tags"),
    )
    op.create_index("ix_talk_tags_tag", "talk_tags", ["tag"])
    op.create_table(
        "talk_notes",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        _talk("conversation_id"),
        sa.Column("staff_id", sa.String(32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        _talk_key("talk_notes"),
        sa.PrimaryKeyConstraint("id", name="pk_talk_notes"),
    )
    op.create_index("ix_talk_notes_conversation_id", "talk_notes", ["conversation_id"])
    op.create_table(
        "saved_filters",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("staff_id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("query", sa.String(1000), nullable=False, comment="as in the address of the list of talks"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_saved_filters_staff_id_staff", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_saved_filters"),
        sa.UniqueConstraint("staff_id", "name", name="uq_saved_filters_staff_name"),
    )
    op.create_table(
        "alarms",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("conversation_id", sa.String(32), nullable=False, comment="stays when the talk is deleted"),
        sa.Column("raised_by", sa.String(32), nullable=False),
        sa.Column("raised_at", UtcDateTime(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False, comment="what the reviewer saw, in their own words"),
        sa.Column("handled_by", sa.String(32)),
        sa.Column("handled_at", UtcDateTime()),
        sa.Column("handled_text", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_alarms"),
    )
    op.create_index("ix_alarms_conversation_id", "alarms", ["conversation_id"])
    op.create_index("ix_alarms_raised_at", "alarms", ["raised_at"])


def _uncertain() -> None:
    op.create_table(
        "uncertain",
        sa.Column("message_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("alike", sa.String(16), nullable=False, comment="hash of the words: the same for the same message"),
        sa.Column("need", sa.String(40), nullable=False, comment="as predicted; empty when nothing was likely"),
        sa.Column("urgent", sa.String(20), comment="as predicted"),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("guesses", sa.JSON(), nullable=False, comment="needs, the likeliest first"),
        sa.Column(
            "sensitive", sa.Boolean(), nullable=False, comment="the whole talk is, so it is read with a reason only"
        ),
        sa.Column("state", sa.String(10), nullable=False, comment="open, waiting, disputed or settled"),
        sa.Column("label", sa.String(40), comment="what the readers agree on: a need, or rejected"),
        sa.Column("example", sa.String(10), comment="written or skipped, once somebody has dealt with it"),
        _message_key("uncertain"),
        sa.PrimaryKeyConstraint("message_id", name="pk_uncertain"),
    )
    op.create_index("ix_uncertain_sensitive", "uncertain", ["sensitive", "message_id"])
    op.create_index("ix_uncertain_alike", "uncertain", ["alike"])
    op.create_index("ix_uncertain_state", "uncertain", ["state", "message_id"])
    op.create_table(
        "readings",
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.String(32), nullable=False),
        sa.Column("label", sa.String(40), nullable=False, comment="a need, or rejected"),
        sa.Column("at", UtcDateTime(), nullable=False),
        _message_key("readings"),
        sa.PrimaryKeyConstraint("message_id", "staff_id", name="pk_readings"),
    )


def _examples() -> None:
    op.create_table(
        "examples",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("need", sa.String(40), nullable=False),
        sa.Column("style", sa.String(20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False, comment="in the words of staff unless TRAINING_CONSENT"),
        sa.Column("message_id", sa.Integer(), comment="what it was written after; that may be deleted since"),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False, comment="proposed, approved, refused or given"),
        sa.Column("refusal", sa.String(20), comment="why it was refused: staff, frozen, trained"),
        sa.Column("written_by", sa.String(32), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.Column("decided_by", sa.String(32)),
        sa.Column("decided_at", UtcDateTime()),
        sa.Column("given_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_examples"),
    )
    op.create_index("ix_examples_state", "examples", ["state", "written_at"])


def _talk(name: str) -> sa.Column:
    return sa.Column(name, sa.String(32), nullable=False)


def _talk_key(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_conversation_id_conversations"
    return sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=name, ondelete="CASCADE")


def _message_key(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_message_id_messages"
    return sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=name, ondelete="CASCADE")
