"""Mended keys: who proposed and who released one, and each answer whose grade it changed."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
TEXT: dict[str, Any] = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def exactly(length: int) -> sa.types.TypeEngine[bytes]:
    """So many bytes, compared as bytes."""
    return sa.LargeBinary(length).with_variant(mysql.BINARY(length), "mysql", "mariadb")


def upgrade() -> None:
    op.add_column(
        "contest", sa.Column("regrades", sa.Integer(), nullable=False, server_default="0")
    )
    op.create_table(
        "regrade",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.SmallInteger(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("only_adds", sa.Boolean(), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_at", INSTANT, nullable=False),
        sa.Column("released_by", sa.Integer(), nullable=True),
        sa.Column("released_at", INSTANT, nullable=True),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.CheckConstraint("released_by <> proposed_by", name="ck_regrade_two_people"),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name="fk_regrade_question_id"),
        sa.PrimaryKeyConstraint("id", name="pk_regrade"),
        sa.UniqueConstraint("question_id", "step", name="uq_regrade_question_id_step"),
        **TEXT,
    )
    op.create_table(
        "regraded_answer",
        sa.Column("member_key", exactly(16), nullable=False),
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("place", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("regrade_id", sa.Integer(), nullable=False),
        sa.Column("points_before", sa.SmallInteger(), nullable=False),
        sa.Column("points", sa.SmallInteger(), nullable=False),
        sa.Column("regraded_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["regrade_id"], ["regrade.id"], name="fk_regraded_answer_regrade_id"
        ),
        sa.PrimaryKeyConstraint(
            "member_key", "contest_id", "day", "place", "regrade_id", name="pk_regraded_answer"
        ),
        **TEXT,
    )
    op.create_index("ix_regraded_answer_regrade_id", "regraded_answer", ["regrade_id"])


def downgrade() -> None:
    op.drop_table("regraded_answer")
    op.drop_table("regrade")
    op.drop_column("contest", "regrades")
