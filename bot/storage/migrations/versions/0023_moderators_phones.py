"""Colleagues who review by chat: the code that links their WeChat, and when codes were right."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
TEXT: dict[str, Any] = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def _bytes(length: int) -> Any:
    return sa.LargeBinary(length).with_variant(mysql.BINARY(length), "mysql", "mariadb")


def upgrade() -> None:
    op.add_column("second_factor", sa.Column("proved_at", INSTANT, nullable=True))
    op.create_table(
        "phone_code",
        sa.Column("staff_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code_hash", _bytes(32), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_phone_code_staff_id"),
        sa.PrimaryKeyConstraint("staff_id", name="pk_phone_code"),
        **TEXT,
    )
    op.create_table(
        "moderator_phone",
        sa.Column("member_key", _bytes(16), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("linked_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_moderator_phone_staff_id"),
        sa.PrimaryKeyConstraint("member_key", name="pk_moderator_phone"),
        sa.UniqueConstraint("staff_id", name="uq_moderator_phone_staff_id"),
        **TEXT,
    )


def downgrade() -> None:
    op.drop_table("moderator_phone")
    op.drop_table("phone_code")
    op.drop_column("second_factor", "proved_at")
