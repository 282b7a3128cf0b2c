"""Delivering a push as WeChat does: five seconds for an answer, three deliveries at most."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from bot.simulator.account import Account, Sealed
from bot.simulator.answers import SILENCE, Answer, BadAnswer, Flaw
from bot.simulator.pushes import Push

LIMIT = 5.0
"""Seconds after which WeChat closes the connection."""

THREE_TIMES = (1, 2, 3)

Send = Callable[[Mapping[str, str], bytes], tuple[int, bytes]]
"""Posts a query and a body; gives status and body, or raises TimeoutError or ConnectionError."""


@dataclass(frozen=True)
class Attempt:
    """One delivery and what came back; `answer` is None exactly when there is a flaw."""

    number: int
    seconds: float
    status: int | None = None
    body: bytes = b""
    answer: Answer | None = None
    flaw: Flaw | None = None


@dataclass(frozen=True)
class Delivery:
    """A push, how it was sent, and all attempts in their order; there is at least one."""

    push: Push
    sealed: Sealed
    attempts: tuple[Attempt, ...]

    @property
    def last(self) -> Attempt:
        return self.attempts[-1]

    @property
    def answer(self) -> Answer | None:
        """The reply the member sees; None when he sees that the account is out of order."""
        return self.last.answer


def deliver(
    account: Account,
    push: Push,
    send: Send,
    timestamp: int,
    numbers: Iterable[int] = THREE_TIMES,
    clock: Callable[[], float] = time.perf_counter,
) -> Delivery:
    """Deliver until there is a valid answer, each time with the very same bytes.

    Whether WeChat signs anew for a repetition is undocumented. Here the repetitions of one
    call keep query and body; a second call with the same push signs anew.
    """
    sealed = account.seal(push, timestamp)
    attempts: list[Attempt] = []
    for number in numbers:
        attempts.append(_attempt(account, push, sealed, send, number, clock))
        if attempts[-1].answer:
            break
    return Delivery(push, sealed, tuple(attempts))


def _attempt(
    account: Account,
    push: Push,
    sealed: Sealed,
    send: Send,
    number: int,
    clock: Callable[[], float],
) -> Attempt:
    began = clock()
    try:
        status, body = send(sealed.query, sealed.body)
    except TimeoutError:
        return Attempt(number, clock() - began, flaw=Flaw.LATE)
    except ConnectionError:
        return Attempt(number, clock() - began, flaw=Flaw.UNREACHABLE)
    seconds = clock() - began
    try:
        answer = _shown(account, push, status, body, seconds)
    except BadAnswer as bad:
        return Attempt(number, seconds, status, body, flaw=bad.flaw)
    return Attempt(number, seconds, status, body, answer)


def _shown(account: Account, push: Push, status: int, body: bytes, seconds: float) -> Answer:
    if seconds > LIMIT:
        raise BadAnswer(Flaw.LATE)
    if status != 200:
        raise BadAnswer(Flaw.STATUS)
    answer = account.open_reply(body)
    if answer is not SILENCE and answer.recipient != push.openid:
        raise BadAnswer(Flaw.RECIPIENT)
    return answer
