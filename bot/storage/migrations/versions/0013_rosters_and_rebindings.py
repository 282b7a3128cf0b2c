"""The names on the units' rosters, and the slots in which a change of unit stands."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
KEY = sa.LargeBinary(16).with_variant(mysql.BINARY(16), "mysql", "mariadb")
BY_BYTES: Any = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    op.create_table(
        "rebinding",
        sa.Column("member_key", KEY, nullable=False),
        sa.Column("slot", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("rebound_at", INSTANT, nullable=False),
        sa.CheckConstraint("slot IN (1, 2)", name="ck_rebinding_slot"),
        sa.PrimaryKeyConstraint("member_key", "slot", name=op.f("pk_rebinding")),
        **BY_BYTES,
    )
    op.create_table(
        "roster_name",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("people", sa.SmallInteger(), nullable=False),
        sa.Column("imported_at", INSTANT, nullable=False),
        sa.CheckConstraint("people > 0", name="ck_roster_name_people"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_roster_name_unit_id")),
        sa.PrimaryKeyConstraint("unit_id", "name", name=op.f("pk_roster_name")),
        **BY_BYTES,
    )


def downgrade() -> None:
    op.drop_table("roster_name")
    op.drop_table("rebinding")
