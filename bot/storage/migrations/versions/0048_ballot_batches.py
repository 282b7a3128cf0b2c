"""Batches of ballots, each chained to those before."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
HASH = sa.LargeBinary(32).with_variant(mysql.BINARY(32), "mysql", "mariadb")
TEXT: dict[str, Any] = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    op.create_table(
        "ballot_batch",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("codes", sa.LargeBinary(), nullable=False),
        sa.Column("head", HASH, nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name="fk_ballot_batch_round_id"),
        sa.PrimaryKeyConstraint("round_id", "number", name="pk_ballot_batch"),
        **TEXT,
    )
    op.create_index("ix_ballot_batch_made", "ballot_batch", ["round_id", "made_at"], unique=False)


def downgrade() -> None:
    op.drop_table("ballot_batch")
