"""A campaign in which everything has happened once, honestly, and hands that spoil it by SQL."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Table, insert, select, text, update
from sqlalchemy.orm import Session

from bot.conversation.folding import fold_prose
from bot.domain import audit
from bot.domain.entries import id_of
from bot.domain.invariants import Violation, check
from bot.domain.moderation import Reason
from bot.domain.panel_plan import Criterion, PanelPlan
from bot.domain.panel_scoring import Method
from bot.domain.questions import Shelf
from bot.domain.quiz import Sitting
from bot.domain.roles import Role
from bot.domain.services import Services, open_services
from bot.storage.tables import Base, Contest, Delivery, Panel, PanelHand, PanelSheet, Round
from tests.board import replayed
from tests.builders import NOON, SECRET, a_member, a_waiting_motto, an_approved_motto, key, said

Found = Callable[[], list[Violation]]


def delivered(session: Session, name: str, play: Callable[[Services, bytes], object]) -> None:
    """One delivery of this member, played and recorded as the turn would."""
    message = said("x", by=name)
    play(open_services(session, NOON, Shelf()), message.delivery)
    session.execute(
        insert(Delivery).values(
            member_key=message.member,
            delivery_key=message.delivery,
            fingerprint=message.fingerprint,
            outcome="done",
            reply=b"<xml/>",
            received_at=NOON,
        )
    )


def some_life(session: Session) -> None:
    """Answers, practice, votes, one taken back, a ticket, entries in each state, a notice told."""
    for name in ("zhang", "li", "wang", "chen"):
        a_member(session, name, unit=2)
    one = an_approved_motto(session, "zhang", "愿做一块砖，哪里需要哪里搬")
    two = an_approved_motto(session, "li", "清清白白做人，堂堂正正办事")
    delivered(session, "wang", lambda s, d: a_paper(s, key("wang"), d))
    delivered(session, "wang", lambda s, d: practise(s, key("wang"), d))
    delivered(session, "wang", lambda s, d: s.votes.cast(key("wang"), one, NOON, d))
    delivered(session, "wang", lambda s, d: s.votes.cast(key("wang"), two, NOON, d))
    delivered(session, "wang", lambda s, d: s.votes.withdraw(key("wang"), two, d))
    delivered(session, "wang", lambda s, d: s.tickets.open(key("wang"), "contact", "请回电话", d))
    delivered(session, "wang", lambda s, _: a_motto(s, key("wang")))
    delivered(session, "li", lambda s, _: s.mottos.withdraw(key("li")))
    sent_back = a_waiting_motto(session, "chen", "扎根田野，一步一个脚印往前走")
    before = open_services(session, NOON - timedelta(minutes=5), Shelf())
    before.moderation.decide(sent_back, 1, 3, Reason.UNFIT)
    delivered(session, "chen", lambda s, _: s.appeals.open(key("chen"), "这是我自己写的"))
    open_services(session, NOON, Shelf()).moderation.decide(sent_back, 3, 4)
    delivered(session, "zhang", lambda s, d: s.notices.tell(key("zhang"), d))
    a_panel(session, one)


def a_panel(session: Session, entry: int) -> None:
    """A judge marks this entry in a selection of next year, which was sealed and is judged."""
    later = NOON + timedelta(days=365)
    session.add(
        Round(
            id=2, title="明年的评选", collects_from=later, collects_until=later, opens_at=later,
            closes_at=later, own_entry_allowed=False,
        )
    )  # fmt: skip
    session.flush()
    services = open_services(session, NOON, Shelf())
    plan = PanelPlan(70, Method.MEAN, 1, 1, (Criterion("立意", 1, "9–10：可在全市推广"),))
    services.panels.settle(2, plan, 1)
    judge, _ = services.colleagues.invite("赵评委", Role.JUDGE, None, 1)
    services.panels.appoint(2, judge, 1)
    session.execute(
        update(Round).where(Round.id == 2).values(sealed_at=NOON),
    )
    audit.record(session, NOON, audit.SYSTEM, "round.seal", "round:2", {})
    given = {"round_id": 2, "staff_id": judge, "motto_id": id_of(entry)}
    session.execute(insert(PanelSheet).values(given))
    session.execute(insert(PanelHand).values(given | {"entry_district": 1}))
    session.execute(update(Panel).values(begun_at=NOON))
    services.judging.save(judge, entry, {1: 7})
    services.panels.close(2, 1)


def a_day_made_up(session: Session) -> None:
    """Chen makes up the day before."""
    session.execute(update(Contest).values(make_up=True))
    delivered(session, "chen", lambda s, d: a_paper(s, key("chen"), d, s.quiz.make_up))


def a_paper(
    services: Services,
    member: bytes,
    delivery: bytes,
    begin: Callable[[bytes], tuple[Sitting, bool]] | None = None,
) -> None:
    """The day's paper, or another, answered with A throughout: some right, some wrong."""
    sitting, _ = (begin or services.quiz.start)(member)
    while (place := sitting.current) is not None:
        choice = ("T",) if sitting.question(place).kind == "judge" else ("A",)
        sitting = services.quiz.answer(member, sitting, place, choice, delivery)


def practise(services: Services, member: bytes, delivery: bytes) -> None:
    """One wrong answer is practised, another put aside."""
    one, another, *_ = services.practice.mistakes(member)
    services.practice.answer(member, one, one.question.answer, delivery)
    services.practice.put_aside(member, another, delivery)


def a_motto(services: Services, member: bytes) -> None:
    words = "一步一个脚印，踏实走好每一天"
    card = services.mottos.submit(member, words, fold_prose(words), "masked")
    services.moderation.decide(card.number, card.version, 1)
    services.moderation.undo(card.number, card.version + 1, 1)


@pytest.fixture
def life(session: Session) -> Session:
    """The campaign after some life, committed."""
    replayed(some_life, session)
    return session


def found(session: Session) -> list[tuple[str, str, str]]:
    """What is wrong a minute later: invariant, what, and table."""
    violations = check(session, NOON + timedelta(minutes=1), SECRET)
    return [(v.invariant, v.what, v.table) for v in violations]


def unguarded(session: Session, table: str) -> None:
    """Make the table anew without a key or any other constraint (SQLite)."""
    session.execute(text(f"CREATE TABLE bare AS SELECT * FROM {table}"))  # noqa: S608  A name of ours.
    session.execute(text(f"DROP TABLE {table}"))
    session.execute(text(f"ALTER TABLE bare RENAME TO {table}"))


def doubled(session: Session, table: str, **changes: object) -> None:
    """Copy the first row of the table, with these changes."""
    columns: Table = Base.metadata.tables[table]
    row = session.execute(select(columns)).mappings().first()
    assert row is not None
    session.execute(insert(columns).values({**row, **changes}))
