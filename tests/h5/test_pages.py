"""What the pages show, and to whom they say that there is nothing."""

import re

import pytest
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import Engine, update
from structlog.testing import capture_logs

from bot.domain.identity import campaign_day
from bot.domain.members import Members
from bot.domain.mottos import PAGE
from bot.domain.participation import UnitCounts
from bot.h5.views import FEW, FEWER
from bot.storage.tables import Base, Contest, Regrade, Score
from tests.builders import NOON, another_contest, freeze_boards, key
from tests.h5.conftest import Campaign

pytestmark = pytest.mark.slow

PAGES = ["/h/", "/h/wall", "/h/standings", "/h/units", "/h/privacy", "/h/results"]
BRICK = "愿做一块砖，哪里需要哪里搬"


def text_of(client: FlaskClient, address: str, status: int = 200) -> str:
    """What a reader sees of the page, with single blanks."""
    response = client.get(address)
    assert response.status_code == status
    return " ".join(html.fromstring(response.data).find("body").text_content().split())


def words_on(client: FlaskClient, address: str) -> list[str]:
    """The mottos on the page, in their order."""
    return [
        words.text_content()
        for words in html.fromstring(client.get(address).data).find_class("words")
    ]


# ------------------------------------------------------------ the wall


def test_the_wall_shows_words_number_signature_and_district(
    campaign: Campaign, client: FlaskClient
) -> None:
    campaign.joins("zhang", "张三", unit=2)
    number = campaign.approved("zhang", BRICK)

    wall = text_of(client, "/h/wall")

    assert f"{BRICK} 城东街道 张* {number}号" in wall
    assert "张三" not in wall
    assert "共1条" in wall


@pytest.mark.parametrize(
    ("name", "unit", "signature", "signed"),
    [
        ("张三", 2, "full", "城东街道 张三"),
        ("张三", 2, "none", "城东街道 匿名 1001号"),
        (None, 2, "masked", "城东街道 匿名 1001号"),
        ("张三", None, "masked", f"{BRICK} 张* 1001号"),
        (None, None, "masked", f"{BRICK} 匿名 1001号"),
    ],
)
def test_a_motto_is_signed_as_its_author_chose(
    campaign: Campaign, client: FlaskClient, name: str | None, unit: int | None,
    signature: str, signed: str,
) -> None:  # fmt: skip
    campaign.joins("zhang", name, unit)
    campaign.approved("zhang", BRICK, signature)

    assert signed in text_of(client, "/h/wall")


def test_the_newest_stand_first_twenty_to_a_page(campaign: Campaign, client: FlaskClient) -> None:
    numbers = [campaign.approved(f"m{n}", f"第{n}句座右铭") for n in range(2 * PAGE + 1)]

    pages = [words_on(client, f"/h/wall?page={page}") for page in (1, 2, 3)]

    newest_first = [f"第{n}句座右铭" for n in reversed(range(len(numbers)))]
    assert [len(page) for page in pages] == [PAGE, PAGE, 1]
    assert pages[0] + pages[1] + pages[2] == newest_first


def test_pages_are_turned_by_plain_links(campaign: Campaign, client: FlaskClient) -> None:
    for n in range(2 * PAGE + 1):
        campaign.approved(f"m{n}", f"第{n}句座右铭")

    def links(address: str) -> dict[str, str]:
        [pager] = html.fromstring(client.get(address).data).find_class("pager")
        return {a.text_content(): a.get("href") for a in pager.iter("a")}

    assert links("/h/wall") == {"下一页": "/h/wall?page=2"}
    assert links("/h/wall?page=2") == {"上一页": "/h/wall?page=1", "下一页": "/h/wall?page=3"}
    assert links("/h/wall?page=3") == {"上一页": "/h/wall?page=2"}
    assert "第2页，共3页" in text_of(client, "/h/wall?page=2")


def test_a_district_has_a_wall_of_its_own_that_pages_stay_in(
    campaign: Campaign, client: FlaskClient
) -> None:
    campaign.joins("li", "李四", unit=3)
    campaign.approved("li", "农业局的一句座右铭")
    for n in range(PAGE + 1):
        campaign.joins(f"m{n}", "王五", unit=2)
        campaign.approved(f"m{n}", f"城东第{n}句座右铭")

    first = html.fromstring(client.get("/h/wall?district=1").data)

    assert "农业局的一句座右铭" not in words_on(client, "/h/wall?district=1")
    assert words_on(client, "/h/wall?district=3") == ["农业局的一句座右铭"]
    assert first.find_class("pager")[0].find("a").get("href") == "/h/wall?page=2&district=1"
    assert [o.text for o in first.xpath("//option[@selected]")] == ["城东街道"]
    assert words_on(client, "/h/wall?page=2&district=1") == ["城东第0句座右铭"]


def test_an_empty_wall_says_how_to_begin(campaign: Campaign, client: FlaskClient) -> None:
    assert "还没有公开的座右铭。 在公众号里发“座右铭”" in text_of(client, "/h/wall")


def test_an_empty_district_leads_to_all(campaign: Campaign, client: FlaskClient) -> None:
    campaign.approved("zhang", BRICK)

    wall = text_of(client, "/h/wall?district=3")

    assert "农业局还没有公开的座右铭" in wall
    assert "看全部单位" in wall


def test_before_the_first_campaign_every_page_reads_well(client: FlaskClient) -> None:
    assert "还没有开始征集" in text_of(client, "/h/wall")
    assert "还没有人上榜" in text_of(client, "/h/standings")
    assert "还没有单位上榜" in text_of(client, "/h/units")
    assert "怎么参加" in text_of(client, "/h/")


# ------------------------------------------------------------ one motto


def test_a_motto_has_a_page(campaign: Campaign, client: FlaskClient) -> None:
    campaign.joins("zhang", "张三", unit=2)
    number = campaign.approved("zhang", BRICK)

    page = text_of(client, f"/h/m/{number}")

    day = campaign_day(NOON)
    assert f"{BRICK} 城东街道 张*" in page
    assert f"{day.year}年{day.month}月{day.day}日" in page
    assert f"投{number}号" in page
    assert f"<title>{BRICK}</title>" in client.get(f"/h/m/{number}").text


def test_who_wrote_the_same_shares_a_card_and_a_page(
    campaign: Campaign, client: FlaskClient
) -> None:
    for member, name in (("zhang", "张三"), ("li", "李小四"), ("wang", "王五")):
        campaign.joins(member, name)
    first = campaign.approved("zhang", BRICK)
    campaign.approved("li", BRICK + "！", "full")
    last = campaign.approved("wang", BRICK, "none")

    wall = text_of(client, "/h/wall")
    pages = {text_of(client, f"/h/m/{number}") for number in (first, last)}

    assert f"共1条，新的在前。 {BRICK} 城东街道 张*等3人 {first}号" in wall
    assert len(pages) == 1
    page = pages.pop()
    assert "3位党员写了同一句：张*、李**等。" in page
    assert f"投{first}号" in page
    assert "李小四" not in page


def test_what_cannot_be_seen_looks_the_same_whatever_the_reason(
    campaign: Campaign, client: FlaskClient
) -> None:
    hidden = [
        campaign.submitted("zhang", "还在等审核的座右铭"),
        campaign.returned("li", "被退回来的座右铭啊"),
        campaign.withdrawn("wang", "已经撤回的一句座右铭"),
    ]
    addresses = [
        f"/h/m/{number}" for number in [*hidden, 1, 0, 4711, 999999999, 10**30, "9" * 5000, "x"]
    ]

    answers = [client.get(address) for address in addresses]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.data for answer in answers}) == 1
    assert len({str(sorted(answer.headers)) for answer in answers}) == 1


def test_waiting_returned_and_withdrawn_words_are_shown_nowhere(
    campaign: Campaign, client: FlaskClient
) -> None:
    words = ["还在等审核的座右铭", "被退回来的座右铭啊", "已经撤回的一句座右铭"]
    campaign.submitted("zhang", words[0])
    campaign.returned("li", words[1])
    campaign.withdrawn("wang", words[2])
    campaign.approved("zhao", BRICK)

    shown = "".join(client.get(address).text for address in [*PAGES, "/h/wall?district=1"])

    assert BRICK in shown
    assert not any(each in shown for each in words)


# ------------------------------------------------------------ standings


def test_a_frozen_board_says_of_when_it_is_and_until_when(
    campaign: Campaign, client: FlaskClient
) -> None:
    campaign.joins("zhang", "张三", 2)
    campaign.scored("zhang", 20, days=3)
    with campaign.sessions.begin() as session:
        session.execute(update(Contest).values(last_day=campaign_day(NOON), closed_days=2))
    for address in ("/h/standings", "/h/units"):
        assert "正在封榜，请过一分钟再来看。" in text_of(client, address)
    with campaign.sessions.begin() as session:
        freeze_boards(session, NOON)
    campaign.scored("li", 30, days=3)

    people, units = text_of(client, "/h/standings"), text_of(client, "/h/units")

    told = "已经封榜，这是12月4日零点的榜；以后得的分、更正的答案，12月5日答完揭晓时一起算进去。"
    assert told in people
    assert "张* 城东街道 20分" in people
    assert "30分" not in people
    assert "最后2天封榜，榜停在12月4日零点" in people
    assert told in units
    assert "参加1人" in units


def test_a_frozen_board_on_which_nobody_stands_says_that_it_is_frozen(
    campaign: Campaign, client: FlaskClient
) -> None:
    assert "第一名可能就是您" in text_of(client, "/h/standings")
    with campaign.sessions.begin() as session:
        session.execute(update(Contest).values(last_day=campaign_day(NOON), closed_days=2))
        freeze_boards(session, NOON)

    told = text_of(client, "/h/standings")

    assert "已经封榜，这是12月4日零点的榜" in told
    assert "还没有人上榜。 在公众号里发“答题”，做今天的题。" in told


def test_each_bracket_has_a_table_of_its_own(campaign: Campaign, client: FlaskClient) -> None:
    for name, points in (("zhang", 20), ("li", 8)):
        campaign.joins(name, "张三" if name == "zhang" else "李小四", 2)
        campaign.scored(name, points)
    with campaign.sessions.begin() as session:
        session.execute(update(Contest).values(brackets=["在职党员组", "离退休组"]))
        session.execute(update(Score).values(bracket=1))
        session.execute(update(Score).where(Score.points == 8).values(bracket=2))

    first, second = (text_of(client, f"/h/standings{of}") for of in ("", "?bracket=2"))

    assert "在职党员组，排在最前的1人。 1 张* 城东街道 20分" in first
    assert "离退休组，排在最前的1人。 1 李** 城东街道 8分" in second
    assert text_of(client, "/h/standings?bracket=9") == first


def test_of_several_contests_each_has_its_board_and_its_rules(
    campaign: Campaign, client: FlaskClient
) -> None:
    campaign.joins("zhang", "张三", 2)
    campaign.scored("zhang", 20, days=3)
    assert 'name="contest"' not in client.get("/h/standings").text
    with campaign.sessions.begin() as session:
        other = another_contest(session, points_each=7)

    ours = text_of(client, "/h/standings?contest=1")
    theirs = client.get(f"/h/standings?contest={other}").text

    assert "张* 城东街道 20分" in ours
    assert "答对1题2分" in ours
    assert "还没有人上榜" in theirs
    assert "答对1题7分" in theirs
    assert f'<option value="{other}" selected>党章学习</option>' in theirs
    assert f"/h/units?contest={other}" in theirs
    assert text_of(client, "/h/standings?contest=99") == text_of(
        client, f"/h/standings?contest={other}"
    )
    assert "参加1人" in text_of(client, "/h/units?contest=1")
    assert 'name="contest"' in client.get("/h/units").text


def test_the_standings_show_shared_places_and_masked_names(
    campaign: Campaign, client: FlaskClient
) -> None:
    for member, name, unit, points in [
        ("zhang", "张三", 2, 20),
        ("li", "李小四", 3, 20),
        ("wang", None, None, 8),
    ]:
        campaign.joins(member, name, unit)
        campaign.scored(member, points, days=3)

    standings = text_of(client, "/h/standings")

    assert re.search(r"1 (张\*|李\*\*) (城东街道|农业局) 20分 参加3天 1 (张\*|李\*\*)", standings)
    assert "3 未留名 未登记单位 8分" in standings
    assert "每天5题，全天都能答" in standings
    assert "封榜" not in standings
    assert "总分高的在前；同分看参加天数，再看谁先到分" in standings
    assert "张三" not in standings


def test_who_wants_to_be_on_no_board_is_on_none_at_once(
    campaign: Campaign, client: FlaskClient
) -> None:
    for name, full_name, points in (("zhang", "张三", 20), ("li", "李小四", 8)):
        campaign.joins(name, full_name)
        campaign.scored(name, points)
    with campaign.sessions.begin() as session:
        Members(session, NOON).show_on_boards(key("zhang"), shown=False)

    standings = text_of(client, "/h/standings")

    assert "张*" not in standings
    assert "2 李** 城东街道 8分" in standings


def test_a_district_has_standings_of_its_own(campaign: Campaign, client: FlaskClient) -> None:
    for member, name, unit in [("zhang", "张三", 2), ("li", "李小四", 3)]:
        campaign.joins(member, name, unit)
        campaign.scored(member, 10)

    standings = text_of(client, "/h/standings?district=3")

    assert "李**" in standings
    assert "张*" not in standings


def test_standings_stop_at_fifty(campaign: Campaign, client: FlaskClient) -> None:
    for n in range(60):
        campaign.joins(f"m{n}", "王五")
        campaign.scored(f"m{n}", n)

    rows = html.fromstring(client.get("/h/standings").data).xpath("//ol/li")

    assert len(rows) == 50


def test_the_standings_say_which_keys_were_mended_and_why(
    campaign: Campaign, client: FlaskClient
) -> None:
    assert "题目更正" not in client.get("/h/standings").text
    with campaign.sessions.begin() as session:
        regrade = Regrade(
            question_id=1, step=1, answer=["C"], explanation="", only_adds=False,
            reason="<b>核对有误</b>", proposed_by=1, proposed_at=NOON, released_by=2,
            released_at=NOON,
        )  # fmt: skip
        session.add(regrade)

    page = client.get("/h/standings").text

    assert "12月5日更正了“题目Q000？”的答案。" in page
    assert "&lt;b&gt;核对有误&lt;/b&gt;" in page
    assert "有加有减" in page


def test_empty_standings_say_how_to_begin(campaign: Campaign, client: FlaskClient) -> None:
    campaign.joins("li", "李小四", 3)
    campaign.scored("li", 10)

    assert "城东街道还没有人上榜。 在公众号里发“答题”" in text_of(client, "/h/standings?district=1")


# ------------------------------------------------------------ units


def test_units_are_ranked_by_rate_with_their_people(
    campaign: Campaign, client: FlaskClient
) -> None:
    for member, unit in [("zhang", 2), ("li", 3), ("wang", 3), ("zhao", None)]:
        campaign.joins(member, "张三", unit)
        campaign.scored(member, 10)

    units = text_of(client, "/h/units")

    assert "1 农业局 名册120人，参加2人 1.6%" in units
    assert "2 城东街道 名册900人，参加1人 0.1%" in units
    assert "张" not in units


def test_a_board_that_the_worker_counted_says_of_when_it_is(
    campaign: Campaign, client: FlaskClient
) -> None:
    with campaign.sessions.begin() as session:
        UnitCounts(session, NOON).keep(1, {"3": 12})

    units = text_of(client, "/h/units")

    assert "1 农业局 名册120人，参加12人 10.0%" in units
    assert "人数统计到12月5日12:00，大约每分钟更新一次。" in units


def test_a_district_leads_to_the_table_of_its_branches(
    campaign: Campaign, client: FlaskClient
) -> None:
    campaign.joins("zhang", "张三", 2)
    campaign.scored("zhang", 10)

    links = [a.get("href") for a in html.fromstring(client.get("/h/units").data).xpath("//ol//a")]

    assert links == ["/h/units?district=1"]
    assert "城东街道下属的单位" in text_of(client, links[0])
    assert "1 新安社区支部 名册46人，参加1人 2.1%" in text_of(client, links[0])


def test_small_units_are_named_on_one_line(campaign: Campaign, client: FlaskClient) -> None:
    campaign.has_units(甲支部=4, 乙支部=5, 丙支部=None)
    campaign.joins("zhang", "张三", 3)
    campaign.scored("zhang", 10)

    units = text_of(client, "/h/units")

    assert re.search(
        r"不满10人的单位合在一起 看是哪2个(乙支部、甲支部|甲支部、乙支部) 名册9人", units
    )
    assert "名册人数没有录入，没有排名：丙支部。" in units


def test_before_anybody_took_part_no_unit_is_ranked(
    campaign: Campaign, client: FlaskClient
) -> None:
    assert "还没有单位上榜。 在公众号里发“登记单位”" in text_of(client, "/h/units")
    assert "农业局下属的单位还没有人参加" in text_of(client, "/h/units?district=3")


def test_the_two_tables_of_honour_lead_to_each_other(
    campaign: Campaign, client: FlaskClient
) -> None:
    def links(address: str) -> dict[str, str | None]:
        [boards] = html.fromstring(client.get(address).data).find_class("boards")
        return {a.get("href"): a.get("aria-current") for a in boards.iter("a")}

    assert links("/h/standings") == {"/h/standings": "page", "/h/units": None}
    assert links("/h/units") == {"/h/standings": None, "/h/units": "page"}


# ------------------------------------------------------------ home and privacy


def test_the_first_page_leads_on_and_shows_the_newest_mottos(
    campaign: Campaign, client: FlaskClient
) -> None:
    for n in range(4):
        campaign.approved(f"m{n}", f"第{n}句座右铭")

    links = {a.get("href") for a in html.fromstring(client.get("/h/").data).iter("a")}

    assert {"/h/wall", "/h/standings", "/h/privacy"} <= links
    assert words_on(client, "/h/") == ["第3句座右铭", "第2句座右铭", "第1句座右铭"]


def test_the_privacy_page_names_what_is_kept_and_how_to_have_it_deleted(
    client: FlaskClient,
) -> None:
    privacy = text_of(client, "/h/privacy")

    for period in (
        "扫支部的码进来的，先记下是哪个支部，等您确认。留到活动结束后90天。",
        "我们的回复：微信重送时原样再给您一次。留24小时。",
        "审核的经过",
        "长期留着。",
    ):
        assert period in privacy
    for word in (
        "openid",
        "单位",
        "姓名",
        "答题",
        "座右铭",
        "投票",
        "署名",
        "“删除我的数据”",
        "“联系”",
    ):
        assert word in privacy


@pytest.mark.parametrize(
    ("short", "page"),
    [("/h", "/h/"), ("/h/m", "/h/wall"), ("/h/r", "/h/units"), ("/h/p", "/h/privacy")],
)
def test_the_short_addresses_of_the_chat_lead_to_pages(
    client: FlaskClient, short: str, page: str
) -> None:
    response = client.get(short)

    assert (response.status_code, response.location) == (302, page)


def test_a_link_of_the_chat_may_ask_for_larger_letters_and_they_stay(client: FlaskClient) -> None:
    assert client.get("/h/m?size=larger").location == "/h/wall?size=larger"

    page = client.get("/h/wall?size=larger")

    assert 'class="larger"' in page.text
    assert 'href="/h/smaller?back=/h/wall"' in page.text, "the switch leads back without the size"
    assert 'class="larger"' in client.get("/h/standings").text
    assert 'class="larger"' not in client.get("/h/wall?size=smaller").text
    assert 'class="larger"' not in client.get("/h/wall").text


def test_an_unknown_size_is_none(client: FlaskClient) -> None:
    for size in ("huge", "", "larger'"):
        page = client.get("/h/wall", query_string={"size": size})

        assert 'class="larger"' not in page.text
        assert "Set-Cookie" not in page.headers


def test_pages_in_larger_letters_hold_less(campaign: Campaign, client: FlaskClient) -> None:
    for n in range(FEWER + 1):
        campaign.joins(f"m{n}", "王五")
        campaign.scored(f"m{n}", n)
        campaign.approved(f"m{n}", f"第{n}句座右铭")

    assert len(words_on(client, "/h/wall?size=larger")) == FEW
    assert words_on(client, "/h/wall?page=2")[0] == f"第{FEWER - FEW}句座右铭"
    standings = html.fromstring(client.get("/h/standings").data)
    assert len(standings.xpath("//ol/li")) == FEWER


def test_no_page_carries_anything_that_names_a_member(
    campaign: Campaign, client: FlaskClient
) -> None:
    campaign.joins("zhang", "张三", unit=2)
    campaign.scored("zhang", 10)
    number = campaign.approved("zhang", BRICK)

    for address in [*PAGES, f"/h/m/{number}"]:
        page = client.get(address).text
        assert "o-zhang" not in page
        assert key("zhang").hex() not in page
        assert "张三" not in page


# ------------------------------------------------------------ our own trouble


def test_a_failing_store_gets_a_page_that_says_what_to_do(
    client: FlaskClient, engine: Engine
) -> None:
    Base.metadata.drop_all(engine)

    with capture_logs() as logs:
        response = client.get("/h/wall")

    [entry] = logs
    assert response.status_code == 500
    assert (entry["event"], entry["page"]) == ("page failed", "h5.wall")
    assert f"这个号：{entry['incident']}" in response.text
    assert "您的记录都在" in response.text
    assert "no such table" not in response.text
