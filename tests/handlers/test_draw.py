"""Draws by chat."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from bot.domain.notices import Notification
from bot.storage.tables import Score
from handlers import wording
from tests.builders import NOON, a_member, key
from tests.domain.test_draws import PLAN
from tests.handlers.catalogue import FACTS, shown
from tests.handlers.talking import Talker


@pytest.fixture
def zhang(session: Session) -> Talker:
    a_member(session, "zhang")
    return Talker(session)


@pytest.fixture
def listed(zhang: Talker, session: Session) -> Talker:
    """A member of the three on the list of a draw."""
    for name in ("li", "wu"):
        a_member(session, name)
    for name in ("zhang", "li", "wu"):
        session.add(Score(member_key=key(name), contest_id=1, points=6, days=3, reached_at=NOON))
    session.flush()
    zhang.services.draws.publish(PLAN, staff_id=1)
    return zhang


def test_who_is_on_no_list_hears_how_to_get_there(zhang: Talker) -> None:
    assert zhang.says("抽奖").startswith("您现在不在抽签名单里。")


@pytest.mark.slow
def test_before_the_draw_one_hears_the_own_code_and_the_day(listed: Talker) -> None:
    told = listed.says("抽签")

    assert told.startswith("《学习之星抽签》，您的编号：")
    assert "12月8日开奖，到时回复“抽签”就知道。\n[名单和验证办法](网:/d/1)" in told


@pytest.mark.slow
def test_afterwards_one_hears_what_came_of_it(listed: Talker, session: Session) -> None:
    listed.now = NOON + timedelta(days=3)
    listed.services.draws.draw(1, "583", staff_id=1)
    said = {name: Talker(session, name, now=listed.now).says("领取") for name in ("li", "wu")}
    said["zhang"] = listed.says("领取")

    assert sum("您中了纪念书1本！请12月20日前到支部领取" in words for words in said.values()) == 2
    assert sum("没登记单位的，请回复“联系”" in words for words in said.values()) == 2
    assert sum("这次您是候补第1位" in words for words in said.values()) == 1


@pytest.mark.parametrize("linked", [True, False])
def test_who_has_won_and_has_no_unit_hears_where_to_turn(linked: bool) -> None:
    told = wording.notice(Notification("draw_won", FACTS["draw_won"][0]), linked)

    assert told is not None
    assert "没登记单位的，请回复“联系”" in shown(told)
