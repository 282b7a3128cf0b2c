"""Entries that wait are found by their pile in an index that has all it takes to compare them."""

from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

NAME = "ix_motto_pile"


def upgrade() -> None:
    op.create_index(NAME, "motto", ["state", "pile_id", "id", "version", "round_id"])


def downgrade() -> None:
    op.drop_index(NAME, "motto")
