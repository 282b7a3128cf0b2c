"""Every sentence of the chat with the longest data, made from the signatures of the catalogue.

A new sentence is here by itself; one that takes data of a kind that nobody knows here yet fails
until this file says how long such data can be.
"""

import ast
import re
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime, timedelta
from enum import Enum
from functools import cache
from inspect import getfile, getsource, isfunction, signature
from itertools import product
from math import prod
from pathlib import Path
from random import Random
from typing import Any, Union, get_args, get_origin, get_type_hints

import bot.domain.refusals
from bot.conversation.reply import Page, Prose, Tap, Text
from bot.domain.entries import MottoCard, MottoState
from bot.domain.moderation import FIXABLE, Reason
from bot.domain.notices import Notification
from bot.domain.piles import Pile
from bot.domain.planning import BRACKETS_MOST, SEVERAL_MOST
from bot.domain.quiz import Marked, Sitting
from bot.domain.refusals import Refusal
from bot.domain.regrading import Correction
from bot.domain.released import Why
from bot.domain.scoring import Scoring
from bot.domain.tickets import ANSWER_MOST
from bot.domain.tickets import LONGEST as LONGEST_TICKET
from bot.domain.units import UnitCard
from bot.domain.votes import BATCH
from handlers import certificate, mistakes, motto, ranking, vote, wording
from handlers.moderating import piles
from handlers.moderating import wording as for_moderators
from handlers.moderating.wording import Told
from quiz_bank import Kind, Question, load_shipped
from tests.builders import NOON

MOTTO, NAME, UNIT = "为" * 30, "欧阳" + "民" * 13, "中" * 40
LATE = datetime(2026, 12, 31, 15, 58, tzinfo=NOON.tzinfo)
"""Two minutes to midnight of the last day of December: no date is longer."""
MIDNIGHT = LATE + timedelta(minutes=2)
CATALOGUE = (wording, for_moderators)
MOST = 300
"""Variants of one sentence that are looked at."""

WORDS: dict[str, list[str]] = {
    "deed": [""], "promise": ["按先后审", "一般6小时内有结果", "交的人多，要等一周以上"],
    "words": ["", "投票", MOTTO], "folded": [MOTTO], "appeal": [MOTTO],
    "kept": [MOTTO], "fix": [MOTTO[:-1] + "民", "民" * 30],
    "speaker": [NAME], "link": [""], "text": ["文" * 60], "cover": [""], "entry": ["题" * 40],
    "name": [NAME], "signed": [NAME], "names": [UNIT], "unit": [UNIT], "district": [UNIT],
    "title": ["评" * 60], "tracker": ["K7Q4K7Q4K7"], "receipt": ["D-1231-9F3K"],
    "called": ["", "第5题", wording.THIS_QUESTION], "token": ["t" * 43],
    "signature": ["none", "masked", "full"], "stems": ["题" * 90],
    "about": ["help", "unit", "question", "complaint"], "noted": ["", "ABCD"],
    "letters": ["ABC", "AB"], "choice": ["AB"], "answers": ["ABCD"],
    "reason": [*Reason], "taps": ["第5题", "练3"], "state": ["waiting"], "by": [NAME],
    "code": ["ABCDEFGH"], "prize": ["书" * 60], "wanted": ["", "排名"],
    "contest": ["赛" * 60], "list_hash": ["0" * 64],
    "bracket": ["组" * 8], "brackets": ["组" * 8],
    "number": ["583"], "number_from": ["号" * 80], "root": ["0" * 64],
    "quarantine_root": ["0" * 64],
    "anchors": ["范" * 120], "honour": ["优" * 12], "issuer": ["会" * 20], "key": ["k" * 22],
}  # fmt: skip
"""What a text can be at its longest, or each of the texts it can be, by what it is called."""
NUMBERS: dict[str, list[int]] = {
    "place": [1, 5], "total": [5], "questions": [5], "first": [1, 4], "hour": [7],
    "next_hour": [7], "streak": [0, 61], "days": [0, 1, 5, 61], "days_taken": [0, 61],
    "others": [0, 9_999], "twins": [0, 63_400], "votes": [0, 63_400], "due": [0, 99],
    "answered": [0, 5], "left": [0, 3], "length": [0, 99], "number": [0, 123_456],
    "attempts_left": [0, 4], "nth": [2, 5], "more": [0, 9], "rank": [1, 1_000],
    "signers": [1, 63_400], "own": [123_456], "difficulty": [3], "most": [3, 100],
    "least": [1, 3, 100], "groups": [0, 10], "group": [0, 10], "each": [3], "each_least": [1],
    "questions_a_day": [9], "points_each": [100], "daily_cap": [900],
    "attempts": [1, 5], "closed_days": [0, 14], "until_hour": [24], "new_paper_hour": [7],
}  # fmt: skip
MOMENTS: dict[str, list[datetime]] = {
    "begins": [LATE - timedelta(hours=26), LATE - timedelta(hours=4)], "ends": [LATE, MIDNIGHT],
    "now": [LATE - timedelta(hours=12), LATE], "closes_at": [LATE, MIDNIGHT],
}  # fmt: skip
USUAL_NUMBERS = [63_400]
LONG_UNITS = 3
"""Units of the longest names in one list: joining.py lists fewer than usual where they are long."""
LONG_PILES = 3
"""The same of piles of which most is told, which moderating/piles.py shows."""
HOW_MANY: dict[str, int] = {
    "places": 5, "wall": motto.NEWEST, "vote_list": BATCH, "vote_lines": BATCH, "entries": BATCH,
    "by_place": BATCH, "found": ranking.MOST_TOLD, "lines": vote.BEST + 1,
    "judged": vote.BEST + 1, "criteria": 5, "units": LONG_UNITS,
    "stems": mistakes.PAGE, "around": 4, "answers": 5, "graded": 5, "votes": vote.MINE,
    "mottos": 1, "held": 42, "names": 2, "branches": 2, "own": certificate.MOST,
    "choices": SEVERAL_MOST, "brackets": BRACKETS_MOST, "late": piles.AT_ONCE,
}  # fmt: skip
"""How many of a kind stand in one reply."""
EMPTY_TOO = {
    "being_checked",
    "certificates",
    "choose_bracket",
    "corrections",
    "late",
    "mottos",
    "my_votes",
    "wall",
}
"""Where there may be none of it."""


def every_sentence() -> Iterator[tuple[str, Text]]:
    """Each sentence by the name of its function, in each of its variants."""
    for name, function in sentences():
        yield from ((name, text) for text in variants(name, function))
    for kind in refusals():
        for refusal in values(kind, ""):
            yield kind.__name__, wording.refuse(refusal)
    for notification in notifications():
        for linked in (True, False):
            told = wording.notice(notification, linked)
            assert told is not None, notification
            yield f"notice of {notification.kind}", told


def sentences() -> list[tuple[str, Any]]:
    """The functions of the catalogue that make a text."""
    return [
        (name, function)
        for module in CATALOGUE
        for name, function in vars(module).items()
        if isfunction(function)
        and function.__module__ == module.__name__
        and not name.startswith("_")
        and get_type_hints(function)["return"] is Text
        and name != "refuse"
    ]


def refusals() -> list[type[Refusal]]:
    return [
        kind
        for kind in vars(bot.domain.refusals).values()
        if isinstance(kind, type) and issubclass(kind, Refusal) and kind is not Refusal
    ]


def variants(name: str, function: Any) -> Iterator[Text]:
    """The sentence with each of its data, or with many, the longest last."""
    hints = get_type_hints(function)
    choices = {each: values(hints[each], each, name) for each in signature(function).parameters}
    yield from (function(**one) for one in _combined(choices))


def _combined(choices: dict[str, list[Any]]) -> Iterator[dict[str, Any]]:
    names = list(choices)
    if prod(map(len, choices.values())) <= MOST:
        yield from (dict(zip(names, one, strict=True)) for one in product(*choices.values()))
        return
    dice = Random(1)
    for _ in range(MOST):
        yield {name: dice.choice(some) for name, some in choices.items()}
    yield {name: some[-1] for name, some in choices.items()}


def values(kind: Any, name: str, function: str = "") -> list[Any]:
    """What such a parameter can be: each of a few, or the longest, which comes last."""
    if kind in KNOWN:
        return KNOWN[kind](name)
    origin, of = get_origin(kind), get_args(kind)
    if origin in (types.UnionType, Union):
        return _any_of(of, name, function)
    if origin is None:
        return _plain(kind, name)
    if origin is tuple and ... not in of:
        return [tuple(values(each, name)[end] for each in of) for end in (0, -1)]
    if issubclass(origin, Sequence):
        some = values(of[0], name)
        many = HOW_MANY[name if name != "cards" else function]
        first, last = ([some[n % len(some)] for n in range(many)] for some in (some, some[::-1]))
        found = [[], first, last] if {name, function} & EMPTY_TOO else [first, last]
        return [tuple(each) if origin is tuple else each for each in found]
    raise TypeError(f"{name}: {kind}")


def _any_of(kinds: Sequence[Any], name: str, function: str) -> list[Any]:
    found: list[Any] = [None] if types.NoneType in kinds else []
    for kind in kinds:
        if kind is not types.NoneType:
            found += values(kind, name, function)
    return found


def _plain(kind: Any, name: str) -> list[Any]:
    if issubclass(kind, Enum):
        # Nobody is told about an entry whose author was erased.
        return [one for one in kind if one is not MottoState.ERASED]
    if is_dataclass(kind):
        return _records(kind)
    raise TypeError(f"{name}: {kind}")


def _records(kind: Any) -> list[Any]:
    hints = get_type_hints(kind)
    choices = {each.name: values(hints[each.name], each.name) for each in fields(kind)}
    if kind is MottoCard:
        choices["number"] = NUMBERS["own"]  # None is 0.
    found = [kind(**one) for one in _combined(choices)]
    # Mottos first, and last what units send in: a list of either begins with its own.
    return sorted(found, key=lambda one: bool(one.sent)) if kind is MottoCard else found


@cache
def questions() -> list[Question]:
    """Of each kind the shipped question that takes most room, and its options."""
    shipped = load_shipped().questions
    return [
        max((one for one in shipped if one.kind is kind), key=_room)
        for kind in Kind
        if any(one.kind is kind for one in shipped)
    ]


def _room(question: Question) -> int:
    return len(question.stem + "".join(question.options)) + 28 * len(question.options)


def _sitting(question: Question) -> Sitting:
    return Sitting(
        1, LATE.date(), 1, (question,) * 5, {1: Marked("A", False, 0)}, (), NOON, (), Scoring(2)
    )


def _capped(question: Question) -> Sitting:
    """More was earned than counts, some of it in part."""
    marked = {1: Marked("AB", True, 2), 2: Marked("A", False, 1), 3: Marked("B", True, 0, 2)}
    return replace(_sitting(question), answers=marked, scoring=Scoring(2, True, 2))


def _piles() -> list[list[Told]]:
    """As many as there are examples of how to answer, and of the longest as many as fit."""
    card = [one for one in _records(MottoCard) if one.sent is None][-1]
    plain = Told(Pile([card], 1), (), (), by_two=False)
    long = Told(Pile([card], 63_400), ["词" * 15] * piles.HITS, ["错" * 15] * piles.HITS, True)
    return [[plain] * 1, [plain] * 2, [plain] * piles.AT_ONCE, [long] * LONG_PILES]


KNOWN: dict[Any, Callable[[str], list[Any]]] = {
    str: lambda name: list(WORDS[name]),
    bool: lambda _: [False, True],
    int: lambda name: NUMBERS.get(name, USUAL_NUMBERS),
    datetime: lambda name: MOMENTS.get(name, [LATE - timedelta(hours=n) for n in (40, 12, 9, 4)]),
    date: lambda _: [LATE.date(), LATE.date() - timedelta(days=1)],
    Text: lambda _: [wording.may_vote(123_456)],
    UnitCard: lambda _: [UnitCard(1, UNIT, UNIT), UnitCard(2, UNIT, "区" * 40)],
    Question: lambda _: questions(),
    Correction: lambda _: [
        Correction("题" * 90, LATE, only_adds, "因" * 60) for only_adds in (False, True)
    ],
    Marked: lambda _: [Marked("AB", True, 2), Marked("A", False, 0), Marked("A", False, 1)],
    Sitting: lambda _: [_capped(questions()[0]), *map(_sitting, questions())],
    Sequence[Told]: lambda _: _piles(),
    Mapping[int, int]: lambda _: [{}, dict.fromkeys(range(1, piles.AT_ONCE + 1), 63_400)],
}
"""What a value of this kind can be, by what it is called."""


def notifications() -> Iterator[Notification]:
    """Each kind of notice, whichever way it can turn out."""
    source = getsource(wording.notice) + getsource(wording.looked_into)
    for match in re.finditer(r'case Notification\("(\w+)"', source):
        yield from (Notification(match[1], facts) for facts in FACTS[match[1]])


FACTS: dict[str, list[dict[str, Any]]] = {
    "motto_approved": [{"number": 123_456, "words": MOTTO}],
    "motto_returned": [
        {"words": MOTTO, "reason": reason, "fix": fix, "appealed": appealed}
        for reason in Reason
        for fix in ([None, "民" * 30] if reason in FIXABLE else [None])
        for appealed in (False, True)
    ],
    "draw_won": [
        {
            "draw": 99_999, "prize": "书" * 60, "entries": 63_400, "winners": 1000,
            "until": "2026-12-31",
        }
    ],
    "certificate": [
        {
            "title": "题" * 60, "honour": "优" * 12, "rank": 1000, "bracket": bracket,
            "revoked": revoked,
        }
        for revoked, bracket in ((False, "组" * 8), (True, None))
    ],
    "votes_clear": [
        {"number": 123_456, "votes": 30, "why": why}
        for why in Why
        if why not in (Why.UNLISTED, Why.TOO_FEW)
    ],
    "votes_uncounted": [
        {"title": "评" * 60, "votes": 100, "why": why} for why in (Why.UNLISTED, Why.TOO_FEW)
    ],
    **{
        kind: [{"number": 123_456, "day": "2026-12-31"}]
        for kind in ("votes_held", "votes_released", "votes_left_out")
    },
    "votes_pass": [{"number": 123_456, "votes": 30, "to": 123_457}],
    "ticket_answered": [{"words": "为" * LONGEST_TICKET, "answer": "答" * ANSWER_MOST}],
    "points_restored": [
        {"day": "2026-12-31", "place": 5, "points": points} for points in (0, 100)
    ],
    "answer_regraded": [
        {
            "day": "2026-12-31", "place": 5, "kind": kind, "answer": answer, "choice": choice,
            "change": change,
        }
        for kind, answer, choice in (
            (Kind.SINGLE, ["B"], "A"), (Kind.MULTIPLE, ["A", "B", "C", "D"], "ABC"),
            (Kind.JUDGE, ["T"], "F"), (Kind.BLANK, ["填" * 40] * 3, "填" * 60),
        )
        for change in (2, 0, -2)
    ],
}  # fmt: skip
"""The facts of each kind of notice; a new kind is to be added here."""


# ------------------------------------------------------------ what is written in the file


def shown(text: Text) -> str:
    """The words as they are read: of a link its label."""
    return "".join(
        part.label if isinstance(part, Tap | Page) else _read(part) for part in text.parts
    )


def _read(part: str | Prose) -> str:
    return part.words if isinstance(part, Prose) else part


_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_LABEL = re.compile(r"\[([^\]]+)\]\([^)]+\)")


NOT_SAID = {"REASONS"}
"""A table of which the first words alone are said; the others are what somebody types."""


def written() -> set[str]:
    """The stretches of Chinese that the functions of the catalogue can say."""
    return set().union(*(_written(module) for module in CATALOGUE))


def _written(module: types.ModuleType) -> set[str]:
    tree = ast.parse(Path(getfile(module)).read_text("utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    tables = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    used = {node.id for each in functions for node in ast.walk(each) if isinstance(node, ast.Name)}
    spoken = sorted(used & tables.keys() - NOT_SAID)
    said = [*functions, *(tables[name] for name in spoken)]
    return {stretch for each in said for stretch in _stretches(each)}


def _stretches(root: ast.AST) -> Iterator[str]:
    asides = {id(node.value) for node in ast.walk(root) if isinstance(node, ast.Expr)}
    for node in ast.walk(root):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in asides
        ):
            bare = _LABEL.sub(lambda label: label[1], node.value)
            yield from (one for one in re.split(r"\{[^}]*\}", bare) if _CHINESE.search(one))
