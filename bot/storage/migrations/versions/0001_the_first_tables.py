"""The first tables."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INSTANT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
COUNTER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT: dict[str, Any] = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def exactly(length: int) -> sa.types.TypeEngine[bytes]:
    """So many bytes, compared as bytes."""
    return sa.LargeBinary(length).with_variant(mysql.BINARY(length), "mysql", "mariadb")


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", COUNTER, autoincrement=True, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("action", sa.String(length=24), nullable=False),
        sa.Column("subject", sa.String(length=48), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
        sa.UniqueConstraint("subject", "version", name="uq_audit_subject_version"),
        **TEXT,
    )
    audit_head = op.create_table(
        "audit_head",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", COUNTER, nullable=False),
        sa.Column("mac", exactly(32), nullable=False),
        sa.Column("seal", exactly(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
        **TEXT,
    )
    op.bulk_insert(audit_head, [{"id": 1, "seq": 0, "mac": bytes(32), "seal": bytes(32)}])
    op.create_table(
        "audit_link",
        sa.Column("seq", COUNTER, autoincrement=False, nullable=False),
        sa.Column("audit_id", COUNTER, nullable=False),
        sa.Column("mac", exactly(32), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name="fk_audit_link_audit_id"),
        sa.PrimaryKeyConstraint("seq", name="pk_audit_link"),
        sa.UniqueConstraint("audit_id", name="uq_audit_link_audit_id"),
        **TEXT,
    )
    op.create_table(
        "consent",
        sa.Column("member_key", exactly(16), nullable=False),
        sa.Column("text_version", sa.String(length=16), nullable=False),
        sa.Column("given_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("member_key", "text_version", name="pk_consent"),
        **TEXT,
    )
    op.create_table(
        "contest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("points_each", sa.SmallInteger(), nullable=False),
        sa.Column("new_paper_hour", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_contest"),
        **TEXT,
    )
    op.create_table(
        "delivery",
        sa.Column("member_key", exactly(16), nullable=False),
        sa.Column("delivery_key", exactly(32), nullable=False),
        sa.Column("fingerprint", exactly(32), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("reply", sa.LargeBinary(length=8192), nullable=True),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("member_key", "delivery_key", name="pk_delivery"),
        **TEXT,
    )
    op.create_index("ix_delivery_received_at", "delivery", ["received_at"], unique=False)

    op.create_table(
        "notice",
        sa.Column("member_key", exactly(16), nullable=False),
        sa.Column("cause", sa.String(length=48), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("told_at", INSTANT, nullable=True),
        sa.Column("told_by", exactly(32), nullable=True),
        sa.PrimaryKeyConstraint("member_key", "cause", name="pk_notice"),
        **TEXT,
    )
    op.create_table(
        "person",
        sa.Column("member_key", exactly(16), nullable=False),
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.Column("following", sa.Boolean(), nullable=False),
        sa.Column("followed_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("member_key", name="pk_person"),
        sa.UniqueConstraint("openid", name="uq_person_openid"),
        **TEXT,
    )
    op.create_table(
        "question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("revision", sa.SmallInteger(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_question"),
        sa.UniqueConstraint("code", "revision", name="uq_question_code_revision"),
        **TEXT,
    )
    op.create_table(
        "round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("collects_from", INSTANT, nullable=False),
        sa.Column("collects_until", INSTANT, nullable=False),
        sa.Column("opens_at", INSTANT, nullable=False),
        sa.Column("closes_at", INSTANT, nullable=False),
        sa.Column("sealed_at", INSTANT, nullable=True),
        sa.Column("own_entry_allowed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_round"),
        **TEXT,
    )
    op.create_table(
        "setup_code",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("code_hash", exactly(32), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_setup_code"),
        **TEXT,
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("subject", exactly(32), nullable=False),
        sa.Column("slot", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("failed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("subject", "slot", name="pk_sign_in_failure"),
        **TEXT,
    )
    op.create_index("ix_sign_in_failure_failed_at", "sign_in_failure", ["failed_at"], unique=False)

    op.create_table(
        "staff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("disabled_at", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.UniqueConstraint("name", name="uq_staff_name"),
        **TEXT,
    )
    op.create_table(
        "unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("headcount", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name="fk_unit_parent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_unit"),
        sa.UniqueConstraint("code", name="uq_unit_code"),
        **TEXT,
    )
    op.create_index("ix_unit_parent_id", "unit", ["parent_id"], unique=False)

    op.create_table(
        "withdrawn_vote",
        sa.Column("member_key", exactly(16), nullable=False),
        sa.Column("tracker", sa.String(length=10), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("motto_id", COUNTER, nullable=False),
        sa.Column("accepted_at", INSTANT, nullable=False),
        sa.Column("delivery_key", exactly(32), nullable=False),
        sa.Column("withdrawn_at", INSTANT, nullable=False),
        sa.Column("withdrawn_by", exactly(32), nullable=True),
        sa.PrimaryKeyConstraint("member_key", "tracker", name="pk_withdrawn_vote"),
        **TEXT,
    )
    op.create_table(
        "answer",
        sa.Column("member_key", exactly(16), nullable=False),
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("place", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("choice", sa.String(length=60), nullable=False),
        sa.Column("correct", sa.Boolean(), nullable=False),
        sa.Column("points", sa.SmallInteger(), nullable=False),
        sa.Column("delivery_key", exactly(32), nullable=False),
        sa.Column("answered_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["contest_id"], ["contest.id"], name="fk_answer_contest_id"),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name="fk_answer_question_id"),
        sa.PrimaryKeyConstraint("member_key", "contest_id", "day", "place", name="pk_answer"),
        **TEXT,
    )
    op.create_index("ix_answer_question_id", "answer", ["question_id"], unique=False)

    op.create_table(
        "attempt",
        sa.Column("member_key", exactly(16), nullable=False),
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("skipped", sa.JSON(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["contest_id"], ["contest.id"], name="fk_attempt_contest_id"),
        sa.PrimaryKeyConstraint("member_key", "contest_id", "day", name="pk_attempt"),
        **TEXT,
    )
    op.create_table(
        "contest_question",
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contest.id"], name="fk_contest_question_contest_id"
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name="fk_contest_question_question_id"
        ),
        sa.PrimaryKeyConstraint("contest_id", "question_id", name="pk_contest_question"),
        **TEXT,
    )
    op.create_table(
        "member",
        sa.Column("member_key", exactly(16), nullable=False),
        sa.Column("first_seen_at", INSTANT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_at", INSTANT, nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=32), nullable=True),
        sa.Column("scanned_unit_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_member_unit_id"),
        sa.PrimaryKeyConstraint("member_key", name="pk_member"),
        **TEXT,
    )
    op.create_index("ix_member_unit_id", "member", ["unit_id"], unique=False)

    op.create_table(
        "motto",
        sa.Column("id", COUNTER, autoincrement=True, nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("author", exactly(16), nullable=False),
        sa.Column("words", sa.String(length=60), nullable=False),
        sa.Column("folded", sa.String(length=60), nullable=False),
        sa.Column("signature", sa.String(length=8), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=True),
        sa.Column("submitted_at", INSTANT, nullable=False),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name="fk_motto_round_id"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_motto_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_motto"),
        sa.UniqueConstraint("round_id", "author", name="uq_motto_round_id_author"),
        **TEXT,
    )
    op.create_index("ix_motto_folded", "motto", ["folded"], unique=False)
    op.create_index("ix_motto_queue", "motto", ["state", "submitted_at"], unique=False)
    op.create_index("ix_motto_unit_id", "motto", ["unit_id"], unique=False)
    op.create_index("ix_motto_wall", "motto", ["round_id", "state", "decided_at"], unique=False)

    op.create_table(
        "round_result",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("motto_id", COUNTER, autoincrement=False, nullable=False),
        sa.Column("votes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name="fk_round_result_round_id"),
        sa.PrimaryKeyConstraint("round_id", "motto_id", name="pk_round_result"),
        **TEXT,
    )
    op.create_table(
        "round_slot",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name="fk_round_slot_round_id"),
        sa.PrimaryKeyConstraint("round_id", "slot", name="pk_round_slot"),
        **TEXT,
    )
    op.create_table(
        "score",
        sa.Column("member_key", exactly(16), nullable=False),
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("days", sa.SmallInteger(), nullable=False),
        sa.Column("reached_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["contest_id"], ["contest.id"], name="fk_score_contest_id"),
        sa.PrimaryKeyConstraint("member_key", "contest_id", name="pk_score"),
        **TEXT,
    )
    op.create_index(
        "ix_score_standing", "score", ["contest_id", "points", "days", "reached_at"], unique=False
    )

    op.create_table(
        "staff_session",
        sa.Column("token_hash", exactly(32), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("signed_in_at", INSTANT, nullable=False),
        sa.Column("last_seen_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_staff_session_staff_id"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_staff_session"),
        **TEXT,
    )
    op.create_index("ix_staff_session_staff_id", "staff_session", ["staff_id"], unique=False)

    op.create_table(
        "ticket",
        sa.Column("member_key", exactly(16), nullable=False),
        sa.Column("delivery_key", exactly(32), nullable=False),
        sa.Column("topic", sa.String(length=24), nullable=False),
        sa.Column("words", sa.String(length=400), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("handled_at", INSTANT, nullable=True),
        sa.Column("handled_by", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(length=120), nullable=True),
        sa.ForeignKeyConstraint(["handled_by"], ["staff.id"], name="fk_ticket_handled_by"),
        sa.PrimaryKeyConstraint("member_key", "delivery_key", name="pk_ticket"),
        **TEXT,
    )
    op.create_index("ix_ticket_created_at", "ticket", ["created_at"], unique=False)
    op.create_index("ix_ticket_queue", "ticket", ["handled_at", "created_at"], unique=False)

    op.create_table(
        "vote",
        sa.Column("member_key", exactly(16), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("slot", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("motto_id", COUNTER, nullable=False),
        sa.Column("delivery_key", exactly(32), nullable=False),
        sa.Column("accepted_at", INSTANT, nullable=False),
        sa.Column("tracker", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["motto_id"], ["motto.id"], name="fk_vote_motto_id"),
        sa.PrimaryKeyConstraint("member_key", "round_id", "day", "slot", name="pk_vote"),
        sa.UniqueConstraint(
            "member_key",
            "round_id",
            "day",
            "motto_id",
            name="uq_vote_member_key_round_id_day_motto_id",
        ),
        sa.UniqueConstraint("tracker", name="uq_vote_tracker"),
        **TEXT,
    )
    op.create_index("ix_vote_tally", "vote", ["round_id", "motto_id"], unique=False)


def downgrade() -> None:
    op.drop_table("vote")
    op.drop_table("ticket")
    op.drop_table("staff_session")
    op.drop_table("score")
    op.drop_table("round_slot")
    op.drop_table("round_result")
    op.drop_table("motto")
    op.drop_table("member")
    op.drop_table("contest_question")
    op.drop_table("attempt")
    op.drop_table("answer")
    op.drop_table("withdrawn_vote")
    op.drop_table("unit")
    op.drop_table("staff")
    op.drop_table("sign_in_failure")
    op.drop_table("setup_code")
    op.drop_table("round")
    op.drop_table("question")
    op.drop_table("person")
    op.drop_table("notice")
    op.drop_table("delivery")
    op.drop_table("contest")
    op.drop_table("consent")
    op.drop_table("audit_link")
    op.drop_table("audit_head")
    op.drop_table("audit")
