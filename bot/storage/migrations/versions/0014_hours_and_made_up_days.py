"""Hours at which papers are begun, and missed days that are made up."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ONE_A_WEEK = "ix_attempt_made_up_in"


def upgrade() -> None:
    op.add_column("contest", sa.Column("until_hour", sa.SmallInteger(), nullable=True))
    op.add_column(
        "contest", sa.Column("make_up", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("attempt", sa.Column("made_up_in", sa.Date(), nullable=True))
    key = ["member_key", "contest_id", "made_up_in"]
    op.create_index(ONE_A_WEEK, "attempt", key, unique=True)


def downgrade() -> None:
    op.drop_index(ONE_A_WEEK, "attempt")
    op.drop_column("attempt", "made_up_in")
    op.drop_column("contest", "make_up")
    op.drop_column("contest", "until_hour")
