"""Lists of the console: words to be marked, and quotations to compare with."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
TEXT: dict[str, Any] = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    op.create_table(
        "kept_list",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_kept_list"),
        **TEXT,
    )
    _create(
        "listed_word",
        sa.Column("word", sa.String(length=30), nullable=False),
        sa.Column("live_key", sa.String(length=60), nullable=True),
        sa.Column("category", sa.String(length=12), nullable=False),
        sa.Column("first", sa.Boolean(), nullable=False),
    )
    _create(
        "kept_quotation",
        sa.Column("words", sa.String(length=120), nullable=False),
        sa.Column("live_key", sa.String(length=120), nullable=True),
        sa.Column("author", sa.String(length=40), nullable=False),
        sa.Column("work", sa.String(length=80), nullable=False),
    )


def _create(name: str, *columns: sa.Column[Any]) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        *columns,
        sa.Column("added_at", INSTANT, nullable=False),
        sa.Column("added_by", sa.String(length=24), nullable=False),
        sa.Column("removed_at", INSTANT, nullable=True),
        sa.Column("removed_by", sa.String(length=24), nullable=True),
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        sa.UniqueConstraint("live_key", name=f"uq_{name}_live_key"),
        **TEXT,
    )
    op.create_index(f"ix_{name}_removed_at", name, ["removed_at"])


def downgrade() -> None:
    op.drop_table("kept_quotation")
    op.drop_table("listed_word")
    op.drop_table("kept_list")
