"""Members see what we keep, and erase it: passes, what is left of one, words struck out."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
TEXT: dict[str, Any] = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def exactly(length: int) -> sa.types.TypeEngine[bytes]:
    """So many bytes, compared as bytes."""
    return sa.LargeBinary(length).with_variant(mysql.BINARY(length), "mysql", "mariadb")


def upgrade() -> None:
    op.create_table(
        "data_pass",
        sa.Column("member_key", exactly(16), nullable=False),
        sa.Column("token_hash", exactly(32), nullable=False),
        sa.Column("issued_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("member_key", name="pk_data_pass"),
        sa.UniqueConstraint("token_hash", name="uq_data_pass_token_hash"),
        **TEXT,
    )
    op.create_table(
        "departed",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("activity", sa.String(length=24), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_departed_unit_id"),
        sa.PrimaryKeyConstraint("unit_id", "activity", name="pk_departed"),
        **TEXT,
    )
    op.create_table(
        "spent_day",
        sa.Column("member_key", exactly(16), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name="fk_spent_day_round_id"),
        sa.PrimaryKeyConstraint("member_key", "round_id", "day", name="pk_spent_day"),
        **TEXT,
    )
    op.add_column("audit_link", sa.Column("struck", exactly(32), nullable=True))


def downgrade() -> None:
    op.drop_column("audit_link", "struck")
    op.drop_table("spent_day")
    op.drop_table("departed")
    op.drop_table("data_pass")
