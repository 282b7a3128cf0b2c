"""Fixes that moderators offer, and appeals against what they decided."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("motto", sa.Column("fix", sa.String(length=60), nullable=True))
    op.add_column("motto", sa.Column("appeal", sa.String(length=200), nullable=True))
    op.add_column("motto", sa.Column("appealed_against", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("motto", "appealed_against")
    op.drop_column("motto", "appeal")
    op.drop_column("motto", "fix")
