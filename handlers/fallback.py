"""Never a dead end: words that nobody took, leave-taking, and what colleagues should read."""

import re

from bot.conversation.message import Message
from bot.conversation.reply import join
from bot.conversation.router import Instead, Router, Step
from bot.conversation.state import (
    Asked,
    Blank,
    Free,
    Idle,
    Lost,
    State,
    Telling,
    on_show,
    settled,
)
from bot.domain.services import Services
from handlers import faulty, reading, wording
from handlers.asking import option_said, then_ask

router = Router()


# ------------------------------------------------------------ words without a task


@router.pattern(wording.SEEKING)
def seek(_message: Message, _state: State, _services: Services) -> Instead:
    """不知道, 下一题 and the like, with nothing on show that they could be about."""
    return Instead(wording.HELP[1])


@router.pattern(wording.PREVIOUS)
@router.pattern(wording.SEEN_AGAIN)
def show_again(message: Message, _state: State, services: Services) -> Instead:
    """上一题 with no question on show: the paper left open, if there is one."""
    open_paper = services.quiz.sitting(message.member)
    return Instead(wording.START[0] if open_paper else wording.HELP[1])


@router.pattern(wording.CHANGING)
def ask_what_to_change(_message: Message, _state: State, _services: Services) -> Step:
    """改, with nothing on show that could be changed."""
    return Step(wording.what_to_change(), Idle())


@router.pattern(wording.LEAVING)
def take_leave(_message: Message, _state: State, _services: Services) -> Step:
    """The member leaves off."""
    return Step(wording.leave_taken(), Idle())


@router.pattern(wording.JUST_YES_OR_NO)
def nod(_message: Message, state: State, _services: Services) -> Step:
    """Yes or no to nothing; a list in view stays there."""
    return Step(wording.leave_taken(), on_show(state))


@router.pattern(wording.WAIT)
def wait(message: Message, state: State, services: Services) -> Step:
    """The member needs a moment: what waits goes on waiting."""
    after = Idle() if isinstance(state, Lost) else settled(state)
    if isinstance(after, Free):
        return Step(join([wording.no_hurry(), wording.leave_taken()]), after)
    return then_ask(wording.no_hurry(), message, after, services)


@router.pattern(wording.SPEAKING)
def let_speak(message: Message, state: State, services: Services) -> Step:
    """Who would rather speak may."""
    return then_ask(wording.speak_up(), message, settled(state), services)


@router.guess(lambda message, _: re.fullmatch(wording.OTHER_BUSINESS, message.text))
@router.guess(lambda message, _: re.search(wording.SMALL_TALK, message.text))
def decline_small_talk(message: Message, state: State, services: Services) -> Step:
    """A joke, a riddle, the weather: say what we are good for."""
    return then_ask(wording.only_these(), message, settled(state), services)


# ------------------------------------------------------------ what colleagues should read


@router.during(Telling, wording.NOTHING_TO_TELL)
def nothing_to_tell(_message: Message, _state: Telling, _services: Services) -> Step:
    """There is nothing for a colleague."""
    return Step(wording.leave_taken(), Idle())


@router.during(Telling, wording.COMPLAINT)
@router.awaited(Telling)
def tell(message: Message, state: Telling, services: Services) -> Step:
    """Pass the sentence on; mere figures tell a colleague nothing."""
    if not reading.says_something(message.text):
        return ask_for_words(message, state, services)
    words = message.raw
    if state.about == faulty.QUESTION:
        codes, question = faulty.told(message, state, services)
        words = f"[{codes}] {words}" if codes else words
        if question:
            services.withholdings.report(message.member, question)
    services.tickets.open(message.member, state.about, words, message.delivery)
    return Step(wording.told(state.about), Idle())


@router.during(Telling, wording.NO_ANSWER)
@router.during(Telling, wording.CHOICE)
@router.otherwise(Telling)
def ask_for_words(_message: Message, state: Telling, _services: Services) -> Step:
    """A face, a nod, a letter instead of a sentence."""
    return Step(wording.words_please(), state)


# ------------------------------------------------------------ not understood


@router.during(Blank, wording.NO_ANSWER)
@router.otherwise(Asked)
def ask_again(message: Message, state: State, services: Services) -> Step:
    """How to answer, and the same question; unless an option was written out."""
    if step := option_said(message, state, services):
        return step
    return then_ask(wording.no_answer(), message, state, services)


@router.otherwise(Lost)
def hand_over(_message: Message, _state: Lost, _services: Services) -> Step:
    """Twice in a row: no third menu, a person."""
    return Step(wording.let_staff_help(), Telling())


@router.otherwise(Free)
def be_at_a_loss(_message: Message, _state: State, _services: Services) -> Step:
    """The first time."""
    return Step(wording.not_understood(), Lost())


@router.otherwise(object)
def wait_on(_message: Message, state: State, _services: Services) -> Step:
    """Something else is on show and keeps waiting for its answer."""
    return Step(wording.still_waiting(), settled(state))
