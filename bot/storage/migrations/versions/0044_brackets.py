"""Brackets: groups of a contest whose people are ranked apart, each chosen by the member."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
MEMBER_KEY = sa.LargeBinary(16).with_variant(mysql.BINARY(16), "mysql", "mariadb")
TEXT: dict[str, Any] = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    op.add_column(
        "contest", sa.Column("brackets", sa.String(120), server_default="", nullable=False)
    )
    op.add_column("score", sa.Column("bracket", sa.SmallInteger(), nullable=True))
    op.create_table(
        "bracket_choice",
        sa.Column("member_key", MEMBER_KEY, nullable=False),
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("bracket", sa.SmallInteger(), nullable=False),
        sa.Column("chosen_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.id"], name="fk_bracket_choice_contest_id"
        ),
        sa.PrimaryKeyConstraint("member_key", "contest_id", name="pk_bracket_choice"),
        **TEXT,
    )


def downgrade() -> None:
    op.drop_table("bracket_choice")
    op.drop_column("score", "bracket")
    op.drop_column("contest", "brackets")
