"""J3, J8, J9, J11: after the contest, voting, ranking, and being lost."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.storage.tables import Ticket, Vote, WithdrawnVote
from tests.journeys.conftest import World
from tests.journeys.test_conversations import at_nine, talk

pytestmark = pytest.mark.slow


def test_j8_votes_are_given_seen_and_taken_back(world: World) -> None:
    wang = world.member("o-wang")
    talk(
        wang,
        """
> 我要投票
晒出我的党性座右铭，…月…日24点截止。您今天还能投3票，每条每天1票。
10… …（…）[投]
10… …（…）[投]
10… …（…）[投]
[换一批]　[找一条]　[我投的]
也可以回复：投2（第2条），或投10…；一次选好几条，回复“网页投票”。
""",
    )
    assert wang.latest is not None
    first, second, third = re.findall(r"^(1\d{3}) ", wang.latest.text, re.M)

    talk(
        wang,
        f"""
> 投{second.translate({n: n + 0xFEE0 for n in range(48, 58)})}
✔ 已投给{second}号：“…”。
今天还能投2票。回执：…
投错了：[撤回]
[换一批]
> {second}
{second}号（…）：
“…”
您今天已经投过它了，明天可以再投。
[换一批]　[我投的]
> 3
第3条，{third}号（…）：
“…”
[投它]　[换一批]
> 撤回
您最近投的是{second}号（今天…）。
[撤回这一票]　[不撤]
撤回后，今天可以改投别的。
> （点 撤回这一票）
✔ 投给{second}号的票撤回了。今天还能投3票。
[去投票]　[我投的]
> 帮我投5票
一人一号，按规则每天3票；刷来的票会单独放着，不计入结果。
[去投票]　[看规则]
> 投{first}
…
> 投{second}
…
> 投{third}
✔ 已投给{third}号：“…”。
今天3票都投完了，谢谢您！回执：…
投错了：[撤回]
[换一批]
> 投票
今天3票都投完了，谢谢您！明天0点后可以再投。
[看我投的]　[看看大家的]
> 结果
投票还在进行，…月…日24点截止。结果公示后，回复“结果”就能看。
[去投票]
""",
    )
    assert len(world.rows(select(Vote).where(Vote.member_key == wang.key))) == 3
    assert len(world.rows(select(WithdrawnVote))) == 1

    world.ahead += timedelta(days=27)
    talk(
        wang,
        """
> 投票
投票…月…日24点结束了。结果公示后，回复“结果”就能看。
[看看大家的]　[我投的]
""",
    )


def test_j9_a_member_stands_among_neighbours_and_off_the_boards(world: World) -> None:
    at_nine(world)
    zhang = world.member("o-zhang")
    talk(
        zhang,
        """
> （扫码 CD-XA）
…
> 单位对
…
> 司马青
…
> 排名
您还没有积分，答一题就有了。
[答题]　[全市单位榜]　[怎么算的]
> 答题
…
> （答对）
…
> 排名
您的积分：2分，城东街道第…名（…人）。
第…名　…**　…分
第…名　…　…分
第…名　您　　2分
城东街道参加率：…%（全市第…）
[全市单位榜]　[怎么算的]　[不想上榜]
> 排名规则
时间：…月…日到…月…日，每天5题，全天都能答；过了零点接着做的，算开始那天的。没做完的留24小时。
个人：答对1题2分，每天最多10分；多选题全部选对才得分。快慢不算分。同一道题有5人说有错，先不给分，核对后补上。
漏答：漏掉的不扣分，也不能补。
排名：总分高的在前；同分看参加天数，再看谁先到分；都一样，名次并列。名次随时更新，…月…日答完定榜。
单位：看参加率（参加的人÷名册人数），不看总分，大小单位一样公平；不满10人的支部合在一起比。
[看排名]　[答题]
""",
    )
    assert "司**" in world.client.get("/h/standings").text

    talk(
        zhang,
        """
> 不想上榜
✔ 好的，积分榜上不再有您，别人看不到您的名次和积分；您自己回复“排名”还能看。
单位的参加率里仍有您这一份。
想再上榜：[我要上榜]　接着做：[答题]
""",
    )
    assert "司**" not in world.client.get("/h/standings").text

    talk(
        zhang,
        """
> 排名
您的积分：2分，城东街道第…名（…人）。
…
您没有上榜，这个名次只有您自己看得到。
[全市单位榜]　[怎么算的]　[我要上榜]
> （点 我要上榜）
✔ 好的，积分榜上有您，名字只写姓。
[看排名]　[答题]　不想上榜，回复“不上榜”。
""",
    )
    assert "司**" in world.client.get("/h/standings").text


def test_j3_before_and_after_the_contest(world: World) -> None:
    at_nine(world)
    late = world.member("o-late")
    world.ahead += timedelta(days=100)

    talk(
        late,
        """
> 答题
竞赛…月…日结束了。[看成绩]
""",
    )


def test_j11_somebody_is_lost_and_handed_to_a_person(world: World) -> None:
    at_nine(world)
    lost = world.member("o-lost")

    talk(
        lost,
        """
> 怎么弄
不急，您想做哪件事？
1 [答题]　2 [座右铭]
3 [投票]　4 [听宣讲]
5 [我的成绩]　6 [换大字]
点蓝字，或回复数字。
要问人：回复“联系”，工作日8:30到17:30有人答。
> 咕噜咕噜
我没看懂，您想做下面哪件事？
[答题]　[座右铭]　[投票]
[看排名]　[登记单位]
都不是：回复“联系”，请工作人员帮您。
> 叽里呱啦
我可能没听懂，让工作人员帮您吧。
请用一句话说说遇到了什么事，我转给他们，最晚明天中午回您。
不用了：回复“算了”。
> 点了蓝字没有反应
✔ 转给工作人员了，最晚明天中午回您。
先做点别的：[答题]　[座右铭]　[投票]
> 谢谢
不客气。
> 好的

> 联系
请用一句话说说遇到了什么事，我转给工作人员。工作日8:30到17:30有人答。
不用了：回复“算了”。
> 算了
好的。要做别的，回复“帮助”。
""",
    )

    assert world.rows(select(Ticket.words)) == ["点了蓝字没有反应"]
