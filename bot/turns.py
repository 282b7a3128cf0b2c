"""One message, one turn: find it, play it, record it, all in one transaction.

WeChat repeats a push that was not answered within five seconds. The repetition finds the
stored answer and gets it again, byte for byte; nothing happens a second time.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import bindparam, insert, select
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from bot import metrics
from bot.conversation import state as states
from bot.conversation.message import NOBODY_READS, Kind, Message
from bot.conversation.reply import Reply, enlarged
from bot.conversation.router import Step
from bot.conversation.state import Idle, State
from bot.domain.members import MOVE, Presence
from bot.domain.questions import Shelf
from bot.domain.quoted import STRUCK
from bot.domain.refusals import Refusal
from bot.domain.services import Services, open_services
from bot.glances import Render
from bot.journal import current
from bot.logs import trace
from bot.storage.database import Clock, Sessions
from bot.storage.deadline import ending_at
from bot.storage.directly import short_transactions
from bot.storage.memory import Memory
from bot.storage.tables import Delivery, table_of
from bot.storage.together import Together
from bot.storage.watching import trouble
from handlers import notices, wording

Play = Callable[[Message, State, Services], Step]
Glance = Callable[[Message], bytes | None]
"""The answer to a message that only asks; None when it takes a turn."""

BUDGET = 4.2
"""Seconds a turn may take: WeChat hangs up after five."""
LAST_WORD = 0.3
"""Seconds after the budget at which no trip to the store is waited for any longer."""
PAUSES = (0.2, 1.5)
"""Seconds before a second and a third try with a store that is away. A lost race waits for none."""
OUTAGE = 10.0
"""Seconds for which WeChat's repetitions may still find the store again."""
LATE = timedelta(seconds=4)
"""A push that arrives this old is a repetition: the first delivery got no answer."""
CRASHES = 2
"""Deliveries of one message that may die with their worker before we stop playing it."""

_KEEP = insert(table_of(Delivery)).values(
    member_key=bindparam("member"),
    delivery_key=bindparam("delivery"),
    fingerprint=bindparam("seal"),
    outcome=bindparam("ended"),
    reply=bindparam("answer"),
    received_at=bindparam("now"),
)
_KEEP_ALONE, _KEEP_AND_MOVE = Together(_KEEP), Together(MOVE, _KEEP)

log = structlog.get_logger()


class NotRecorded(Exception):
    """The store failed for the whole budget. Nothing was done: a repetition is played anew."""

    def __init__(self, line: bytes, lasts: bool) -> None:
        """`line` says so to the member; `lasts` when repetitions have not helped others."""
        super().__init__()
        self.line, self.lasts = line, lasts


class Turns:
    """Plays messages, each exactly once."""

    def __init__(
        self,
        sessions: Sessions,
        memory: Memory,
        shelf: Shelf,
        clock: Clock,
        play: Play,
        render: Render,
        glance: Glance = lambda _: None,
    ) -> None:
        self._transaction, self._memory = short_transactions(sessions), memory
        self._shelf, self._clock = shelf, clock
        self._play, self._render, self._glance = play, render, glance
        self._fails_since = 0.0

    def take(self, message: Message, arrived: float | None = None) -> bytes:
        """The answer to the message: inner XML, or nothing when nothing is to be said.

        `arrived` is when its request did, by `time.monotonic`. Raises NotRecorded.
        """
        began = arrived or time.monotonic()
        with ending_at(began + BUDGET + LAST_WORD):
            if (answer := self._glance(message)) is not None:
                return answer
            return self._play_out(message, began + (0.0 if self._lasts() else BUDGET))

    def _play_out(self, message: Message, deadline: float) -> bytes:
        """The answer, by a turn or by what becomes of one that fails."""
        try:
            return self._insist(deadline, message, lambda: self._turn(message))
        except Refusal as refusal:
            reply, outcome = wording.refuse(refusal), "refused"
            current().outcome = "rejected"
        except _STORE_GONE as error:
            raise self._failure(message, error) from error
        except Exception as error:
            log.error("handler raised", delivery=_short(message), **trace(error))
            reply, outcome = wording.apology(), "poisoned"
            current().outcome = "poisoned"
            metrics.handler_failed(current().handler)
        try:
            return self._insist(deadline, message, lambda: self._record(message, reply, outcome))
        except Exception as error:
            # Whatever it is, a person waits for a word.
            raise self._failure(message, error) from error

    def _insist(self, deadline: float, message: Message, attempt: Callable[[], bytes]) -> bytes:
        """Try again when the store asks for it: a lost race, a deadlock, a cut connection.

        The whole transaction is tried again, so a commit whose outcome we never learnt
        shows up as a stored answer. A store that is away gets a moment to come back; a try
        that would end too late, if it took as long as the one before, is not begun.
        """
        pauses = iter(PAUSES)
        while True:
            began = time.monotonic()
            try:
                answer = attempt()
            except _STORE_TROUBLE as error:
                # The worker lives: this was no crash.
                self._memory.forget(_crash_key(message))
                pause = next(pauses, None)
                if isinstance(error, IntegrityError) and pause:
                    pause = 0.0
                ended = time.monotonic()
                if pause is None or ended + pause + (ended - began) > deadline:
                    raise
                current().retries += 1
                metrics.retried(trouble(error))
                time.sleep(pause)
            else:
                self._fails_since = 0.0
                return answer

    def _turn(self, message: Message) -> bytes:
        with self._transaction() as session:
            services = self._services(session)
            if (member := self._enter(message, services)) is None:
                return b""
            if member.answered:
                return self._recall(session, message)
            if self._keeps_crashing(message, services.now):
                log.error("message quarantined", delivery=_short(message))
                current().outcome = "poisoned"
                sorry = Step(wording.apology(), Idle())
                return self._keep(session, message, services, member, sorry, "quarantined")
            step = self._play(message, states.parse(member.state), services)
            if member.awaits:
                step = self._with_notices(step, message, services)
            return self._keep(session, message, services, member, step, "done")

    def _record(self, message: Message, reply: Reply, outcome: str) -> bytes:
        """Store the answer of a turn whose effects were undone; its topic has ended."""
        with self._transaction() as session:
            services = self._services(session)
            member = self._enter(message, services)
            if member is None:
                return b""
            if member.answered:
                return self._recall(session, message)
            step = Step(reply, Idle())
            # Not after a fault: what raised may have been the notice itself.
            if member.awaits and outcome == "refused":
                step = self._with_notices(step, message, services)
            return self._keep(session, message, services, member, step, outcome)

    def _services(self, session: Session) -> Services:
        return open_services(session, self._clock(session), self._shelf)

    def _enter(self, message: Message, services: Services) -> Presence | None:
        """Who writes and where they stand; the row stays locked: one turn at a time for each.

        None when somebody leaves whom we do not know: of them nothing is recorded.
        """
        if (member := services.members.lock(message.member, message.delivery)) is not None:
            return member
        idle = states.dump(Idle())
        if services.members.answered(message.member, message.delivery):
            # By the turn that erased the member, or one before it: nobody is entered anew.
            return Presence(idle, fresh=True, answered=True, awaits=False)
        if message.kind is Kind.UNFOLLOW:
            return None
        services.members.welcome(message.member, message.openid, idle)
        return Presence(idle, fresh=True, answered=False, awaits=False)

    def _recall(self, session: Session, message: Message) -> bytes:
        """The stored answer of a delivery that has been played."""
        row = session.execute(
            select(Delivery.reply, Delivery.fingerprint, Delivery.outcome).where(
                Delivery.member_key == message.member,
                Delivery.delivery_key == message.delivery,
            )
        ).one()
        if row.fingerprint != message.fingerprint:
            log.warning("delivery came back with other contents", delivery=_short(message))
            metrics.conflict()
        current().outcome = "replay"
        if row.outcome == STRUCK:
            return self._render(wording.reply_gone(), message, message.sent_at)
        return with_openid(row.reply or b"", message.openid)

    def _keeps_crashing(self, message: Message, now: datetime) -> bool:
        """Whether earlier deliveries of the message took their workers down with them.

        Only repetitions are counted, so an ordinary message costs nothing; a turn that
        ends in any other way forgets the count.
        """
        if now - message.sent_at < LATE:
            return False
        return self._memory.count(_crash_key(message), seconds=60) >= CRASHES

    def _with_notices(self, step: Step, message: Message, services: Services) -> Step:
        if message.kind in NOBODY_READS:
            return step
        told = services.notices.tell(message.member, message.delivery)
        return replace(step, reply=notices.ride(step.reply, told)) if told else step

    def _keep(
        self,
        session: Session,
        message: Message,
        services: Services,
        member: Presence,
        step: Step,
        outcome: str,
    ) -> bytes:
        """Record the delivery with its answer, and where it leaves the member."""
        reply = enlarged(step.reply) if member.larger else step.reply
        answer = self._render(reply, message, services.now)
        stands = states.dump(step.state)
        record = {
            "member": message.member,
            "delivery": message.delivery,
            "seal": message.fingerprint,
            "ended": outcome,
            "answer": without_openid(answer, message.openid),
            "now": services.now,
        }
        if stands == member.state and member.fresh:
            _KEEP_ALONE.run(session, record)
        else:
            _KEEP_AND_MOVE.run(session, record | {"stands": stands})
        return answer

    def _failure(self, message: Message, error: Exception) -> NotRecorded:
        log.error("store failed", delivery=_short(message), error=type(error).__name__)
        self._fails_since = self._fails_since or time.monotonic()
        current().outcome = "busy"
        line = self._render(wording.busy(message.text), message, message.sent_at)
        return NotRecorded(line, lasts=self._lasts())

    def _lasts(self) -> bool:
        """Whether the store has failed everybody for longer than WeChat repeats."""
        return 0.0 < self._fails_since < time.monotonic() - OUTAGE


_STORE_GONE = (OperationalError, InterfaceError, PoolTimeoutError)
_STORE_TROUBLE = (*_STORE_GONE, IntegrityError)
"""Worth another try: a broken constraint means that another worker was first."""


def without_openid(answer: bytes, openid: str) -> bytes:
    """An answer as it is kept: only one table knows the openid. A zero byte stands in no XML."""
    return answer.replace(openid.encode(), b"\0")


def with_openid(kept: bytes, openid: str) -> bytes:
    """The answer that was kept, to the byte."""
    return kept.replace(b"\0", openid.encode())


def _short(message: Message) -> str:
    """Enough of the delivery's name to find it in SQL, too little to name a person."""
    return message.delivery[:4].hex()


def _crash_key(message: Message) -> str:
    return f"crash:{message.delivery.hex()}"
