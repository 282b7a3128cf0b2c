"""Moderators keep the words that are marked and the quotations; the desk tells what it found."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from bot.domain.services import Transaction
from bot.storage.tables import ListedWord, Member
from tests.console.browser import Browser, text_of
from tests.console.conftest import Clock, Opened, Submit
from tests.console.test_security import PAYLOADS, shown

pytestmark = pytest.mark.slow

WORDS, QUOTATIONS = "/admin/words", "/admin/quotations"
NEW = {"words": "台账", "category": "other", "first": "0"}


def add(browser: Browser, **fields: Any) -> None:
    assert browser.post(f"{WORDS}/add", NEW | fields).status_code == 303


# ------------------------------------------------------------ on the desk


def test_a_hit_is_marked_in_place_with_what_hid_it(li: Browser, submit: Submit) -> None:
    submit("想发财的加 微-信聊聊")

    page = li.get("/admin")

    assert '想发财的<mark class="hit hit-first">加 微-信</mark>聊聊' in page.text
    assert "联系方式，优先排队 「 加 微-信 」读作 加微信 （夹了别的字符）" in text_of(page)


def test_the_history_of_an_entry_shows_it_too(li: Browser, submit: Submit) -> None:
    number = submit("想发财的加 微-信聊聊")

    assert '<mark class="hit hit-first">加 微-信</mark>' in li.get(f"/admin/mottos/{number}").text


def test_what_hits_nothing_looks_as_ever(li: Browser, submit: Submit) -> None:
    submit("愿做一块砖，哪里需要哪里搬")

    page = li.get("/admin").text

    assert "<bdi>愿做一块砖，哪里需要哪里搬</bdi>" in page
    assert "<mark" not in page
    assert "原文" not in page


def test_a_new_word_counts_for_what_waits_already(li: Browser, submit: Submit) -> None:
    submit("台账可以晚点，老人等不了")

    add(li)

    assert '<mark class="hit">台账</mark>可以晚点' in li.get("/admin").text


def test_what_is_misquoted_stands_beside_the_original(li: Browser, submit: Submit) -> None:
    submit("先天下之优而忧，后天下之乐而乐")

    page = li.get("/admin")

    assert "与原文不同 范仲淹 《岳阳楼记》 原文 先天下之 忧 而忧，后天下之乐而乐" in text_of(page)
    assert "先天下之<del>优</del>而忧，后天下之乐而乐" in page.text


def test_what_is_quoted_right_says_from_where(li: Browser, submit: Submit) -> None:
    submit("先天下之忧而忧，后天下之乐而乐")
    submit("俯首甘为孺子牛，一心为民")

    page = text_of(li.get("/admin"))

    assert "原文一致 范仲淹 《岳阳楼记》" in page
    assert "原文一致（节引） 鲁迅 《自嘲》" in page


def test_a_name_that_will_be_shown_is_marked_too(
    li: Browser, submit: Submit, opened: Opened
) -> None:
    submit("愿做一块砖，哪里需要哪里搬", signature="full")
    with opened() as session:
        session.execute(update(Member).values(name="加v聊聊"))

    assert '署名：<bdi><mark class="hit hit-first">加v</mark>聊聊</bdi>' in li.get("/admin").text


def test_what_hits_a_weighty_word_is_seen_before_what_is_older(
    li: Browser, submit: Submit, clock: Clock
) -> None:
    submit("愿做一块砖，哪里需要哪里搬")
    clock.advance(minutes=1)
    submit("台账可以晚点，老人等不了")
    clock.advance(minutes=1)
    submit("想发财的加 微-信聊聊")

    page = text_of(li.get("/admin"))

    assert page.index("1003号") < page.index("1001号") < page.index("1002号")


def test_every_wording_of_a_pile_is_marked(li: Browser, submit: Submit) -> None:
    submit("愿做一块砖，哪里需要哪里搬")
    submit("愿做一块砖，哪里需要哪里搬sb")

    assert '哪里需要哪里搬<mark class="hit hit-first">sb</mark>' in li.get("/admin").text


# ------------------------------------------------------------ the words


def test_the_list_that_comes_with_the_program_is_there(li: Browser) -> None:
    page = text_of(li.get(f"{WORDS}?category=contact"))

    assert "加微信 联系方式，优先排队" in page
    assert "现在是程序自带的词，还没有人改过" in page
    assert "没有找到“ 无此词 ”" in text_of(li.get(f"{WORDS}?q=无此词"))


def test_a_word_is_tried_before_it_counts(li: Browser, submit: Submit, opened: Opened) -> None:
    number = submit("台账可以晚点，老人等不了")
    submit("管好台账，心里有数才不慌")
    li.post(f"/admin/mottos/{number}/approve", {"version": 1})

    page = text_of(li.post(f"{WORDS}/try", NEW | {"words": "台账\r\n报表\r\n的\r\n加 微 信"}))

    assert "用库里的 2 条内容试过了，还没有生效" in page
    assert "台账 会命中 2 条，其中 1 条已通过 1001号 已通过 台账 可以晚点，老人等不了" in page
    assert "报表 一条也不命中" in page
    assert "只有一个字，几乎每条都会命中，没有加： 的" in page
    assert "词库里已经有了： 加 微 信" in page
    with opened() as session:
        assert session.scalar(select(func.count(ListedWord.id))) == 0


def test_an_allowed_phrase_tells_what_it_spares(li: Browser, submit: Submit) -> None:
    add(li)
    submit("台账可以晚点，老人等不了")

    page = text_of(li.post(f"{WORDS}/try", {"words": "台账可以晚点", "category": "fine"}))
    assert "台账可以晚点 会放过 1 条" in page

    add(li, words="台账可以晚点", category="fine")
    assert "<mark" not in li.get("/admin").text


def test_nothing_typed_is_said(li: Browser) -> None:
    response = li.post(f"{WORDS}/try", NEW | {"words": " \r\n"})

    assert response.status_code == 422
    assert "还没有写词" in text_of(response)


def test_many_words_are_pasted_at_once(li: Browser) -> None:
    pasted = "\r\n".join(f"报表{n:04}" for n in range(1_000))

    tried = li.post(f"{WORDS}/try", NEW | {"words": pasted}, content_type="multipart/form-data")
    assert "还有 900 个命中更少的，没有列出" in text_of(tried)
    added = li.post(f"{WORDS}/add", NEW | {"words": pasted}, content_type="multipart/form-data")

    page = text_of(li.get(added.location))
    assert "加了 1000 个" in page
    assert "等 1000 个" in page


def test_words_are_taken_away_and_brought_back(li: Browser, clock: Clock) -> None:
    add(li, words="台账\n报表")
    clock.advance(minutes=1)
    response = li.post(f"{WORDS}/drop", {"word": ["台账", "加微信"]})
    assert "拿掉了 2 个" in text_of(li.get(response.location))
    assert "没有找到" in text_of(li.get(f"{WORDS}?q=台账"))

    clock.advance(minutes=1)
    response = li.post(f"{WORDS}/undo", {"version": 2})

    assert "撤销了，2 个词恢复原样" in text_of(li.get(response.location))
    assert "台账 其他，只提醒" in text_of(li.get(f"{WORDS}?q=台账"))
    assert "李审核 · 1 分钟前" in text_of(li.get(WORDS))


def test_to_take_away_nothing_is_said(li: Browser) -> None:
    response = li.post(f"{WORDS}/drop")

    assert "请先在词的前面打勾" in text_of(li.get(response.location))


def test_a_sentence_is_tried_on_the_page(li: Browser) -> None:
    page = text_of(li.get(f"{WORDS}?say=＋微信聊"))
    assert "读作 加微信 （形近或谐音字）" in page
    assert "什么也没有命中" in text_of(li.get(f"{WORDS}?say=为人民服务"))


def test_who_may_only_look_sees_the_lists_and_changes_nothing(viewer: Browser) -> None:
    assert "加词" not in text_of(viewer.get(WORDS))
    assert "加一句" not in text_of(viewer.get(QUOTATIONS))
    assert viewer.post(f"{WORDS}/add", NEW).status_code == 403


@pytest.mark.parametrize("query", ["category=nonsense", "page=-5", "page=x", "q=%00", "say=%F0"])
def test_odd_addresses_show_the_list(li: Browser, query: str) -> None:
    assert li.get(f"{WORDS}?{query}").status_code == 200


@pytest.mark.parametrize(
    "fields", [{"category": "nonsense"}, {"category": "other", "first": "vielleicht"}, {}]
)
def test_odd_forms_change_nothing(li: Browser, fields: dict[str, str]) -> None:
    assert li.post(f"{WORDS}/add", {"words": "台账", **fields}).status_code == 400


def test_the_weight_of_a_word_is_kept(li: Browser, submit: Submit) -> None:
    submit("台账可以晚点，老人等不了")
    add(li, first="1")

    assert '<mark class="hit hit-first">台账</mark>' in li.get("/admin").text


# ------------------------------------------------------------ the quotations

SAYING = {"words": "少壮不努力，老大徒伤悲", "author": "汉乐府", "work": "《长歌行》"}


def test_a_quotation_is_added_counts_and_is_taken_away(li: Browser, submit: Submit) -> None:
    submit("少壮不努力，老来徒伤悲")
    added = li.post(f"{QUOTATIONS}/add", SAYING)
    assert "加上了" in text_of(li.get(added.location))
    assert "与原文不同 汉乐府 《长歌行》" in text_of(li.get("/admin"))

    dropped = li.post(f"{QUOTATIONS}/drop", {"words": SAYING["words"]})

    page = text_of(li.get(dropped.location))
    assert "拿掉了。" in page
    assert "加回来 ：少壮不努力，老大徒伤悲" in page
    assert "与原文不同" not in text_of(li.get("/admin"))


def test_a_quotation_without_its_source_is_sent_back_with_what_was_typed(li: Browser) -> None:
    response = li.post(f"{QUOTATIONS}/add", SAYING | {"work": ""})

    assert response.status_code == 422
    assert "请写出处" in text_of(response)
    assert 'value="汉乐府"' in response.text


# ------------------------------------------------------------ what is written stays words


def test_whatever_is_listed_or_tried_stays_words(
    app: Flask, transaction: Transaction, li: Browser, submit: Submit
) -> None:
    payloads = PAYLOADS[:4]
    for payload in payloads:
        submit(payload)
        li.post(f"{QUOTATIONS}/add", {"words": payload, "author": payload, "work": payload})
        tried = li.get(WORDS, query_string={"say": payload, "q": payload}).text
        assert shown(payload) in tried
    pasted = NEW | {"words": "\n".join(payloads)}
    pages = [li.post(f"{WORDS}/try", pasted)]
    li.post(f"{WORDS}/add", pasted)
    pages += [li.get(path) for path in ("/admin", WORDS, QUOTATIONS)]

    for page in pages:
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
        assert "<svg" not in page.text
