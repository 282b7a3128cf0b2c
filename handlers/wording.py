"""Every sentence a member can read. Written to be reviewed by people who do not program.

`[words](发:text)` is a tap that sends the text, `[words](网:/path)` opens a page, and
`{name}` is filled in. Nothing a member wrote can become a tap: see bot/conversation/reply.py.
Rules of tone: 您, short sentences, the answer in the first line, what to do next in the
last, at most 12 lines and 6 taps (options of a question apart), a typed twin for each tap.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import singledispatch
from typing import Any

from bot.conversation.reply import Prose, Text, join, say
from bot.domain.certificates import Diploma
from bot.domain.dossier import Summary
from bot.domain.draws import OwnTicket
from bot.domain.entries import MottoCard, MottoState
from bot.domain.identity import CAMPAIGN_ZONE, mask
from bot.domain.notices import Notification
from bot.domain.outcomes import Standing
from bot.domain.panel_plan import PanelPlan
from bot.domain.panel_scoring import Method
from bot.domain.panels import JudgedLine
from bot.domain.quarantine import Held
from bot.domain.quiz import Choice, Marked, Rules, Sitting
from bot.domain.refusals import (
    AlreadySubmitted,
    AlreadyVoted,
    AppealedBefore,
    BoardClosed,
    BracketFixed,
    BracketNeeded,
    CollectingClosed,
    ContestNotBegun,
    ContestOver,
    DecidedMeanwhile,
    ForTheLead,
    LookedAlready,
    MottoTooLong,
    MottoTooShort,
    NamedTooOften,
    NoContest,
    NoMotto,
    NoRound,
    NoSuchEntry,
    NotBound,
    NothingToAppeal,
    NothingToMakeUp,
    NothingToWithdraw,
    NotLike,
    NotSealed,
    NotTheirs,
    NoVotesLeft,
    OnlyJoinedStand,
    OwnDecision,
    OwnEntry,
    OwnMotto,
    OwnUnit,
    PaperFinished,
    PaperNotOut,
    ReboundTooOften,
    Refusal,
    SentInByUnits,
    UndoTooLate,
    VotesAtStake,
    VotingClosed,
    VotingNotOpen,
)
from bot.domain.regrading import Correction
from bot.domain.rounds import Kind as Sort
from bot.domain.rounds import RoundPlan
from bot.domain.scoring import Counting
from bot.domain.standings import Neighbourhood, Place
from bot.domain.tally import Line
from bot.domain.unit_board import UnitPlace
from bot.domain.units import UnitCard
from bot.domain.votes import BallotState, CastVote, Purse, Receipt
from bot.rulebook import (
    beginning,
    clock,
    contest_rules,
    correction,
    counts_as,
    deadline,
    points,
    round_rules,
)
from quiz_bank import Kind, Question

# ------------------------------------------------------------ when we say no


@singledispatch
def refuse(refusal: Refusal) -> Text:
    """The words for a refusal; test_house.py checks that each kind has its own."""
    raise TypeError(f"no words for {type(refusal).__name__}")


# ------------------------------------------------------------ first words, help, trouble

# What members type. Words and patterns are matched with the folded text: half-width,
# simplified, lower case.
HELP = (
    "?", "帮助", "怎么弄", "菜单", "你好", "您好", "在吗", "在不在", "有人吗", "人工", "怎么用",
    "怎么做", "怎么玩", "主菜单", "功能", "使用说明", "help", "hi", "hello", "早", "早安", "早上好",
    "上午好", "中午好", "下午好", "晚上好", "大家好", "老师好", "你好啊", "您好啊", "你好呀",
    "侬好", "在么", "在不在啊", "有人在吗", "喂,有人吗", "返回", "后退", "首页", "主页", "返回首页",
    "返回菜单",
)  # fmt: skip
CONTACT = (
    "联系", "联系人", "联系你们", "联系工作人员", "客服", "人工客服", "找人", "反馈", "投诉",
    "转人工", "人工服务", "找人工", "要人工", "找客服", "找工作人员", "电话", "电话多少",
    "联系电话", "客服电话", "你们电话", "你们电话是多少", "联系方式", "怎么联系", "怎么联系你们",
)  # fmt: skip
LECTURES = (
    "宣讲", "听宣讲", "百场宣讲", "我的宣讲", "报名", "签到", "我要报名", "我要签到", "宣讲在哪",
    "宣讲在哪里", "什么时候宣讲", "宣讲时间", "宣讲安排",
)  # fmt: skip
LECTURE_ORDER = r"(?:报名|签到|候补)l?\d{1,4}"
"""What somebody types who has seen a lecture announced."""
LARGER = (
    "大字", "换大字", "大字版", "用大字", "字太小", "字太小了", "字太小了看不清", "看不清",
    "看不清字", "看不清楚", "字看不清", "眼睛看不清",
)  # fmt: skip
SMALLER = ("小字", "换小字", "小字版", "用小字", "字太大", "不要大字")
MENU = ("答题", "座右铭", "投票", "宣讲", "我的", "大字")
"""What a bare number stands for after the menu or out of the blue."""
MENU_KEYS = {
    "MENU_QUIZ_START": "答题",
    "MENU_MISTAKES": "错题",
    "MENU_MOTTO": "座右铭",
    "MENU_WALL": "看座右铭",
    "MENU_VOTE": "投票",
    "MENU_LECTURES": "宣讲",
    "MENU_RANK": "排名",
    "MENU_MINE": "我的",
    "MENU_JOIN": "登记单位",
    "MENU_HELP": "帮助",
}
"""What the keys of the account's own menu stand for."""
STICKER = (
    "【收到不支持的消息类型,暂无法显示】", "收到不支持的消息类型,暂无法显示",
    "[收到不支持的消息类型,暂无法显示]", "[unsupported message]", "【unsupported message】",
)  # fmt: skip
_NOD = (
    r"好的?|好[吧呀啊嘞滴]|嗯|哦|噢|[得要]?行|行吧|可以|要得|得嘞|收到|知道了?|晓得[了咯]?|明白了?|了解了?|没问题"
    r"|ok|okay"
)
_FEW = "(?=.{1,24}$)"
_MANY_THANKS = (
    r"[太真很]?(?:谢谢|多谢|感谢|谢了|辛苦|麻烦[您你])(?:们|你们|大家|老师|同志|领导|[您你了啦哈])*"
    r"|thanks?(?: you)?"
    r"|(?:太|非常|十分|真是?)(?:谢谢|感谢)(?:你们|[您你了啦])*"
)
GOOD_WISHES = (
    r"(?:祝.{0,8})?(?:新年|春节|元旦|元宵|节日|中秋|国庆|周末)(?:快乐|愉快|好)[啊呀]?"
    r"|晚安|祝.{1,6}快乐"
)
THANKS = rf"{_FEW}(?:(?:{_NOD}|{_MANY_THANKS})[ ,、。!~]{{0,2}})+|{GOOD_WISHES}"
THANKS_FACES = frozenset(
    [
        "👍", "👌", "🙏", "🌹", "👏", "🤝", "[强]", "[抱拳]", "[玫瑰]", "[握手]", "[鼓掌]",
        "[合十]", "[好的]", "[爱心]", "[ok]", "[thumbsup]", "[salute]", "[rose]", "[clap]",
        "/:strong", "/:rose", "/:ok", "/:share", "/:handclap", "/:@)", "/:heart", "/:v",
    ]
)  # fmt: skip
AGREED = rf"{_FEW}(?:(?:{_NOD}|同意|是的?|对的?|对啊)[ ,、。!~]{{0,2}})+"
"""Polite words that agree to something, or to nothing: they never hand in or take back."""
CHATTER = (
    r"[哈呵嘿嘻啊额呃唉哎喂嗨晕哇]+|加油|我?支持(?:你们?)?|厉害|太好了|真好|巴适"
    r"|(?:真|好|太)?(?:棒|赞|牛)了?"
)
"""Sounds and cheers."""
NO_ANSWER = rf"{AGREED}|{CHATTER}|同意的|不|换|确定|恢复|删除?|清空|重来"
"""What nobody fills a blank with, and what tells a colleague nothing."""
SEEKING = (
    r"不知道|不会|不懂|看不懂|跳过|下一题|下一个|咋[办弄整用]?"
    r"|怎么(?:办|弄|做|用|玩|搞|操作|参加|回事|办呢)?[呀啊呢]?|如何参加|[我俺]?不会(?:弄|用|操作|搞|整)?"
    r"|没(?:看|听|弄)?懂|不明白|听不懂|看不明白|(?:这是?)?(?:什么|啥|么子)(?:意思)?|干[嘛啥]|做什么"
    r"|(?:接下来|下面)(?:干|做)?(?:什么|啥|嘛)|然后呢|下一步呢?|有(?:什么|啥)功能"
    r"|(?:能|可以)[干做](?:什么|啥)"
)
_SLIP = (
    r"(?:我|刚才|刚刚|上一题|不小心|是)*(?:选错了|[点按打答]错了?)"
    r"(?:[, ]?(?:能|可以|能不能|怎么)改吗?)?|手滑了?"
)
CHANGING = rf"(?:我要|我想)?修?改(?:一下|一改)?|{_SLIP}|(?:刚才|我)?选错|写错了?"
WAIT = (
    r"等等|请?(?:您|你)?等(?:一下|一会儿?|下|会儿?)|请?稍等(?:一下|一会儿?)?|(?:我|让我)?(?:再|先)?想一?想"
    r"|(?:我|让我)?考虑(?:一下|考虑)"
)
"""The member needs a moment."""
SEEN_AGAIN = (
    r"(?:请|麻烦)?(?:您|你)?(?:再|重新?)(?:说|发|念|读)(?:一?[遍次下])?|(?:请)?重复一?[遍下]"
    r"|没看[清见到]题?目?|题目?(?:呢|在哪里?)"
)
"""What is on show is asked for once more."""
LEAVING = (
    r"退出|算了|不用了?|取消|我?没事了?|不答了?|先不答了?|不做了|回头再[说答来]|等会儿?再[说答来]"
    r"|下次再?[说答来]|再见|拜拜|暂停|停|不要了?|[我先]{0,2}不想?[答做玩弄搞学]了"
    r"|退订|取消关注|(?:你们)?(?:别|不要)再?发了?"
)
NOTHING_TO_TELL = rf"没有了?|没啥事?了?|没什么事?了?|不说了|{LEAVING}"
JUST_YES_OR_NO = r"是的?|对的?|√|✓|✔|✅|正确|不是|不对|错|错误|×|✗|✘|x|❌|yes|no|y|n"
SURE = r"是的?|对的?|对啊|没错|就是|是这个|就是这个支部|对,就是这个支部"
NOT_THAT = r"不是|不对|不是这个|错了?"
NTH = (
    r"[我就要想选点看是( ]{0,6}第? ?(?P<place>[1-9一二三四五六七八九两]) ?[个项条号]?[吧的) ]{0,3}"
)

_MENU = (
    "1 [答题](发:答题)　每天几道题，约3分钟\n"
    "2 [座右铭](发:座右铭)　写一句，看看大家的\n"
    "3 [投票](发:投票)　选出您心中的好句子\n"
    "4 [听宣讲](发:宣讲)　时间表排好了在这里查\n"
    "点蓝字，或回复前面的数字。"
)


def welcome(scanned: UnitCard | None, returns: bool, joined: bool) -> Text:
    """The first words to a new follower; `scanned` is the unit of the code they came by."""
    greeting = "欢迎回来，您的记录都在。" if returns else "您好，欢迎参加全市党员冬训。"
    parts = [say(greeting)]
    if scanned:
        parts.append(is_this_your_unit(scanned))
    elif not joined:
        parts.append(say("先[登记单位](发:登记单位)，成绩才能算到您单位；也可以先答题、后登记。"))
    return join([*parts, say("\n先看看也行：\n" + _MENU)])


def is_this_your_unit(unit: UnitCard) -> Text:
    """A member came by the code of a unit."""
    return say(
        "您是扫“{unit}”的码来的，对吗？\n[对，就是这个支部](发:单位对)　[不是](发:换单位)",
        unit=unit.full_name,
    )


def menu() -> Text:
    """Help: what one can do here."""
    return say(
        "不急，您想做哪件事？\n"
        "1 [答题](发:答题)　2 [座右铭](发:座右铭)\n"
        "3 [投票](发:投票)　4 [听宣讲](发:宣讲)\n"
        "5 [我的成绩](发:我的)　6 [换大字](发:大字)\n"
        "点蓝字，或回复数字。\n"
        "要问人：回复“联系”，工作日8:30到17:30有人答。"
    )


def help_in_quiz() -> Text:
    """Help while a question is on show; the question follows."""
    return say(
        "不急，点下面的蓝字就能答。不会的回复“跳过”，先不答了回复“退出”。\n"
        "想做别的：[座右铭](发:座右铭)　[投票](发:投票)　[我的成绩](发:我的)　问人：[联系](发:联系)"
    )


def tell_us() -> Text:
    """The member wants a person: we ask for one sentence."""
    return say(
        "请用一句话说说遇到了什么事，我转给工作人员。工作日8:30到17:30有人答。\n"
        "不用了：回复“算了”。"
    )


def let_staff_help() -> Text:
    """Twice not understood: no third menu."""
    return say(
        "我可能没听懂，让工作人员帮您吧。\n"
        "请用一句话说说遇到了什么事，我转给他们，最晚明天中午回您。\n"
        "不用了：回复“算了”。"
    )


def told(about: str) -> Text:
    """The member's sentence became a ticket."""
    return say(_TOLD.get(about, _TOLD["help"]))


_TOLD = {
    "help": "✔ 转给工作人员了，最晚明天中午回您。\n"
    "先做点别的：[答题](发:答题)　[座右铭](发:座右铭)　[投票](发:投票)",
    "unit": "✔ 收到，我们核对后加上，加上后告诉您。\n先答题吧：[今天的题](发:答题)",
    "question": "✔ 转给出题的同志了，他们会核对。\n接着做：[答题](发:答题)　[座右铭](发:座右铭)",
}


def words_please() -> Text:
    """We asked for a sentence, and something without words came."""
    return say("请打几个字，或者按住说话，我才能转给工作人员。\n不用了：回复“算了”。")


def not_understood() -> Text:
    """The first time that we are at a loss."""
    return say(
        "我没看懂，您想做下面哪件事？\n"
        "[答题](发:答题)　[座右铭](发:座右铭)　[投票](发:投票)\n"
        "[看排名](发:排名)　[登记单位](发:登记单位)\n"
        "都不是：回复“联系”，请工作人员帮您。"
    )


def no_answer() -> Text:
    """At a loss while a question is on show; the question follows."""
    return say("我没看懂，您点下面的蓝字就行。不会的回复“跳过”，先不答了回复“退出”。")


def still_waiting() -> Text:
    """At a loss in the middle of something that waits for its answer."""
    return say("我没看懂，您可以点上面的蓝字。\n不想接着做，回复“算了”；要帮忙，回复“帮助”。")


def heard(words: str) -> Text:
    """A spoken message is repeated first, so that a wrong ear shows."""
    return say("听到您说“{words}”，", words=Prose(words[:40]))


def leave_taken() -> Text:
    """The member leaves off, or agrees to nothing in particular."""
    return say("好的。要做别的，回复“帮助”。")


def what_to_change() -> Text:
    """改 without anything to change."""
    return say(
        "您想改哪一样？\n"
        "[改座右铭](发:修改座右铭)　[改单位](发:改单位)　[改名](发:改名)　[撤回投票](发:撤回投票)\n"
        "答过的题，答案公布了就不能改。"
    )


def not_at_all() -> Text:
    """Thanks are returned, once."""
    return say("不客气。")


def wishes_returned() -> Text:
    """The member wishes us well."""
    return say("谢谢您，也祝您事事顺心。")


def speak_up() -> Text:
    """Who would rather speak than write may."""
    return say("可以，按住说话就行，比如说“答题”“选B”“投票”。")


def no_hurry() -> Text:
    """The member needs a moment."""
    return say("不急，您慢慢来。")


def only_these() -> Text:
    """Small talk."""
    return say(
        "我只会[答题](发:答题)、[座右铭](发:座右铭)、[投票](发:投票)和[宣讲](发:宣讲)。"
        "要问别的，回复“联系”。"
    )


def what_next() -> Text:
    """The way on from an answer that has none of its own."""
    return say(
        "想做什么，点蓝字：[答题](发:答题)　[座右铭](发:座右铭)　[投票](发:投票)\n"
        "别的事，回复“帮助”。"
    )


def carry_on() -> Text:
    """The way on while something waits for its answer that is not shown again."""
    return say("刚才的事还没做完，接着做就行。不做了，回复“算了”。")


def go_on() -> Text:
    """The way on after something is settled."""
    return say("接着做：[答题](发:答题)　[座右铭](发:座右铭)　[投票](发:投票)")


def here_i_am() -> Text:
    """Nothing but a full stop, or a face."""
    return say("在呢。您想[答题](发:答题)，还是[投票](发:投票)？别的事，回复“帮助”。")


def sticker() -> Text:
    """A sticker, which WeChat does not show us."""
    return say("收到您的表情，谢谢！")


def unheard(asking: bool) -> Text:
    """Speech that WeChat did not put into words; `asking` when a question is on show."""
    if asking:
        return say("我听不清这段语音。麻烦您点蓝字，或打一个字母。")
    return say("我听不清这段语音。麻烦您打几个字，或点：[答题](发:答题)　[帮助](发:帮助)")


def photo() -> Text:
    """A picture; we do not keep it."""
    return say("照片收到了，但我看不懂照片里的字。要交座右铭，请把那句话打出来，或者按住说话。")


def of_no_use() -> Text:
    """A link, a place on the map, a film, a file."""
    return say("这个我用不上，没有保存。您想[答题](发:答题)还是[投票](发:投票)？")


def private_number() -> Text:
    """What looks like a telephone number or that of an identity card."""
    return say("您发的像是证件号或手机号，我没有保存。这里不需要这些。")


def lectures_later() -> Text:
    """The timetable of lectures is not here yet."""
    return say(
        "宣讲的时间表还没有排好，排好了回复“宣讲”就能查。\n"
        "先做点别的：[答题](发:答题)　[座右铭](发:座右铭)　[投票](发:投票)"
    )


def larger_letters() -> Text:
    """Our pages have larger letters from now on; those of the chat are WeChat's own."""
    return say(
        "以后给您的页面都用大字，每页少放几样。\n"
        "聊天里的字，要在微信里调：我 → 设置 → 通用 → 关怀模式，打开就行。\n"
        "[看大字版座右铭](网:/m?size=larger)　换回来：回复“小字”。"
    )


def smaller_letters() -> Text:
    """Our pages have their usual letters again."""
    return say(
        "好的，以后给您的页面用回平常的字。\n[看座右铭](网:/m?size=smaller)　要大字：回复“换大字”。"
    )


def busy(words: str) -> Text:
    """A store is away; nothing has changed. `words` are the member's, quoted if it is short."""
    if 0 < len(words) <= _QUOTED and not re.search(r"\d", words):
        return say("正在忙，您的话收到了，请过一分钟再发一次“{words}”。", words=words)
    return say("正在忙，您的话收到了，请过一分钟再发一次。")


_QUOTED = 8
"""Characters of a command; more are a sentence, and figures may be somebody's number."""


def reply_gone() -> Text:
    """The stored reply quoted somebody who has been erased since."""
    return say(
        "刚才的回复里有一条座右铭，作者把它删除了，不再显示；您做的事不受影响。\n"
        "请再看一次：[座右铭](发:看座右铭)"
    )


def maintenance(begins: datetime, ends: datetime, now: datetime) -> Text:
    """The chat is closed for some hours."""
    at = [moment.astimezone(CAMPAIGN_ZONE) for moment in (begins, ends)]
    if at[1].time() == time():
        at[1] -= timedelta(days=1)
        until = "24点"
    else:
        until = clock(at[1])
    today = now.astimezone(CAMPAIGN_ZONE).date()
    begin_day, end_day = ((moment.date() - today).days for moment in at)
    return say(
        "{begin_day}{begins}到{end_day}{until}检修，您的连续天数不受影响。",
        begin_day=_NEAR[begin_day],
        begins=clock(at[0]),
        end_day=_NEAR[end_day] if end_day != begin_day else "",
        until=until,
    )


_NEAR = {-1: "昨天", 0: "今天", 1: "明天"}


def apology() -> Text:
    """A fault of ours; what the message did is undone."""
    return say(
        "给您添麻烦了，刚才这句我没处理好，什么都没有改动。\n"
        "请换个说法再发一次，或者回复“联系”，请工作人员帮您。"
    )


# ------------------------------------------------------------ grief, danger, anger

_KIN = (
    r"(?:爸爸?|妈妈?|父亲|母亲|爷爷|奶奶|外公|外婆|岳父|岳母|公公|婆婆|老公|老婆|丈夫|妻子|爱人"
    r"|老伴|儿子|女儿|孩子|孙子|孙女|哥哥?|姐姐?|弟弟?|妹妹?|亲人|家人)"
)
_LOSS = (
    r"(?:去世|过世|病逝|离世|病危|病重|住院|[得患]癌|癌症|化疗|出车祸"
    r"|(?:走|没|不在)了(?:$|[,。! ]))"
)
_ILL = r"(?:住院|病倒|生病|病了|得了?癌|癌症|化疗|开刀|做手术|中风|脑梗|心梗|抑郁)"
DANGER = (
    r".*(?:不想活|活不下去|不如死了|活着没(?:有)?意[思义]|自杀|轻生|寻短见|割腕|结束生命|想死).*"
    r"|.*(?:被打|家暴|有人打我|救救我).*|救命[啊呀 ,!]*(?:救命)*[啊呀]*"
)
GRIEF = (
    rf".*(?:我|俺|咱|家里?)的?们?{_KIN}(?:[^,。]{{0,6}}){_LOSS}.*|{_KIN}[^,。]{{0,4}}{_LOSS}.*"
    rf"|.*我(?:们)?[^,。]{{0,6}}{_ILL}.*|.*我[^,。]{{0,4}}(?:难过|难受|伤心|撑不住|扛不住).*"
    r"|(?:心里|心情).{0,3}(?:难受|难过|很?苦|堵|不好).{0,6}"
)
_THING = r"(?:系统|软件|程序|公众号|平台|网站|机器人|玩意儿?|东西|活动|题目?)"
_BAD = r"(?:烂|差劲?|垃圾|难用|麻烦|慢|坑人?|烦人?|恶心|不好用|没意思|无聊|形式主义)"
COMPLAINT = (
    r".*(?:傻[逼bx叉比]|煞笔|脑残|神经病|王八蛋|混蛋|他妈的?|妈的|滚蛋|去死|tmd|fuck|shit).*"
    rf"|.*(?:破|烂|垃圾){_THING}.*|.*(?:什么|啥)(?:破|烂|鬼|狗屁).*|(?:你们?)?滚[吧啊]?"
    rf"|(?:这个?|你们?的?|这个?{_THING})?(?:太|真|好|这么|也太|真是太){_BAD}[了吧啊]{{0,2}}.{{0,4}}"
    r"|.*(?:老是|总是|一直|怎么都|又)(?:打不开|点不开|进不去|登不上|卡住?|没反应|出错|报错).*"
    r"|.{0,6}(?:打不开|点不开|进不去|登不上|没反应)[了啊]?|(?:老是?)?卡(?:住|死)?了|(?:这是)?什么玩意儿?|垃圾"
    r"|浪费时间|.*(?:纯属|纯粹|真是|就是|简直|这是)在?(?:浪费时间|走形式|走过场|形式主义|折腾|坑人|骗人).*"
    r"|.*(?:气死|烦死|急死)我?了?.{0,2}|我?(?:要|想)(?:投诉|举报|提意见).{2,}"
    r"|(?:你们?|这个?)?(?:都|就)?是?骗子.{0,4}|.{0,6}(?:有没有人|没人|没有人)管.{0,4}"
    r"|[太真]?不公平.{0,3}|凭什么.{0,8}"
)
SMALL_TALK = (
    r"[你您](?:是谁|是哪位|叫什么)|[你您](?:是|算)(?:真?人|机器)|[你您]怎么看|吃了[吗没]"
    r"|[你您](?:几岁|多大|在哪|会什么|会不会|喜欢|吃饭|吃了|觉得|认为)"
    r"|讲个|唱[个首]|说个|天气|几点了|星期几|谁是|总统|主席是谁|总理是谁"
    r"|彩票|股票|机器人|聊(?:会儿?|聊)?天|笑话|故事吧"
)
"""Anywhere in a sentence that means nothing else to us: jokes, riddles, the weather."""
OTHER_BUSINESS = (
    r".{0,6}(?:党费|社保|医保|退休金|低保|组织关系).{0,6}"
    r"|(?:怎么|如何|我想|我要)?入党(?:怎么办|条件|申请)?"
)
"""What members ask their branch, and not us."""
_WORKPLACE = r"(?:社区|村|街道|[镇乡局]|学校|小学|中学|医院|公司)"
GIST = (
    (r".{0,6}答题.{0,6}投票.{0,4}|我?[想要]?答题[, ].{1,8}", "答题"),
    (r".{0,4}(?:投|选|点)错了?[, ]{0,2}我?[想要]?撤[回销].{0,4}", "撤回投票"),
    (r"我叫[^, ]{2,4}[, ].{0,6}单位.{2,20}|.{0,6}单位.{2,20}[, ]我叫.{2,4}", "登记单位"),
    (r"登记(?:单位)?[,:、 ].+|我的?单位(?:是|叫|在).+", "登记单位"),
    (rf"我们?[是在].{{2,14}}(?:{_WORKPLACE}|支部)(?:的.{{0,4}})?", "登记单位"),
    (rf"[^, ]{{2,12}}{_WORKPLACE}党?(?:支部|总支|党委)", "登记单位"),
    (r"我叫.{2,8}|我的(?:名字|姓名)[是叫].{2,8}", "我的资料"),
    (r".{0,6}答案.{0,3}(?:错|不对|有问题|有误).{0,2}|我没[答选]?错.{0,2}", "题目有错"),
    (r".{0,4}题.{0,4}(?:有问题|有毛病|不对|不严谨|出错).{0,2}", "题目有错"),
    (r".{0,4}(?:那|这|上一?|第.)题?(?:为什么|怎么)会?错.{0,3}|刚才答?错的.{0,3}", "错题"),
    (
        r"(?:正确|标准)?答案.{0,4}|第.题的?答案|为(?:什么|啥)(?:会|我)?错了?|为什么|哪里错了?",
        "错题",
    ),
    (r".{0,6}投不(?:了|上|成).{0,2}|我?要?投(?:票?给)[\u4e00-\u9fff]{2,4}", "投票"),
    (r".{0,4}(?:有|投|剩)几票.{0,3}", "投票"),
    (r".{0,4}补答.{0,3}", "补答"),
    (r".{0,6}(?:扣分|答几次|时间限制|限时|几分一题|每题几分|名次怎么排).{0,4}", "规则"),
    (r".{0,8}(?:排第几|没有我的(?:名字|排名)|我的名次).{0,3}", "排名"),
    (r".{0,6}(?:看不见|眼花|老花|字太小).{0,6}", "大字"),
    (r".{0,4}(?:太|好|真|有点)(?:难|复杂)[了啊呀]{0,2}|.{0,6}答不(?:上来|出来|对)", "帮助"),
    (r".{0,6}(?:记不住|不识字|没文化).{0,3}", "帮助"),
    (r".{0,8}[帮替代][我他她]?.{0,3}答题?(?:一下)?|代答", "帮助"),
    (r"我不是党员.{0,8}|我是(?:群众|预备党员|(?:入党)?积极分子).{0,8}", "帮助"),
    (r"(?:我?想?要?|报名)参加(?:活动)?|二维码|扫码", "帮助"),
)
"""Sentences that are plainly about one thing, and the words that lead there."""
SPEAKING = (
    r"(?:我?(?:能|可以|能不能|可不可以)(?:用|发)?(?:语音|说话|说|讲)(?:回答|答题)?吗?|能念给我听吗)"
)
FORWARDED = r".*(?:https?://|www\.).*|转发 ?[:,].*|【.*"
"""An article that somebody passes on."""


def condolence() -> Text:
    """A loss or an illness in what the member wrote."""
    return say(
        "听您这么说，我们心里也不好受，请您多保重。\n"
        "您的话已经转给工作人员。想跟人说说，回复“联系”，工作日8:30到17:30有人答；"
        "身体有急事，请打120。\n别的都不急，等您方便了再来。"
    )


def in_danger() -> Text:
    """Somebody may be about to come to harm."""
    return say(
        "请您先别一个人扛着，您的话已经转给工作人员。\n"
        "现在有危险，请打110或120；心里难受，可以打心理援助热线12356。\n"
        "身边有家人、邻居，也请他们来陪陪您。"
    )


def sorry() -> Text:
    """An insult, a complaint."""
    return say(
        "给您添麻烦了。请说说是哪件事，我转给工作人员。\n"
        "这一句已经转过去了；没别的要说，回复“算了”。"
    )


# ------------------------------------------------------------ today's quiz

# What members type.
START = (
    "答题", "我要答题", "我想答题", "去答题", "现在答题", "开始答题", "开始", "继续", "继续答题",
    "接着答题", "接着答", "接着来", "今天的题", "做题", "我要做题", "题目", "知识竞赛", "都交",
    "一题一题来", "怎么答题", "如何答题", "重新开始", "从头开始", "重新来", "再来一题", "还有题吗",
    "今天还有题吗", "今天还有吗", "有新题吗",
)  # fmt: skip
RANK_WANTED, RULES_WANTED = "排名", "规则"
_THE_CONTEST = r"竞赛 ?(?P<contest>\d{1,9})"
THIS_CONTEST = _THE_CONTEST
THIS_BRACKET = rf"{_THE_CONTEST} ?第(?P<bracket>\d)组"
BRACKETS_OF_CONTEST = rf"{_THE_CONTEST} ?分组"
RANK_OF_CONTEST = rf"{_THE_CONTEST} ?{RANK_WANTED}"
RULES_OF_CONTEST = rf"{_THE_CONTEST} ?{RULES_WANTED}"
"""What the taps below the list of contests send."""
MAKE_UP = (
    "补答", "我要补答", "补题", "补答题", "补一天", "补考", "补做", "补答一天", "补上", "我要补",
    "怎么补", "补昨天的", "补昨天的题", "能补吗", "昨天的题", "昨天没答", "昨天没答题",
    "我昨天没答", "我昨天没答题", "昨天忘了", "昨天忘了答题", "忘了答题", "忘了答题怎么办",
)  # fmt: skip
AGAIN = (
    "再答一次", "再答", "再答一遍", "再做一次", "再做一遍", "重新答题", "我要再答一次",
    "我想再答一次", "能再答吗", "还能再答吗",
)  # fmt: skip
QUESTION_IS_WRONG = (
    r"(?:第? ?.题|题目|这道?题|答案|题)(?:好像|是不是|可能)?"
    r"(?:有(?:错误?|误|问题|毛病)|错了)[了吧吗]?"
)

NTH_QUESTION = "第 ?(?P<place>[1-9一二三四五六七八九]) ?题"
THIS_QUESTION = "这道题"
YEAR = "年"

_BEFORE = (
    r"(?:我|就|想|要|选择?|应[该当]|大概|可能|觉得|认为|感觉|估计|猜|答案|是|为|的|会|这[个题]|你好|您好|老师"
    r"|[ ,:()\[\]])*"
)
_AFTER = r"(?:吧|啊|呀|呢|了|哦|嘛|的|项|个|都|对|正确|选|是|谢谢[您你]?|老师|[ ,()\[\]])*"
_SOUNDS = {"A": "诶哎欸", "B": "必比逼毕", "C": "西希吸", "D": "地弟滴"}
"""How speech is written down: 选西 for C."""
LETTER_OF = {sound: letter for letter, sounds in _SOUNDS.items() for sound in sounds}
_LETTER = rf"[a-h{''.join(LETTER_OF)}]"
_NUMBER = "第?[1-8一二两三四五六七八][个项条号]?"
LETTER = rf"{_LETTER}|{_NUMBER}"
_SHORT = r"(?=.{1,40}$)"
"""Nobody chooses in longer words, and no pattern should have to look at them."""
_AND = r"(?:[ ,、.;/+&\-]|和|与|跟|加|还有)*"
_LETTERS = rf"{_LETTER}(?:{_AND}{_LETTER})*"
_NUMBERS = rf"{_NUMBER}(?:{_AND}{_NUMBER})*"
_TWICE = r"\d*(?P<twice>\d)(?P=twice)"
CHOICE = rf"{_SHORT}(?!{_TWICE}){_BEFORE}(?P<chosen>{_LETTERS}|{_NUMBERS}){_AFTER}"
"""B, 选B, 我选b, 应该是B, B吧, 二, 第二个, AC, A和C, AC都对, 选西; 11 is none."""
ALL = rf"{_SHORT}{_BEFORE}(?:以上|上面|这些|几个)?(?:全部?|全?都)(?:选|对|是|正确|要)?{_AFTER}"
"""全选, 都对, 以上都是."""
TRUE = r"对|√|✓|✔|✅|☑|⭕|正确|没错|是"
FALSE = r"错误?|×|✗|✘|x|❌|❎|不对|不正确|不是"
JUDGEMENT = (
    rf"{_SHORT}{_BEFORE}(?:(?P<true>{TRUE})|(?P<false>{FALSE}))[吧啊呀呢了哦嘛的 ]{{0,4}}"
    r"(?:,? ?谢谢.{0,2})?"
)
UNSURE = (
    rf"{_SHORT}{_BEFORE}(?:{_LETTER}(?:对|行|是)?(?:吗|不对|不是)|{_LETTER}对不对|是不是{_LETTER}.{{0,2}}"
    rf"|{_LETTER}(?: ?(?:还是|或者?|或是) ?{_LETTER}){{1,7}}.{{0,2}})"
)
"""B对不对, 是不是B, A还是B: asked back, and no choice yet."""
ASKED_BACK = (
    r".{0,8}(?:怎么|什么|啥|哪[儿里个])[填写答回选].{0,6}|.{0,6}[填写答](?:什么|啥|在哪|哪里|几个字).{0,4}"
    r"|.{1,16}[吗呢]|[你您](?:是谁|是哪位|叫什么|好)"
)
"""What nobody fills a blank with, unless it is the answer."""
OPTION_PADDING = rf"^{_BEFORE}|{_AFTER}$"
ANSWER_WANTED = (
    r"(?:正确|标准|第.题)?的?答案是?(?:什么|啥|几|多少)?[呢吗]?|(?:应?该|要)?选(?:什么|哪个|啥|几)[呢啊]?"
    r"|哪个(?:是|才)?对的?[呢啊呀]?|(?:老师)?帮我选(?:一[个下])?|(?:给个?)?提示(?:一下)?|为(?:什么|啥)(?:(?:会|我)?错|不对)?了?|哪里错了?"
)
DONE = r"选好了?|好了|就?交(?:了|吧)?|提交|就这些|就这几个|完了|选完了?|确定|没有了"
TAP = r"第(?P<place>\d{1,2})题(?P<chosen>[a-h]{1,8}|对|错|好了)"
"""What the taps below a question send."""
PAIR = (
    r"第? ?(?P<place>[1-9一二三四五六七八九]) ?题? ?[、.,:)选是\-]{0,2} ?"
    rf"(?P<chosen>[a-h]{{1,8}}|{TRUE}|{FALSE})"
)
"""1A, 1、A, 1.A, 第一题 A, 4对."""
_PAIR = PAIR.replace("?P<place>", "?:").replace("?P<chosen>", "?:")
PAIRS = rf"(?=.{{2,60}}$)(?:{_PAIR}[ ,;、。]{{0,3}}){{2,9}}"
"""1A2B3C, 1A 2B 3C."""
STRAY_CHOICE = (
    rf"{_SHORT}(?:{_BEFORE}[a-f](?:{_AND}[a-f])*{_AFTER}|我?选[{''.join(LETTER_OF)}]|{ALL}|{_PAIR})"
)
"""An answer while no question is on show: letters, not numbers, which mean a line of the menu."""
FIGURES = r"(?!.*投)[\d〇零一二三四五六七八九十百千万亿第].{0,30}"
SKIP = (
    r"(?:这题|我|俺|先)?(?:不知道|不会(?:做|答|填)?|不懂|不清楚|跳过|过|下一?题|下一个"
    r"|不知道(?:怎么|该|要)*[填写答选](?:什么|啥|哪个)?|想不起来|忘(?:记)?|记不(?:得|清|住)|不记得)[了啊呀吧的]?"
)
PREVIOUS = r"(?:看)?(?:上一?题|上一个|前一题|刚才那[个题]|上一道|(?:返回)?上一步)"
REOPEN = (
    rf"(?:我要|我想)?改(?:一下|答案|选)?|重新?选|取消|{_SLIP}|刚才选错"
    r"|(?:我要|我想)?[改换](?:成|选|为|到)? ?选? ?[a-h]|不是 ?[a-h] ?,?是 ?[a-h]"
)
PAUSE = (
    r"退出|(?:先)?不答了?|(?:先)?不做了|回头再[说答来]|等会儿?再?[说答来]|下次再?[说答来]|算了"
    r"|暂停|停|休息一下|再见|[我先]{0,2}不想?[答做玩弄搞学]了"
)
SUBMIT_ALL = r"都交|交|提交|是的?|对的?|好的?|可以|确定|嗯|都交吧"
ONE_BY_ONE = r"不|不是|不对|错了|不交|不,?一题一题来|一题一题来|一个一个来"

_ASKS_FOR = {
    Kind.SINGLE: "选一个",
    Kind.MULTIPLE: "可选多个",
    Kind.JUDGE: "对还是错",
    Kind.BLANK: "填几个字",
}
_JUDGED = {"T": "对", "F": "错"}
_BLANK_LINE = Text(("",))


def contests_of_today(choices: Sequence[Choice], wanted: str) -> Text:
    """The contests of a day that has several; `wanted` is what of one is asked for."""
    asks = f"看哪个的{wanted}" if wanted else "做哪个"
    head = say("今天有{count}个竞赛，{asks}？", count=len(choices), asks=asks)
    return join([head, *_contests(choices, wanted), say("点蓝字，或回复数字。")])


def contests_done(choices: Sequence[Choice]) -> Text:
    """Nothing is left to do in any of them today."""
    head = say("今天的{count}个竞赛都做完了。", count=len(choices))
    more = say("[看排名](发:排名)　想多练，回复“练错题”（不计分）。")
    return join([head, *_contests(choices, ""), more])


def _contests(choices: Sequence[Choice], wanted: str) -> list[Text]:
    return [
        say(
            "{nth} [{title}](发:{sends})　" + _how_far(choice),
            nth=nth,
            title=_shortened(choice.title),
            sends=with_contest(choice.contest, wanted),
            points=choice.points,
            questions=choice.questions,
        )
        for nth, choice in enumerate(choices, start=1)
    ]


def _how_far(choice: Choice) -> str:
    return "做完了，{points}分" if choice.done else "{questions}题，还没做"


def with_contest(contest: int, wanted: str) -> str:
    """What the tap on a contest of the list sends."""
    return f"竞赛{contest}{wanted}"


def choose_bracket(contest: int, brackets: Sequence[str]) -> Text:
    """The brackets to choose from; none where all are ranked together."""
    if not brackets:
        return say("这次竞赛不分组。\n[答题](发:答题)　[看排名](发:排名)")
    taps = [
        say("[{name}](发:竞赛{number}第{place}组)", name=name, number=contest, place=place)
        for place, name in enumerate(brackets, start=1)
    ]
    asked = say("这次竞赛分组排名，您是哪一组的？点一下就开始答题：")
    return join([asked, *taps, say("开始算分以后就不能改了。")])


def in_bracket(contest: int, name: str) -> Text:
    """The bracket just chosen, above a question."""
    return say(
        "✔ 您在{name}。选错了，现在还能[重选](发:竞赛{number}分组)。\n\n", name=name, number=contest
    )


def about_contest(title: str) -> Text:
    """Above a reply that is about one of several contests."""
    return say("《{title}》", title=title)


def quiz_begins(questions: int) -> Text:
    """Before the first question of a new paper."""
    return say(
        "今天{questions}题，答错也没关系，会告诉您为什么。不计时间。\n\n", questions=questions
    )


def making_up(day: date, questions: int) -> Text:
    """Before the first question of a missed day's paper."""
    return say(
        "补答{day}的{questions}题，一样算分。不计时间。\n\n", day=_day(day), questions=questions
    )


def once_more(nth: int, questions: int, counting: Counting) -> Text:
    """Before the first question of another attempt."""
    return say(
        "第{nth}次，另抽{questions}题，{which}。不计时间。\n\n",
        nth=nth,
        questions=questions,
        which=counts_as(counting),
    )


def quiz_resumed(begun_at: datetime, now: datetime) -> Text:
    """Before the question at which a paper was left."""
    begun, today = (at.astimezone(CAMPAIGN_ZONE) for at in (begun_at, now))
    if begun.date() != today.date():
        when = "昨天"
    elif _part_of_day(begun) != _part_of_day(today):
        when = _part_of_day(begun)
    else:
        when = "刚才"
    return say("接着{when}的，", when=when)


def _part_of_day(local: datetime) -> str:
    return "上午" if local.hour < 12 else "下午" if local.hour < 18 else "晚上"


@dataclass(frozen=True)
class Called:
    """What a question is called: in a sentence, and by the taps below it."""

    name: str
    taps: str


def on_paper(place: int) -> Called:
    """The name of a question of the day's paper."""
    return Called(f"第{place}题", f"第{place}题")


def in_practice(place: int) -> Called:
    """The name of a question of a practice."""
    return Called(f"练习{place}", f"练{place}")


def question(sitting: Sitting, place: int) -> Text:
    """A question as it is shown first, with how to answer it."""
    asked, called = sitting.question(place), on_paper(place)
    head = say(
        "第{place}题（共{total}题，{asks_for}）\n{stem}",
        place=place,
        total=len(sitting.questions),
        asks_for=_ASKS_FOR[asked.kind],
        stem=asked.stem,
    )
    return join([head, *_options(asked, called, _abreast(asked)), _how_to_answer(asked, called)])


def question_again(asked: Question, called: Called, noted: str = "") -> Text:
    """A question that was on show before; `noted` are the letters chosen so far."""
    parts = [
        say("现在是{name}：{stem}", name=called.name, stem=asked.stem),
        *_options(asked, called, _abreast(asked)),
    ]
    if asked.kind is Kind.MULTIPLE:
        so_far = say("记下了{noted}。", noted="、".join(noted)) if noted else Text(())
        parts.append(so_far + say("选好了：[交](发:{taps}好了)", taps=called.taps))
    if asked.kind is Kind.BLANK:
        parts.append(_how_to_answer(asked, called))
    return join(parts)


def _abreast(asked: Question) -> int:
    """How many options of a paper's question stand in one line."""
    return 2 if asked.kind is Kind.MULTIPLE and max(map(len, asked.options)) <= 8 else 1


def _options(asked: Question, called: Called, abreast: int) -> list[Text]:
    """The options line by line, never in another order than the question's own."""
    if asked.kind is Kind.JUDGE:
        return [say("[对](发:{taps}对)　　[错](发:{taps}错)", taps=called.taps)]
    taps = [
        say("[{it}. {option}](发:{taps}{it})", it=letter, option=option, taps=called.taps)
        for letter, option in zip(asked.letters, asked.options, strict=True)
    ]
    return [join(taps[i : i + abreast], "　") for i in range(0, len(taps), abreast)]


def _how_to_answer(asked: Question, called: Called) -> Text:
    match asked.kind:
        case Kind.SINGLE:
            return say("点蓝字，或回复{letters}。", letters="、".join(asked.letters))
        case Kind.MULTIPLE:
            return say(
                "可以一起回复，比如：AC。\n也可以一个一个点，点完再点[选好了](发:{taps}好了)。",
                taps=called.taps,
            )
        case Kind.JUDGE:
            return say("点蓝字，或回复“对”“错”。")
        case Kind.BLANK:
            return say("请把答案打出来发给我，几个字就行。不会就回复“跳过”。")


def verdict(asked: Question, marked: Marked) -> Text:
    """Whether an answer was right; if not, why and according to whom."""
    if marked.correct:
        return say("✔ 答对了，是{answer}。", answer=_letters(asked, asked.answer))
    opening = "△ 对了一半，得{points}分。" if marked.in_part else "✘ "
    return join(
        [
            say(
                opening + "您{chosen}，正确的是{answer}。",
                points=marked.points,
                chosen=_chosen(asked, marked, in_full=True),
                answer=_letters(asked, asked.answer, in_full=True),
            ),
            *([say("为什么：{why}", why=Prose(asked.explanation))] if asked.explanation else []),
            say("出处：{source}", source=Prose(asked.citation)),
        ]
    )


def _chosen(asked: Question, marked: Marked, in_full: bool = False) -> str:
    if asked.kind is Kind.BLANK:
        return f"填“{marked.choice}”"
    return "选" + _letters(asked, tuple(marked.choice), in_full)


def _letters(asked: Question, answer: Sequence[str], in_full: bool = False) -> str:
    """An answer as it is read: B, or in full B（2005年）; A、C; “对”; “2016”."""
    match asked.kind:
        case Kind.JUDGE:
            return f"“{_JUDGED.get(''.join(answer), '')}”"
        case Kind.BLANK:
            return f"“{answer[0]}”"
    if in_full and asked.kind is Kind.SINGLE:
        return "、".join(f"{letter}（{_option(asked, letter)}）" for letter in answer)
    return "、".join(answer)


def _option(asked: Question, letter: str) -> str:
    return dict(zip(asked.letters, asked.options, strict=True)).get(letter, "")


def noted(asked: Question, called: Called, letters: str) -> Text:
    """A letter of a question with several is noted; the rest can still be added."""
    rest = [
        say("[{letter}](发:{taps}{letter})", letter=letter, taps=called.taps)
        for letter in asked.letters
        if letter not in letters
    ]
    return join(
        [
            say("先记下{letters}。", letters="、".join(letters))
            + (say("还要加：") + join(rest, "　") if rest else Text(())),
            say("选好了：[交](发:{taps}好了)", taps=called.taps),
            say("也可以一次回复几个字母，比如：ACD。"),
        ]
    )


def only_one(asked: Question, called: Called, letters: str) -> Text:
    """Several letters for a question that has one answer."""
    if len(letters) != 2:
        return say("这题只选一个，点蓝字，或回复{all}。", all="、".join(asked.letters))
    return say(
        "这题只选一个，[{first}](发:{taps}{first})还是[{second}](发:{taps}{second})？",
        taps=called.taps,
        first=letters[0],
        second=letters[1],
    )


def choose_like_this(asked: Question) -> Text:
    """An answer of another kind than the question asks for."""
    match asked.kind:
        case Kind.JUDGE:
            return say("这题请判断对错。")
        case Kind.BLANK:
            return say("这题没有选项，请把答案打出来。")
        case _:
            return say("这题请选{letters}。", letters="、".join(asked.letters))


def nothing_noted() -> Text:
    """选好了 before any letter."""
    return say("还没有记下选项，先选再交。")


def reopened() -> Text:
    """The noted letters are forgotten."""
    return say("好，这题重新选。")


def nothing_to_change() -> Text:
    """改 before the first answer."""
    return say("这题还没有答，直接选就行。")


def yours_to_decide() -> Text:
    """The member asks back instead of choosing; the question follows."""
    return say("您自己拿主意，点蓝字就行；拿不准，回复“跳过”。")


def answer_comes_after() -> Text:
    """The answer is asked for before it was given; the question follows."""
    return say("您先选，选完就告诉您对不对、为什么。不会的，回复“跳过”。")


def too_late_to_change() -> Text:
    """The answer is out."""
    return say("答案已经公布，这题不能改了，下一题加油。")


def sent_too_early(called: Called, *, first: bool) -> Text:
    """An answer that was sent before its question was shown; the question follows."""
    kept = "" if first else "前面答过的都记下了。"
    return say(
        "这条没有算：您发的时候，{name}还没显示出来。{kept}请看题再答。",
        name=called.name,
        kept=kept,
    )


def put_off() -> Text:
    """A question is skipped; it comes back."""
    return say("好，这题放到最后再答。\n\n")


def the_last_left() -> Text:
    """The only open question can't be skipped."""
    return say("只剩这一题了，猜一个也行，答错不扣分。")


def at_the_first() -> Text:
    """上一题 at the first question."""
    return say("前面还没有答过的题。")


def looked_back(place: int, asked: Question, marked: Marked) -> Text:
    """An answered question, as it was."""
    half = "对了一半，" if marked.in_part else ""
    result = "答对了。" if marked.correct else half + "正确的是{answer}。"
    return say(
        "第{place}题：{stem}\n您{chosen}，" + result + "\n",
        place=place,
        stem=asked.stem,
        chosen=_chosen(asked, marked),
        answer=_letters(asked, asked.answer, in_full=True),
    )


def answered_before(place: int, asked: Question, marked: Marked) -> Text:
    """A tap on a question that has been graded changes nothing."""
    half = "对了一半，" if marked.in_part else ""
    return say(
        "第{place}题您已经答过了（{chosen}，{result}）。不改分。",
        place=place,
        chosen=_chosen(asked, marked),
        result="答对" if marked.correct else f"{half}正确是{_letters(asked, asked.answer)}",
    )


def not_there_yet(place: int) -> Text:
    """A question that has not been shown."""
    return say("还没到第{place}题。", place=place)


def no_such_question(total: int) -> Text:
    """A number beyond the paper."""
    return say("今天一共{total}题。", total=total)


def kept_for_you() -> Text:
    """The member leaves the quiz for now."""
    return say("给您留着，回复“答题”接着来。")


def put_away() -> Text:
    """The paper on show is a day old, and gone."""
    return say("刚才的题过了一天，已经收起来了。\n做新的：[今天的题](发:答题)")


def all_at_once(answers: Sequence[tuple[int, str]]) -> Text:
    """Several questions answered in one message, before anything is graded."""
    return say(
        "您一次答了{count}题：{answers}。\n[都交](发:都交)　[不，一题一题来](发:一题一题来)",
        count=len(answers),
        answers=" ".join(f"{place}{_JUDGED.get(choice, choice)}" for place, choice in answers),
    )


def asked_later() -> Text:
    """A yes that was sent before we asked whether to submit all; the question follows."""
    return say("这条没有算：您发的时候，还没问您要不要都交。")


def cannot_take_all() -> Text:
    """An answer among several that no question of the paper has."""
    return say("有的答案和题目对不上，咱们一题一题来。")


def verdicts(graded: Sequence[tuple[int, Question, Marked]]) -> Text:
    """How several answers at once turned out."""
    return say("交好了。{each}。", each="；".join(_verdict_in_short(*one) for one in graded))


def _verdict_in_short(place: int, asked: Question, marked: Marked) -> str:
    if marked.correct:
        return f"第{place}题对"
    outcome = "对一半" if marked.in_part else "错"
    return f"第{place}题{outcome}，正确的是{_letters(asked, asked.answer)}"


@dataclass(frozen=True)
class Result:
    """What a finished paper is summed up with."""

    sitting: Sitting
    today: date
    streak: int
    standing: Neighbourhood | None
    joined: bool
    next_hour: int | None
    more_today: bool
    """Whether the paper was an earlier day's, and today's waits."""
    missed: date | None
    """The day that may be made up now."""
    attempts_left: int
    """How many more attempts at today's questions can be begun."""
    others: bool
    """Whether another contest waits today."""


def summary(result: Result) -> Text:
    """The last word on a paper."""
    sitting = result.sitting
    wrong = len(sitting.questions) - sitting.right
    half = "，对一半{in_part}题" if sitting.in_part else ""
    capped = "（到了每天的上限）" if sitting.earned > sitting.points else ""
    checked = sum(marked.withheld > 0 for marked in sitting.answers.values())
    waits = "，还有{checked}题核对后补上" if checked else ""
    head = say(
        "{day}{total}题做完了，答对{right}题" + half + "，得{points}分" + capped + waits + "。",
        day=_whose(sitting.day, result.today),
        total=len(sitting.questions),
        right=sitting.right,
        in_part=sitting.in_part,
        points=sitting.points,
        checked=checked,
    )
    parts = [head, *_summary_facts(result), _BLANK_LINE]
    if wrong:
        parts.append(say("错了{wrong}题：[再看一遍](发:错题)", wrong=wrong))
    # Where today's paper waits, a motto can: more links could not be told apart.
    more = result.more_today or result.others or result.attempts_left
    motto = "" if more else "[写座右铭](发:座右铭)　"
    parts.append(say("[看排名](发:排名)　" + motto + "[这题有错](发:题目有错)"))
    if not result.joined:
        parts.append(say("[登记单位](发:登记单位)后，成绩算到您单位。"))
    return join([*parts, _what_comes_next(result)])


def _whose(day: date, today: date) -> str:
    """Which day's paper it is."""
    if day == today:
        return "今天"
    return "昨天的" if day == today - timedelta(days=1) else f"{_day(day)}的"


def _summary_facts(result: Result) -> list[Text]:
    facts, sitting = [], result.sitting
    if sitting.earlier:
        which = counts_as(sitting.scoring.counting)
        facts.append(say("{which}，这天算{points}分。", which=which, points=sitting.counts))
    if result.streak > 1:
        facts.append(say("您已连续参加{days}天。", days=result.streak))
    if result.missed:
        facts.append(say("本周还有1天可以补：[补答{day}的题](发:补答)", day=_day(result.missed)))
    if result.standing and result.standing.district:
        facts.append(
            say(
                "在{district}排第{rank}名（{people}人参加）。",
                district=result.standing.district.full_name,
                rank=result.standing.rank,
                people=result.standing.out_of,
            )
        )
    return facts


def _attempts_left(left: int, counting: Counting) -> Text:
    return say(
        "今天还可以再答{left}次，{which}：[再答一次](发:再答一次)",
        left=left,
        which=counts_as(counting),
    )


def _what_comes_next(result: Result) -> Text:
    if result.more_today:
        return say("今天还有新题：[今天的题](发:答题)")
    if result.others:
        return say("今天还有别的竞赛：[接着答题](发:答题)")
    if result.attempts_left:
        return _attempts_left(result.attempts_left, result.sitting.scoring.counting)
    if result.next_hour is None:
        return say("这是竞赛最后一天，谢谢您坚持下来。")
    return say("明天早上{hour}点有新题，回复“答题”就行。", hour=result.next_hour)


def being_checked(places: Sequence[int] = ()) -> Text:
    """What these questions of several, or the one just answered, earn waits for a person."""
    which = f"第{'、'.join(map(str, places))}题" if places else THIS_QUESTION
    return say("{which}有人说有错，正在核对，该得的分稍后补上。", which=which)


def what_is_wrong(called: str = "") -> Text:
    """A question may be faulty: we ask which, unless it is known by this name, and why."""
    if called:
        other = "" if called == THIS_QUESTION else "说的是别的题，请写上第几题。"
        return say(
            "谢谢您提醒！请用一句话说说{called}哪里不对，我转给出题的同志。\n"
            + other
            + "不用了：回复“算了”。",
            called=called,
        )
    return say(
        "谢谢您提醒！请用一句话说说是第几题、哪里不对，我转给出题的同志。\n不用了：回复“算了”。"
    )


@refuse.register
def _(_refusal: NoContest) -> Text:
    return say("现在还没有竞赛。先[写一句座右铭](发:座右铭)，或者[投票](发:投票)？")


@refuse.register
def _(refusal: ContestNotBegun) -> Text:
    return say(
        "活动{day}开始，到时回复“答题”。先[写一句座右铭](发:座右铭)？", day=_day(refusal.first_day)
    )


@refuse.register
def _(refusal: ContestOver) -> Text:
    thanks = "，谢谢您参加{days}天" if refusal.days_taken else ""
    return say(
        "竞赛{day}结束了" + thanks + "。[看成绩](发:我的)",
        day=_day(refusal.last_day),
        days=refusal.days_taken,
    )


@refuse.register
def _(refusal: BracketNeeded) -> Text:
    return choose_bracket(refusal.contest, refusal.brackets)


@refuse.register
def _(refusal: BracketFixed) -> Text:
    return say(
        "您已经按{name}答了题，分组不能再改。\n[答题](发:答题)　[看排名](发:排名)",
        name=refusal.name,
    )


@refuse.register
def _(refusal: BoardClosed) -> Text:
    own = [] if refusal.points is None else [say("您的积分：{points}分。", points=refusal.points)]
    return join(
        [
            *own,
            say(
                "已经封榜，{day}答完揭晓；封榜以后才开始答的，揭晓时一起排上。",
                day=_day(refusal.last_day),
            ),
            say("[答题](发:答题)　[全市单位榜](网:/r)　[怎么算的](发:排名规则)"),
        ]
    )


@refuse.register
def _(refusal: OnlyJoinedStand) -> Text:
    return say(
        "您的积分：{points}分。\n这次竞赛登记了单位的才排名：[登记单位](发:登记单位)，马上排上。\n"
        "[答题](发:答题)　[全市单位榜](网:/r)　[怎么算的](发:排名规则)",
        points=refusal.points,
    )


@refuse.register
def _(refusal: PaperNotOut) -> Text:
    local = refusal.opens_at.astimezone(CAMPAIGN_ZONE)
    return say(
        "{day}{hour}点出新题，到时回复“答题”就行。\n"
        "先[练练错题](发:练错题)（不计分），或者[写座右铭](发:座右铭)？",
        day=_day(local.date()),
        hour=local.hour,
    )


@refuse.register
def _(refusal: NothingToMakeUp) -> Text:
    if not refusal.allowed:
        why = "这次竞赛不补答，漏掉的不扣分。"
    elif refusal.used:
        why = "这一周已经补过1天了，下周一起又可以补1天。"
    else:
        why = "前几天的题您都开过卷了，没有要补的。"
    return say(why + "\n接着做：[今天的题](发:答题)　[看规则](发:规则)")


@refuse.register
def _(refusal: PaperFinished) -> Text:
    done = say("今天的题您做完了，{points}分。", points=refusal.points)
    if refusal.attempts_left:
        done = join([done, _attempts_left(refusal.attempts_left, refusal.counting), Text(("",))])
    return done + say(
        "想多练：[练错题](发:练错题)（不计分）。\n"
        + ("" if refusal.next_hour is None else "明天{hour}点有新题。")
        + "[看排名](发:排名)　[写座右铭](发:座右铭)",
        hour=refusal.next_hour,
    )


# ------------------------------------------------------------ wrong answers, and practising them

# What members type.
MISTAKES = ("错题", "我的错题", "看错题", "再看一遍", "今天的错题", "其他错题", "错在哪")
ONE_MISTAKE = r"错题 ?(?P<place>\d{1,3})"
NTH_MISTAKE = (
    r"[我就要想选点看是( ]{0,6}第? ?(?P<place>\d{1,3}|[一二三四五六七八九两])"
    r" ?[个项条道题号]?[吧的) ]{0,3}"
)
MORE_MISTAKES = ("后面的错题",)
NEXT_PAGE = rf"后面的?|下一?页|更多|还有[吗呢]?|换一[批页]|{SKIP}"
PAGE_BEFORE = rf"前面的?|上一?页|{PREVIOUS}"
PRACTISE = (
    "练错题", "练一练", "练习", "做练习", "我要练习", "练练错题", "练习错题", "接着练", "接着练习",
    "继续练", "继续练习", "再练", "再练一练", "再练3题", "再练三题", "多练练",
)  # fmt: skip
PRACTISE_HARDEST = ("练最难的", "先练最难的", "练难的")
PRACTICE_TAP = r"练习? ?(?P<place>\d) ?(?P<chosen>[a-h]{1,8}|对|错|好了)"
"""What the taps below a practice question send."""
LEARNT_TAP = r"练习? ?(?P<place>\d) ?记牢了?"
LEARNT = (
    r"(?:我?已经|我?都)?记(?:牢|住)了?|(?:这题)?(?:我?已经)?会了"
    r"|(?:以后)?(?:别|不要|不用)再?问(?:这题)?了?"
)
NEXT_TAP = r"练习 ?下一题"
ON_WITH_PRACTICE = r"继续|接着来?|往下|再来一?[个题道]?"
LEAVE_PRACTICE = rf"{PAUSE}|(?:先)?不练了?|练(?:完|好|够)了"


def mistakes(stems: Sequence[str], first: int, total: int, paper_is_open: bool, more: bool) -> Text:
    """Some of the questions that were answered wrongly and are not understood yet."""
    last = first + len(stems) - 1
    lines = [
        say("{nth} [{stem}](发:错题{nth})", nth=nth, stem=_shortened(stem))
        for nth, stem in enumerate(stems, start=first)
    ]
    part = "" if len(stems) == total else f"，这是第{first}到{last}道"
    return join(
        [
            say("您有{total}道错题没弄懂{part}：", total=total, part=part),
            *lines,
            say("点一个看解释；[练一练](发:练错题)，一次3题，不计分。"),
            *([say("后面还有：[后面的错题](发:后面的错题)")] if more else []),
            *([_paper_waits()] if paper_is_open else []),
        ]
    )


def no_mistakes() -> Text:
    """The member has answered nothing wrongly that is still to be asked."""
    return say("您现在没有错题。\n接着做：[答题](发:答题)　[看排名](发:排名)")


def all_understood(next_day: date, today: date) -> Text:
    """Each was answered rightly in practice and will be asked again."""
    return say(
        "错题都弄懂了，{when}再考您一次。\n想多练：[练一练](发:练错题)（不计分）\n"
        "接着做：[答题](发:答题)　[看排名](发:排名)",
        when=_when(next_day, today),
    )


def mistake(day: date, place: int, asked: Question, marked: Marked, paper_is_open: bool) -> Text:
    """One wrong answer, explained."""
    go_on = "　[接着答题](发:答题)" if paper_is_open else ""
    return join(
        [
            say("{day}第{place}题：{stem}", day=_day(day), place=place, stem=asked.stem),
            verdict(asked, marked),
            say("[练一练](发:练错题)　[其他错题](发:错题)　[这题有错](发:题目有错)" + go_on),
        ]
    )


def _shortened(stem: str) -> str:
    return stem if len(stem) <= 16 else stem[:15] + "…"


def _when(day: date, today: date) -> str:
    return "明天" if day == today + timedelta(days=1) else _day(day)


def _paper_waits() -> Text:
    return say("还有题没答完：[接着答题](发:答题)")


def practice_in_between() -> Text:
    """Before the first practice question while a paper is open."""
    return say("没答完的题给您留着，练完再接着答。\n\n")


def practice_question(asked: Question, place: int, total: int) -> Text:
    """A practice question as it is shown first."""
    called = in_practice(place)
    head = say(
        "练习{place}（共{total}题，不计分）\n{stem}", place=place, total=total, stem=asked.stem
    )
    how = [] if asked.kind in (Kind.SINGLE, Kind.JUDGE) else [_how_to_answer(asked, called)]
    return join([head, *_options(asked, called, _abreast_in_practice(asked)), *how])


def _abreast_in_practice(asked: Question) -> int:
    """Short options share a line: a thumb tells three of them apart, and two of some length."""
    longest = max(map(len, asked.options), default=0)
    return 3 if longest <= 5 else 2 if longest <= 8 else 1


def practised_rightly(place: int, days: int) -> Text:
    """A right answer in practice: when the question comes back, and how to be rid of it."""
    return say(
        "✔ 对了。这题{when}再考您一次。\n已经记牢：[以后别问这题](发:练{place}记牢)",
        when=_in_days(days),
        place=place,
    )


def practised_wrongly(asked: Question, marked: Marked, days: int) -> Text:
    """A wrong one: why, according to whom, and when the question comes back."""
    return join([verdict(asked, marked), say("这题{when}再考您一次。", when=_in_days(days))])


def _in_days(days: int) -> str:
    if days <= 1:
        return "明天"
    return "过几天" if days < 14 else "过一阵子"


def next_in_practice() -> Text:
    """The way on to the next question."""
    return say("[下一题](发:练习下一题)")


def practice_over(right: int, due: int, next_day: date | None, today: date, paper: bool) -> Text:
    """The end of a round: what else is due, or when something will be; the way on."""
    parts = [say("这次练完了，答对{right}题，不计分。", right=right)]
    if due:
        parts.append(say("还有{due}题可以练：[再练一练](发:练错题)", due=due))
    elif next_day:
        parts.append(say("{when}再考您。", when=_when(next_day, today)))
    onward = (
        "没答完的题还留着：[接着答题](发:答题)" if paper else "[看错题](发:错题)　[看排名](发:排名)"
    )
    return join([*parts, say(onward)])


def nothing_due(next_day: date, today: date) -> Text:
    """Nothing is to be practised today."""
    return say(
        "现在没有要练的题，{when}再考您。\n想现在就练：[练最难的](发:练最难的)（不计分）\n"
        "接着做：[答题](发:答题)　[看排名](发:排名)",
        when=_when(next_day, today),
    )


def practised_before(place: int) -> Text:
    """A tap on a practice question that has been graded changes nothing."""
    return say("练习{place}已经练过了。", place=place)


def not_yet_practised(place: int) -> Text:
    """A practice question that has not been shown."""
    return say("还没到练习{place}。", place=place)


def practice_has_only(total: int) -> Text:
    """A number beyond the round."""
    return say("这次一共{total}题。", total=total)


def one_at_a_time_in_practice() -> Text:
    """Several practice questions answered at once."""
    return say("练习一题一题来。")


def practice_recalled(asked: Question, place: int) -> Text:
    """The practice question before, with what is right."""
    return say(
        "练习{place}：{stem}\n正确的是{answer}。",
        place=place,
        stem=asked.stem,
        answer=_letters(asked, asked.answer, in_full=True),
    )


def practice_skipped() -> Text:
    """A question was passed over: it stays due."""
    return say("好，这题下次再练。\n\n")


def learnt() -> Text:
    """A question is not asked again in practice."""
    return say("好，这题以后不问了。")


def practice_left(paper_is_open: bool) -> Text:
    """The member leaves the practice."""
    left = say("好，先练到这里。想再练，回复“练错题”。")
    return join([left, _paper_waits()]) if paper_is_open else left


def practice_put_away() -> Text:
    """A tap of a practice that is no longer in view."""
    return say("那次练习已经收起来了。想再练：[练错题](发:练错题)（不计分）")


def back_to_practice() -> Text:
    """How to return to the practice question that is still open."""
    return say("\n题还给您留着：[接着练](发:练错题)")


def motto_offer_in_practice(words: str) -> Text:
    """A sentence came while a practice question is on show."""
    return say(
        "正在练习，这句要交座右铭吗？\n“{words}”\n[是座右铭](发:是座右铭)　[接着练](发:练错题)",
        words=words,
    )


# ------------------------------------------------------------ mottos

# What members type. Patterns are matched with the folded text: half-width, simplified, lower case.
MOTTO = (
    "座右铭", "写座右铭", "写一句座右铭", "我要写座右铭", "交座右铭", "晒座右铭", "党性座右铭",
    "投稿", "换一句", "我换一句", "改几个字", "交", "就交这句", "换成这句", "是座右铭",
)  # fmt: skip
MY_MOTTO = (
    "我的座右铭", "看我的座右铭", "我写的座右铭", "恢复", "恢复座右铭", "我的座右铭呢",
    "我的座右铭通过了吗", "座右铭通过了吗", "通过了吗", "通过了没有", "审核了吗", "审核了没有",
    "审核通过了吗", "怎么还没审核", "审核结果",
)  # fmt: skip
SHORT_MOTTOS = frozenset(
    [
        "不忘初心",
        "牢记使命",
        "为人民服务",
        "实事求是",
        "立党为公",
        "执政为民",
        "清正廉洁",
        "艰苦奋斗",
    ]
)
"""Too short to be entered, and plainly meant as one."""
REWORD = ("修改座右铭", "改座右铭", "换座右铭", "重写座右铭", "换一句新的", "我自己改", "确定修改")
FORMER_WORDS = ("恢复原句", "恢复原来那句")
TAKE_FIX = ("改好再交", "帮我改好再交", "帮我改好", "改好了再交")
WITHDRAW_MOTTO = ("撤回我的座右铭", "撤回座右铭", "删除我的座右铭", "删除座右铭")
SIGNED_BY = {
    "署全名": "full", "写全名": "full", "不署名": "none", "署姓": "masked", "只写姓": "masked",
}  # fmt: skip
SIGN_OTHERWISE = ("改署名", "修改署名", "换署名", "改一下署名")
WALL = ("看座右铭", "看看座右铭", "看大家的", "看看大家的", "看看大家的座右铭", "座右铭墙")
FIND_MOTTO = ("找座右铭", "找一条", "搜座右铭", "查座右铭")
LEAVE_IT = ("不交",)

HAND_IN = r"(?:就|确定|可以)?交(?:了|吧|这句|座右铭)?|提交|就这句|确定"
ANOTHER = r"我?换一句|改几个字|我?再改改|重写|改"
SIGN = "|".join(SIGNED_BY)
IT_IS_ONE = rf"{AGREED}|是座右铭|要交?"
REPLACE_IT = r"换成这句|就换这句|换"
NO_THANKS = r"算了|不(?:交|改|撤|写|换|用|要|是)?了?|再想想|还用原来的"
IT_IS_NONE = r"不是|不是的|(?:不是,? ?)?随便说说"
SURE_TO_REWORD = r"确定修改|确定|要改|改"
SURE_TO_WITHDRAW = r"确定撤回|确定"
WITHDRAW_NUMBER = r"确定撤回 ?(?P<number>\d{4,9}) ?号?"
RESTORE_NUMBER = r"恢复 ?(?P<number>\d{4,9}) ?号?"
APPEAL = r"申诉.*"
NO_APPEAL = rf"{NO_THANKS}|不(?:想|要)?申诉了?"
APPEAL_PREFIX = r"\s*申[诉訴][\s：:，,、。]*"
ENTRY_PREFIX = r"\s*(?:投稿|我也?[来写寫交]一句|(?:我的?)?座右[铭銘](?:是|为|：|:))[\s：:，,、]*"
WITH_PREFIX = (
    r"投稿 ?[:,、]? ?\S.*|我也?[来写交]一句 ?[:,] ?\S.{5,}|(?:我的?)?座右铭(?:是|为|:) ?\S.{5,}"
)
SPOKEN_END = "。"

NOT_A_MOTTO = (
    r"答题|题目|投票|座右铭|排名|积分|得分|宣讲|登记|报名|签到|密码|公众号|客服"
    r"|^(?:请问|我想问|怎么|咋|为啥|为什么|什么时候|几点|能不能|可不可以|能否)"
    r"|怎么(?:改|交|投|答|弄|看|登|报|查|用|没|不)"
    r"|(?:吗|呢|咋办|怎么办|什么时候|几点)$"
    r"|\d ?号|第 ?\d|投 ?\d|\d{4}|^我[想要](?:看|查|问)|多少分|几分[了吗]?$"
)
"""Words and shapes of which a sentence is more likely a question than somebody's motto."""
MOTTO_WORD = "座右铭"

_HELP_FOR = {
    "typo": "有错别字。请看看是哪个字，改好再发。",
    "quotation": "引用的话和原文不一样。请对照原文改好，或者写一句您自己的话。",
    "length": "字数不合适。请写8到30个字。",
    "not_a_motto": "这句像广告或聊天，不像座右铭。请写一句您要求自己的话。",
    "personal": "里面有电话、住址等个人信息。去掉以后再发就行。",
    "unfit": "内容不合适公开。请换一句。",
    "duplicate": "和您写过的另一句重复。请换一句不一样的。",
}
"""By the reasons of bot/domain/moderation.py; test_motto.py checks that each has its sentence."""
_STANDS = {
    MottoState.WAITING: "审核中",
    MottoState.APPROVED: "已通过",
    MottoState.RETURNED: "没通过",
    MottoState.WITHDRAWN: "已撤回",
}


def motto_offer(words: str, twins: int) -> Text:
    """A sentence came out of the blue: is it a motto? `twins` members wrote the same."""
    original = say("想参加“原创”评选，可以写一句您自己的话（8到30个字）。")
    return join(
        [
            say("这是要交的座右铭吗？\n“{words}”\n", words=words),
            *([motto_twins(twins), original] if twins else []),
            say("[就交这句](发:交座右铭)　[我换一句](发:换一句)　[不是，随便说说](发:不交)"),
        ]
    )


def motto_twins(twins: int) -> Text:
    """So many members wrote the same."""
    return say("有{twins}位党员写了同一句，会合在一张卡片上，署上大家的名字。", twins=twins)


def motto_offer_in_quiz(words: str) -> Text:
    """The same while a question is on show."""
    return say(
        "正在答题，这句要交座右铭吗？\n“{words}”\n[是座右铭](发:是座右铭)　[接着答题](发:答题)",
        words=words,
    )


def motto_offer_too_short(refusal: MottoTooShort) -> Text:
    """It might be a motto, were it longer."""
    return say(
        "这是座右铭吗？座右铭要{least}到30个字，您这句有{length}个字。\n"
        "[写一句座右铭](发:写座右铭)　[不是，随便说说](发:不交)",
        least=refusal.least,
        length=refusal.length,
    )


def motto_offer_too_long(refusal: MottoTooLong) -> Text:
    """It might be a motto, were it shorter."""
    return say(
        "这是座右铭吗？座右铭最多{most}个字，您这句有{length}个字。\n"
        "[写一句座右铭](发:写座右铭)　[不是，随便说说](发:不交)",
        most=refusal.most,
        length=refusal.length,
    )


def motto_second(number: int, words: str) -> Text:
    """A member who has an entry sent another sentence."""
    return say(
        "每人1句，您已交{number}号。新的一句是：\n“{words}”\n"
        "[换成这句](发:换成这句)　[还用原来的](发:不交)",
        number=number,
        words=words,
    )


def motto_invitation() -> Text:
    """We ask for the words of a motto."""
    return say(
        "请发您自己的话，8到30个字。\n"
        "比如您平时怎么要求自己、怎么为群众办事。不用写名字。\n"
        "先[看看大家的](发:看座右铭)也行。不写了，回复“算了”。"
    )


def motto_preview(
    words: str, unit: UnitCard | None, name: str | None, signature: str, number: int
) -> Text:
    """The motto as it will stand; `number` when it replaces the words of an entry."""
    return join(
        [
            say(
                "您的座右铭（{count}个字）：\n“{words}”\n署名：{signed}\n"
                "[交](发:交)　[改几个字](发:换一句)",
                count=len(words),
                words=words,
                signed=_signed(unit, name, signature),
            ),
            say(_OTHER_SIGNATURES[signature if name else ""]),
            say("换上以后，{number}号要重新审核。", number=number)
            if number
            else say("交了以后，工作人员看过才会公开。"),
        ]
    )


def _signed(unit: UnitCard | None, name: str | None, signature: str) -> Prose:
    """How an entry is signed."""
    shown = {"full": name, "masked": mask(name)}.get(signature)
    return Prose("　".join(filter(None, [unit.district if unit else "", shown or "匿名"])))


_OTHER_SIGNATURES = {
    "masked": "署名想改：[写全名](发:署全名)　[不署名](发:不署名)",
    "full": "署名想改：[只写姓](发:署姓)　[不署名](发:不署名)",
    "none": "署名想改：[写全名](发:署全名)　[只写姓](发:署姓)",
    "": "想署上单位和姓，交了以后[登记单位](发:登记单位)。",
}


def motto_signature(mine: MottoCard, unit: UnitCard | None, name: str | None) -> Text:
    """How the member's entry is signed, and how else it could be."""
    now = say(
        "{number}号现在的署名：{signed}",
        number=mine.number,
        signed=_signed(unit, name, mine.signature),
    )
    return join([now, say(_OTHER_SIGNATURES[mine.signature] if name else _NAMELESS)])


_NAMELESS = "想署上单位和姓，先[登记单位](发:登记单位)。"


def motto_signed(mine: MottoCard, unit: UnitCard | None, name: str | None) -> Text:
    """The entry is signed otherwise."""
    done = say(
        "✔ 署名改好了，{number}号：{signed}。审核结果和票数都不变。",
        number=mine.number,
        signed=_signed(unit, name, mine.signature),
    )
    return join([done, say("[我的座右铭](发:我的座右铭)" if name else _NAMELESS)])


def motto_received(number: int, promise: str) -> Text:
    """The motto is entered."""
    return say(
        "✔ 收到，您的编号是 {number} 号，正在审核，{promise}。\n"
        "结果会在您下次来的时候告诉您；想早点知道，回复“我的座右铭”。\n"
        "[看看大家的](发:看座右铭)　[答题](发:答题)",
        number=number,
        promise=promise,
    )


def motto_wanted_again(refusal: MottoTooShort) -> Text:
    """Too few words: we ask once more, plainly."""
    if not refusal.length:
        return say(
            "请用文字写，{least}到30个字，再发给我就行。不写了，回复“算了”。",
            least=refusal.least,
        )
    return say(
        "这句有{length}个字，座右铭要{least}到30个字。不用写名字，写一句您自己的话，再发给我。\n"
        "不写了，回复“算了”。",
        length=refusal.length,
        least=refusal.least,
    )


def motto_wanted_shorter(refusal: MottoTooLong) -> Text:
    """Too many words: we show where the last one that fits stands."""
    return say(
        "这句有{length}个字，最多{most}个字。帮您数好了，前{most}个字到“{end}”。"
        "删短一点再发给我。\n不写了，回复“算了”。",
        length=refusal.length,
        most=refusal.most,
        end=refusal.kept[-8:],
    )


def motto_left() -> Text:
    """The sentence was no motto, or the member keeps what there is."""
    return say("好的，不交。\n想做别的：[答题](发:答题)　[看看大家的](发:看座右铭)")


def not_done_yet() -> Text:
    """A polite word where a plain one is needed."""
    return say("还没有办，等您一句话。\n要办，回复“确定”；不办了，回复“算了”。")


def motto_kept(number: int) -> Text:
    """The entry stays as it is."""
    return say("好的，{number}号还是原来的样子。\n[我的座右铭](发:我的座右铭)", number=number)


def motto_unwritten() -> Text:
    """The member has no entry that could be changed."""
    return say(
        "您还没有交过座右铭。\n[写一句座右铭](发:写座右铭)　[看看大家的](发:看座右铭)",
    )


def motto_of_mine(
    card: MottoCard,
    state: MottoState,
    votes: int,
    promise: str,
    joined: MottoCard | None = None,
) -> Text:
    """The member's own entry; `state` is what its author has been told, `promise` until when.

    `joined` is the card on which it stands with those of others.
    """
    head = say("您的座右铭，{number}号：\n“{words}”\n", number=card.number, words=card.words)
    if state is MottoState.RETURNED:
        parts = [_why(card.words, card.reason, card.fix), _ways_on(card.fix)]
        return head + say("暂时没通过。") + join([*parts, _last_word(card.appeal is not None)])
    appealed = state is MottoState.WAITING and card.appeal is not None
    stands = _APPEALED if appealed else _OF_MINE[state]
    if joined and joined.signers > 1 and state is MottoState.APPROVED:
        stands = _JOINED + stands
        others, number = joined.signers - 1, joined.number
        return head + say(stands, number=number, votes=votes, others=others)
    return head + say(stands, number=card.number, votes=votes, promise=promise)


_JOINED = "和另外{others}位党员写的是同一句，合在{number}号卡片上。\n"


_APPEALED = (
    "您的申诉收到了，另一位同志正在重新看，{promise}。\n"
    "[修改](发:修改座右铭)　[撤回](发:撤回我的座右铭)　[看看大家的](发:看座右铭)"
)
_OF_MINE = {
    MottoState.WAITING: "正在审核，{promise}。\n"
    "[修改](发:修改座右铭)　[改署名](发:改署名)　[撤回](发:撤回我的座右铭)\n"
    "[看看大家的](发:看座右铭)",
    MottoState.APPROVED: "已经通过，大家都能看到，现在有{votes}票。\n"
    "[看它的页面](网:/m/{number})　[做成图片](发:做图{number})　[看看大家的](发:看座右铭)\n"
    "[修改](发:修改座右铭)　[改署名](发:改署名)　[撤回](发:撤回我的座右铭)",
    MottoState.WITHDRAWN: "已经撤回，不再公开。\n"
    "[恢复](发:恢复{number})　[换一句新的](发:修改座右铭)",
}


def _why(words: str, reason: object, fix: str | None) -> Text:
    """Why an entry was sent back; `fix` are the right words, where a moderator offers them."""
    if fix is None:
        return say("原因：" + _HELP_FOR.get(str(reason), _HELP_FOR["unfit"]))
    if reason == "quotation":
        return say("原因：引用的话和原文不一样，应为“{fix}”。", fix=fix)
    wrong, right = _what_differs(words, fix)
    one = len(words) == len(fix) and sum(map(str.__ne__, words, fix)) == 1
    return say(
        "原因：{how_many}写错了，“{wrong}”应为“{right}”。",
        how_many="有一个字" if one else "有几处",
        wrong=wrong,
        right=right,
    )


def _what_differs(words: str, fix: str) -> tuple[str, str]:
    """The stretch that is not the same in both, with a character beside it to know it by."""
    begins = _alike(words, fix)
    ends = _alike(words[begins:][::-1], fix[begins:][::-1])
    before = max(0, begins - 1)
    after = max(ends - (begins == 0), 0)
    return words[before : len(words) - after], fix[before : len(fix) - after]


def _alike(one: str, other: str) -> int:
    """With how many characters both begin."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _ways_on(fix: str | None) -> Text:
    """What the author of an entry that was sent back can do."""
    own = say("[我自己改](发:修改座右铭)")
    return say("[帮我改好再交](发:改好再交)　") + own if fix else own


def _last_word(appealed: bool) -> Text:
    """Whether the author can still object."""
    if appealed:
        return say("这是另一位同志重新看过的结果。")
    return say("觉得不对，回复“申诉”加一句话，另一位同志会重新看。")


def motto_to_reword(card: MottoCard, state: MottoState) -> Text:
    """We ask for other words for the member's entry."""
    return say(
        "{number}号现在是：\n“{words}”（{state}）\n"
        "请直接发新的一句（8到30个字）。发来后还要再看一遍。\n不改了，回复“算了”。",
        number=card.number,
        words=card.words,
        state=_STANDS[state],
    )


def motto_votes_will_go(number: int, votes: int) -> Text:
    """People voted for those words."""
    return say(
        "{number}号已有{votes}票。改字要重新审核，票会清零，确定吗？\n"
        "[要改](发:确定修改)　[不改](发:算了)",
        number=number,
        votes=votes,
    )


def motto_reworded(card: MottoCard, promise: str) -> Text:
    """Other words stand under the number."""
    return say(
        "✔ 换好了，{number}号：“{words}”。重新排队审核，{promise}。\n"
        "改回去：[恢复原来那句](发:恢复原句)",
        number=card.number,
        words=card.words,
        promise=promise,
    )


def motto_unchanged(number: int) -> Text:
    """The new words are the old ones."""
    return say(
        "{number}号本来就是这句，没有改动。\n[我的座右铭](发:我的座右铭)",
        number=number,
    )


def motto_never_reworded(number: int) -> Text:
    """There are no former words to go back to."""
    return say(
        "{number}号没有改过，不用恢复。\n[我的座右铭](发:我的座右铭)　[修改座右铭](发:修改座右铭)",
        number=number,
    )


def motto_to_withdraw(number: int, votes: int, others: int) -> Text:
    """What withdrawing means, before it is done; `others` have signed the same words."""
    void = say("，已有的{votes}票作废", votes=votes) if votes else Text(())
    stays = say("同一句还有{others}位党员署名，卡片和票都留着。\n", others=others)
    return (
        say("{number}号撤回后就不再公开、不再参加评选", number=number)
        + void
        + say("。\n")
        + (stays if others > 0 else Text(()))
        + say(
            "[确定撤回](发:确定撤回{number})　[再想想](发:算了)\n"
            "30天内可以恢复，回复“恢复{number}”。",
            number=number,
        )
    )


def motto_withdrawn(number: int) -> Text:
    """The entry is out of the selection."""
    return say(
        "✔ {number}号已经撤回，不再公开。\n"
        "30天内可以恢复：[恢复](发:恢复{number})，或回复“恢复{number}”。",
        number=number,
    )


def motto_restored(number: int, promise: str) -> Text:
    """A withdrawn entry waits for review again."""
    return say(
        "✔ {number}号恢复了，重新排队审核，{promise}。\n[我的座右铭](发:我的座右铭)",
        number=number,
        promise=promise,
    )


def motto_not_withdrawn(number: int) -> Text:
    """There is nothing to restore."""
    return say("{number}号没有撤回，不用恢复。\n[我的座右铭](发:我的座右铭)", number=number)


def motto_gone(number: int) -> Text:
    """The time in which it could have been restored is over."""
    return say(
        "{number}号撤回已经超过30天，不能恢复了。可以[换一句新的](发:修改座右铭)。",
        number=number,
    )


def motto_not_yours(asked: int, mine: int) -> Text:
    """The number is not that of the member's own entry."""
    return say(
        "{asked}号不是您的，您的是{mine}号。\n[我的座右铭](发:我的座右铭)",
        asked=asked,
        mine=mine,
    )


def appeal_how() -> Text:
    """The appeal lacks its sentence: we ask for it."""
    return say(
        "请用一句话说说为什么不对，比如：这句是我自己写的。\n"
        "我转给另一位同志重新看。不申诉了，回复“算了”。"
    )


def appeal_received(number: int) -> Text:
    """A colleague will read it."""
    return say(
        "✔ 收到，{number}号会请另一位同志重新看。\n"
        "结果会在您下次来的时候告诉您；想早点知道，回复“我的座右铭”。",
        number=number,
    )


def no_more_mottos() -> Text:
    """A sentence that looks like a motto, at a time when none are taken."""
    return say(
        "座右铭现在不收新的了。您可以[看看大家的](发:看座右铭)、[投票](发:投票)，"
        "或者[答题](发:答题)。"
    )


def wall(cards: Sequence[MottoCard]) -> Text:
    """The newest approved entries."""
    if not cards:
        return nothing_approved()
    if cards[0].sent:
        ways = say("[看全部](网:/m)　[去投票](发:投票)")
        return join([*(_entry_line(card) + _look_at(card) for card in cards), ways])
    return join(
        [
            say("大家的座右铭，最新的{count}条：", count=len(cards)),
            *(_entry_line(card) for card in cards),
            say("[看全部](网:/m)　[去投票](发:投票)　[写一句座右铭](发:写座右铭)"),
            say("想看哪一条，回复第几条就行，比如：1。"),
        ]
    )


def how_to_find() -> Text:
    """Where to look for one entry."""
    return say(
        "知道编号，直接回复编号就行，比如：1386。\n"
        "不知道编号，到座右铭墙上按单位找：[看全部](网:/m)\n"
        "[看看大家的](发:看座右铭)　[去投票](发:投票)"
    )


_KINDS = {Sort.MOTTO: "座右铭", Sort.LESSON: "微党课", Sort.PROJECT: "项目案例"}


def nothing_approved(kind: Sort = Sort.MOTTO) -> Text:
    """The wall is empty."""
    if kind is not Sort.MOTTO:
        return say(
            "还没有可以投的{kind}，各单位正在报送，过几天再来看。\n先[答题](发:答题)吧。",
            kind=_KINDS[kind],
        )
    return say(
        "还没有审核通过的座右铭，过一会儿再来看。\n您也写一句：[写座右铭](发:写座右铭)",
    )


def _entry_line(card: MottoCard) -> Text:
    return say("{number} {words}（{by}）", number=card.number, words=card.words, by=_by(card))


def _look_at(card: MottoCard) -> Text:
    return say("[看](发:看{number}号)", number=card.number)


def _by(card: MottoCard) -> Prose:
    """The signature in lists; first to be cut when a reply grows too long."""
    if card.sent:
        group = f"第{card.sent.group}组" if card.sent.group else None
        told = [group, card.signed, card.unit.full_name if card.unit else None]
        return Prose("，".join(filter(None, told)))
    unit = card.unit.district if card.unit else ""
    others = f"等{card.signers}人" if card.signers > 1 else ""
    return Prose(" ".join(filter(None, [unit, (card.signed or "匿名") + others])))


@refuse.register
def _(refusal: SentInByUnits) -> Text:
    return say(
        "这次评的是{kind}，由各单位报送，不用在这里写。\n"
        "[看有哪些](发:投票)　[投票规则](发:投票规则)　[答题](发:答题)",
        kind=_KINDS[refusal.kind],
    )


@refuse.register
def _(refusal: CollectingClosed) -> Text:
    return say(
        "座右铭从{begins}收到{ends}，现在不收新的。\n"
        "您可以[看看大家的](发:看座右铭)、[投票](发:投票)。",
        begins=beginning(refusal.collects_from),
        ends=deadline(refusal.collects_until),
    )


@refuse.register
def _(refusal: MottoTooShort) -> Text:
    return motto_wanted_again(refusal)


@refuse.register
def _(refusal: MottoTooLong) -> Text:
    return motto_wanted_shorter(refusal)


@refuse.register
def _(refusal: AlreadySubmitted) -> Text:
    return say(
        "每人1句，您已交{number}号。\n[我的座右铭](发:我的座右铭)　[修改座右铭](发:修改座右铭)",
        number=refusal.number,
    )


@refuse.register
def _(_refusal: NoMotto) -> Text:
    return motto_unwritten()


@refuse.register
def _(refusal: VotesAtStake) -> Text:
    return motto_votes_will_go(refusal.number, refusal.votes)


@refuse.register
def _(_refusal: DecidedMeanwhile) -> Text:
    return say(
        "这句刚刚有了新的审核结果，先没有动它。\n看看结果再决定：[我的座右铭](发:我的座右铭)",
    )


@refuse.register
def _(refusal: OwnDecision) -> Text:
    return say("{number}号是您退回的，请另一位同志来看。", number=refusal.number)


@refuse.register
def _(refusal: NotTheirs) -> Text:
    return say("{number}号要请另一位同志来看。", number=refusal.number)


@refuse.register
def _(refusal: LookedAlready) -> Text:
    return say("{number}号您已看过，要请第二位同志来看。", number=refusal.number)


@refuse.register
def _(refusal: ForTheLead) -> Text:
    return say("{number}号两位同志看法不一，由负责人或组织者来定。", number=refusal.number)


@refuse.register
def _(refusal: NotLike) -> Text:
    return say("{number}号不能和这一条一起审。", number=refusal.number)


@refuse.register
def _(refusal: OwnMotto) -> Text:
    return say("{number}号是您自己交的，要请另一位同志来审。", number=refusal.number)


@refuse.register
def _(_refusal: NothingToAppeal) -> Text:
    return say(
        "座右铭没通过时，回复“申诉”加一句话，另一位同志会重新看。\n"
        "先看看审核结果：[我的座右铭](发:我的座右铭)"
    )


@refuse.register
def _(refusal: AppealedBefore) -> Text:
    return say(
        "{number}号已经由另一位同志重新看过了。改一改还可以再交：[我自己改](发:修改座右铭)\n"
        "还有话要说，回复“联系”。",
        number=refusal.number,
    )


@refuse.register
def _(_refusal: UndoTooLate) -> Text:
    return say("已经超过60秒，或者已经通知本人，不能撤销了。")


# ------------------------------------------------------------ votes

# What members type.
VOTE = (
    "投票", "我要投票", "我想投票", "去投票", "投个票", "开始投票", "评选", "投票评选", "参加评选",
    "看有哪些", "微党课", "看微党课", "微党课投票", "优秀项目", "项目案例", "看项目",
)  # fmt: skip
MORE = ("换一批", "换一组", "下一批", "下一页", "再来一批")
MY_VOTES = (
    "我的投票", "我投的", "看我投的", "我投了哪些", "投票记录", "投完了", "投了", "投过了",
    "我投了", "我投过了", "我投了谁",
)  # fmt: skip
TAKE_BACK = (
    "撤回投票", "撤票", "撤回一票", "撤回这一票", "撤回最近一票", "投错", "投错了", "我投错了",
    "取消投票", "取消我的投票", "取消这一票",
)  # fmt: skip
TAKE_SOMETHING_BACK = ("撤回", "我要撤回")
VOTE_FOR_IT = ("投它", "投这条", "投这个", "投这句", "投一票", "我投", "投")
ON_A_PAGE = ("网页投票", "网上投票", "网页上投", "投票页", "投票页面", "打开投票页")
VOTE_RULES = ("投票规则", "评选规则", "投票办法", "评选办法", "看投票规则")
RESULT = (
    "结果", "评选结果", "投票结果", "结果出来了吗", "投票结果出来了吗", "出结果了吗", "谁赢了",
    "第一名是谁", "票数",
)  # fmt: skip

_DIGITS = "〇零一二三四五六七八九幺两"
_SIGN = r"(?:(?:编号|#|no\.?) ?:? ?)?"
_NUMBER = (
    rf"{_SIGN}(?P<number>\d{{4,9}}|[{_DIGITS}]{{4,6}}"
    rf"|[一二两三四五六七八九](?:千|万|十[{_DIGITS}]?万)[{_DIGITS}十百千]{{0,7}})"
)
"""1386, 一三八六, 一千三百八十六, #1386, №1386."""
_PLACE = rf"{_SIGN}(?P<place>\d{{1,3}}|[一二三四五六七八九十两])"
_OF_LIST = r" ?(?:号|条|个|句|名)?(?:的|那条|那个|那句)?"
_VOTE_FOR = (
    r"(?=.*[投票])"
    r"(?:我|请|请?帮我)?(?:要|想|就|再)?(?:把票)?(?:投(?:票|一票|1票)?给?|给)? ?第? ?{which}"
    r"(?: ?(?:号|条|个|句)(?: ?投票?)?| ?投(?:{alone}(?=一票|1票)))?(?:一票|1票)?吧?"
    r"(?:[, ]?谢谢.{0,2})?"
)
"""投3号, 我投3, 给3号投票, 3号投一票, 1386投票; not 3投票, which names a line of the menu."""
VOTE_FOR_NUMBER = _VOTE_FOR.replace("{which}", _NUMBER).replace("{alone}", "票|")
VOTE_FOR_PLACE = _VOTE_FOR.replace("{which}", _PLACE).replace("{alone}", "")
_ANY_NUMBER = _NUMBER.replace("?P<number>", "?:")
VOTE_FOR_SOMETHING = (
    rf".*投(?:了|给|第)* ?(?:\d|{_ANY_NUMBER}).*|[我就]?(?:都|全部?|全都)投.{{0,2}}"
    rf"|{_ANY_NUMBER} ?号?(?:[ ,、和]+{_ANY_NUMBER} ?号?){{1,4}}"
)
TAKE_BACK_PLACE = rf"撤回 ?第? ?{_PLACE}{_OF_LIST}"
TAKE_BACK_NUMBER = rf"撤回 ?(?:投给)?{_NUMBER} ?号?(?:的票|那一票|这一票|那票)?"
JUST_NUMBER = rf"(?:看看?|找)? ?第?{_NUMBER} ?号?(?:怎么样|呢|的?座右铭)?"
_PICTURE = r"做(?:成|个|张)?(?:图片?|海报)"
PICTURE_OF_NUMBER = rf"{_PICTURE} ?{_NUMBER} ?号?"
NUMBER_AS_PICTURE = rf"把?{_NUMBER} ?号?{_PICTURE}"
PICTURE = ("做图", "做成图片", "做图片", "做海报", "海报", "生成海报", "生成图片")
JUST_PLACE = rf"(?:[我就那要]{{0,2}}选?|看看?)?[ (]?第? ?{_PLACE}\)?{_OF_LIST}吧?"
NUMERALS = str.maketrans(dict(zip(_DIGITS, "0012345678912", strict=True)))
POWERS = {"十": 10, "百": 100, "千": 1_000, "万": 10_000}
"""What a figure before one of these counts: 三千 is 3 times 1,000."""
NEXT_BATCH = r"不知道|不会|跳过|下一(?:题|个|条|批|页)|再看看|还有吗"
BATCH_BEFORE = r"上一(?:题|个|条|批|页)|刚才(?:那个|那批)?"
CHANGED_MY_MIND = rf"改|{_SLIP}|(?:刚才)?选错|撤销"
SURE_TO_TAKE_BACK = r"确定|确定撤回|撤回这一?票"
PADDING = (
    r".*(?:刷票|拉票|代投).*|[请大家都帮给 ]{0,6}投我.{0,4}|请?给我投.{0,4}"
    rf"|.*帮(?!我投(?:给|票给)? ?第? ?{_ANY_NUMBER}).{{0,4}}投.*票.*"
)
VOTE_WORD = "投票"


def vote_list(ballot: BallotState, cards: Sequence[MottoCard], own: int | None) -> Text:
    """Entries to vote for; `own` is the number that this member may not vote for."""
    return join(
        [
            say("{title}，{ends}截止。", title=Prose(ballot.title), ends=deadline(ballot.closes_at))
            + _left_to_give(ballot),
            vote_lines(cards, own),
            by_place(cards),
        ]
    )


def _left_to_give(ballot: BallotState) -> Text:
    """How many votes the member has left, and how they may be given."""
    facts = {"left": ballot.left, "all": ballot.most, "per_entry": ballot.per_entry}
    roster = "要登记单位和姓名，名册上对不上的不计入。" if ballot.by_roster else ""
    if ballot.groups > 1:
        facts |= {"groups": ballot.groups, "least": ballot.each_least, "each": ballot.each}
        span = "{least}到{each}" if ballot.each_least < ballot.each else "{each}"
        return say(f"共{{groups}}组，每组投{span}条。您还能投{{left}}票。{roster}", **facts)
    if ballot.in_all:
        return (
            say("您还能投{left}票（一共{all}票），每条1票。", **facts)
            + _lacking(ballot)
            + say(roster)
        )
    most = "，一共最多{per_entry}票" if ballot.per_entry else ""
    return say(f"您今天还能投{{left}}票，每条每天1票{most}。" + roster, **facts)


def _lacking(purse: Purse) -> Text:
    """How many votes are missing for those given to count."""
    if not purse.lacking:
        return Text(())
    if purse.lacking == purse.least:
        return say("至少投{least}条才算数。", least=purse.least)
    return say("再投{lacking}条才算数（至少{least}条）。", lacking=purse.lacking, least=purse.least)


def _left_after(purse: Purse) -> Text:
    """How many votes are left once one was given."""
    facts = {"left": purse.left, "all": purse.most}
    if isinstance(purse, Receipt) and purse.group:
        told = "第{group}组还能投{left}票。" if purse.left else "第{group}组的{all}票投完了。"
        return say(told, group=purse.group, **facts) + _lacking(purse)
    if purse.in_all:
        return say(
            "还能投{left}票。" if purse.left else "{all}票都投完了，谢谢您！", **facts
        ) + _lacking(purse)
    return say("今天还能投{left}票。" if purse.left else "今天{all}票都投完了，谢谢您！", **facts)


def vote_lines(cards: Sequence[MottoCard], own: int | None) -> Text:
    """The entries of a list, each with its tap, and what can be done with them."""
    ways = say("[换一批](发:换一批)　[找一条](发:找座右铭)　[我投的](发:我的投票)")
    return join([entries(cards, own), ways])


def entries(cards: Sequence[MottoCard], own: int | None) -> Text:
    """The entries of a list, each with its tap."""
    return join(_vote_line(card, own) for card in cards)


def by_place(cards: Sequence[MottoCard]) -> Text:
    """How to vote by typing while the list is on show, and to look first at what was sent in."""
    place = min(2, len(cards))
    if cards[0].sent:
        return say(
            "先看介绍：回复编号，比如{number}。要投也可以回复：投{place}（第{place}条）；"
            "一次选好几条，回复“网页投票”。",
            place=place,
            number=cards[place - 1].number,
        )
    return say(
        "也可以回复：投{place}（第{place}条），或投{number}；一次选好几条，回复“网页投票”。",
        place=place,
        number=cards[place - 1].number,
    )


def _vote_line(card: MottoCard, own: int | None) -> Text:
    if card.number == own:
        return _entry_line(card) + say("您写的")
    return _entry_line(card) + say("[投](发:投{number}号)", number=card.number)


def which_one(place: int) -> Text:
    """The place named is not one of a list on show."""
    return say("您说的{place}号是哪一条？请点“投”，或回复编号。", place=place)


def listed_later() -> Text:
    """A vote for a place of a list that was sent before that list was shown; the list follows."""
    return say("这条没有算：您发的时候，这几条还没显示出来。请看过再投。")


def which_to_vote_for() -> Text:
    """We ask for the place: a bare number now votes."""
    return say("请回复要投第几条，比如：1。")


def one_at_a_time() -> Text:
    """A number and a vote were spoken of, and not plainly enough to count."""
    return say("一次投一条。请点“投”，或回复编号，比如：投1386。")


def no_such_entry(number: int) -> Text:
    """No approved entry carries this number."""
    return say("没有找到{number}号，可能记错了，也可能已经撤回。看看这几条：", number=number)


def voted(receipt: Receipt, asked: int) -> Text:
    """A vote is cast; its receipt. `asked` is the number that was named."""
    same = f"（和{asked}号是同一句，合在一张卡片上）" if asked != receipt.number else ""
    return (
        say(
            "✔ 已投给{number}号：“{words}”{same}。\n",
            same=same,
            number=receipt.number,
            words=receipt.words,
        )
        + _left_after(receipt)
        + say(
            "回执：{tracker}\n投错了：[撤回](发:撤回{number}号)\n[换一批](发:换一批)",
            tracker=receipt.tracker[:4],
            number=receipt.number,
        )
    )


def back_to_quiz() -> Text:
    """How to return to the question that is still open."""
    return say("\n题还给您留着：[接着答题](发:答题)")


def one_motto(card: MottoCard, place: int | None, may: Text) -> Text:
    """One entry in full; `may` is what the member can do with it."""
    if card.sent:
        page = say("[看介绍](网:/m/{number})", number=card.number)
        head = ("第{place}条，" if place else "") + "{number}号《{words}》（{by}）"
        facts = {"place": place, "number": card.number, "words": card.words, "by": _by(card)}
        return join([say(head, **facts), page, may])
    return join(
        [
            say(
                ("第{place}条，" if place else "") + "{number}号（{by}）：\n“{words}”",
                place=place,
                number=card.number,
                by=_by(card),
                words=card.words,
            ),
            may,
        ]
    )


def may_vote(number: int) -> Text:
    """The entry can be voted for."""
    return say("[投它](发:投{number}号)　[换一批](发:换一批)", number=number)


def voted_today(ballot: BallotState) -> Text:
    """The member has voted for the entry today."""
    if ballot.in_all:
        return say("您已经投过它了，每条1票。") + _ON_FROM_HERE
    return say("您今天已经投过它了" + _TOMORROW[ballot.last_day]) + _ON_FROM_HERE


def voted_enough(most: int) -> Text:
    """The entry has all the votes that one member may give it."""
    return say("这一条您已经投了{most}票，按规则不能再多。", most=most) + _ON_FROM_HERE


_ON_FROM_HERE = say("\n[换一批](发:换一批)　[我投的](发:我的投票)")


_TOMORROW = {False: "，明天可以再投。", True: "，谢谢您！"}


def is_your_own() -> Text:
    """The rule of the round: nobody votes for themselves."""
    return say(
        "这是您自己写的，按规则不投自己。\n[换一批](发:换一批)　[我的座右铭](发:我的座右铭)",
    )


def not_voting_now(number: int) -> Text:
    """Voting has not begun or is over: the entry can be looked at."""
    return say("[看它的页面](网:/m/{number})　[看看大家的](发:看座右铭)", number=number)


def picture(number: int) -> Text:
    """The entry's picture can be looked at and kept."""
    return say(
        "{number}号的图片做好了，打开后长按图片就能保存，留个纪念。\n"
        "[打开图片](网:/m/{number}/poster)　[看看大家的](发:看座右铭)",
        number=number,
    )


def no_picture_yet() -> Text:
    """The member's own entry is not public."""
    return say(
        "座右铭通过以后才能做成图片。\n[我的座右铭](发:我的座右铭)　[看看大家的](发:看座右铭)"
    )


def votes_spent(ballot: BallotState) -> Text:
    """All votes of the day, or of the round, are given."""
    if ballot.in_all:
        return say(
            "您的{all}票都投完了，谢谢您！截止以前可以撤回，改投别的。\n"
            "[看我投的](发:我的投票)　[看看大家的](发:看座右铭)",
            all=ballot.most,
        )
    return say(
        "今天{all}票都投完了，谢谢您！" + _NEW_VOTES[ballot.last_day]
        + "\n[看我投的](发:我的投票)　[看看大家的](发:看座右铭)",
        all=ballot.most,
    )  # fmt: skip


_NEW_VOTES = {False: "明天0点后可以再投。", True: "投票今天就结束。"}


def to_take_back(vote: CastVote, today: date, latest: bool) -> Text:
    """A vote of the member's, the latest unless another was named, before it is taken back."""
    at = vote.accepted_at.astimezone(CAMPAIGN_ZONE)
    same_day = vote.day == today
    return say(
        (
            "您最近投的是{number}号（{day}{at}）。\n"
            if latest
            else "您要撤回投给{number}号的票（{day}{at}）。\n"
        )
        + "[撤回这一票](发:撤回{number}号)　[不撤](发:算了)\n"
        + _AFTER_TAKING_BACK[0 if vote.in_all else 1 if same_day else 2],
        number=vote.number,
        day="今天" if same_day else _day(vote.day),
        at=f"{at:%H:%M}",
    )


_AFTER_TAKING_BACK = (
    "撤回后，可以改投别的。",
    "撤回后，今天可以改投别的。",
    "撤回后，那天的票不能再投。",
)


def vote_or_motto(number: int) -> Text:
    """撤回, from a member who has both."""
    return say(
        "您想撤回哪一样？\n"
        "[撤回投票](发:撤回投票)　[撤回座右铭](发:撤回座右铭)（{number}号）\n"
        "都不撤，回复“算了”。",
        number=number,
    )


def taken_back(card: MottoCard, ballot: BallotState) -> Text:
    """A vote is taken back."""
    return say(
        "✔ 投给{number}号的票撤回了。" + ("" if ballot.in_all else "今天") + "还能投{left}票。\n"
        "[去投票](发:投票)　[我投的](发:我的投票)",
        number=card.number,
        left=ballot.left,
    )


def vote_stays() -> Text:
    """The vote was not taken back after all."""
    return say("好的，票还在。\n[换一批](发:换一批)　[我投的](发:我的投票)")


def my_votes(votes: Sequence[CastVote]) -> Text:
    """The member's latest votes with their whole receipts."""
    if not votes:
        return say("您还没有投过票。\n[去投票](发:投票)")
    return join(
        [
            say("您最近投的{count}票：", count=len(votes)),
            *(
                say(
                    "{day} {number}号 {words}　回执{tracker}"
                    + ("（在核对，暂不计入）" if vote.quarantined else ""),
                    day=_day(vote.day),
                    number=vote.number,
                    words=Prose(vote.words or WITHOUT_AUTHOR),
                    tracker=vote.tracker,
                )
                for vote in votes
            ),
            say("投错了：[撤回最近一票](发:撤回投票)　接着投：[投票](发:投票)"),
        ]
    )


WITHOUT_AUTHOR = "（作者已删除）"

IT_WAS_ME = (
    "是我投的",
    "是我本人投的",
    "是本人投的",
    "票是我投的",
    "那票是我投的",
    "我投的票是我投的",
)


def noted_as_mine(held: Sequence[Held]) -> Text:
    """A member says that votes in quarantine are theirs: what that does, and what not."""
    which = "、".join(f"{_day(vote.day)}投给{vote.number}号" for vote in held[:_NAMED])
    more = f"等{len(held)}票" if len(held) > _NAMED else "的票"
    if held[0].frozen:
        return say(
            "您{which}{more}没有计入结果。结果已经公示，不再改动；两个数都写在公示页上。\n"
            "有意见，请回复“联系”。[看公示](网:/results)",
            which=which,
            more=more,
        )
    return say(
        "记下了：您{which}{more}，您说是本人投的。\n"
        "两位工作人员核对以后决定计不计入，结果会在这里告诉您。您不用再做什么。",
        which=which,
        more=more,
    )


_NAMED = 3
"""Votes that are named one by one."""


def nothing_held() -> Text:
    """A member says that votes are theirs, and none is in quarantine."""
    return say("您投的票没有在核对的，都正常计入。\n[我投的](发:我的投票)　[去投票](发:投票)")


def quiz_or_vote() -> Text:
    """Letters answer questions, and a list of mottos is on show."""
    return say("您是想答题还是投票？\n[答题](发:答题)　[投票](发:投票)")


def one_person_one_vote(ballot: BallotState) -> Text:
    """Asked to vote in somebody's stead."""
    return say(
        "一人一号，按规则"
        + ("每人" if ballot.in_all else "每天")
        + "{all}票；刷来的票会单独放着，不计入结果。\n[去投票](发:投票)　[看规则](发:投票规则)",
        all=ballot.most,
    )


def ballot_link(token: str) -> Text:
    """A link that leads to the ballot on a page, once."""
    return say(
        "✔ 准备好了：[打开投票页](网:/vote?t={token})\n"
        "可以一次选好几条，也能查找、撤回。只能打开一次，半小时内有效，请不要转给别人。\n"
        "过期了再回复“网页投票”；在这里投也一样：[投票](发:投票)",
        token=token,
    )


def vote_rules(plan: RoundPlan, panel: PanelPlan | None) -> Text:
    """What the selection promises."""
    lines = [
        say("《{title}》", title=Prose(plan.title)),
        *(say("{line}", line=line) for line in round_rules(plan)),
    ]
    if panel:
        told = (
            "票数前{most}名（并列的都算）由评委{how}："
            "评委占{weight}%，群众票占{rest}%，同分看评委。"
        )
        how = "两两比较" if panel.method is Method.PAIRWISE else "打分"
        facts = {
            "most": panel.finalists, "weight": panel.weight, "rest": 100 - panel.weight, "how": how
        }  # fmt: skip
        lines.append(say(told, **facts))
    return join([*lines, say("[去投票](发:投票)　[我投的](发:我的投票)")])


def result(standing: Standing, lines: Sequence[Line], own: int | None) -> Text:
    """What the round came to: the first ones, and the entry that is the member's own."""
    shown = [_result_line(line, of_member=line.card.number == own) for line in lines]
    return _what_it_came_to(standing, shown)


def judged_result(standing: Standing, judged: Sequence[JudgedLine], own: int | None) -> Text:
    """What voters and judges came to: the first ones, and the entry that is the member's own."""
    shown = [_judged_line(line, of_member=line.card.number == own) for line in judged]
    return _what_it_came_to(standing, shown)


def _what_it_came_to(standing: Standing, shown: list[Text]) -> Text:
    if standing.published_at is None and standing.objections_until is not None:
        until = deadline(standing.objections_until)
        shown.append(say("正在公示，{until}截止。有意见，请回复“联系”。", until=until))
    head = say("《{title}》结果：", title=standing.title)
    return join([head, *shown, say("[看全部](网:/results)　[我投的](发:我的投票)")])


def _judged_line(line: JudgedLine, *, of_member: bool) -> Text:
    whose = "（您的）" if of_member else ""
    facts = {
        "rank": line.judged.rank, "number": line.card.number, "whose": whose,
        "points": points(line.judged.total),
    }  # fmt: skip
    if line.card.state is not MottoState.APPROVED:
        return say("第{rank}名　{number}号{whose}　{points}分（作者已撤回）", **facts)
    words = line.card.words
    return say("第{rank}名　{number}号{whose}　{points}分\n“{words}”", words=words, **facts)


def so_far(standing: Standing, lines: Sequence[Line]) -> Text:
    """How voting goes, in a round that shows it."""
    head = say("《{title}》现在的名次：", title=standing.title)
    ends = say("{ends}截止，名次还会变。\n[去投票](发:投票)", ends=deadline(standing.closes_at))
    return join([head, *(_result_line(line, of_member=False) for line in lines), ends])


def _result_line(line: Line, *, of_member: bool) -> Text:
    whose = "（您的）" if of_member else ""
    apart = f"（含暂不计入的{line.votes + line.quarantined}票）" if line.quarantined else ""
    facts = {
        "rank": line.rank, "number": line.card.number, "votes": line.votes, "whose": whose,
        "apart": apart,
    }  # fmt: skip
    if line.card.state is not MottoState.APPROVED:
        return say("第{rank}名　{number}号{whose}　{votes}票{apart}（作者已撤回）", **facts)
    words = line.card.words
    return say("第{rank}名　{number}号{whose}　{votes}票{apart}\n“{words}”", words=words, **facts)


def result_later(ballot: BallotState) -> Text:
    """Voting is still open."""
    return say(
        "投票还在进行，{ends}截止。结果公示后，回复“结果”就能看。\n[去投票](发:投票)",
        ends=deadline(ballot.closes_at),
    )


@refuse.register
def _(_refusal: NoRound) -> Text:
    return say("现在还没有座右铭评选，开始了会告诉大家。\n先[答题](发:答题)吧。")


@refuse.register
def _(refusal: VotingNotOpen) -> Text:
    if refusal.kind is not Sort.MOTTO:
        begins = beginning(refusal.opens_at)
        return say(
            "{kind}投票{begins}开始，到时回复“投票”。\n先[答题](发:答题)吧。",
            kind=_KINDS[refusal.kind],
            begins=begins,
        )
    return say(
        "投票{begins}开始，到时回复“投票”。\n先[看看大家的](发:看座右铭)，或[写一句座右铭](发:写座右铭)。",
        begins=beginning(refusal.opens_at),
    )


@refuse.register
def _(refusal: NotSealed) -> Text:
    return say(
        "投票{ends}截止，封票以后才有结果。结果公示后，回复“结果”就能看。\n"
        "[看看大家的](发:看座右铭)　[我投的](发:我的投票)",
        ends=deadline(refusal.closes_at),
    )


@refuse.register
def _(refusal: VotingClosed) -> Text:
    return say(
        "投票{ends}结束了。结果公示后，回复“结果”就能看。\n"
        "[看看大家的](发:看座右铭)　[我投的](发:我的投票)",
        ends=deadline(refusal.closes_at),
    )


@refuse.register
def _(refusal: NoSuchEntry) -> Text:
    return say(
        "没有找到{number}号，可能记错了，也可能已经撤回。\n[投票](发:投票)　[找一条](发:找座右铭)",
        number=refusal.number,
    )


@refuse.register
def _(refusal: AlreadyVoted) -> Text:
    return say(
        "{number}号您已经投过了。\n[换一批](发:换一批)　[我投的](发:我的投票)",
        number=refusal.number,
    )


@refuse.register
def _(refusal: NoVotesLeft) -> Text:
    if refusal.group:
        return say(
            "第{group}组的{all}票都投完了。可以投别的组，也可以先撤回这一组的一票，再投它。\n"
            "[换一批](发:换一批)　[看我投的](发:我的投票)",
            group=refusal.group,
            all=refusal.most,
        )
    return say(
        ("您的" if refusal.in_all else "今天") + "{all}票都投完了，谢谢您！\n"
        "[看我投的](发:我的投票)　[看看大家的](发:看座右铭)",
        all=refusal.most,
    )


@refuse.register
def _(refusal: NotBound) -> Text:
    """It leads on to what is missing, and says that the vote is not forgotten."""
    return say(
        "这次评选要先"
        + (
            "补上姓名。[补姓名](发:改姓名)，补好我接着帮您投{number}号。"
            if refusal.nameless
            else "登记单位，1分钟。[登记](发:登记单位)，登记完我接着帮您投{number}号。"
        ),
        number=refusal.number,
    )


@refuse.register
def _(refusal: OwnUnit) -> Text:
    return say(
        "{number}号是您本单位的，这次评选按规则不投本单位。\n"
        "[换一批](发:换一批)　[我投的](发:我的投票)",
        number=refusal.number,
    )


@refuse.register
def _(refusal: OwnEntry) -> Text:
    return say(
        "{number}号是您自己写的，按规则不投自己。\n"
        "[换一批](发:换一批)　[我的座右铭](发:我的座右铭)",
        number=refusal.number,
    )


@refuse.register
def _(_refusal: NothingToWithdraw) -> Text:
    return say("没有找到这一票，不用撤回。\n[我投的](发:我的投票)　[投票](发:投票)")


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"


# ------------------------------------------------------------ units and joining

# What members type.
JOIN = (
    "登记单位", "登记", "我要登记", "登记一下", "改单位", "换单位", "修改单位", "单位错了",
    "绑定单位", "选单位", "填单位", "单位", "怎么登记单位", "如何登记单位", "怎么登记", "单位变了",
    "我换单位了", "我调动了",
)  # fmt: skip
UNIT_IS_RIGHT = ("单位对", "就是这个支部", "对,就是这个支部")
UNIT_TAP = r"单位 ?(?P<place>[1-9一二三四五六七八九])"
NOT_LISTED = r"没有?|都?不是|都没有|没有我的单位|找不到|没找到|没有我们单位"
UNIT_PADDING = r"^(?:我是|我在|我们是|我们|我的单位是|单位是|单位:?|我|在)|(?:的|的人|人)$"
NAMELESS = r"(?:我|先)?不(?:想|愿意?)?[写填说留](?:了|名字|姓名|吧)*|匿名|保密|跳过|不用了?"
NAME_TAP = r"姓名是[^ ]{2,15}"
NAMED = r"^(?:我的)?(?:名字|姓名)(?:是|叫)?[:：]?|^我叫"
NAME_PADDING = rf"{NAMED}|^我(?:是|姓)|^本人"
SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕"
    "丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃"
    "武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝宁尚符舒阮"
    "柯纪梅童凌毕单季裴霍涂成苗谷曲盛翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古"
    "吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂佟臧闵苟邬边卞姬师仇栾隋商刁沙荣巫寇"
    "桑郎甄丛仲虞敖巩佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘闻位"
    "伊仝区郜海阚花权帅屠豆朴盖练廉禹井祖漆巴丰支卿国狄宣晋初门云容敬来扈晁芮普阙浦戈伏鹿"
    "薄邸雍辜羊阿乌母裘亓修邰赫杭况宿鲜印逯隆茹诺战慕危玉银亢嵇哈湛宾戎勾茅於呼居揭干尉冶斯元"
    "束檀衣阴昝智奉植衡富尧闭萧肃熊"
)
"""With which most people's names begin."""
COMPOUND_SURNAMES = frozenset(
    ["欧阳", "上官", "司马", "诸葛", "司徒", "东方", "皇甫", "尉迟", "公孙", "令狐", "慕容", "夏侯",
     "轩辕", "端木", "宇文", "长孙", "闻人", "南宫", "独孤", "呼延", "拓跋", "万俟"]
)  # fmt: skip
NOT_IN_NAMES = r"[不没我你您谁的了是吗呢吧啊呀嘛啦哦]|什么|怎么|[是在]哪"

_NOTE = (
    "我们只记：您的单位、姓名。用来统计参加情况、防止重复计算。\n"
    "不要身份证号，不要手机号。活动结束90天后删除；您随时可以回复“删除我的数据”。\n"
    "[看完整说明](网:/p)\n"
)
"""Its wording is numbered: see joining.CONSENT."""


def joining_begins() -> Text:
    """What we keep and why, before anything is asked."""
    return say(
        "登记只要两步，约1分钟。\n"
        + _NOTE
        + "同意的话，请回复单位名称里的几个字，比如：新安社区。\n"
        "不想登记也能答题，只是不计入单位。"
    )


def joining_anew(unit: UnitCard) -> Text:
    """The same for a member who belongs to a unit and agreed before."""
    return say(
        "您现在登记的是：{unit}。\n要改，请回复新单位名称里的几个字，比如：新安社区。\n"
        "不改了，回复“算了”。",
        unit=unit.full_name,
    )


def unit_confirmed(unit: UnitCard) -> Text:
    """The unit is that of the code; what we keep and why, and the name."""
    return say(
        "登记只差一步。您的单位是：{unit}。\n" + _NOTE + "同意的话，请发您的姓名（两三个字就行）；"
        "不想写姓名，回复“不写”。\n不想登记也能答题，只是不计入单位。",
        unit=unit.full_name,
    )


def units_found(units: Sequence[UnitCard], more: bool) -> Text:
    """A list to pick from; `more` when others fit as well."""
    lines = [
        say("{place} [{unit}](发:单位{place})", place=place, unit=unit.full_name)
        for place, unit in enumerate(units, start=1)
    ]
    head = "找到的有点多，先列{count}个" if more else "找到{count}个"
    return join(
        [
            say(head + "，请点一个，或回复数字：", count=len(units)),
            *lines,
            say("都不是？换几个字再发一次，或回复“没有”。"),
        ]
    )


def no_unit_found(words: str) -> Text:
    """No unit's name has these characters."""
    return say(
        "没找到名称里有“{words}”的单位。换两三个字再发一次，比如：新安社区。\n"
        "实在找不到，回复“没有”；不登记了，回复“算了”。",
        words=Prose(words[:20]),
    )


def unit_words_please() -> Text:
    """The member agrees; the unit is still to be named."""
    return say("好，请回复单位名称里的几个字，比如：新安社区。\n不登记了，回复“算了”。")


def unit_in_full() -> Text:
    """The unit is not on our list."""
    return say("请发单位全称，我们加上后告诉您。先答题吧：[今天的题](发:答题)")


def no_such_line() -> Text:
    """A number beyond the list."""
    return say("没有这个数字，请点下面的一个：")


def name_please(unit: UnitCard, picked: bool) -> Text:
    """The unit is known; now the name. Not `picked` from a list, it may be another than meant."""
    return say(
        "您选的是：{unit}。\n请发您的姓名（两三个字就行）。\n不想写姓名，回复“不写”。"
        + ("" if picked else "不是这个单位：[换单位](发:换单位)"),
        unit=unit.full_name,
    )


def name_again() -> Text:
    """What came is no name."""
    return say(
        "请只发姓名，两到十五个汉字，比如：张三；也可以这样发：姓名是张三。\n"
        "不想写姓名，回复“不写”。不登记了，回复“算了”。"
    )


def is_this_your_name(name: str) -> Text:
    """It may be a name, and may be something else that was said."""
    return say(
        "“{name}”是您的姓名吗？是的话，点[姓名是{name}](发:姓名是{name})。\n"
        "不是：请只发姓名，比如：张三。\n不想写姓名，回复“不写”；不改了、不登记了，回复“算了”。",
        name=name,
    )


def joined(unit: UnitCard, name: str | None, answered: int) -> Text:
    """The same words whether a roster has the name or not: strangers must not try names out."""
    return say(
        "✔ 登记好了：{unit}{name}。\n系统会和支部核对，有问题再告诉您，不影响现在参加。\n"
        + ("您刚才答的{answered}题已算上。\n" if answered else "")
        + "接着做：[今天的题](发:答题)　写错了：[改单位](发:改单位)",
        unit=unit.full_name,
        name=f"，{name}" if name else "",
        answered=answered,
    )


@refuse.register
def _(refusal: ReboundTooOften) -> Text:
    return say(
        "30天里已经改过两次单位，{day}以后才能再改。\n"
        "单位还不对，请联系支部书记。\n接着做：[答题](发:答题)　[我的资料](发:我的资料)",
        day=_day(refusal.again_at.astimezone(CAMPAIGN_ZONE)),
    )


@refuse.register
def _(refusal: NamedTooOften) -> Text:
    return say(
        "30天里已经写过三次姓名，{day}以后才能再改。\n"
        "不写姓名也一样参加：登记单位、改名的时候都可以回复“不写”。\n"
        "接着做：[答题](发:答题)　[我的资料](发:我的资料)",
        day=_day(refusal.again_at.astimezone(CAMPAIGN_ZONE)),
    )


def same_unit(unit: UnitCard) -> Text:
    """A member scanned the code of the own unit."""
    return say("您登记的就是{unit}，不用再登记。", unit=unit.full_name)


def other_unit(own: UnitCard, scanned: UnitCard) -> Text:
    """A member scanned the code of another unit than the own."""
    return say(
        "您扫的是“{scanned}”的码，您登记的是{own}。\n"
        "要换成扫的这个：[单位对](发:单位对)　不换就不用管它。",
        scanned=scanned.full_name,
        own=own.full_name,
    )


# ------------------------------------------------------------ what we keep about a member

# What members type.
MY_DATA = (
    "我的资料",
    "我的信息",
    "个人资料",
    "我的数据",
    "我的单位",
    "个人信息",
    "隐私",
    "隐私说明",
    "删除",
)
TAKE_MY_DATA = ("导出我的", "要一份", "导出我的资料", "导出我的数据", "导出数据", "导出资料")
RENAME = (
    "改名", "改名字", "改姓名", "修改姓名", "换名字", "姓名错了", "名字错了", "我的姓名",
    "名字写错了", "姓名写错了", "名字不对", "姓名不对",
)  # fmt: skip
ERASE = ("删除我的数据", "删除我的资料", "删除我的信息")
ERASE_MAYBE = (
    "删除数据", "删除资料", "注销", "注销账号", "删掉我的数据", "清除我的数据", "删除我",
    "退出活动", "我要退出活动",
)  # fmt: skip
ERASE_FOR_SURE = "确定删除"
KEEP_MY_DATA = rf"{NO_THANKS}|(?:先|还是)?不删(?:除)?了?|(?:都|还是)?留着"
HALF_SURE = (
    rf"{AGREED}|{JUST_YES_OR_NO}"
    r"|(?:我?确[定认](?:要?删除?)?|要?删除?)(?:我的(?:数据|资料))?[吧了啊]?"
)
"""Near the words that erase, and not they."""


def my_data(kept: Summary) -> Text:
    """What we keep about the member, for the member's own eyes."""
    shown = f"（公开时写“{mask(kept.name)}”）" if kept.name else ""
    return say(
        "我们记着您的：\n单位：{unit}\n姓名：{name}\n{records}\n"
        "[改单位](发:改单位)　[要一份](发:导出我的)　[隐私说明](网:/p)\n"
        "不想留了：回复“删除我的数据”。",
        unit=kept.unit.full_name if kept.unit else "还没登记",
        name=f"{kept.name}{shown}" if kept.name else "没有写",
        records="、".join(_records(kept)) or "还没有答题、座右铭、投票的记录",
    )


def _records(kept: Summary) -> list[str]:
    records = []
    if kept.days:
        records += [f"答题{kept.days}天", f"积分{kept.points}"]
    records += [f"座右铭{number}号" for number in kept.mottos]
    if kept.votes:
        records.append(f"投票{kept.votes}张")
    return records


def data_link(token: str) -> Text:
    """A link that opens once."""
    return say(
        "✔ 准备好了：[打开我的资料](网:/mine?t={token})\n"
        "可以直接看，也可以存成表格。只能打开一次，30分钟内有效，请不要转给别人。\n"
        "过期了再回复“导出我的”。",
        token=token,
    )


def new_name_please(name: str | None) -> Text:
    """Which name should stand in place of the one there is."""
    return say(
        "您登记的姓名：{name}。\n请发新的姓名（两三个字就行）。\n"
        "不想留姓名，回复“不写”；不改了，回复“算了”。",
        name=name or "没有写",
    )


def renamed(name: str | None) -> Text:
    """Another name is kept, or none."""
    return say(
        ("✔ 姓名改好了：{name}。" if name else "✔ 姓名去掉了。")
        + "\n接着做：[我的资料](发:我的资料)　[答题](发:答题)",
        name=name,
    )


def erasure_asked() -> Text:
    """What will be gone, and the words that do it; no tap does."""
    return say(
        "删除后：\n"
        "1 单位、姓名、答题记录、座右铭都删掉，不能恢复；\n"
        "2 您投过的票还算数，但再也查不出是谁投的；\n"
        "3 支部统计里，您参加过这件事只剩一个数字。\n"
        "确定请回复：确定删除\n"
        "不删：回复“算了”。"
    )


def erase_in_full() -> Text:
    """Something like the words, but not they."""
    return say("还没有删。要删，请打全这四个字：确定删除\n不删：回复“算了”。")


def nothing_erased() -> Text:
    """Better not."""
    return say("好的，都给您留着，什么也没有删。\n接着做：[我的资料](发:我的资料)　[答题](发:答题)")


def erased(receipt: str) -> Text:
    """All is gone."""
    return say(
        "✔ 已删除。凭证：{receipt}。\n以后再来，就当您是新朋友。谢谢您参加冬训。", receipt=receipt
    )


# ------------------------------------------------------------ standings

# What members type.
RANK = (
    "排名", "看排名", "我的排名", "名次", "排行榜", "排行", "榜单", "积分", "我的积分", "多少分",
    "我的", "我的成绩", "成绩", "看成绩", "我的分数", "我多少分", "我得了几分",
    "我得了多少分", "我有多少分",
    "查积分", "查分", "得分", "我的得分", "我的分呢", "我的分数呢", "怎么没分", "我的分怎么没了",
    "排第几", "我排第几", "我排第几名", "单位排名", "我们单位排名",
)  # fmt: skip
OFF_THE_BOARDS = ("不上榜", "不想上榜", "我不想上榜", "不要上榜", "别上榜", "退榜", "退出榜单")
ON_THE_BOARDS = ("上榜", "我要上榜", "想上榜", "重新上榜", "恢复上榜")
CORRECTIONS = ("更正", "题目更正", "更正说明", "改判", "改了哪些题", "更正了哪些题")
RANK_RULES = (
    "排名规则", "怎么算的", "怎么算分", "积分规则", "规则", "看规则", "怎么排的", "计分规则",
    "活动时间", "什么时候开始", "几点开始", "什么时候结束", "活动什么时候结束", "什么时候截止",
    "截止到什么时候", "什么时候有新题", "几点有新题", "明天几点",
)  # fmt: skip


def standing(found: Neighbourhood, unit: UnitPlace | None) -> Text:
    """The member's own place, those next to it, and how the own unit takes part."""
    return join(
        [
            _own_place(found),
            *(_place_line(place, found.points) for place in found.around),
            *(
                []
                if found.district or found.bracket
                else [say("[登记单位](发:登记单位)后，看您在单位里的名次。")]
            ),
            *([_turnout_line(unit)] if unit else []),
            *([] if found.listed else [say("您没有上榜，这个名次只有您自己看得到。")]),
            say(
                "[全市单位榜](网:/r)　[怎么算的](发:排名规则)　"
                + ("[不想上榜](发:不上榜)" if found.listed else "[我要上榜](发:上榜)")
            ),
        ]
    )


def _own_place(found: Neighbourhood) -> Text:
    where = found.bracket or (found.district.full_name if found.district else "全市")
    if found.frozen is None:
        return say(
            "您的积分：{points}分，{where}第{rank}名（{people}人）。",
            points=found.points,
            where=where,
            rank=found.rank,
            people=found.out_of,
        )
    return say(
        "您的积分：{points}分。\n{since}零点起封榜，那时您在{where}第{rank}名（{people}人），"
        "{last}答完揭晓：",
        points=found.points,
        since=_day(found.frozen.day),
        where=where,
        rank=found.rank,
        people=found.out_of,
        last=_day(found.frozen.last_day),
    )


def off_the_boards() -> Text:
    """Others no longer see the member on any board."""
    return say(
        "✔ 好的，积分榜上不再有您，别人看不到您的名次和积分；您自己回复“排名”还能看。\n"
        "单位的参加率里仍有您这一份。\n"
        "想再上榜：[我要上榜](发:上榜)　接着做：[答题](发:答题)"
    )


def on_the_boards() -> Text:
    """The member is on the boards, as everybody is who has said nothing."""
    return say(
        "✔ 好的，积分榜上有您，名字只写姓。\n"
        "[看排名](发:排名)　[答题](发:答题)　不想上榜，回复“不上榜”。"
    )


def _place_line(place: Place, mine: int) -> Text:
    tied = not place.is_me and place.points == mine
    return say(
        "第{rank}名　{name}　{points}分" + ("（同分，参加天数多的在前）" if tied else ""),
        rank=place.rank,
        # As wide as a name of two or three characters.
        name="您　" if place.is_me else place.name or "没写姓名",
        points=place.points,
    )


def _turnout_line(unit: UnitPlace) -> Text:
    at = unit.counted_at.astimezone(CAMPAIGN_ZONE) if unit.counted_at else None
    return say(
        "{unit}参加率：{rate}（全市第{rank}{counted}）",
        unit=unit.name or "不满10人的单位合起来",
        rate=unit.turnout.percent,
        rank=unit.rank,
        counted=f"，{_day(at)}{at:%H:%M}统计" if at else "",
    )


def no_points_yet() -> Text:
    """The member has answered nothing."""
    return say(
        "您还没有积分，答一题就有了。\n"
        "[答题](发:答题)　[全市单位榜](网:/r)　[怎么算的](发:排名规则)"
    )


def rank_rules(rules: Rules, *, corrected: bool) -> Text:
    """What counts; `corrected` when a key of the contest has been mended."""
    more = "　[题目更正](发:更正)" if corrected else ""
    return join(
        [
            *(say("{line}", line=line) for line in contest_rules(rules.plan)),
            say(
                "单位：看参加率（参加的人÷名册人数），不看总分，大小单位一样公平；"
                "不满10人的支部合在一起比。\n[看排名](发:排名)　[答题](发:答题)" + more
            ),
        ]
    )


def corrections(found: Sequence[Correction]) -> Text:
    """Which keys were mended, when and why."""
    if not found:
        return say("这场竞赛还没有更正过题目。\n[看规则](发:规则)　[答题](发:答题)")
    return join(
        [
            *(say("{line}", line=correction(one)) for one in found),
            say("受影响的人会收到捎话。\n[看排名](发:排名)　[看规则](发:规则)"),
        ]
    )


# ------------------------------------------------------------ draws

DRAW = (
    "抽签", "抽奖", "领取", "领奖", "我的抽签", "中奖", "中签", "我中奖了吗", "我中了吗",
    "中奖了吗", "怎么领奖", "奖品", "有奖吗", "有奖品吗", "有什么奖品", "有什么奖励",
)  # fmt: skip


def ticket(own: OwnTicket) -> Text:
    """How a draw stands for the member."""
    plan = own.draw.plan
    facts = {
        "title": plan.title,
        "prize": plan.prize,
        "code": own.code,
        "number": own.draw.id,
        "due": _day(plan.number_due),
        "until": _day(own.until),
        "place": own.reserve,
    }
    return say("《{title}》，您的编号：{code}。\n" + _of_ticket(own) + _CHECK, **facts)


_CHECK = "\n[名单和验证办法](网:/d/{number})"
_NO_UNIT = "没登记单位的，请回复“联系”。"


def _of_ticket(own: OwnTicket) -> str:
    if own.draw.number is None:
        return "{due}开奖，到时回复“抽签”就知道。"
    if own.fetched:
        return "您中了{prize}，已经领取。"
    if own.wins:
        return "您中了{prize}！请{until}前到支部领取，过期由候补递补。" + _NO_UNIT
    if own.reserve:
        return "这次您是候补第{place}位。有人没来领，就轮到您，会捎话告诉您。"
    return "这次没有抽中，谢谢您参加。"


def no_ticket() -> Text:
    """The member is on no list."""
    return say(
        "您现在不在抽签名单里。答满天数的人，公布名单时会自动参加。\n"
        "[答题](发:答题)　[帮助](发:帮助)"
    )


# ------------------------------------------------------------ certificates

CERTIFICATE = (
    "证书", "荣誉证书", "我的证书", "看证书", "奖状", "我的奖状", "领证书", "我的荣誉证书",
)  # fmt: skip


def certificates(own: Sequence[Diploma], more: int) -> Text:
    """The member's certificates, each with the way to its picture; and how many more there are."""
    if not own:
        return say(
            "您现在没有荣誉证书。活动结束、名次定了以后，组织者发证书，会捎话告诉您。\n"
            "[看排名](发:排名)　[帮助](发:帮助)"
        )
    lines = [
        say(
            "《{title}》{honour}，{bracket}第{rank}名：[打开](网:/c/{code}/{key})",
            title=one.title, honour=one.honour, bracket=one.bracket or "", rank=one.rank,
            code=one.code, key=one.key,
        )
        for one in own
    ]  # fmt: skip
    rest = [say("还有{more}张更早的，要看请回复“联系”。", more=more)] if more else []
    kept = say("打开后长按图片可以保存。那一页有您的全名，请不要转给别人。")
    return join([say("您的荣誉证书："), *lines, *rest, kept])


# ------------------------------------------------------------ notices that ride on a reply

NOTICE_ABOVE = say("——捎句话——")
NOTICE_BELOW = say("————")


def notice(notification: Notification, linked: bool = True) -> Text | None:
    """The words of one notice; None for a kind that this version does not know.

    Not `linked` where the reply below has so many links that more could not be told apart.
    """
    match notification:
        case Notification("motto_approved", facts):
            told = say("✔ 您的座右铭通过了，编号{number}：“{words}”。", **facts)
            ways = say(
                "\n[看它的页面](网:/m/{number})　[做成图片](发:做图{number})　[去投票](发:投票)"
                "\n图片可以长按保存，留个纪念。",
                **facts,
            )
            return told + ways if linked else told
        case Notification("draw_won", facts):
            until = _day(date.fromisoformat(facts["until"]))
            told = say(
                "您抽中了{prize}（共{entries}人参加，抽{winners}位）。\n"
                "请{until}前到支部领取；过期由候补递补。" + _NO_UNIT,
                **(facts | {"until": until}),
            )
            return told + say("\n名单和验证办法：[公示](网:/d/{draw})", **facts) if linked else told
        case Notification("certificate", facts):
            return _of_certificate(facts, linked)
        case Notification("motto_returned", facts):
            words, fix = facts["words"], facts.get("fix")
            parts = [say("您的座右铭暂时没通过：“{words}”。", words=words)]
            parts += [_why(words, facts["reason"], fix), _ways_on(fix) if linked else _to_type(fix)]
            return join([*parts, _last_word(facts.get("appealed", False))])
        case Notification("votes_uncounted", facts):
            told = say(
                "《{title}》封票了，您的{votes}票没有计入：" + _UNCOUNTED[facts["why"]], **facts
            )
            return told + say("有疑问，回复“联系”。")
        case Notification("votes_clear", facts):
            told = say("您投给{number}号的{votes}票清零了：" + _GONE[facts["why"]], **facts)
            return told + say("[去投票](发:投票)") if linked else told + say("投别的，回复“投票”。")
        case Notification("votes_pass", facts):
            return say(
                "您投给{number}号的{votes}票，现在记在{to}号上：两条是同一句话，票还算数。", **facts
            )
        case Notification("ticket_answered", facts):
            return say(
                "✉ 您说的“{words}”，工作人员回复：\n{answer}\n还有事，回复“联系”。",
                words=_in_short(facts["words"]),
                answer=facts["answer"],
            )
        case Notification("answer_regraded", facts):
            return _regraded(facts)
    return looked_into(notification, linked)


def _of_certificate(facts: Mapping[str, Any], linked: bool) -> Text:
    """A certificate was issued, or it holds no longer."""
    if facts["revoked"]:
        told = "您的《{title}》{honour}证书被撤销了，不再有效。想问原因，回复“联系”。"
        return say(told, **facts)
    told = "您在《{title}》中获得{honour}（{bracket}第{rank}名），荣誉证书发给您了。"
    # A notice may be older than brackets are.
    within = {"bracket": facts.get("bracket") or ""}
    return say(told, **{**facts, **within}) + say(
        "[看证书](发:证书)" if linked else "想看，回复“证书”。"
    )


def looked_into(notification: Notification, linked: bool) -> Text | None:
    """What came of a look at a vote, or a question; None for a notice of anything else."""
    match notification:
        case Notification("points_restored", facts):
            return _restored(facts)
        case Notification("votes_held", facts):
            told = _of_vote(
                "正在核对，暂不计入，原因：当时短时间内有大量新号集中投票。"
                "如果是您本人投的，回复“是我投的”。",
                facts,
            )
            return told + say("[是我投的](发:是我投的)") if linked else told
        case Notification("votes_released", facts):
            return _of_vote("核对完了，已经计入。", facts)
        case Notification("votes_left_out", facts):
            return _of_vote("核对完了，没有计入结果。有意见，请回复“联系”。", facts)
    return None


def _of_vote(told: str, facts: Mapping[str, Any]) -> Text:
    on = _day(date.fromisoformat(facts["day"]))
    return say("您{on}投给{number}号的票" + told, number=facts["number"], on=on)


def _restored(facts: Mapping[str, Any]) -> Text:
    """Somebody has looked at a question: what it earned counts now."""
    given = "补给您{points}分，名次已更新。" if facts["points"] else "总分不变。"
    day = _day(date.fromisoformat(facts["day"]))
    return say("{day}第{place}题核对好了，" + given + "谢谢您等候。", **{**facts, "day": day})


def _regraded(facts: Mapping[str, Any]) -> Text:
    """What a mended key means for an answer of the member's."""
    change = facts["change"]
    outcome = "{outcome}{points}分，名次已更新。" if change else "这天算的分不变。"
    return say(
        "{day}第{place}题的答案原来标错了，现已更正为{right}。您{verb}的是{chosen}，"
        + outcome
        + "给您添麻烦了。",
        day=_day(date.fromisoformat(facts["day"])),
        place=facts["place"],
        right="或".join(_as_said(facts["kind"], one) for one in _keys(facts)),
        verb="填" if facts["kind"] == Kind.BLANK else "答",
        chosen=_as_said(facts["kind"], facts["choice"]),
        outcome="补给您" if change > 0 else "扣回",
        points=abs(change),
    )


def _keys(facts: Mapping[str, Any]) -> list[str]:
    """The accepted answers: several only of words; letters are one answer together."""
    given: list[str] = facts["answer"]
    return given[:3] if facts["kind"] == Kind.BLANK else ["".join(given)]


def _as_said(kind: str, choice: str) -> str:
    match kind:
        case Kind.JUDGE:
            return {"T": "对", "F": "错"}.get(choice, choice)
        case Kind.BLANK:
            return f"“{choice[:_RECALLED]}”"
    return choice


_RECALLED = 20
_CODES = re.compile(r"^\[[^\]]*\] (?=.)", re.DOTALL)


def _in_short(words: str) -> str:
    """Enough of a member's words to know them again, without the codes of questions."""
    own = " ".join(_CODES.sub("", words).split())
    return own if len(own) <= _RECALLED else own[:_RECALLED] + "…"


_GONE = {
    "reworded": "作者改了字，票是投给原来那句的。",
    "withdrawn": "作者把这句撤回了。",
    "undone": "这句还要再审核。",
    "erased": "作者把这句撤回了。",
}
"""By the reasons of bot/domain/released.py."""
_UNCOUNTED = {
    "unlisted": "登记的单位和姓名，在名册上没有对上，或者同一个名字已经投过。",
    "too_few": "选的条数少于规定的。",
}


def _to_type(fix: str | None) -> Text:
    """The ways on, without a link."""
    own = say("自己改，回复“修改座右铭”。")
    return say("要我帮您改好，回复“改好再交”；") + own if fix else own
