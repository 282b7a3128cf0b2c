"""Results of a contest as files, made by the worker and kept for a day."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
TOKEN = sa.LargeBinary(16).with_variant(mysql.BINARY(16), "mysql", "mariadb")
TEXT: dict[str, Any] = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    op.create_table(
        "result_request",
        sa.Column("staff_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("token", TOKEN, nullable=False),
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=True),
        sa.Column("full_names", sa.Boolean(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("claimed_at", INSTANT, nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=True),
        sa.Column("failed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_result_request_staff_id"),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.id"], name="fk_result_request_contest_id"
        ),
        sa.ForeignKeyConstraint(["district_id"], ["unit.id"], name="fk_result_request_district_id"),
        sa.PrimaryKeyConstraint("staff_id", name="pk_result_request"),
        sa.UniqueConstraint("token", name="uq_result_request_token"),
        **TEXT,
    )
    op.create_table(
        "result_file",
        sa.Column("token", TOKEN, nullable=False),
        sa.Column("name", sa.String(length=24), nullable=False),
        sa.Column("piece", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "content",
            sa.LargeBinary().with_variant(mysql.MEDIUMBLOB(), "mysql", "mariadb"),
            nullable=False,
        ),
        sa.Column("kept_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("token", "name", "piece", name="pk_result_file"),
        **TEXT,
    )


def downgrade() -> None:
    op.drop_table("result_file")
    op.drop_table("result_request")
