"""Standings by chat: the own place, the neighbours, and the rules."""

from bot.conversation.message import Message
from bot.conversation.reply import join
from bot.conversation.router import Router, Step
from bot.conversation.state import Idle, State, on_show
from bot.domain.services import Services
from handlers import wording
from handlers.contests import named, to_choose_from

MOST_TOLD = 3
"""Mended keys in one reply; the page has them all."""

router = Router()


@router.keyword(*wording.RANK, asks=True)
def standing(message: Message, _state: State, services: Services) -> Step:
    """Show where the member stands, within the own district or among all."""
    return to_choose_from(message, services, wording.RANK_WANTED) or _standing(
        None, message, services
    )


@router.tap(wording.RANK_OF_CONTEST)
def standing_in_this(message: Message, _state: State, services: Services) -> Step:
    """The same in the contest that is named."""
    return _standing(int(message.group("contest")), message, services)


def _standing(contest: int | None, message: Message, services: Services) -> Step:
    about = named(contest, services)
    found = services.standings.neighbourhood(message.member, contest)
    if found is None:
        return Step(join([*about, wording.no_points_yet()]), Idle())
    district = found.district
    place = services.participation.place(district.id, contest) if district else None
    return Step(join([*about, wording.standing(found, place)]), Idle())


@router.keyword(*wording.RANK_RULES, asks=True)
def rules(message: Message, _state: State, services: Services) -> Step:
    """Say what counts."""
    return to_choose_from(message, services, wording.RULES_WANTED) or _rules(None, services)


@router.tap(wording.RULES_OF_CONTEST)
def rules_of_this(message: Message, _state: State, services: Services) -> Step:
    """The same of the contest that is named."""
    return _rules(int(message.group("contest")), services)


def _rules(contest: int | None, services: Services) -> Step:
    corrected = bool(services.regrading.corrections(1))
    told = wording.rank_rules(services.quiz.rules(contest), corrected=corrected)
    return Step(join([*named(contest, services), told]), Idle())


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
