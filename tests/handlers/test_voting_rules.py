"""What the chat says where a round asks more of its voters than most do."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.domain.rounds import Eligibility
from bot.domain.votes import WISHED
from bot.storage.tables import Round, Vote
from tests.builders import NOON, a_member, an_approved_motto, key
from tests.handlers.talking import Talker, taps

WORDS = "群众的事，一刻也不等"


@pytest.fixture
def zhang(session: Session) -> Talker:
    a_member(session, "zhang")
    return Talker(session)


@pytest.fixture
def numbers(session: Session) -> list[int]:
    a_member(session, "a", 3)
    return [an_approved_motto(session, name, f"{WORDS}{n}") for n, name in enumerate("abcd")]


def ruled(session: Session, **rules: object) -> None:
    session.execute(update(Round).values(**rules))


def given(session: Session) -> list[int]:
    return [id_ + 1000 for id_ in session.scalars(select(Vote.motto_id))]


def join(talker: Talker) -> str:
    talker.says("登记单位")
    talker.says("新安")
    return talker.says("张三")


# ------------------------------------------------------------ a vote that waits for a unit


@pytest.mark.slow
def test_the_vote_of_who_belongs_to_no_unit_waits_and_is_cast_once_they_do(
    session: Session, zhang: Talker, numbers: list[int]
) -> None:
    ruled(session, eligibility=Eligibility.BOUND)

    asked = zhang.says(f"投{numbers[1]}号")
    joined = join(zhang)

    assert asked == (
        f"这次评选要先登记单位，1分钟。[登记](发:登记单位)，登记完我接着帮您投{numbers[1]}号。"
    )
    assert joined.startswith("✔ 登记好了：城东街道·新安社区支部，张三。")
    assert f"✔ 已投给{numbers[1]}号：“{WORDS}1”。\n今天还能投2票。" in joined
    assert any(tap.sends == f"撤回{numbers[1]}号" for tap in taps(zhang.reply))
    assert given(session) == [numbers[1]]


@pytest.mark.slow
def test_a_vote_that_waited_too_long_is_not_cast(
    session: Session, zhang: Talker, numbers: list[int]
) -> None:
    ruled(session, eligibility=Eligibility.BOUND)
    zhang.says(f"投{numbers[1]}号")
    zhang.now = NOON + WISHED

    assert "已投给" not in join(zhang)
    assert given(session) == []


@pytest.mark.slow
def test_a_vote_that_may_not_be_cast_after_all_does_not_undo_the_joining(
    session: Session, zhang: Talker, numbers: list[int]
) -> None:
    ruled(session, eligibility=Eligibility.BOUND)
    zhang.says(f"投{numbers[1]}号")
    ruled(session, closes_at=NOON - timedelta(minutes=1))

    reply = join(zhang)

    assert reply.startswith("✔ 登记好了")
    assert "结束了" in reply
    assert zhang.services.members.profile(key("zhang")).name == "张三"


@pytest.mark.slow
def test_a_vote_waits_for_the_name_where_a_roster_is_asked(
    session: Session, zhang: Talker, numbers: list[int]
) -> None:
    ruled(session, eligibility=Eligibility.ROSTER)
    zhang.says(f"投{numbers[1]}号")
    zhang.says("登记单位")
    zhang.says("新安")
    nameless = zhang.says("不写")
    zhang.says("改姓名")

    named = zhang.says("张三")

    assert f"[补姓名](发:改姓名)，补好我接着帮您投{numbers[1]}号。" in nameless
    assert f"✔ 已投给{numbers[1]}号" in named
    assert "名册上对不上的不计入" in zhang.says("投票")


@pytest.mark.slow
def test_what_the_own_unit_sent_in_is_not_voted_for(
    session: Session, zhang: Talker, numbers: list[int]
) -> None:
    ruled(session, eligibility=Eligibility.BOUND, own_unit_allowed=False)
    zhang.services.members.join(key("zhang"), 3, "张三")

    assert "是您本单位的，这次评选按规则不投本单位。" in zhang.says(f"投{numbers[0]}号")
    assert given(session) == []


# ------------------------------------------------------------ how voting goes


@pytest.mark.slow
def test_the_result_says_how_voting_goes_once_the_round_shows_it(
    session: Session, zhang: Talker, numbers: list[int]
) -> None:
    zhang.says(f"投{numbers[1]}号")
    hidden = zhang.says("结果")
    ruled(session, standings_from=NOON + timedelta(hours=1))
    early = zhang.says("结果")
    ruled(session, standings_from=NOON)

    shown = zhang.says("结果")

    assert hidden == early
    assert "结果公示后，回复“结果”就能看" in hidden
    assert shown.startswith(f"《座右铭评选》现在的名次：\n第1名　{numbers[1]}号　1票\n“{WORDS}1”")
    assert "12月20日24点截止，名次还会变。" in shown


# ------------------------------------------------------------ how often


def test_the_chat_tells_the_rules(session: Session, zhang: Talker) -> None:
    ruled(session, eligibility=Eligibility.BOUND, own_unit_allowed=False, per_entry=2)

    assert zhang.says("投票规则") == (
        "《座右铭评选》\n"
        "时间：11月5日12点到12月20日24点征集，11月25日12点到12月20日24点投票。\n"
        "谁能投：登记了单位的才能投。不能投自己的和本单位的。\n"
        "投几票：每人每天3票，每条每天1票，同一条一共最多2票；零点换新票，没投完的不留。\n"
        "改票：截止以前随时可以撤回，当天改投别的。每一票都有回执，封票以后可以自己查、自己重数。\n"
        "名次：票多的在前，票数相同名次并列；有评委打分的，按投票截止前公布的评委规则排；"
        "投票期间不公布名次；截止后公示三天，没有问题再发布。\n"
        "[去投票](发:投票)　[我投的](发:我的投票)"
    )


@pytest.mark.slow
def test_the_chat_counts_votes_in_all(session: Session, zhang: Talker, numbers: list[int]) -> None:
    ruled(session, in_all=True, least=2)

    listed = zhang.says("投票").splitlines()[0]
    first = zhang.says(f"投{numbers[0]}号")
    again = zhang.says(f"投{numbers[0]}号")
    second = zhang.says(f"投{numbers[1]}号")
    third = zhang.says(f"投{numbers[2]}号")
    spent = zhang.says(f"投{numbers[3]}号")
    asked = zhang.says("撤回投票")

    assert listed.endswith("您还能投3票（一共3票），每条1票。至少投2条才算数。")
    assert "还能投2票。再投1条才算数（至少2条）。" in first
    assert "您已经投过它了，每条1票。" in again
    assert "还能投1票。\n" in second or "还能投1票。回执" in second
    assert "3票都投完了，谢谢您！" in third
    assert "您的3票都投完了，谢谢您！截止以前可以撤回，改投别的。" in spent
    assert "撤回后，可以改投别的。" in asked
    assert "还能投1票。" in zhang.says(f"撤回{numbers[2]}号")
    assert "今天" not in first + second + third + spent


@pytest.mark.slow
def test_the_chat_says_how_often_an_entry_can_be_voted_for(
    session: Session, zhang: Talker, numbers: list[int]
) -> None:
    ruled(session, per_entry=1)
    listed = zhang.says("投票").splitlines()[0]
    zhang.says(f"投{numbers[0]}号")
    zhang.now = NOON + timedelta(days=1)

    assert listed.endswith("您今天还能投3票，每条每天1票，一共最多1票。")
    assert "这一条您已经投了1票，按规则不能再多。" in zhang.says(f"投{numbers[0]}号")
