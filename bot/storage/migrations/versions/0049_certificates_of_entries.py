"""Certificates for what units sent in."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT: dict[str, Any] = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}
NAME = "certificate_entry"


def upgrade() -> None:
    op.create_table(
        NAME,
        sa.Column("motto_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(10), nullable=False),
        sa.Column("page_key", sa.String(22), nullable=False),
        sa.Column("title", sa.String(60), nullable=False),
        sa.Column("speaker", sa.String(15), nullable=True),
        sa.Column("unit", sa.String(90), nullable=True),
        sa.ForeignKeyConstraint(["motto_id"], ["motto.id"], name=f"fk_{NAME}_motto_id"),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=f"fk_{NAME}_award_id"),
        sa.ForeignKeyConstraint(["code"], ["certificate.code"], name=f"fk_{NAME}_code"),
        sa.PrimaryKeyConstraint("motto_id", "award_id", name=f"pk_{NAME}"),
        sa.UniqueConstraint("code", name=f"uq_{NAME}_code"),
        **TEXT,
    )


def downgrade() -> None:
    op.drop_table(NAME)
