"""Topics whose own tests are all slow, in a few messages each: for the moment before a commit."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.storage.tables import Vote
from tests.builders import a_member, an_approved_motto, key
from tests.handlers.talking import Talker


def test_a_motto_is_shown_before_it_is_handed_in(session: Session) -> None:
    a_member(session, "zhang", 2)
    zhang = Talker(session)

    preview = zhang.says("当好一块砖，群众哪里需要就往哪里搬")
    before = zhang.services.mottos.mine(zhang.key)
    receipt = zhang.says("交")

    assert "当好一块砖" in preview
    assert before is None
    assert "1001" in receipt
    assert zhang.services.mottos.mine(zhang.key) is not None


def test_a_vote_is_given_and_taken_back(session: Session) -> None:
    a_member(session, "li", 3)
    number = an_approved_motto(session, "li", "群众的事，一刻也不等")
    a_member(session, "zhang", 2)
    zhang = Talker(session)

    receipt = zhang.says(f"投{number}号")
    given = session.scalars(select(Vote.member_key)).all()
    zhang.now += timedelta(minutes=1)
    zhang.says(f"撤回{number}号")
    zhang.says("撤回")

    assert str(number) in receipt
    assert given == [key("zhang")]
    assert not session.scalars(select(Vote.member_key)).all()


def test_who_is_no_colleague_is_linked_by_no_code_and_reviews_nothing(session: Session) -> None:
    an_approved_motto(session, "li", "群众的事，一刻也不等")
    a_member(session, "zhang", 2)
    zhang = Talker(session)

    assert "绑定码不对" in zhang.says("绑定审核 ABCDE-FGHJK")
    assert "还没有交过座右铭" in zhang.says("待审")
