"""Ten bugs, each of which the oracle has to find: a suite that has never failed proves nothing.

Each replaces a piece of the product in the processes of the hosts, and only there.
"""

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from types import ModuleType
from typing import Any
from zlib import crc32

import redis
from sqlalchemy import (
    Column,
    Engine,
    LargeBinary,
    MetaData,
    Table,
    delete,
    func,
    insert,
    select,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import bot.app
import bot.domain.audit
import bot.domain.services
import bot.storage.database
import bot.wechat.inbound
import bot.wechat.webhook
from bot.conversation.message import Message
from bot.domain.entries import id_of
from bot.domain.refusals import NoVotesLeft
from bot.domain.votes import Receipt, Votes
from bot.settings import read_settings
from bot.storage.database import Clock, Sessions
from bot.storage.tables import Audit, Delivery, Round, RoundSlot, Vote
from bot.turns import Turns, with_openid

VOTE = re.compile(r"投(\d{4,})号")


@cache
def plant(name: str) -> None:
    """Put the bug in the place of the right piece, once: the forks of a process have it too."""
    BUGS[name]()


def put_in_place(module: ModuleType, name: str, piece: object) -> None:
    """Let whoever looks the name up in the module find this piece."""
    setattr(module, name, piece)


def clock_of(name: str) -> Clock | None:
    """The clock that a host with this bug goes by; None for the right one."""
    return _own_clock if name == "deadline by worker clock" else None


class _Wrapped(Turns):
    """The real turns, within reach of a bug: what they were made of stays at hand."""

    def __init__(self, sessions: Sessions, *rest: Any) -> None:
        super().__init__(sessions, *rest)
        self.sessions = sessions
        self.engine: Engine = sessions.kw["bind"]
        self.redis = redis.Redis.from_url(read_settings().redis_url.get_secret_value())


# ------------------------------------------------------------ reply before commit


@contextmanager
def _committed_late(sessions: Sessions) -> Iterator[Session]:
    """A transaction that is committed a moment after the answer has gone out."""
    connection = sessions.kw["bind"].connect()
    session = sessions(bind=connection)
    connection.begin()
    try:
        yield session
    except BaseException:
        connection.close()
        raise

    def commit() -> None:
        time.sleep(0.05)
        if session.in_transaction():
            session.commit()
        connection.commit()
        connection.close()

    context = copy_context()
    threading.Thread(target=lambda: context.run(commit)).start()


class _AnswersTooEarly(Turns):
    def __init__(self, sessions: Sessions, *rest: Any) -> None:
        super().__init__(sessions, *rest)
        self._transaction = lambda: _committed_late(sessions)


# ------------------------------------------------------------ de-duplication in Redis


class _RemembersInRedis(_Wrapped):
    """Who has the lease plays; the answer is remembered in Redis, and nothing in SQL."""

    lease = 0.3

    def take(self, message: Message, arrived: float | None = None) -> bytes:
        name = message.delivery.hex()
        deadline = time.monotonic() + 4
        while not self.redis.set(f"lease:{name}", 1, nx=True, px=int(self.lease * 1000)):
            if (answer := self._remembered(name)) is not None:
                return answer
            if time.monotonic() > deadline:
                return b""
            time.sleep(0.02)
        if (answer := self._remembered(name)) is not None:
            return answer
        self._forget_in_sql(message)
        answer = super().take(message, arrived)
        self.redis.set(f"answer:{name}", answer, ex=60)
        return answer

    def _remembered(self, name: str) -> bytes | None:
        kept = self.redis.get(f"answer:{name}")
        return kept if isinstance(kept, bytes) else None

    def _forget_in_sql(self, message: Message) -> None:
        # Not a session: this is no step of a turn at which a worker is told to die.
        with self.engine.begin() as connection:
            connection.execute(delete(Delivery).where(Delivery.delivery_key == message.delivery))


class _RemembersLongInRedis(_RemembersInRedis):
    lease = 60.0


# ------------------------------------------------------------ the claim


_CLAIM = Table("claim", MetaData(), Column("delivery_key", LargeBinary(32), primary_key=True))


class _ClaimsByItself(_Wrapped):
    """The claim commits first; whoever finds it waits for an answer that may never come."""

    def take(self, message: Message, arrived: float | None = None) -> bytes:
        try:
            with self.engine.begin() as connection:
                connection.execute(insert(_CLAIM).values(delivery_key=message.delivery))
        except IntegrityError:
            return self._wait(message)
        return super().take(message, arrived)

    def _wait(self, message: Message) -> bytes:
        deadline = time.monotonic() + 2
        while time.monotonic() < deadline:
            with self.sessions() as session:
                query = select(Delivery.reply).where(Delivery.delivery_key == message.delivery)
                if (reply := session.scalar(query)) is not None:
                    return with_openid(reply, message.openid)
            time.sleep(0.05)
        return b""


def _with_claims() -> None:
    opened = bot.storage.database.open_engine

    def open_engine(*words: Any, **more: Any) -> Engine:
        engine = opened(*words, **more)
        _CLAIM.metadata.create_all(engine)
        return engine

    put_in_place(bot.app, "open_engine", open_engine)
    _play_with(_ClaimsByItself)


# ------------------------------------------------------------ the key


class _KnowsNumbersOnly(_Wrapped):
    """Finds an answer by the number of the message, whoever sent it."""

    def take(self, message: Message, arrived: float | None = None) -> bytes:
        with self.sessions() as session:
            query = select(Delivery.reply).where(Delivery.delivery_key == message.delivery)
            if (reply := session.scalar(query)) is not None:
                return with_openid(reply, message.openid)
        return super().take(message, arrived)


def _without_sender() -> None:
    read = bot.wechat.inbound.read_push

    def read_push(plain: bytes, *rest: Any) -> Message | None:
        message, number = read(plain, *rest), re.search(rb"<MsgId>(\d+)</MsgId>", plain)
        if message is None or number is None:
            return message
        named = f"m|{message.account}|{number[1].decode()}".encode()
        return replace(message, delivery=sha256(named).digest())

    put_in_place(bot.wechat.webhook, "read_push", read_push)
    _play_with(_KnowsNumbersOnly)


# ------------------------------------------------------------ the reply


class _WritesAnew(Turns):
    """A repetition gets an answer of its own time."""

    def take(self, message: Message, arrived: float | None = None) -> bytes:
        now = f"<CreateTime>{time.time_ns() // 1000}</CreateTime>".encode()
        return re.sub(rb"<CreateTime>\d+</CreateTime>", now, super().take(message, arrived))


# ------------------------------------------------------------ the limit


_counted: ContextVar[int] = ContextVar("counted", default=0)


class _CountsFirst(_Wrapped):
    """Counts the votes before the turn, which then believes the count."""

    def take(self, message: Message, arrived: float | None = None) -> bytes:
        with self.sessions() as session:
            votes = select(func.count()).where(Vote.member_key == message.member)
            _counted.set(session.scalar(votes) or 0)
        return super().take(message, arrived)


class _BelievesTheCount(Votes):
    def cast(self, member: bytes, number: int, sent_at: datetime, delivery: bytes) -> Receipt:
        session, now = self._session, self._now
        current = session.scalars(select(Round).order_by(Round.collects_from.desc())).first()
        assert current is not None
        limit = session.scalar(select(func.count()).where(RoundSlot.round_id == current.id)) or 0
        if _counted.get() >= limit:
            raise NoVotesLeft(limit)
        vote = Vote(
            member_key=member, round_id=current.id, day=now.date(),
            slot=crc32(delivery) % 30_000, motto_id=id_of(number), delivery_key=delivery,
            accepted_at=now, tracker=delivery.hex()[:10],
        )  # fmt: skip
        session.add(vote)
        session.flush()
        return Receipt(number=number, words="", tracker=vote.tracker, left=0, most=limit)


def _count_then_insert() -> None:
    put_in_place(bot.domain.services, "Votes", _BelievesTheCount)
    _play_with(_CountsFirst)


# ------------------------------------------------------------ the tally


class _CountsInRedis(_Wrapped):
    """Adds to a counter after the commit, and shows what the counters say."""

    def take(self, message: Message, arrived: float | None = None) -> bytes:
        with self.engine.connect() as connection:
            query = select(Delivery.reply).where(Delivery.delivery_key == message.delivery)
            is_new = connection.execute(query).first() is None
        answer = super().take(message, arrived)
        voted = VOTE.search(message.raw)
        if is_new and voted and "已投给".encode() in answer:
            self.redis.hincrby("votes", str(id_of(int(voted[1]))), 1)
        self.redis.eval(_SHOW, 2, "votes", "tally:{r1}", datetime.now(UTC).isoformat())
        return answer


_SHOW = """
local counts = redis.call('HGETALL', KEYS[1])
local shown = {}
for i = 1, #counts, 2 do shown[counts[i]] = tonumber(counts[i + 1]) end
redis.call('SET', KEYS[2], cjson.encode({as_of = ARGV[1], counts = shown}))
"""


# ------------------------------------------------------------ the clock


def _own_clock(_session: Session) -> datetime:
    now: datetime = vars(bot.storage.database)["datetime"].now(UTC)
    return now


# ------------------------------------------------------------ the trail


def _audit_later() -> None:
    """Write the audit row a second later, when the deed is committed."""

    def record(
        session: Session,
        now: datetime,
        actor: str,
        action: str,
        subject: str,
        facts: dict[str, Any],
        version: int | None = None,
    ) -> None:
        row = insert(Audit).values(
            at=now, actor=actor, action=action, subject=subject, version=version, facts=facts
        )
        engine = session.get_bind().engine

        def write() -> None:
            with engine.begin() as later:
                later.execute(row)

        threading.Timer(1, write).start()

    put_in_place(bot.domain.audit, "record", record)


def _play_with(turns: type[Turns]) -> None:
    put_in_place(bot.app, "Turns", turns)


BUGS: dict[str, Callable[[], None]] = {
    "reply before commit": lambda: _play_with(_AnswersTooEarly),
    "redis de-duplication, lease of 300 ms": lambda: _play_with(_RemembersInRedis),
    "redis de-duplication, lease of 60 s": lambda: _play_with(_RemembersLongInRedis),
    "claim in its own transaction": _with_claims,
    "key without FromUserName": _without_sender,
    "reply rendered anew": lambda: _play_with(_WritesAnew),
    "count, then insert": _count_then_insert,
    "tally by HINCRBY": lambda: _play_with(_CountsInRedis),
    "deadline by worker clock": lambda: None,
    "audit row after commit": _audit_later,
}
