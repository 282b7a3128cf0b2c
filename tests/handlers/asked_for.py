"""Whether a conversation does only what was asked for, and answers all that wants an answer.

What is done is read off the statements that reach the database; whether it was asked for is
decided by plain rules that know nothing of the handlers.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from random import Random
from typing import Any

from pypinyin import lazy_pinyin
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from bot.conversation.message import NOBODY_READS, Kind, Message
from bot.conversation.reply import BUDGET, Page, Silence, Tap, Text, compile_text
from bot.conversation.state import (
    Answering,
    Appealing,
    Browsing,
    Bundled,
    Confirming,
    ConfirmingMotto,
    Filling,
    Naming,
    OfferedMotto,
    OfPractice,
    Practised,
    Practising,
    PractisingWords,
    Renaming,
    State,
    Telling,
    WritingMotto,
)
from handlers import reading, wording
from handlers.my_data import ERASE
from handlers.own_motto import WITHDRAW
from tests.builders import a_member, a_waiting_motto, an_approved_motto, chained
from tests.handlers.babble import MOTTO, PLACES, Babbler
from tests.handlers.papers import answered_wrongly, five_questions
from tests.handlers.talking import Talker
from tests.model.stage import laid_out

Asked = Callable[[str, State], object]
"""Whether words in this state ask for a deed."""


def _asks_to_change_an_entry(words: str, state: State) -> object:
    match state:
        case WritingMotto(number=number):
            return number or re.search("恢复|撤回|署|写全名|写姓", words)
        case ConfirmingMotto():
            return re.search("交|就这句|换|确定|改|恢复|撤回", words)
        case OfferedMotto():
            return re.search("交|就这句|换|确定|改|恢复|撤回|署|写全名|只写姓", words)
        case Confirming(act) if act == WITHDRAW:
            return re.search("确定|恢复|署|写全名|只写姓", words)
        case Appealing():
            return words
    return re.search(r"确定撤回 ?\d|恢复|申诉|改好|署|写全名|只写姓", words)


def _asks_to_take_a_vote_back(words: str, state: State) -> object:
    confirmed = isinstance(state, Confirming) and re.search("确定|撤回", words)
    return confirmed or "撤回" in words or _asks_to_change_an_entry(words, state)


def _asks_to_vote(words: str, state: State) -> object:
    told = isinstance(state, Browsing) and state.choosing
    number = r"[\d一二三四五六七八九十两]"
    return re.search("投|票", words) or (told and re.search(number, words))


def _asks_to_practise(words: str, state: State) -> object:
    named = isinstance(state, Practised) and re.search("记|问|会了", words)
    return isinstance(state, OfPractice) or named


def _asks_for_a_board(words: str) -> object:
    return "shangbang" in (sound := "".join(lazy_pinyin(words))) or "tui" in sound


def _asks_for_a_size(words: str) -> object:
    """By its sound, 大字 may have become 打字; or as the sixth line of the menu."""
    sounds = "dazi|xiaozi|zitai|kanbuqing|kanbujian|yanhua|laohua|6|liu"
    return re.search(sounds, "".join(lazy_pinyin(words)))


ASKED: dict[str, Asked] = {
    "insert into vote": _asks_to_vote,
    "delete from vote": _asks_to_take_a_vote_back,
    "insert into withdrawn_vote": _asks_to_take_a_vote_back,
    "insert into motto": lambda words, state: (
        isinstance(state, ConfirmingMotto | OfferedMotto) and re.search("交|就这句|确定", words)
    ),
    "update motto": _asks_to_change_an_entry,
    "insert into answer": lambda words, state: (
        isinstance(state, Answering | Filling | Bundled) or re.search(r"第\d+题", words)
    ),
    "insert into practice_card": _asks_to_practise,
    "update practice_card": _asks_to_practise,
    "update member": lambda words, state: (
        isinstance(state, Naming | Renaming)
        or re.fullmatch(f"{wording.THANKS}|", words)
        or _asks_for_a_size(words)
        or _asks_for_a_board(words)
    ),
    "delete from person": lambda _, __: False,
    "insert into question_report": lambda _, state: isinstance(state, Telling) and state.question,
    "insert into ticket": lambda words, state: (
        isinstance(state, Telling) or re.search("破|去世|垃圾|讨厌", words)
    ),
}
"""What may only be done when it was asked for; what is not here is no harm."""


_NAMES_PAPER, _NAMES_PRACTICE = wording.TAP, r"练.+"
_NAMES_A_QUESTION = rf"第\d+题.+|练.+|{wording.PAIR}"
_NAMES_ENTRY = "|".join((wording.VOTE_FOR_NUMBER, *wording.VOTE_FOR_IT))
"""How words name what they are about."""

_OPTION = re.compile(r"第|练\d(?!记牢)")
"""What the taps below a question begin with."""


class Deeds:
    """What a conversation does, by the statements that reach the database and are not undone."""

    def __init__(self) -> None:
        self.done: set[str] = set()

    @contextmanager
    def watching(self, engine: Engine) -> Iterator["Deeds"]:
        event.listen(engine, "before_cursor_execute", self._note)
        event.listen(engine, "rollback_savepoint", self._undone)
        try:
            yield self
        finally:
            event.remove(engine, "before_cursor_execute", self._note)
            event.remove(engine, "rollback_savepoint", self._undone)

    def _note(self, _connection: Any, _cursor: Any, sql: str, *_rest: Any) -> None:
        self.done.update(_deeds_in(sql))

    def _undone(self, *_: Any) -> None:
        self.done.clear()


@cache
def _deeds_in(sql: str) -> list[str]:
    return re.findall(r"\b(?:insert into|update|delete from) \w+", sql.lower())


def babble(seed: int, messages: int, astray: float = 0.0) -> None:
    """One conversation; a failure tells its last words.

    `astray` is how often the member is put where they did not come by themselves.
    """
    engine, dice = laid_out(), Random(seed)
    with chained(engine)() as session, Deeds().watching(engine) as deeds:
        talker = newcomer(session, dice)
        babbler = Babbler(dice)
        came_at: datetime | None = None
        for _ in range(messages):
            if dice.random() < astray:
                talker.state, came_at = dice.choice(PLACES), None
            talker.now += babbler.pause()
            before, message = talker.state, babbler.message(talker.now)
            deeds.done.clear()
            talker.sends(message)
            wrong = [*uncalled_for(deeds.done, message, before)]
            if came_at == message.sent_at:
                wrong += blindly(deeds.done, message.text, before)
            if not is_answer(talker, message):
                wrong.append("no answer")
            assert not wrong, (
                f"{seed}: {wrong}: {message.kind} {message.raw!r} in {before}: {talker.reply}"
            )
            if viewed(talker.state) != viewed(before):
                came_at = message.sent_at
            babbler.sees(talker.reply)
            if "delete from person" in deeds.done:
                a_member(session, "zhang")


def newcomer(session: Session, dice: Random) -> Talker:
    """A member who has erred, with an entry that waits, one that stands, or none."""
    kinds = ("single", "multiple", "judge", "blank", "single")
    answered_wrongly(session, a_member(session, "zhang"), five_questions(kinds))
    if prepare := dice.choice((None, a_waiting_motto, an_approved_motto)):
        prepare(session, "zhang", MOTTO)
    return Talker(session)


def uncalled_for(done: set[str], message: Message, state: State) -> Iterator[str]:
    """What was done and not asked for."""
    if state == Confirming(ERASE) and message.text == "确定删除" and not message.spoken:
        return
    for deed in done & ASKED.keys():
        greets = deed == "update member" and message.kind in (Kind.FOLLOW, Kind.SCAN)
        if not greets and not ASKED[deed](message.text, state):
            yield deed


def blindly(done: set[str], words: str, unseen: State) -> Iterator[str]:
    """What was done about something that nobody had seen when they wrote these words."""
    if "insert into vote" in done and not re.fullmatch(_NAMES_ENTRY, words):
        yield "insert into vote"
    graded = done & {"insert into answer", "insert into practice_card", "update practice_card"}
    if graded and not _names_another(words, unseen):
        yield from graded
    yield from done & {"delete from person"}


def _names_another(words: str, unseen: State) -> bool:
    """Whether these words name a question that is not on show."""
    if not re.fullmatch(_NAMES_A_QUESTION, words):
        return False
    match unseen:
        case Answering(place) | Filling(place):
            elsewhere = re.fullmatch(_NAMES_PRACTICE, words)
        case Practising(place=place) | PractisingWords(place=place):
            elsewhere = re.fullmatch(_NAMES_PAPER, words)
        case _:
            return True
    named = re.search(r"[\d一二三四五六七八九]+", words)
    return bool(elsewhere or (named and reading.number(named[0]) != place))


def viewed(state: State) -> object:
    """The question or the list on show."""
    match state:
        case Answering(place) | Filling(place):
            return place
        case Practising(questions, place) | PractisingWords(questions, place):
            return questions, place
        case Browsing(numbers):
            return numbers
    return state


def is_answer(talker: Talker, message: Message) -> bool:
    """Whether the reply says something, fits, and can be read on a telephone."""
    if isinstance(talker.reply, Silence):
        return message.kind in NOBODY_READS or is_thanks(message)
    return is_readable(talker.reply)


def is_thanks(message: Message) -> bool:
    """Whether silence may be the answer."""
    faces = wording.THANKS_FACES.intersection(message.folded.emoji)
    return bool(faces or re.fullmatch(wording.THANKS, message.text))


def is_readable(reply: Text) -> bool:
    """Whether a reply says something, fits, and can be read on a telephone."""
    # With a budget of its own it would be cut to fit, and always fit.
    words = compile_text(reply, lambda path: f"https://example.org/h{path}", 100_000)
    return (
        bool(words.strip())
        and len(words.encode()) <= BUDGET
        and words.count("\n") < 12
        and len(other_links(reply)) <= 6
    )


def other_links(reply: Text) -> list[Tap | Page]:
    """The links of a reply that are not a question's own."""
    links = [part for part in reply.parts if isinstance(part, Tap | Page)]
    return [link for link in links if not (isinstance(link, Tap) and _OPTION.match(link.sends))]
