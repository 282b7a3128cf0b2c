"""Today's quiz by chat: a question at a time, none graded by guessing.

A letter answers the question that is on show, once it can have been seen, and nothing else; a tap
names its question, so a stale one is told apart. Progress lives in SQL: the state says only what is
in view. What is typed below a practice question is read here as well.
"""

from dataclasses import replace

from bot.conversation.message import Message
from bot.conversation.reply import Text, join
from bot.conversation.router import Instead, Router, Step
from bot.conversation.state import (
    Asked,
    Blank,
    Bundled,
    Choosing,
    Free,
    Idle,
    OfPaper,
    State,
)
from bot.domain.quiz import Sitting
from bot.domain.services import Services
from handlers import judging, reading, wording
from handlers.asking import OnPaper, answering, ask, looking, sent_too_early, view_of
from handlers.contests import named, to_choose_from
from handlers.several import one_for_each, repeat
from handlers.shown import Shown

router = Router()


# ------------------------------------------------------------ starting and leaving


@router.keyword(*wording.START)
@router.listed(Free, wording.STRAY_CHOICE)
def start(message: Message, state: State, services: Services) -> Step:
    """Begin today's paper or go on with the one begun; a stray letter answers nothing.

    Of several contests the one that is left is begun; before that, one is to be chosen.
    """
    waiting = _waiting(message, services)
    if waiting is not None and len(waiting) != 1:
        listed = to_choose_from(message, services)
        assert listed is not None, "there are several"
        return listed
    contest = waiting[0] if waiting else None
    return _take_up(*services.quiz.start(message.member, contest), message, state, services)


def _waiting(message: Message, services: Services) -> list[int] | None:
    """The contests of today to be played still; None while there is nothing to choose."""
    choices = services.quiz.choices(message.member)
    if not choices or services.quiz.sitting(message.member):
        return None
    return [choice.contest for choice in choices if not choice.done]


@router.tap(wording.THIS_CONTEST)
def start_this(message: Message, state: State, services: Services) -> Step:
    """Begin today's paper of the contest that is named."""
    contest = int(message.group("contest"))
    return _take_up(*services.quiz.start(message.member, contest), message, state, services)


@router.tap(wording.THIS_BRACKET)
def choose_bracket(message: Message, _state: State, services: Services) -> Step | Instead:
    """Belong to this bracket from now on, and begin."""
    contest, number = int(message.group("contest")), int(message.group("bracket"))
    name = services.quiz.choose_bracket(message.member, contest, number)
    if name is None:
        return Instead(wording.START[0])
    sitting, _ = services.quiz.start(message.member, contest)
    return ask(sitting, wording.in_bracket(contest, name))


@router.tap(wording.BRACKETS_OF_CONTEST)
def choose_bracket_anew(message: Message, _state: State, services: Services) -> Step:
    """Show the brackets once more, as long as one may be chosen."""
    contest = int(message.group("contest"))
    return Step(
        wording.choose_bracket(contest, services.quiz.brackets(message.member, contest)), Idle()
    )


def _take_up(
    sitting: Sitting, begun_before: bool, message: Message, state: State, services: Services
) -> Step:
    if not begun_before:
        begins = wording.quiz_begins(len(sitting.questions))
        return ask(sitting, join([*named(sitting.contest, services), begins]))
    opening = wording.quiz_resumed(sitting.started_at, services.now)
    shown = view_of(sitting, message, state, services)
    return ask(sitting, opening, shown.place if shown else None)


@router.keyword(*wording.MAKE_UP)
def make_up(message: Message, state: State, services: Services) -> Step:
    """Begin the paper of a missed day, or go on with the paper that is open."""
    sitting, begun_before = services.quiz.make_up(message.member)
    if begun_before:
        return _take_up(sitting, begun_before, message, state, services)
    making_up = wording.making_up(sitting.day, len(sitting.questions))
    return ask(sitting, join([*named(sitting.contest, services), making_up]))


@router.keyword(*wording.AGAIN)
def again(message: Message, state: State, services: Services) -> Step | Instead:
    """Begin today's next attempt, or go on with the paper that is open."""
    if (found := services.quiz.again(message.member)) is None:
        return Instead(wording.START[0])
    sitting, begun_before = found
    if begun_before:
        return _take_up(sitting, begun_before, message, state, services)
    counting = sitting.scoring.counting
    opening = wording.once_more(sitting.nth, len(sitting.questions), counting)
    return ask(sitting, join([*named(sitting.contest, services), opening]))


@router.during(OfPaper | Bundled, wording.PAUSE)
def pause(_message: Message, _state: State, _services: Services) -> Step:
    """The paper waits."""
    return Step(wording.kept_for_you(), Idle())


@router.during(Asked, wording.REOPEN)
@looking
def reopen(shown: Shown) -> Step:
    """Forget the letters noted; what has been graded stays."""
    if shown.picked:
        return replace(shown, picked="").again(wording.reopened())
    if shown.is_first:
        return shown.again(wording.nothing_to_change())
    return shown.again(wording.too_late_to_change())


# ------------------------------------------------------------ answering


@router.tap(wording.TAP)
@router.during(OfPaper, wording.PAIR)
def answer_by_name(message: Message, state: State, services: Services) -> Step:
    """An answer that names its question: graded once, if that question has been shown."""
    sitting = services.quiz.sitting(message.member)
    if sitting is None:
        return start(message, state, services)
    shown = view_of(sitting, message, state, services) or OnPaper(
        message=message, services=services, sitting=sitting, place=sitting.current or 1
    )
    place = reading.number(message.group("place"))
    if reason := _why_not(sitting, place, shown.place):
        return shown.again(reason)
    if place != shown.place:
        shown = replace(shown, place=place, picked="", since=0)
    if shown.is_unseen:
        # A tap of another day, touched twice: the first began this paper.
        return sent_too_early(shown)
    return judging.answer(shown, message.group("chosen"))


def _why_not(sitting: Sitting, place: int, in_view: int) -> Text | None:
    """Why the question at this place can't be answered; None when it can."""
    if not 1 <= place <= len(sitting.questions):
        return wording.no_such_question(len(sitting.questions))
    if marked := sitting.answers.get(place):
        return wording.answered_before(place, sitting.question(place), marked)
    if place > max(*sitting.answers, *sitting.skipped, in_view, sitting.current or 0):
        return wording.not_there_yet(place)
    return None


@router.during(Choosing, wording.UNSURE)
@looking
def leave_choice_open(shown: Shown) -> Step:
    """The member asks us which: nothing is chosen."""
    return shown.again(wording.yours_to_decide())


@router.during(Asked, wording.ANSWER_WANTED)
@looking
def answer_comes_after(shown: Shown) -> Step:
    """The answer is asked for before it was given."""
    return shown.again(wording.answer_comes_after())


@router.during(Choosing, wording.CHOICE)
@answering
def choose(shown: Shown) -> Step:
    """Letters, or places of options."""
    named = reading.letters(shown.message.group("chosen"))
    if isinstance(shown, OnPaper) and (bundle := one_for_each(shown.sitting, named)):
        return repeat(bundle)
    return judging.choose(shown, named)


@router.during(Choosing, wording.ALL)
@answering
def choose_all(shown: Shown) -> Step:
    """Every option."""
    return judging.choose(shown, "".join(shown.question.letters))


@router.during(Choosing, wording.DONE)
@answering
def submit_noted(shown: Shown) -> Step:
    """The letters noted so far are the answer."""
    return judging.submit_noted(shown)


@router.during(Asked, wording.JUDGEMENT)
@answering
def judge(shown: Shown) -> Step:
    """True or false."""
    return judging.judge(shown, "T" if shown.message.group("true") else "F")


@router.during(Blank, wording.FIGURES)
@router.awaited(Blank)
@answering
def fill(shown: Shown) -> Step:
    """A few words of the member's own."""
    return judging.fill(shown)


# ------------------------------------------------------------ moving about


@router.during(Asked, wording.SKIP)
@answering
def skip(shown: Shown) -> Step:
    """Pass the question over."""
    return shown.skip()


@router.during(Asked, wording.PREVIOUS)
@looking
def look_back(shown: Shown) -> Step:
    """Show the question before this one with its result; nothing changes."""
    return shown.look_back()
