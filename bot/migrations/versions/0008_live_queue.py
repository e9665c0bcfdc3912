"""What the live queue needs: its indexes, a switch for each service, and what each member of staff has chosen."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "staff_preferences",
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column(
            "alerts", sa.Boolean(), nullable=False, comment="a sound and a number in the title when something comes"
        ),
        sa.Column("shortcuts", sa.Boolean(), nullable=False, comment="keys of one letter"),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_staff_preferences_staff_id_staff"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_staff_preferences")),
    )
    # The second of these finds by service alone as well: the old index has nothing left to do.
    op.create_index("ix_cases_service_state", "cases", ["service", "state"], unique=False)
    op.create_index("ix_cases_service_closed", "cases", ["service", "closed_at"], unique=False)
    op.drop_index("ix_cases_service", table_name="cases")
    with op.batch_alter_table("switches", schema=None) as batch_op:
        batch_op.alter_column(
            "name",
            existing_type=sa.String(length=20),
            type_=sa.String(length=60),
            existing_nullable=False,
            comment="assistant, or service:<id>",
        )
