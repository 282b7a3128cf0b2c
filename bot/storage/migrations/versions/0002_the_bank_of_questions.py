"""The bank: where each question stands. Those that were there before are published."""

import re
import unicodedata
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TEXT: dict[str, Any] = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}
QUESTION = sa.table(
    "question",
    sa.column("id", sa.Integer()),
    sa.column("code", sa.String()),
    sa.column("revision", sa.SmallInteger()),
    sa.column("content", sa.JSON()),
)
SOUGHT = ("code", "stem", "options", "explanation", "source", "place", "topic")


def upgrade() -> None:
    bank = op.create_table(
        "bank_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "stem_key",
            sa.LargeBinary(16).with_variant(mysql.BINARY(16), "mysql", "mariadb"),
            nullable=False,
        ),
        sa.Column("topic", sa.String(length=20), nullable=False),
        sa.Column("difficulty", sa.SmallInteger(), nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("sought", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name="fk_bank_question_question_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_bank_question"),
        sa.UniqueConstraint("code", name="uq_bank_question_code"),
        sa.UniqueConstraint("stem_key", name="uq_bank_question_stem_key"),
        **TEXT,
    )
    op.create_index("ix_bank_question_state", "bank_question", ["state"])
    _fill(bank)


def downgrade() -> None:
    op.drop_table("bank_question")


def _fill(bank: sa.Table) -> None:
    """Every question in its latest wording; what may not be published begins as a draft."""
    found = op.get_bind().execute(sa.select(QUESTION).order_by(QUESTION.c.id))
    latest: dict[str, Any] = {}
    for row in sorted(found, key=lambda row: row.revision):
        latest[row.code] = row
    keys: set[bytes] = set()
    rows = []
    for row in sorted(latest.values(), key=lambda row: row.id):
        key = _key(_fold(row.content["stem"]))
        # Two codes of one stem could not be brought in, but nothing in SQL kept them out.
        key = _key(row.code) if key in keys else key
        keys.add(key)
        rows.append(_row(row, key))
    for at in range(0, len(rows), 500):
        op.bulk_insert(bank, rows[at : at + 500])


def _row(row: Any, stem_key: bytes) -> dict[str, Any]:
    content: Mapping[str, Any] = row.content
    fit = content["explanation"] and content["source"]
    words = [content[key] for key in SOUGHT if key != "options"] + content["options"]
    return {
        "code": row.code,
        "question_id": row.id,
        "state": "published" if fit else "draft",
        "version": 1,
        "stem_key": stem_key,
        "topic": content["topic"],
        "difficulty": content["difficulty"],
        "source": content["source"],
        "sought": "\n".join(map(_fold, words)),
    }


def _key(words: str) -> bytes:
    return blake2b(words.encode(), digest_size=16).digest()


def _fold(words: str) -> str:
    """What `quiz_bank.question.fold` was when this was written."""
    plain = unicodedata.normalize("NFKC", words).casefold()
    return re.sub(r"(?<!\d)\.|\.(?!\d)|[^\w.]|_", "", plain)
