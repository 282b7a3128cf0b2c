"""Micro lessons in the chat: the same list, the same votes."""

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.storage.tables import Round
from tests.builders import NOON, a_member, a_round_of, an_approved_lesson
from tests.handlers.talking import Talker


@pytest.fixture
def zhang(session: Session) -> Talker:
    a_round_of(session, "lesson", title="微党课评选")
    a_member(session)
    return Talker(session)


@pytest.mark.slow
def test_a_list_tells_number_title_speaker_and_unit(session: Session, zhang: Talker) -> None:
    number = an_approved_lesson(session, "把群众的小事办好")

    told = zhang.says("微党课")

    assert told.startswith("微党课评选，")
    assert f"{number} 把群众的小事办好（陈小红，农业局）[投](发:投{number}号)\n" in told
    assert f"\n先看介绍：回复编号，比如{number}。" in told
    assert f"《把群众的小事办好》（陈小红，农业局）\n[看介绍](网:/m/{number})\n[投它]" in (
        zhang.says(f"{number}")
    )
    assert f"✔ 已投给{number}号：“把群众的小事办好”。" in zhang.taps("投它")


def test_nothing_to_vote_for_yet_is_said_without_asking_for_a_motto(zhang: Talker) -> None:
    assert zhang.says("投票").startswith("还没有可以投的微党课，各单位正在报送")


def test_who_wants_to_write_a_motto_is_told_what_is_going_on(zhang: Talker) -> None:
    assert zhang.says("写座右铭").startswith("这次评的是微党课，由各单位报送，不用在这里写。")


def test_before_voting_opens_nobody_is_asked_for_a_motto(session: Session, zhang: Talker) -> None:
    session.execute(update(Round).values(opens_at=NOON.replace(day=8)))

    assert (
        zhang.says("投票") == "微党课投票12月8日12点开始，到时回复“投票”。\n先[答题](发:答题)吧。"
    )


@pytest.mark.slow
def test_the_wall_in_the_chat_lists_them(session: Session, zhang: Talker) -> None:
    number = an_approved_lesson(session, "微课一")

    assert zhang.says("看座右铭").startswith(f"{number} 微课一（陈小红，农业局）[看]")


@pytest.mark.slow
def test_a_group_that_is_full_is_told_apart_from_the_others(
    session: Session, zhang: Talker
) -> None:
    a_round_of(session, "lesson", in_all=True, groups=3)
    numbers = [an_approved_lesson(session, f"微课{n}") for n in range(4)]

    told = zhang.says("投票")
    assert "共3组，每组投1条。您还能投3票。" in told
    assert f"{numbers[0]} 微课0（第1组，陈小红，农业局）" in told
    assert "第1组的1票投完了。" in zhang.says(f"投{numbers[0]}号")
    assert zhang.says(f"投{numbers[3]}号").startswith("第1组的1票都投完了。可以投别的组，")
