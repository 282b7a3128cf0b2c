"""J1, J2: a stranger follows and belongs to a unit; whoever types a name learns nothing by it."""

import tomllib
from datetime import timedelta
from importlib.resources import files

import pytest
from sqlalchemy import select

from bot.domain.questions import Shelf
from bot.domain.roster import Doubt, Listed, Roster
from bot.domain.services import open_services
from bot.storage.tables import Consent, Member, Ticket
from handlers.joining import CONSENT
from tests.journeys.conftest import Talker, World
from tests.journeys.test_conversations import at_nine, seen, talk

pytestmark = pytest.mark.slow

MENU = """
先看看也行：
1 [答题]　每天几道题，约3分钟
2 [座右铭]　写一句，看看大家的
3 [投票]　选出您心中的好句子
4 [听宣讲]　时间表排好了在这里查
点蓝字，或回复前面的数字。"""


def test_j1_a_stranger_follows_leaves_and_comes_back(world: World) -> None:
    at_nine(world)
    zhang = world.member("o-zhang")

    talk(
        zhang,
        f"""
> （扫码）
您好，欢迎参加全市党员冬训。
先[登记单位]，成绩才能算到您单位；也可以先答题、后登记。
{MENU}
> 1
今天5题，答错也没关系，会告诉您为什么。不计时间。
…
""",
    )
    zhang.leaves()
    talk(
        zhang,
        f"""
> （扫码 CD-XA）
欢迎回来，您的记录都在。
您是扫“城东街道·新安社区支部”的码来的，对吗？
[对，就是这个支部]　[不是]
{MENU}
> （点 不是）
登记只要两步，约1分钟。
…
> 答题
接着刚才的，第1题（共5题，选一个）
…
""",
    )

    assert world.row(select(Member.unit_id).where(Member.member_key == zhang.key)) is None


def test_j2_a_member_joins_in_two_steps_after_some_answers(world: World) -> None:
    at_nine(world)
    zhang = world.member("o-zhang")

    talk(
        zhang,
        """
> 答题
…
> （答对）
…
> （答对）
…
> （答对）
…
> 登记单位
登记只要两步，约1分钟。
我们只记：您的单位、姓名。用来统计参加情况、防止重复计算。
不要身份证号，不要手机号。活动结束90天后删除；您随时可以回复“删除我的数据”。
[看完整说明]
同意的话，请回复单位名称里的几个字，比如：新安社区。
不想登记也能答题，只是不计入单位。
> 新安
找到3个，请点一个，或回复数字：
1 [河西区·新安村支部]
2 [城东街道·新安社区支部]
3 [城东街道·新安小学支部]
都不是？换几个字再发一次，或回复“没有”。
> 2
您选的是：城东街道·新安社区支部。
请发您的姓名（两三个字就行）。
不想写姓名，回复“不写”。
""",
    )
    assert world.rows(select(Consent.text_version)) == []
    assert world.row(select(Member.name).where(Member.member_key == zhang.key)) is None

    talk(
        zhang,
        """
> 张三
✔ 登记好了：城东街道·新安社区支部，张三。
系统会和支部核对，有问题再告诉您，不影响现在参加。
您刚才答的3题已算上。
接着做：[今天的题]　写错了：[改单位]
> 排名
您的积分：6分，城东街道第…名（…人）。
…
""",
    )
    assert world.rows(select(Consent.text_version)) == [CONSENT]
    with world.sessions() as session:
        branch = open_services(session, world.now(), Shelf()).participation.table(1)
        before = {place.name: place.turnout.participants for place in branch.places}
    assert before["新安社区支部"] == 1 + players(world, "CD-XA")


def test_j2_a_unit_that_is_not_listed_a_name_not_told_and_a_change_too_many(world: World) -> None:
    at_nine(world)
    li = world.member("o-li")

    talk(
        li,
        """
> 登记单位
…
> 月亮上
没找到名称里有“月亮上”的单位。换两三个字再发一次，比如：新安社区。
实在找不到，回复“没有”；不登记了，回复“算了”。
> 没有
请发单位全称，我们加上后告诉您。先答题吧：[今天的题]
> 城东街道月亮湾社区支部
✔ 收到，我们核对后加上，加上后告诉您。
先答题吧：[今天的题]
> 登记单位
…
> 渔港
您选的是：海边镇·渔港社区支部。
请发您的姓名（两三个字就行）。
不想写姓名，回复“不写”。不是这个单位：[换单位]
> 不写
✔ 登记好了：海边镇·渔港社区支部。
系统会和支部核对，有问题再告诉您，不影响现在参加。
接着做：[今天的题]　写错了：[改单位]
> （点 改单位）
您现在登记的是：海边镇·渔港社区支部。
要改，请回复新单位名称里的几个字，比如：新安社区。
不改了，回复“算了”。
> 柳桥
…
> 李四
✔ 登记好了：城东街道·柳桥社区支部，李四。
…
> 改单位
…
> 周家浜
…
> 李四
✔ 登记好了：河西区·周家浜村支部，李四。
…
> 改单位
30天里已经改过两次单位，…月…日以后才能再改。
单位还不对，请联系支部书记。
接着做：[答题]　[我的资料]
""",
    )
    world.ahead += timedelta(days=30)
    talk(
        li,
        """
> 改单位
您现在登记的是：河西区·周家浜村支部。
…
""",
    )
    assert world.rows(select(Ticket.topic)) == ["unit"]


def test_j2_nobody_learns_from_the_reply_whom_the_roster_has(world: World) -> None:
    """A match, a miss, a namesake and a name already bound read alike to the byte."""
    at_nine(world)
    with world.sessions.begin() as session:
        people = [Listed("CD-LQ", name) for name in ("赵一", "钱二", "钱二", "孙三")]
        Roster(session, world.now()).bring_in(people, "system")
    joins(world, "o-first", "孙三")

    names = ("赵一", "李四", "钱二", "孙三")
    replies = {name: joins(world, f"o-{n}", name) for n, name in enumerate(names)}

    assert len({reply.replace(name.encode(), b"?") for name, reply in replies.items()}) == 1
    with world.sessions() as session:
        doubts = {one.name: one.doubt for one in Roster(session, world.now()).unsettled()}
    assert {name: doubts.get(name) for name in replies} == {
        "赵一": None, "李四": Doubt.NOT_LISTED, "钱二": Doubt.NAMESAKES, "孙三": Doubt.TWICE,
    }  # fmt: skip


def joins(world: World, openid: str, name: str) -> bytes:
    """The reply that seals the bond, as the phone shows it."""
    talker: Talker = world.member(openid)
    for words in ("登记单位", "柳桥"):
        talker.says(words)
    reply = seen(talker.says(name))
    assert reply.startswith(f"✔ 登记好了：城东街道·柳桥社区支部，{name}。"), reply
    return reply.encode()


def players(world: World, code: str) -> int:
    """How many of the sample's people play for this unit."""
    plan = tomllib.loads(files("bot").joinpath("demo.toml").read_text("utf-8"))
    return sum(person["unit"] == code and person["plays"] > 0 for person in plan["people"])
