"""Pictures and documents that belong to what units send in."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CONTENT = sa.LargeBinary().with_variant(mysql.MEDIUMBLOB(), "mysql", "mariadb")
TEXT: dict[str, Any] = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    op.create_table(
        "entry_file",
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("motto_id", NUMBER, nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("kind", sa.String(4), nullable=False),
        sa.Column("content", CONTENT, nullable=False),
        sa.ForeignKeyConstraint(["motto_id"], ["motto.id"], name="fk_entry_file_motto_id"),
        sa.UniqueConstraint("motto_id", "place", name="uq_entry_file_motto_id_place"),
        sa.PrimaryKeyConstraint("token", name="pk_entry_file"),
        **TEXT,
    )


def downgrade() -> None:
    op.drop_table("entry_file")
