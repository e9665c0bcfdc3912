"""Versions of the model, which is in use, and which process answers with which."""

import sqlalchemy as sa
from alembic import op

import bot.database

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "models",
        sa.Column("version", sa.String(length=80), nullable=False, comment="name of the file"),
        sa.Column("trained_at", bot.database.UtcDateTime(), nullable=False),
        sa.Column(
            "trained_by", sa.String(length=80), nullable=False, comment="account on the machine where it was trained"
        ),
        sa.Column(
            "code",
            sa.String(length=12),
            nullable=False,
            comment="bot.versions.made_from.code_fingerprint of that time",
        ),
        sa.Column("digest", sa.String(length=64), nullable=False, comment="SHA-256 of the file"),
        sa.Column(
            "figures", sa.JSON(), comment="what evaluation measured: figures, never a message; empty: not measured"
        ),
        sa.Column("compared_with", sa.String(length=80), comment="the version that was in use when it was measured"),
        sa.Column("passed", sa.Boolean(), comment="whether it may be used; empty: not measured"),
        sa.Column("reasons", sa.JSON(), nullable=False, comment="what the gate had against it"),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_models")),
    )
    op.create_table(
        "model_uses",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("follows", sa.Integer(), nullable=False, comment="id of the row before, 0 for the first"),
        sa.Column(
            "version",
            sa.String(length=80),
            nullable=False,
            comment="in use from now on: the newest row is the one that counts",
        ),
        sa.Column("before", sa.String(length=80), comment="the version to go back to"),
        sa.Column("act", sa.String(length=12), nullable=False, comment="activate or roll_back"),
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column("at", bot.database.UtcDateTime(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_uses")),
        sa.UniqueConstraint("follows", name=op.f("uq_model_uses_follows")),
    )
    op.create_table(
        "model_processes",
        sa.Column("process", sa.String(length=80), nullable=False, comment="host and port of a rasa process"),
        sa.Column("version", sa.String(length=80), nullable=False, comment="the model that answers there; empty: none"),
        sa.Column("refused", sa.String(length=80), comment="the version that it was to use and does not"),
        sa.Column("why", sa.String(length=20), comment="one of bot.versions.fitness.PROBLEMS"),
        sa.Column("seen_at", bot.database.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("process", name=op.f("pk_model_processes")),
    )
