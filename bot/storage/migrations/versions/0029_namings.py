"""The slots in which a name that a member gave stands: three in thirty days."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
KEY = sa.LargeBinary(16).with_variant(mysql.BINARY(16), "mysql", "mariadb")
BY_BYTES: Any = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    op.create_table(
        "naming",
        sa.Column("member_key", KEY, nullable=False),
        sa.Column("slot", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("named_at", INSTANT, nullable=False),
        sa.CheckConstraint("slot IN (1, 2, 3)", name="ck_naming_slot"),
        sa.PrimaryKeyConstraint("member_key", "slot", name=op.f("pk_naming")),
        **BY_BYTES,
    )


def downgrade() -> None:
    op.drop_table("naming")
