"""J12: a member sees what we keep, takes it along, puts it right, has it erased, and comes back."""

import re
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select

from bot.simulator.answers import PageLink
from bot.storage.tables import Person, Vote
from tests.journeys.conftest import Talker, World
from tests.journeys.test_conversations import talk

pytestmark = pytest.mark.slow

JOINS = """
> （扫码 CD-XA）
…
> 单位对
…
> 张三
✔ 登记好了：城东街道·新安社区支部，张三。
…
> 答题
…
> （答对）
…
> 投1001号
…
"""


def test_j12_a_member_sees_it_takes_it_puts_it_right_and_has_it_erased(world: World) -> None:
    zhang = world.member("o-zhang")
    talk(zhang, JOINS)
    votes = votes_for_the_first(world)

    talk(
        zhang,
        """
> 我的资料
我们记着您的：
单位：城东街道·新安社区支部
姓名：张三（公开时写“张*”）
答题1天、积分2、投票1张
[改单位]　[要一份]　[隐私说明]
不想留了：回复“删除我的数据”。
> （点 要一份）
✔ 准备好了：[打开我的资料]
可以直接看，也可以存成表格。只能打开一次，30分钟内有效，请不要转给别人。
过期了再回复“导出我的”。
""",
    )
    opened, closed = opens_twice(zhang)
    assert "张三" in opened
    assert "投1001号" not in opened
    assert "这个链接用过了" in closed

    talk(
        zhang,
        """
> 改名
您登记的姓名：张三。
请发新的姓名（两三个字就行）。
不想留姓名，回复“不写”；不改了，回复“算了”。
> 章三
✔ 姓名改好了：章三。
接着做：[我的资料]　[答题]
> 导出我的
✔ 准备好了：[打开我的资料]
…
""",
    )
    link = address_in(zhang)
    talk(
        zhang,
        """
> 删除我的数据
删除后：
1 单位、姓名、答题记录、座右铭都删掉，不能恢复；
2 您投过的票还算数，但再也查不出是谁投的；
3 支部统计里，您参加过这件事只剩一个数字。
确定请回复：确定删除
不删：回复“算了”。
> 确定
还没有删。要删，请打全这四个字：确定删除
不删：回复“算了”。
> 算了
好的，都给您留着，什么也没有删。
接着做：[我的资料]　[答题]
> 确定删除
删除后：
…
> 确定删除
✔ 已删除。凭证：D-…。
以后再来，就当您是新朋友。谢谢您参加冬训。
""",
    )

    assert re.search(r"D-\d{4}-\w{4}。", zhang.latest.text if zhang.latest else "")
    assert world.client.get(link).status_code == 410
    assert world.row(select(Person).where(Person.openid == "o-zhang")) is None
    assert votes_for_the_first(world) == votes

    talk(
        zhang,
        """
> 我的资料
我们记着您的：
单位：还没登记
姓名：没有写
还没有答题、座右铭、投票的记录
[改单位]　[要一份]　[隐私说明]
不想留了：回复“删除我的数据”。
> 投1002号
今天3票都投完了，谢谢您！…
…
""",
    )


def test_who_only_leaves_finds_all_as_it_was(world: World) -> None:
    zhang = world.member("o-zhang")
    talk(zhang, JOINS)

    zhang.leaves()

    assert zhang.follows().text.startswith("欢迎回来，您的记录都在。")
    assert "章三" not in zhang.says("我的资料").text
    assert "张三" in zhang.says("我的资料").text


def test_who_is_erased_and_leaves_is_not_entered_again(world: World) -> None:
    zhang = world.member("o-zhang")
    talk(zhang, JOINS)
    for words in ("删除我的数据", "确定删除"):
        zhang.says(words)

    zhang.leaves()

    assert world.row(select(Person).where(Person.openid == "o-zhang")) is None
    assert zhang.follows().text.startswith("您好，欢迎参加全市党员冬训。")


def votes_for_the_first(world: World) -> int:
    return int(world.row(select(func.count()).select_from(Vote).where(Vote.motto_id == 1)))


def address_in(member: Talker) -> str:
    """The path of the link in the latest reply."""
    assert member.latest is not None
    (link,) = [part for part in member.latest.parts if isinstance(part, PageLink)]
    parts = urlsplit(link.address)
    assert member.openid not in link.address
    return f"{parts.path}?{parts.query}"


def opens_twice(member: Talker) -> tuple[str, str]:
    """What the link shows to whoever presses its button, and what it shows after that."""
    client, path = member.world.client, address_in(member)
    token = client.get(path).text.partition('name="t" value="')[2].partition('"')[0]
    opened = client.post("/h/mine", data={"t": token, "as": "page"})
    return opened.text, client.get(path).text
