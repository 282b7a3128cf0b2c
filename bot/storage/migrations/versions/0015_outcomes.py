"""What sealed rounds came to, on the way from the seal to standing for good."""

from hashlib import sha256

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    outcome = op.create_table(
        "outcome",
        sa.Column("round_id", sa.Integer(), sa.ForeignKey("round.id"), nullable=False),
        sa.Column("root", sa.String(64), nullable=False),
        sa.Column("ballots", sa.Integer(), nullable=False),
        sa.Column("publicised_at", _MOMENT),
        sa.Column("objections_until", _MOMENT),
        sa.Column("published_at", _MOMENT),
        sa.PrimaryKeyConstraint("round_id", name="pk_outcome"),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
    )
    connection = op.get_bind()
    sealed = connection.execute(sa.text("SELECT id FROM round WHERE sealed_at IS NOT NULL"))
    for (round_id,) in sealed.all():
        votes = connection.execute(
            sa.text("SELECT tracker, motto_id FROM vote WHERE round_id = :round"),
            {"round": round_id},
        ).all()
        lines = sorted(_line(tracker, motto + 1_000) for tracker, motto in votes)
        row = {"round_id": round_id, "root": _root(lines), "ballots": len(lines)}
        op.bulk_insert(outcome, [row])


def downgrade() -> None:
    op.drop_table("outcome")


def _line(tracker: str, number: int) -> str:
    return f"{sha256(f'{tracker}:{number}'.encode()).hexdigest()} {number}"


def _root(lines: list[str]) -> str:
    # As in bot/domain/merkle.py when this was written: a migration does not follow later changes.
    level = [sha256(b"\0" + line.encode()).digest() for line in lines]
    if not lines:
        return sha256().hexdigest()
    while len(level) > 1:
        pairs = [
            sha256(b"\1" + level[at] + level[at + 1]).digest() for at in range(0, len(level) - 1, 2)
        ]
        level = pairs + level[len(level) & ~1 :]
    return level[0].hex()
