"""From when on everybody sees who stands where while a selection is voted in."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    op.add_column("round", sa.Column("standings_from", INSTANT, nullable=True))


def downgrade() -> None:
    op.drop_column("round", "standings_from")
