"""Authenticators, recovery codes, invitations; how far a sign-in has come; units of secretaries."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
HASH = sa.LargeBinary(32).with_variant(mysql.BINARY(32), "mysql", "mariadb")
TEXT: dict[str, Any] = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    op.add_column("staff", sa.Column("unit_id", sa.Integer(), nullable=True))
    op.add_column("staff_session", sa.Column("proved_at", INSTANT, nullable=True))
    op.add_column(
        "staff_session",
        sa.Column("browser", sa.String(length=40), server_default="", nullable=False),
    )
    _table(
        "second_factor",
        sa.Column(
            "sealed",
            sa.LargeBinary(60).with_variant(mysql.BINARY(60), "mysql", "mariadb"),
            nullable=False,
        ),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
    )
    _table(
        "recovery_code",
        sa.Column("code_hash", HASH, nullable=False),
        key=("staff_id", "code_hash"),
    )
    _table(
        "invitation",
        sa.Column("code_hash", HASH, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
    )


def _table(name: str, *columns: sa.Column[Any], key: tuple[str, ...] = ("staff_id",)) -> None:
    op.create_table(
        name,
        sa.Column("staff_id", sa.Integer(), autoincrement=False, nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=f"fk_{name}_staff_id"),
        sa.PrimaryKeyConstraint(*key, name=f"pk_{name}"),
        **TEXT,
    )


def downgrade() -> None:
    for name in ("invitation", "recovery_code", "second_factor"):
        op.drop_table(name)
    op.drop_column("staff_session", "browser")
    op.drop_column("staff_session", "proved_at")
    op.drop_column("staff", "unit_id")
