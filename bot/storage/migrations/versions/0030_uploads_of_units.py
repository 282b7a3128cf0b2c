"""Uploads of units and rosters beside those of questions.

Nobody misses what lies there: it is looked over within minutes, and brought again otherwise.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
TEXT: dict[str, Any] = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    op.drop_table("question_upload")
    _create("upload", sa.Column("holds", sa.String(length=12), nullable=False))


def downgrade() -> None:
    op.drop_table("upload")
    _create("question_upload")


def _create(table: str, *kind: sa.Column[str]) -> None:
    """The table; by `kind` there may be several to a colleague."""
    op.create_table(
        table,
        sa.Column("staff_id", sa.Integer(), autoincrement=False, nullable=False),
        *kind,
        sa.Column(
            "token",
            sa.LargeBinary(16).with_variant(mysql.BINARY(16), "mysql", "mariadb"),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("report", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=f"fk_{table}_staff_id"),
        sa.PrimaryKeyConstraint("staff_id", *(column.name for column in kind), name=f"pk_{table}"),
        **TEXT,
    )
