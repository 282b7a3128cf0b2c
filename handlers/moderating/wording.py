"""What moderators type and read. Members never see any of it.

The rules of tone are those of handlers/wording.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.conversation.reply import Prose, Text, join, say
from bot.domain.moderation import Reason
from bot.domain.piles import Pile

LOOK = ("待审", "审核", "再来5组", "看待审的", "再看待审的")
TAKE_BACK = "撤销|撤回|反悔"
LINK = r"绑定审核[:,. ]*(?P<code>[0-9a-z]{5}[- ]?[0-9a-z]{5})"
DECISION = r"(?:通?过|退回?)[ ]*\d.*"
APPROVE, RETURN = "过", "退"
STEP = r"(?P<deed>通?过|退回?)(?P<places>[\d ,、.和]+)(?P<why>[^\d过退,、。;. ]*)"
BETWEEN = r"[ ,、.;。，；]*"
REASONS = {
    Reason.TYPO: ("错字", "错别字", "有错字", "别字"),
    Reason.QUOTATION: ("引用", "引文", "引用不准", "引用不准确"),
    Reason.LENGTH: ("字数", "太长", "太短", "长短"),
    Reason.NOT_A_MOTTO: ("广告", "聊天", "不是座右铭"),
    Reason.PERSONAL: ("隐私", "个人信息", "电话"),
    Reason.UNFIT: ("不合适", "不当", "不妥"),
    Reason.DUPLICATE: ("重复",),
}
"""What the reasons for sending back are called in short, the usual word first."""


def linked(name: str) -> Text:
    """This WeChat is a colleague's from now on."""
    return say("✔ 绑定好了，{name}。以后在这里就能审座右铭。\n[看待审的](发:待审)", name=name)


def wrong_code() -> Text:
    """No such code."""
    return say("绑定码不对，或者已经过了10分钟。请在后台“我的账号”再要一个。")


def prove_first() -> Text:
    """No code of the authenticator was right within twelve hours."""
    return say(
        "已经12小时没有验过身份了。请先在后台登录一次（口令和验证码），再回来发“待审”。\n"
        "验证码不要发在这里。"
    )


def confirm_first() -> Text:
    """The authenticator is another one since the phone was linked."""
    return say(
        "您的验证器换过，微信里先停审了。请在后台“我的账号”里点“还是我的微信”，再回来发“待审”。"
    )


def nothing_waits() -> Text:
    """All is decided, or lies on the desks of others."""
    return say("现在没有要您审的座右铭。有新的，再发“待审”就看得到。")


@dataclass(frozen=True)
class Told:
    """A pile, and what is told of it: words that are marked, those that may be miswritten."""

    pile: Pile
    hits: Sequence[str]
    doubted: Sequence[str]
    by_two: bool
    """Whether it takes two colleagues to approve it."""


def piles(waiting: int, lying: Sequence[Told]) -> Text:
    """The first piles, and how to answer."""
    lines = [_line(place, one) for place, one in enumerate(lying, start=1)]
    head = say("待审{waiting}组，先看{count}组：", waiting=waiting, count=len(lying))
    return join([head, *lines, say("回复例：{example}", example=_example(len(lying)))])


def _line(place: int, one: Told) -> Text:
    pile, notes = one.pile, []
    if pile.count > 1:
        same = "同句" if len(pile.wordings) == 1 else ""
        notes.append(f"{same}{pile.count}人")
    elif pile.head.unit:
        notes.append(pile.head.unit.district)
    if one.doubted:
        notes.append(f"疑错字：{'、'.join(one.doubted)}")
    if one.hits:
        notes.append(f"命中：{'、'.join(one.hits)}")
    if one.by_two:
        notes.append("引用领导人的话，要两位同志都通过")
    if pile.head.appeal is not None:
        notes.append("申诉")
    told = f"（{'，'.join(notes)}）" if notes else ""
    return say("{place} {words}{told}", place=place, words=Prose(pile.head.words), told=told)


def _example(count: int) -> str:
    few = {1: "过1，或者退1错字。", 2: "过1，退2错字。", 5: "过135，退2错字，退4广告。"}
    return few.get(count, "过13，退2错字。")


@dataclass(frozen=True)
class Done:
    """What was done, each as so many piles and so many people on them."""

    approved: tuple[int, int]
    returned: tuple[int, int]
    held: tuple[int, int]
    """Looked at only: they wait on, since it takes another colleague too."""


def decided(
    told: Done, late: Sequence[int], rest: Mapping[int, int], at_once: int, left: int
) -> Text:
    """What was done, and what a colleague did before.

    `rest` are the people left of a pile, by its place, since a line decides about `at_once`.
    """
    parts = []
    if told.approved[0]:
        parts.append(f"通过{told.approved[0]}组（{told.approved[1]}人）")
    if told.returned[0]:
        parts.append(f"退回{told.returned[0]}组（{told.returned[1]}人）")
    lines = []
    if told.held[0]:
        seen = "记下您的意见{piles}组（{people}人）：引用领导人的话，还要别的同志看，先不通知本人。"
        lines.append(say(seen, piles=told.held[0], people=told.held[1]))
    if parts:
        lines.append(
            say("✔ {parts}。60秒内回复“撤销”可反悔，之后才通知本人。", parts="，".join(parts))
        )
    if rest:
        lines.append(
            say(
                "一次最多审{at_once}人：{places}。",
                at_once=at_once,
                places="，".join(f"第{place}组还剩{count}人" for place, count in rest.items()),
            )
        )
    if late:
        lines.append(
            say(
                "{places}没有动：作者刚改过，别的同志刚审过，或者要由别的同志来审。",
                places="、".join(f"第{place}组" for place in late),
            )
        )
    more = say("[再来5组](发:待审)　剩{left}组。", left=left) if left else say("都审完了。")
    return join([*lines, more])


def not_understood(count: int) -> Text:
    """Nothing was decided: the line can't be read as a whole."""
    reasons = "、".join(names[0] for names in REASONS.values())
    return say(
        "没看懂，什么都没有动。请用1到{count}的序号，退回要写原因。\n"
        "原因有：{reasons}。\n回复例：{example}",
        count=count, reasons=reasons, example=_example(count),
    )  # fmt: skip


def shown_later() -> Text:
    """Nothing was decided: the line was sent before these piles were shown."""
    return say(
        "这条没有算：您发的时候，这几组还没显示出来。什么都没有动。\n"
        "请看过上面的再回复，或者[再看待审的](发:待审)。"
    )


def taken_back(count: int) -> Text:
    """The decision is undone."""
    return say(
        "✔ 撤销了，{count}条回到待审，本人没有收到通知。\n[再看待审的](发:待审)", count=count
    )


def nothing_to_take_back() -> Text:
    """Nothing was decided since the piles were shown first."""
    return say("刚才没有审过的，不用撤销。\n[看待审的](发:待审)")


def not_taken_back() -> Text:
    """Colleagues have decided all of them anew since."""
    return say("别的同志又审过了，没有撤销。\n[看待审的](发:待审)")


def too_late_to_take_back() -> Text:
    """The authors are told, or about to be."""
    return say(
        "已经超过60秒，或者已经通知本人，不能撤销了。\n"
        "退错了的，作者可以申诉，也可以改好再交。\n[看待审的](发:待审)"
    )
