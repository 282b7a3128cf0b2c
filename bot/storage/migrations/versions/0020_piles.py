"""Piles: entries that are decided together, and on whose desk they lie."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("motto", sa.Column("pile_id", NUMBER, nullable=True))
    op.create_table(
        "pile_claim",
        sa.Column("pile_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column(
            "seat",
            sa.LargeBinary(16).with_variant(mysql.BINARY(16), "mysql", "mariadb"),
            nullable=False,
        ),
        sa.Column("taken_at", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_pile_claim_staff_id"),
        sa.PrimaryKeyConstraint("pile_id", name="pk_pile_claim"),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
    )
    op.create_index("ix_pile_claim_staff_id", "pile_claim", ["staff_id"])


def downgrade() -> None:
    op.drop_table("pile_claim")
    op.drop_column("motto", "pile_id")
