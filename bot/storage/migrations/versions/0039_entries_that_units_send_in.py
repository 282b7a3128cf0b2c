"""What a selection is of, and what units send in for it."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT: dict[str, Any] = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    op.add_column("round", sa.Column("kind", sa.String(8), server_default="motto", nullable=False))
    op.create_table(
        "sent_entry",
        sa.Column("motto_id", NUMBER, nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("live_key", sa.String(60), nullable=True),
        sa.Column("speaker", sa.String(15), nullable=True),
        sa.Column("link", sa.String(300), nullable=True),
        sa.Column("text", sa.String(1000), nullable=True),
        sa.Column("sent_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["motto_id"], ["motto.id"], name="fk_sent_entry_motto_id"),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name="fk_sent_entry_round_id"),
        sa.UniqueConstraint("round_id", "live_key", name="uq_sent_entry_round_id_live_key"),
        sa.PrimaryKeyConstraint("motto_id", name="pk_sent_entry"),
        **TEXT,
    )


def downgrade() -> None:
    op.drop_table("sent_entry")
    op.drop_column("round", "kind")
