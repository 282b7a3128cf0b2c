"""Every sentence of the console that is not in a template."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Any

from bot.domain.barred import Bar
from bot.domain.entries import MottoState
from bot.domain.identity import CAMPAIGN_ZONE
from bot.domain.moderation import Pace, Reason, Waits
from bot.domain.outcomes import ObjectionsOpen, Standing
from bot.domain.passwords import LEAST, MOST, Flaw
from bot.domain.pasts import Past
from bot.domain.refusals import (
    DecidedMeanwhile,
    ForTheLead,
    LookedAlready,
    MottoTooLong,
    MottoTooShort,
    NotLike,
    OwnDecision,
    OwnMotto,
    Refusal,
    UndoTooLate,
)
from bot.domain.roles import Role
from bot.domain.second_looks import Agreement, Cause, Look
from bot.domain.staff import NAME_MOST
from bot.domain.staff_refusals import (
    AlreadySetUp,
    LastOwner,
    NameTaken,
    NoSuchColleague,
    OwnAccount,
    StaffRefusal,
    TooManyFailures,
    UnfitName,
    UnfitPassword,
    UnfitUnit,
    WrongCode,
)
from bot.domain.tally import Poll
from bot.domain.tickets import ClosedMeanwhile
from bot.rulebook import review_promise

# ------------------------------------------------------------ signing in

WRONG_PASSWORD = "账号或口令不对。请检查大小写和输入法，再试一次。"
SIGN_IN_AGAIN = "登录已过期，请重新登录。刚才的操作没有生效，待审的内容都还在。"
PASSWORD_CHOSEN = "口令已经设好，请登录。"
WRONG_PROOF = "口令或验证码不对，什么都没有改动。验证码用过一次就失效，请等下一个。"
PASSWORDS_DIFFER = "两次输入的口令不一样，请重新输入。"

_FLAWS = {
    Flaw.SHORT: f"口令太短，至少 {LEAST} 个字符。可以用一句容易记的话。",
    Flaw.LONG: f"口令太长，最多 {MOST} 个字符。",
    Flaw.WORN: "这个口令太常见，很容易被猜中，请换一个。",
}


_REFUSALS: Mapping[type[StaffRefusal], str] = {
    WrongCode: "设置码不对，或者已经过期、已经用过。请向安装这套程序的同志要一个新的。",
    AlreadySetUp: "后台已经有账号了，请直接登录。",
    UnfitName: f"账号名要有 1 到 {NAME_MOST} 个字符，汉字、字母、数字都可以。",
    NameTaken: "这个账号名已经有人用了，请换一个。",
    NoSuchColleague: "没有这个账号。",
    OwnAccount: "自己的账号不能自己改，请另一位负责人来办。",
    LastOwner: "这是最后一位负责人，改了就没有人能管账号了。请先加一位负责人。",
    UnfitUnit: "没有找到这个单位，请填单位编号或全称。",
}


def explain(refusal: StaffRefusal) -> str:
    """The words for a refusal of the register."""
    match refusal:
        case TooManyFailures():
            return f"输错次数太多，为了安全，请在 {clock_time(refusal.until)} 以后再试。"
        case UnfitPassword():
            return _FLAWS[refusal.flaw]
        case _:
            return _REFUSALS[type(refusal)]


ROLES = {
    Role.OWNER: "负责人",
    Role.ORGANISER: "组织者",
    Role.MODERATOR: "审核员",
    Role.EDITOR: "出题员",
    Role.SECRETARY: "单位联络员",
    Role.VIEWER: "只读",
    Role.JUDGE: "评委",
}

# ------------------------------------------------------------ errors

TROUBLE = {
    HTTPStatus.BAD_REQUEST: ("没看懂这次提交", "提交的内容不完整，什么都没有改动。请返回重试。"),
    HTTPStatus.FORBIDDEN: (
        "没有权限",
        "这个账号的角色不能做这件事，什么都没有改动。需要的话，请负责人在“人员”里改角色。",
    ),
    HTTPStatus.NOT_FOUND: ("没有这一页", "地址可能有误，或者没有这个编号。"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("内容太长", "提交的内容太长，什么都没有改动。"),
    HTTPStatus.INTERNAL_SERVER_ERROR: (
        "后台出错了",
        "这次操作没有完成，已有的数据没有丢。请稍后再试；还不行，请把下面的编号告诉维护人员。",
    ),
}
"""Title and sentence, by status."""

STALE_FORM = (
    "这个页面过期了",
    "您可能在别的窗口退出或重新登录过，刚才的操作没有生效。请回到审核队列再做一次。",
)
FOREIGN_FORM = ("没有接受这次提交", "它不是从本站的页面发出的。请从后台自己的网址打开再操作。")

# ------------------------------------------------------------ the queue

REASONS: Mapping[Reason, str] = {
    Reason.TYPO: "有错别字",
    Reason.QUOTATION: "引用不准确",
    Reason.LENGTH: "字数不合适",
    Reason.NOT_A_MOTTO: "不是座右铭（广告、聊天）",
    Reason.PERSONAL: "含个人信息",
    Reason.UNFIT: "内容不合适",
    Reason.DUPLICATE: "与本人另一句重复",
}
"""In the order of their digits on the keyboard."""

STATES = {
    MottoState.WAITING: "待审",
    MottoState.APPROVED: "已通过",
    MottoState.RETURNED: "已退回",
    MottoState.WITHDRAWN: "作者已撤下",
    MottoState.ERASED: "作者已删除",
}

_SIGNED = {"full": "署全名", "masked": "署姓氏", "none": "不署名"}
_NOTHING_DONE = "您刚才的操作没有生效，什么都没有被覆盖。"
_TO_TURN_IT = "要改判，60 秒以内可以撤销再定，以后由负责人或组织者在它的经过里收回重审。"
_AUTHOR, _SYSTEM, _SOMEBODY = "作者本人", "系统", "另一位同志"

_A_MINUTE = timedelta(minutes=1)
_LONGEST_LOOK = timedelta(minutes=1)
"""A longer pause between two decisions is a pause, not a look."""

_UNDO_TOO_LATE = (
    "没有撤销",
    "决定作出已满 60 秒，作者已经或马上会收到通知。要改判，由负责人或组织者在它的经过里收回重审。",
)


def why_not(
    number: int, refusal: Refusal, names: Mapping[str, str], now: datetime
) -> tuple[str, str]:
    """Title and sentence for a decision that did not go through."""
    match refusal:
        case DecidedMeanwhile():
            return too_late(number, refusal, names, now)
        case UndoTooLate():
            return _UNDO_TOO_LATE
        case OwnDecision():
            return (
                f"{number}号要请另一位同志来看",
                f"作者申诉的是您的决定，由另一位同志重新看才公道。{_NOTHING_DONE}",
            )
        case NotLike(number=other):
            return (
                f"没有照{other}号办",
                f"没有这个编号，或者它已撤下、已在同一组、不是这次评选的，或者有一条是申诉。{_NOTHING_DONE}",
            )
        case OwnMotto():
            return f"{number}号是您自己交的", f"{BARRED[Bar.OWN]}{_NOTHING_DONE}"
        case LookedAlready():
            return f"{number}号您已看过", f"{BARRED[Bar.LOOKED]}{_NOTHING_DONE}"
        case ForTheLead():
            return f"{number}号两位同志看法不一", f"{BARRED[Bar.DISPUTED]}{_NOTHING_DONE}"
        case MottoTooShort(least=least):
            return f"{number}号没有退回", f"改好的句子太短，至少 {least} 个字。{_NOTHING_DONE}"
        case MottoTooLong(most=most):
            return f"{number}号没有退回", f"改好的句子太长，最多 {most} 个字。{_NOTHING_DONE}"
    raise TypeError(f"no words for {type(refusal).__name__}")


BARRED = {
    Bar.OWN: "自己的座右铭，请另一位同志来看。",
    Bar.APPEAL: "上次是您退回的，这次请另一位同志来看。",
    Bar.LOOKED: "您已看过，引用领导人的话要两位同志看，请另一位来。",
    Bar.DISPUTED: "两位同志看法不一，由负责人或组织者来定。",
}
"""Why a colleague may not decide what lies before them."""

KEYS = (
    (("A",), "通过这一组，下一组马上就到"),
    (("R", "1–7"), "退回，数字选理由"),
    (("E",), "先把字改好再退回，作者点一下就能按它重交"),
    (("D",), "和某号是同一句：照它的结果定，或者放进它那一组"),
    (("J", "K"), "下一组、上一组"),
    (("S",), "先跳过"),
    (("X", "空格"), "选中或取消"),
    (("Shift+A",), "通过选中的"),
    (("Shift+R", "1–7"), "退回选中的，数字选理由"),
    (("U",), "撤销，60 秒以内谁也不会知道"),
    (("Esc",), "收起"),
    (("?",), "看这张表"),
)
"""Keys of the desk and what they do."""


def all_of(deed: str, count: int) -> str:
    """What a button does to a pile."""
    return deed if count == 1 else f"{deed}这 {count} 条"


def decided_on(number: int, count: int) -> str:
    """What a decision was about."""
    return f"{number}号" if count == 1 else f"{number}号等 {count} 条"


def the_rest_is_done(done: int, late: int) -> str:
    """The sentence when some of a pile had changed since it was seen, and others not."""
    return f"同组有变化的 {late} 条没有动，其余 {done} 条已照您的决定办好。"


def pace(pace: Pace, piles: int) -> str | None:
    """How the colleague gets on, and how long the rest may take at that."""
    if not pace.piles:
        return None
    done = f"近一小时您审了 {pace.entries} 条"
    if pace.each is None or not piles:
        return done
    minutes = max(1, round(piles * min(pace.each, _LONGEST_LOOK) / timedelta(minutes=1)))
    return f"{done}，照这个速度还要约 {minutes} 分钟"


def verdict(state: MottoState, reason: str | None = None) -> str:
    """A decision in a few words."""
    if state == MottoState.RETURNED and reason:
        return f"退回：{REASONS[Reason(reason)]}"
    return "通过" if state is MottoState.APPROVED else STATES[state]


LOOKED_MEANWHILE = "这一条刚有变化，或者已经有人看过，没有重复记。下面是现在要看的。"


def by_two(look: Look | None, names: Mapping[str, str]) -> str:
    """Why an entry that quotes a leader lies on the desk, and what was said of it."""
    if look is None:
        return "引用领导人的话，要两位同志都通过"
    first = f"{_colleague(look.first_by, names)}通过了"
    if look.second_by is None:
        return f"引用领导人的话：{first}，要另一位同志也看"
    return f"看法不一：{disagreement(look, names)}"


def disagreement(look: Look, names: Mapping[str, str]) -> str:
    """What each of the two said."""
    first = f"{_colleague(look.first_by, names)}：{verdict(look.first)}"
    said = verdict(look.second or look.first, look.reason)
    return f"{first}；{_colleague(look.second_by or 0, names)}：{said}"


def _colleague(id_: int, names: Mapping[str, str]) -> str:
    return who_is(f"staff:{id_}", names)


CAUSES = {
    Cause.TOP: "得票前50",
    Cause.POSTER: "做过图片",
    Cause.SAMPLE: "抽查",
    Cause.LEADER: "引用领导人的话",
}


def agreement(told: Agreement) -> str:
    """How often two agreed, of how many, and how sure that is."""
    if not told.count:
        return "盲审（抽2%）近30天还没有看过的"
    share = round(100 * told.same / told.count)
    low, high = (round(100 * bound) for bound in told.between)
    sure = f"{share}%，九成五的把握在 {low}%–{high}% 之间"
    return f"盲审（抽2%）近30天 {told.count} 条，两人一致 {told.same} 条（{sure}）"


def too_late(
    number: int, refusal: DecidedMeanwhile, names: Mapping[str, str], now: datetime
) -> tuple[str, str]:
    """Title and sentence for who decides about an entry that has changed since."""
    when = ago(refusal.at, now) if refusal.at else "刚才"
    who = who_is(refusal.by, names)
    what = {
        MottoState.WAITING: f"{when}由{who}改回待审",
        MottoState.WITHDRAWN: f"{when}由{who}撤下",
        MottoState.ERASED: f"{when}由{who}删除",
    }.get(MottoState(refusal.state), f"{when}已由{who}{_done(MottoState(refusal.state))}")
    if refusal.deed in ("motto.first_look", "motto.second_look"):
        what = f"{when}{who}已看过，要另一位同志再看"
    if refusal.by == "member" and refusal.state == MottoState.WAITING:
        what = f"{when}由{who}改过并重新提交"
    decided = refusal.state in (MottoState.APPROVED, MottoState.RETURNED)
    return f"{number}号 {what}", _NOTHING_DONE + (_TO_TURN_IT if decided else "")


def _done(state: MottoState) -> str:
    return "通过" if state is MottoState.APPROVED else "退回"


def who_is(actor: str, names: Mapping[str, str]) -> str:
    """The name of an actor of the audit trail."""
    return {"member": _AUTHOR, "system": _SYSTEM}.get(actor) or names.get(actor, _SOMEBODY)


def signed(signature: str, name: str | None) -> str:
    """How the author signs."""
    return f"{_SIGNED[signature]}：{name}" if name else _SIGNED["none"]


def past(past: Past) -> str:
    """What an author has had before the desk until now."""
    told = []
    if past.approved or past.returned:
        told.append(f"作者以前各次评选通过 {past.approved} 条、退回 {past.returned} 条")
    if past.reasons:
        last = REASONS[Reason(past.reasons[-1])]
        times = f"退回过 {len(past.reasons)} 次，" if len(past.reasons) > 1 else ""
        told.append(f"这一条{times}上次退回：{last}")
    return "；".join(told)


# ------------------------------------------------------------ letters

TOPICS = {
    "help": "求助",
    "question": "题目有错",
    "unit": "找不到单位",
    "urgent": "难处，请先看",
    "complaint": "意见投诉",
}
"""By the topics of tickets that members can open in the chat."""
_OTHER_TOPIC = "其他"


def topic(name: str) -> str:
    """What a letter is about."""
    return TOPICS.get(name, _OTHER_TOPIC)


def closed_already(
    refusal: ClosedMeanwhile, names: Mapping[str, str], now: datetime
) -> tuple[str, str]:
    """Title and sentence for who closes a letter that a colleague has closed."""
    who, when = who_is(refusal.by, names), ago(refusal.at, now)
    return f"这封来信{when}已由{who}办结", _NOTHING_DONE


# ------------------------------------------------------------ votes


def voting(poll: Poll, now: datetime) -> str:
    """How far the voting is that has not been sealed."""
    if now < poll.opens_at:
        return "投票还没开始"
    return "投票进行中" if now < poll.closes_at else "投票已截止，等待封票"


def stage_of(standing: Standing, now: datetime) -> tuple[str, str]:
    """How far a selection has got, and the colour of that."""
    if standing.published_at:
        return "已发布", "secondary"
    if standing.objections_until:
        waits = standing.waits(now)
        return ("公示期满，等待发布", "orange") if waits else ("公示中", "green")
    return ("已封票，等待公示", "orange") if standing.root else ("还没有封票", "azure")


JUDGING_OPEN = "评委还没有评完：请到“活动”里这一轮的“评委”，结束评审以后再公示。"
NOT_SEALED = "还没有封票，不能公示。投票截止20秒后自动封票，请稍后再试。"
NOT_SHOWN = "结果还没有公示，不能发布。先点“开始公示”。"


def objections_open(refusal: ObjectionsOpen) -> str:
    """It is too early to say that a result stands."""
    return f"公示还没有结束，{full_time(refusal.until)}以后才能发布。"


# ------------------------------------------------------------ results

RESULT_FILES: Mapping[str, tuple[str, str]] = {
    "results.xlsx": ("成绩表（Excel）", "{title}成绩{day}.xlsx"),
    "report.docx": ("通报（Word，公文格式）", "{title}通报{day}.docx"),
    "people.csv": ("个人成绩（CSV）", "{title}个人成绩{day}.csv"),
    "units.csv": ("单位参与（CSV）", "{title}单位参与{day}.csv"),
    "questions.csv": ("题目情况（CSV）", "{title}题目情况{day}.csv"),
}
"""What each file is called on the page, and what it is saved as."""
NO_FULL_NAMES = (
    "没有生成",
    "全名只有负责人、组织者可以导出。请不要勾“显示全名”，或请他们来导出。",
)
FILE_GONE = (
    "这份文件已经没有了",
    "文件只留24小时；有人删除个人资料时，所有成绩表会立即作废。请再生成一次。",
)


def size(bytes_: int) -> str:
    """The size of a file."""
    if bytes_ < 1_000_000:
        return f"{max(1, round(bytes_ / 1000))} KB"
    return f"{bytes_ / 1_000_000:.1f} MB"


# ------------------------------------------------------------ history

_DEEDS = {
    "motto.submit": "提交",
    "motto.reword": "改字，重新送审",
    "motto.withdraw": "撤下",
    "motto.restore": "恢复，重新送审",
    "motto.approve": "通过",
    "motto.return": "退回",
    "motto.first_look": "第一位通过，等第二位",
    "motto.second_look": "第二位不通过，等负责人定",
    "entry.look": "复看",
    "entry.join": "和另一条放在一组",
    "entry.uphold": "复看不一，维持原来的决定",
    "motto.reopen": "收回重审，回到待审",
    "motto.admit": "复看后改为通过",
    "motto.remove": "复看后撤下",
    "motto.undo": "撤销决定，回到待审",
    "motto.appeal": "申诉，请另一位同志重新看",
    "motto.erase": "作者删除了自己的资料",
    "entry.sign": "改署名",
    "votes.clear": "票清零",
    "votes.pass": "票转给同一句的另一条",
}


def deed(action: str) -> str:
    """What was done, as the history of an entry lists it."""
    return _DEEDS.get(action, action)


def details(facts: Mapping[str, Any]) -> list[str]:
    """What the history adds to a deed: the words as they were, the reason."""
    lines = []
    if words := facts.get("words"):
        lines.append(words)
    if facts.get("look"):
        lines.append("看法：通过" if facts["look"] == MottoState.APPROVED else "看法：不通过")
    if facts.get("reason"):
        lines.append(REASONS[Reason(facts["reason"])])
    if facts.get("fix"):
        lines.append(f"建议改为：{facts['fix']}")
    before = facts.get("before")
    if before in _SIGNED:
        lines.append(f"{_SIGNED[before]} → {_SIGNED[facts['after']]}")
    elif before and before not in set(MottoState):
        lines += [f"原来：{before}", f"改为：{facts['after']}"]
    if facts.get("votes"):
        to = f"，转到 {facts['to']}号" if facts.get("to") else ""
        lines.append(f"{facts['votes']} 票{to}")
    return lines


# ------------------------------------------------------------ time


def clock_time(at: datetime) -> str:
    """The time of day in China, rounded up to the minute."""
    return (at + timedelta(seconds=59)).astimezone(CAMPAIGN_ZONE).strftime("%H:%M")


CHARTS = {
    "people": ("每天答题", "人", "bar", 1),
    "joined": ("累计参加", "人", "line", 2),
    "mottos": ("每天新座右铭", "条", "bar", 4),
    "votes": ("每天投票", "票", "bar", 5),
}
"""What is drawn of each day: title, what is counted, as what, and in which column it stands."""


def short_day(day: date) -> str:
    """A day of this campaign."""
    return f"{day.month}月{day.day}日"


def full_time(at: datetime) -> str:
    """The moment in full, in China."""
    local = at.astimezone(CAMPAIGN_ZONE)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M:%S}"


def ago(at: datetime, now: datetime) -> str:
    """How long ago; from a day on the date."""
    if now - at >= timedelta(days=1):
        local = at.astimezone(CAMPAIGN_ZONE)
        return f"{local.month}月{local.day}日 {local:%H:%M}"
    return f"{_span(now - at)}前" if now - at >= timedelta(seconds=1) else "刚刚"


def waited(since: datetime, now: datetime) -> str:
    """For how long an entry has been waiting."""
    return _span(max(now - since, timedelta(seconds=1)))


def waits(waits: Waits | None) -> str:
    """How long authors wait, and what members are told of it."""
    told = f"对党员说的是“{review_promise(waits)}”"
    if waits is None:
        return f"近7天定的还不到10条，{told}"
    half, most = (_span(max(wait, _A_MINUTE)) for wait in (waits.half, waits.nine_of_ten))
    return f"近7天 {waits.count} 条：一半在 {half}内、九成在 {most}内有结果；{told}"


def _span(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    for length, word in ((86_400, "天"), (3_600, "小时"), (60, "分钟")):
        if seconds >= length:
            return f"{seconds // length} {word}"
    return f"{seconds} 秒"


# ------------------------------------------------------------ files that are brought

PASTED = "粘贴的文字"
NOTHING_BROUGHT = "还没有选文件，也没有粘贴文字。"
STOPPED = "没有读完就中断了。请再传一次。"
NOTHING_TO_TAKE = ("没有收进", "这份预览已经过期：您后来又传了别的文件，或者已经收进、放弃了。")
