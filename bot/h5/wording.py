"""The words of the pages that are not in a template: what the fields we keep are called."""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from bot.domain.certificates import Diploma
from bot.domain.entries import MottoCard, MottoState
from bot.domain.identity import CAMPAIGN_ZONE
from bot.domain.refusals import (
    AlreadyVoted,
    NoSuchEntry,
    NotBound,
    NoVotesLeft,
    OwnEntry,
    OwnUnit,
    Refusal,
    VotingClosed,
    VotingNotOpen,
)
from bot.domain.retention import NOT_ABOUT_MEMBERS, Period, Purpose
from bot.domain.retention import PERIODS as RETENTION
from bot.domain.votes import BallotState, Receipt
from bot.h5.signing_in import Failure
from bot.rulebook import beginning, deadline

MY_FILE = "我的资料.xlsx"
POSTER_TITLE = "党性座右铭"
POSTER_HINT = "微信扫一扫，看它的页面"

CERTIFICATE = "荣誉证书"

PURPOSES: Mapping[Purpose, tuple[str, str]] = {
    Purpose.ADDRESS: (
        "微信给的编号，和您是否关注",
        "编号是您在本公众号里的一串字符（openid），不是微信号，看不出您是谁；靠它认出您、回您的话",
    ),
    Purpose.CONVERSATION: (
        "聊到哪一步",
        "比如一句还没交的座右铭，好让您接着来；还有第一次来、最近一次来的时间",
    ),
    Purpose.SIZE: ("您要不要大字", "回复过“换大字”的，以后给您的页面都用大字"),
    Purpose.UNLISTED: ("您要不要上榜", "回复过“不上榜”的，积分榜上不列出来"),
    Purpose.UNIT: (
        "单位和姓名",
        "您登记了才有，姓名可以不写；用来统计参加情况、防止重复计算。扫支部的码进来的，先记下是哪个支部，等您确认",
    ),
    Purpose.REBINDING: ("什么时候改过单位", "30天里最多改两次，靠它数"),
    Purpose.NAMING: ("什么时候写过姓名", "30天里最多写三次，免得有人拿别人的姓名来试"),
    Purpose.MODERATOR: ("您是不是审核员", "只有在后台绑定过微信的审核员才有；靠它在聊天里审座右铭"),
    Purpose.ROSTER: (
        "支部报来的名册",
        "各支部有哪些姓名；用来核对登记、同一个人只算一次。您删除资料时，名册上的这个姓名也删掉",
    ),
    Purpose.DRAW: ("抽签的编号", "名单上只有编号，没有姓名；中了签，靠它找到您"),
    Purpose.CERTIFICATE: (
        "荣誉证书上的姓名和单位", "发证书时您登记的；用来给您证书，查验的页面上只显示姓"
    ),
    Purpose.CONSENT: ("您同意登记的时间和说明的版本", "证明先跟您说清楚、您同意了才登记"),
    Purpose.ANSWERS: (
        "答题",
        "哪天做了哪几道题、选了什么、对不对，说过哪道题有错；用来判分、告诉您错在哪、接着没做完的题、错题隔几天再练、核对题目",
    ),
    Purpose.SCORE: ("积分", "得几分、参加几天、什么时候到的；用来排积分榜"),
    Purpose.ENTRY: (
        "座右铭", "您写的话、怎么署名、单位、审核结果；用来审核、展示和评选，一人一条"
    ),
    Purpose.BALLOT: ("投票", "投给了哪一条、什么时候投的；用来计票，不超过每天的票数"),
    Purpose.RECEIPT: ("回执号，和撤回的票", "让每一张票都查得到、说得清"),
    Purpose.NOTICE: ("捎给您的话", "比如座右铭审核的结果，您下次发消息时告诉您"),
    Purpose.LETTER: ("您请工作人员看的话", "比如说题目有错、有事找人；用来办好这件事、答复您"),
    Purpose.REPETITION: (
        "认出重复消息的记号",
        "微信有时把同一条消息送几次，靠它只办一次。您的原话不在里面，也不能由记号倒推出来",
    ),
    Purpose.REPLY: ("我们的回复", "微信重送时原样再给您一次"),
    Purpose.ONE_BALLOT: (
        "删除资料那天“投过票”的记号",
        "不记投给谁；为了不让同一天重复投票。整个评选一共几票的，这个记号留到投票截止后两天",
    ),
    Purpose.WISH: ("您想投、等登记完再投的那一条", "登记完接着帮您投，投了就不留"),
    Purpose.LINK: (
        "“导出我的”“网页投票”链接的钥匙",
        "只有您能打开，链接只能打开一次；打开投票页以后，半小时内认得出是您",
    ),
    Purpose.NUMBERS: ("数字", "各单位多少人参加过、各条座右铭多少票；里面没有谁是谁"),
    Purpose.REPORT: (
        "组织者的成绩表",
        "组织者做通报时临时生成的表，有单位、姓名（一般只显示姓）、得分；有人删除资料时，所有这样的表立即作废",
    ),
    Purpose.UPLOAD: (
        "还没收进的名册",
        "组织者传上来、正在核对的单位名册，有单位、姓名；核对完或有人删除资料时，马上就没有了",
    ),
    Purpose.TRAIL: (
        "审核的经过",
        "什么时候提交、由哪位工作人员通过或退回；用来查对，谁也不能悄悄改。里面您写的话，删除资料时一起删掉",
    ),
}  # fmt: skip
"""What is kept for each purpose, and what for."""

PERIODS: Mapping[Period, str] = {
    Period.HALF_HOUR: "留30分钟，用过就没有了",
    Period.HALF_DAY: "留12小时",
    Period.DAY: "留24小时",
    Period.TWO_DAYS: "留两天",
    Period.MONTH: "留30天；捎话从告诉您那天算起",
    Period.QUARTER: "留到办完后90天，最多到活动结束后90天",
    Period.CAMPAIGN: "留到活动结束后90天",
    Period.FOR_GOOD: "长期留着",
}


def kept() -> list[tuple[str, str, str]]:
    """What we keep about members, what for, and how long: as the register has it."""
    told = [purpose for purpose in Purpose if purpose not in NOT_ABOUT_MEMBERS]
    return [(*PURPOSES[purpose], PERIODS[RETENTION[purpose]]) for purpose in told]


SECTIONS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "person": (
        "您和登记的资料",
        (
            "微信给的编号（openid）", "现在是否关注", "最近一次关注", "第一次来", "单位",
            "扫码来的单位（还没确认）", "姓名", "聊到哪一步", "聊到这一步的时间",
            "上次回您“不客气”的时间", "页面用大字", "不上榜",
        ),
    ),
    "rebindings": ("改过单位", ("第几次", "时间")),
    "namings": ("写过姓名", ("第几次", "时间")),
    "moderator": ("审核员绑定的微信", ("后台账号", "绑定的时间")),
    "consents": ("您同意过的说明", ("说明的版本", "同意的时间")),
    "scores": ("积分", ("活动", "积分", "参加天数", "到这个分数的时间")),
    "brackets": ("您选的组", ("活动", "组别", "时间")),
    "frozen": (
        "封榜时的名次", ("活动", "封榜的时间", "哪个榜", "名次", "积分", "参加天数", "单位")
    ),
    "draws": ("抽签", ("抽签", "您的编号", "排在第几", "中签")),
    "certificates": (
        "荣誉证书",
        (
            "活动", "荣誉", "名次", "组别", "编号", "姓名", "单位", "查验时可以显示姓", "颁发",
            "撤销",
        ),
    ),
    "papers": (
        "每天的卷子",
        (
            "活动", "哪一天", "当天第几次", "开始", "答完", "抽到的题（内部编号）", "跳过的位置",
            "补答：哪一周补的",
        ),
    ),
    "answers": (
        "答过的题",
        (
            "哪一天", "当天第几次", "第几题", "题目", "您的答案", "答对", "得分", "核对后再给",
            "时间",
        ),
    ),
    "regraded": (
        "改判过的题", ("哪一天", "当天第几次", "第几题", "原来得分", "现在得分", "改判的时间"),
    ),
    "reports": ("您说有错的题", ("题目", "时间")),
    "practice": (
        "练过的错题",
        ("题目", "最近一次", "答对", "哪天再练", "记得多牢（天）", "难度（1到10）"),
    ),
    "mottos": (
        "您的座右铭",
        (
            "编号", "座右铭", "署名", "单位", "状态", "退回的原因", "建议的改法", "您的申诉",
            "提交", "审核",
        ),
    ),
    "motto_history": ("座右铭的经过", ("时间", "编号", "做了什么", "当时的话或状态")),
    "votes": (
        "您投的票",
        (
            "评选", "哪一天", "编号", "座右铭", "时间", "回执", "核对中，暂不计入",
            "您说是本人投的",
        ),
    ),
    "wished_votes": ("等您登记完再投的票", ("编号", "时间")),
    "withdrawn_votes": (
        "撤回或作废的票",
        ("评选", "编号", "投票时间", "撤回时间", "作废的原因", "回执"),
    ),
    "tickets": ("您请工作人员看的话", ("时间", "关于", "您的话", "办结", "答复")),
    "notices": ("捎给您的话", ("什么时候起可以告诉您", "关于", "内容", "告诉您的时间")),
    "deliveries": ("您发来的消息（原话不留，只记收到过）", ("时间", "处理结果")),
}  # fmt: skip
"""The heading of each kind of record, and the name of each of its fields."""

_SIGNATURES = {"full": "写全名", "masked": "只写姓", "none": "不署名"}
_STATES = {
    MottoState.WAITING: "待审",
    MottoState.APPROVED: "通过",
    MottoState.RETURNED: "退回",
    MottoState.WITHDRAWN: "您撤回了",
}
_REASONS = {
    "typo": "有错别字", "quotation": "引用不准确", "length": "字数不合适",
    "not_a_motto": "不是座右铭", "personal": "含个人信息", "unfit": "内容不合适",
    "duplicate": "与本人另一句重复",
}  # fmt: skip
_DEEDS = {
    "motto.submit": "您提交", "motto.approve": "审核通过", "motto.return": "审核退回",
    "motto.undo": "审核撤销，回到待审", "motto.reword": "您改字，重新送审",
    "motto.first_look": "一位审核员看过", "motto.second_look": "两位审核员看过",
    "entry.join": "和同一句的另一条一起审",
    "entry.look": "审核员复看", "entry.uphold": "复看后不变", "motto.admit": "复看后通过",
    "motto.reopen": "收回重审",
    "motto.remove": "复看后退回",
    "motto.appeal": "您申诉", "motto.withdraw": "您撤回", "motto.restore": "您恢复，重新送审",
    "entry.sign": "您改署名", "votes.clear": "票清零", "votes.pass": "票转给同一句的另一条",
}  # fmt: skip
_GONE = {
    "reworded": "作者改了字", "withdrawn": "作者撤回了", "undone": "重新审核",
    "erased": "作者撤回了", "unlisted": "名册上没有对上", "too_few": "没有选够",
}  # fmt: skip
_TOPICS = {
    "help": "求助", "question": "题目有错", "unit": "没有我的单位", "appeal": "座右铭申诉",
    "urgent": "紧急", "complaint": "意见",
}  # fmt: skip
_NOTICES = {
    "motto_approved": "座右铭通过", "motto_returned": "座右铭退回", "ticket_answered": "答复",
    "answer_regraded": "改判", "points_restored": "补分",
    "votes_uncounted": "您投的票没有计入",
    "certificate": "荣誉证书",
    "votes_held": "您投的票在核对", "votes_released": "您投的票已经计入",
    "votes_left_out": "您投的票没有计入",
    "votes_clear": "您投的票清零", "votes_pass": "您投的票转给同一句的另一条",
}  # fmt: skip
_OUTCOMES = {"done": "办好了", "refused": "按规则没有办"}
_CHOICES = {"T": "对", "F": "错"}


def _facts(facts: Mapping[str, Any]) -> str:
    said = [str(facts[name]) for name in ("number", "words", "answer") if facts.get(name)]
    return "，".join(said) or json.dumps(facts, ensure_ascii=False)


def _stage(state: str) -> str:
    """Where a conversation stands: the program's own note, but for what the member wrote."""
    facts = json.loads(state or "{}")
    if facts.get("words"):
        return f"还没交的一句：{facts['words']}"
    return "聊到一半" if len(facts) > 1 else "没有没做完的事"


_READ: Mapping[str, Mapping[int, Callable[[Any], str]]] = {
    "person": {7: _stage},
    "frozen": {2: lambda board: "单位里的" if board.startswith("unit:") else "同组的"},
    "answers": {4: lambda choice: _CHOICES.get(choice, choice)},
    "mottos": {
        2: lambda signature: _SIGNATURES.get(signature, signature),
        4: lambda state: _STATES.get(state, state),
        5: lambda reason: _REASONS.get(reason, reason),
    },
    "motto_history": {
        2: lambda action: _DEEDS.get(action, action),
        3: lambda left: _STATES.get(left, _SIGNATURES.get(left, left)),
    },
    "withdrawn_votes": {4: lambda reason: _GONE.get(reason, reason)},
    "tickets": {1: lambda topic: _TOPICS.get(topic, "其他")},
    "notices": {1: lambda kind: _NOTICES.get(kind, kind), 2: _facts},
    "deliveries": {1: lambda outcome: _OUTCOMES.get(outcome, "出了错，没有办成")},
}
"""Fields that hold a code, by their place."""


def legible(of: str, row: tuple[Any, ...]) -> list[str]:
    """The fields of a record as people read them."""
    codes = _READ.get(of, {})
    return [
        "—" if value in (None, "") else codes.get(place, _plain)(value)
        for place, value in enumerate(row)
    ]


def _plain(value: Any) -> str:
    match value:
        case bool():
            return "是" if value else "否"
        case datetime():
            local = value.astimezone(CAMPAIGN_ZONE)
            return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M:%S}"
        case date():
            return f"{value.year}年{value.month}月{value.day}日"
        case list():
            return "、".join(map(str, value)) or "—"
    return str(value)


def signed(card: MottoCard) -> str:
    """Who stands below the words of a picture."""
    if card.sent:
        return " ".join(filter(None, [card.signed, card.unit.full_name if card.unit else None]))
    others = f"等{card.signers}人" if card.signers > 1 else ""
    unit = [card.unit.district] if card.unit else []
    return " ".join([*unit, (card.signed or "匿名") + others])


def numbered(number: int, day: date) -> str:
    """The number of a motto and the day on which it became public."""
    return f"{number}号 · {day.year}年{day.month}月{day.day}日"


NOT_SIGNED_IN: Mapping[str, str] = {
    Failure.UNKNOWN: "微信没有告诉我们您是谁。请再点一次，或者从公众号里点链接打开。",
    Failure.LATE: "微信现在没有答复。请过一会儿再点，或者从公众号里点链接打开。",
    Failure.STRANGER: "您还没有关注公众号，或者还没有给它发过消息。先关注，再随便回复一句。",
}
"""By what the address of the ballot page says."""


def shut(refusal: Refusal) -> str:
    """Why nobody votes now."""
    match refusal:
        case VotingNotOpen(opens_at):
            return f"投票还没有开始，{beginning(opens_at)}开始。"
        case VotingClosed(closes_at):
            return f"投票{deadline(closes_at)}结束了。结果公示以后，这里就能看。"
    return "现在没有评选，开始了会告诉大家。"


def refused(refusal: Refusal) -> str:
    """Why a vote was not given, and what to do."""
    match refusal:
        case AlreadyVoted():
            return "已经投过了"
        case NoVotesLeft(most, _, int(group)):
            return f"第{group}组的{most}票都投完了"
        case NoVotesLeft(most, in_all):
            return f"{'一共' if in_all else '今天'}{most}票都投完了"
        case OwnEntry():
            return "是您自己写的，按规则不投自己"
        case OwnUnit():
            return "是您本单位的，按规则不投本单位"
        case NotBound(_, nameless):
            missing = (
                "补上姓名：在公众号里回复“改姓名”"
                if nameless
                else "登记单位：在公众号里回复“登记单位”"
            )
            return f"要先{missing}，再来投"
        case NoSuchEntry():
            return "找不到这一条，可能已经撤回"
    return "没有投成，请重新选一遍"


def left_to_give(ballot: BallotState) -> str:
    """How many votes a member has left, and how they may be given."""
    if ballot.groups > 1:
        return f"共{ballot.groups}组，每组投{_span(ballot)}条，还能投{ballot.left}票。"
    least = f"，至少投{ballot.least}条才算数" if ballot.lacking else ""
    if ballot.in_all:
        return f"一共{ballot.most}票，还能投{ballot.left}票，每条1票{least}。"
    return f"今天还能投{ballot.left}票，每条每天1票。"


def group(number: int | None, ballot: BallotState) -> str:
    """Above the entries of a group: how many of them are chosen."""
    return f"第{number or 1}组，投{_span(ballot)}条"


def _span(ballot: BallotState) -> str:
    few, most = ballot.each_least, ballot.each
    return f"{few}到{most}" if few < most else f"{most}"


def left_after(receipt: Receipt) -> str:
    """How many votes are left behind this one, in its group or in all."""
    where = f"第{receipt.group}组" if receipt.group else ""
    if not receipt.left:
        return f"{where}的票都投完了。" if where else "票都投完了。"
    more = f"再投{receipt.lacking}条才算数。" if receipt.lacking else ""
    return f"{where}还能投{receipt.left}票。{more}"


def when(moment: datetime) -> str:
    """The moment to the minute, in China."""
    local = moment.astimezone(CAMPAIGN_ZONE)
    return f"{local.month}月{local.day}日{local:%H:%M}"


BATCH = "# 第{number}批 {at}"
CLOSING = "# 封箱"


def to_the_second(moment: datetime) -> str:
    """The moment to the second, in China."""
    return f"{moment.astimezone(CAMPAIGN_ZONE):%Y-%m-%d %H:%M:%S}"


def to_whom(diploma: Diploma) -> str:
    """Whom a certificate addresses."""
    if diploma.entry:
        return f"{diploma.unit or ''}："
    unit = f"{diploma.unit} " if diploma.unit else ""
    return f"{unit}{diploma.name}同志："


def cited(diploma: Diploma) -> str:
    """What a certificate is given for."""
    deed = f"在“{diploma.title}”中获得{place_of(diploma)}，特发此证，以资鼓励。"
    return f"报送的{work(diploma)}{deed}" if diploma.entry else deed


def place_of(diploma: Diploma) -> str:
    """The place, in the bracket where there are some."""
    return f"{diploma.bracket or ''}第{diploma.rank}名"


def work(diploma: Diploma) -> str:
    """What a unit sent in, as its certificate names it."""
    if diploma.name:
        return f"微党课《{diploma.entry}》（主讲：{diploma.name}）"
    return f"项目案例《{diploma.entry}》"


def issued_on(diploma: Diploma) -> str:
    """The day of the issue."""
    day = diploma.issued_at.astimezone(CAMPAIGN_ZONE)
    return f"{day.year}年{day.month}月{day.day}日"


def check_hint(diploma: Diploma) -> str:
    """What the code on a certificate is for."""
    return f"微信扫一扫，查验真伪\n{spoken(diploma.code)}"


def spoken(code: str) -> str:
    """A code in two groups, as people copy it."""
    return f"{code[:5]}-{code[5:]}"
