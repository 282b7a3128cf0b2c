"""Reading a body: what counts as a field, what is dropped, and what is refused."""

import pytest

from bot.wechat.fields import Refused, Unreadable, read_fields
from tests.wechat.pushes import a_text


def field(body: str, name: str = "Content") -> str | None:
    return read_fields(body.encode())[name]


@pytest.mark.parametrize(
    "body",
    [
        "<xml><Content><![CDATA[甲]]></Content></xml>",
        "<xml>\n  <Content>\n    <![CDATA[甲]]>\n  </Content>\n</xml>\n",
        '<?xml version="1.0" encoding="UTF-8"?>\n<xml><Content>甲</Content></xml>',
        '<?xml version="1.0" encoding="GBK"?><xml><Content>甲</Content></xml>',
        "<xml><Content>&#30002;</Content></xml>",
        "<xml><Content>&#x7532;</Content></xml>",
        '<xml lang="zh"><Content a="b">甲</Content></xml>',
        "<xml><!-- 乙 --><?乙?><Content><![CDATA[]]>甲</Content></xml>",
        "\ufeff<xml><Content>甲</Content></xml>",
        "\n \x00<xml><Content>甲</Content></xml>",
        '{"Content": "甲"}',
        '\ufeff { "Content" : "\\u7532" }',
    ],
)
def test_every_layout_reads_the_same(body: str) -> None:
    assert field(body) == "甲"


def test_an_empty_field_is_empty_and_an_absent_one_is_absent() -> None:
    fields = read_fields(b"<xml><EventKey><![CDATA[]]></EventKey><Label/></xml>")

    assert fields == {"EventKey": "", "Label": ""}


def test_lines_and_markup_that_a_member_typed_survive() -> None:
    typed = "三人行，必有我师焉。\n——《论语》 <a href='x'>&lt;&#29; ]] >"

    assert read_fields(a_text(typed))["Content"] == typed


def test_two_cdata_sections_are_one_text() -> None:
    assert field("<xml><Content><![CDATA[a]]]]><![CDATA[>b]]></Content></xml>") == "a]]>b"


@pytest.mark.parametrize("char", ["\x00", "\x08", "\x0b", "\x1d", "\x1f", "\ufffe", "\uffff"])
@pytest.mark.parametrize(
    "layout", ["<![CDATA[甲{}乙]]>", "甲{}乙", "甲&#{:d};乙", "甲&#x000{:X};乙"]
)
def test_a_control_character_is_dropped_and_the_text_stays(char: str, layout: str) -> None:
    mark = layout.format(ord(char) if "#" in layout else char)

    assert field(f"<xml><Content>{mark}</Content></xml>") == "甲乙"


@pytest.mark.parametrize("code", ["#55296", "#xDFFF", "#0", "#x110000", "#99999999999999999999"])
def test_a_reference_to_no_character_at_all_is_dropped(code: str) -> None:
    assert field(f"<xml><Content>甲&{code};乙</Content></xml>") == "甲乙"


def test_a_reference_inside_cdata_is_what_somebody_typed() -> None:
    body = "<xml><A>&#29;</A><Content><![CDATA[&#29;]]></Content><B>&#29;</B></xml>"

    assert read_fields(body.encode()) == {"A": "", "Content": "&#29;", "B": ""}


def test_a_reference_of_5000_digits_is_no_trouble() -> None:
    assert field(f"<xml><Content>甲&#{'9' * 5_000};</Content></xml>") == "甲"
    assert field(f"<xml><Content>甲&#{'0' * 5_000}65;</Content></xml>") == "甲A"


def test_a_field_that_comes_twice_says_nothing() -> None:
    assert field("<xml><Content>甲</Content><Content>乙</Content></xml>") is None
    assert field("<xml>" + "<Content>甲</Content>" * 3 + "</xml>") is None
    assert field('{"Content": "甲", "Content": "乙"}') is None


def test_a_field_with_fields_inside_says_nothing_and_its_neighbours_do() -> None:
    body = "<xml><S><List><X>甲</X></List></S><Content><b>甲</b></Content><Event>e</Event></xml>"

    assert read_fields(body.encode()) == {"S": None, "Content": None, "Event": "e"}


def test_json_numbers_keep_every_digit_and_other_values_say_nothing() -> None:
    body = b'{"MsgId": 24563187012345671234, "X": 39.9151190, "L": [1], "O": {"a": 1}, "N": null}'

    assert read_fields(body) == {
        "MsgId": "24563187012345671234", "X": "39.9151190", "L": None, "O": None, "N": None,
    }  # fmt: skip


def test_json_may_write_lone_surrogates_and_control_characters() -> None:
    assert field('{"Content": "甲\\ud800\\u001d\\u0000乙\x1d\n丙"}') == "甲乙\n丙"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"success",
        b"<xml>",
        b"</xml>",
        b"<xml><a></xml>",
        b"<xml/><xml/>",
        b"<html/>",
        b"<XML/>",
        b"<xml>&nbsp;</xml>",
        b"<xml>&undefined;</xml>",
        b"<xml><Content><![CDATA[a]]></Content>",
        b"<xml a='1' a='2'/>",
        b"<xml>\xff\xfe</xml>",
        b"<xml>\xed\xa0\x80</xml>",
        "<xml><Content>甲</Content></xml>".encode("utf-16"),
        "<xml><Content>甲</Content></xml>".encode("gbk"),
        b"[]",
        b"null",
        b"{",
        b'{"a": }',
        b'{"a": "' + b"x" * 100,
        b"[" * 60_000,
        b'{"a":' * 12_000,
        b"<a>" * 21_000,
        b"<xml>" + b"<a>" * 10_000 + b"</a>" * 8_000,
        b"<xml>" + b"<a/>" * 16_000 + b"</xml>",
        b"<xml>" + b"&#65;" * 12_000 + b"</xml>",
    ],
    ids=lambda body: repr(body[:24]),
)
def test_what_neither_xml_nor_json_can_read_is_refused(body: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        read_fields(body)

    assert refused.value.status == 400


@pytest.mark.parametrize(
    "declaration",
    [
        "<!DOCTYPE xml>",
        '<!DOCTYPE xml SYSTEM "http://203.0.113.1/x.dtd">',
        '<!DOCTYPE xml [<!ENTITY e "甲">]>',
        '<!DOCTYPE xml [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE xml [<!ENTITY % e SYSTEM "http://203.0.113.1/x"> %e;]>',
        '<!DOCTYPE xml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY e "&b;&b;&b;&b;">]>',
        '<!DOCTYPE xml [<!ATTLIST xml a CDATA "1">]>',
    ],
)
def test_a_document_type_is_refused_before_anything_of_it_is_read(declaration: str) -> None:
    with pytest.raises(Refused, match="doctype") as refused:
        read_fields(f"{declaration}<xml><Content>&e;</Content></xml>".encode())

    assert refused.value.status == 400


def test_a_push_as_large_as_wechat_makes_them_is_read() -> None:
    items = "<item><PicMd5Sum>1b5f7c23b5bf75682a53e7b6d163e185</PicMd5Sum></item>" * 400

    fields = read_fields(f"<xml><P><L>{items}</L></P><Event>e</Event></xml>".encode())

    assert fields == {"P": None, "Event": "e"}
