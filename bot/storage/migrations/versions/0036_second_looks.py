"""Second looks: what two colleagues said of an entry, and which quotations are a leader's."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT: dict[str, Any] = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    op.add_column(
        "kept_quotation",
        sa.Column("leader", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.create_table(
        "second_look",
        sa.Column("motto_id", NUMBER, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cause", sa.String(8), nullable=False),
        sa.Column("first_by", sa.Integer(), nullable=False),
        sa.Column("first", sa.String(10), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("second_by", sa.Integer(), nullable=True),
        sa.Column("second", sa.String(10), nullable=True),
        sa.Column("reason", sa.String(16), nullable=True),
        sa.Column("looked_at", INSTANT, nullable=True),
        sa.Column("settled_by", sa.Integer(), nullable=True),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.CheckConstraint("second_by <> first_by", name="ck_second_look_two_people"),
        sa.CheckConstraint(
            "settled_by <> first_by AND settled_by <> second_by", name="ck_second_look_a_third"
        ),
        sa.ForeignKeyConstraint(["motto_id"], ["motto.id"], name="fk_second_look_motto_id"),
        sa.PrimaryKeyConstraint("motto_id", "version", name="pk_second_look"),
        **TEXT,
    )
    op.create_index("ix_second_look_agreement", "second_look", ["cause", "looked_at"])


def downgrade() -> None:
    op.drop_table("second_look")
    op.drop_column("kept_quotation", "leader")
