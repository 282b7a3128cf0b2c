"""Mottos by chat: writing one's own and handing it in, and a look at the others'.

A sentence that looks like a motto is offered as one and never entered by itself; what is
stored is what the member wrote, the folded words only compare.
"""

import re
from dataclasses import replace

from bot.conversation.folding import fold_prose
from bot.conversation.message import Message
from bot.conversation.reply import join
from bot.conversation.router import Router, Step
from bot.conversation.state import (
    Answering,
    ConfirmingMotto,
    Filling,
    Idle,
    OfferedMotto,
    Practising,
    PractisingWords,
    State,
    WritingMotto,
    on_show,
)
from bot.domain.entries import MottoCard
from bot.domain.mottos import LEAST, check_words
from bot.domain.refusals import CollectingClosed, MottoTooLong, MottoTooShort
from bot.domain.services import Services
from handlers import wording
from handlers.asking import option_said
from handlers.own_motto import own_card, promise, reword
from handlers.vote import listed, with_way_back

LEAST_HAN = 6
"""Chinese characters from which on a sentence may be a motto."""
NEWEST = 4
"""Mottos in the chat's look at the wall."""

router = Router()

_HAN = re.compile(r"[\u3400-\u9fff]")
_NOT_A_MOTTO = re.compile(f"{wording.NOT_A_MOTTO}|{wording.SMALL_TALK}|^(?:{wording.FORWARDED})")
_COMPLAINT = re.compile(wording.COMPLAINT)


def looks_like_motto(message: Message, _state: State) -> bool:
    """Whether a sentence out of the blue may be meant as one."""
    han = len(_HAN.findall(message.text))
    other = _NOT_A_MOTTO.search(message.text) or _COMPLAINT.fullmatch(message.text)
    return (han >= LEAST_HAN and not other) or message.text in wording.SHORT_MOTTOS


# ------------------------------------------------------------ offering and writing


@router.guess(looks_like_motto)
def offer(message: Message, state: State, services: Services) -> Step:
    """Ask whether the sentence is a motto; in place of a draft on show, it is the next draft.

    Where an option of the question on show reads like that, it was chosen.
    """
    if step := option_said(message, state, services):
        return step
    try:
        services.mottos.ensure_collecting()
        words = check_words(_words(message))
    except CollectingClosed:
        reply = wording.no_more_mottos()
    except MottoTooShort as refusal:
        reply = wording.motto_offer_too_short(refusal)
    except MottoTooLong as refusal:
        reply = wording.motto_offer_too_long(refusal)
    else:
        return _offer(words, message, state, services)
    return Step(with_way_back(reply, state), on_show(state))


def _offer(words: str, message: Message, state: State, services: Services) -> Step:
    match state:
        case ConfirmingMotto():
            return _preview(message, replace(state, words=words), services)
        case Answering() | Filling():
            return Step(wording.motto_offer_in_quiz(words), OfferedMotto(words))
        case Practising() | PractisingWords():
            return Step(wording.motto_offer_in_practice(words), OfferedMotto(words))
    if mine := services.mottos.mine(message.member):
        return _second(mine, words)
    twins = services.mottos.twins(fold_prose(words))
    return Step(wording.motto_offer(words, twins), OfferedMotto(words))


@router.during(OfferedMotto, wording.IT_IS_ONE)
def prepare(message: Message, state: OfferedMotto, services: Services) -> Step:
    """The sentence is a motto: show it as it will stand."""
    if mine := services.mottos.mine(message.member):
        return _second(mine, state.words)
    return _preview(message, ConfirmingMotto(state.words), services)


@router.keyword(*wording.MOTTO)
@router.guess(lambda message, _: wording.MOTTO_WORD in message.text)
def invite(message: Message, _state: State, services: Services) -> Step:
    """Ask for a motto; a member who has one sees that."""
    if mine := services.mottos.mine(message.member):
        return Step(own_card(mine, services), Idle())
    services.mottos.ensure_collecting()
    return Step(wording.motto_invitation(), WritingMotto())


@router.during(OfferedMotto, wording.ANOTHER)
@router.during(ConfirmingMotto, wording.ANOTHER)
def another(_message: Message, state: OfferedMotto | ConfirmingMotto, _services: Services) -> Step:
    """Ask for other words in place of these."""
    number = state.number if isinstance(state, ConfirmingMotto) else 0
    return Step(wording.motto_invitation(), WritingMotto(number))


@router.wordless(WritingMotto)
def ask_for_words_again(_message: Message, state: WritingMotto, _services: Services) -> Step:
    """Pictures alone are no motto."""
    return Step(wording.motto_wanted_again(MottoTooShort(0, LEAST)), state)


@router.during(WritingMotto, wording.AGREED)
def invite_again(_message: Message, state: WritingMotto, _services: Services) -> Step:
    """好的: the words themselves are still to come."""
    return Step(wording.motto_invitation(), state)


@router.during(WritingMotto, wording.COMPLAINT)
@router.awaited(WritingMotto)
def write(message: Message, state: WritingMotto, services: Services) -> Step:
    """Take the words that we asked for."""
    return _take(_words(message), message, state, services)


@router.pattern(wording.WITH_PREFIX)
def write_at_once(message: Message, _state: State, services: Services) -> Step:
    """Take the words behind 投稿."""
    services.mottos.ensure_collecting()
    words = re.sub(wording.ENTRY_PREFIX, "", _words(message), count=1)
    return _take(words, message, WritingMotto(), services)


def _take(words: str, message: Message, state: WritingMotto, services: Services) -> Step:
    try:
        words = check_words(words)
    except MottoTooShort as refusal:
        return Step(wording.motto_wanted_again(refusal), state)
    except MottoTooLong as refusal:
        return Step(wording.motto_wanted_shorter(refusal), state)
    mine = services.mottos.mine(message.member)
    if mine is None:
        return _preview(message, ConfirmingMotto(words), services)
    if not state.number:
        return _second(mine, words)
    if not looks_like_motto(message, state):
        return _preview(message, ConfirmingMotto(words, mine.signature, mine.number), services)
    return reword(message, words, services, warned=state.warned)


def _second(mine: MottoCard, words: str) -> Step:
    """The member has an entry: ask which of the two shall stand."""
    return Step(wording.motto_second(mine.number, words), OfferedMotto(words))


def _preview(message: Message, draft: ConfirmingMotto, services: Services) -> Step:
    who = services.members.profile(message.member)
    twins = services.mottos.twins(fold_prose(draft.words))
    reply = wording.motto_preview(draft.words, who.unit, who.name, draft.signature, draft.number)
    return Step(join([wording.motto_twins(twins), reply]) if twins else reply, draft)


def _words(message: Message) -> str:
    """What the member wrote; WeChat ends recognised speech with a full stop."""
    words = message.raw.strip()
    return words.removesuffix(wording.SPOKEN_END) if message.spoken else words


# ------------------------------------------------------------ signing and handing in


@router.during(ConfirmingMotto, wording.SIGN)
def sign(message: Message, state: ConfirmingMotto, services: Services) -> Step:
    """Change how the motto will be signed."""
    signature = wording.SIGNED_BY[message.text]
    return _preview(message, replace(state, signature=signature), services)


@router.during(OfferedMotto, wording.HAND_IN)
@router.during(ConfirmingMotto, wording.HAND_IN)
def hand_in(message: Message, state: OfferedMotto | ConfirmingMotto, services: Services) -> Step:
    """Enter the motto; a member who has one is asked whether it should be replaced."""
    draft = state if isinstance(state, ConfirmingMotto) else ConfirmingMotto(state.words)
    if draft.number:
        return reword(message, draft.words, services, draft.signature, draft.warned)
    if mine := services.mottos.mine(message.member):
        return _second(mine, draft.words)
    folded = fold_prose(draft.words)
    card = services.mottos.submit(message.member, draft.words, folded, draft.signature)
    return Step(wording.motto_received(card.number, promise(services)), Idle())


@router.during(OfferedMotto, wording.REPLACE_IT)
def replace_mine(message: Message, state: OfferedMotto, services: Services) -> Step:
    """Put the sentence in place of the member's entry."""
    return reword(message, state.words, services)


@router.during(OfferedMotto, wording.NO_THANKS)
@router.during(OfferedMotto, wording.IT_IS_NONE)
@router.keyword(*wording.LEAVE_IT)
def leave(_message: Message, state: State, _services: Services) -> Step:
    """The sentence was no motto, or what there is stays."""
    return Step(wording.motto_left(), on_show(state))


# ------------------------------------------------------------ the others'


@router.keyword(*wording.WALL)
def wall(_message: Message, state: State, services: Services) -> Step:
    """Show the newest approved mottos; a bare number then shows one of them."""
    cards = services.mottos.wall(page=1).mottos[:NEWEST]
    return Step(wording.wall(cards), listed(cards, services) if cards else on_show(state))


@router.keyword(*wording.FIND_MOTTO)
def find(_message: Message, state: State, _services: Services) -> Step:
    """Say how to find one motto."""
    return Step(wording.how_to_find(), on_show(state))
