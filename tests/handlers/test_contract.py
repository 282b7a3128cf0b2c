"""The input contract, cell by cell: what each way of saying a thing means, by what is in view.

A row is what members send; its four cells say what comes back and what it does while a question
with one answer is in view, one with several, a list of mottos, or nothing. A cell that names
no effect has none: nothing is graded, skipped, voted, entered, joined, passed on or begun.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.pool import StaticPool

from bot.conversation.message import Kind, Message
from bot.conversation.reply import BUDGET, Text, compile_text
from bot.conversation.state import Answering, Dated, Practising
from bot.storage.tables import (
    Attempt,
    Base,
    Member,
    Motto,
    PracticeCard,
    StoredQuestion,
    Ticket,
    Vote,
)
from handlers import wording
from tests.builders import a_campaign, a_member, an_approved_motto, chained, pushed, said
from tests.handlers.papers import USUAL, answered_wrongly, answers, at_question, five_questions
from tests.handlers.talking import Talker, shown, taps
from tests.rows import thinned

WORDS = (
    "愿做一块砖，哪里需要哪里搬",
    "群众的事，一刻也不等",
    "台账可以晚点，老人等不了",
    "清清白白做人，堂堂正正办事",
)


@dataclass(frozen=True)
class Cell:
    """What the reply shows (a pattern), and all that is done: `2=B`, `voted 3rd`, `begun`."""

    shows: str
    does: str = ""


@dataclass(frozen=True)
class Row:
    """Ways of saying one thing, and the cell for each thing that may be in view."""

    says: str
    one: Cell
    several: Cell
    listed: Cell
    nothing: Cell


# ------------------------------------------------------------ what many cells say


def right(place: int, letter: str) -> Cell:
    return Cell(f"✔ 答对了，是{letter}。", f"{place}={letter.replace('、', '')}")


def wrong(place: int, letter: str) -> Cell:
    return Cell(f"✘ 您选{letter}", f"{place}={letter.replace('、', '')}")


def noted(letter: str) -> Cell:
    return Cell(f"先记下{letter}。", f"noted {letter}")


def looks_at(nth: int) -> Cell:
    return Cell(rf"第{nth}条，{{n{nth}}}号（.*）：\n“.*”\n\[投它\]")


def offers_motto(opening: str) -> Cell:
    return Cell(rf"{opening}要.*座右铭吗？\n“.*”\n+\[.*\].*\[.*\]")


SECOND, THIRD = "现在是第2题：题目P2？", "现在是第3题：题目P3？"
"""The question in view, shown again."""
BEGINS = Cell(r"今天5题(.*\n)+第1题（共5题", "begun")
QUIZ_OR_VOTE = Cell(r"您是想答题还是投票？\n\[答题\]\(发:答题\)　\[投票\]\(发:投票\)$")
LIST = Cell(r".*今天还能投3票.*\n(.*\[投\].*\n)+")
MENU = Cell("不急，您想做哪件事？")
POLITE = Cell("好的。要做别的，回复“帮助”。$")
PRIVATE = "您发的像是证件号或手机号，我没有保存。这里不需要这些。\n"
ANSWERED = "第1题您已经答过了（选B，答对）。不改分。\n"
REVEALED = "答案已经公布，这题不能改了，下一题加油。\n"
OF_NO_USE = "这个我用不上，没有保存。"
PHOTO = "照片收到了，但我看不懂照片里的字。要交座右铭，请把那句话打出来，或者按住说话。"
WHICH_THIRD = r"您说的3号是哪一条？.*\n(.*\[投\].*\n)+"
ON_THE_WAY_BACK = r"(.*\n)+题还给您留着：\[接着答题\]\(发:答题\)$"

TABLE = [
    Row(
        "B b Ｂ B。 B吧 选B 我选b 应该是B 答案B",
        one=right(2, "B"),
        several=noted("B"),
        listed=QUIZ_OR_VOTE,
        nothing=BEGINS,
    ),
    Row(
        "2 ２ ② 二 选二 第二个 选第二个 ㈡ 2。",
        one=right(2, "B"),
        several=noted("B"),
        listed=looks_at(2),
        nothing=Cell("请发您自己的话，8到30个字。"),
    ),
    Row(
        "第一题_A 1A 1、A 1.A",
        one=Cell(f"{ANSWERED}{SECOND}"),
        several=Cell(f"{ANSWERED}{THIRD}"),
        listed=QUIZ_OR_VOTE,
        nothing=BEGINS,
    ),
    Row(
        "第2题A",
        one=wrong(2, "A"),
        several=Cell(rf"第2题您已经答过了（选B，答对）。不改分。\n{THIRD}"),
        listed=wrong(2, "A"),
        nothing=BEGINS,
    ),
    Row(
        "A_B AB A、B A和B a,b",
        one=Cell(r"这题只选一个，\[A\]\(发:第2题A\)还是\[B\]\(发:第2题B\)？$"),
        several=wrong(3, "A、B"),
        listed=QUIZ_OR_VOTE,
        nothing=BEGINS,
    ),
    Row(
        "AC都对",
        one=Cell(r"这题只选一个，\[A\]\(发:第2题A\)还是\[C\]\(发:第2题C\)？$"),
        several=right(3, "A、C"),
        listed=QUIZ_OR_VOTE,
        nothing=BEGINS,
    ),
    Row(
        "全选 都对 以上都是",
        one=Cell("这题只选一个，点蓝字，或回复A、B、C。$"),
        several=wrong(3, "A、B、C、D"),
        listed=QUIZ_OR_VOTE,
        nothing=BEGINS,
    ),
    Row(
        "1A2B3C 1A_2B_3C 2B3C",
        one=Cell(r"您一次答了2题：2B 3C。\n\[都交\]\(发:都交\)　\[不，一题一题来\]"),
        several=Cell(r"您一次答了1题：3C。\n\[都交\]\(发:都交\)　\[不，一题一题来\]"),
        listed=QUIZ_OR_VOTE,
        nothing=Cell(r"您一次答了[23]题：.*2B 3C。\n\[都交\]", "begun"),
    ),
    Row(
        "对 √ 是 正确 对的 错 × X 不对 错误",
        one=Cell(f"这题请选A、B、C。\n{SECOND}"),
        several=Cell(f"这题请选A、B、C、D。\n{THIRD}"),
        listed=POLITE,
        nothing=POLITE,
    ),
    Row(
        "不知道 不会 跳过 下一题",
        one=Cell(r"好，这题放到最后再答。\n\n第3题", "put off 2"),
        several=Cell(r"好，这题放到最后再答。\n\n第4题", "put off 3"),
        listed=LIST,
        nothing=MENU,
    ),
    Row(
        "上一题 刚才那个",
        one=Cell(rf"第1题：题目P1？\n您选B，答对了。\n+{SECOND}"),
        several=Cell(rf"第2题：题目P2？\n您选B，答对了。\n+{THIRD}"),
        listed=LIST,
        nothing=MENU,
    ),
    Row(
        "改 选错了 刚才选错",
        one=Cell(f"{REVEALED}{SECOND}"),
        several=Cell(f"{REVEALED}{THIRD}"),
        listed=Cell("您想改哪一样？"),
        nothing=Cell("您想改哪一样？"),
    ),
    Row(
        "voice:选西 voice:选西。",
        one=Cell("听到您说“选西”，✘ 您选C", "2=C"),
        several=Cell("听到您说“选西”，先记下C。", "noted C"),
        listed=Cell("听到您说“选西”，您是想答题还是投票？"),
        nothing=Cell("听到您说“选西”，今天5题", "begun"),
    ),
    Row(
        "voice:选诶 voice:选哎",
        one=Cell("听到您说“选.”，✘ 您选A", "2=A"),
        several=Cell("听到您说“选.”，先记下A。", "noted A"),
        listed=Cell("听到您说“选.”，您是想答题还是投票？"),
        nothing=Cell("听到您说“选.”，今天5题", "begun"),
    ),
    Row(
        "voice:选必 voice:选比 voice:选逼 voice:选毕",
        one=Cell("听到您说“选.”，✔ 答对了，是B。", "2=B"),
        several=Cell("听到您说“选.”，先记下B。", "noted B"),
        listed=Cell("听到您说“选.”，您是想答题还是投票？"),
        nothing=Cell("听到您说“选.”，今天5题", "begun"),
    ),
    Row(
        "voice:选地 voice:选弟 voice:选滴",
        one=Cell(f"听到您说“选.”，这题请选A、B、C。\n{SECOND}"),
        several=Cell("听到您说“选.”，先记下D。", "noted D"),
        listed=Cell("听到您说“选.”，您是想答题还是投票？"),
        nothing=Cell("听到您说“选.”，今天5题", "begun"),
    ),
    Row(
        "voice:三号",
        one=Cell("听到您说“三号”，✘ 您选C", "2=C"),
        several=Cell("听到您说“三号”，先记下C。", "noted C"),
        listed=Cell(r"听到您说“三号”，第3条，{n3}号（.*）：\n“.*”\n\[投它\]"),
        nothing=Cell("听到您说“三号”，.*今天还能投3票"),
    ),
    Row(
        "投3号 投3 我投3 给3号投票 3号投一票",
        one=Cell(WHICH_THIRD + ON_THE_WAY_BACK),
        several=Cell(WHICH_THIRD + ON_THE_WAY_BACK),
        listed=Cell(
            r"✔ 已投给{n3}号：“{w3}”。\n(.*\n)*投错了：\[撤回\]\(发:撤回{n3}号\)", "voted 3rd"
        ),
        nothing=Cell(WHICH_THIRD),
    ),
    Row(
        "投{n2}号 投{n2} {n2}投一票 投{n2}号。",
        one=Cell("✔ 已投给{n2}号" + ON_THE_WAY_BACK, "voted 2nd"),
        several=Cell("✔ 已投给{n2}号" + ON_THE_WAY_BACK, "voted 2nd"),
        listed=Cell("✔ 已投给{n2}号", "voted 2nd"),
        nothing=Cell("✔ 已投给{n2}号", "voted 2nd"),
    ),
    Row("3", one=wrong(2, "C"), several=noted("C"), listed=looks_at(3), nothing=LIST),
    Row("1", one=wrong(2, "A"), several=noted("A"), listed=looks_at(1), nothing=BEGINS),
    Row(
        "答题 我要答题 开始 dati 答提",
        one=Cell("接着刚才的，第2题（共5题"),
        several=Cell("接着刚才的，第3题（共5题"),
        listed=Cell("接着刚才的，第2题（共5题"),
        nothing=BEGINS,
    ),
    Row("投票 我要投票 投漂", one=LIST, several=LIST, listed=LIST, nothing=LIST),
    Row(
        "退出 不答了 回头再说",
        one=Cell("给您留着，回复“答题”接着来。$"),
        several=Cell("给您留着，回复“答题”接着来。$"),
        listed=POLITE,
        nothing=POLITE,
    ),
    Row(
        "？ ? 帮助 怎么弄 菜单 你好 在吗 人工",
        one=Cell(rf"不急，(.*\n)+{SECOND}"),
        several=Cell(rf"不急，(.*\n)+{THIRD}"),
        listed=MENU,
        nothing=MENU,
    ),
    Row(
        "【收到不支持的消息类型，暂无法显示】 【收到不支持的消息類型，暫無法顯示】 "
        "[Unsupported_Message]",
        one=Cell(rf"收到您的表情，谢谢！\n{SECOND}"),
        several=Cell(rf"收到您的表情，谢谢！\n{THIRD}"),
        listed=Cell(r"收到您的表情，谢谢！\n{n1} .*\[投\]"),
        nothing=Cell(r"收到您的表情，谢谢！\n.*\[答题\]"),
    ),
    Row(
        "image:",
        one=Cell(f"{PHOTO}\n{SECOND}"),
        several=Cell(f"{PHOTO}\n{THIRD}"),
        listed=Cell(PHOTO),
        nothing=Cell(f"{PHOTO}$"),
    ),
    Row(
        "video: link: location:",
        one=Cell(rf"{OF_NO_USE}.*\n{SECOND}"),
        several=Cell(rf"{OF_NO_USE}.*\n{THIRD}"),
        listed=Cell(OF_NO_USE),
        nothing=Cell(rf"{OF_NO_USE}您想\[答题\]\(发:答题\)还是\[投票\]\(发:投票\)？$"),
    ),
    Row(
        "把老百姓放在心上 平平淡淡才是真的好",
        one=offers_motto("正在答题，这句"),
        several=offers_motto("正在答题，这句"),
        listed=offers_motto("这是"),
        nothing=offers_motto("这是"),
    ),
    Row(
        "13812345678 32052319500101123X 我的电话是13812345678",
        one=Cell(PRIVATE + SECOND),
        several=Cell(PRIVATE + THIRD),
        listed=Cell(PRIVATE + r"{n1} .*\[投\]"),
        nothing=Cell(PRIVATE),
    ),
    Row(
        "。。。 😀 [微笑] /::)",
        one=Cell(SECOND),
        several=Cell(THIRD),
        listed=Cell(r"{n1} .*\[投\]"),
        nothing=Cell("在呢。"),
    ),
]
VIEWS = ("one", "several", "listed", "nothing")


@dataclass(frozen=True)
class Elsewhere:
    """Ways of saying one thing where more than the view decides."""

    view: str
    says: str
    cell: Cell


RECEIPT = r"✔ 已投给{n3}号：“{w3}”。\n(.*\n)*投错了：\[撤回\]\(发:撤回{n3}号\)"
ELSEWHERE = [
    Elsewhere(
        "judged", "对 √ 是 正确 对的 A a 1 ① 第一个 ✓ ✔ ☑", Cell("✔ 答对了，是“对”。", "4=T")
    ),
    Elsewhere(
        "judged",
        "错 × X x 不对 错误 B b 2 ② 第二个 ✗ ✘ ❌",
        Cell("✘ 您选“错”，正确的是“对”。", "4=F"),
    ),
    Elsewhere("judged", "C 3 AB 全选", Cell("这题请判断对错。\n现在是第4题：题目P4？")),
    Elsewhere("one", "11 22 111", Cell(rf"我没看懂(.*\n)+{SECOND}")),
    Elsewhere("one", "乙 我选乙 应该是乙吧", right(2, "B")),
    Elsewhere("several", "甲 选甲。", noted("A")),
    Elsewhere("picked", "改 选错了 刚才选错", Cell(f"好，这题重新选。\n{THIRD}", "forgot A")),
    Elsewhere("picked", "选好了 交 第3题好了", wrong(3, "A")),
    Elsewhere("picked", "acd A、C、D", wrong(3, "A、C、D")),
    Elsewhere("voter", "改 选错了 刚才选错", Cell(r"您最近投的是{n1}号（今天12:00）。")),
    Elsewhere("chooser", "3 三 第三条 ③ 3。", Cell(RECEIPT, "voted 3rd")),
    Elsewhere("chooser", "B 答题吗 好的", Cell(".")),
    Elsewhere("welcomed", "1 一 ① 第1个", BEGINS),
    Elsewhere("welcomed", "3", LIST),
    Elsewhere("five", "BACBA", Cell(r"您一次答了5题：1B 2A 3C 4B 5A。\n\[都交\]")),
    Elsewhere("left", "上一题 刚才那个", Cell("接着刚才的，第2题（共5题")),
    Elsewhere("left", "B 2B", Cell("接着刚才的，第2题（共5题")),
    Elsewhere("left", "第2题B", right(2, "B")),
    Elsewhere("erring", "上一题 刚才那个", Cell("您有1道错题没弄懂：")),
    Elsewhere("erring", "1 一 ① 第一个 错题1", Cell(r"12月5日第1题：题目P1？\n✘ 您选A")),
]
"""Also: in true-false `A` and `1` are 对, `B` and `2` 错; 改 before the answer is revealed."""
PRACTICE = [
    Elsewhere(
        "practising",
        "B b Ｂ B。 B吧 选B 我选b 应该是B 答案B 2 ２ ② 二 选二 第二个 选第二个 1B 第一题_B 练1B "
        "voice:选必 voice:选比 voice:二号",
        Cell("(听到您说“..”，)?✔ 对了。", "practised P1: right"),
    ),
    Elsewhere(
        "practising",
        "A 选A 1 voice:选诶 练1A 1A",
        Cell("(听到您说“..”，)?✘ 您选A（甲）", "practised P1: wrong"),
    ),
    Elsewhere("practising", "AB A和B a,b", Cell(r"这题只选一个，\[A\]\(发:练1A\)还是\[B\]")),
    Elsewhere(
        "practising",
        "D 4 voice:选地 对 ×",
        Cell(r"(听到您说“选地”，)?这题请选A、B、C。\n现在是练习1：题目P1？"),
    ),
    Elsewhere("practising", "全选 都对", Cell("这题只选一个，点蓝字，或回复A、B、C。$")),
    Elsewhere("practising", "2B 3A 练2B", Cell(r"还没到练习[23]。\n现在是练习1：")),
    Elsewhere("practising", "7B 练9A", Cell(r"这次一共3题。\n现在是练习1：")),
    Elsewhere("practising", "1A2B3C 1A_2B", Cell(r"练习一题一题来。\n现在是练习1：")),
    Elsewhere("practising", "改 选错了", Cell(r"这题还没有答，直接选就行。\n现在是练习1：")),
    Elsewhere("practising", "不知道 不会 跳过 下一题", Cell(r"好，这题下次再练。\n\n练习2（共3题")),
    Elsewhere("practising", "上一题 刚才那个", Cell(r"前面还没有答过的题。\n现在是练习1：")),
    Elsewhere(
        "practising", "练错题 练一练 练习下一题 继续 。。。 😀", Cell("现在是练习1：题目P1？")
    ),
    Elsewhere("practising", "退出 不答了 回头再说 不练了 算了", Cell("好，先练到这里。")),
    Elsewhere("practising", "？ 帮助 菜单 人工", Cell(r"不急，(.*\n)+现在是练习1：")),
    Elsewhere("practising", "哇啦哇啦 答提吗", Cell(r"我没看懂(.*\n)+现在是练习1：")),
    Elsewhere("practising", "image:", Cell(rf"{PHOTO}\n现在是练习1：")),
    Elsewhere("practising", "13812345678", Cell(f"{PRIVATE}现在是练习1：")),
    Elsewhere("practising", "答题 我要答题 开始", BEGINS),
    Elsewhere("practising", "把老百姓放在心上", offers_motto("正在练习，这句")),
    Elsewhere("practising", "投{n2}号", Cell(r"✔ 已投给{n2}号(.*\n)+.*\[接着练\]", "voted 2nd")),
    Elsewhere(
        "practising", "练1记牢 记住了 以后别问这题", Cell("好，这题以后不问了。", "put aside P1")
    ),
    Elsewhere("practising_several", "A 选A 1 voice:选诶", Cell("(听.*，)?先记下A。", "noted A")),
    Elsewhere("practising_several", "AC a、c 练2AC", Cell("✔ 对了。", "practised P3: right")),
    Elsewhere("practising_several", "全选 BC", Cell("✘ 您选", "practised P3: wrong")),
    Elsewhere("practising_several", "选好了 练2好了", Cell("还没有记下选项，先选再交。")),
    Elsewhere("practising_several", "练1A 1A", Cell(r"练习1已经练过了。\n现在是练习2：")),
    Elsewhere(
        "practising_several", "上一题", Cell(r"练习1：题目P1？\n正确的是B（乙）。\n现在是练习2：")
    ),
    Elsewhere("practising_several", "改", Cell("答案已经公布，这题不能改了")),
    Elsewhere(
        "practising_several",
        "练1记牢",
        Cell(r"好，这题以后不问了。\n现在是练习2：", "put aside P1"),
    ),
    Elsewhere(
        "practising_judgement", "对 √ A 1 是的 练3对", Cell("✔ 对了。", "practised P4: right")
    ),
    Elsewhere("practising_judgement", "错 × B 2 练3错", Cell("✘ 您选“错”", "practised P4: wrong")),
    Elsewhere("practising_judgement", "C 3 全选", Cell(r"这题请判断对错。\n现在是练习3：")),
    Elsewhere("practising_words", "2016 ２０１６", Cell("✔ 对了。", "practised P2: right")),
    Elsewhere("practising_words", "2017 张三", Cell("✘ 您填“", "practised P2: wrong")),
    Elsewhere(
        "practising_words",
        "这里填什么 要写几个字 字太小了看不见 https://x.cn 能不能提示呢",
        Cell(r"(.*\n)*现在是练习1：题目P2？"),
    ),
    Elsewhere("practising_words", "A 选B 好的 。。。", Cell(r"(.*\n)*现在是练习1：题目P2？")),
    Elsewhere("practised", "下一题 练习下一题 继续 不知道 练错题", Cell("练习2（共3题，不计分）")),
    Elsewhere("practised", "A 2 对 AB 1A 练1A", Cell(r"练习1已经练过了。\n\[下一题\]")),
    Elsewhere("practised", "练2A 2A", Cell(r"还没到练习2。\n\[下一题\]")),
    Elsewhere("practised", "改 选错了", Cell(r"答案已经公布(.*)\n\[下一题\]")),
    Elsewhere("practised", "上一题", Cell(r"练习1：题目P1？\n正确的是B（乙）。\n\[下一题\]")),
    Elsewhere(
        "practised", "练1记牢 记住了 已经记牢 会了", Cell("好，这题以后不问了。", "put aside P1")
    ),
    Elsewhere("practised", "退出 不练了", Cell("好，先练到这里。")),
    Elsewhere("practised", "谢谢 好的", Cell("不客气。$")),
    Elsewhere("one", "练1A 练1记牢", Cell(rf"那次练习已经收起来了。.*\n{SECOND}")),
    Elsewhere("nothing", "练1A 练2对 练1记牢", Cell("那次练习已经收起来了。想再练：")),
    Elsewhere("nothing", "练错题 练习下一题 练最难的", Cell("您现在没有错题。")),
]
"""The same ways of saying things while a question of the practice is in view, or was graded."""

# ------------------------------------------------------------ those who are looking at it


def leads_to(*says: str, question: int = 0, kinds: tuple[str, ...] = USUAL) -> "Setting":
    """What brings a member there: a question of a paper in view, then words of their own."""

    def bring(talker: Talker) -> None:
        if question:
            at_question(talker, question, kinds)
        for words in says:
            talker.says(words)

    return bring


def practising(*says: str, kinds: tuple[str, ...] = ("single", "multiple", "judge")) -> "Setting":
    """What brings a member to a practice of these three kinds, and on by words of their own."""

    def bring(talker: Talker) -> None:
        one, several, judgement = (PRACTISED[kind] for kind in kinds)
        answered_wrongly(talker.session, talker.key, [one, several, judgement])
        for words in ("练错题", *says):
            talker.says(words)

    return bring


PRACTISED = {q.kind.value: q for q in five_questions(("single", "blank", "multiple", "judge"))}
Setting = Callable[[Talker], object]
SETTINGS: dict[str, Setting] = {
    "one": leads_to(question=2),
    "several": leads_to(question=3),
    "listed": leads_to("投票", question=2),
    "nothing": leads_to(),
    "judged": leads_to(question=4),
    "picked": leads_to("A", question=3),
    "voter": leads_to("投票", "投1"),
    "chooser": leads_to("投票", "投一票"),
    "welcomed": lambda talker: talker.sends(pushed(Kind.FOLLOW, by=talker.name)),
    "five": leads_to(question=1, kinds=("single",) * 5),
    "put_off": leads_to("跳过", question=2),
    "bundled": leads_to("2B3C", question=2),
    "blank": leads_to(question=2, kinds=("single", "blank", "single")),
    "welcomed_and_begun": leads_to("帮助", "1"),
    "left": leads_to("退出", question=2),
    "erring": leads_to("A", "错题", question=1),
    "practising": practising(),
    "practising_several": practising("下一题"),
    "practising_judgement": practising("下一题", "下一题"),
    "practising_words": practising(kinds=("blank", "multiple", "judge")),
    "practised": practising("B"),
}


@pytest.fixture(scope="module")
def people() -> Iterator[dict[str, Talker]]:
    """A member in each of these places, in one campaign; what they do is undone each time."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    Base.metadata.create_all(engine)
    with chained(engine)() as session:
        a_campaign(session)
        for name, words in zip("abcd", WORDS, strict=True):
            a_member(session, name)
            an_approved_motto(session, name, words)
        talkers = {name: Talker(session, name) for name in SETTINGS}
        for name, bring in SETTINGS.items():
            a_member(session, name)
            bring(talkers[name])
        yield talkers
    engine.dispose()


@pytest.mark.slow
@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.says.split()[0])
def test_each_way_of_saying_it_means_what_the_contract_says(
    people: dict[str, Talker], row: Row, view: str
) -> None:
    assert_meant(people[view], row.says, getattr(row, view))


@pytest.mark.slow
@pytest.mark.parametrize(
    "case",
    thinned([*ELSEWHERE, *PRACTICE], quick=5),
    ids=lambda case: f"{case.view} {case.says.split()[0]}",
)
def test_and_so_it_does_where_more_than_the_view_decides(
    people: dict[str, Talker], case: Elsewhere
) -> None:
    assert_meant(people[case.view], case.says, case.cell)


def assert_meant(member: Talker, ways: str, cell: Cell, sent_at: datetime | None = None) -> None:
    """Each way of saying it shows and does what the cell says."""
    names = in_view(member)
    for says in ways.split():
        with member.undone() as talker:
            before = Books(talker)

            said_now = push(says.format(**names), talker)
            reply = talker.sends(replace(said_now, sent_at=sent_at or said_now.sent_at))

            assert re.match(filled(cell.shows, names), reply), (says, reply)
            assert Books(talker).since(before, names) == cell.does, (says, reply)
            assert fits(talker), (says, reply)


# ------------------------------------------------------------ sent before it was on show

TOO_EARLY = (
    "这条没有算：您发的时候，{what}还没显示出来。前面答过的都记下了。请看题再答。\n现在是{what}"
)


def too_early(what: str) -> Cell:
    return Cell(TOO_EARLY.replace("{what}", what))


AT_ONCE = [
    Elsewhere("one", "B 2 选二 乙 选乙 C AB 全选 对 好了 跳过", too_early("第2题")),
    Elsewhere("one", "voice:选必", Cell("听到您说“选必”，这条没有算：您发的时候，第2题还没")),
    Elsewhere("several", "A AC 全选 不知道", too_early("第3题")),
    Elsewhere("picked", "选好了 C AC", too_early("第3题")),
    Elsewhere("judged", "对 错 A 1", too_early("第4题")),
    Elsewhere("blank", "2016 二〇一六年 不会", too_early("第2题")),
    Elsewhere("five", "B BACBA", Cell(r"这条没有算：您发的时候，第1题还没显示出来。请看题再答。")),
    Elsewhere(
        "welcomed_and_begun", "1 第1题B 1B", Cell("这条没有算：您发的时候，第1题还没显示出来。请看")
    ),
    Elsewhere(
        "practising",
        "B 1 练1B 1B 跳过 记住了 练1记牢",
        Cell("这条没有算：您发的时候，练习1还没显示出来。请看"),
    ),
    Elsewhere("practising_several", "AC 记住了", too_early("练习2")),
    Elsewhere(
        "practising_words", "2016 随便", Cell("这条没有算：您发的时候，练习1还没显示出来。请看")
    ),
    Elsewhere("listed", "投3号 3号投一票", Cell(r"这条没有算：您发的时候，这几条还没显.*\n{n1} ")),
    Elsewhere("chooser", "3 三 ③", Cell(r"这条没有算：您发的时候，这几条还没显.*\n{n1} ")),
    Elsewhere(
        "bundled", "对 好的 都交", Cell("这条没有算：.*还没问.*都交。\n您一次答了2题：2B 3C。")
    ),
    Elsewhere("one", "第2题B 2B", too_early("第2题")),
    Elsewhere("put_off", "第2题B 2B", right(2, "B")),
    Elsewhere("one", "2B3C", Cell(r"您一次答了2题：2B 3C。\n\[都交\]")),
    Elsewhere("listed", "投{n3}号", Cell("✔ 已投给{n3}号", "voted 3rd")),
    Elsewhere("listed", "3", looks_at(3)),
]
"""Of the second of the message that brought what is in view: only what names it counts."""


@pytest.mark.slow
@pytest.mark.parametrize("ago", [0, 4], ids=["at once", "sooner"])
@pytest.mark.parametrize(
    "case", thinned(AT_ONCE, quick=4), ids=lambda case: f"{case.view} {case.says.split()[0]}"
)
def test_what_was_sent_before_the_view_was_on_show_counts_only_if_it_names_it(
    people: dict[str, Talker], case: Elsewhere, ago: int
) -> None:
    member = people[case.view]
    assert isinstance(member.state, Dated)
    came_at = datetime.fromtimestamp(member.state.since, UTC)

    assert_meant(member, case.says, case.cell, came_at - timedelta(seconds=ago))


# ------------------------------------------------------------ what goes wrong, said kindly

UNHEARD = "我听不清这段语音。麻烦您点蓝字，或打一个字母。\n"
SORRY = "给您添麻烦了。请说说是哪件事，我转给工作人员。"
ONLY_THESE = r"我只会\[答题\].*、\[座右铭\].*、\[投票\].*和\[宣讲\].*。要问别的，回复“联系”。"
KINDLY = [
    Elsewhere("one", "voice-unheard:", Cell(UNHEARD + SECOND)),
    Elsewhere("nothing", "voice-unheard:", Cell("我听不清这段语音。")),
    Elsewhere("one", "voice:选二。", Cell("听到您说“选二”，✔ 答对了，是B。", "2=B")),
    Elsewhere("nothing", "voice:帮助", Cell("听到您说“帮助”，不急，")),
    Elsewhere("nothing", "voice:我的电话13812345678", Cell(PRIVATE)),
    Elsewhere(
        "nothing", "什么破系统 你们太烂了 傻逼 骗子系统 你们是骗子", Cell(SORRY, "told a colleague")
    ),
    Elsewhere("one", "什么破系统", Cell(SORRY + "(.*\n)+.*接着答题", "told a colleague")),
    Elsewhere("nothing", "宣讲 报名 签到4831 报名1 候补L046", Cell("宣讲的时间表还没有排好")),
    Elsewhere("nothing", "我爸去世了 我得了癌症", Cell("听您这么说", "told a colleague")),
    Elsewhere("one", "我妈住院了 voice:我妈住院了。", Cell("听您这么说", "told a colleague")),
    Elsewhere("nothing", "不想活了 活着没意思", Cell("请您先别一个人扛着", "told a colleague")),
    Elsewhere("nothing", "谢谢 好的 收到 👍 [强] /:strong", Cell("不客气。$")),
    Elsewhere("one", "谢谢 好的 收到", Cell("不客气。$")),
    Elsewhere("nothing", "讲个笑话 你是谁 美国总统是谁？", Cell(f"{ONLY_THESE}$")),
    Elsewhere("one", "讲个笑话", Cell(rf"{ONLY_THESE}\n{SECOND}")),
]


@pytest.mark.slow
@pytest.mark.parametrize(
    "case", thinned(KINDLY, quick=6), ids=lambda case: f"{case.view} {case.says.split()[0]}"
)
def test_what_goes_wrong_is_answered_kindly(people: dict[str, Talker], case: Elsewhere) -> None:
    assert_meant(people[case.view], case.says, case.cell)


@pytest.mark.slow
def test_thanks_are_answered_once_and_then_with_silence(people: dict[str, Talker]) -> None:
    with people["nothing"].undone() as talker:
        assert [talker.says("谢谢"), talker.says("谢谢"), talker.says("好的")] == [
            "不客气。",
            "",
            "",
        ]


@pytest.mark.slow
@pytest.mark.parametrize("words", ["我爸去世了", "不想活了"])
def test_no_quiz_follows_upon_grief(people: dict[str, Talker], words: str) -> None:
    with people["one"].undone() as talker:
        assert "题" not in talker.says(words)
        assert taps(talker.reply) == []


def test_a_busy_store_asks_for_the_same_command_again_and_quotes_nothing_private() -> None:
    assert shown(wording.busy("答题")) == "正在忙，您的话收到了，请过一分钟再发一次“答题”。"
    for words in ("", "13812345678", "一句比命令长得多的话"):
        assert shown(wording.busy(words)) == "正在忙，您的话收到了，请过一分钟再发一次。"


# ------------------------------------------------------------ how it is told


def in_view(talker: Talker) -> dict[str, str]:
    """The numbers and the words of the list that the member sees, or would see."""
    names: dict[str, str] = {}
    cards = talker.services.votes.batch(talker.key).mottos
    for nth, card in enumerate(cards, start=1):
        names |= {f"n{nth}": str(card.number), f"w{nth}": card.words}
    return names


def filled(pattern: str, names: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda field: re.escape(names[field[1]]), pattern)


def push(says: str, talker: Talker) -> Message:
    """Words, spoken words, or a push without any: `voice:三号`, `image:`."""
    kind, _, words = says.rpartition(":")
    by, at = talker.name, talker.speaks_at()
    if kind == "voice-unheard":
        return pushed(Kind.VOICE, by=by, sent_at=at)
    if kind == "voice":
        return said(words, by, spoken=True, sent_at=at)
    if kind in set(Kind):
        return pushed(Kind(kind), by=by, sent_at=at)
    return said(says.replace("_", " "), by, sent_at=at)


class Books:
    """What has come of a member's words by now."""

    def __init__(self, talker: Talker) -> None:
        session, key = talker.session, talker.key
        mine = Attempt.member_key == key
        self.papers = {a.day: list(a.skipped) for a in session.scalars(select(Attempt).where(mine))}
        self.graded = answers(session, key)
        self.votes = set(session.scalars(select(Vote.motto_id).where(Vote.member_key == key)))
        state = talker.state
        self.noted = state.picked if isinstance(state, Answering | Practising) else ""
        self.cards = {
            card.question_id: (card.due_on, card.correct, card.practised_at)
            for card in session.scalars(select(PracticeCard).where(PracticeCard.member_key == key))
        }
        self.codes = {q.id: q.code for q in session.scalars(select(StoredQuestion))}
        self.tickets = session.scalar(select(func.count()).select_from(Ticket)) or 0
        self.other = [
            session.execute(select(Motto.words, Motto.state)).all(),
            session.execute(select(Member.unit_id, Member.name)).all(),
        ]

    def late(self, day: date) -> list[int]:
        """The places of that day's paper that were put off."""
        return self.papers.get(day, [])

    def since(self, before: "Books", names: dict[str, str]) -> str:
        """What was done since, as the cells say it."""
        assert self.other == before.other
        graded = [f"{p}={letters}" for p, letters in self.graded.items() if p not in before.graded]
        nth = {names["n2"]: "2nd", names["n3"]: "3rd"}
        late = [p for day, late in self.papers.items() for p in late[len(before.late(day)) :]]
        deeds = [
            *("begun" for day in self.papers if day not in before.papers),
            *(f"put off {place}" for place in late),
            *graded,
            *(f"voted {nth.get(str(id_ + 1_000))}" for id_ in self.votes - before.votes),
            *([f"noted {self.noted}"] if self.noted and self.noted != before.noted else []),
            *([f"forgot {before.noted}"] if before.noted and not (self.noted or graded) else []),
        ]
        deeds += [
            f"put aside {self.codes[id_]}"
            if due_on is None
            else f"practised {self.codes[id_]}: {'right' if correct else 'wrong'}"
            for id_, (due_on, correct, at) in self.cards.items()
            if before.cards.get(id_) != (due_on, correct, at)
        ]
        deeds += ["told a colleague"] * (self.tickets - before.tickets)
        return ", ".join(deeds)


def fits(talker: Talker) -> bool:
    """Whether the reply can be sent whole."""
    assert isinstance(talker.reply, Text)
    words = compile_text(talker.reply, lambda path: f"https://example.org/h{path}", 100_000)
    return len(words.encode()) <= BUDGET
