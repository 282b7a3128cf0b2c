"""Appeals by chat: an entry was sent back, and its author says in a sentence why that is wrong."""

import re

from bot.conversation.message import Message
from bot.conversation.router import Router, Step
from bot.conversation.state import Appealing, Idle, State, on_show
from bot.domain.refusals import NothingToAppeal
from bot.domain.services import Services
from handlers import reading, wording

router = Router()


@router.pattern(wording.APPEAL)
def appeal(message: Message, state: State, services: Services) -> Step:
    """Pass the objection on; without a sentence behind the word, ask for it."""
    try:
        mine = services.appeals.ensure_possible(message.member)
    except NothingToAppeal as refusal:
        return Step(wording.refuse(refusal), on_show(state))
    words = re.sub(wording.APPEAL_PREFIX, "", message.raw, count=1).strip()
    if not reading.says_something(words):
        return Step(wording.appeal_how(), Appealing(mine.number))
    return _pass_on(words, message, services)


@router.during(Appealing, wording.COMPLAINT)
@router.awaited(Appealing)
def explain(message: Message, state: Appealing, services: Services) -> Step:
    """The sentence that we asked for."""
    if not reading.says_something(message.text):
        return Step(wording.appeal_how(), state)
    return _pass_on(message.raw.strip(), message, services)


@router.during(Appealing, wording.NO_APPEAL)
def leave(_message: Message, state: Appealing, _services: Services) -> Step:
    """The decision is accepted after all."""
    return Step(wording.motto_kept(state.number), Idle())


@router.during(Appealing, wording.NO_ANSWER)
@router.wordless(Appealing)
def ask_again(_message: Message, state: Appealing, _services: Services) -> Step:
    """A nod or a face is no sentence."""
    return Step(wording.appeal_how(), state)


def _pass_on(words: str, message: Message, services: Services) -> Step:
    mine = services.appeals.open(message.member, words)
    return Step(wording.appeal_received(mine.number), Idle())
