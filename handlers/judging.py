"""What a member's words choose of the question on show, and what comes of it.

A letter alone is noted where several may be right; nothing is graded by guessing.
"""

import re

from bot.conversation.router import Step
from handlers import reading, wording
from handlers.shown import Shown
from quiz_bank import Kind

_NO_FILLING = re.compile(
    "|".join([wording.ASKED_BACK, wording.FORWARDED, *(pattern for pattern, _ in wording.GIST)])
)


def answer(shown: Shown, chosen: str) -> Step:
    """Words that name their question: letters, a verdict, or that all letters are chosen."""
    if reading.is_done(chosen):
        return submit_noted(shown)
    if verdict := reading.judgement(chosen):
        return judge(shown, verdict)
    return choose(shown, reading.letters(chosen))


def choose(shown: Shown, named: str) -> Step:
    """Letters, in the order in which they were named."""
    asked = shown.question
    if asked.kind is Kind.JUDGE and (judged := reading.JUDGED_BY_LETTER.get(named)):
        return shown.grade([judged])
    chosen = "".join(letter for letter in asked.letters if letter in named)
    if not chosen or set(named) - set(asked.letters):
        return shown.again(wording.choose_like_this(asked))
    if asked.kind is Kind.MULTIPLE and 1 < len(chosen) < len(named):
        # A letter came twice: BACDA looks like answers to five questions.
        return shown.again(wording.choose_like_this(asked))
    if asked.kind is Kind.MULTIPLE:
        return shown.grade(chosen) if len(chosen) > 1 else _note(shown, chosen)
    if len(chosen) > 1:
        return Step(wording.only_one(asked, shown.called, chosen), shown.waiting())
    return shown.grade(chosen)


def _note(shown: Shown, letter: str) -> Step:
    """Remember one letter of several; the same letter twice is once."""
    letters = shown.question.letters
    picked = "".join(each for each in letters if each in shown.picked + letter)
    return Step(wording.noted(shown.question, shown.called, picked), shown.waiting(picked))


def submit_noted(shown: Shown) -> Step:
    """The letters noted so far are the answer."""
    if shown.question.kind is not Kind.MULTIPLE:
        return shown.again(wording.choose_like_this(shown.question))
    if not shown.picked:
        return shown.again(wording.nothing_noted())
    return shown.grade(shown.picked)


def judge(shown: Shown, verdict: str) -> Step:
    """True or false."""
    if shown.question.kind is not Kind.JUDGE:
        return shown.again(wording.choose_like_this(shown.question))
    return shown.grade([verdict])


def fill(shown: Shown) -> Step:
    """A few words of the member's own; a letter was meant for another question, or for nobody."""
    words, text = shown.message.raw.strip(), shown.message.text
    if not shown.question.is_correct([words]):
        if re.fullmatch(rf"[a-z]|{wording.STRAY_CHOICE}", text):
            return shown.again(wording.choose_like_this(shown.question))
        if _NO_FILLING.fullmatch(text):
            return shown.again(wording.no_answer())
    return shown.grade([words])
