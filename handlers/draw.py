"""Draws by chat: the own code, and what came of it."""

from bot.conversation.message import Message
from bot.conversation.router import Router, Step
from bot.conversation.state import State, on_show
from bot.domain.services import Services
from handlers import wording
from handlers.vote import with_way_back

router = Router()


@router.keyword(*wording.DRAW)
def own_ticket(message: Message, state: State, services: Services) -> Step:
    """How the latest draw stands for the member."""
    ticket = services.draws.mine(message.member)
    reply = wording.ticket(ticket) if ticket else wording.no_ticket()
    return Step(with_way_back(reply, state), on_show(state))
