"""Nobody changes the audit trail unseen, and chaining it loses no row and leaves no gap."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Engine, delete, func, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.domain import audit
from bot.domain.chain import Head, Row, breaks, canonical, head
from bot.storage.database import Sessions, open_sessions
from bot.storage.tables import Audit, AuditHead, AuditLink, Base
from tests.board import laid_out
from tests.builders import NOON, SECRET, chained

SEED = 20261205
ROWS = 12


def a_deed(session: Session, number: int, facts: dict[str, Any] | None = None) -> None:
    facts = facts or {"before": "waiting", "after": "approved", "words": f"第{number}句“座右铭”"}
    moment = NOON + timedelta(seconds=number, microseconds=number % 2)
    audit.record(session, moment, "staff:3", "motto.approve", f"motto:{number}", facts, version=1)


def a_dozen_deeds(empty: Session) -> None:
    engine = empty.get_bind()
    assert isinstance(engine, Engine)
    with chained(engine)() as session:
        for number in range(ROWS):
            a_deed(session, number)
            session.commit()


@pytest.fixture
def trail() -> Iterator[Session]:
    """A trail of a dozen rows, committed one by one."""
    with chained(laid_out(a_dozen_deeds))() as session:
        yield session


@pytest.fixture
def trails(sessions: Sessions) -> Sessions:
    """The same on each engine."""
    for number in range(ROWS):
        with sessions.begin() as session:
            a_deed(session, number)
    return sessions


def found(session: Session, anchor: Head | None = None) -> list[tuple[str, str, str]]:
    return [(b.what, b.table, b.key) for b in breaks(session, SECRET, anchor)]


@contextmanager
def tampered(session: Session, *statements: Any) -> Iterator[None]:
    """The database after somebody has been at it, until the end of the block."""
    for statement in statements:
        session.execute(statement)
    session.expire_all()
    yield
    session.rollback()


# ---------------------------------------------------------------- an honest trail


@pytest.mark.slow
def test_many_rows_written_at_once_are_linked_like_any(trails: Sessions) -> None:
    facts = {f"question:{n}": {"after": n} for n in range(600)}

    with trails.begin() as session:
        audit.record_all(session, NOON, "staff:3", "question.import", facts, version=1)

    with trails() as session:
        assert found(session) == []
        assert session.scalar(select(func.count(AuditLink.seq))) == ROWS + 600


@pytest.mark.slow
def test_a_row_is_linked_when_its_transaction_commits(trail: Session) -> None:
    assert found(trail) == []
    assert trail.scalars(select(AuditLink.seq).order_by(AuditLink.seq)).all() == [*range(1, 13)]


@pytest.mark.slow
def test_what_is_undone_leaves_no_gap(trail: Session) -> None:
    a_deed(trail, 50)
    trail.rollback()
    with trail.begin_nested():
        a_deed(trail, 51)
    with trail.begin_nested() as savepoint:
        a_deed(trail, 52)
        savepoint.rollback()
    trail.commit()

    assert found(trail) == []
    assert trail.scalars(select(Audit.subject).where(Audit.id > ROWS)).all() == ["motto:51"]


@pytest.mark.slow
def test_several_rows_of_one_transaction_are_linked_in_their_order(session: Session) -> None:
    for number in (7, 3, 5):
        a_deed(session, number)
    session.commit()

    linked = select(Audit.subject).join(AuditLink).order_by(AuditLink.seq)
    assert session.scalars(linked).all() == ["motto:7", "motto:3", "motto:5"]
    assert found(session) == []


def test_a_session_without_a_chain_refuses_to_record(session: Session) -> None:
    with open_sessions(session.get_bind())() as bare, pytest.raises(KeyError):  # type: ignore[arg-type]
        a_deed(bare, 1)


def test_the_canonical_form_is_the_same_wherever_and_however_it_is_written() -> None:
    shanghai = timezone(timedelta(hours=8))
    moment = datetime(2026, 12, 5, 12, 0, 0, 7, shanghai).astimezone(UTC).replace(tzinfo=None)
    row = Row(386, moment, "staff:3", "motto.return", "motto:1386", 2, '{"reason":"\\u9519"}')

    assert canonical(9, row) == (
        b'[9,386,1796443200000007,"staff:3","motto.return","motto:1386",2,'
        b'"{\\"reason\\":\\"\\\\u9519\\"}"]'
    )


@pytest.mark.slow
def test_many_who_record_at_once_wait_in_line(sessions: Sessions) -> None:
    def deeds(person: int) -> None:
        for number in range(person * 100, person * 100 + 10):
            with sessions.begin() as session:
                a_deed(session, number)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(deeds, range(6)))

    with sessions() as session:
        assert found(session) == []
        assert session.scalar(select(func.count()).select_from(AuditLink)) == 60


@pytest.mark.slow
def test_the_chain_holds_on_each_engine_whatever_the_facts_are(sessions: Sessions) -> None:
    odd = {"words": "😀 ' \" \\ \u2028 é", "z": None, "a": [1, 2.5, True], "空": ""}
    with sessions.begin() as session:
        a_deed(session, 1, odd)

    with sessions() as session:
        assert found(session) == []
        assert session.scalars(select(Audit.facts)).one() == odd


# ---------------------------------------------------------------- a trail that was touched


@pytest.mark.slow
def test_each_of_two_hundred_flipped_bits_is_noticed(trail: Session) -> None:
    dice, flips = random.Random(SEED), 0
    while flips < 200:
        try:
            what = flip_a_bit(trail, dice)
        except IntegrityError:
            trail.rollback()
            continue
        assert found(trail), what
        trail.rollback()
        flips += 1
    assert found(trail) == []


def flip_a_bit(session: Session, dice: random.Random) -> str:
    """Flip one bit of one stored field of the trail or its chain; which it was."""
    table = Base.metadata.tables[dice.choice(["audit", "audit_link", "audit_head"])]
    column = dice.choice(list(table.columns)).name
    rows = session.execute(
        text(f"SELECT rowid, typeof({column}), CAST({column} AS BLOB) FROM {table.name}")  # noqa: S608
    ).all()
    rowid, kind, stored = dice.choice(rows)
    if kind == "integer":
        value: Any = int(stored) ^ 1 << dice.randrange(31)
    elif kind == "null":
        value = 1
    else:
        place = dice.randrange(len(stored))
        value = bytearray(stored)
        value[place] ^= 1 << dice.randrange(8)
        value = bytes(value)
    as_stored = "CAST(:value AS TEXT)" if kind == "text" else ":value"
    session.execute(
        text(f"UPDATE {table.name} SET {column} = {as_stored} WHERE rowid = :rowid"),  # noqa: S608
        {"value": value, "rowid": rowid},
    )
    return f"{table.name}.{column} of row {rowid}: {stored!r} became {value!r}"


@pytest.mark.slow
def test_words_are_struck_out_and_the_chain_holds(trail: Session) -> None:
    earlier = head(trail)
    audit.record(trail, NOON, "member", "motto.submit", "motto:5", {"words": "一句"}, version=2)
    trail.commit()

    for _ in range(2):
        audit.strike(trail, ["motto:5"], ["waiting", "approved"])
        trail.commit()

    assert found(trail, earlier) == []
    (struck,) = trail.scalars(select(Audit).where(Audit.action == "motto.submit"))
    assert struck.facts == {}
    kept = select(Audit.facts).where(Audit.subject == "motto:5", Audit.action == "motto.approve")
    assert trail.scalars(kept).one() == {"before": "waiting", "after": "approved"}
    for changes in CHANGES[:-1]:
        with tampered(trail, update(Audit).where(Audit.id == struck.id).values(**changes)):
            assert found(trail) == [("altered", "audit", "13")]


@pytest.mark.slow
def test_nobody_strikes_words_out_without_the_key(trail: Session) -> None:
    row = update(Audit).where(Audit.id == 5).values(facts={})
    link = update(AuditLink).where(AuditLink.audit_id == 5).values(struck=bytes(32))

    with tampered(trail, row):
        assert found(trail) == [("altered", "audit", "5")]
    with tampered(trail, row, link):
        assert found(trail) == [("altered", "audit", "5")]
    with tampered(trail, link):
        assert found(trail) == [("altered", "audit", "5")]


CHANGES: list[dict[str, Any]] = [
    {"actor": "staff:4"},
    {"at": NOON + timedelta(days=1)},
    {"action": "motto.return"},
    {"subject": "motto:999"},
    {"version": None},
    {"facts": {}},
]


@pytest.mark.slow
def test_a_changed_row_is_named_and_no_other(trails: Sessions) -> None:
    with trails() as session:
        (id_,) = session.scalars(select(AuditLink.audit_id).where(AuditLink.seq == 5))
        for changes in CHANGES:
            with tampered(session, update(Audit).where(Audit.id == id_).values(changes)):
                assert found(session) == [("altered", "audit", "5")], changes


def test_a_row_that_was_taken_out_is_missed(trail: Session) -> None:
    out = (
        delete(AuditLink).where(AuditLink.seq == 5),
        delete(Audit).where(Audit.subject == "motto:4"),
    )
    with tampered(trail, *out):
        assert ("missing", "audit_link", "5") in found(trail)


def test_a_row_that_was_slipped_in_is_seen(trail: Session) -> None:
    trail.add(Audit(at=NOON, actor="staff:1", action="motto.approve", subject="motto:99", facts={}))
    trail.flush()

    assert [b[:2] for b in found(trail)] == [("unlinked", "audit")]


@pytest.mark.slow
def test_two_rows_that_changed_places_are_both_seen(trail: Session) -> None:
    ids = {link.seq: link.audit_id for link in trail.scalars(select(AuditLink))}

    def links(seq: int, audit_id: int) -> Any:
        return update(AuditLink).where(AuditLink.seq == seq).values(audit_id=audit_id)

    aside = -1
    with tampered(trail, links(4, aside), links(9, ids[4]), links(4, ids[9])):
        assert [b[::2] for b in found(trail)] == [("altered", "4"), ("altered", "9")]


def cut(session: Session, after: int) -> list[Any]:
    """Statements that drop the trail's tail."""
    gone = list(session.scalars(select(AuditLink.audit_id).where(AuditLink.seq > after)))
    return [
        delete(AuditLink).where(AuditLink.seq > after),
        delete(Audit).where(Audit.id.in_(gone)),
    ]


@pytest.mark.slow
def test_a_tail_that_was_cut_off_is_missed(trails: Sessions) -> None:
    with trails() as session, tampered(session, *cut(session, after=8)):
        assert found(session) == [("head", "audit_head", "8")]


@pytest.mark.slow
def test_moving_the_head_back_to_the_cut_does_not_hide_it(trail: Session) -> None:
    mac = trail.scalars(select(AuditLink.mac).where(AuditLink.seq == 8)).one()
    moved = update(AuditHead).values(seq=8, mac=mac)
    with tampered(trail, *cut(trail, after=8), moved):
        assert found(trail) == [("head", "audit_head", "8")]


def test_another_key_makes_no_chain_that_holds(trail: Session) -> None:
    assert [*breaks(trail, "another secret of at least thirty-two letters")]


# ---------------------------------------------------------------- what was written down


def test_a_head_that_was_written_down_is_found_in_a_chain_that_went_on(trail: Session) -> None:
    then = head(trail)
    assert then is not None
    a_deed(trail, 99)
    trail.commit()

    assert found(trail, Head.parse(f" {then} ")) == []


@pytest.mark.slow
def test_an_earlier_copy_put_back_is_noticed_by_a_head_that_was_written_down(
    trail: Session,
) -> None:
    old = trail.execute(select(AuditHead.seq, AuditHead.mac, AuditHead.seal)).one()
    a_deed(trail, 99)
    trail.commit()
    later = head(trail)

    back = update(AuditHead).values(seq=old.seq, mac=old.mac, seal=old.seal)
    with tampered(trail, *cut(trail, after=ROWS), back):
        assert found(trail) == []
        assert found(trail, later) == [("anchor", "audit_link", str(later))]


@pytest.mark.parametrize("words", ["", "12", "12:", "x:0011223344556677", "12:00112233445566zz"])
def test_what_nobody_could_have_written_down_is_refused(words: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        Head.parse(words)
