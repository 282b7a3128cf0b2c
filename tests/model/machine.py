"""The machine: members, moderators, time and mishaps in any order, against the real service.

Every rule plays one act through the real turns and handlers and through `Expected`; after it
the rows, the replies and the model must say the same, and every invariant must hold.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, precondition, rule
from redis import Redis
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

import handlers
from bot.conversation import state as states
from bot.conversation.message import Kind, Message
from bot.conversation.state import Answering
from bot.domain.identity import CAMPAIGN_ZONE
from bot.domain.moderation import Reason
from bot.domain.questions import Shelf
from bot.domain.refusals import Refusal
from bot.domain.services import Services, open_services
from bot.glances import Glances
from bot.storage.database import open_readers
from bot.storage.memory import Memory
from bot.turns import Turns, with_openid
from bot.wechat.outbound import render
from quiz_bank import Kind as QuestionKind
from quiz_bank import Question
from tests.builders import CLOSES, NOON, chained, key, pushed, said
from tests.model import claims
from tests.model.expected import UNDO, Deeds, Entry, Expected, Paper
from tests.model.invariants import broken, i11_a_grade_is_what_the_question_says
from tests.model.ledger import Rows, read

MEMBERS = ("zhang", "li", "chen")
"""Who acts; chen has an approved motto from the beginning."""
WORDS = (
    "守住初心，站好自己的每一班岗",
    "愿做一块砖，哪里需要哪里搬",
    "吃苦在前，享受在后，永不掉队",
)
NUMBERS = (1001, 1002, 1003, 1004, 1005, 1007, 1999)
HARMLESS = (
    "帮助", "算了", "投票", "换一批", "座右铭", "我的座右铭", "看座右铭", "排名", "我的投票",
    "登记单位", "撤回投票", "撤回", "修改座右铭", "我的资料", "谢谢", "投它", "1999", "[强]",
    "。。",
)  # fmt: skip
"""Words that change nothing but the place where a member stands."""
GARBAGE = "qwrtyupsgjkvnmzＱ囧嗬㗊のß☂🌹\u200b\n #@%*()<>&{}[]'\"\\/|~^=+_"
LAPSES = (1, 59, 60, 61, 601, 7_200, 86_400)

member = st.sampled_from(MEMBERS)
number = st.sampled_from(NUMBERS)
words = st.sampled_from(WORDS)
ago = st.sampled_from((0, 0, 0, 5, 15))
"""Seconds that a message was under way."""
who = st.sampled_from((1, 2))
"""The moderator."""
stale = st.sampled_from((0, 0, 0, 0, 1))
"""How many versions ago a moderator looked."""
place = st.integers(0, 6)
"""The place of an entry among several, taken round."""


class Campaign(RuleBasedStateMachine):
    """One campaign, from the fifth day on."""

    pushes = Bundle("pushes")

    def __init__(self, engine: Engine, redis_url: str) -> None:
        super().__init__()
        self.engine, self.redis_url = engine, redis_url
        self.sessions = chained(engine)
        self.now = NOON
        self.expected = Expected()
        self.mishap = Mishap(engine)
        self.steps = 0
        self.hung: Rows = ()
        """The entries that the wall was last compared with: it costs as much as a turn."""
        self.start_service()
        with self.sessions() as session:
            self.ledger = read(session)
            pool = Shelf().pool(session, 1)
            self.questions: dict[int, Question] = dict(
                zip(pool.values(), Shelf().questions(session, list(pool.values())), strict=True)
            )

    def teardown(self) -> None:
        self.mishap.close()

    def start_service(self) -> None:
        """A process as it is just after its start."""
        draw = partial(render, page_address=lambda path: f"https://sibian.example/h{path}")
        memory = Memory(self.redis_url)
        clock, shelf, talk = lambda _: self.now, Shelf(), handlers.conversation
        glances = Glances(open_readers(self.engine), shelf, clock, talk, draw)
        self.turns = Turns(self.sessions, memory, shelf, clock, talk.play, draw, glances.answer)

    # -------------------------------------------------------- members come and go

    @rule(target=pushes, by=member)
    def follow(self, by: str) -> Message:
        self.expected.following[by] = True
        return self.sends(pushed(Kind.FOLLOW, by=by))

    @rule(target=pushes, by=member)
    def unfollow(self, by: str) -> Message:
        # Of somebody whom we do not know nothing is recorded.
        if by in self.expected.following:
            self.expected.following[by] = False
        return self.sends(pushed(Kind.UNFOLLOW, by=by))

    @rule(target=pushes, by=member, code=st.sampled_from(("CD-XA", "NY", "XX")))
    def scan(self, by: str, code: str) -> Message:
        self.meet(by)
        unit = {"CD-XA": 2, "NY": 3}.get(code)
        if unit and unit != self.expected.unit.get(by, (0, None))[0]:
            self.expected.scanned[by] = unit
        return self.sends(pushed(Kind.SCAN, code, by=by))

    @rule(target=pushes, by=member, unit=st.sampled_from((2, 3)), name=st.sampled_from("张李"))
    def join(self, by: str, unit: int, name: str) -> Message:
        if not self.expected.may_move(by, self.now + TICK):
            return self.says(by, "登记单位")
        self.says(by, "登记单位")
        self.says(by, {2: "新安", 3: "农业"}[unit])
        if not self.expected.may_name(by, f"{name}三", self.now + TICK):
            return self.says(by, f"{name}三")
        self.expected.join(by, unit, f"{name}三", self.now + TICK)
        return self.says(by, f"{name}三", {("join", 0)})

    @rule(target=pushes, by=member)
    def join_scanned(self, by: str) -> Message:
        self.says(by, "单位对")
        scanned = self.expected.scanned.get(by)
        if not scanned or not self.expected.may_move(by, self.now):
            return self.says(by, "算了")
        self.expected.join(by, scanned, None, self.now + TICK)
        return self.says(by, "不写", {("join", 0)})

    # -------------------------------------------------------- the quiz

    @rule(target=pushes, by=member)
    def begin(self, by: str) -> Message:
        return self.begins(by)

    @rule(target=pushes, by=member, right=st.booleans(), where=st.sampled_from((0, 0, 0, 0, -1, 1)))
    def answer(self, by: str, right: bool, where: int) -> Message:
        """Answer the question that is due, one answered before, or one not shown yet."""
        if (paper := self.open_paper(by)) is None:
            return self.begins(by, "第2题A")
        place = {0: paper.current, -1: min(paper.answers, default=9), 1: paper.shown + 1}[where]
        typed, choice = self.choice(paper, place, right)
        if where == 0:
            paper.answers[place] = choice
        return self.says(by, f"第{place}题{typed}")

    @rule(by=member, rights=st.lists(st.booleans(), min_size=4, max_size=5))
    def answer_on(self, by: str, rights: list[bool]) -> None:
        for right in rights:
            self.answer(by, right, 0)

    @rule(target=pushes, by=member, letter=st.sampled_from("AB"))
    def note(self, by: str, letter: str) -> Message:
        """One letter of several is not an answer yet, and two that no question has are none."""
        if (paper := self.open_paper(by)) is None:
            return self.begins(by)
        several = self.kind(paper, paper.current) is QuestionKind.MULTIPLE
        return self.says(by, f"第{paper.current}题{letter if several else 'GH'}")

    @rule(target=pushes, by=member)
    def skip(self, by: str) -> Message:
        self.begins(by)
        paper, stands = self.open_paper(by), self.stands(by)
        if paper is None:
            return self.says(by, "算了")
        if isinstance(stands, Answering) and len(paper.answers) < 4:
            paper.skipped = [p for p in paper.skipped if p != stands.place] + [stands.place]
        return self.says(by, "跳过")

    # -------------------------------------------------------- votes

    @rule(target=pushes, by=member, number=number, ago=ago)
    def vote(self, by: str, number: int, ago: int) -> Message:
        sent_at = self.now + TICK - timedelta(seconds=ago)
        deeds = self.expected.vote(by, number, sent_at, self.now + TICK)
        return self.says(by, f"投{number}号", deeds, sent_at=sent_at)

    @rule(by=member, numbers=st.lists(number, min_size=3, max_size=5, unique=True), ago=ago)
    def vote_on(self, by: str, numbers: list[int], ago: int) -> None:
        for number in numbers:
            self.vote(by, number, ago)

    @rule(target=pushes, by=member, number=number)
    def take_back(self, by: str, number: int) -> Message:
        return self.says(
            by, f"撤回{number}号", self.expected.take_back(by, number, self.now + TICK)
        )

    @rule(target=pushes, by=member)
    def take_latest_back(self, by: str) -> Message:
        self.says(by, "撤回投票")
        if not self.expected.votes[by]:
            return self.says(by, "算了")
        deeds = self.expected.take_latest_back(by, self.now + TICK)
        return self.says(by, "确定撤回", deeds)

    # -------------------------------------------------------- one's own entry

    @rule(target=pushes, by=member, words=words)
    def submit(self, by: str, words: str) -> Message:
        self.says(by, f"投稿 {words}")
        return self.says(by, "交", self.expected.submit(by, words, self.now + TICK))

    @rule(target=pushes, by=member, words=words)
    def reword(self, by: str, words: str) -> Message:
        self.says(by, "修改座右铭")
        number = self.expected.own(by)
        if number and self.expected.at_stake(number):
            self.says(by, "确定修改")
        return self.says(by, words, self.expected.reword(by, words, self.now + TICK))

    @rule(target=pushes, by=member)
    def put_back(self, by: str) -> Message:
        """Put the former words back."""
        number = self.expected.own(by)
        former = self.expected.entries[number].former if number else None
        if number and self.expected.at_stake(number):
            self.says(by, "恢复原句")
            return self.says(by, "确定", self.expected.reword(by, former, self.now + TICK))
        return self.says(by, "恢复原句", self.expected.reword(by, former, self.now + TICK))

    @rule(target=pushes, by=member, number=number)
    def withdraw(self, by: str, number: int) -> Message:
        number = self.expected.own(by) or number
        deeds = self.expected.withdraw(by, number, self.now + TICK)
        return self.says(by, f"确定撤回{number}号", deeds)

    @rule(target=pushes, by=member, number=number)
    def touch_anothers(self, by: str, number: int) -> Message:
        """What is another's can be neither withdrawn nor restored."""
        if number == self.expected.own(by):
            return self.says(by, f"{number}")
        self.says(by, f"恢复{number}")
        return self.says(by, f"确定撤回{number}号")

    @rule(target=pushes, by=member, number=number)
    def restore(self, by: str, number: int) -> Message:
        number = self.expected.own(by) or number
        return self.says(by, f"恢复{number}", self.expected.restore(by, number, self.now + TICK))

    @rule(target=pushes, by=member)
    def appeal(self, by: str) -> Message:
        return self.appeals(by)

    # -------------------------------------------------------- the review desk

    @rule(
        place=place, stale=stale, reason=st.sampled_from((None, None, None, Reason.TYPO)), who=who
    )
    def decide(self, place: int, stale: int, reason: Reason | None, who: int) -> None:
        self.decides(self.among("waiting", place), stale, reason, who)

    @rule(target=pushes, place=place, who=who)
    def is_sent_back_and_appeals(self, place: int, who: int) -> Message:
        """Rare by chance: a decision against an entry, a minute, and the appeal.

        Whoever decided would decide again.
        """
        number = self.among("waiting", place)
        self.decides(number, 0, Reason.TYPO, who)
        self.now += timedelta(seconds=60)
        appeal = self.appeals(self.expected.entries[number].author)
        self.decides(number, 0, None, who)
        return appeal

    @rule(place=place, stale=stale, who=who)
    def undo(self, place: int, stale: int, who: int) -> None:
        number = self.among("undoable", place)
        version = self.expected.entries[number].version - stale
        stands = self.expected.undo(number, version, self.tick(), who)
        self.moderates(stands, lambda s: s.moderation.undo(number, version, who))

    @rule(target=pushes, place=place, early=st.sampled_from((1, 0, 0)))
    def the_author_writes_when_undoing_is_over(self, place: int, early: int) -> Message:
        """Or a second before: then there is nothing to hear yet."""
        number = self.among("undoable", place)
        self.now += timedelta(seconds=59 - early)
        return self.says(self.expected.entries[number].author, "帮助")

    # -------------------------------------------------------- time

    @rule(seconds=st.sampled_from(LAPSES))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(seconds=st.sampled_from((-3, -1, 1)))
    def midnight_comes(self, seconds: int) -> None:
        tomorrow = (self.now + timedelta(days=1)).astimezone(CAMPAIGN_ZONE)
        midnight = tomorrow.replace(hour=0, minute=0, second=0, microsecond=0)
        self.now = midnight.astimezone(NOON.tzinfo) + timedelta(seconds=seconds)

    @precondition(lambda self: self.steps > 40 and self.now < CLOSES)
    @rule(seconds=st.sampled_from((-3, -1, 0, 15, 19, 30)))
    def the_round_closes(self, seconds: int) -> None:
        self.now = CLOSES + timedelta(seconds=seconds)

    # -------------------------------------------------------- mishaps

    @rule(push=pushes)
    def redeliver(self, push: Message) -> None:
        self.comes_again(push)

    @rule(push=pushes, raw=st.sampled_from(("投1001号", "交", "确定撤回1001号")))
    def forge(self, push: Message, raw: str) -> None:
        """The name of an earlier delivery, with other contents."""
        self.comes_again(replace(push, raw=raw, kind=Kind.TEXT, fingerprint=b"f" * 32))

    @rule(statement=st.integers(0, 12))
    def the_connection_will_break(self, statement: int) -> None:
        """The next turn loses its connection at this statement, and is played again."""
        self.mishap.at_statement = statement

    @rule()
    def the_commit_will_stay_unknown(self) -> None:
        """The next turn is committed, and never learns that it was."""
        self.mishap.after_commit = True

    @rule()
    def forget_redis(self) -> None:
        if self.redis_url:
            with Redis.from_url(self.redis_url) as redis:
                redis.flushall()

    @rule()
    def restart(self) -> None:
        self.start_service()

    @rule(target=pushes, by=member, words=st.sampled_from(HARMLESS))
    def mutter(self, by: str, words: str) -> Message:
        return self.says(by, words)

    @rule(target=pushes, by=member, words=st.text(GARBAGE, max_size=12))
    def talk_garbage(self, by: str, words: str) -> Message:
        return self.says(by, words)

    # -------------------------------------------------------- what must hold

    @invariant()
    def the_promises_are_kept(self) -> None:
        """One for all, so that the story of a failure can be read."""
        self.the_ledger_is_in_order()
        self.the_votes_are_those_that_were_asked_for()
        self.the_entries_are_as_their_authors_and_the_desk_left_them()
        self.the_wall_shows_what_is_approved()
        self.the_answers_are_those_that_were_given()
        self.the_papers_are_those_that_were_begun()
        self.members_belong_where_they_said()
        self.notices_are_told_once_and_when_they_are_due()
        self.each_delivery_has_the_answer_that_was_seen()

    def the_ledger_is_in_order(self) -> None:
        assert broken(self.ledger) == []
        assert list(i11_a_grade_is_what_the_question_says(self.ledger, self.questions)) == []

    def the_votes_are_those_that_were_asked_for(self) -> None:
        rows = sorted((r.member_key, r.day, r.motto_id + 1_000) for r in self.ledger.vote)
        given = self.expected.votes.items()
        assert rows == sorted((key(by), *vote) for by, votes in given for vote in votes)

    def the_entries_are_as_their_authors_and_the_desk_left_them(self) -> None:
        rows = {r.id + 1_000: (r.author, r.words, r.state, r.version) for r in self.ledger.motto}
        entries = self.expected.entries.items()
        assert rows == {n: (key(entry.author), *entry.shape[1:]) for n, entry in entries}

    def the_wall_shows_what_is_approved(self) -> None:
        if self.ledger.motto == self.hung:
            return
        self.hung = self.ledger.motto
        with self.services() as services:
            shown = {card.number for card in services.mottos.wall(1).mottos}
        assert shown == {self.expected.card(number) for number in self.expected.entries} - {0}

    def the_answers_are_those_that_were_given(self) -> None:
        rows = {(r.member_key, r.day, r.place): r.choice for r in self.ledger.answer}
        assert rows == {
            (key(by), day, place): choice
            for (by, day), paper in self.expected.papers.items()
            for place, choice in paper.answers.items()
        }

    def the_papers_are_those_that_were_begun(self) -> None:
        rows = {(r.member_key, r.day): r.skipped for r in self.ledger.attempt}
        papers = self.expected.papers.items()
        assert rows == {(key(by), day): paper.skipped for (by, day), paper in papers}

    def members_belong_where_they_said(self) -> None:
        rows = {r.member_key: (r.unit_id, r.name, r.scanned_unit_id) for r in self.ledger.member}
        assert rows == {
            key(by): (*self.expected.unit.get(by, (None, None)), self.expected.scanned.get(by))
            for by in self.expected.following
        }
        following = {r.member_key: r.following for r in self.ledger.person}
        assert following == {key(by): follows for by, follows in self.expected.following.items()}

    def notices_are_told_once_and_when_they_are_due(self) -> None:
        rows = {(r.member_key, r.cause): r.told_at is not None for r in self.ledger.notice}
        notices = self.expected.notices.items()
        assert rows == {(key(to), cause): notice.told for (to, cause), notice in notices}

    def each_delivery_has_the_answer_that_was_seen(self) -> None:
        openids = {r.member_key: r.openid for r in self.ledger.person}
        rows = {
            r.delivery_key: with_openid(r.reply, openids[r.member_key])
            for r in self.ledger.delivery
        }
        assert rows == self.expected.replies

    # -------------------------------------------------------- how it is played

    def tick(self, seconds: float = 1) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now

    def meet(self, by: str) -> None:
        """Whoever writes is known from then on."""
        self.expected.following.setdefault(by, True)

    def says(
        self, by: str, words: str, deeds: Deeds | None = None, sent_at: datetime | None = None
    ) -> Message:
        """The member writes this, which should do these deeds, and none without them."""
        self.meet(by)
        message = said(words, by, sent_at=sent_at or self.now + TICK)
        return self.sends(message, deeds)

    def appeals(self, by: str) -> Message:
        return self.says(by, "申诉 这是我自己写的", self.expected.appeal(by, self.now + TICK))

    def begins(self, by: str, words: str = "答题") -> Message:
        """The member writes what begins a paper, or leads back to the one that is open."""
        due = self.expected.may_begin(by, self.now + TICK)
        message = self.says(by, words)
        if due:
            paper = next(
                row
                for row in self.ledger.attempt
                if (row.member_key, row.started_at) == (key(by), self.now)
            )
            self.expected.papers[by, paper.day] = Paper(self.now, paper.questions)
        return message

    def sends(self, message: Message, deeds: Deeds | None = None) -> Message:
        """Play a push that is new; its reply and its rows must say the same."""
        self.tick()
        self.steps += 1
        deeds, before = deeds or set(), self.ledger
        with self.mishap:
            reply = self.turns.take(message)
        with self.sessions() as session:
            self.ledger = read(session)
        text, by = reply.decode(), message.openid.removeprefix("o-")
        if message.delivery in {row.delivery_key for row in self.ledger.delivery}:
            self.expected.replies[message.delivery] = reply
        else:
            leaves = message.kind is Kind.UNFOLLOW
            assert leaves or message.text in handlers.conversation.asks
            assert self.ledger == before, "a glance changes nothing, nor does a stranger who leaves"
        told = self.expected.tell(by, self.now) if self._was_played(message, reply) else []
        assert ("——捎句话——" in text) == bool(told), text
        assert claims.done(before, self.ledger) <= deeds, text
        assert claims.claimed(text) == deeds, text
        assert reply or message.kind is not Kind.TEXT or message.raw in SILENT, message.raw
        return message

    def _was_played(self, message: Message, reply: bytes) -> bool:
        """Whether notices may ride: silence carries none."""
        rows = (r for r in self.ledger.delivery if r.delivery_key == message.delivery)
        outcome = next((row.outcome for row in rows), "done")
        assert outcome in ("done", "refused"), outcome
        return bool(reply)

    def comes_again(self, push: Message) -> None:
        """A repetition changes nothing and says the same, unless the first was but a glance."""
        if push.delivery not in self.expected.replies:
            return
        self.tick()
        assert self.turns.take(push) == self.expected.replies[push.delivery]
        with self.sessions() as session:
            after = read(session)
        assert after == self.ledger
        self.ledger = after

    @contextmanager
    def services(self) -> Iterator[Services]:
        with self.sessions.begin() as session:
            yield open_services(session, self.now, Shelf())

    def decides(self, number: int, stale: int, reason: Reason | None, who: int) -> None:
        version = self.expected.entries[number].version - stale
        stands = self.expected.decide(number, version, _VERDICT[reason], self.tick(), who)
        self.moderates(stands, lambda s: s.moderation.decide(number, version, who, reason))

    def moderates(self, stands: bool, act: Callable[[Services], object]) -> None:
        """A moderator acts; whether that stands must be as expected."""
        refused = False
        try:
            with self.services() as services:
                act(services)
        except Refusal:
            refused = True
        with self.sessions() as session:
            self.ledger = read(session)
        assert refused is not stands

    def stands(self, by: str) -> states.State:
        row = self.ledger.stands(key(by))
        return states.parse(row.state if row else None)

    def open_paper(self, by: str) -> Paper | None:
        """The paper that will be open when the member's next message comes."""
        return self.expected.open_paper(by, self.now + TICK)

    def among(self, state: str, place: int) -> int:
        """One of the entries that stand so, or any when none does."""
        found = [n for n, entry in self.expected.entries.items() if self.is_so(entry, state)]
        among = found or list(self.expected.entries)
        return among[place % len(among)]

    def is_so(self, entry: Entry, state: str) -> bool:
        if state == "undoable":
            return entry.decided_at is not None and self.now < entry.decided_at + UNDO
        return entry.state == state

    def kind(self, paper: Paper, place: int) -> QuestionKind:
        return self.questions[paper.questions[place - 1]].kind

    def choice(self, paper: Paper, place: int, right: bool) -> tuple[str, str]:
        """What is typed as an answer, and how it is kept."""
        if not 1 <= place <= len(paper.questions):
            return "A", ""
        match self.kind(paper, place):
            case QuestionKind.JUDGE:
                return ("对", "T") if right else ("错", "F")
            case QuestionKind.MULTIPLE:
                return ("AC", "AC") if right else ("AB", "AB")
        return ("B", "B") if right else ("A", "A")


TICK = timedelta(seconds=1)
"""How far apart two acts are: each has a moment of its own."""
SILENT = ("谢谢", "[强]", "。。")
_VERDICT = {None: "approved", Reason.TYPO: "returned"}


class Mishap:
    """What goes wrong with the store during the next turn, once."""

    def __init__(self, engine: Engine) -> None:
        self.at_statement: int | None = None
        self.after_commit = False
        self._armed = False
        self._engine = engine
        event.listen(engine, "before_cursor_execute", self._before_statement)
        event.listen(engine, "commit", self._on_commit)

    def close(self) -> None:
        event.remove(self._engine, "before_cursor_execute", self._before_statement)
        event.remove(self._engine, "commit", self._on_commit)

    def __enter__(self) -> None:
        self._armed = True

    def __exit__(self, *_: object) -> None:
        self._armed, self.at_statement, self.after_commit = False, None, False

    def _before_statement(self, *_: Any) -> None:
        if not self._armed or self.at_statement is None:
            return
        if self.at_statement == 0:
            self.at_statement = None
            raise _cut()
        self.at_statement -= 1

    def _on_commit(self, connection: Any) -> None:
        if self._armed and self.after_commit:
            self.after_commit = False
            connection.connection.driver_connection.execute("COMMIT")
            raise _cut()


def _cut() -> OperationalError:
    return OperationalError("", None, Exception("the connection is gone"))
