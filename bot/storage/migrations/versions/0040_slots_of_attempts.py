"""The attempts of a day have slots: the one beyond the limit has none to stand in."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

TEXT: dict[str, Any] = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}
MOST = 5
"""Attempts that a contest could allow so far."""
BY_CONTEST, BY_SLOT = "fk_attempt_contest_id", "fk_attempt_contest_id_nth"


def upgrade() -> None:
    slot = op.create_table(
        "attempt_slot",
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("nth", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["contest_id"], ["contest.id"], name="fk_attempt_slot_contest_id"),
        sa.PrimaryKeyConstraint("contest_id", "nth", name="pk_attempt_slot"),
        **TEXT,
    )
    contest = sa.table("contest", sa.column("id"), sa.column("attempts"))
    for nth in range(1, MOST + 1):
        allowed = sa.select(contest.c.id, sa.literal(nth)).where(contest.c.attempts >= nth)
        op.execute(slot.insert().from_select(["contest_id", "nth"], allowed))
    with op.batch_alter_table("attempt") as changed:
        changed.drop_constraint(BY_CONTEST, type_="foreignkey")
        changed.create_foreign_key(
            BY_SLOT, "attempt_slot", ["contest_id", "nth"], ["contest_id", "nth"]
        )


def downgrade() -> None:
    with op.batch_alter_table("attempt") as changed:
        changed.drop_constraint(BY_SLOT, type_="foreignkey")
        changed.create_foreign_key(BY_CONTEST, "contest", ["contest_id"], ["id"])
    op.drop_table("attempt_slot")
