"""The picture of a motto: what stands on it, who has none, and that no letter becomes a box."""

import threading
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from bot.h5 import pen, poster
from bot.h5.drawing import HEIGHT, NOT_FIRST, WIDTH, Undrawable, drawable, lines_of
from tests.h5.conftest import Campaign

pytestmark = pytest.mark.slow

BRICK = "愿做一块砖，哪里需要哪里搬"
RARE = "\U00032000"
"""A letter of Unicode's plane 3 that no font in wide use has."""


def opened(picture: bytes) -> Image.Image:
    return Image.open(BytesIO(picture)).convert("RGB")


def test_the_picture_of_an_approved_motto_can_be_fetched_and_kept(
    campaign: Campaign, client: FlaskClient
) -> None:
    campaign.joins("zhang", "张三", unit=2)
    number = campaign.approved("zhang", BRICK)

    page = client.get(f"/h/m/{number}/poster").text
    response = client.get(f"/h/m/{number}/poster.jpg")

    assert f'src="/h/m/{number}/poster.jpg"' in page
    assert "长按图片" in page
    assert response.mimetype == "image/jpeg"
    assert opened(response.data).size == (WIDTH, HEIGHT)
    again = client.get(
        f"/h/m/{number}/poster.jpg", headers={"If-None-Match": response.headers["ETag"]}
    )
    assert again.status_code == 304


def test_what_is_not_public_has_no_picture(campaign: Campaign, client: FlaskClient) -> None:
    waiting = campaign.submitted("li", BRICK)
    gone = campaign.withdrawn("zhang", "清清白白做人，踏实做事")

    for number in (waiting, gone, 9999):
        assert client.get(f"/h/m/{number}/poster").status_code == 404
        assert client.get(f"/h/m/{number}/poster.jpg").status_code == 404


def test_a_letter_that_the_font_does_not_have_is_named_instead(
    campaign: Campaign, client: FlaskClient
) -> None:
    number = campaign.approved("zhang", f"愿做一块{RARE}，哪里需要哪里搬")

    assert f"“{RARE}”是很少见的字" in client.get(f"/h/m/{number}/poster").text
    assert client.get(f"/h/m/{number}/poster.jpg").status_code == 404


@pytest.mark.parametrize("letters", ["𠮷㐂龘饕", "“”‘’（）《》·—…！？；：", "Serve 2026"])
def test_rare_names_and_every_sign_in_use_are_drawn(letters: str) -> None:
    assert drawable(letters) == letters


def test_an_emoji_is_left_out_and_a_letter_never() -> None:
    assert drawable("加油😀🇨🇳！") == "加油！"
    with pytest.raises(Undrawable):
        drawable(RARE)


@given(st.text("永国心。，“”！Wil 一", min_size=1, max_size=30).filter(str.strip))
@example("WWWWWWWW”””””””WWWWW")
@example("”" * 30)
@example("“" * 30)
def test_whatever_the_words_no_line_sticks_out(words: str) -> None:
    size, lines = poster._set(words)

    assert "".join(lines) == words
    assert poster._width(size, lines) <= WIDTH - 120
    assert poster._height(size, lines) <= poster._BOTTOM - poster._TOP


def test_a_line_never_begins_with_what_may_not_begin_one() -> None:
    words = "把小事当大事办把群众的事，当自己的事办，一件一件办到底！"

    for size in poster._SIZES:
        lines = list(lines_of(words, size, WIDTH - 240))
        assert "".join(lines) == words
        assert not any(line[0] in NOT_FIRST for line in lines)


def test_who_would_wait_long_for_anothers_picture_is_asked_to_come_again(
    campaign: Campaign, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = campaign.approved("zhang", BRICK)
    monkeypatch.setattr(pen, "PATIENCE", 0.01)
    drawing, go_on = threading.Event(), threading.Event()

    def slow(_poster: object) -> bytes:
        drawing.set()
        assert go_on.wait(10)
        return b"a picture"

    monkeypatch.setattr(poster, "draw", slow)
    first = threading.Thread(target=client.get, args=[f"/h/m/{number}/poster.jpg"])
    first.start()
    assert drawing.wait(10)

    response = client.application.test_client().get(f"/h/m/{number}/poster.jpg")

    go_on.set()
    first.join()
    assert (response.status_code, response.headers["Retry-After"]) == (503, "3")
