"""Standings by chat: the own place, the neighbours, and the rules."""

from bot.conversation.message import Message
from bot.conversation.router import Router, Step
from bot.conversation.state import Idle, State, on_show
from bot.domain.services import Services
from handlers import wording

MOST_TOLD = 3
"""Mended keys in one reply; the page has them all."""

router = Router()


@router.keyword(*wording.RANK, asks=True)
def standing(message: Message, _state: State, services: Services) -> Step:
    """Show where the member stands, within the own district or among all."""
    found = services.standings.neighbourhood(message.member)
    if found is None:
        return Step(wording.no_points_yet(), Idle())
    district = found.district
    place = services.participation.place(district.id) if district else None
    return Step(wording.standing(found, place), Idle())


@router.keyword(*wording.RANK_RULES, asks=True)
def rules(_message: Message, _state: State, services: Services) -> Step:
    """Say what counts."""
    corrected = bool(services.regrading.corrections(1))
    return Step(wording.rank_rules(services.quiz.rules(), corrected=corrected), Idle())


@router.keyword(*wording.CORRECTIONS, asks=True)
def corrections(_message: Message, _state: State, services: Services) -> Step:
    """Say which keys were mended, when and why."""
    return Step(wording.corrections(services.regrading.corrections(MOST_TOLD)), Idle())


@router.keyword(*wording.OFF_THE_BOARDS)
def leave_boards(message: Message, state: State, services: Services) -> Step:
    """Others no longer see the member on any board."""
    services.members.show_on_boards(message.member, shown=False)
    return Step(wording.off_the_boards(), on_show(state))


@router.keyword(*wording.ON_THE_BOARDS)
def return_to_boards(message: Message, state: State, services: Services) -> Step:
    """The member stands on the boards again."""
    services.members.show_on_boards(message.member, shown=True)
    return Step(wording.on_the_boards(), on_show(state))
