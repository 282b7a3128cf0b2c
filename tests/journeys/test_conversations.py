"""Whole conversations, written down as the journeys are: what a member does, what the phone shows.

A line that begins with `> ` is the member's; those below it are the whole reply. `…` stands
for anything within a line, and alone for any number of lines: which questions are drawn and
which mottos come first is nobody's to know.
"""

import re
from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import select

from bot.domain.entries import number_of
from bot.domain.identity import CAMPAIGN_ZONE
from bot.domain.questions import Shelf
from bot.domain.services import open_services
from bot.simulator.answers import Answer, Words
from bot.storage.tables import Answer as Given
from bot.storage.tables import Motto, Ticket, Vote
from quiz_bank import Kind
from tests.journeys.conftest import Talker, World

pytestmark = pytest.mark.slow


def talk(member: Talker, transcript: str) -> None:
    """Say the member's lines one after the other, and hold each reply against what stands below."""
    for turn in re.split(r"^> ", transcript.strip(), flags=re.M)[1:]:
        line, _, expected = turn.strip().partition("\n")
        reply = seen(does(member, line))
        fits = re.fullmatch(_pattern(expected), reply + "\n")
        assert fits, f"> {line}\n{reply}\n\n--- is not\n{expected}"


def does(member: Talker, line: str) -> Answer:
    """What a line of a transcript means: words typed, or in （） something else."""
    match re.fullmatch(r"（(\S+) ?(.*)）", line):
        case None:
            return member.says(line)
        case found:
            verb, words = found.groups()
    match verb:
        case "扫码":
            return member.follows(words)
        case "点":
            return member.taps(words)
        case "语音":
            return member.speaks(words)
    return member.says(_choice(member, right=verb == "答对"))


def _choice(member: Talker, right: bool) -> str:
    """The right answer to the question in view, or a wrong one."""
    question = member.question()
    if question.kind is Kind.JUDGE:
        return "对" if (question.answer == ("T",)) is right else "错"
    wrong = (letter for letter in question.letters if letter not in question.answer)
    return "".join(question.answer) if right else next(wrong)


def seen(answer: Answer) -> str:
    """The reply as the phone draws it, everything blue in brackets."""
    return "".join(
        part.words if isinstance(part, Words) else f"[{part.label}]" for part in answer.parts
    )


def _pattern(expected: str) -> str:
    """A pattern for the reply: each line ends in a line break, the reply's last one too."""
    lines = (
        r"(?:.*\n)*?" if line == "…" else re.escape(line).replace("…", ".*") + r"\n"
        for line in expected.split("\n")
    )
    return "".join(lines)


def at_nine(world: World) -> None:
    """Turn the clock to nine in the morning: no conversation runs into midnight."""
    today = world.now().astimezone(CAMPAIGN_ZONE).date()
    nine = datetime.combine(today + timedelta(days=1), time(9), CAMPAIGN_ZONE)
    world.ahead += nine - world.now()


def test_a_newcomer_follows_joins_answers_and_looks_at_the_ranking(world: World) -> None:
    at_nine(world)
    zhang = world.member("o-new")

    talk(
        zhang,
        """
> （扫码 CD-XA）
您好，欢迎参加全市党员冬训。
您是扫“城东街道·新安社区支部”的码来的，对吗？
[对，就是这个支部]　[不是]

先看看也行：
1 [答题]　每天几道题，约3分钟
2 [座右铭]　写一句，看看大家的
3 [投票]　选出您心中的好句子
4 [听宣讲]　时间表排好了在这里查
点蓝字，或回复前面的数字。
> （点 对，就是这个支部）
登记只差一步。您的单位是：城东街道·新安社区支部。
我们只记：您的单位、姓名。用来统计参加情况、防止重复计算。
不要身份证号，不要手机号。活动结束90天后删除；您随时可以回复“删除我的数据”。
[看完整说明]
同意的话，请发您的姓名（两三个字就行）；不想写姓名，回复“不写”。
不想登记也能答题，只是不计入单位。
> 同意
请只发姓名，两到十五个汉字，比如：张三；也可以这样发：姓名是张三。
不想写姓名，回复“不写”。不登记了，回复“算了”。
> 张三
✔ 登记好了：城东街道·新安社区支部，张三。
系统会和支部核对，有问题再告诉您，不影响现在参加。
接着做：[今天的题]　写错了：[改单位]
> 我要答题
今天5题，答错也没关系，会告诉您为什么。不计时间。

第1题（共5题，选一个）
…
点蓝字，或回复A、B、C…
> （答对）
✔ 答对了，是…。

第2题（共5题，选一个）
…
> （答错）
✘ 您选…，正确的是…。
为什么：…
出处：…

第3题（共5题，…）
…
> 第1题A
第1题您已经答过了（选…，答对）。不改分。
现在是第3题：…
…
> 怎么弄
不急，点下面的蓝字就能答。不会的回复“跳过”，先不答了回复“退出”。
想做别的：[座右铭]　[投票]　[我的成绩]　问人：[联系]
现在是第3题：…
…
> 不知道
好，这题放到最后再答。

第4题（共5题，…）
…
> 谢谢
不客气。
> 先不答了
给您留着，回复“答题”接着来。
""",
    )
    world.ahead += timedelta(hours=4)
    talk(
        zhang,
        """
> 答题
接着上午的，第4题（共5题，…）
…
> （答对）
✔ 答对了，是…。

第5题（共5题，…）
…
> （答对）
✔ 答对了，是…。

第3题（共5题，…）
…
> （答对）
✔ 答对了，是…。

今天5题做完了，答对4题，得8分。
在城东街道排第…名（…人参加）。

错了1题：[再看一遍]
[看排名]　[写座右铭]　[这题有错]
明天早上7点有新题，回复“答题”就行。
> 再看一遍
您有1道错题没弄懂：
1 …
点一个看解释；[练一练]，一次3题，不计分。
> 1
…月…日第2题：…
✘ 您选…，正确的是…。
为什么：…
出处：…
[练一练]　[其他错题]　[这题有错]
> 排名
您的积分：8分，城东街道第…名（…人）。
…
第…名　您　　8分
…
[全市单位榜]　[怎么算的]　[不想上榜]
> 怎么算的
时间：…月…日到…月…日，每天5题，全天都能答；过了零点接着做的，算开始那天的。没做完的留24小时。
个人：答对1题2分，每天最多10分；多选题全部选对才得分。快慢不算分。同一道题有5人说有错，先不给分，核对后补上。
漏答：漏掉的不扣分，也不能补。
排名：总分高的在前；同分看参加天数，再看谁先到分；都一样，名次并列。名次随时更新，…答完定榜。
单位：看参加率（参加的人÷名册人数），不看总分，大小单位一样公平；不满10人的支部合在一起比。
[看排名]　[答题]
> 答题
今天的题您做完了，8分。想多练：[练错题]（不计分）。
明天7点有新题。[看排名]　[写座右铭]
""",
    )
    world.ahead += timedelta(days=1)
    talk(
        zhang,
        """
> 1
今天5题，答错也没关系，会告诉您为什么。不计时间。

第1题（共5题，选一个）
…
""",
    )

    assert len(world.rows(select(Given).where(Given.member_key == zhang.key))) == 5


def test_a_motto_is_written_reviewed_voted_for_changed_and_withdrawn(world: World) -> None:
    at_nine(world)
    li, friend = world.member("o-li"), world.member("o-friend")

    talk(
        li,
        """
> 清清白白做人，踏踏实实做事
这是要交的座右铭吗？
“清清白白做人，踏踏实实做事”

有1位党员写了同一句，会合在一张卡片上，署上大家的名字。
想参加“原创”评选，可以写一句您自己的话（8到30个字）。
[就交这句]　[我换一句]　[不是，随便说说]
> 我换一句
请发您自己的话，8到30个字。
比如您平时怎么要求自己、怎么为群众办事。不用写名字。
先[看看大家的]也行。不写了，回复“算了”。
> 好的
请发您自己的话，8到30个字。
…
> 当好一块砖
这句有5个字，座右铭要8到30个字。不用写名字，写一句您自己的话，再发给我。
不写了，回复“算了”。
> 当好一块砖，群众哪里需要就往哪里搬
您的座右铭（17个字）：
“当好一块砖，群众哪里需要就往哪里搬”
署名：匿名
[交]　[改几个字]
想署上单位和姓，交了以后[登记单位]。
交了以后，工作人员看过才会公开。
> 好的
还没有办，等您一句话。
要办，回复“确定”；不办了，回复“算了”。
> 交
✔ 收到，您的编号是 … 号，正在审核，…。
结果会在您下次来的时候告诉您；想早点知道，回复“我的座右铭”。
[看看大家的]　[答题]
""",
    )
    number = approve_motto_of(li)
    talk(
        li,
        f"""
> 谢谢
——捎句话——
✔ 您的座右铭通过了，编号{number}：“当好一块砖，群众哪里需要就往哪里搬”。
[看它的页面]　[做成图片]　[去投票]
图片可以长按保存，留个纪念。
————
不客气。
> 我的座右铭
您的座右铭，{number}号：
“当好一块砖，群众哪里需要就往哪里搬”
已经通过，大家都能看到，现在有0票。
[看它的页面]　[做成图片]　[看看大家的]
[修改]　[改署名]　[撤回]
> 投{number}
{number}号是您自己写的，按规则不投自己。
[换一批]　[我的座右铭]
""",
    )
    talk(
        friend,
        f"""
> 投{number}号
✔ 已投给{number}号：“当好一块砖，群众哪里需要就往哪里搬”。
…
""",
    )
    talk(
        li,
        f"""
> 修改座右铭
{number}号已有1票。改字要重新审核，票会清零，确定吗？
[要改]　[不改]
> 不改
好的，{number}号还是原来的样子。
[我的座右铭]
> 撤回
{number}号撤回后就不再公开、不再参加评选，已有的1票作废。
[确定撤回]　[再想想]
30天内可以恢复，回复“恢复{number}”。
> 好
还没有办，等您一句话。
要办，回复“确定”；不办了，回复“算了”。
> 确定撤回{number}
✔ {number}号已经撤回，不再公开。
30天内可以恢复：[恢复]，或回复“恢复{number}”。
> 恢复{number}
✔ {number}号恢复了，重新排队审核，…。
[我的座右铭]
""",
    )

    assert world.rows(select(Vote)) == []


def test_votes_are_given_looked_at_and_taken_back(world: World) -> None:
    wang = world.member("o-wang")

    talk(
        wang,
        """
> （语音 我要投票。）
听到您说“我要投票”，晒出我的党性座右铭，…截止。您今天还能投3票，每条每天1票。
10… …（…）[投]
10… …（…）[投]
10… …（…）[投]
[换一批]　[找一条]　[我投的]
也可以回复：投2（第2条），或投10…；一次选好几条，回复“网页投票”。
> 投２
✔ 已投给10…号：“…”。
今天还能投2票。回执：…
投错了：[撤回]
[换一批]
> 2
第2条，10…号（…）：
“…”
您今天已经投过它了，明天可以再投。
[换一批]　[我投的]
> 3
第3条，10…号（…）：
“…”
[投它]　[换一批]
> 投它
✔ 已投给10…号：“…”。
今天还能投1票。回执：…
投错了：[撤回]
[换一批]
> 撤回
您最近投的是10…号（今天…）。
[撤回这一票]　[不撤]
撤回后，今天可以改投别的。
> 好的
还没有办，等您一句话。
要办，回复“确定”；不办了，回复“算了”。
> 确定
✔ 投给10…号的票撤回了。今天还能投2票。
[去投票]　[我投的]
> （点 我投的）
您最近投的1票：
…月…日 10…号 …　回执…
投错了：[撤回最近一票]　接着投：[投票]
> 投9999
没有找到9999号，可能记错了，也可能已经撤回。看看这几条：
…
> 投一票
请回复要投第几条，比如：1。
> 【收到不支持的消息类型，暂无法显示】
收到您的表情，谢谢！
10… …
…
> 1
第1条，10…号（…）：
“…”
[投它]　[换一批]
> 投1
✔ 已投给10…号：“…”。
今天还能投1票。回执：…
投错了：[撤回]
[换一批]
> B
您是想答题还是投票？
[答题]　[投票]
> 换一批
晒出我的党性座右铭，…截止。您今天还能投1票，每条每天1票。
…
> 投3号
✔ 已投给10…号：“…”。
今天3票都投完了，谢谢您！回执：…
投错了：[撤回]
[换一批]
> 投票
今天3票都投完了，谢谢您！明天0点后可以再投。
[看我投的]　[看看大家的]
""",
    )
    voted = world.rows(select(Vote.motto_id).where(Vote.member_key == wang.key))

    assert len(set(voted)) == 3


def test_somebody_is_lost_and_somebody_has_other_cares(world: World) -> None:
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
> 呜啦呜啦
我没看懂，您想做下面哪件事？
[答题]　[座右铭]　[投票]
[看排名]　[登记单位]
都不是：回复“联系”，请工作人员帮您。
> 呜啦呜啦
我可能没听懂，让工作人员帮您吧。
请用一句话说说遇到了什么事，我转给他们，最晚明天中午回您。
不用了：回复“算了”。
> 2
请打几个字，或者按住说话，我才能转给工作人员。
不用了：回复“算了”。
> 字太小我看不清楚题目
✔ 转给工作人员了，最晚明天中午回您。
先做点别的：[答题]　[座右铭]　[投票]
> 你是谁呀
我只会[答题]、[座右铭]、[投票]和[宣讲]。要问别的，回复“联系”。
> 什么破系统
给您添麻烦了。请说说是哪件事，我转给工作人员。
这一句已经转过去了；没别的要说，回复“算了”。
> 算了
好的。要做别的，回复“帮助”。
> 我妈妈去世了，这几天没心情
听您这么说，我们心里也不好受，请您多保重。
您的话已经转给工作人员。想跟人说说，回复“联系”，工作日8:30到17:30有人答；身体有急事，请打120。
别的都不急，等您方便了再来。
""",
    )

    topics = world.rows(select(Ticket.topic).where(Ticket.member_key == lost.key))
    assert sorted(topics) == ["complaint", "help", "urgent"]


def approve_motto_of(member: Talker) -> int:
    """A moderator approves the member's entry, and the minute to undo that in passes."""
    world = member.world
    motto = world.row(select(Motto).where(Motto.author == member.key))
    number = number_of(motto.id)
    with world.sessions.begin() as session:
        services = open_services(session, world.now(), Shelf())
        services.moderation.decide(number, motto.version, staff_id=1)
    world.ahead += timedelta(seconds=61)
    return number
