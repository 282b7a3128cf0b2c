"""An index by which entries of the same words are joined, and why votes were set aside."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_motto_card", "motto", ["round_id", "folded", "state", "decided_at"])
    op.drop_index("ix_motto_folded", "motto")
    op.add_column("withdrawn_vote", sa.Column("reason", sa.String(length=16), nullable=True))


def downgrade() -> None:
    op.drop_column("withdrawn_vote", "reason")
    op.create_index("ix_motto_folded", "motto", ["folded"])
    op.drop_index("ix_motto_card", "motto")
