"""Ballots on a page: the link that leads there, and the browser that it opened in."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
TEXT: dict[str, Any] = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def _bytes(length: int) -> Any:
    return sa.LargeBinary(length).with_variant(mysql.BINARY(length), "mysql", "mariadb")


def upgrade() -> None:
    for name in ("ballot_pass", "ballot_visit"):
        op.create_table(
            name,
            sa.Column("member_key", _bytes(16), nullable=False),
            sa.Column("token_hash", _bytes(32), nullable=False),
            sa.Column("issued_at", INSTANT, nullable=False),
            sa.PrimaryKeyConstraint("member_key", name=f"pk_{name}"),
            sa.UniqueConstraint("token_hash", name=f"uq_{name}_token_hash"),
            **TEXT,
        )


def downgrade() -> None:
    op.drop_table("ballot_visit")
    op.drop_table("ballot_pass")
