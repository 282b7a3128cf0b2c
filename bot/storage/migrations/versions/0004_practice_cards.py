"""Practice cards: what was answered wrongly, and when it is asked again."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
TEXT: dict[str, Any] = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def exactly(length: int) -> sa.types.TypeEngine[bytes]:
    """So many bytes, compared as bytes."""
    return sa.LargeBinary(length).with_variant(mysql.BINARY(length), "mysql", "mariadb")


def upgrade() -> None:
    op.create_table(
        "practice_card",
        sa.Column("member_key", exactly(16), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("practised_at", INSTANT, nullable=False),
        sa.Column("correct", sa.Boolean(), nullable=False),
        sa.Column("stability", sa.Double(), nullable=True),
        sa.Column("difficulty", sa.Double(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("delivery_key", exactly(32), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name="fk_practice_card_question_id"
        ),
        sa.PrimaryKeyConstraint("member_key", "question_id", name="pk_practice_card"),
        **TEXT,
    )


def downgrade() -> None:
    op.drop_table("practice_card")
