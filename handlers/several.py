"""Several questions answered in one message: repeated in a list, graded only after a yes."""

from collections.abc import Sequence

from bot.conversation.message import Message
from bot.conversation.reply import Text, join
from bot.conversation.router import Instead, Router, Step
from bot.conversation.state import Bundled, Free, Idle, OfPaper, State, is_unseen
from bot.domain.quiz import Marked, Sitting
from bot.domain.services import Services
from handlers import reading, wording
from handlers.asking import ask, go_on, is_open
from quiz_bank import Kind, Question

LEAST = 3
"""So many letters for as many open questions are answers to all of them, not to one."""

router = Router()


@router.during(OfPaper | Bundled, wording.PAIRS)
@router.listed(Free, wording.PAIRS)
def read_several(message: Message, _state: State, services: Services) -> Step | Instead:
    """Answers that name their questions: repeat those that are open, grade nothing yet."""
    if services.quiz.sitting(message.member) is None and services.quiz.choices(message.member):
        return Instead(wording.START[0])
    sitting, _ = services.quiz.start(message.member)
    pairs = dict(reading.pairs(message.text))
    read = {
        place: _choice(sitting.question(place), chosen)
        for place, chosen in pairs.items()
        if is_open(sitting, place)
    }
    if not read or not all(read.values()):
        return _one_by_one(sitting)
    return repeat(list(read.items()))


def _one_by_one(sitting: Sitting) -> Step:
    return ask(sitting, join([wording.cannot_take_all(), Text(("\n",))]))


def repeat(answers: Sequence[tuple[int, str]]) -> Step:
    """Repeat the answers, each with the place of its question, and ask whether to submit them."""
    bundle = tuple(f"{place}{choice}" for place, choice in answers)
    return Step(wording.all_at_once(answers), Bundled(bundle))


def one_for_each(sitting: Sitting, named: str) -> list[tuple[int, str]]:
    """BACDA while five questions are open, each with one answer: a letter for each of them."""
    places = [place for place in range(1, len(sitting.questions) + 1) if is_open(sitting, place)]
    if len(named) != len(places) or len(places) < LEAST:
        return []
    pairs = list(zip(places, named, strict=True))
    questions = {place: sitting.question(place) for place in places}
    fits = all(
        questions[place].kind is Kind.SINGLE and letter in questions[place].letters
        for place, letter in pairs
    )
    return pairs if fits else []


def _choice(asked: Question, chosen: str) -> str:
    """The choice as this question grades it; empty when the question has no such."""
    judged = reading.judgement(chosen)
    if asked.kind is Kind.JUDGE:
        return judged or reading.JUDGED_BY_LETTER.get(chosen.upper(), "")
    if judged or asked.kind is Kind.BLANK:
        return ""
    letters = "".join(sorted(set(reading.letters(chosen))))
    if set(letters) - set(asked.letters) or (asked.kind is Kind.SINGLE and len(letters) > 1):
        return ""
    return letters


@router.during(Bundled, wording.SUBMIT_ALL)
def submit_all(message: Message, state: Bundled, services: Services) -> Step:
    """Grade all answers that we repeated, once that can have been seen."""
    if (sitting := services.quiz.sitting(message.member)) is None:
        return Step(wording.put_away(), Idle())
    if is_unseen(state, message.sent_at):
        asked = wording.all_at_once([_parted(answer) for answer in state.answers])
        return Step(join([wording.asked_later(), asked]), state)
    graded: list[tuple[int, Question, Marked]] = []
    for answer in state.answers:
        place, choice = _parted(answer)
        if not is_open(sitting, place):
            continue
        sitting = services.quiz.answer(message.member, sitting, place, choice, message.delivery)
        graded.append((place, sitting.question(place), sitting.answers[place]))
    if not graded:
        return _one_by_one(sitting)
    verdicts = wording.verdicts(graded)
    if checked := [place for place, *_ in graded if sitting.is_withheld(place)]:
        verdicts = join([verdicts, wording.being_checked(checked)])
    return go_on(verdicts, sitting, message, services)


def _parted(answer: str) -> tuple[int, str]:
    return int(answer[0]), answer[1:]


@router.during(Bundled, wording.ONE_BY_ONE)
def rather_one_by_one(_message: Message, _state: Bundled, _services: Services) -> Instead:
    """The first open question, alone."""
    return Instead(wording.START[0])
