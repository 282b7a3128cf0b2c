"""J5, J6, J7 and J10: a motto from the first words to the last, as its author sees it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.conversation.folding import fold_prose
from bot.domain.entries import number_of
from bot.domain.moderation import Reason
from bot.domain.questions import Shelf
from bot.domain.services import Services, open_services
from bot.storage.tables import Motto, Vote, WithdrawnVote
from tests.journeys.conftest import Talker, World
from tests.journeys.test_conversations import at_nine, talk

pytestmark = pytest.mark.slow

SHARED = "不忘初心，牢记使命"
JOINS = """
> （扫码 CD-XA）
…
> 单位对
…
> 张三
✔ 登记好了：城东街道·新安社区支部，张三。
…
"""


def test_j5_a_sentence_out_of_the_blue_becomes_a_motto_of_ones_own(world: World) -> None:
    at_nine(world)
    wrote_the_same(world, 3)
    zhang = joined(world)

    talk(
        zhang,
        """
> 不忘初心，牢记使命
这是要交的座右铭吗？
“不忘初心，牢记使命”

有3位党员写了同一句，会合在一张卡片上，署上大家的名字。
想参加“原创”评选，可以写一句您自己的话（8到30个字）。
[就交这句]　[我换一句]　[不是，随便说说]
> （点 我换一句）
请发您自己的话，8到30个字。
比如您平时怎么要求自己、怎么为群众办事。不用写名字。
…
> 当好一块砖，群众哪里需要就往哪里搬
您的座右铭（17个字）：
“当好一块砖，群众哪里需要就往哪里搬”
署名：城东街道　张*
[交]　[改几个字]
署名想改：[写全名]　[不署名]
交了以后，工作人员看过才会公开。
> 交
✔ 收到，您的编号是 … 号，正在审核，…。
结果会在您下次来的时候告诉您；想早点知道，回复“我的座右铭”。
[看看大家的]　[答题]
""",
    )
    number = number_of(entry(zhang).id)
    talk(
        zhang,
        f"""
> 愿做一块砖，哪里需要哪里搬
每人1句，您已交{number}号。新的一句是：
“愿做一块砖，哪里需要哪里搬”
[换成这句]　[还用原来的]
> （点 换成这句）
✔ 换好了，{number}号：“愿做一块砖，哪里需要哪里搬”。重新排队审核，…。
改回去：[恢复原来那句]
""",
    )


def test_j5_who_writes_what_others_wrote_shares_their_card(world: World) -> None:
    first = wrote_the_same(world, 2)
    zhang, friend = joined(world), world.member("o-friend")

    talk(
        zhang,
        """
> 不忘初心，牢记使命
…
有2位党员写了同一句，会合在一张卡片上，署上大家的名字。
…
> 就交这句
✔ 收到，您的编号是 … 号，正在审核，…。
…
""",
    )
    number = decided(zhang)
    talk(
        zhang,
        f"""
> 我的座右铭
——捎句话——
✔ 您的座右铭通过了，编号{number}：“不忘初心，牢记使命”。
————
您的座右铭，{number}号：
“不忘初心，牢记使命”
和另外2位党员写的是同一句，合在{first}号卡片上。
…
""",
    )
    talk(
        friend,
        f"""
> 投{number}号
✔ 已投给{first}号：“不忘初心，牢记使命”（和{number}号是同一句，合在一张卡片上）。
…
> 投{first}号
{first}号（匿名等3人）：
“不忘初心，牢记使命”
您今天已经投过它了，明天可以再投。
…
""",
    )
    page = world.client.get(f"/h/m/{number}").get_data(as_text=True)
    assert f"{first}号" in page
    assert "3位党员写了同一句：张*等。" in page.replace("<bdi>", "").replace("</bdi>", "")


def test_j6_other_words_and_back_again_and_what_it_costs(world: World) -> None:
    at_nine(world)
    zhang, friend = joined(world), world.member("o-friend")
    number = handed_in(zhang, "当好一块砖，群众哪里需要就往哪里搬")

    talk(
        zhang,
        f"""
> 修改座右铭
{number}号现在是：
“当好一块砖，群众哪里需要就往哪里搬”（审核中）
请直接发新的一句（8到30个字）。发来后还要再看一遍。
不改了，回复“算了”。
> 愿做一块砖，哪里需要哪里搬
✔ 换好了，{number}号：“愿做一块砖，哪里需要哪里搬”。重新排队审核，…。
改回去：[恢复原来那句]
> （点 恢复原来那句）
✔ 换好了，{number}号：“当好一块砖，群众哪里需要就往哪里搬”。重新排队审核，…。
改回去：[恢复原来那句]
> 改署名
{number}号现在的署名：城东街道　张*
署名想改：[写全名]　[不署名]
> （点 写全名）
✔ 署名改好了，{number}号：城东街道　张三。审核结果和票数都不变。
[我的座右铭]
""",
    )
    decided(zhang)
    talk(friend, f"\n> 投{number}号\n✔ 已投给{number}号：…\n…\n")
    talk(
        zhang,
        f"""
> 修改座右铭
——捎句话——
✔ 您的座右铭通过了，编号{number}：“当好一块砖，群众哪里需要就往哪里搬”。
[看它的页面]　[做成图片]　[去投票]
图片可以长按保存，留个纪念。
————
{number}号已有1票。改字要重新审核，票会清零，确定吗？
[要改]　[不改]
> （点 不改）
好的，{number}号还是原来的样子。
[我的座右铭]
> 修改座右铭
{number}号已有1票。改字要重新审核，票会清零，确定吗？
[要改]　[不改]
> （点 要改）
{number}号现在是：
“当好一块砖，群众哪里需要就往哪里搬”（已通过）
…
> 群众的事，一刻也不等
✔ 换好了，{number}号：“群众的事，一刻也不等”。重新排队审核，…。
改回去：[恢复原来那句]
""",
    )
    talk(
        friend,
        f"""
> 我投的
——捎句话——
您投给{number}号的1票清零了：作者改了字，票是投给原来那句的。[去投票]
————
您还没有投过票。
[去投票]
""",
    )
    assert world.rows(select(WithdrawnVote.reason)) == ["reworded"]


def test_j7_a_motto_is_sent_back_with_a_helping_hand(world: World) -> None:
    at_nine(world)
    zhang = joined(world)
    number = handed_in(zhang, "不忘初心，牢计使命")
    decided(zhang, Reason.TYPO, "不忘初心，牢记使命")

    talk(
        zhang,
        f"""
> 谢谢
——捎句话——
您的座右铭暂时没通过：“不忘初心，牢计使命”。
原因：有一个字写错了，“牢计”应为“牢记”。
[帮我改好再交]　[我自己改]
觉得不对，回复“申诉”加一句话，另一位同志会重新看。
————
不客气。
> （点 帮我改好再交）
✔ 换好了，{number}号：“不忘初心，牢记使命”。重新排队审核，…。
改回去：[恢复原来那句]
""",
    )
    decided(zhang)
    talk(
        zhang,
        f"""
> 谢谢
——捎句话——
✔ 您的座右铭通过了，编号{number}：“不忘初心，牢记使命”。
[看它的页面]　[做成图片]　[去投票]
图片可以长按保存，留个纪念。
""",
    )


def test_j7_an_appeal_is_decided_by_another_colleague_in_the_same_form(world: World) -> None:
    at_nine(world)
    zhang = joined(world)
    number = handed_in(zhang, "台账可以晚点，老人等不了")
    decided(zhang, Reason.NOT_A_MOTTO)

    talk(
        zhang,
        f"""
> 谢谢
——捎句话——
您的座右铭暂时没通过：“台账可以晚点，老人等不了”。
原因：这句像广告或聊天，不像座右铭。请写一句您要求自己的话。
[我自己改]
觉得不对，回复“申诉”加一句话，另一位同志会重新看。
————
不客气。
> 申诉
请用一句话说说为什么不对，比如：这句是我自己写的。
我转给另一位同志重新看。不申诉了，回复“算了”。
> 我在民政窗口二十年，就是这么要求自己的
✔ 收到，{number}号会请另一位同志重新看。
结果会在您下次来的时候告诉您；想早点知道，回复“我的座右铭”。
> 我的座右铭
您的座右铭，{number}号：
“台账可以晚点，老人等不了”
您的申诉收到了，另一位同志正在重新看，…。
…
""",
    )
    decided(zhang, by=2)
    talk(
        zhang,
        f"""
> 谢谢
——捎句话——
✔ 您的座右铭通过了，编号{number}：“台账可以晚点，老人等不了”。
[看它的页面]　[做成图片]　[去投票]
图片可以长按保存，留个纪念。
""",
    )


def test_j10_a_motto_is_withdrawn_and_brought_back_within_thirty_days(world: World) -> None:
    at_nine(world)
    zhang, friend = joined(world), world.member("o-friend")
    number = handed_in(zhang, "守好窗口，让每一个人都少跑一趟")
    decided(zhang)
    talk(friend, f"\n> 投{number}号\n✔ 已投给{number}号：…\n…\n")

    talk(
        zhang,
        f"""
> 撤回我的座右铭
——捎句话——
…
————
{number}号撤回后就不再公开、不再参加评选，已有的1票作废。
[确定撤回]　[再想想]
30天内可以恢复，回复“恢复{number}”。
> （点 再想想）
好的，{number}号还是原来的样子。
[我的座右铭]
> 撤回我的座右铭
{number}号撤回后就不再公开、不再参加评选，已有的1票作废。
…
> （点 确定撤回）
✔ {number}号已经撤回，不再公开。
30天内可以恢复：[恢复]，或回复“恢复{number}”。
""",
    )
    assert world.rows(select(Vote)) == []
    assert world.client.get(f"/h/m/{number}").status_code == 404
    talk(
        friend,
        f"""
> 投{number}号
——捎句话——
您投给{number}号的1票清零了：作者把这句撤回了。…
————
没有找到{number}号，可能记错了，也可能已经撤回。看看这几条：
…
""",
    )
    world.ahead += timedelta(days=25)
    talk(
        zhang,
        f"""
> 恢复{number}
✔ {number}号恢复了，重新排队审核，…。
[我的座右铭]
""",
    )


# ------------------------------------------------------------ what happens in between


def joined(world: World) -> Talker:
    """A member of a branch who gave a name."""
    zhang = world.member("o-zhang")
    talk(zhang, JOINS)
    return zhang


def handed_in(member: Talker, words: str) -> int:
    """The number of the motto that the member has handed in."""
    member.says(f"投稿 {words}")
    member.says("交")
    return number_of(entry(member).id)


def entry(member: Talker) -> Motto:
    found: Motto = member.world.row(select(Motto).where(Motto.author == member.key))
    return found


def decided(
    member: Talker, reason: Reason | None = None, fix: str | None = None, by: int = 1
) -> int:
    """A moderator decides about the member's entry, and the minute to undo that in passes."""
    world, motto = member.world, entry(member)
    number = number_of(motto.id)
    with world.sessions.begin() as session:
        moderation = open_services(session, world.now(), Shelf()).moderation
        moderation.decide(number, motto.version, by, reason, fix)
    world.ahead += timedelta(seconds=61)
    return number


def wrote_the_same(world: World, people: int) -> int:
    """So many others wrote the shared sentence; the number of their card."""
    others = [world.member(f"o-other-{nth}") for nth in range(people)]
    with world.sessions.begin() as session:
        services = open_services(session, world.now(), Shelf())
        return min([_approved(services, other) for other in others])


def _approved(services: Services, other: Talker) -> int:
    services.members.welcome(other.key, other.openid, "")
    number = services.mottos.submit(other.key, SHARED, fold_prose(SHARED), "none").number
    services.moderation.decide(number, 1, staff_id=1)
    return number
