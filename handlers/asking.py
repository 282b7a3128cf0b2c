"""The question on show: how it is asked, asked again, and what follows once it is graded."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps

from bot.conversation.message import Message
from bot.conversation.reply import Text, join
from bot.conversation.router import Step
from bot.conversation.state import (
    Answering,
    Asked,
    Choosing,
    Filling,
    Idle,
    OfPaper,
    Practising,
    PractisingWords,
    State,
)
from bot.domain.identity import campaign_day
from bot.domain.quiz import Sitting
from bot.domain.refusals import BoardClosed, OnlyJoinedStand
from bot.domain.services import Services
from bot.domain.standings import Neighbourhood
from handlers import judging, practising, reading, wording
from handlers.shown import Shown
from quiz_bank import Kind, Question


@dataclass(frozen=True, kw_only=True)
class OnPaper(Shown):
    """An open question of the day's paper."""

    sitting: Sitting
    place: int

    @property
    def question(self) -> Question:
        """The question itself."""
        return self.sitting.question(self.place)

    @property
    def called(self) -> wording.Called:
        """By its place on the paper."""
        return wording.on_paper(self.place)

    @property
    def is_first(self) -> bool:
        """Whether the paper has no answer yet."""
        return not self.sitting.answers

    def waiting(self, picked: str = "") -> State:
        """It waits as a paper's question does."""
        return waiting(self.sitting, self.place, picked, self.since)

    def grade(self, choice: Sequence[str]) -> Step:
        """Grade the choice; it counts."""
        member, delivery = self.message.member, self.message.delivery
        after = self.services.quiz.answer(member, self.sitting, self.place, choice, delivery)
        verdict = wording.verdict(self.question, after.answers[self.place])
        if after.is_withheld(self.place):
            verdict = join([verdict, wording.being_checked()])
        return go_on(verdict, after, self.message, self.services)

    def skip(self) -> Step:
        """Put it off to the end."""
        if len(self.sitting.answers) == len(self.sitting.questions) - 1:
            return self.again(wording.the_last_left())
        after = self.services.quiz.skip(self.message.member, self.sitting, self.place)
        return ask(after, wording.put_off())

    def look_back(self) -> Step:
        """Show what was answered before it."""
        answered = self.sitting.answers
        if not answered:
            return self.again(wording.at_the_first())
        place = max([place for place in answered if place < self.place] or answered)
        question, marked = self.sitting.question(place), answered[place]
        return self.again(wording.looked_back(place, question, marked))


def looking(play: Callable[[Shown], Step]) -> Callable[[Message, State, Services], Step]:
    """A handler out of what is to be done with the question on show."""

    @wraps(play)
    def handler(message: Message, state: State, services: Services) -> Step:
        if (shown := in_view(message, state, services)) is None:
            return Step(_put_away(state), Idle())
        return play(shown)

    return handler


def answering(play: Callable[[Shown], Step]) -> Callable[[Message, State, Services], Step]:
    """The same for what an unseen question can't be meant by: it changes nothing then."""

    @looking
    @wraps(play)
    def handler(shown: Shown) -> Step:
        return sent_too_early(shown) if shown.is_unseen else play(shown)

    return handler


def sent_too_early(shown: Shown) -> Step:
    """What was sent before this question was on show leaves it open."""
    return shown.again(wording.sent_too_early(shown.called, first=shown.is_first))


def in_view(message: Message, state: State, services: Services) -> Shown | None:
    """What the member looks at; None when it is no question, or one that was put away."""
    match state:
        case Answering() | Filling():
            sitting = services.quiz.sitting(message.member)
            return view_of(sitting, message, state, services)
        case Practising() | PractisingWords():
            return practising.in_view(message, state, services)
    return None


def option_said(message: Message, state: State, services: Services) -> Step | None:
    """What comes of writing out an option's words; None when nobody did."""
    shown = in_view(message, state, services) if isinstance(state, Choosing) else None
    letter = reading.option(shown.question, message.text) if shown else ""
    if shown is None or not letter:
        return None
    return sent_too_early(shown) if shown.is_unseen else judging.choose(shown, letter)


def view_of(
    sitting: Sitting | None, message: Message, state: State, services: Services
) -> OnPaper | None:
    """What of this paper the member looks at; None when it is nothing that is open."""
    if sitting is None or not isinstance(state, OfPaper) or not is_open(sitting, state.place):
        return None
    return OnPaper(
        message=message,
        services=services,
        sitting=sitting,
        place=state.place,
        picked=state.picked if isinstance(state, Answering) else "",
        since=state.since,
    )


def _put_away(state: State) -> Text:
    return wording.put_away() if isinstance(state, OfPaper) else wording.practice_put_away()


def is_open(sitting: Sitting, place: int) -> bool:
    """Whether the paper has a question at this place that is not answered."""
    return 1 <= place <= len(sitting.questions) and place not in sitting.answers


def then_ask(opening: Text, message: Message, state: State, services: Services) -> Step:
    """Say `opening`, then the question on show again; without one, `opening` alone."""
    if not isinstance(state, Asked):
        return Step(opening, state)
    if (shown := in_view(message, state, services)) is None:
        return Step(join([opening, _put_away(state)]), Idle())
    return shown.again(opening)


def ask(sitting: Sitting, opening: Text, place: int | None = None) -> Step:
    """Show a question with how to answer it: the one at `place`, or else the next."""
    place = place or sitting.current
    assert place is not None, "a finished paper asks nothing"
    return Step(opening + wording.question(sitting, place), waiting(sitting, place))


def waiting(sitting: Sitting, place: int, picked: str = "", since: int = 0) -> State:
    """Where a member stands who has this question in view."""
    if sitting.question(place).kind is Kind.BLANK:
        return Filling(place, since)
    return Answering(place, picked, since)


def go_on(verdict: Text, after: Sitting, message: Message, services: Services) -> Step:
    """What has been graded, then the next question or the summary."""
    opening = join([verdict, Text(("\n",))])
    if after.current is not None:
        return ask(after, opening)
    return Step(opening + wording.summary(_result(after, message.member, services)), Idle())


def _result(sitting: Sitting, member: bytes, services: Services) -> wording.Result:
    rules, today = services.quiz.rules(sitting.contest), campaign_day(services.now)
    todays_begun = sitting.day == today or services.quiz.has_begun(member, sitting.contest, today)
    return wording.Result(
        sitting=sitting,
        today=today,
        streak=services.quiz.streak(member, today if todays_begun else sitting.day),
        standing=_standing(member, sitting.contest, services),
        joined=services.members.belongs(member),
        next_hour=rules.next_hour,
        more_today=not todays_begun and today <= rules.plan.last_day,
        missed=services.quiz.missed(member, sitting.contest) if rules.plan.make_up else None,
        attempts_left=services.quiz.attempts_left(sitting),
        others=any(not choice.done for choice in services.quiz.choices(member)),
    )


def _standing(member: bytes, contest: int, services: Services) -> Neighbourhood | None:
    """Where the member stands, where that may be seen."""
    try:
        found = services.standings.neighbourhood(member, contest)
    except (BoardClosed, OnlyJoinedStand):
        return None
    return None if found is None or found.frozen else found
