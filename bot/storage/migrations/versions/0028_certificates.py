"""Certificates that anybody can check."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
_MEMBER = sa.LargeBinary(16).with_variant(mysql.BINARY(16), "mysql", "mariadb")
_TEXT: dict[str, Any] = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    op.create_table(
        "award",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("activity", sa.String(24), nullable=False),
        sa.Column("title", sa.String(60), nullable=False),
        sa.Column("honour", sa.String(12), nullable=False),
        sa.Column("first_rank", sa.SmallInteger(), nullable=False),
        sa.Column("last_rank", sa.SmallInteger(), nullable=False),
        sa.Column("issuer", sa.String(20), nullable=False),
        sa.Column("issued_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_award"),
        sa.UniqueConstraint("activity", "honour", "issuer", name="uq_award_activity_honour_issuer"),
        sa.CheckConstraint("first_rank > 0 AND first_rank <= last_rank", name="ck_award_ranks"),
        **_TEXT,
    )
    op.create_table(
        "certificate",
        sa.Column("code", sa.String(10), nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("revoked_at", _MOMENT),
        sa.PrimaryKeyConstraint("code", name="pk_certificate"),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name="fk_certificate_award_id"),
        **_TEXT,
    )
    op.create_index("ix_certificate_award_id", "certificate", ["award_id"])
    op.create_table(
        "certificate_holder",
        sa.Column("member_key", _MEMBER, nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(10), nullable=False),
        sa.Column("page_key", sa.String(22), nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("unit", sa.String(40)),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("member_key", "award_id", name="pk_certificate_holder"),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name="fk_certificate_holder_award_id"),
        sa.ForeignKeyConstraint(["code"], ["certificate.code"], name="fk_certificate_holder_code"),
        sa.UniqueConstraint("code", name="uq_certificate_holder_code"),
        **_TEXT,
    )


def downgrade() -> None:
    for table in ("certificate_holder", "certificate", "award"):
        op.drop_table(table)
