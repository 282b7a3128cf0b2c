"""What a member answered wrongly and does not know yet, and questions that are wrong themselves."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.conversation.message import Message
from bot.conversation.reply import Text
from bot.conversation.router import Router, Step
from bot.conversation.state import (
    Asked,
    Idle,
    MistakesShown,
    Practised,
    State,
    Telling,
)
from bot.domain.identity import campaign_day
from bot.domain.practice import Mistake
from bot.domain.services import Services
from handlers import faulty, reading, wording

PAGE = 3
"""Mistakes in one list: as many as are practised at once, and few enough for its taps."""
IN_VIEW = timedelta(minutes=10)
"""How long a bare number still means a place in the list last shown."""

router = Router()


# ------------------------------------------------------------ the list


@router.keyword(*wording.MISTAKES)
def mistakes(message: Message, _state: State, services: Services) -> Step:
    """List what is not understood yet, the latest first."""
    return _list(1, message, services)


@router.keyword(*wording.MORE_MISTAKES)
@router.during(MistakesShown, wording.NEXT_PAGE)
def more(message: Message, state: State, services: Services) -> Step:
    """List what comes after it; after the last, the first again."""
    return _list(state.first + PAGE if isinstance(state, MistakesShown) else 1, message, services)


@router.during(MistakesShown, wording.PAGE_BEFORE)
def page_before(message: Message, state: MistakesShown, services: Services) -> Step:
    """List what stood before it, or the same again."""
    return _list(state.first - PAGE, message, services)


def _list(first: int, message: Message, services: Services) -> Step:
    """A page of the list, its first line under this number."""
    every = services.practice.mistakes(message.member)
    puzzling = [mistake for mistake in every if not mistake.understood]
    if not puzzling:
        return Step(_nothing_puzzling(every, services), Idle())
    first = first if 1 <= first <= len(puzzling) else 1
    page = puzzling[first - 1 : first - 1 + PAGE]
    listed = wording.mistakes(
        [mistake.question.stem for mistake in page],
        first=first,
        total=len(puzzling),
        paper_is_open=_paper_is_open(message, services),
        more=first + PAGE <= len(puzzling),
    )
    ids = tuple(mistake.question_id for mistake in page)
    return Step(listed, MistakesShown(ids, first, services.now.isoformat()))


def _nothing_puzzling(mistakes: Sequence[Mistake], services: Services) -> Text:
    if not mistakes:
        return wording.no_mistakes()
    next_day = min(mistake.due_on for mistake in mistakes)
    return wording.all_understood(next_day, campaign_day(services.now))


# ------------------------------------------------------------ one of them


@router.tap(wording.ONE_MISTAKE)
def mistake_by_name(message: Message, state: State, services: Services) -> Step:
    """Explain the one under this number: of the list shown last, or else as it would be now."""
    nth = reading.number(message.group("place"))
    if (id_ := _at(nth, state)) is not None:
        return _explain(id_, message, state, services)
    step = _list(nth, message, services)
    if isinstance(step.state, MistakesShown) and step.state.first == nth:
        return _explain(step.state.questions[0], message, step.state, services)
    return step


@router.during(MistakesShown, wording.NTH_MISTAKE)
def mistake(message: Message, state: MistakesShown, services: Services) -> Step:
    """Explain the one at this place of the list; one shown long ago is shown again."""
    id_ = _at(reading.number(message.group("place")), state)
    if id_ is None or not _in_view(state, services.now):
        return _list(state.first, message, services)
    return _explain(id_, message, state, services)


def _at(nth: int, state: State) -> int | None:
    """The question under this number of the list in view."""
    if not isinstance(state, MistakesShown):
        return None
    index = nth - state.first
    return state.questions[index] if 0 <= index < len(state.questions) else None


def _in_view(state: MistakesShown, now: datetime) -> bool:
    return bool(state.shown_at) and now - datetime.fromisoformat(state.shown_at) <= IN_VIEW


def _explain(id_: int, message: Message, state: State, services: Services) -> Step:
    found = services.practice.find(message.member, id_)
    if found is None:
        return _list(1, message, services)
    explained = wording.mistake(
        found.day, found.place, found.question, found.marked, _paper_is_open(message, services)
    )
    shown = state if isinstance(state, MistakesShown) else MistakesShown()
    return Step(explained, replace(shown, looked_at=id_))


def _paper_is_open(message: Message, services: Services) -> bool:
    return services.quiz.sitting(message.member) is not None


# ------------------------------------------------------------ a question that is wrong itself


@router.during(Asked | Practised, wording.QUESTION_IS_WRONG)
@router.pattern(wording.QUESTION_IS_WRONG)
def report(message: Message, state: State, services: Services) -> Step:
    """A question may be faulty: ask for one sentence, which becomes a ticket."""
    about = faulty.named(message, services) or faulty.in_view(message, state, services)
    if about is None:
        return Step(wording.what_is_wrong(), Telling(faulty.QUESTION))
    return Step(
        wording.what_is_wrong(about.name), Telling(faulty.QUESTION, about.code, about.question_id)
    )
