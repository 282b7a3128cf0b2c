"""Who took part in a large contest, by unit, as the worker counted last."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    op.create_table(
        "counted_units",
        sa.Column("contest_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("participants", sa.Text(), nullable=False),
        sa.Column("counted_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["contest_id"], ["contest.id"], name="fk_counted_units_contest_id"),
        sa.PrimaryKeyConstraint("contest_id", name="pk_counted_units"),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
    )


def downgrade() -> None:
    op.drop_table("counted_units")
