"""The main job: answer the day's quiz, post a motto, have it reviewed, vote."""

import re

import pytest
from sqlalchemy import func, select

from bot.domain.questions import Shelf
from bot.domain.services import open_services
from bot.simulator.answers import PageLink, Tap
from bot.storage.tables import (
    Answer,
    Attempt,
    Audit,
    Delivery,
    Member,
    Motto,
    Person,
    Score,
    Vote,
    WithdrawnVote,
)
from quiz_bank import Kind
from tests.journeys.conftest import Talker, World

pytestmark = pytest.mark.slow


def answer_rightly(member: Talker) -> str:
    """Type the right answer to the question on show."""
    question = member.question()
    if question.kind is Kind.JUDGE:
        return member.says({"T": "对", "F": "错"}[question.answer[0]]).text
    return member.says("".join(question.answer)).text


def test_j1_a_new_follower_is_welcomed_with_the_branch_of_the_code(world: World) -> None:
    new = world.member("o-new")

    welcome = new.follows(scene="CD-XA")
    joined = new.taps("对，就是这个支部")

    assert "城东街道·新安社区支部" in welcome.text
    assert "城东街道·新安社区支部" in joined.text
    assert world.rows(select(Person.openid).where(Person.openid == "o-new")) == ["o-new"]


def test_j3_five_questions_are_answered_and_counted(world: World) -> None:
    zhang = world.member("o-zhang")

    first = zhang.says("我要答题").text
    replies = [answer_rightly(zhang) for _ in range(5)]

    assert "第1题（共5题" in first
    assert all("答对了" in reply for reply in replies)
    assert "答对5题" in replies[-1]
    assert len(world.rows(select(Answer).where(Answer.member_key == zhang.key))) == 5
    assert world.row(select(Score.points).where(Score.member_key == zhang.key)) == 10
    assert world.row(select(Attempt).where(Attempt.member_key == zhang.key)).finished_at
    assert "做完了" in zhang.says("答题").text


def test_j3_a_wrong_answer_is_explained_with_its_source(world: World) -> None:
    zhang = world.member("o-zhang")
    zhang.says("答题")
    question = zhang.question()
    wrong = next(letter for letter in question.letters if letter not in question.answer)

    reply = zhang.says(wrong).text

    assert "✘" in reply
    assert question.source in reply
    assert "第2题" in reply


def test_j3_a_stale_tap_changes_nothing(world: World) -> None:
    zhang = world.member("o-zhang")
    zhang.says("答题")
    answer_rightly(zhang)

    reply = zhang.says("第1题A").text

    assert "已经答过" in reply
    assert len(world.rows(select(Answer).where(Answer.member_key == zhang.key))) == 1


def test_j5_and_j7_a_motto_is_posted_reviewed_and_its_author_told(world: World) -> None:
    li = world.member("o-li")

    offered = li.says("当好一块砖，群众哪里需要就往哪里搬")
    li.taps("交")
    numbered = li.says("交") if "编号" not in ((li.latest and li.latest.text) or "") else li.latest
    motto = world.row(select(Motto).where(Motto.author == li.key))
    with world.sessions.begin() as session:
        services = open_services(session, world.now(), Shelf())
        services.moderation.decide(motto.id + 1000, motto.version, staff_id=1)
    too_soon = li.says("你好").text
    world.ahead += world.ahead.__class__(seconds=61)
    told = li.says("你好").text

    assert "座右铭" in offered.text
    assert numbered is not None
    assert f"{motto.id + 1000}" in numbered.text
    assert motto.words == "当好一块砖，群众哪里需要就往哪里搬"
    assert "捎句话" not in too_soon
    assert "捎句话" in told
    assert "通过" in told
    assert "捎句话" not in li.says("你好").text


def test_j8_a_vote_is_given_receipted_and_taken_back(world: World) -> None:
    wang = world.member("o-wang")
    listed = wang.says("我要投票")
    number = int(re.findall(r"^(\d{4}) ", listed.text, re.M)[0])

    receipt = wang.says(f"投{number}号").text
    again = wang.says(f"投{number}").text
    taken_back = wang.says(f"撤回{number}号").text

    assert "已投给" in receipt
    assert "回执" in receipt
    assert "已经投过" in again
    assert "撤回" in taken_back
    assert world.rows(select(Vote).where(Vote.member_key == wang.key)) == []
    assert len(world.rows(select(WithdrawnVote).where(WithdrawnVote.member_key == wang.key))) == 1


def test_j8_a_bare_number_after_the_list_shows_and_does_not_vote(world: World) -> None:
    wang = world.member("o-wang")
    wang.says("投票")

    shown = wang.says("3")

    assert any(isinstance(part, Tap) and "投它" in part.label for part in shown.parts)
    assert world.rows(select(Vote)) == []


def test_j8_voting_three_times_a_day_is_the_limit(world: World) -> None:
    wang = world.member("o-wang")
    numbers = [m.id + 1000 for m in world.rows(select(Motto).where(Motto.state == "approved"))]

    replies = [wang.says(f"投{number}号").text for number in numbers[:4]]

    assert ["已投给" in reply for reply in replies] == [True, True, True, False]
    assert "都投完了" in replies[3]
    assert len(world.rows(select(Vote).where(Vote.member_key == wang.key))) == 3


def test_j9_the_ranking_shows_the_neighbours(world: World) -> None:
    zhang = world.member("o-zhang")
    zhang.says("答题")
    for _ in range(5):
        answer_rightly(zhang)

    reply = zhang.says("排名").text

    assert "10分" in reply
    assert "您" in reply


def test_j11_no_message_is_a_dead_end(world: World) -> None:
    lost = world.member("o-lost")

    first = lost.says("今天天气真好呀")
    second = lost.says("嗯嗯啊啊")

    assert any(isinstance(part, Tap) for part in first.parts)
    assert second.text


def test_every_effect_has_its_delivery_and_the_reverse(world: World) -> None:
    wang = world.member("o-wang")
    wang.says("答题")
    answer_rightly(wang)
    number = world.row(select(Motto.id).where(Motto.state == "approved")) + 1000
    wang.says(f"投{number}号")

    with world.sessions() as session:
        deliveries = set(
            session.scalars(select(Delivery.delivery_key).where(Delivery.member_key == wang.key))
        )
        effects = set(
            session.scalars(select(Answer.delivery_key).where(Answer.member_key == wang.key))
        ) | set(session.scalars(select(Vote.delivery_key).where(Vote.member_key == wang.key)))

    assert len(deliveries) == 3
    assert effects < deliveries


def test_the_same_push_again_is_the_same_answer_after_decryption(world: World) -> None:
    wang = world.member("o-wang")
    push = wang._follower.text("投票", 1_700_000_000)

    first = wang.sends(push)
    again = wang.sends(push)

    assert again.xml == first.xml
    assert len(world.rows(select(Delivery).where(Delivery.member_key == wang.key))) == 1


def test_a_page_link_carries_no_openid(world: World) -> None:
    wang = world.member("o-wang")
    number = world.row(select(Motto.id).where(Motto.state == "approved")) + 1000

    replies = [wang.says(words) for words in ("看座右铭", "排名", f"{number}", "帮助")]

    links = [p.address for r in replies for p in r.parts if isinstance(p, PageLink)]
    assert links
    assert all("o-wang" not in link for link in links)


def test_an_entrys_version_counts_its_audit_rows(world: World) -> None:
    with world.sessions() as session:
        for motto in session.scalars(select(Motto)):
            subject = f"motto:{motto.id + 1000}"
            rows = session.scalar(select(func.count()).where(Audit.subject == subject))
            assert rows == motto.version
        assert session.scalar(select(func.count()).select_from(Member)) == 20
