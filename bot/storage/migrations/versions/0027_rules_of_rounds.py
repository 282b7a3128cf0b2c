"""How a selection is voted in: by whom, how often in all and for one entry; a vote remembered."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
MEMBER = sa.LargeBinary(16).with_variant(mysql.BINARY(16), "mysql", "mariadb")
TEXT: dict[str, Any] = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}
ONCE = ["member_key", "round_id", "motto_id", "per_entry"]


def upgrade() -> None:
    rules: tuple[sa.Column[Any], ...] = (
        sa.Column("own_unit_allowed", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("eligibility", sa.String(8), server_default="anyone", nullable=False),
        sa.Column("in_all", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("per_entry", sa.SmallInteger(), nullable=True),
        sa.Column("least", sa.SmallInteger(), server_default="1", nullable=False),
    )
    for column in rules:
        op.add_column("round", column)
    op.add_column("vote", sa.Column("per_entry", sa.SmallInteger(), nullable=True))
    op.create_index("ix_vote_per_entry", "vote", ONCE, unique=True)
    op.create_table(
        "wished_vote",
        sa.Column("member_key", MEMBER, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("wished_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("member_key", name="pk_wished_vote"),
        **TEXT,
    )


def downgrade() -> None:
    op.drop_table("wished_vote")
    op.drop_index("ix_vote_per_entry", "vote")
    op.drop_column("vote", "per_entry")
    for name in ("least", "per_entry", "in_all", "eligibility", "own_unit_allowed"):
        op.drop_column("round", name)
