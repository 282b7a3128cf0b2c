"""Inbound: every kind of push as WeChat sends it, and every way in which one can be strange."""

import hashlib
import json
from datetime import UTC, timedelta
from functools import partial

import pytest

from bot.conversation.message import Kind, Message
from bot.domain.identity import member_key
from bot.wechat.fields import Unreadable
from bot.wechat.inbound import read_push
from tests.builders import NOON, SECRET
from tests.wechat.pushes import ACCOUNT, AT, OPENID, a_text, an_event, fields, xml

TICKET = "gQH47joAAAAAAAAAASxodHRwOi8vd2VpeGluLnFxLmNvbS9xL2taZ2Z3TVRtNzJXV1Brb3ZhYmJJAAIEZ23sUw=="
MEDIA = "9Jw0Xz7tQpYb1LkV4mRcSgHa2NfDuE6oTiZ8xWqPvK5eMyB3nUjCrGlFs"


def read(plain: bytes) -> Message | None:
    return read_push(plain, NOON, partial(member_key, SECRET))


def heard(plain: bytes) -> Message:
    message = read(plain)
    assert message is not None
    return message


def a_message(sort: str, **more: object) -> bytes:
    return xml(**fields(sort, **(more | {"MsgId": 24563187012345675})))


def named(*parts: object) -> bytes:
    return hashlib.sha256("|".join(map(str, parts)).encode()).digest()


def test_a_text_becomes_a_message() -> None:
    assert heard(a_text("答题")) == Message(
        delivery=named("m", ACCOUNT, OPENID, 24563187012345671),
        fingerprint=heard(a_text("答题")).fingerprint,
        member=member_key(SECRET, OPENID),
        openid=OPENID,
        account=ACCOUNT,
        sent_at=NOON,
        kind=Kind.TEXT,
        raw="答题",
    )


MESSAGES = {
    "text": (a_text("答题"), Kind.TEXT, "答题"),
    "text of two lines": (a_text("投稿 三人行\n《论语》"), Kind.TEXT, "投稿 三人行\n《论语》"),
    "text from a tap": (a_text("满意", bizmsgmenuid=101), Kind.TEXT, "满意"),
    "text from a tap with odd id": (a_text("满意", bizmsgmenuid="q-1"), Kind.TEXT, "满意"),
    "text from an article": (a_text("帮助", MsgDataId="2247483651", Idx=1), Kind.TEXT, "帮助"),
    "text of blanks": (a_text("  \n "), Kind.TEXT, ""),
    "text that is empty": (a_text(""), Kind.TEXT, ""),
    "text without content": (a_text(Content=None), Kind.TEXT, ""),
    "text with a control character": (a_text("答\x1d题"), Kind.TEXT, "答题"),
    "text with an emoji": (a_text("加油💪🏽"), Kind.TEXT, "加油💪🏽"),
    "text in capitals": (xml(**fields("TEXT", Content="答题", MsgId=1)), Kind.TEXT, "答题"),
    "image": (a_message("image", PicUrl="http://x/0", MediaId=MEDIA), Kind.IMAGE, ""),
    "voice": (a_message("voice", MediaId=MEDIA, Format="amr"), Kind.VOICE, ""),
    "voice recognised as nothing": (a_message("voice", Recognition=""), Kind.VOICE, ""),
    "voice at 16k": (a_message("voice", MediaId=MEDIA, MediaId16K=MEDIA), Kind.VOICE, ""),
    "video": (a_message("video", MediaId=MEDIA, ThumbMediaId=MEDIA), Kind.VIDEO, ""),
    "short video": (a_message("shortvideo", MediaId=MEDIA), Kind.VIDEO, ""),
    "location": (a_message("location", Location_X=39, Scale=16, Label=""), Kind.LOCATION, ""),
    "link": (a_message("link", Title="题", Url="https://example.com"), Kind.LINK, ""),
    "file": (a_message("file", Title="a.docx", FileKey="k", FileTotalLen=9), Kind.FILE, ""),
    "mini-program": (a_message("miniprogrampage", AppId="wx1"), Kind.UNSUPPORTED, ""),
    "device text": (a_message("device_text", Content="aGk=", OpenID=OPENID), Kind.UNSUPPORTED, ""),
    "a type of tomorrow": (a_message("hologram", Content="x"), Kind.UNSUPPORTED, ""),
    "follow": (an_event("subscribe", EventKey=""), Kind.FOLLOW, ""),
    "follow without a key": (an_event("subscribe"), Kind.FOLLOW, ""),
    "follow by a scene": (
        an_event("subscribe", EventKey="qrscene_activity_2024", Ticket=TICKET),
        Kind.FOLLOW,
        "activity_2024",
    ),
    "follow by a scene named like the prefix": (
        an_event("subscribe", EventKey="qrscene_qrscene_7"), Kind.FOLLOW, "qrscene_7",
    ),
    "follow by a key like the prefix": (
        an_event("subscribe", EventKey="QRSCENE_7"), Kind.FOLLOW, "QRSCENE_7",
    ),
    "follow by a payment": (
        an_event("subscribe", EventKey="last_trade_no_42"), Kind.FOLLOW, "last_trade_no_42",
    ),
    "follow by a bar code": (
        an_event("subscribe", EventKey="scanbarcode|EAN|69"), Kind.FOLLOW, "scanbarcode|EAN|69",
    ),
    "unfollow": (an_event("unsubscribe", EventKey=""), Kind.UNFOLLOW, ""),
    "scan": (an_event("SCAN", EventKey="activity", Ticket=TICKET), Kind.SCAN, "activity"),
    "scan in small letters": (an_event("scan", EventKey="qrscene_7"), Kind.SCAN, "qrscene_7"),
    "scan without a key": (an_event("scan"), Kind.SCAN, ""),
    "click": (an_event("CLICK", EventKey="MENU_QUIZ_START"), Kind.CLICK, "MENU_QUIZ_START"),
    "click in small letters": (an_event("click", EventKey="A"), Kind.CLICK, "A"),
    "view": (an_event("VIEW", EventKey="https://example.com/rank", MenuId=4), Kind.EVENT, ""),
    "mini-program view": (an_event("view_miniprogram", EventKey="p/i"), Kind.EVENT, ""),
    "position": (an_event("LOCATION", Latitude=39, Precision=100), Kind.EVENT, ""),
    "template sent": (an_event("TEMPLATESENDJOBFINISH", MsgID=3487542469355618313), Kind.EVENT, ""),
    "mass message sent": (an_event("MASSSENDJOBFINISH", MsgID=1), Kind.EVENT, ""),
    "grant withdrawn": (
        an_event("user_authorization_revoke", OpenID=OPENID, RevokeInfo="205"), Kind.EVENT, "",
    ),
    "account verified": (an_event("qualification_verify_success", ExpiredTime=1), Kind.EVENT, ""),
    "human desk": (an_event("kf_create_session", KfAccount="a@b"), Kind.EVENT, ""),
    "an event of tomorrow": (an_event("teleported", EventKey="x"), Kind.EVENT, ""),
    "an event without a name": (xml(**fields("event")), Kind.EVENT, ""),
    "device event": (xml(**fields("device_event", Event="bind")), Kind.EVENT, ""),
}  # fmt: skip


@pytest.mark.parametrize(("plain", "kind", "raw"), MESSAGES.values(), ids=MESSAGES.keys())
def test_each_kind_of_push_is_understood(plain: bytes, kind: Kind, raw: str) -> None:
    message = heard(plain)

    assert (message.kind, message.raw, message.spoken) == (kind, raw, False)
    assert (message.openid, message.account) == (OPENID, ACCOUNT)
    assert (len(message.delivery), len(message.fingerprint), len(message.member)) == (32, 32, 16)


NESTED = {
    "scancode_waitmsg": "<ScanCodeInfo><ScanType>qrcode</ScanType></ScanCodeInfo>",
    "pic_sysphoto": "<SendPicsInfo><Count>1</Count><PicList><item/></PicList></SendPicsInfo>",
    "location_select": "<SendLocationInfo><Scale><![CDATA[15]]></Scale></SendLocationInfo>",
    "subscribe_msg_popup_event": "<SubscribeMsgPopupEvent><List/></SubscribeMsgPopupEvent>",
    "PUBLISHJOBFINISH": "<PublishEventInfo><publish_id>1</publish_id></PublishEventInfo>",
}


@pytest.mark.parametrize(("event", "inner"), NESTED.items())
def test_events_with_fields_inside_fields_are_understood(event: str, inner: str) -> None:
    plain = an_event(event, EventKey="K").replace(b"\n</xml>", inner.encode() + b"</xml>")

    assert heard(plain).kind is Kind.EVENT


def test_recognised_speech_is_text_that_was_spoken() -> None:
    message = heard(a_message("voice", MediaId=MEDIA, Format="amr", Recognition="选西。"))

    assert (message.kind, message.raw, message.spoken) == (Kind.TEXT, "选西。", True)


def test_a_very_long_text_is_kept_up_to_a_limit() -> None:
    assert heard(a_text("长" * 2_048)).raw == "长" * 2_048
    assert heard(a_text("长" * 20_000)).raw == "长" * 2_048


def test_a_text_like_an_injection_is_just_text() -> None:
    typed = "</Content><MsgType>event</MsgType>"

    assert heard(a_text(typed)).raw == typed


STRANGE = {
    "no fields": b"<xml/>",
    "blank root": b"<xml> </xml>",
    "words in the root": b"<xml>hello</xml>",
    "no type": xml(**fields("", Content="x", MsgId=1)),
    "type left out": xml(ToUserName=ACCOUNT, FromUserName=OPENID, CreateTime=AT, Content="x"),
    "no sender": a_text(FromUserName=None),
    "empty sender": a_text(FromUserName=""),
    "sender of 65 letters": a_text(FromUserName="o" * 65),
    "sender not in ASCII": a_text(FromUserName="党员"),
    "sender with a blank": a_text(FromUserName="o a"),
    "no account": a_text(ToUserName=None),
    "account of 65 letters": a_text(ToUserName="g" * 65),
    "nested sender": a_text().replace(b"<![CDATA[oVq7", b"<b/><![CDATA[oVq7"),
    "an empty object": b"{}",
    "still encrypted": b"<xml><ToUserName>gh</ToUserName><Encrypt>AAAA</Encrypt></xml>",
}


@pytest.mark.parametrize("plain", STRANGE.values(), ids=STRANGE.keys())
def test_a_push_that_names_nobody_is_no_message(plain: bytes) -> None:
    assert read(plain) is None


@pytest.mark.parametrize(
    "name", ["FromUserName", "ToUserName", "MsgType", "MsgId", "CreateTime", "Event"]
)
def test_a_push_that_names_itself_twice_is_no_message(name: str) -> None:
    plain = xml(**fields("text", Event="CLICK", MsgId=1, Content="x"))
    twice = plain.replace(b"</xml>", f"<{name}>1</{name}></xml>".encode())

    assert read(plain) is not None
    assert read(twice) is None


def test_a_text_that_comes_twice_counts_as_none() -> None:
    twice = a_text("投1号").replace(b"</xml>", b"<Content>x</Content></xml>")

    assert (heard(twice).kind, heard(twice).raw) == (Kind.TEXT, "")


def test_nested_content_counts_as_none() -> None:
    nested = a_text("x").replace(b"<![CDATA[x]]>", b"<b>x</b>")

    assert (heard(nested).kind, heard(nested).raw) == (Kind.TEXT, "")


def test_what_cannot_be_read_at_all_is_said_so() -> None:
    with pytest.raises(Unreadable):
        read(b"success")


def test_a_json_push_is_the_same_message_as_its_xml_twin() -> None:
    text = fields("text", Content="答题", MsgId=24563187012345671)
    click = fields("event", Event="CLICK", EventKey="MENU_QUIZ_START")

    assert heard(json.dumps(text).encode()) == heard(xml(**text))
    assert heard(json.dumps(click, ensure_ascii=False).encode()) == heard(xml(**click))


def test_a_json_event_with_one_or_several_lists_is_understood() -> None:
    one = fields("event", Event="subscribe_msg_popup_event", List={"TemplateId": "x"})
    two = one | {"List": [{"TemplateId": "x"}, {"TemplateId": "y"}]}

    assert heard(json.dumps(one).encode()).kind is Kind.EVENT
    assert heard(json.dumps(two).encode()).kind is Kind.EVENT


# --- the name of a delivery ---


def test_an_event_is_named_by_time_event_key_and_ticket() -> None:
    scan = an_event("SCAN", EventKey="7", Ticket=TICKET)

    assert heard(scan).delivery == named("e", ACCOUNT, OPENID, AT, "SCAN", "7", TICKET)
    assert heard(an_event("subscribe")).delivery == named(
        "e", ACCOUNT, OPENID, AT, "subscribe", "", ""
    )


def test_one_msgid_of_two_members_names_two_deliveries() -> None:
    assert heard(a_text()).delivery != heard(a_text(FromUserName="oOther")).delivery


def test_a_repeated_push_has_the_name_and_the_fingerprint_of_the_first() -> None:
    first, again = heard(a_text("答题")), heard(a_text("答题"))

    assert (first.delivery, first.fingerprint) == (again.delivery, again.fingerprint)


def test_other_contents_under_one_name_have_another_fingerprint() -> None:
    first, forged = heard(a_text("投3号")), heard(a_text("投9号"))

    assert first.delivery == forged.delivery
    assert first.fingerprint != forged.fingerprint


@pytest.mark.parametrize("msg_id", [None, 0, "", "000", "x", -1, "1" * 40, "１２"])
def test_without_a_real_msgid_the_contents_name_the_delivery(msg_id: object) -> None:
    first, again = heard(a_text("答题", MsgId=msg_id)), heard(a_text("答题", MsgId=msg_id))
    other, later = a_text("排名", MsgId=msg_id), a_text("答题", MsgId=msg_id, CreateTime=AT + 1)

    assert first.delivery == again.delivery
    assert len({first.delivery, heard(other).delivery, heard(later).delivery}) == 3


def test_events_of_one_second_have_different_names() -> None:
    events = [("subscribe", ""), ("SCAN", ""), ("CLICK", "A"), ("CLICK", "B"), ("VIEW", "A")]

    assert len({heard(an_event(e, EventKey=k)).delivery for e, k in events}) == len(events)


# --- the time of a message ---


def test_the_time_is_that_of_wechat_in_utc() -> None:
    assert heard(a_text(CreateTime=AT - 12)).sent_at == NOON - timedelta(seconds=12)
    assert heard(a_text(CreateTime=AT)).sent_at.tzinfo is UTC


@pytest.mark.parametrize(
    "created",
    [None, "", "soon", 0, -1, 1731990601, AT + 301, AT - 301, 10**10, 10**30, "１７３１", "1e9"],
)
def test_an_absurd_time_gives_way_to_the_time_that_was_signed(created: object) -> None:
    assert heard(a_text(CreateTime=created)).sent_at == NOON
