"""The picture of an approved motto, by chat."""

import pytest
from sqlalchemy.orm import Session

from tests.builders import a_member, a_waiting_motto, an_approved_motto
from tests.handlers.talking import Talker

BRICK = "愿做一块砖，哪里需要哪里搬"
READY = (
    "1001号的图片做好了，打开后长按图片就能保存，留个纪念。\n"
    "[打开图片](网:/m/1001/poster)　[看看大家的](发:看座右铭)"
)


@pytest.fixture
def zhang(session: Session) -> Talker:
    a_member(session, "zhang")
    return Talker(session)


@pytest.mark.parametrize(
    "words", ["做图1001", "做成图片1001号", "把1001号做成图片", "1001做图", "做海报 1001"]
)
def test_whoever_likes_a_motto_gets_its_picture(
    zhang: Talker, session: Session, words: str
) -> None:
    an_approved_motto(session, "li", BRICK)

    assert zhang.says(words) == READY


@pytest.mark.slow
@pytest.mark.parametrize("words", ["做图", "做成图片", "海报"])
def test_without_a_number_it_is_the_picture_of_ones_own(
    zhang: Talker, session: Session, words: str
) -> None:
    an_approved_motto(session, "zhang", BRICK)

    assert zhang.says(words) == READY


@pytest.mark.slow
def test_what_is_not_public_has_no_picture(session: Session) -> None:
    a_member(session, "li")
    li, stranger = Talker(session, "li"), Talker(session, "stranger")
    a_member(session, "stranger")
    a_waiting_motto(session, "li", BRICK)

    assert li.says("做图").startswith("座右铭通过以后才能做成图片。")
    assert "1001" not in stranger.says("做图")
    assert stranger.says("做图1001") == stranger.says("做图1002").replace("1002", "1001")
