"""A push is delivered as WeChat does it: five seconds, three times, the very same request."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest

from bot.simulator.answers import Flaw
from bot.simulator.delivery import Delivery, deliver
from bot.simulator.pushes import Follower
from tests.simulator.fake_bot import ACCOUNT, OPENID, reply_xml, sealed_reply

AT = 1731990601
PUSH = Follower(ACCOUNT.account_id, OPENID).text("答题", AT)
GOOD = (200, sealed_reply(reply_xml("你好")))

Outcome = tuple[int, bytes] | type[OSError]


@dataclass
class Wire:
    """A line to a bot that answers as told, each time after `seconds`."""

    outcomes: list[Outcome]
    seconds: float = 0.0
    requests: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)
    time: float = 0.0

    def send(self, query: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        self.requests.append((query, body))
        self.time += self.seconds
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, type):
            raise outcome
        return outcome

    @property
    def clock(self) -> Callable[[], float]:
        return lambda: self.time


def delivered(wire: Wire, **more: object) -> Delivery:
    return deliver(ACCOUNT, PUSH, wire.send, AT, clock=wire.clock, **more)  # type: ignore[arg-type]


def test_a_good_answer_ends_it() -> None:
    wire = Wire([GOOD], seconds=0.25)

    delivery = delivered(wire)

    assert delivery.answer is not None
    assert delivery.answer.text == "你好"
    assert [(a.number, a.status, a.seconds) for a in delivery.attempts] == [(1, 200, 0.25)]


def test_silence_is_an_answer_and_is_not_delivered_again() -> None:
    delivery = delivered(Wire([(200, b"success")]))

    assert delivery.answer is not None
    assert delivery.answer.kind == "silence"
    assert len(delivery.attempts) == 1


def test_without_an_answer_the_same_request_is_made_three_times() -> None:
    wire = Wire([TimeoutError] * 3)

    delivery = delivered(wire)

    assert delivery.answer is None
    assert [attempt.flaw for attempt in delivery.attempts] == [Flaw.LATE] * 3
    assert wire.requests == [wire.requests[0]] * 3


def test_a_late_answer_is_no_answer() -> None:
    delivery = delivered(Wire([GOOD] * 3, seconds=5.1))

    assert delivery.answer is None
    assert delivery.last.flaw is Flaw.LATE


def test_the_answer_to_the_second_delivery_counts() -> None:
    delivery = delivered(Wire([TimeoutError, GOOD]))

    assert delivery.answer is not None
    assert [attempt.number for attempt in delivery.attempts] == [1, 2]


BAD: dict[str, tuple[Outcome, Flaw]] = {
    "no connection": (ConnectionError, Flaw.UNREACHABLE),
    "refused": ((403, b""), Flaw.STATUS),
    "broken": ((500, GOOD[1]), Flaw.STATUS),
    "not XML": ((200, b"oops"), Flaw.NOT_XML),
    "for another": (
        (200, sealed_reply(reply_xml("你好", recipient="o-another"))),
        Flaw.RECIPIENT,
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_no_answer_is_named(case: str) -> None:
    outcome, flaw = BAD[case]

    delivery = delivered(Wire([outcome] * 3))

    assert delivery.answer is None
    assert [attempt.flaw for attempt in delivery.attempts] == [flaw] * 3


def test_a_later_redelivery_repeats_the_push_under_a_new_signature() -> None:
    wire = Wire([GOOD, GOOD])
    first = delivered(wire)

    again = delivered(wire, numbers=(2,))

    assert again.push == first.push
    assert again.sealed != first.sealed
    assert [attempt.number for attempt in again.attempts] == [2]
    assert again.answer == first.answer
