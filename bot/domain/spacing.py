"""When a question is asked again: FSRS, in whole days of the campaign and without chance."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from fsrs import Card, Rating, Scheduler, State

_SCHEDULER = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
"""Without steps of minutes: nobody is asked the same thing twice in one sitting."""


@dataclass(frozen=True)
class Memory:
    """How well a question is remembered, as FSRS measures it."""

    stability: float
    difficulty: float
    since: date
    """The day of the last answer."""


def remember(before: Memory | None, right: bool, today: date) -> tuple[Memory, date]:
    """How well it is remembered after an answer, and the day on which to ask again."""
    now = _noon(today)
    card, _ = _SCHEDULER.review_card(
        _card(before, now), Rating.Good if right else Rating.Again, review_datetime=now
    )
    assert card.stability is not None, "an answered card is measured"
    assert card.difficulty is not None, "and so is its difficulty"
    return Memory(card.stability, card.difficulty, today), card.due.date()


def _card(memory: Memory | None, now: datetime) -> Card:
    # Without an id and a date of our own the library would look at the clock, and wait.
    if memory is None:
        return Card(card_id=0, due=now)
    return Card(
        card_id=0,
        state=State.Review,
        stability=memory.stability,
        difficulty=memory.difficulty,
        due=now,
        last_review=_noon(memory.since),
    )


def _noon(day: date) -> datetime:
    """A moment of the day: the library counts in them, and between two noons lie whole days."""
    return datetime.combine(day, time(12), UTC)
