"""What members say during a round, and by which words one knows that they were answered right."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import count
from random import Random

from bot.simulator.account import Account
from bot.simulator.pushes import Follower
from quiz_bank import DAILY_PAPER, Bank, Kind, Question, draw

PAPERS = 64
"""Different papers that are handed out."""
RIGHT = 0.7
"""The share of answers that are right."""
MOTTOS = 200
VOTES = 3
"""Votes of a member on one day."""

Paper = tuple[Question, ...]


@dataclass(frozen=True)
class Line:
    """Words a member sends, what the reply must say, and the table that gains a row by it."""

    words: str
    expects: str
    """A pattern found in the right kind of reply, and in no other."""
    adds: str = ""


@dataclass(frozen=True)
class Visit:
    """A page that a member opens, and a pattern found in it."""

    path: str
    expects: str
    adds: str = ""


@dataclass(frozen=True)
class Part:
    """What one member does in a round, one thing after the other."""

    openid: str
    lines: tuple[Line | Visit, ...]
    paper: Paper = ()
    """The paper that is open before the first line."""
    points: int = 0
    """What the member has earned on days before."""
    aside: bool = False
    """Whether it only keeps the server busy: its seconds are not counted."""


Script = Callable[[int], list[Part]]
"""The parts of so many members nobody has heard from today."""


class Scripts:
    """Writes parts for members that are new each time; the same seed writes the same."""

    def __init__(self, seed: int, bank: Bank) -> None:
        self._random, self._numbers = Random(seed), count(1)
        self.papers = [
            draw(bank.questions, DAILY_PAPER, f"{seed}/{number}".encode())
            for number in range(PAPERS)
        ]

    def help(self, members: int) -> list[Part]:
        """One asks for help."""
        return [self._part(Line("帮助", "您想做哪件事")) for _ in range(members)]

    def answer(self, members: int) -> list[Part]:
        """One answers the five questions of an open paper, most of them rightly."""
        papers = [self._random.choice(self.papers) for _ in range(members)]
        return [self._part(*map(self._answer, paper), paper=paper) for paper in papers]

    def vote(self, members: int) -> list[Part]:
        """One gives all votes of a day, to different mottos."""
        return [self._part(*self._votes()) for _ in range(members)]

    def standings(self, members: int) -> list[Part]:
        """One looks at the standings; each fifth gives a vote meanwhile."""
        looks, votes = members - members // 5, members // 5
        parts = [self._look() for _ in range(looks)]
        parts += [replace(self._part(self._votes()[0]), aside=True) for _ in range(votes)]
        self._random.shuffle(parts)
        return parts

    def page(self, members: int) -> list[Part]:
        """One opens the page of the standings."""
        return [self._part(Visit("/h/standings", "张*")) for _ in range(members)]

    def _look(self) -> Part:
        points = self._random.randrange(2, 60, 2)
        return replace(self._part(Line("排名", f"^您的积分：{points}分")), points=points)

    def _votes(self) -> list[Line]:
        numbers = self._random.sample(range(1001, 1001 + MOTTOS), VOTES)
        return [Line(f"投{number}号", f"^✔ 已投给{number}号", adds="vote") for number in numbers]

    def _answer(self, question: Question) -> Line:
        choice = question.answer if self._random.random() < RIGHT else _wrong(question)
        return Line(_spoken(choice), "^(✔ 答对了|✘ 您选.*正确的是)", adds="answer")

    def _part(self, *lines: Line | Visit, paper: Paper = ()) -> Part:
        return Part(f"oBench{next(self._numbers):022}", lines, paper)


def _wrong(question: Question) -> Sequence[str]:
    if question.kind is Kind.JUDGE:
        return "F" if question.answer == ("T",) else "T"
    size = 2 if question.kind is Kind.MULTIPLE else 1
    wrong = question.letters[:size]
    return question.letters[-size:] if set(wrong) == set(question.answer) else wrong


def _spoken(choice: Sequence[str]) -> str:
    return {"T": "对", "F": "错"}.get("".join(choice), "".join(choice))


def render(account: Account, part: Part) -> list[bytes]:
    """The requests of a part, each a fresh delivery, sealed as the account's mode has it.

    Each is of a second of its own, since nobody reads and answers within one.
    """
    follower = Follower(account.account_id, part.openid)
    # Stamped ahead: a push that is four seconds old when its turn comes is taken for a repetition.
    now = int(time.time()) + 30
    return [
        _get(line) if isinstance(line, Visit) else _post(account, follower, line, second)
        for second, line in enumerate(part.lines, start=now)
    ]


def _post(account: Account, follower: Follower, line: Line, now: int) -> bytes:
    sealed = account.seal(follower.text(line.words, now), now)
    query = "&".join(f"{name}={value}" for name, value in sealed.query.items())
    length = f"Content-Type: text/xml\r\nContent-Length: {len(sealed.body)}\r\n"
    return _head("POST", f"/wechat?{query}", length) + sealed.body


def _get(visit: Visit) -> bytes:
    return _head("GET", visit.path, "")


def _head(method: str, target: str, more: str) -> bytes:
    lines = f"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n{more}\r\n"
    return lines.encode()
