"""Boards that are frozen in the last days of a contest: a snapshot of places and of turnouts."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
MEMBER_KEY = sa.LargeBinary(16).with_variant(mysql.BINARY(16), "mysql", "mariadb")
TEXT: dict[str, Any] = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    op.create_table(
        "board_freeze",
        sa.Column("contest_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("taken_at", INSTANT, nullable=False),
        sa.Column("lifted_at", INSTANT, nullable=True),
        sa.Column("lifted_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["contest_id"], ["contest.id"], name="fk_board_freeze_contest_id"),
        sa.PrimaryKeyConstraint("contest_id", name="pk_board_freeze"),
        **TEXT,
    )
    op.create_table(
        "frozen_place",
        sa.Column("member_key", MEMBER_KEY, nullable=False),
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("board", sa.String(16), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("days", sa.SmallInteger(), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["contest_id"], ["contest.id"], name="fk_frozen_place_contest_id"),
        sa.ForeignKeyConstraint(["district_id"], ["unit.id"], name="fk_frozen_place_district_id"),
        sa.PrimaryKeyConstraint("member_key", "contest_id", "board", name="pk_frozen_place"),
        sa.UniqueConstraint(
            "contest_id", "board", "position", name="uq_frozen_place_contest_id_board_position"
        ),
        **TEXT,
    )
    op.create_table(
        "frozen_turnout",
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("headcount", sa.Integer(), nullable=True),
        sa.Column("participants", sa.Integer(), nullable=False),
        sa.Column("departed", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.id"], name="fk_frozen_turnout_contest_id"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_frozen_turnout_unit_id"),
        sa.PrimaryKeyConstraint("contest_id", "unit_id", name="pk_frozen_turnout"),
        **TEXT,
    )


def downgrade() -> None:
    op.drop_table("frozen_turnout")
    op.drop_table("frozen_place")
    op.drop_table("board_freeze")
