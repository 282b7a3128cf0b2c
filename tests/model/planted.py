"""Bugs to be planted on purpose: a test that finds none of them proves nothing.

Each is a way in which others lost, doubled or invented something, put in place of our code.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select

from bot.domain import identity, mottos, quiz
from bot.domain.members import Presence
from bot.domain.moderation import Moderation
from bot.domain.notices import Notices
from bot.domain.quiz import Quiz, Sitting
from bot.domain.votes import Receipt, Votes
from bot.storage.tables import Delivery, RoundSlot, Vote
from bot.storage.together import Together
from bot.turns import Turns

Plant = Callable[[pytest.MonkeyPatch], None]


def votes_are_counted_and_then_inserted(patch: pytest.MonkeyPatch) -> None:
    """No slot says where the limit is, and the comparison is off by one."""

    def cast(self: Any, member: bytes, number: int, sent_at: datetime, delivery: bytes) -> Receipt:
        current = self._open_round(sent_at)
        words, day = self._votable(member, number, current), identity.campaign_day(sent_at)
        mine = select(func.count()).where(Vote.member_key == member, Vote.day == day)
        given = self._session.scalar(mine) or 0
        if given > 3:
            return Receipt(number, words, "", 0, 3)
        if given == 3:
            self._session.merge(RoundSlot(round_id=current.id, slot=4))
        values = {"member_key": member, "round_id": current.id, "day": day, "slot": given + 1}
        facts = {"motto_id": number - 1_000, "delivery_key": delivery, "accepted_at": self._now}
        tracker = delivery.hex()[:10]
        self._session.execute(insert(Vote).values(**values, **facts, tracker=tracker))
        return Receipt(number, words, tracker, 3 - given, 3)

    patch.setattr(Votes, "cast", cast)


def the_last_answer_earns_nothing(patch: pytest.MonkeyPatch) -> None:
    """The score is updated by all answers but the one that ends a paper."""
    answer = Quiz.answer

    def answer_unless_last(
        self: Quiz, member: bytes, sitting: Sitting, place: int, choice: Any, delivery: bytes
    ) -> Sitting:
        with pytest.MonkeyPatch.context() as inner:
            if len(sitting.answers) == len(sitting.questions) - 1:
                inner.setattr(quiz, "_ANSWER_ON", Together(quiz._NEW_ANSWER))
            return answer(self, member, sitting, place, choice, delivery)

    patch.setattr(Quiz, "answer", answer_unless_last)


def a_notice_is_told_again_and_again(patch: pytest.MonkeyPatch) -> None:
    """Nobody notes that it was told."""
    tell = Notices.tell

    def tell_and_forget(self: Notices, member: bytes, delivery: bytes) -> Any:
        mark = self._session.begin_nested()
        told = tell(self, member, delivery)
        mark.rollback()
        return told

    patch.setattr(Notices, "tell", tell_and_forget)


def withdrawing_leaves_the_votes(patch: pytest.MonkeyPatch) -> None:
    """The entry goes, and the votes for it stand."""
    patch.setattr(mottos, "release_votes", lambda *_: None)


def a_repetition_is_answered_anew(patch: pytest.MonkeyPatch) -> None:
    """The stored reply is drawn again instead of being sent as it is."""
    recall = Turns._recall

    def draw_again(self: Any, session: Any, message: Any) -> bytes:
        found = recall(self, session, message)
        stamp = f"<CreateTime>{int(self._clock(session).timestamp())}</CreateTime>".encode()
        head, _, tail = found.partition(b"<CreateTime>")
        return head + stamp + tail.partition(b"</CreateTime>")[2]

    patch.setattr(Turns, "_recall", draw_again)


def a_repetition_is_played_again(patch: pytest.MonkeyPatch) -> None:
    """The delivery's row is overwritten instead of being looked for."""
    enter, keep = Turns._enter, Turns._keep

    def never_answered(self: Any, message: Any, services: Any) -> Presence:
        return replace(enter(self, message, services), answered=False)

    def overwrite(self: Any, session: Any, message: Any, *rest: Any) -> bytes:
        row = Delivery.delivery_key == message.delivery
        session.execute(delete(Delivery).where(row))
        return keep(self, session, message, *rest)

    patch.setattr(Turns, "_enter", never_answered)
    patch.setattr(Turns, "_keep", overwrite)


def undoing_leaves_the_notice(patch: pytest.MonkeyPatch) -> None:
    """The author hears of a decision that was taken back."""
    undo = Moderation.undo

    def undo_in_silence(self: Moderation, number: int, version: int, staff_id: int) -> None:
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(Notices, "take_back", lambda *_: True)
            undo(self, number, version, staff_id)

    patch.setattr(Moderation, "undo", undo_in_silence)


def a_late_vote_is_one_of_todays(patch: pytest.MonkeyPatch) -> None:
    """The worker's clock decides the day of a vote, not the moment it was sent."""
    cast = Votes.cast

    def cast_now(self: Any, member: bytes, number: int, sent_at: datetime, key: bytes) -> Receipt:
        return cast(self, member, number, self._now, key)

    patch.setattr(Votes, "cast", cast_now)


PLANTED: tuple[Plant, ...] = (
    votes_are_counted_and_then_inserted,
    the_last_answer_earns_nothing,
    a_notice_is_told_again_and_again,
    withdrawing_leaves_the_votes,
    a_repetition_is_answered_anew,
    a_repetition_is_played_again,
    undoing_leaves_the_notice,
    a_late_vote_is_one_of_todays,
)
