"""A round of practice: the question on show, what follows upon it, and how the round ends."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from bot.conversation.message import Message
from bot.conversation.reply import Text, join
from bot.conversation.router import Step
from bot.conversation.state import OfPractice, Practised, Practising, PractisingWords, State
from bot.domain.identity import campaign_day
from bot.domain.practice import Mistake, due
from bot.domain.services import Services
from handlers import wording
from handlers.shown import Shown
from quiz_bank import Kind, Question

AT_ONCE = 3
"""Questions that are asked before one may leave off."""
COUNTED = 9
"""Places up to which a round is continued: one figure names each of them."""

Round = Practising | PractisingWords | Practised
"""A round that goes on, or whose last question was graded."""


@dataclass(frozen=True, kw_only=True)
class InPractice(Shown):
    """A practice question that waits for its answer."""

    mistake: Mistake
    stands: Practised
    """Where the member stands once it is dealt with."""

    @property
    def question(self) -> Question:
        """The question in the wording that was asked."""
        return self.mistake.question

    @property
    def called(self) -> wording.Called:
        """By its place in the round."""
        return wording.in_practice(self.stands.place)

    @property
    def is_first(self) -> bool:
        """Whether it opens the round."""
        return self.stands.place == 1

    def waiting(self, picked: str = "") -> State:
        """It waits as a practice question does."""
        return _waiting(self.stands, self.question, picked, self.since)

    def grade(self, choice: Sequence[str]) -> Step:
        """Judge the choice; it scores nothing, and settles when the question comes back."""
        member, delivery = self.message.member, self.message.delivery
        done = self.services.practice.answer(member, self.mistake, choice, delivery)
        if done.marked.correct:
            verdict = wording.practised_rightly(self.stands.place, done.days)
        else:
            verdict = wording.practised_wrongly(self.question, done.marked, done.days)
        after = replace(self.stands, right=self.stands.right + done.marked.correct)
        return say_then_offer_next(verdict, after, self.message, self.services)

    def skip(self) -> Step:
        """It stays due; the next one follows."""
        return go_on(wording.practice_skipped(), self.stands, self.message, self.services)

    def look_back(self) -> Step:
        """Show what was practised before it."""
        return self.again(recalled(self.stands.place - 1, self.stands, self.message, self.services))


def in_view(message: Message, state: State, services: Services) -> InPractice | None:
    """The practice question that the member looks at; None when it is none to practise."""
    if not isinstance(state, OfPractice):
        return None
    mistake = mistake_at(state.place, state, message, services)
    if mistake is None:
        return None
    return InPractice(
        message=message,
        services=services,
        mistake=mistake,
        stands=Practised(state.questions, state.place, state.right),
        picked=state.picked if isinstance(state, Practising) else "",
        since=state.since,
    )


def mistake_at(place: int, stands: Round, message: Message, services: Services) -> Mistake | None:
    """The mistake at this place of the round; None when it is none any more, or never was."""
    if not 1 <= place <= len(stands.questions):
        return None
    return services.practice.find(message.member, stands.questions[place - 1])


def begin(mistakes: Sequence[Mistake], opening: Text, state: State) -> Step:
    """Ask the first few of these.

    Right after a round they continue its places: what is tapped below an earlier question must
    not answer another one.
    """
    ids = tuple(mistake.question_id for mistake in mistakes[:AT_ONCE])
    before = state if isinstance(state, Practised) else Practised((), 0)
    if len(before.questions) + len(ids) > COUNTED:
        before = Practised((), 0)
    stands = Practised(before.questions + ids, len(before.questions) + 1, before.right)
    return _ask(opening, stands, mistakes[0].question)


def go_on(opening: Text, stands: Practised, message: Message, services: Services) -> Step:
    """The next question of the round that is still one to practise, or the round's end."""
    known = {m.question_id: m for m in services.practice.mistakes(message.member)}
    for place, id_ in islice(enumerate(stands.questions, start=1), max(0, stands.place), None):
        if id_ in known:
            return _ask(opening, replace(stands, place=place), known[id_].question)
    last = replace(stands, place=len(stands.questions))
    return Step(opening + _ending(last, message, services), last)


def say_then_offer_next(
    words: Text, stands: Practised, message: Message, services: Services
) -> Step:
    """The words, and a tap that leads on; below the last question, the end."""
    if stands.place < len(stands.questions):
        return Step(join([words, wording.next_in_practice()]), stands)
    return Step(join([words, Text(("",)), _ending(stands, message, services)]), stands)


def recalled(place: int, stands: Practised, message: Message, services: Services) -> Text:
    """A question that was dealt with, and what is right."""
    mistake = mistake_at(place, stands, message, services)
    if mistake is None:
        return wording.at_the_first()
    return wording.practice_recalled(mistake.question, place)


def _ask(opening: Text, stands: Practised, asked: Question) -> Step:
    question = wording.practice_question(asked, stands.place, len(stands.questions))
    return Step(opening + question, _waiting(stands, asked))


def _waiting(stands: Practised, asked: Question, picked: str = "", since: int = 0) -> State:
    if asked.kind is Kind.BLANK:
        return PractisingWords(stands.questions, stands.place, stands.right, since)
    return Practising(stands.questions, stands.place, stands.right, picked, since)


def _ending(stands: Practised, message: Message, services: Services) -> Text:
    today = campaign_day(services.now)
    mistakes = services.practice.mistakes(message.member)
    return wording.practice_over(
        right=stands.right,
        due=len(due(mistakes, today)),
        next_day=min((mistake.due_on for mistake in mistakes), default=None),
        today=today,
        paper=services.quiz.sitting(message.member) is not None,
    )
