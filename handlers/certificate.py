"""Certificates by chat: the member's own."""

from bot.conversation.message import Message
from bot.conversation.router import Router, Step
from bot.conversation.state import State, on_show
from bot.domain.services import Services
from handlers import wording
from handlers.vote import with_way_back

MOST = 3
"""Certificates in one reply."""

router = Router()


@router.keyword(*wording.CERTIFICATE)
def own_certificates(message: Message, state: State, services: Services) -> Step:
    """The member's valid certificates, the latest first."""
    own = services.certificates.of(message.member)
    reply = wording.certificates(own[:MOST], max(0, len(own) - MOST))
    return Step(with_way_back(reply, state), on_show(state))
