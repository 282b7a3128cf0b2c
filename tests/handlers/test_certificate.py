"""Certificates by chat."""

from datetime import timedelta

from sqlalchemy.orm import Session

from bot.storage.tables import Score
from tests.builders import NOON, a_member, key
from tests.domain.test_certificates import PLAN
from tests.handlers.talking import Talker


def test_the_own_certificate_is_a_word_away(session: Session) -> None:
    a_member(session, "zhang", 3)
    session.add(Score(member_key=key("zhang"), contest_id=1, points=6, days=3, reached_at=NOON))
    session.flush()
    zhang = Talker(session, now=NOON + timedelta(days=40))
    assert zhang.says("奖状").startswith("您现在没有荣誉证书。")

    zhang.services.certificates.issue(PLAN, staff_id=1)

    (own,) = zhang.services.certificates.of(key("zhang"))
    line = f"《我们的十三五》学习之星，第1名：[打开](网:/c/{own.code}/{own.key})"
    assert line in zhang.says("证书")
