"""Pushes look as real ones do: the fields, their order, what is in CDATA and what is bare."""

from xml.etree import ElementTree

import pytest

from bot.simulator.pushes import Follower, Push
from tests.simulator.fake_bot import ACCOUNT, OPENID

AT = 1731990601
HEAD = (
    "<xml><ToUserName><![CDATA[gh_5c1d0e7a93f2]]></ToUserName>\n"
    "<FromUserName><![CDATA[oVq7Ks2mX0aTnE4yRb9LdPw3HfJc]]></FromUserName>\n"
    "<CreateTime>1731990601</CreateTime>\n"
)
WHO = Follower(ACCOUNT.account_id, OPENID)


def tags(push: Push) -> list[str]:
    return [part.tag for part in ElementTree.fromstring(push.xml)][4:]


def test_a_text_is_written_as_wechat_writes_it() -> None:
    push = WHO.text("答题", AT, 24563187012345671)

    assert push.xml == HEAD + (
        "<MsgType><![CDATA[text]]></MsgType>\n"
        "<Content><![CDATA[答题]]></Content>\n"
        "<MsgId>24563187012345671</MsgId>\n"
        "</xml>"
    )


def test_a_tap_is_a_text_that_names_its_menu_entry() -> None:
    push = WHO.tap("满意", "101", AT, 24563187012345673)

    assert push.xml.endswith(
        "<MsgId>24563187012345673</MsgId>\n<bizmsgmenuid>101</bizmsgmenuid>\n</xml>"
    )


def test_a_menu_id_need_not_be_a_number() -> None:
    push = WHO.tap("满意", "yes", AT)

    assert "<bizmsgmenuid><![CDATA[yes]]></bizmsgmenuid>" in push.xml


def test_a_follow_by_code_carries_the_scene_and_a_ticket() -> None:
    push = WHO.subscribe(AT, "CD-XA")

    assert push.xml.startswith(
        HEAD + "<MsgType><![CDATA[event]]></MsgType>\n<Event><![CDATA[subscribe]]></Event>\n"
        "<EventKey><![CDATA[qrscene_CD-XA]]></EventKey>\n<Ticket><![CDATA["
    )


def test_a_place_has_bare_numbers_and_a_label() -> None:
    push = WHO.location("北京市东城区东长安街", AT, 24563187012345678)

    assert push.xml == HEAD + (
        "<MsgType><![CDATA[location]]></MsgType>\n"
        "<Location_X>39.915119</Location_X>\n"
        "<Location_Y>116.403963</Location_Y>\n"
        "<Scale>16</Scale>\n"
        "<Label><![CDATA[北京市东城区东长安街]]></Label>\n"
        "<MsgId>24563187012345678</MsgId>\n"
        "</xml>"
    )


ORDERS: dict[str, tuple[Push, str]] = {
    "voice": (WHO.voice("选二。", AT), "MediaId Format Recognition MsgId"),
    "voice that is not recognised": (WHO.voice(None, AT), "MediaId Format MsgId"),
    "image": (WHO.image(AT), "PicUrl MediaId MsgId"),
    "video": (WHO.video(AT), "MediaId ThumbMediaId MsgId"),
    "link": (WHO.link("标题", "https://example.com/", AT), "Title Description Url MsgId"),
    "file": (
        WHO.file("座右铭.docx", AT),
        "Title Description FileKey FileMd5 FileTotalLen MsgId",
    ),
    "follow": (WHO.subscribe(AT), "Event EventKey"),
    "unfollow": (WHO.unsubscribe(AT), "Event EventKey"),
    "scan": (WHO.scan("CD-XA", AT), "Event EventKey Ticket"),
    "menu": (WHO.click("MENU_QUIZ_START", AT), "Event EventKey"),
}


@pytest.mark.parametrize("case", ORDERS)
def test_the_fields_come_in_their_order(case: str) -> None:
    push, order = ORDERS[case]

    assert tags(push) == order.split()


def test_a_scan_by_a_follower_has_no_prefix() -> None:
    assert "<EventKey><![CDATA[CD-XA]]></EventKey>" in WHO.scan("CD-XA", AT).xml


def test_a_sticker_arrives_as_a_sentence() -> None:
    assert "【收到不支持的消息类型，暂无法显示】" in WHO.sticker(AT).xml


def test_two_messages_of_one_second_are_told_apart() -> None:
    assert WHO.text("答题", AT) != WHO.text("答题", AT)


def test_words_that_end_a_cdata_section_arrive_whole() -> None:
    push = WHO.text("数组 a[b[0]]> 3", AT)

    assert ElementTree.fromstring(push.xml).findtext("Content") == "数组 a[b[0]]> 3"
