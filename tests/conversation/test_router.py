"""Which handler takes a message: the tier of a route first, then the order of topics."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.conversation.message import Kind, Message
from bot.conversation.reply import Text, say
from bot.conversation.router import Conversation, Instead, Router, Step
from bot.conversation.state import Answering, Browsing, Filling, Idle, Naming, State
from bot.domain.services import Services
from tests.builders import pushed, said


def answers(name: str) -> Callable[[Message, State, Services], Step]:
    return lambda _message, state, _services: Step(say(name), state)


def played(message: Message, state: State, *topics: Router) -> str:
    services: Any = None
    reply = Conversation(topics).play(message, state, services).reply
    assert isinstance(reply, Text)
    return "".join(map(str, reply.parts))


TIERS: list[tuple[str, Callable[[Router], Any]]] = [
    ("ahead", lambda router: router.ahead(lambda *_: True)),
    ("tap", lambda router: router.tap("答题")),
    ("anytime", lambda router: router.anytime("答题")),
    ("during", lambda router: router.during(Answering, "答.")),
    ("pattern", lambda router: router.pattern("答.")),
    ("listed", lambda router: router.listed(Answering, "答.")),
    ("keyword", lambda router: router.keyword("答题")),
    ("awaited", lambda router: router.awaited(Answering)),
    ("sound", lambda router: router.keyword("大体")),
    ("guess", lambda router: router.guess(lambda *_: True)),
    ("otherwise", lambda router: router.otherwise(object)),
]


@pytest.mark.parametrize("first", range(len(TIERS)), ids=[name for name, _ in TIERS])
def test_the_tiers_come_in_their_order_however_the_routes_were_written(first: int) -> None:
    router = Router()
    for name, register in reversed(TIERS[first:]):
        register(router)(answers(name))

    assert played(said("答题"), Answering(1), router) == TIERS[first][0]


def test_within_a_tier_the_topics_come_in_their_order() -> None:
    one, other = Router(), Router()
    one.pattern("答.")(answers("one"))
    other.pattern("答题")(answers("other"))

    assert played(said("答题"), Idle(), one, other) == "one"
    assert played(said("答题"), Idle(), other, one) == "other"


def test_a_route_of_a_state_is_closed_in_another() -> None:
    router = Router()
    router.during(Answering | Filling, "b")(answers("answer"))
    router.listed(Browsing, "b")(answers("list"))
    router.otherwise(object)(answers("nobody"))

    assert played(said("B"), Answering(1), router) == "answer"
    assert played(said("B"), Filling(1), router) == "answer"
    assert played(said("B"), Browsing((1001,)), router) == "list"
    assert played(said("B"), Idle(), router) == "nobody"


def test_a_route_may_ask_for_facts_of_the_state() -> None:
    router = Router()
    router.during(Browsing, "3", choosing=True)(answers("votes"))
    router.otherwise(object)(answers("looks"))

    assert played(said("3"), Browsing((1001,), choosing=True), router) == "votes"
    assert played(said("3"), Browsing((1001,)), router) == "looks"


@pytest.mark.parametrize("words", ["dati", "答提", "大题", "da ti", "DATI"])
def test_what_sounds_like_a_keyword_is_one(words: str) -> None:
    router = Router()
    router.keyword("答题")(answers("quiz"))

    assert played(said(words), Idle(), router) == "quiz"


def test_a_name_that_sounds_like_a_keyword_is_a_name_where_one_is_awaited() -> None:
    router = Router()
    router.keyword("联系")(answers("contact"))
    router.awaited(Naming)(answers("name"))

    assert played(said("廉希"), Naming(1), router) == "name"
    assert played(said("联系"), Naming(1), router) == "contact"
    assert played(said("廉希"), Idle(), router) == "contact"


def test_a_message_may_stand_for_words() -> None:
    router = Router()
    router.push(Kind.CLICK)(lambda *_: Instead("答题"))
    router.keyword("答题")(answers("quiz"))

    assert played(pushed(Kind.CLICK, "MENU"), Idle(), router) == "quiz"


def test_the_pattern_hands_over_what_it_found() -> None:
    router = Router()

    @router.tap(r"第(?P<place>\d)题(?P<noted>x)?")
    def tap(message: Message, state: State, services: Services) -> Step:
        return Step(say(f"{message.group('place')}/{message.group('noted')}"), state)

    assert played(said("第２题"), Idle(), router) == "2/"


def test_a_text_of_faces_alone_says_nothing() -> None:
    router = Router()
    router.wordless(Idle)(answers("nothing"))
    router.otherwise(object)(answers("something"))

    assert played(said("[微笑]。"), Idle(), router) == "nothing"
    assert played(pushed(Kind.IMAGE), Idle(), router) == "something"


def test_a_message_that_nobody_takes_is_a_fault_of_ours() -> None:
    with pytest.raises(LookupError):
        played(said("答题"), Idle(), Router())
