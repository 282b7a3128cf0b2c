"""Votes that look bought, set apart by two people."""

from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT: dict[str, Any] = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    op.create_table(
        "quarantine",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("motto_id", NUMBER, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("signals", sa.JSON(), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_at", INSTANT, nullable=False),
        sa.Column("confirmed_by", sa.Integer()),
        sa.Column("confirmed_at", INSTANT),
        sa.Column("only_claimed", sa.Boolean()),
        sa.Column("release_proposed_by", sa.Integer()),
        sa.Column("release_proposed_at", INSTANT),
        sa.Column("released_by", sa.Integer()),
        sa.Column("released_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_quarantine"),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name="fk_quarantine_round_id"),
        sa.CheckConstraint("confirmed_by <> proposed_by", name="ck_quarantine_two_people"),
        sa.CheckConstraint("released_by <> release_proposed_by", name="ck_quarantine_two_release"),
        **TEXT,
    )
    op.create_index("ix_quarantine_round_id", "quarantine", ["round_id"])
    op.create_table(
        "quarantined_vote",
        sa.Column("tracker", sa.String(10), nullable=False),
        sa.Column("quarantine_id", sa.Integer(), nullable=False),
        sa.Column("in_force", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("claimed_at", INSTANT),
        sa.PrimaryKeyConstraint("tracker", name="pk_quarantined_vote"),
        sa.ForeignKeyConstraint(
            ["quarantine_id"], ["quarantine.id"], name="fk_quarantined_vote_quarantine_id"
        ),
        **TEXT,
    )
    op.create_index("ix_quarantined_vote_quarantine_id", "quarantined_vote", ["quarantine_id"])
    op.add_column(
        "outcome", sa.Column("quarantined", sa.Integer(), server_default="0", nullable=False)
    )
    of_none = sha256().hexdigest()
    op.add_column(
        "outcome",
        sa.Column("quarantine_root", sa.String(64), server_default=of_none, nullable=False),
    )


def downgrade() -> None:
    with op.batch_alter_table("outcome") as outcome:
        outcome.drop_column("quarantine_root")
        outcome.drop_column("quarantined")
    op.drop_table("quarantined_vote")
    op.drop_table("quarantine")
