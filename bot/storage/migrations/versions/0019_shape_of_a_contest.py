"""How many questions a day has, and on how many last days the board of people is closed."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

COLUMNS = {"questions_a_day": "5", "closed_days": "0"}


def upgrade() -> None:
    for name, usual in COLUMNS.items():
        column = sa.Column(name, sa.SmallInteger(), server_default=usual, nullable=False)
        op.add_column("contest", column)


def downgrade() -> None:
    for name in COLUMNS:
        op.drop_column("contest", name)
