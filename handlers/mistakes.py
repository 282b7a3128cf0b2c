"""What was wrong on the latest paper, and questions that members think are wrong themselves."""

from bot.conversation.message import Message
from bot.conversation.router import Router, Step
from bot.conversation.state import Asked, Idle, MistakesShown, State, Telling
from bot.domain.quiz import Marked, Sitting
from bot.domain.services import Services
from handlers import reading, wording
from quiz_bank import Question

QUESTION = "question"
"""The topic of a ticket about a question."""

router = Router()


@router.keyword(*wording.MISTAKES)
def mistakes(message: Message, _state: State, services: Services) -> Step:
    """List what was wrong on the latest paper."""
    wrong = _wrong(services.quiz.latest(message.member))
    listed = wording.mistakes(wrong, _paper_is_open(message, services))
    return Step(listed, MistakesShown() if wrong else Idle())


@router.tap(wording.ONE_MISTAKE)
@router.during(MistakesShown, wording.NTH)
def mistake(message: Message, state: State, services: Services) -> Step:
    """Explain one of them."""
    wrong = _wrong(services.quiz.latest(message.member))
    nth = reading.number(message.group("place"))
    if not 1 <= nth <= len(wrong):
        return mistakes(message, state, services)
    explained = wording.mistake(*wrong[nth - 1], _paper_is_open(message, services))
    return Step(explained, MistakesShown())


@router.during(Asked, wording.QUESTION_IS_WRONG)
@router.pattern(wording.QUESTION_IS_WRONG)
def report(_message: Message, _state: State, _services: Services) -> Step:
    """A question may be faulty: ask for one sentence, which becomes a ticket."""
    return Step(wording.what_is_wrong(), Telling(QUESTION))


def _wrong(sitting: Sitting | None) -> list[tuple[int, Question, Marked]]:
    if sitting is None:
        return []
    marked = sorted(sitting.answers.items())
    return [(place, sitting.question(place), m) for place, m in marked if not m.correct]


def _paper_is_open(message: Message, services: Services) -> bool:
    return services.quiz.sitting(message.member) is not None
