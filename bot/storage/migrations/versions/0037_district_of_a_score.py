"""A score knows its district, and the boards lie in their order in two indexes."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

IN_ORDER: list[str | sa.TextClause] = [
    sa.text("points DESC"),
    sa.text("days DESC"),
    "reached_at",
    "member_key",
]
FILL = (
    "UPDATE score SET district_id = (SELECT coalesce(unit.parent_id, unit.id) FROM unit"
    " JOIN member ON member.unit_id = unit.id WHERE member.member_key = score.member_key)"
)


def upgrade() -> None:
    op.add_column("score", sa.Column("district_id", sa.Integer(), nullable=True))
    op.execute(FILL)
    # Before the other is dropped: MySQL wants an index under each foreign key.
    op.create_index("ix_score_district", "score", ["contest_id", "district_id", *IN_ORDER])
    op.drop_index("ix_score_standing", "score")
    op.create_index("ix_score_standing", "score", ["contest_id", *IN_ORDER, "district_id"])


def downgrade() -> None:
    op.drop_index("ix_score_standing", "score")
    op.create_index("ix_score_standing", "score", ["contest_id", "points", "days", "reached_at"])
    op.drop_index("ix_score_district", "score")
    op.drop_column("score", "district_id")
