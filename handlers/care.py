"""Grief, danger, anger: a kind word first, and a colleague who reads what was said."""

from bot.conversation.message import Message
from bot.conversation.router import Router, Step
from bot.conversation.state import Idle, State, Telling
from bot.domain.services import Services
from bot.domain.tickets import URGENT
from handlers import wording
from handlers.vote import with_way_back

COMPLAINT = "complaint"
"""The topic of a ticket."""

router = Router()


@router.pattern(wording.DANGER)
def fear_for(message: Message, _state: State, services: Services) -> Step:
    """Somebody may be in danger: whom to call comes before all else."""
    services.tickets.open(message.member, URGENT, message.raw, message.delivery)
    return Step(wording.in_danger(), Idle())


@router.pattern(wording.GRIEF)
def feel_with(message: Message, _state: State, services: Services) -> Step:
    """A loss or an illness: no question and no quiz below it."""
    services.tickets.open(message.member, URGENT, message.raw, message.delivery)
    return Step(wording.condolence(), Idle())


@router.pattern(wording.COMPLAINT)
def apologise(message: Message, state: State, services: Services) -> Step:
    """Anger is passed on as it is, and its cause asked for."""
    services.tickets.open(message.member, COMPLAINT, message.raw, message.delivery)
    return Step(with_way_back(wording.sorry(), state), Telling(COMPLAINT))
