"""Hands: all districts that had a hand in what a judge marks, none of them the judge's own."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT: dict[str, Any] = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}
KEY = ["round_id", "staff_id", "motto_id"]
RECUSAL = "judge_district <> entry_district"


def upgrade() -> None:
    op.create_table(
        "panel_hand",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("motto_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("entry_district", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("judge_district", sa.Integer(), nullable=True),
        sa.CheckConstraint(RECUSAL, name="ck_panel_hand_recusal"),
        sa.ForeignKeyConstraint(
            KEY, [f"panel_sheet.{column}" for column in KEY], name="fk_panel_hand_sheet"
        ),
        sa.PrimaryKeyConstraint(*KEY, "entry_district", name="pk_panel_hand"),
        **TEXT,
    )
    op.execute(
        "INSERT INTO panel_hand (round_id, staff_id, motto_id, entry_district, judge_district) "
        "SELECT round_id, staff_id, motto_id, entry_district, judge_district "
        "FROM panel_sheet WHERE entry_district IS NOT NULL"
    )
    with op.batch_alter_table("panel_sheet") as changed:
        changed.drop_constraint("ck_panel_sheet_recusal", type_="check")
        changed.drop_column("judge_district")
        changed.drop_column("entry_district")


def downgrade() -> None:
    with op.batch_alter_table("panel_sheet") as changed:
        changed.add_column(sa.Column("judge_district", sa.Integer(), nullable=True))
        changed.add_column(sa.Column("entry_district", sa.Integer(), nullable=True))
        changed.create_check_constraint("ck_panel_sheet_recusal", RECUSAL)
    for column in ("judge_district", "entry_district"):
        op.execute(
            f"UPDATE panel_sheet SET {column} = (SELECT MIN(hand.{column}) "  # noqa: S608
            "FROM panel_hand AS hand WHERE hand.round_id = panel_sheet.round_id "
            "AND hand.staff_id = panel_sheet.staff_id AND hand.motto_id = panel_sheet.motto_id)"
        )
    op.drop_table("panel_hand")
