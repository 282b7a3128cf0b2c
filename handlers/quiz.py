"""Today's quiz by chat: a question at a time, none graded by guessing.

A letter answers the question that is on show and nothing else; a tap names its question, so
a stale one is told apart. Progress lives in SQL: the state says only what is in view.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.conversation.message import Message
from bot.conversation.reply import Text
from bot.conversation.router import Router, Step
from bot.conversation.state import Answering, Asked, Bundled, Filling, Free, Idle, State
from bot.domain.quiz import Sitting
from bot.domain.services import Services
from handlers import reading, wording
from handlers.asking import Shown, again, ask, go_on, looking, view_of, waiting
from handlers.several import one_for_each, repeat
from quiz_bank import Kind

router = Router()


# ------------------------------------------------------------ starting and leaving


@router.keyword(*wording.START)
@router.listed(Free, wording.STRAY_CHOICE)
def start(message: Message, state: State, services: Services) -> Step:
    """Begin today's paper or go on with the one begun; a stray letter answers nothing."""
    sitting, begun_before = services.quiz.start(message.member)
    if not begun_before:
        return ask(sitting, wording.quiz_begins(len(sitting.questions)))
    opening = wording.quiz_resumed(sitting.started_at, services.now)
    shown = view_of(sitting, message, state, services)
    return ask(sitting, opening, shown.place if shown else None)


@router.during(Asked | Bundled, wording.PAUSE)
def pause(_message: Message, _state: State, _services: Services) -> Step:
    """The paper waits."""
    return Step(wording.kept_for_you(), Idle())


@router.during(Asked, wording.REOPEN)
@looking
def reopen(shown: Shown) -> Step:
    """Forget the letters noted; what has been graded stays."""
    if shown.picked:
        return again(replace(shown, picked=""), wording.reopened())
    if shown.sitting.answers:
        return again(shown, wording.too_late_to_change())
    return again(shown, wording.nothing_to_change())


# ------------------------------------------------------------ answering


@router.tap(wording.TAP)
@router.during(Asked, wording.PAIR)
def answer_by_name(message: Message, state: State, services: Services) -> Step:
    """An answer that names its question: graded once, if that question has been shown."""
    sitting = services.quiz.sitting(message.member)
    if sitting is None:
        return start(message, state, services)
    shown = view_of(sitting, message, state, services)
    at_hand = shown or Shown(message, services, sitting, sitting.current or 1)
    place = reading.number(message.group("place"))
    if reason := _why_not(sitting, place, at_hand.place):
        return again(at_hand, reason)
    if place != at_hand.place:
        at_hand = Shown(message, services, sitting, place)
    return _answer(at_hand, message.group("chosen"))


def _why_not(sitting: Sitting, place: int, in_view: int) -> Text | None:
    """Why the question at this place can't be answered; None when it can."""
    if not 1 <= place <= len(sitting.questions):
        return wording.no_such_question(len(sitting.questions))
    if marked := sitting.answers.get(place):
        return wording.answered_before(place, sitting.question(place), marked)
    if place > max(*sitting.answers, *sitting.skipped, in_view, sitting.current or 0):
        return wording.not_there_yet(place)
    return None


def _answer(shown: Shown, chosen: str) -> Step:
    if reading.is_done(chosen):
        return _submit_noted(shown)
    if verdict := reading.judgement(chosen):
        return _judge(shown, verdict)
    return _choose(shown, reading.letters(chosen))


@router.during(Answering, wording.CHOICE)
@looking
def choose(shown: Shown) -> Step:
    """Letters, or places of options."""
    return _choose(shown, reading.letters(shown.message.group("chosen")))


@router.during(Answering, wording.ALL)
@looking
def choose_all(shown: Shown) -> Step:
    """Every option."""
    return _choose(shown, "".join(shown.question.letters))


def _choose(shown: Shown, named: str) -> Step:
    asked = shown.question
    if asked.kind is Kind.JUDGE and (judged := reading.JUDGED_BY_LETTER.get(named)):
        return _grade(shown, [judged])
    if bundle := one_for_each(shown.sitting, named):
        return repeat(bundle)
    chosen = "".join(letter for letter in asked.letters if letter in named)
    if not chosen or set(named) - set(asked.letters):
        return again(shown, wording.choose_like_this(asked))
    if asked.kind is Kind.MULTIPLE and 1 < len(chosen) < len(named):
        # A letter came twice: BACDA looks like answers to five questions.
        return again(shown, wording.choose_like_this(asked))
    if asked.kind is Kind.MULTIPLE:
        return _grade(shown, chosen) if len(chosen) > 1 else _note(shown, chosen)
    if len(chosen) > 1:
        which = wording.only_one(asked, shown.place, chosen)
        return Step(which, waiting(shown.sitting, shown.place))
    return _grade(shown, chosen)


def _note(shown: Shown, letter: str) -> Step:
    """Remember one letter of several; the same letter twice is once."""
    letters = shown.question.letters
    picked = "".join(each for each in letters if each in shown.picked + letter)
    return Step(wording.noted(shown.question, shown.place, picked), Answering(shown.place, picked))


@router.during(Answering, wording.DONE)
@looking
def submit_noted(shown: Shown) -> Step:
    """The letters noted so far are the answer."""
    return _submit_noted(shown)


def _submit_noted(shown: Shown) -> Step:
    if shown.question.kind is not Kind.MULTIPLE:
        return again(shown, wording.choose_like_this(shown.question))
    if not shown.picked:
        return again(shown, wording.nothing_noted())
    return _grade(shown, shown.picked)


@router.during(Asked, wording.JUDGEMENT)
@looking
def judge(shown: Shown) -> Step:
    """True or false."""
    return _judge(shown, "T" if shown.message.group("true") else "F")


def _judge(shown: Shown, verdict: str) -> Step:
    if shown.question.kind is not Kind.JUDGE:
        return again(shown, wording.choose_like_this(shown.question))
    return _grade(shown, [verdict])


@router.during(Filling, wording.FIGURES)
@router.awaited(Filling)
@looking
def fill(shown: Shown) -> Step:
    """A few words of the member's own; a letter was meant for another question."""
    words = shown.message.raw.strip()
    is_choice = re.fullmatch(rf"[a-z]|{wording.STRAY_CHOICE}", shown.message.text)
    if is_choice and not shown.question.is_correct([words]):
        return again(shown, wording.choose_like_this(shown.question))
    return _grade(shown, [words])


def _grade(shown: Shown, choice: Sequence[str]) -> Step:
    member, delivery = shown.message.member, shown.message.delivery
    after = shown.services.quiz.answer(member, shown.sitting, shown.place, choice, delivery)
    verdict = wording.verdict(shown.question, after.answers[shown.place])
    return go_on(verdict, after, shown.message, shown.services)


# ------------------------------------------------------------ moving about


@router.during(Asked, wording.SKIP)
@looking
def skip(shown: Shown) -> Step:
    """Put the question off to the end."""
    if len(shown.sitting.answers) == len(shown.sitting.questions) - 1:
        return again(shown, wording.the_last_left())
    after = shown.services.quiz.skip(shown.message.member, shown.sitting, shown.place)
    return ask(after, wording.put_off())


@router.during(Asked, wording.PREVIOUS)
@looking
def look_back(shown: Shown) -> Step:
    """Show the question before this one with its result; nothing changes."""
    answered = shown.sitting.answers
    if not answered:
        return again(shown, wording.at_the_first())
    place = max([place for place in answered if place < shown.place] or answered)
    question, marked = shown.sitting.question(place), answered[place]
    return again(shown, wording.looked_back(place, question, marked))
