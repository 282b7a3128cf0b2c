"""An approved motto as a picture that its author, or whoever likes it, can keep."""

from bot.conversation.message import Message
from bot.conversation.router import Router, Step
from bot.conversation.state import State, on_show
from bot.domain.refusals import NoMotto, NoSuchEntry
from bot.domain.second_looks import Cause
from bot.domain.services import Services
from handlers import reading, wording
from handlers.vote import with_way_back

router = Router()


@router.pattern(wording.PICTURE_OF_NUMBER)
@router.pattern(wording.NUMBER_AS_PICTURE)
def of_number(message: Message, state: State, services: Services) -> Step:
    """The picture of the entry of this number."""
    number = reading.number(message.group("number"))
    if services.mottos.public(number) is None:
        raise NoSuchEntry(number)
    services.second_looks.ask(number, Cause.POSTER)
    return Step(with_way_back(wording.picture(number), state), on_show(state))


@router.keyword(*wording.PICTURE)
def of_my_own(message: Message, state: State, services: Services) -> Step:
    """The picture of the member's own entry."""
    mine = services.mottos.mine(message.member)
    if mine is None:
        raise NoMotto
    public = services.mottos.public(mine.number) is not None
    if public:
        services.second_looks.ask(mine.number, Cause.POSTER)
    reply = wording.picture(mine.number) if public else wording.no_picture_yet()
    return Step(with_way_back(reply, state), on_show(state))
