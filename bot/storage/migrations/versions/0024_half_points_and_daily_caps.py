"""Whether some of several right options earn half, and the most that a day counts."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "contest",
        sa.Column("partial_credit", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column("contest", sa.Column("daily_cap", sa.SmallInteger()))


def downgrade() -> None:
    op.drop_column("contest", "daily_cap")
    op.drop_column("contest", "partial_credit")
