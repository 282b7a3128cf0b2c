"""The yardstick: the bot that most people write with Flask, wechatpy, Redis and an ORM.

It is written as well as such bots are, and thinks of exactly-once no further than they do: a
MsgId seen within a minute is dropped, the conversation's state is a hash in Redis, an answer
or a vote is an object that is added and committed. A crash between the three loses or doubles.
"""

import os
import re
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, abort, request
from redis import Redis
from sqlalchemy import String, UniqueConstraint, create_engine, event, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
from wechatpy import create_reply, parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidAppIdException, InvalidSignatureException
from wechatpy.messages import BaseMessage, TextMessage
from wechatpy.utils import check_signature

from quiz_bank import Bank, Kind, Question, load_shipped

VOTES_A_DAY = 3
POINTS_EACH = 2
ZONE = ZoneInfo("Asia/Shanghai")
HELP = (
    "不急，您想做哪件事？\n"
    "1 答题　2 座右铭\n"
    "3 投票　4 听宣讲\n"
    "5 我的成绩\n"
    "回复数字就行。要问人：回复“联系”，工作日8:30到17:30有人答。"
)
VOTE = re.compile(r"投(\d+)号")
SPOKEN = {"对": "T", "错": "F"}


class Base(DeclarativeBase):
    pass


class Motto(Base):
    __tablename__ = "mottos"

    id: Mapped[int] = mapped_column(primary_key=True)
    words: Mapped[str] = mapped_column(String(60))


class Answer(Base):
    __tablename__ = "answers"
    __table_args__ = (UniqueConstraint("openid", "day", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    openid: Mapped[str] = mapped_column(String(64), index=True)
    day: Mapped[date]
    place: Mapped[int]
    question: Mapped[str] = mapped_column(String(40))
    choice: Mapped[str] = mapped_column(String(60))
    correct: Mapped[bool]
    points: Mapped[int]
    created_at: Mapped[datetime]


class Vote(Base):
    __tablename__ = "votes"
    __table_args__ = (UniqueConstraint("openid", "day", "motto_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    openid: Mapped[str] = mapped_column(String(64))
    day: Mapped[date]
    motto_id: Mapped[int] = mapped_column(index=True)
    created_at: Mapped[datetime]


def open_sessions(url: str) -> sessionmaker[Session]:
    """Sessions on a pool as large as the server has threads."""
    if not url.startswith("sqlite"):
        engine = create_engine(url, pool_size=8, max_overflow=2, pool_pre_ping=True)
        return sessionmaker(engine)
    engine = create_engine(url, pool_size=8, max_overflow=2, connect_args={"timeout": 10})

    @event.listens_for(engine, "connect")
    def durable(connection, _record) -> None:  # type: ignore[no-untyped-def]
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")

    return sessionmaker(engine)


def create_app() -> Flask:
    """The application on the settings of the environment."""
    sessions = open_sessions(os.environ["BOT_DATABASE_URL"])
    redis = Redis.from_url(os.environ["BOT_REDIS_URL"], decode_responses=True)
    token, app_id = os.environ["BOT_WECHAT_TOKEN"], os.environ["BOT_WECHAT_APP_ID"]
    secure = os.environ["BOT_WECHAT_MODE"] == "secure"
    crypto = WeChatCrypto(token, os.environ["BOT_WECHAT_AES_KEY"], app_id) if secure else None
    bot = Bot(sessions, redis, load_shipped())
    app = Flask("yardstick", static_folder=None)

    @app.post("/wechat")
    def receive() -> str:
        asked = request.args
        nonce, timestamp = asked.get("nonce", ""), asked.get("timestamp", "")
        body = request.get_data()
        try:
            if crypto:
                signature = asked.get("msg_signature", "")
                body = crypto.decrypt_message(body, signature, timestamp, nonce)
            else:
                check_signature(token, asked.get("signature", ""), timestamp, nonce)
        except (InvalidSignatureException, InvalidAppIdException):
            abort(403)
        message = parse_message(body)
        said = bot.hear(message)
        if said is None:
            return "success"
        answer = create_reply(said, message).render()
        return str(crypto.encrypt_message(answer, nonce, timestamp) if crypto else answer)

    return app


class Bot:
    """What is said to a message."""

    def __init__(self, sessions: sessionmaker[Session], redis: Redis, bank: Bank) -> None:
        self._sessions, self._redis = sessions, redis
        self._questions = {question.code: question for question in bank.questions}

    def hear(self, message: BaseMessage) -> str | None:
        """The answer; None for a message we have answered before."""
        if not self._redis.set(f"seen:{message.source}:{message.id}", 1, nx=True, ex=60):
            return None
        if not isinstance(message, TextMessage):
            return HELP
        state: dict[Any, Any] = self._redis.hgetall(f"state:{message.source}")
        words = message.content.strip()
        if vote := VOTE.fullmatch(words):
            return self._vote(message.source, int(vote[1]))
        if words == "排名":
            return self._standings(message.source)
        if state.get("doing") == "quiz" and words != "帮助":
            return self._answer(message.source, state, words)
        return HELP

    def _answer(self, openid: str, state: dict[Any, Any], words: str) -> str:
        place, paper = int(state["place"]), state["paper"].split(",")
        question = self._questions[paper[place - 1]]
        choice = SPOKEN.get(words, words.upper())
        correct = question.is_correct(choice)
        points = POINTS_EACH if correct else 0
        with self._sessions() as session:
            session.add(
                Answer(
                    openid=openid,
                    day=today(),
                    place=place,
                    question=question.code,
                    choice=choice,
                    correct=correct,
                    points=points,
                    created_at=datetime.now(UTC).replace(tzinfo=None),
                )
            )
            session.commit()
        verdict = judged(question, choice, correct)
        if place == len(paper):
            self._redis.delete(f"state:{openid}")
            return f"{verdict}\n{self._summary(openid)}"
        self._redis.hset(f"state:{openid}", "place", place + 1)
        return f"{verdict}\n{asked(place + 1, len(paper), self._questions[paper[place]])}"

    def _summary(self, openid: str) -> str:
        with self._sessions() as session:
            right, points = session.execute(
                select(func.count(), func.sum(Answer.points)).where(
                    Answer.openid == openid, Answer.day == today(), Answer.correct
                )
            ).one()
        return f"今天的题答完了：答对{right}题，得{points or 0}分。明天7点有新题。"

    def _vote(self, openid: str, number: int) -> str:
        with self._sessions() as session:
            motto = session.get(Motto, number)
            if motto is None:
                return f"没有{number}号。"
            given = session.scalars(
                select(Vote.motto_id).where(Vote.openid == openid, Vote.day == today())
            ).all()
            if number in given:
                return "您今天已经投过它了。"
            if len(given) >= VOTES_A_DAY:
                return f"今天{VOTES_A_DAY}票都投完了，谢谢您！"
            now = datetime.now(UTC).replace(tzinfo=None)
            session.add(Vote(openid=openid, day=today(), motto_id=number, created_at=now))
            words = motto.words
            session.commit()
        left = VOTES_A_DAY - len(given) - 1
        return f"✔ 已投给{number}号：“{words}”。\n今天还能投{left}票。"

    def _standings(self, openid: str) -> str:
        points = func.sum(Answer.points).label("points")
        totals = select(Answer.openid, points).group_by(Answer.openid).subquery()
        with self._sessions() as session:
            mine = session.scalar(select(totals.c.points).where(totals.c.openid == openid))
            if mine is None:
                return "您还没有积分，先答题吧。"
            ahead = session.scalar(select(func.count()).where(totals.c.points > mine)) or 0
            top = session.execute(
                select(totals.c.points).order_by(totals.c.points.desc()).limit(5)
            ).scalars()
            lines = [f"第{rank}名　{points}分" for rank, points in enumerate(top, start=1)]
        return "\n".join([f"您的积分：{mine}分，全市第{ahead + 1}名。", *lines])


def today() -> date:
    return datetime.now(ZONE).date()


def judged(question: Question, choice: str, correct: bool) -> str:
    if correct:
        return f"✔ 答对了，是{''.join(question.answer)}。"
    return (
        f"✘ 您选{choice}，正确的是{''.join(question.answer)}。\n"
        f"为什么：{question.explanation}\n出处：{question.citation}"
    )


def asked(place: int, of: int, question: Question) -> str:
    head = f"第{place}题（共{of}题）{question.stem}"
    if question.kind is Kind.JUDGE:
        return f"{head}\n回复“对”或“错”。"
    lines = [
        f"{letter} {words}" for letter, words in zip("ABCDEFGH", question.options, strict=False)
    ]
    return "\n".join([head, *lines])
