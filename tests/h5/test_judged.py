"""The result that judges and voters made, for all to see."""

import pytest
from flask.testing import FlaskClient

from bot.domain.entries import number_of
from bot.domain.roles import Role
from handlers import wording
from tests.builders import NOON
from tests.domain.test_panels import OWNER, PLAN, SEALED, at
from tests.h5.conftest import Campaign
from tests.h5.test_pages import text_of
from tests.handlers.catalogue import shown

pytestmark = pytest.mark.slow


def test_points_and_their_rule_stand_beside_the_votes(
    campaign: Campaign, client: FlaskClient
) -> None:
    for n in range(2):
        campaign.joins(f"a{n}", "张三")
        campaign.approved(f"a{n}", f"群众的事，一刻也不等{n}")
    with campaign.sessions.begin() as session:
        judge, _ = at(session, NOON).colleagues.invite("赵评委", Role.JUDGE, None, OWNER)
        at(session, NOON).panels.settle(1, PLAN, OWNER)
        at(session, NOON).panels.appoint(1, judge, OWNER)
        services = at(session, SEALED)
        services.sealing.seal(1)
        services.panels.begin(1, OWNER, with_fewer=True)
        services.judging.save(judge, number_of(1), {1: 6, 2: 6})
        services.judging.save(judge, number_of(2), {1: 9, 2: 8})
        services.panels.close(1, OWNER)
        services.outcomes.publicise(1, OWNER)
        table = services.panels.table(1)
        standing = services.outcomes.current()

    told = text_of(client, "/h/results")

    assert told.index("60.20分") < told.index("42.00分") < told.index("群众票数")
    assert "评委占70%，群众票占30%" in told
    assert "赵评委" not in told
    assert table is not None
    chat = shown(wording.judged_result(standing, table, number_of(1)))
    assert "第1名　1002号　60.20分" in chat
    assert "第2名　1001号（您的）　42.00分" in chat
    rules = shown(wording.vote_rules(standing.plan, PLAN))
    assert "票数前4名（并列的都算）由评委打分：评委占70%，群众票占30%" in rules
    assert "由评委打分" not in shown(wording.vote_rules(standing.plan, None))
