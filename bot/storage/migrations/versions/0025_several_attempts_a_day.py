"""Several attempts a day, and which of them counts: each paper and answer says whose it is."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

DAY = ("member_key", "contest_id", "day")
BELOW = {"attempt": (), "answer": ("place",), "regraded_answer": ("place", "regrade_id")}
"""What of the primary key comes after the day and the attempt."""


def upgrade() -> None:
    attempts = sa.Column("attempts", sa.SmallInteger(), server_default="1", nullable=False)
    op.add_column("contest", attempts)
    op.add_column(
        "contest", sa.Column("counting", sa.String(8), server_default="best", nullable=False)
    )
    for table, below in BELOW.items():
        nth = sa.Column("nth", sa.SmallInteger(), server_default="1", nullable=False)
        op.add_column(table, nth)
        _set_key(table, (*DAY, "nth", *below))


def downgrade() -> None:
    for table, below in BELOW.items():
        op.execute(sa.delete(sa.table(table)).where(sa.column("nth") > 1))
        _set_key(table, (*DAY, *below))
        op.drop_column(table, "nth")
    op.drop_column("contest", "counting")
    op.drop_column("contest", "attempts")


def _set_key(table: str, columns: tuple[str, ...]) -> None:
    """Let the primary key have these columns, in one change of the table."""
    name, engine = f"pk_{table}", op.get_bind().dialect.name
    key = f"PRIMARY KEY ({', '.join(columns)})"
    if engine == "sqlite":
        with op.batch_alter_table(table, recreate="always") as changed:
            changed.drop_constraint(name, type_="primary")
            changed.create_primary_key(name, list(columns))
    elif engine == "postgresql":
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}, ADD CONSTRAINT {name} {key}")
    else:
        op.execute(f"ALTER TABLE {table} DROP PRIMARY KEY, ADD {key}")
