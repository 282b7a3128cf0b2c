"""The ballot on a page: who one is says a link that opens once, and no script is needed."""

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert, select, update
from werkzeug.test import TestResponse

from bot.domain.entry_files import Content
from bot.domain.questions import Shelf
from bot.domain.services import open_services
from bot.storage.tables import Delivery, Person, Quarantine, QuarantinedVote, Round, Vote
from tests.builders import NOON, a_lesson, a_round_of, an_approved_lesson, key
from tests.h5.conftest import Campaign

pytestmark = pytest.mark.slow

WORDS = "群众的事，一刻也不等"
_HIDDEN = re.compile(r'name="(key|sheet)" value="(\w+)"')


@dataclass
class Phone:
    """What one member does in one browser."""

    client: FlaskClient

    def posts(self, act: str, **fields: object) -> TestResponse:
        return self.client.post(f"/h/vote/{act}", data=fields)

    def confirms(self, *numbers: int) -> dict[str, object]:
        """The form that the page shows to be confirmed."""
        page = self.posts("choose", number=list(numbers), confirm="1")
        return {"number": list(numbers), **dict(_HIDDEN.findall(page.text))}

    def reads(self) -> str:
        return " ".join(re.sub(r"<[^>]+>", " ", self.client.get("/h/vote").text).split())


@pytest.fixture
def numbers(campaign: Campaign) -> list[int]:
    return [campaign.approved(f"a{n}", f"{WORDS}{n}") for n in range(5)]


@pytest.fixture
def token(campaign: Campaign, numbers: list[int]) -> str:
    campaign.joins("zhang", "张三", unit=2)
    with campaign.sessions.begin() as session:
        return open_services(session, NOON, Shelf()).ballot_passes.issue(key("zhang"))


@pytest.fixture
def phone(client: FlaskClient, token: str) -> Phone:
    """The phone of a member who has opened the link."""
    assert client.post("/h/vote/open", data={"t": token}).status_code == 303
    return Phone(client)


def given(campaign: Campaign) -> list[int]:
    with campaign.sessions() as session:
        return sorted(id_ + 1000 for id_ in session.scalars(select(Vote.motto_id)))


def ruled(campaign: Campaign, **rules: object) -> None:
    with campaign.sessions.begin() as session:
        session.execute(update(Round).values(**rules))


# ------------------------------------------------------------ who one is


def test_to_look_at_the_link_uses_nothing_up_and_it_opens_once(
    client: FlaskClient, token: str
) -> None:
    looked = [client.get(f"/h/vote?t={token}") for _ in range(2)]
    opened = client.post("/h/vote/open", data={"t": token})

    assert [page.status_code for page in looked] == [200, 200]
    assert all("去投票" in page.text for page in looked)
    cookie = opened.headers["Set-Cookie"]
    assert all(mark in cookie for mark in ("HttpOnly", "SameSite=Strict", "Path=/h/vote"))
    again = client.post("/h/vote/open", data={"t": token})
    assert again.status_code == client.get(f"/h/vote?t={token}").status_code == 410
    assert "回复“网页投票”" in again.text


def test_without_a_link_the_page_says_how_one_votes(
    client: FlaskClient, campaign: Campaign, numbers: list[int]
) -> None:
    page = client.get("/h/vote")

    assert page.status_code == 200
    assert "在聊天里回复“网页投票”" in page.text
    assert 'type="checkbox"' not in page.text
    sent = client.post("/h/vote/send", data={"number": numbers[0], "sheet": "x"})
    assert "认不出您是谁" in sent.text
    assert given(campaign) == []


def test_who_stands_where_is_shown_from_the_moment_the_round_says(
    client: FlaskClient, phone: Phone, campaign: Campaign, numbers: list[int]
) -> None:
    phone.posts("send", **phone.confirms(numbers[1]))
    assert "现在的名次" not in phone.reads()
    ruled(campaign, standings_from=NOON)

    assert f"现在的名次 1 {WORDS}1" in phone.reads()
    client.delete_cookie("ballot", path="/h/vote")
    assert f"现在的名次 1 {WORDS}1" in phone.reads()


def test_who_no_longer_follows_has_no_vote(
    phone: Phone, campaign: Campaign, numbers: list[int]
) -> None:
    form = phone.confirms(numbers[0])
    with campaign.sessions.begin() as session:
        session.execute(update(Person).values(following=False))

    assert phone.posts("send", **form).status_code == 410
    assert given(campaign) == []


def test_another_site_can_send_no_votes(
    phone: Phone, campaign: Campaign, numbers: list[int]
) -> None:
    form = phone.confirms(numbers[0])

    for wrong in ("", "0" * 64, "号"):
        phone.posts("send", **(form | {"key": wrong}))

    assert given(campaign) == []


# ------------------------------------------------------------ choosing


def test_a_member_chooses_confirms_and_has_receipts(
    phone: Phone, campaign: Campaign, numbers: list[int]
) -> None:
    form = phone.confirms(numbers[0], numbers[2])
    done = phone.posts("send", **form)

    assert "投好了2票" in done.text
    assert "还能投1票" in done.text
    assert given(campaign) == [numbers[0], numbers[2]]
    with campaign.sessions() as session:
        trackers = session.scalars(select(Vote.tracker)).all()
        assert session.scalars(select(Delivery.outcome)).all() == ["done"]
    assert all(tracker in done.text for tracker in trackers)
    page = phone.reads()
    assert "今天还能投1票，每条每天1票。" in page
    assert page.count("投过了") == 2


def test_a_sheet_that_is_sent_twice_counts_once(
    phone: Phone, campaign: Campaign, numbers: list[int]
) -> None:
    ruled(campaign, in_all=True)
    form = phone.confirms(numbers[0])
    phone.posts("send", **form)

    again = phone.posts("send", **(form | {"number": numbers[1]}))

    assert "没有重复投" in again.text
    assert given(campaign) == [numbers[0]]


def test_what_the_rules_refuse_is_said_and_the_rest_is_given(
    phone: Phone, campaign: Campaign, numbers: list[int]
) -> None:
    own = campaign.approved("zhang", "当好一块砖，哪里需要哪里搬")
    phone.posts("send", **phone.confirms(numbers[0]))
    done = phone.posts("send", **phone.confirms(numbers[0], numbers[1]))

    assert "投好了1票" in done.text
    assert "已经投过了" in done.text
    assert "按规则不投自己" in phone.posts("send", **phone.confirms(own)).text
    assert "您写的" in phone.reads()
    assert given(campaign) == [numbers[0], numbers[1]]


def test_more_than_there_are_votes_can_not_be_confirmed(
    phone: Phone, campaign: Campaign, numbers: list[int]
) -> None:
    page = phone.posts("choose", number=numbers[:4], confirm="1").text

    assert "您选了4条，只能再投3票。请回去去掉1条。" in " ".join(page.split())
    assert "确定投票" not in page
    assert "还没有选" in phone.posts("choose", confirm="1").text


def test_too_few_are_told_so(phone: Phone, campaign: Campaign, numbers: list[int]) -> None:
    ruled(campaign, in_all=True, least=3)

    assert "至少投3条才算数" in phone.reads()
    form = phone.posts("choose", number=numbers[:2], confirm="1").text
    assert "还差1条" in form
    assert "再投1条才算数" in phone.posts("send", **phone.confirms(*numbers[:2])).text


def test_choices_are_carried_along_while_one_looks_for_more(
    phone: Phone, numbers: list[int]
) -> None:
    page = phone.posts("choose", number=[numbers[0]], q=f"{WORDS}3", to="1").text

    assert f'type="hidden" name="number" value="{numbers[0]}"' in page
    assert page.count('type="checkbox"') == 1
    assert f'type="checkbox" name="number" value="{numbers[3]}"' in page
    by_number = phone.posts("choose", q=str(numbers[4]), to="1").text
    assert f'name="number" value="{numbers[4]}"' in by_number
    assert "没有找到" in phone.posts("choose", q="没有人写过这句", to="1").text


def test_a_vote_that_does_not_count_for_now_says_so(
    campaign: Campaign, phone: Phone, numbers: list[int]
) -> None:
    phone.posts("send", **phone.confirms(numbers[0]))
    assert "暂不计入" not in phone.reads()
    with campaign.sessions.begin() as session:
        vote = session.scalars(select(Vote)).one()
        apart = {"id": 1, "round_id": vote.round_id, "motto_id": vote.motto_id, "day": vote.day}
        said = {"signals": {}, "proposed_by": 1, "proposed_at": NOON}
        session.execute(insert(Quarantine).values(**apart, **said))
        row = {"tracker": vote.tracker, "quarantine_id": 1, "in_force": True}
        session.execute(insert(QuarantinedVote).values(**row))

    assert "在核对，暂不计入" in phone.reads()


def test_a_vote_is_taken_back_on_the_page(
    phone: Phone, campaign: Campaign, numbers: list[int]
) -> None:
    phone.posts("send", **phone.confirms(numbers[0]))
    form = dict(_HIDDEN.findall(phone.client.get("/h/vote").text))

    page = phone.posts("withdraw", number=numbers[0], **form).text

    assert f"投给{numbers[0]}号的票撤回了" in page
    assert given(campaign) == []


def test_an_entry_that_has_all_the_votes_one_may_give_it_can_not_be_chosen(
    phone: Phone, campaign: Campaign, numbers: list[int]
) -> None:
    ruled(campaign, per_entry=1)
    phone.posts("send", **phone.confirms(numbers[0]))
    with campaign.sessions.begin() as session:
        session.execute(update(Vote).values(day=NOON.date() - timedelta(days=1)))

    page = phone.client.get("/h/vote").text

    assert f'type="checkbox" name="number" value="{numbers[0]}"' not in page
    assert "投满了" in page


def test_a_number_that_leads_to_no_card_is_left_out_and_each_card_stands_once(
    phone: Phone, campaign: Campaign, numbers: list[int]
) -> None:
    twin = campaign.approved("twin", f"{WORDS}0")
    waiting = campaign.submitted("later", "一步一个脚印，踏实走好每一天")

    page = phone.posts(
        "choose", number=[twin, numbers[2], waiting, 999_999, numbers[0]], confirm="1"
    )

    shown = re.findall(r'name="number" value="(\d+)"', page.text.partition("确定投票")[0])
    assert shown == [str(numbers[0]), str(numbers[2])]


def test_who_must_join_a_unit_first_is_told_how(
    phone: Phone, campaign: Campaign, numbers: list[int]
) -> None:
    ruled(campaign, eligibility="bound")
    campaign.joins("zhang", None, unit=None)

    done = phone.posts("send", **phone.confirms(numbers[0])).text

    assert "要先登记单位：在公众号里回复“登记单位”" in done
    assert given(campaign) == []


def test_when_nobody_votes_the_page_says_why(
    phone: Phone, campaign: Campaign, numbers: list[int]
) -> None:
    form = phone.confirms(numbers[0])
    ruled(campaign, closes_at=NOON)

    assert "投票12月5日12点结束了" in phone.reads()
    assert "投票12月5日12点结束了" in phone.posts("send", **form).text
    assert given(campaign) == []


# ------------------------------------------------------------ what units send in


def test_lessons_stand_on_the_ballot_with_a_way_to_what_they_are(
    client: FlaskClient, campaign: Campaign
) -> None:
    campaign.joins("zhang", "张三", unit=2)
    with campaign.sessions.begin() as session:
        a_round_of(session, "lesson", title="微党课评选")
        number = an_approved_lesson(session, "把群众的小事办好")
        token = open_services(session, NOON, Shelf()).ballot_passes.issue(key("zhang"))
    client.post("/h/vote/open", data={"t": token})
    phone = Phone(client)

    assert f"把群众的小事办好 陈小红 农业局 {number}号 看介绍" in phone.reads()
    phone.posts("send", **phone.confirms(number))
    assert given(campaign) == [number]
    page = client.get(f"/h/m/{number}").text
    assert 'href="https://v.example.cn/1" rel="noopener noreferrer external"' in page
    assert "会离开本页，去 <bdi>v.example.cn</bdi>" in page
    assert client.get(f"/h/m/{number}/poster").status_code == 404
    assert "<bdi>微党课评选</bdi>" in client.get("/h/wall").text


def test_files_are_shown_or_saved_under_an_address_that_cannot_be_guessed(
    client: FlaskClient, campaign: Campaign
) -> None:
    with campaign.sessions.begin() as session:
        a_round_of(session, "lesson")
        number = a_lesson(session, "把群众的小事办好")
        services = open_services(session, NOON, Shelf())
        for version, file in enumerate((Content("封面.jpg", "jpg", b"j"), PDF), start=1):
            services.entry_files.add(number, version, file, 1, None, cover=version == 1)
        services.moderation.decide(number, 3, 2)
        cover, attached = services.entry_files.of(number)

    page = client.get(f"/h/m/{number}").text
    assert f'src="/h/f/{cover.token}"' in page
    shown, saved = client.get(f"/h/f/{cover.token}"), client.get(f"/h/f/{attached.token}")
    assert shown.data == b"j"
    assert saved.headers["Content-Disposition"].startswith("attachment;")
    assert (shown.mimetype, saved.mimetype) == ("image/jpeg", "application/pdf")
    assert saved.headers["X-Content-Type-Options"] == "nosniff"
    assert client.get("/h/f/" + "x" * 32).status_code == client.get("/h/f/..").status_code == 404


PDF = Content("案例.pdf", "pdf", b"%PDF-")


def test_a_group_that_is_full_is_said_on_the_page(client: FlaskClient, campaign: Campaign) -> None:
    campaign.joins("zhang", "张三", unit=2)
    with campaign.sessions.begin() as session:
        a_round_of(session, "lesson", in_all=True, groups=3)
        numbers = [an_approved_lesson(session, f"微课{n}") for n in range(4)]
        token = open_services(session, NOON, Shelf()).ballot_passes.issue(key("zhang"))
    client.post("/h/vote/open", data={"t": token})
    phone = Phone(client)

    assert "共3组，每组投1条，还能投3票。" in phone.reads()
    assert "第1组，投1条" in phone.reads()
    done = phone.posts("send", **phone.confirms(numbers[0], numbers[3])).text
    assert "第1组的1票都投完了" in done
    assert given(campaign) == [numbers[0]]
