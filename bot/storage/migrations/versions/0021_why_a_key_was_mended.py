"""Why a key was mended, for all to read."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "regrade", sa.Column("reason", sa.String(length=60), server_default="", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("regrade", "reason")
