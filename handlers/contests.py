"""Which contest is meant, on days that have several: a short list, and one of it chosen."""

from bot.conversation.message import Message
from bot.conversation.reply import Text
from bot.conversation.router import Instead, Router, Step
from bot.conversation.state import PickingContest, State
from bot.domain.services import Services
from handlers import reading, wording

router = Router()


def to_choose_from(message: Message, services: Services, wanted: str = "") -> Step | None:
    """The contests of today, with one of which something is `wanted`; None where there is one."""
    choices = services.quiz.choices(message.member)
    if not choices:
        return None
    all_done = not wanted and all(choice.done for choice in choices)
    listed = (
        wording.contests_done(choices) if all_done else wording.contests_of_today(choices, wanted)
    )
    return Step(listed, PickingContest(tuple(choice.contest for choice in choices), wanted))


def named(contest: int | None, services: Services) -> list[Text]:
    """The title of the contest that a reply is about, where that must be said."""
    title = services.quiz.titles().get(contest) if contest else None
    return [wording.about_contest(title)] if title else []


@router.during(PickingContest, wording.NTH)
def pick(message: Message, state: State, services: Services) -> Step | Instead:
    """Go on with the contest at this place of the list."""
    if isinstance(state, PickingContest):
        place = reading.number(message.group("place"))
        if place <= len(state.contests):
            return Instead(wording.with_contest(state.contests[place - 1], state.wanted))
        if again := to_choose_from(message, services, state.wanted):
            return again
    return Instead(wording.START[0])
