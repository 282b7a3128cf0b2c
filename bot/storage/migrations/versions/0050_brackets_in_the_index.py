"""The index of the boards has the bracket too, so that its people are counted by it alone."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

NAME = "ix_score_standing"
COLUMNS: list[str | sa.TextClause] = [
    "contest_id", sa.text("points DESC"), sa.text("days DESC"), "reached_at", "member_key",
    "district_id",
]  # fmt: skip


def upgrade() -> None:
    # MySQL wants an index under each foreign key: that of the districts stays.
    op.drop_index(NAME, "score")
    op.create_index(NAME, "score", [*COLUMNS, "bracket"])


def downgrade() -> None:
    op.drop_index(NAME, "score")
    op.create_index(NAME, "score", COLUMNS)
