"""The topic: a colleague links their WeChat, looks at what waits, decides, takes it back."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.conversation.message import Message
from bot.conversation.reply import fits
from bot.conversation.router import Instead, Router, Step
from bot.conversation.state import Idle, Reviewed, Reviewing, State, is_unseen, on_show
from bot.domain.entries import MottoCard
from bot.domain.moderation import Outcome, Reason, Seen
from bot.domain.phones import Moderator
from bot.domain.piles import Pile
from bot.domain.refusals import DecidedMeanwhile, NotTheirs, UndoTooLate
from bot.domain.services import Services
from handlers import wording as members
from handlers.moderating import reading, wording

AT_ONCE = 5
PEOPLE_AT_ONCE = 40
"""Entries that one line decides: WeChat waits, and others wait to write."""
FEW = 200
"""Waiting entries among which a new one is sorted while the moderator waits for the list.

Where there are more, the worker sorts it within seconds, and enough is on show meanwhile.
"""
HITS = 2
"""Marked words that are told of a pile."""
_SEAT = b"telephone, chat."
"""The page on which a phone shows its piles (16 bytes)."""

router = Router()


@router.tap(wording.LINK)
def link(message: Message, state: State, services: Services) -> Step:
    """This WeChat is the colleague's who was given the code."""
    linked = services.phones.link(message.member, message.group("code"))
    if linked is None:
        return Step(wording.wrong_code(), on_show(state))
    return Step(wording.linked(linked.name), Idle())


@router.keyword(*wording.LOOK)
def look(message: Message, state: State, services: Services) -> Step | Instead:
    """Show the first piles; to a member the words mean the own entry, which may wait."""
    moderator = services.phones.moderator(message.member)
    if moderator is None:
        return Instead(members.MY_MOTTO[0])
    if moderator.asleep:
        return Step(wording.confirm_first(), Idle())
    if not moderator.proved:
        return Step(wording.prove_first(), Idle())
    services.piles.place(services.piles.sort(FEW))
    services.piles.take(moderator.id, _SEAT)
    desk = services.piles.desk(moderator.id)
    lying = [pile for pile in desk.piles if not pile.barred][:AT_ONCE]
    if not lying:
        return Step(wording.nothing_waits(), Idle())
    quotes = services.quotation_list.quotes_leader
    told = [
        wording.Told(pile, _hits(pile, services), _doubted(pile, services), quotes(pile.head.words))
        for pile in lying
    ]
    while len(told) > 1 and not fits(wording.piles(desk.piles_waiting, told)):
        # What would be cut off nobody has seen, and could be decided all the same.
        told.pop()
    shown = _kept(one.pile.seen[0] for one in told)
    done = state.done if isinstance(state, Reviewed | Reviewing) else ()
    after = Reviewing(shown, services.now.isoformat(), done)
    return Step(wording.piles(desk.piles_waiting, told), after)


@router.during(Reviewing, wording.DECISION)
def decide(message: Message, state: Reviewing, services: Services) -> Step | Instead:
    """Decide what the line says of the piles on show, all of it or nothing."""
    moderator = services.phones.moderator(message.member)
    if moderator is None or not moderator.proved:
        return Instead(wording.LOOK[0])
    if is_unseen(state, message.sent_at):
        return Step(wording.shown_later(), state)
    verdicts = reading.verdicts(message.text, len(state.shown))
    if verdicts is None:
        return Step(wording.not_understood(len(state.shown)), state)
    outcomes, rest = _follow(verdicts, state, moderator, services)
    late = [place for place in verdicts if not outcomes[place].done and place not in rest]
    told = wording.Done(
        approved=_count(outcomes[place].final for place in verdicts if verdicts[place] is None),
        returned=_count(outcomes[place].final for place in verdicts if verdicts[place]),
        held=_count(len(outcome.held) for outcome in outcomes.values()),
    )
    left = services.piles.desk(moderator.id).piles_waiting
    reply = wording.decided(told, late, rest, PEOPLE_AT_ONCE, left)
    decided = _kept(one for outcome in outcomes.values() for one in outcome.done)
    return Step(reply, Reviewed(decided) if decided else Idle())


@router.during(Reviewed | Reviewing, wording.TAKE_BACK)
def take_back(message: Message, state: Reviewed | Reviewing, services: Services) -> Step | Instead:
    """Undo what was just decided, before anybody is told; also with the next piles on show."""
    moderator = services.phones.moderator(message.member)
    if moderator is None or not moderator.proved:
        return Instead(wording.LOOK[0])
    if not state.done:
        return Step(wording.nothing_to_take_back(), state)
    seen = [_read(one) for one in state.done]
    try:
        undone = services.piles.undo(seen, moderator.id)
    except DecidedMeanwhile:
        return Step(wording.not_taken_back(), Idle())
    except UndoTooLate:
        return Step(wording.too_late_to_take_back(), Idle())
    return Step(wording.taken_back(len(undone.done)), Idle())


def _follow(
    verdicts: reading.Verdicts, state: Reviewing, moderator: Moderator, services: Services
) -> tuple[dict[int, Outcome], dict[int, int]]:
    """What was decided, and how many wait on for want of room, by the places of their piles."""
    outcomes: dict[int, Outcome] = {}
    rest: dict[int, int] = {}
    room = PEOPLE_AT_ONCE
    for place, reason in verdicts.items():
        cards = _seen(state, place, moderator, services)
        outcome = outcomes[place] = _decide(cards[:room], moderator, reason, services)
        if len(cards) > room and (outcome.done or not room):
            left = services.piles.around(cards[room].number, moderator.id)
            rest[place] = left.count if left else 0
        room -= len(outcome.done)
    return outcomes, rest


def _seen(
    state: Reviewing, place: int, moderator: Moderator, services: Services
) -> list[MottoCard]:
    """The entries of the pile that were on it when it was shown; none if its first has changed.

    In other words that one may lie on a pile of which nobody has seen anything.
    """
    head = _read(state.shown[place - 1])
    pile = services.piles.around(head.number, moderator.id)
    if pile is None or head not in pile.seen:
        return []
    shown_at = datetime.fromisoformat(state.at)
    return [card for card in pile.cards if card.submitted_at <= shown_at]


def _decide(
    cards: list[MottoCard], moderator: Moderator, reason: Reason | None, services: Services
) -> Outcome:
    """What was decided of it; nothing if a colleague was faster, or has to decide it."""
    if not cards:
        return Outcome([], {})
    seen = [Seen(card.number, card.version) for card in cards]
    fix = _fix(cards, services) if reason is Reason.TYPO else None
    try:
        return services.piles.decide(seen, moderator.id, reason, fix)
    except (DecidedMeanwhile, NotTheirs):
        return Outcome([], {})


def _count(people: Iterable[int]) -> tuple[int, int]:
    """How many piles there are with anybody on them, and how many people on all."""
    some = [count for count in people if count]
    return len(some), sum(some)


def _fix(cards: list[MottoCard], services: Services) -> str | None:
    """The right words to offer to the authors, where all wrote the same and it is plain."""
    words = {card.words for card in cards}
    quoted = services.quotation_list.quotations().compare(cards[0].words)
    return quoted.mended if quoted and len(words) == 1 else None


def _kept(seen: Iterable[Seen]) -> tuple[str, ...]:
    return tuple(f"{one.number}:{one.version}" for one in seen)


def _read(kept: str) -> Seen:
    return Seen(*map(int, kept.split(":")))


def _hits(pile: Pile, services: Services) -> list[str]:
    """Words that are marked, as they are listed: 加微信 where somebody wrote 加 微-信."""
    return [hit.word for hit in services.word_list.screen().look(pile.head.words).hits[:HITS]]


def _doubted(pile: Pile, services: Services) -> Sequence[str]:
    """What may be miswritten of a well-known saying, as it should be."""
    quoted = services.quotation_list.quotations().compare(pile.head.words)
    return quoted.doubted[:HITS] if quoted and quoted.mended else ()
