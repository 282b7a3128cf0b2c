"""Questions that several members call faulty, and the points that wait for a person to look."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
MEMBER_KEY = sa.LargeBinary(16).with_variant(mysql.BINARY(16), "mysql", "mariadb")
TEXT: dict[str, Any] = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    limit = sa.Column("report_limit", sa.SmallInteger(), server_default="5", nullable=False)
    op.add_column("contest", limit)
    withheld = sa.Column("withheld", sa.SmallInteger(), server_default="0", nullable=False)
    op.add_column("answer", withheld)
    op.create_table(
        "question_report",
        sa.Column("member_key", MEMBER_KEY, nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.SmallInteger(), nullable=False),
        sa.Column("reported_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name="fk_question_report_question_id"
        ),
        sa.PrimaryKeyConstraint("member_key", "question_id", name="pk_question_report"),
        sa.UniqueConstraint("question_id", "slot", name="uq_question_report_question_id_slot"),
        **TEXT,
    )
    op.create_table(
        "withholding",
        sa.Column("question_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("reports", sa.SmallInteger(), nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name="fk_withholding_question_id"
        ),
        sa.PrimaryKeyConstraint("question_id", name="pk_withholding"),
        **TEXT,
    )


def downgrade() -> None:
    op.drop_table("withholding")
    op.drop_table("question_report")
    op.drop_column("answer", "withheld")
    op.drop_column("contest", "report_limit")
