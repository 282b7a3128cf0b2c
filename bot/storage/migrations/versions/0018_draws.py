"""Draws that anybody can check."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
_MEMBER = sa.LargeBinary(16).with_variant(mysql.BINARY(16), "mysql", "mariadb")
_TEXT: dict[str, Any] = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    op.create_table(
        "draw",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(60), nullable=False),
        sa.Column("prize", sa.String(60), nullable=False),
        sa.Column("winners", sa.SmallInteger(), nullable=False),
        sa.Column("reserves", sa.SmallInteger(), nullable=False),
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("least_days", sa.SmallInteger(), nullable=False),
        sa.Column("number_from", sa.String(80), nullable=False),
        sa.Column("number_due", sa.Date(), nullable=False),
        sa.Column("fetch_until", sa.Date(), nullable=False),
        sa.Column("published_at", _MOMENT, nullable=False),
        sa.Column("list_hash", sa.String(64), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(40)),
        sa.Column("drawn_at", _MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_draw"),
        sa.ForeignKeyConstraint(["contest_id"], ["contest.id"], name="fk_draw_contest_id"),
        **_TEXT,
    )
    op.create_table(
        "draw_code",
        sa.Column("draw_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(8), nullable=False),
        sa.Column("place", sa.SmallInteger()),
        sa.Column("wins", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("fetch_until", sa.Date()),
        sa.Column("fetched_at", _MOMENT),
        sa.Column("lapsed_at", _MOMENT),
        sa.PrimaryKeyConstraint("draw_id", "code", name="pk_draw_code"),
        sa.ForeignKeyConstraint(["draw_id"], ["draw.id"], name="fk_draw_code_draw_id"),
        sa.UniqueConstraint("draw_id", "place", name="uq_draw_code_draw_id_place"),
        **_TEXT,
    )
    op.create_table(
        "draw_entry",
        sa.Column("member_key", _MEMBER, nullable=False),
        sa.Column("draw_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(8), nullable=False),
        sa.PrimaryKeyConstraint("member_key", "draw_id", name="pk_draw_entry"),
        sa.ForeignKeyConstraint(["draw_id"], ["draw.id"], name="fk_draw_entry_draw_id"),
        sa.UniqueConstraint("draw_id", "code", name="uq_draw_entry_draw_id_code"),
        **_TEXT,
    )


def downgrade() -> None:
    for table in ("draw_entry", "draw_code", "draw"):
        op.drop_table(table)
