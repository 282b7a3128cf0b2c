"""Pairs: two entries that a judge compares, and which is better."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT: dict[str, Any] = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}
SHEET = ["panel_sheet.round_id", "panel_sheet.staff_id", "panel_sheet.motto_id"]


def upgrade() -> None:
    op.create_table(
        "panel_pair",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("first_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("second_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("better_id", NUMBER, nullable=True),
        sa.Column("chosen_at", INSTANT, nullable=True),
        sa.CheckConstraint("first_id < second_id", name="ck_panel_pair_order"),
        sa.CheckConstraint("better_id IN (first_id, second_id)", name="ck_panel_pair_better"),
        sa.ForeignKeyConstraint(
            ["round_id", "staff_id", "first_id"], SHEET, name="fk_panel_pair_first"
        ),
        sa.ForeignKeyConstraint(
            ["round_id", "staff_id", "second_id"], SHEET, name="fk_panel_pair_second"
        ),
        sa.PrimaryKeyConstraint(
            "round_id", "staff_id", "first_id", "second_id", name="pk_panel_pair"
        ),
        **TEXT,
    )


def downgrade() -> None:
    op.drop_table("panel_pair")
