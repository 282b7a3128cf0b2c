"""Every sentence of the bank's pages that is not in a template."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from bot.console.wording import ago, who_is
from bot.domain.bank import BankState, ChangedMeanwhile, Deed, Lacking, OwnReview, StemTaken
from bot.domain.item_analysis import Item
from bot.domain.question_import import Compared, Standing
from bot.domain.regrading import PLACES, Case, Preview
from quiz_bank import Kind, Question
from quiz_bank import wording as items
from quiz_bank.analysis import EASY, HARD, LEAST, Doubt
from quiz_bank.formats.wording import DIFFICULTY_NAMES, JUDGED, UNSUPPORTED, UNSUPPORTED_HOW
from quiz_bank.question import LETTERS

STATES = {
    BankState.DRAFT: "草稿",
    BankState.REVIEWED: "已审",
    BankState.PUBLISHED: "已发布",
    BankState.WITHDRAWN: "已撤下",
}
COLOURS = {
    BankState.DRAFT: "orange",
    BankState.REVIEWED: "azure",
    BankState.PUBLISHED: "green",
    BankState.WITHDRAWN: "secondary",
}
STEPS = {
    BankState.REVIEWED: "审过",
    BankState.PUBLISHED: "发布",
    BankState.DRAFT: "退回草稿",
    BankState.WITHDRAWN: "撤下",
}
"""What the button says that leads there, in the order of the buttons."""
KINDS = items.KINDS
DIFFICULTIES = {1: "容易", 2: "中等", 3: "较难"}
FORMATS = {".xlsx": "Excel", ".gift": "GIFT", ".xml": "Moodle XML", ".toml": "TOML"}
EXPORT_NAME = "题库-{day}{ending}"
NO_TOPIC, NO_SOURCE = "（没有专题）", "（没有出处）"
WRONG_WORDS = "不知道"
"""What somebody fills in who does not know, in the preview of the chat."""

_DEEDS = {
    "question.import": "收进题库",
    "question.edit": "改写",
    "question.mend": "改答案，两人核过",
    "question.review": "审过",
    "question.publish": "发布",
    "question.withdraw": "撤下",
    "question.redraft": "退回草稿",
}
_ITEMS = ("kind", "stem", "answer", "explanation", "source", "place", "date", "topic", "difficulty")
_EMPTY = "（空）"


def deed(action: str) -> str:
    """What was done, as the history of a question lists it."""
    return _DEEDS.get(action, action)


def lacking(lacks: Iterable[str]) -> str:
    """What is still to be written before a question may be published."""
    return "、".join(items.named(key) for key in lacks)


def named(item: str) -> str:
    """What a part of a question is called."""
    return "难度" if item == "difficulty" else items.named(item)


def answer(question: Question) -> str:
    """The key, as people read it."""
    match question.kind:
        case Kind.JUDGE:
            return JUDGED[question.answer[0]]
        case Kind.BLANK:
            return " / ".join(question.answer)
        case _:
            return "、".join(question.answer)


def differences(before: Question, after: Question) -> list[tuple[str, str, str]]:
    """Each part that reads otherwise: its name, how it read, how it reads."""
    old, new = _told(before), _told(after)
    return [
        (named(item), old.get(item) or _EMPTY, new.get(item) or _EMPTY)
        for item in (*_ITEMS, *LETTERS)
        if old.get(item) != new.get(item)
    ]


def steps_of(done: Deed) -> str:
    """From which state to which a deed led; nothing when it led nowhere else."""
    if done.before is None:
        return STATES[done.after.state]
    if done.before.state == done.after.state:
        return ""
    return f"{STATES[done.before.state]} → {STATES[done.after.state]}"


def _told(question: Question) -> dict[str, str]:
    told = {item: str(getattr(question, item)) for item in _ITEMS}
    told |= zip(question.letters, question.options, strict=True)
    return told | {
        "kind": KINDS[question.kind],
        "answer": answer(question),
        "difficulty": DIFFICULTY_NAMES[question.difficulty],
    }


# ------------------------------------------------------------ figures

SORTS = {
    "doubts": "存疑的在前",
    "facility": "答对率",
    "discrimination": "区分度",
    "answers": "答题人次",
    "code": "编号",
}
"""By what the questions of a contest can be put in order."""
SMALL = f"不到 {LEAST} 人次，只供参考"
UNTOLD = "—"
"""Stands where the answers tell nothing."""
_DOUBTS = {
    Doubt.NEGATIVE: "答得好的人反而更容易错，答案可能标错了",
    Doubt.DISTRACTOR: "选某个错误选项的人比答对的还多",
    Doubt.HARD: f"答对的不到 {HARD:.0%}，太难或有歧义",
    Doubt.EASY: f"答对的超过 {EASY:.0%}，几乎分不出高低",
}


def doubts(item: Item) -> list[str]:
    """Why a person should look at the question."""
    return [
        f"有 {item.reports} 人报告题目有错" if doubt is Doubt.REPORTED else _DOUBTS[doubt]
        for doubt in item.figures.doubts
    ]


def share(rate: float | None) -> str:
    """A rate in per cent."""
    return UNTOLD if rate is None else f"{rate:.0%}"


def index(value: float | None) -> str:
    """A figure between -1 and 1."""
    return UNTOLD if value is None else f"{value:.2f}".replace("-", "−")


def took(span: timedelta | None) -> str:
    """How long an answer takes, as people say it."""
    if span is None:
        return UNTOLD
    seconds = round(span.total_seconds())
    return f"{seconds} 秒" if seconds < 60 else f"{seconds // 60} 分 {seconds % 60} 秒"


def choices(item: Item) -> list[tuple[str, str, int, bool]]:
    """What could be chosen and what was: name, words, how often, whether it is right.

    Of a question with several right letters each combination is one choice.
    """
    question = item.question
    laid_out = {Kind.SINGLE: question.letters, Kind.JUDGE: ("T", "F")}.get(question.kind, ())
    counts = dict.fromkeys(laid_out, 0) | dict(item.choices)
    rows = [(*_choice(question, choice), count, _is_key(question, choice))
            for choice, count in counts.items()]  # fmt: skip
    return rows if laid_out else sorted(rows, key=lambda row: (-row[2], row[0]))[:_MOST_CHOICES]


_MOST_CHOICES = 10


def _choice(question: Question, choice: str) -> tuple[str, str]:
    match question.kind:
        case Kind.JUDGE:
            return JUDGED.get(choice, choice), ""
        case Kind.SINGLE if choice in question.letters:
            return choice, question.options[question.letters.index(choice)]
        case Kind.BLANK:
            return f"“{choice}”", ""
    return choice, ""


def _is_key(question: Question, choice: str) -> bool:
    return question.is_correct((choice,) if question.kind is Kind.BLANK else choice)


# ------------------------------------------------------------ mended keys

SAME_KEY = "答案和现在的一样，没有什么要改判的。"
REGRADE_UNDER_WAY = "这道题已有一次改判还没做完。请等它做完，或先撤回那个提议。"
OWN_PROPOSAL = (
    "要请另一位同志发布",
    "答案是您提出改的，由另一位同志核对以后发布。什么都没有改动。",
)
RELEASED_MEANWHILE = ("已经发布了", "这次改判已由同志发布，不能再撤回。答案还不对，请再提一次。")


def dry_run(preview: Preview) -> str:
    """What a mended key would change, in one sentence."""
    if not preview.people:
        return "不影响任何人的分数。"
    each = "，".join(
        f"{'+' if points > 0 else '−'}{abs(points)} 分 {people} 人"
        for points, people in preview.changes
    )
    return f"影响 {preview.people} 人：{each}；前 {PLACES} 名变动 {preview.places} 处"


def regrade_state(case: Case) -> str:
    """How far a mended key has got, in a few words."""
    if case.finished_at:
        return "已改判"
    return "正在改判" if case.released_at else "等另一位同志发布"


def progress(case: Case, preview: Preview) -> str:
    """How many answers have followed the key, and how many people are left."""
    done = f"已改判 {case.regraded} 份答案"
    if case.finished_at:
        return f"{done}，全部完成。"
    return f"{done}，还有 {preview.people} 人，后台接着改，不用守着。"


# ------------------------------------------------------------ what did not go through

NOTHING_PICKED = ("还没有选题", "请先在题目前面打勾，再点下面的按钮。")
YOURS_IS_KEPT = "您写的没有保存，还在下面。请对照“现在的内容”，确实要改成您写的，再点一次保存。"
_NOTHING_DONE = "您刚才的操作没有生效，什么都没有被覆盖。"


def changed_meanwhile(
    refusal: ChangedMeanwhile, names: Mapping[str, str], now: datetime
) -> tuple[str, str]:
    """Title and sentence for who comes after a colleague."""
    return _who_changed(refusal, names, now), _NOTHING_DONE


def changed_while_writing(
    refusal: ChangedMeanwhile, names: Mapping[str, str], now: datetime
) -> tuple[str, str]:
    """The same for who wrote in vain."""
    return _who_changed(refusal, names, now), YOURS_IS_KEPT


def _who_changed(refusal: ChangedMeanwhile, names: Mapping[str, str], now: datetime) -> str:
    stands = STATES[refusal.state]
    if refusal.at is None:
        return f"{refusal.code} 现在是“{stands}”，不能这样改"
    who, when = who_is(refusal.by, names), ago(refusal.at, now)
    return f"{refusal.code} {when}由{who}动过，现在是“{stands}”"


def unfit(refusal: Lacking) -> tuple[str, str]:
    """Title and sentence for who would publish a question that lacks something."""
    missing = lacking(refusal.lacks)
    return f"{refusal.code} 还不能发布", f"它还缺{missing}。请点“改写”补上，再审、再发布。"


def own_review(refusal: OwnReview) -> tuple[str, str]:
    """Title and sentence for who would publish what they reviewed."""
    title = f"{refusal.code} 要请另一位同志发布"
    return title, "这道题是您审的。一人审、另一人发布，错题才不容易漏过去。题目没有改动。"


def who_publishes(names: Sequence[str]) -> str:
    """Whom to ask to publish what one has reviewed oneself."""
    asked = "、".join(names[:_MOST_NAMES]) + ("等" if len(names) > _MOST_NAMES else "")
    return f"请另一位同志发布：{asked}都可以。"


_MOST_NAMES = 5


def stem_taken(refusal: StemTaken) -> str:
    """The sentence at the stem that another question has."""
    return f"题库里已经有这道题，编号{refusal.code}。请改写题干，或去改那一道。"


def some_stayed(moved: int, state: BankState, stayed: list[str]) -> tuple[str, str]:
    """Title and sentence when not all that was picked has moved."""
    title = f"有 {len(stayed)} 道没有动"
    done = f"其余 {moved} 道已是“{STATES[state]}”。" if moved else ""
    return title, done + "没有动的：" + "；".join(stayed) + "。"


def stayed(
    refusal: ChangedMeanwhile | Lacking | OwnReview, names: Mapping[str, str], now: datetime
) -> str:
    """Why one of those that were picked stayed where it was."""
    if isinstance(refusal, OwnReview):
        return f"{refusal.code} 是您审的，要请另一位同志发布"
    if isinstance(refusal, Lacking):
        return f"{refusal.code} 缺{lacking(refusal.lacks)}"
    return _who_changed(refusal, names, now)


def have_moved(count: int, state: BankState) -> str:
    """What is said when all that was picked has moved."""
    return f"{count} 道题已是“{STATES[state]}”。"


def taken_in(new: int, revised: int) -> str:
    """What is said after a file has been taken in."""
    if not new + revised:
        return "文件里的题题库里都有，没有改动。"
    parts = [f"收进 {new} 道新题"] * bool(new) + [f"改写 {revised} 道"] * bool(revised)
    return "，".join(parts) + "，都是草稿。审过再发布。"


REASON_WANTED = "请用一句话（最多60字）说明为什么改，大家都能看到；不要写出正确答案。"

# ------------------------------------------------------------ bringing in

BANK_CHANGED = ("没有收进，请再看一眼", "题库刚才有变化，下面是按现在的题库重新核对的结果。")
LEAVE_OUT = ("没有收进", "请先在“聊天里答不了的题不收”前面打勾。")


def unsupported(kind: str) -> str:
    """Why a question can't be held, and how to mend it."""
    return UNSUPPORTED_HOW.format(name=UNSUPPORTED.get(kind, kind))


def collision(one: Compared) -> str:
    """In what way the bank has a question already."""
    code = one.other.code if one.other else ""
    if one.standing is Standing.REVISED:
        return f"编号{code}在题库里已经有了，内容不一样"
    if one.standing is Standing.CODE_TAKEN:
        return f"编号和题库里的{code}只差大小写，内容不一样"
    return f"题库里已经有这道题，编号{code}"
