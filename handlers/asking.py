"""The question on show: how it is asked, asked again, and what follows once it is graded."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from bot.conversation.message import Message
from bot.conversation.reply import Text, join
from bot.conversation.router import Step
from bot.conversation.state import Answering, Asked, Filling, Idle, State
from bot.domain.identity import campaign_day
from bot.domain.quiz import Sitting
from bot.domain.services import Services
from handlers import wording
from quiz_bank import Kind, Question


@dataclass(frozen=True)
class Shown:
    """The open question that a member has in view, and the letters noted for it."""

    message: Message
    services: Services
    sitting: Sitting
    place: int
    picked: str = ""

    @property
    def question(self) -> Question:
        """The question itself."""
        return self.sitting.question(self.place)


def looking(play: Callable[[Shown], Step]) -> Callable[[Message, State, Services], Step]:
    """A handler out of what is to be done with the question on show."""

    @wraps(play)
    def handler(message: Message, state: State, services: Services) -> Step:
        if (shown := in_view(message, state, services)) is None:
            return Step(wording.put_away(), Idle())
        return play(shown)

    return handler


def in_view(message: Message, state: State, services: Services) -> Shown | None:
    """What the member looks at; None when it is no question, or one of a paper put away."""
    return view_of(services.quiz.sitting(message.member), message, state, services)


def view_of(
    sitting: Sitting | None, message: Message, state: State, services: Services
) -> Shown | None:
    """What of this paper the member looks at; None when it is nothing that is open."""
    if sitting is None or not isinstance(state, Asked) or not is_open(sitting, state.place):
        return None
    picked = state.picked if isinstance(state, Answering) else ""
    return Shown(message, services, sitting, state.place, picked)


def is_open(sitting: Sitting, place: int) -> bool:
    """Whether the paper has a question at this place that is not answered."""
    return 1 <= place <= len(sitting.questions) and place not in sitting.answers


def then_ask(opening: Text, message: Message, state: State, services: Services) -> Step:
    """Say `opening`, then the question on show again; without one, `opening` alone."""
    if not isinstance(state, Asked):
        return Step(opening, state)
    if (shown := in_view(message, state, services)) is None:
        return Step(join([opening, wording.put_away()]), Idle())
    return again(shown, opening)


def ask(sitting: Sitting, opening: Text, place: int | None = None) -> Step:
    """Show a question with how to answer it: the one at `place`, or else the next."""
    place = place or sitting.current
    assert place is not None, "a finished paper asks nothing"
    return Step(opening + wording.question(sitting, place), waiting(sitting, place))


def again(shown: Shown, opening: Text) -> Step:
    """Show the question in view once more, below `opening`."""
    question = wording.question_again(shown.sitting, shown.place, shown.picked)
    return Step(join([opening, question]), waiting(shown.sitting, shown.place, shown.picked))


def waiting(sitting: Sitting, place: int, picked: str = "") -> State:
    """Where a member stands who has this question in view."""
    if sitting.question(place).kind is Kind.BLANK:
        return Filling(place)
    return Answering(place, picked)


def go_on(verdict: Text, after: Sitting, message: Message, services: Services) -> Step:
    """What has been graded, then the next question or the summary."""
    opening = join([verdict, Text(("\n",))])
    if after.current is not None:
        return ask(after, opening)
    return Step(opening + wording.summary(_result(after, message.member, services)), Idle())


def _result(sitting: Sitting, member: bytes, services: Services) -> wording.Result:
    rules, today = services.quiz.rules(), campaign_day(services.now)
    return wording.Result(
        sitting=sitting,
        streak=services.quiz.streak(member, sitting.day),
        standing=services.standings.neighbourhood(member),
        joined=services.members.profile(member).unit is not None,
        next_hour=rules.next_hour,
        more_today=sitting.day < today <= rules.last_day,
    )
