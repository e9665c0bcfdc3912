"""How a person writes, for the list of talks; indexes that hold all that the console's lists are narrowed by."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

LIST = [
    "is_test",
    "top",
    "began_at",
    "conversation_id",
    "needs",
    "services",
    "decisions",
    "urgent",
    "feedback",
    "styles",
    "unsure",
    "length",
    "handed_over",
    "flagged",
    "reviewed_at",
]


def upgrade() -> None:
    """Forward."""
    op.add_column(
        "talks",
        sa.Column(
            "styles", sa.String(length=120), nullable=False, server_default="", comment="a list: how the person writes"
        ),
    )
    op.drop_index("ix_talks_stale", table_name="talks")
    op.create_index("ix_talks_stale", "talks", ["stale", "began_at"], unique=False)
    op.drop_index("ix_talks_list", table_name="talks")
    op.create_index("ix_talks_list", "talks", LIST, unique=False)
    promises = ["service", "created_at", "due_at", "contacted_at", "stopped_at", "closed_at"]
    op.create_index("ix_cases_promises", "cases", promises, unique=False)
    op.drop_index("ix_audit_staff_id", table_name="audit")
    op.create_index("ix_audit_staff_case", "audit", ["staff_id", "case_id", "action"], unique=False)
    # Every talk is summed up once more, with what is new in its row.
    op.execute(sa.text("UPDATE talks SET stale = :yes").bindparams(yes=True))
