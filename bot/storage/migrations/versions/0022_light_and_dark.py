"""Light or dark: how each colleague wants to see the console."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("staff", sa.Column("look", sa.String(5), server_default="auto", nullable=False))


def downgrade() -> None:
    op.drop_column("staff", "look")
