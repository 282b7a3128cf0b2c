"""A snapshot of boards is claimed and then written piece by piece; certificates name a bracket."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
FREEZE = sa.table("board_freeze", sa.column("claimed_at"), sa.column("taken_at"))


def upgrade() -> None:
    op.add_column("certificate", sa.Column("bracket", sa.String(8), nullable=True))
    op.add_column("board_freeze", sa.Column("claimed_at", INSTANT, nullable=True))
    op.execute(FREEZE.update().values(claimed_at=FREEZE.c.taken_at))
    with op.batch_alter_table("board_freeze") as changed:
        changed.alter_column("claimed_at", existing_type=INSTANT, nullable=False)
        changed.alter_column("taken_at", existing_type=INSTANT, nullable=True)


def downgrade() -> None:
    # What is not whole yet is taken again.
    op.execute(
        "DELETE FROM frozen_place WHERE contest_id IN"
        " (SELECT contest_id FROM board_freeze WHERE taken_at IS NULL)"
    )
    op.execute(FREEZE.delete().where(FREEZE.c.taken_at.is_(None)))
    with op.batch_alter_table("board_freeze") as changed:
        changed.alter_column("taken_at", existing_type=INSTANT, nullable=False)
        changed.drop_column("claimed_at")
    op.drop_column("certificate", "bracket")
