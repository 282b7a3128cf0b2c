"""When thanks were last returned to a member."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    op.add_column("member", sa.Column("thanked_at", INSTANT, nullable=True))


def downgrade() -> None:
    op.drop_column("member", "thanked_at")
