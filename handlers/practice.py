"""Practice by chat: questions answered wrongly are asked again until they are known.

It scores nothing. A round has up to three questions; a tap names its place in the round, so a
stale one is told apart, and who goes on practising goes on counting.
"""

from bot.conversation.message import Message
from bot.conversation.reply import Text, join
from bot.conversation.router import Router, Step
from bot.conversation.state import (
    Idle,
    OfPractice,
    Practised,
    Practising,
    PractisingWords,
    State,
    settled,
)
from bot.domain.identity import campaign_day
from bot.domain.practice import due, hardest
from bot.domain.services import Services
from handlers import judging, practising, reading, wording
from handlers.asking import sent_too_early, then_ask
from handlers.practising import Round, begin, go_on, mistake_at, recalled, say_then_offer_next

router = Router()


# ------------------------------------------------------------ beginning, going on, leaving


@router.keyword(*wording.PRACTISE)
@router.during(OfPractice, wording.ON_WITH_PRACTICE)
def practise(message: Message, state: State, services: Services) -> Step:
    """Ask what is due; a round that has not ended goes on."""
    if shown := practising.in_view(message, state, services):
        return shown.again(Text(()))
    if isinstance(state, Practised) and state.place < len(state.questions):
        return go_on(Text(()), state, message, services)
    mistakes, today = services.practice.mistakes(message.member), campaign_day(services.now)
    if not mistakes:
        return Step(wording.no_mistakes(), Idle())
    if waiting := due(mistakes, today):
        return begin(waiting, _opening(message, services), state)
    next_day = min(mistake.due_on for mistake in mistakes)
    return Step(wording.nothing_due(next_day, today), Idle())


@router.keyword(*wording.PRACTISE_HARDEST)
def practise_hardest(message: Message, state: State, services: Services) -> Step:
    """Ask what is hardest, be it due or not."""
    mistakes = hardest(services.practice.mistakes(message.member))
    if not mistakes:
        return Step(wording.no_mistakes(), Idle())
    return begin(mistakes, _opening(message, services), state)


def _opening(message: Message, services: Services) -> Text:
    if services.quiz.sitting(message.member) is None:
        return Text(())
    return wording.practice_in_between()


@router.tap(wording.NEXT_TAP)
def tap_next(message: Message, state: State, services: Services) -> Step:
    """The next question; a second tap shows it again and passes nothing over."""
    return practise(message, state, services)


@router.during(Practised, wording.SKIP)
@router.during(Practised, wording.ON_WITH_PRACTICE)
def next_question(message: Message, state: Practised, services: Services) -> Step:
    """The same in words."""
    return go_on(Text(()), state, message, services)


@router.during(OfPractice | Practised, wording.LEAVE_PRACTICE)
def leave(message: Message, _state: State, services: Services) -> Step:
    """The questions stay due."""
    paper_is_open = services.quiz.sitting(message.member) is not None
    return Step(wording.practice_left(paper_is_open), Idle())


# ------------------------------------------------------------ answers that name their question


@router.tap(wording.PRACTICE_TAP)
@router.during(OfPractice | Practised, wording.PAIR)
def answer_by_name(message: Message, state: State, services: Services) -> Step:
    """An answer that names its question: judged once, while that question is on show."""
    place = reading.number(message.group("place"))
    if isinstance(state, Practised):
        return _after(_why_not(place, state), state, message, services)
    shown = practising.in_view(message, state, services)
    if shown is None:
        return _put_away(message, state, services)
    if place != shown.stands.place:
        return shown.again(_why_not(place, shown.stands))
    if shown.is_unseen:
        return sent_too_early(shown)
    return judging.answer(shown, message.group("chosen"))


def _why_not(place: int, stands: Practised) -> Text:
    """Why the question at this place of the round can't be answered."""
    if not 1 <= place <= len(stands.questions):
        return wording.practice_has_only(len(stands.questions))
    if place <= stands.place:
        return wording.practised_before(place)
    return wording.not_yet_practised(place)


def _put_away(message: Message, state: State, services: Services) -> Step:
    """The round is over, or no longer in view: nothing is judged, and what is on show stays."""
    if isinstance(state, OfPractice):
        return Step(wording.practice_put_away(), Idle())
    return then_ask(wording.practice_put_away(), message, settled(state), services)


@router.during(OfPractice, wording.PAIRS)
def rather_one_by_one(message: Message, state: State, services: Services) -> Step:
    """Several answers at once: only the question on show can be answered."""
    return then_ask(wording.one_at_a_time_in_practice(), message, state, services)


# ------------------------------------------------------------ after the answer


@router.tap(wording.LEARNT_TAP)
def put_aside_by_name(message: Message, state: State, services: Services) -> Step:
    """The question at this place of the round is not asked again."""
    place = reading.number(message.group("place"))
    if isinstance(state, Practising | PractisingWords | Practised) and place <= state.place:
        return _put_aside(place, state, message, services)
    return _put_away(message, state, services)


@router.during(OfPractice | Practised, wording.LEARNT)
def put_aside(message: Message, state: Round, services: Services) -> Step:
    """The question in view is not asked again."""
    return _put_aside(state.place, state, message, services)


def _put_aside(place: int, state: Round, message: Message, services: Services) -> Step:
    shown = practising.in_view(message, state, services)
    if shown and place == state.place and shown.is_unseen:
        return sent_too_early(shown)
    if mistake := mistake_at(place, state, message, services):
        services.practice.put_aside(message.member, mistake, message.delivery)
    if isinstance(state, Practised):
        return _after(wording.learnt(), state, message, services)
    if place < state.place:
        return then_ask(wording.learnt(), message, state, services)
    stands = Practised(state.questions, state.place, state.right)
    return go_on(join([wording.learnt(), Text(("\n",))]), stands, message, services)


@router.during(Practised, wording.REOPEN)
def change_too_late(message: Message, state: Practised, services: Services) -> Step:
    """The answer is out."""
    return _after(wording.too_late_to_change(), state, message, services)


@router.during(Practised, wording.CHOICE)
@router.during(Practised, wording.ALL)
@router.during(Practised, wording.JUDGEMENT)
@router.during(Practised, wording.PAIRS)
def answer_too_late(message: Message, state: Practised, services: Services) -> Step:
    """No question is on show: letters answer nothing."""
    return _after(wording.practised_before(state.place), state, message, services)


@router.during(Practised, wording.PREVIOUS)
def look_back(message: Message, state: Practised, services: Services) -> Step:
    """Show the question that was just practised, and what is right."""
    words = recalled(state.place, state, message, services)
    return _after(words, state, message, services)


def _after(words: Text, state: Practised, message: Message, services: Services) -> Step:
    return say_then_offer_next(words, state, message, services)
