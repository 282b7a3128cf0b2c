"""Groups in which the entries of a selection stand."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "round", sa.Column("groups", sa.SmallInteger(), server_default="1", nullable=False)
    )
    op.add_column("sent_entry", sa.Column("group_no", sa.SmallInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("sent_entry", "group_no")
    op.drop_column("round", "groups")
