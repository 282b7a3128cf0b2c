"""One's own motto once it is entered: how it stands, other words, taking it back."""

from collections.abc import Callable
from datetime import datetime

from bot.conversation.folding import fold_prose
from bot.conversation.message import Message
from bot.conversation.reply import Text
from bot.conversation.router import Router, Step
from bot.conversation.state import (
    Confirming,
    ConfirmingMotto,
    Idle,
    State,
    WritingMotto,
    on_show,
)
from bot.domain.entries import UNDO, MottoCard, MottoState
from bot.domain.refusals import NoMotto, VotesAtStake
from bot.domain.services import Services
from bot.rulebook import review_promise
from handlers import wording

REWORD, WITHDRAW = "reword", "withdraw"
"""What `Confirming` asks about: other words for the entry it names, or taking it back."""

router = Router()


def promise(services: Services) -> str:
    """When a decision may be expected, by how long others have waited lately."""
    return review_promise(services.moderation.waits())


def own_card(mine: MottoCard, services: Services) -> Text:
    """The member's entry and how it stands."""
    card = services.mottos.public(mine.number)
    votes, told = services.mottos.votes_for(mine.number), _told(mine, services.now)
    until = promise(services) if told is MottoState.WAITING else ""
    return wording.motto_of_mine(mine, told, votes, until, card or mine)


@router.keyword(*wording.MY_MOTTO)
def show_mine(message: Message, state: State, services: Services) -> Step:
    """Show the member's entry."""
    mine = services.mottos.mine(message.member)
    reply = own_card(mine, services) if mine else wording.motto_unwritten()
    return Step(reply, on_show(state))


# ------------------------------------------------------------ other words


@router.keyword(*wording.REWORD)
def ask_for_words(message: Message, _state: State, services: Services) -> Step:
    """Ask for other words; who would lose votes by them is told so first."""
    services.mottos.ensure_collecting()
    mine = services.mottos.mine(message.member)
    if mine is None:
        return Step(wording.motto_unwritten(), Idle())
    if votes := services.mottos.votes_at_stake(mine):
        ask = wording.motto_votes_will_go(mine.number, votes)
        return Step(ask, Confirming(REWORD, mine.number))
    return _ask_for_words(mine, services, warned=False)


@router.during(Confirming, wording.SURE_TO_REWORD, act=REWORD)
def ask_for_words_after_all(message: Message, _state: Confirming, services: Services) -> Step:
    """The member knows that the votes will go."""
    if (mine := services.mottos.mine(message.member)) is None:
        raise NoMotto
    return _ask_for_words(mine, services, warned=True)


@router.during(Confirming, wording.AGREED)
@router.during(ConfirmingMotto, wording.AGREED)
def ask_to_be_sure(
    _message: Message, state: Confirming | ConfirmingMotto, _services: Services
) -> Step:
    """好的 may be mere politeness: say that nothing has happened, and what makes it happen."""
    return Step(wording.not_done_yet(), state)


@router.during(ConfirmingMotto, wording.SURE_TO_REWORD, warned=True)
def reword_after_all(message: Message, state: ConfirmingMotto, services: Services) -> Step:
    """The member knows that the votes will go, and has written the words already."""
    return reword(message, state.words, services, signature=state.signature, warned=True)


@router.keyword(*wording.FORMER_WORDS)
def back_to_former_words(message: Message, state: State, services: Services) -> Step:
    """Put the words back that stood before the last change."""
    if (mine := services.mottos.mine(message.member)) is None:
        return Step(wording.motto_unwritten(), on_show(state))
    if (former := services.mottos.former_words(mine.number)) is None:
        return Step(wording.motto_never_reworded(mine.number), on_show(state))
    return reword(message, former, services)


@router.keyword(*wording.TAKE_FIX)
def take_fix(message: Message, state: State, services: Services) -> Step:
    """Hand the entry in again with the words that the moderator offered."""
    if (mine := services.mottos.mine(message.member)) is None:
        return Step(wording.motto_unwritten(), on_show(state))
    if mine.fix is None or _told(mine, services.now) is not MottoState.RETURNED:
        return Step(own_card(mine, services), on_show(state))
    return reword(message, mine.fix, services)


def reword(
    message: Message,
    words: str,
    services: Services,
    signature: str | None = None,
    warned: bool = False,
) -> Step:
    """Put the words under the member's number, unless votes would go that nobody spoke of.

    `signature` None keeps the one there is. Raises NoMotto.
    """
    if (mine := services.mottos.mine(message.member)) is None:
        raise NoMotto
    signature = signature or mine.signature
    if words == mine.words and mine.state is not MottoState.WITHDRAWN:
        if signature != mine.signature:
            return Step(_sign(signature, message, services), Idle())
        return Step(wording.motto_unchanged(mine.number), Idle())
    folded = fold_prose(words)
    try:
        card = services.mottos.reword(message.member, words, folded, signature, warned)
    except VotesAtStake as refusal:
        asked = ConfirmingMotto(words, signature, mine.number, warned=True)
        return Step(wording.refuse(refusal), asked)
    return Step(wording.motto_reworded(card, promise(services)), Idle())


def _ask_for_words(mine: MottoCard, services: Services, warned: bool) -> Step:
    ask = wording.motto_to_reword(mine, _told(mine, services.now))
    return Step(ask, WritingMotto(mine.number, warned))


# ------------------------------------------------------------ another signature


@router.keyword(*wording.SIGN_OTHERWISE)
def ask_for_signature(message: Message, state: State, services: Services) -> Step:
    """Show how the member's entry is signed, and how else it could be."""
    if (mine := services.mottos.mine(message.member)) is None:
        return Step(wording.motto_unwritten(), on_show(state))
    who = services.members.profile(message.member)
    return Step(wording.motto_signature(mine, who.unit, who.name), on_show(state))


@router.pattern(wording.SIGN)
def sign(message: Message, state: State, services: Services) -> Step:
    """Sign the member's entry otherwise: the words stay, and what was decided about them."""
    if services.mottos.mine(message.member) is None:
        return Step(wording.motto_unwritten(), on_show(state))
    return Step(_sign(wording.SIGNED_BY[message.text], message, services), on_show(state))


def _sign(signature: str, message: Message, services: Services) -> Text:
    card = services.mottos.sign(message.member, signature)
    who = services.members.profile(message.member)
    return wording.motto_signed(card, who.unit, who.name)


# ------------------------------------------------------------ taking it back


@router.keyword(*wording.WITHDRAW_MOTTO)
def ask_to_withdraw(message: Message, state: State, services: Services) -> Step:
    """Say what withdrawing means, and ask."""
    mine = services.mottos.mine(message.member)
    if mine is None:
        return Step(wording.motto_unwritten(), on_show(state))
    if mine.state is MottoState.WITHDRAWN:
        return Step(own_card(mine, services), on_show(state))
    card = services.mottos.public(mine.number) or mine
    votes = services.mottos.votes_at_stake(mine)
    ask = wording.motto_to_withdraw(mine.number, votes, card.signers - 1)
    return Step(ask, Confirming(WITHDRAW, mine.number))


@router.tap(wording.WITHDRAW_NUMBER)
def withdraw(message: Message, state: State, services: Services) -> Step:
    """Withdraw the entry, which must be the member's own."""
    return _with_own(int(message.group("number")), message, state, services, _withdraw)


@router.during(Confirming, wording.SURE_TO_WITHDRAW, act=WITHDRAW)
def withdraw_after_all(message: Message, state: Confirming, services: Services) -> Step:
    """Withdraw the entry that we asked about."""
    return _with_own(state.number, message, state, services, _withdraw)


@router.tap(wording.RESTORE_NUMBER)
def restore(message: Message, state: State, services: Services) -> Step:
    """Bring the withdrawn entry back, which must be the member's own."""
    return _with_own(int(message.group("number")), message, state, services, _restore)


def _with_own(
    number: int,
    message: Message,
    state: State,
    services: Services,
    act: Callable[[MottoCard, Message, Services], Text],
) -> Step:
    """Do it to the entry of this number if that is the member's own."""
    mine = services.mottos.mine(message.member)
    if mine is None:
        return Step(wording.motto_unwritten(), on_show(state))
    if mine.number != number:
        return Step(wording.motto_not_yours(number, mine.number), on_show(state))
    return Step(act(mine, message, services), on_show(state))


def _withdraw(mine: MottoCard, message: Message, services: Services) -> Text:
    if mine.state is MottoState.WITHDRAWN:
        return own_card(mine, services)
    return wording.motto_withdrawn(services.mottos.withdraw(message.member).number)


def _restore(mine: MottoCard, message: Message, services: Services) -> Text:
    try:
        restored = services.mottos.restore(message.member)
        return wording.motto_restored(restored.number, promise(services))
    except NoMotto:
        if mine.state is MottoState.WITHDRAWN:
            return wording.motto_gone(mine.number)
        return wording.motto_not_withdrawn(mine.number)


# ------------------------------------------------------------ leaving it


@router.during(WritingMotto, wording.NO_THANKS)
@router.during(ConfirmingMotto, wording.NO_THANKS)
@router.during(Confirming, wording.NO_THANKS, act=REWORD)
@router.during(Confirming, wording.NO_THANKS, act=WITHDRAW)
def leave(
    _message: Message, state: WritingMotto | ConfirmingMotto | Confirming, _services: Services
) -> Step:
    """Nothing is entered, or the entry stays as it is."""
    return Step(wording.motto_kept(state.number) if state.number else wording.motto_left(), Idle())


def _told(mine: MottoCard, now: datetime) -> MottoState:
    """The state as its author may know it: a decision that can still be undone is not told."""
    open_verdict = mine.decided_at is not None and now < mine.decided_at + UNDO
    if open_verdict and mine.state in (MottoState.APPROVED, MottoState.RETURNED):
        return MottoState.WAITING
    return mine.state
