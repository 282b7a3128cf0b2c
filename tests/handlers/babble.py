"""Babble: what members might send, drawn from what they type, tap, say, mistype and paste."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from bot.conversation.message import Kind, Message
from bot.conversation.reply import Reply, Tap, Text
from bot.conversation.state import (
    Answering,
    Appealing,
    Browsing,
    Bundled,
    Confirming,
    ConfirmingMotto,
    Filling,
    FindingUnit,
    Idle,
    Lost,
    MenuShown,
    MistakesShown,
    Naming,
    OfferedMotto,
    PickingContest,
    PickingUnit,
    Practised,
    Practising,
    PractisingWords,
    Renaming,
    Reviewed,
    Reviewing,
    State,
    Telling,
    WritingMotto,
)
from handlers import wording
from handlers.my_data import ERASE
from handlers.own_motto import REWORD, WITHDRAW
from handlers.vote import TAKE_BACK
from tests.builders import NOON, pushed, said

MOTTO = "清清白白做人，踏实做事"
OWN, ANOTHERS = 1007, 1001
PLACES: tuple[State, ...] = (
    Idle(), MenuShown(), Lost(), MistakesShown(), FindingUnit(), Bundled(("1A", "2B")),
    Bundled(("1A", "2AC")), Bundled(("3T",)), Answering(1), Answering(2, "AC"), Answering(3),
    Answering(3, "A"), Answering(5), Answering(9), Filling(4), Filling(9),
    Browsing(()), Browsing((1001,)), Browsing((1001,), "", True),
    Browsing((1001, 1002), "", True, NOON.isoformat()), Browsing((OWN, ANOTHERS)),
    OfferedMotto(MOTTO), WritingMotto(), WritingMotto(OWN), WritingMotto(OWN, True),
    ConfirmingMotto(MOTTO), ConfirmingMotto(MOTTO, "full", OWN, True), Confirming(REWORD, OWN),
    Confirming(WITHDRAW, OWN), Confirming(WITHDRAW, ANOTHERS), Confirming(TAKE_BACK, ANOTHERS),
    Appealing(OWN), Appealing(ANOTHERS), Renaming(), Confirming(ERASE),
    Reviewing((f"{OWN}:1", "99:1"), NOON.isoformat()), Reviewed(("1001:2",)),
    PickingUnit(()), PickingUnit((2, 3)), PickingUnit((99,)), Naming(2), Naming(99),
    PickingContest((1, 99)), PickingContest((), "排名"),
    Telling(), Telling("unit"), Telling("question"), Telling("question", "Q001"),
    MistakesShown((41, 42), 1, NOON.isoformat(), 42), MistakesShown((99,), 4, NOON.isoformat()),
    Practising((41, 42, 43), 1), Practising((45, 42), 2, 1, "A"), Practising((43,), 1),
    Practising((99,), 1), Practising((), 9), PractisingWords((44, 41), 1),
    PractisingWords((99,), 3), Practised((41, 42), 1, 1), Practised((43,), 1), Practised((), 2),
)  # fmt: skip
"""Where a member may stand, be it true or left over from another day.

What the member of the tests has answered wrongly are the questions 41 to 45.
"""

COMMANDS = tuple(
    words
    for name, group in vars(wording).items()
    if name.isupper() and isinstance(group, tuple)
    for words in group
    if isinstance(words, str)
)
"""Every word that a topic takes as it is."""
SHAPES = (
    "投{n}号", "投{n}", "{n}", "{n}号", "撤回{n}号", "确定撤回{n}", "恢复{n}", "看{n}", "给{n}投票",
    "投{d}号", "投{d}", "{d}", "第{d}条", "第{d}题{l}", "{d}{l}", "{d}{l}{d}{l}", "{l}", "{l}{l}",
    "选{l}", "我选{l}吧", "{l}和{l}", "答案是{l}", "第{d}题对", "单位{d}", "错题{d}", "对", "错",
    "×", "全选", "好了", "选好了", "不知道", "跳过", "上一题", "改", "确定", "好的", "可以", "嗯",
    "是", "不是", "不", "交", "都交", "不交", "换", "谢谢", "。。", "？", "👍", "[强]", "{w}",
    "投稿 {w}", "座右铭：{w}", "申诉 {w}", "我叫张三", "张三", "新安", "农业局", "没有", "同意",
    "练{d}{l}", "练{d}对", "练{d}好了", "练{d}记牢", "练习下一题", "记住了", "再练",
    "不写", "13812345678", "什么破系统", "我爸去世了", "讲个笑话", "确定修改", "确定删除", "2016",
)  # fmt: skip
SENTENCES = (
    MOTTO,
    "群众的事一刻也不等",
    "愿做一块砖，哪里需要哪里搬",
    "明天几点开会",
    "你们这个投票怎么投",
)
GLYPHS = (
    "答题投票座右铭单位第一二三号选我是的对错改不会撤回恢复交删除？。,"
    "ABCDabx123450 \n囧😀\u200bＡ①Ⅱß"
)
_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
DECORATIONS: tuple[Callable[[str], str], ...] = (
    str, str, str, str, str.upper, lambda s: s + "。", lambda s: f"“{s}”", lambda s: f" {s}！",
    lambda s: s.translate(_WIDE), lambda s: f"我要{s}", lambda s: f"{s}吧", lambda s: f"请问{s}",
    lambda s: s * 2, lambda s: s[: len(s) // 2 + 1], lambda s: f"不{s}", lambda s: f"{s}？",
)  # fmt: skip
_KEYS = ("", "CD-XA", "NY", "MENU_VOTE", "nonsense")
"""Scenes and keys of events."""


@dataclass
class Babbler:
    """One member who sends whatever comes to mind; what is tapped may be an old reply's."""

    dice: Random
    seen: list[str] = field(default_factory=list)

    def message(self, now: datetime) -> Message:
        """The next push."""
        roll = self.dice.random()
        if roll < 0.06:
            kind = self.dice.choice(list(Kind))
            return pushed(kind, self.dice.choice(_KEYS), sent_at=now)
        return said(self.words(), spoken=roll > 0.9, sent_at=now)

    def words(self) -> str:
        dice = self.dice
        match dice.choices("tcsgj", (30, 20, 35, 10, 5))[0]:
            case "t" if self.seen:
                return dice.choice(self.seen[-24:])
            case "g":
                return "".join(dice.choices(GLYPHS, k=dice.randint(1, 14)))
            case "j":
                return "".join(
                    chr(dice.choice((dice.randint(1, 0xD7FF), dice.randint(0xE000, 0x1FAFF))))
                    for _ in range(dice.randint(0, 30))
                )
            case "s":
                return dice.choice(DECORATIONS)(self.filled(dice.choice(SHAPES)))
        return dice.choice(DECORATIONS)(dice.choice(COMMANDS))

    def filled(self, shape: str) -> str:
        dice = self.dice
        for _ in range(shape.count("{")):
            shape = (
                shape.replace("{n}", str(dice.choice((1001, 1002, 1003, OWN, 1999))), 1)
                .replace("{d}", str(dice.randint(0, 9)), 1)
                .replace("{l}", dice.choice("ABCDEabcd"), 1)
                .replace("{w}", dice.choice(SENTENCES), 1)
            )
        return shape

    def sees(self, reply: Reply) -> None:
        """Remember what could be tapped."""
        if isinstance(reply, Text):
            self.seen += [part.sends for part in reply.parts if isinstance(part, Tap)]

    def pause(self) -> timedelta:
        """How long it takes to write: seconds mostly, now and then a night, or no time at all."""
        return timedelta(seconds=self.dice.choice((0, 1, 2, 5, 30) * 8 + (700, 40_000)))
