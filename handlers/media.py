"""What is no words (pictures, stickers, speech unheard), thanks, and what nobody should send."""

import re

from bot.conversation.message import Kind, Message
from bot.conversation.reply import Silence, Tap, Text, join
from bot.conversation.router import Router, Step
from bot.conversation.state import (
    Asked,
    Browsing,
    Choosing,
    Free,
    Idle,
    Lost,
    State,
    Telling,
    on_show,
    settled,
)
from bot.domain.services import Services
from handlers import reading, wording
from handlers.asking import then_ask
from handlers.vote import list_again

router = Router()


# ------------------------------------------------------------ no words


@router.push(Kind.EVENT)
def ignore(_message: Message, state: State, _services: Services) -> Step:
    """Nobody waits for an answer."""
    return Step(Silence(), state)


@router.push(Kind.IMAGE)
def photo(message: Message, state: State, services: Services) -> Step:
    """A picture; it is not kept."""
    return _then(wording.photo(), message, state, services)


@router.push(Kind.VOICE)
def unheard(message: Message, state: State, services: Services) -> Step:
    """Speech that WeChat did not put into words."""
    return _then(wording.unheard(isinstance(state, Asked)), message, state, services)


@router.push(Kind.VIDEO, Kind.LOCATION, Kind.LINK, Kind.FILE, Kind.UNSUPPORTED)
def of_no_use(message: Message, state: State, services: Services) -> Step:
    """Nothing here takes these."""
    return _then(wording.of_no_use(), message, state, services)


@router.anytime(*wording.STICKER)
def sticker(message: Message, state: State, services: Services) -> Step:
    """WeChat sends a text in a sticker's place."""
    return _then(_with_way_on(wording.sticker(), state), message, state, services)


@router.guess(lambda message, _: re.fullmatch(wording.FORWARDED, message.text))
def passed_on(message: Message, state: State, services: Services) -> Step:
    """An article that somebody passes on."""
    return of_no_use(message, state, services)


@router.during(Asked, wording.SEEN_AGAIN)
@router.during(Choosing, wording.CHATTER)
@router.wordless(Asked)
def ask_again(message: Message, state: State, services: Services) -> Step:
    """A full stop, or a face: the same question."""
    return then_ask(Text(()), message, state, services)


@router.during(Free, wording.CHATTER)
@router.wordless(Free)
def be_there(message: Message, state: State, services: Services) -> Step:
    """The same with nothing on show; some faces are thanks."""
    if wording.THANKS_FACES.intersection(message.folded.emoji):
        return thank(message, state, services)
    return Step(wording.here_i_am(), state)


# ------------------------------------------------------------ thanks


@router.pattern(wording.THANKS)
def thank(message: Message, state: State, services: Services) -> Step:
    """Once in ten minutes; else silence. What waits for an answer goes on."""
    after = Idle() if isinstance(state, Lost) else settled(state)
    if not services.members.return_thanks(message.member):
        return Step(Silence(), after)
    wishes = re.fullmatch(wording.GOOD_WISHES, message.text)
    answer = wording.wishes_returned() if wishes else wording.not_at_all()
    if isinstance(after, Free | Asked | Browsing):
        return Step(answer, after)
    return Step(join([answer, wording.carry_on()]), after)


# ------------------------------------------------------------ private numbers


def _is_private(message: Message, _state: State) -> bool:
    return message.kind is Kind.TEXT and reading.holds_private_number(message.text)


@router.ahead(_is_private)
def protect(message: Message, state: State, services: Services) -> Step:
    """A telephone or identity number is neither kept nor repeated, whatever it was meant for."""
    opening = wording.private_number()
    if isinstance(state, Telling):
        words = reading.without_private_numbers(message.raw)
        services.tickets.open(message.member, state.about, words, message.delivery)
        return Step(join([opening, wording.told(state.about)]), Idle())
    return _then(_with_way_on(opening, state), message, state, services)


def _with_way_on(opening: Text, state: State) -> Text:
    if isinstance(state, Free):
        return join([opening, wording.what_next()])
    return opening if isinstance(state, Asked | Browsing) else join([opening, wording.carry_on()])


def _then(opening: Text, message: Message, state: State, services: Services) -> Step:
    """`opening`, and below it the question on show; a list only where no other taps lead on."""
    if isinstance(state, Browsing) and any(isinstance(part, Tap) for part in opening.parts):
        return Step(opening, on_show(state))
    if isinstance(state, Browsing):
        shown = join([opening, list_again(message.member, state, services)])
        return Step(shown, on_show(state))
    return then_ask(opening, message, state, services)
