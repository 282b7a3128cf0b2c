"""Every word in the files of results."""

from collections.abc import Sequence
from datetime import date, datetime

from bot.domain.identity import CAMPAIGN_ZONE
from bot.domain.item_analysis import Item
from bot.domain.results import Frame, PersonLine
from bot.domain.unit_board import SMALL, UnitPlace
from quiz_bank.analysis import LEAST, Doubt

# ------------------------------------------------------------ tables

PEOPLE, UNITS, QUESTIONS, ABOUT = "个人成绩", "单位参与", "题目情况", "说明"
PEOPLE_COLUMNS = (
    ("名次", 8), ("区镇、部门", 20), ("支部", 26), ("姓名", 12), ("得分", 8), ("参与天数", 10),
    ("达到该分数的时间", 20), ("组别", 16),
)  # fmt: skip
UNIT_COLUMNS = (
    ("同级名次", 10), ("单位", 30), ("上级单位", 20), ("在册人数", 10), ("参与人数", 10),
    ("参与率", 10), ("参与者平均分", 14),
)  # fmt: skip
QUESTION_COLUMNS = (
    ("编号", 12), ("题干", 60), ("现在的答案", 14), ("答题人次", 10), ("答对率", 10),
    ("区分度", 10), ("点二列相关", 12), ("存疑", 40), ("待办的“题目有错”", 16),
)  # fmt: skip
NO_UNIT, NO_NAME, UNLISTED = "未登记", "未登记", "不上榜"

_DOUBTS = {
    Doubt.NEGATIVE: "答得好的人反而更容易错",
    Doubt.DISTRACTOR: "选某个错误选项的比答对的还多",
    Doubt.HARD: "答对的不到20%",
    Doubt.EASY: "答对的超过95%",
    Doubt.REPORTED: "有人反映题目有错",
}


def doubts(item: Item) -> str:
    """Why a person should look at the question."""
    return "；".join(_DOUBTS[doubt] for doubt in item.figures.doubts)


def answer(item: Item) -> str:
    """The key as people read it."""
    words = {"T": "对", "F": "错"}
    return "".join(words.get(part, part) for part in item.question.answer)


def name(line: PersonLine) -> str:
    """How a person is named."""
    return line.name or (UNLISTED if line.unlisted else NO_NAME)


def belongs(line: PersonLine) -> str:
    """The district of a person."""
    return line.district or NO_UNIT


def about(frame: Frame, code: str) -> Sequence[tuple[str, str]]:
    """What the workbook says about itself."""
    names = "全名，请勿外传" if frame.full_names else "只显示姓，其余以星号代替"
    return (
        ("竞赛", frame.title),
        ("竞赛日期", days(frame)),
        ("范围", frame.district or "全部单位"),
        ("姓名", names),
        ("数据截至", moment(frame.at)),
        ("校验码", code),
        ("怎么核对", "校验码是同时生成的三份CSV（个人、单位、题目依次相接）的SHA-256的前8位。"),
        ("名次", "先比得分，再比参与天数，再比谁先达到；都一样的并列。分组的竞赛，名次是组内的。"),
        ("参与率", RATE_RULE),
        ("题目情况", "按全部参与者统计，不分单位。"),
    )


# ------------------------------------------------------------ the report

BELOW = ["一", "二", "三", "四", "五"]
HEADINGS = ["参与情况", "单位参与情况", "个人得分情况", "题目分析"]
ADDRESSED = "各单位："
SIGNED = "（印发单位）"
UNIT_TABLE = ("名次", "单位", "在册人数", "参与人数", "参与率")
TOP_TABLE = ("名次", "区镇、部门", "姓名", "得分", "天数")
HARD_TABLE = ("题目", "人次", "答对率", "区分度")
TOP, TOP_ROWS = 10, 20
RATE_RULE = (
    f"参与率是答过题的人数除以在册人数。名次按参与率的95%威尔逊置信下限排定，人少的单位不因"
    f"人少占先；不足{SMALL}人的单位合在一起排一个名次。"
)


def heading(place: int) -> str:
    """The heading of a part, numbered as in official documents."""
    return f"{BELOW[place]}、{HEADINGS[place]}"


def title(frame: Frame) -> str:
    """The report's title."""
    who = f"{frame.district}参加" if frame.district else ""
    return f"关于{who}“{frame.title}”知识竞赛情况的通报"


def opening(frame: Frame) -> str:
    """What it is about, and until when."""
    on = "，目前仍在进行" if day(frame.at) <= frame.last_day else ""
    held = f"“{frame.title}”知识竞赛于{days(frame)}举行{on}。"
    return f"{held}现将截至{moment(frame.at)}的情况通报如下。"


def turnout(participants: int, headcount: int, percent: str, departed: int) -> str:
    """How many took part of how many."""
    told = f"在册党员{headcount}人，已登记单位并答题的{participants}人，参与率{percent}。"
    if not headcount:
        told = f"已登记单位并答题的{participants}人；还没有单位填报在册人数，算不出参与率。"
    if departed:
        told += f"另有{departed}人参加后删除了自己的资料，不在其内。"
    return told


def guests(count: int) -> str:
    """Who answered without a unit."""
    return f"另有{count}人答题时没有登记单位，不计入参与率。" if count else ""


CHANNEL = "以上只统计通过公众号答题的党员，线下参加学习的不在其内。"


def scores(people: int, points: int, taken: int) -> str:
    """What people scored on average."""
    if not people:
        return "还没有人答题。"
    return f"参与者人均得分{points / people:.1f}分，人均参与{taken / people:.1f}天。"


def marks(frame: Frame) -> str:
    """How many answers were right."""
    if not frame.answers:
        return ""
    return f"全部参与者共答题{frame.answers}人次，答对率{share(frame.right / frame.answers)}。"


def unit_name(place: UnitPlace) -> str:
    """A line of the table of units."""
    if place.name is not None:
        return place.name
    return f"不足{SMALL}人的单位合计（{'、'.join(place.of.names)}）"


def unknown(names: Sequence[str]) -> str:
    """Units that have no place."""
    return f"没有填报在册人数、未排名的单位：{'、'.join(names)}。" if names else ""


def top(frame: Frame) -> str:
    """What the table of people shows."""
    masked = "" if frame.full_names else "，姓名只显示姓"
    first = f"分{len(frame.brackets)}组排名，各组前{TOP}名" if frame.brackets else f"得分前{TOP}名"
    return f"{first}如下{masked}。先比得分，再比参与天数，再比谁先达到；都一样的并列。"


def bracket(name: str, people: int) -> str:
    """Which bracket a table shows."""
    return f"{name}：" if people else f"{name}：还没有人上榜。"


def questions(items: Sequence[Item], listed: int) -> str:
    """How the questions did, and that so many of them are listed."""
    if not items:
        return "还没有题目有人作答。"
    doubtful = sum(bool(item.figures.doubts) for item in items)
    told = f"共有{len(items)}道题有人作答，其中{doubtful}道存疑，建议复核。"
    if not listed:
        return f"{told}答满{LEAST}人次的题还没有，答对率说明不了什么，先不列出。"
    return (
        f"{told}答满{LEAST}人次的题里，答对率最低的{listed}道如下。区分度是其他题答得最好的27%与"
        "最弱的27%的人在这道题上答对率之差，负数表示答案可能有误。"
    )


def seal(frame: Frame, code: str) -> str:
    """By which the files of one moment are known to belong together."""
    return f"（数据截至{moment(frame.at)}，校验码{code}，与同时生成的成绩表一致。）"


# ------------------------------------------------------------ numbers and times


def share(value: float | None) -> str:
    """A share in per cent."""
    return "—" if value is None else f"{100 * value:.1f}%"


def index(value: float | None) -> str:
    """A figure from -1 to 1."""
    return "—" if value is None else f"{value:.2f}".replace("-", "−")


def rate(participants: int, headcount: int | None) -> str:
    """The rate, rounded down: only all are 100 %."""
    if not headcount:
        return "—"
    tenths = min(participants, headcount) * 1000 // headcount
    return "100%" if tenths == 1000 else f"{tenths / 10:.1f}%"


def day(at: datetime) -> date:
    """The day in China."""
    return at.astimezone(CAMPAIGN_ZONE).date()


def date_of(at: date) -> str:
    """A day as documents write it."""
    return f"{at.year}年{at.month}月{at.day}日"


def days(frame: Frame) -> str:
    """From the first day to the last."""
    if frame.first_day == frame.last_day:
        return date_of(frame.first_day)
    return f"{date_of(frame.first_day)}至{date_of(frame.last_day)}"


def moment(at: datetime) -> str:
    """A moment to the minute."""
    local = at.astimezone(CAMPAIGN_ZONE)
    return f"{date_of(local.date())}{local:%H:%M}"


def exact(at: datetime) -> str:
    """A moment to the second, as tables sort it."""
    return f"{at.astimezone(CAMPAIGN_ZONE):%Y-%m-%d %H:%M:%S}"


# ------------------------------------------------------------ fonts

TITLE_FONT, HEADING_FONT = "方正小标宋简体", "黑体"
TEXT_FONT, NUMBER_FONT = "仿宋_GB2312", "宋体"
