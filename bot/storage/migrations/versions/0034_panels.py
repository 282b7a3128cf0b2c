"""Panels of judges, what they mark, and their marks."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
_SEED = sa.LargeBinary(16).with_variant(mysql.BINARY(16), "mysql", "mariadb")
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT: dict[str, Any] = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    op.create_table(
        "panel",
        sa.Column("round_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("weight", sa.SmallInteger(), nullable=False),
        sa.Column("method", sa.String(8), nullable=False),
        sa.Column("per_entry", sa.SmallInteger(), nullable=False),
        sa.Column("finalists", sa.SmallInteger(), nullable=False),
        sa.Column("seed", _SEED, nullable=False),
        sa.Column("begun_at", _MOMENT),
        sa.Column("closed_at", _MOMENT),
        sa.PrimaryKeyConstraint("round_id", name="pk_panel"),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name="fk_panel_round_id"),
        sa.CheckConstraint("weight BETWEEN 1 AND 100", name="ck_panel_weight"),
        **_TEXT,
    )
    op.create_table(
        "panel_criterion",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("title", sa.String(12), nullable=False),
        sa.Column("weight", sa.SmallInteger(), nullable=False),
        sa.Column("anchors", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("round_id", "place", name="pk_panel_criterion"),
        sa.ForeignKeyConstraint(
            ["round_id"], ["panel.round_id"], name="fk_panel_criterion_round_id"
        ),
        **_TEXT,
    )
    op.create_table(
        "panel_judge",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("seat", sa.SmallInteger()),
        sa.PrimaryKeyConstraint("round_id", "staff_id", name="pk_panel_judge"),
        sa.ForeignKeyConstraint(["round_id"], ["panel.round_id"], name="fk_panel_judge_round_id"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_panel_judge_staff_id"),
        sa.UniqueConstraint("round_id", "seat", name="uq_panel_judge_round_id_seat"),
        **_TEXT,
    )
    op.create_table(
        "panel_sheet",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("motto_id", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("judge_district", sa.Integer()),
        sa.Column("entry_district", sa.Integer()),
        sa.PrimaryKeyConstraint("round_id", "staff_id", "motto_id", name="pk_panel_sheet"),
        sa.ForeignKeyConstraint(
            ["round_id", "staff_id"],
            ["panel_judge.round_id", "panel_judge.staff_id"],
            name="fk_panel_sheet_judge",
        ),
        sa.CheckConstraint("judge_district <> entry_district", name="ck_panel_sheet_recusal"),
        **_TEXT,
    )
    op.create_table(
        "panel_mark",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("motto_id", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("place", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("mark", sa.SmallInteger(), nullable=False),
        sa.Column("marked_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("round_id", "staff_id", "motto_id", "place", name="pk_panel_mark"),
        sa.ForeignKeyConstraint(
            ["round_id", "staff_id", "motto_id"],
            ["panel_sheet.round_id", "panel_sheet.staff_id", "panel_sheet.motto_id"],
            name="fk_panel_mark_sheet",
        ),
        sa.ForeignKeyConstraint(
            ["round_id", "place"],
            ["panel_criterion.round_id", "panel_criterion.place"],
            name="fk_panel_mark_criterion",
        ),
        sa.CheckConstraint("mark BETWEEN 1 AND 10", name="ck_panel_mark_mark"),
        **_TEXT,
    )


def downgrade() -> None:
    for table in ("panel_mark", "panel_sheet", "panel_judge", "panel_criterion", "panel"):
        op.drop_table(table)
