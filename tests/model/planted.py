"""Bugs to be planted on purpose: a test that finds none of them proves nothing.

Each is a way in which others lost, doubled or invented something, put in place of our code.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from bot.conversation.message import Message
from bot.domain import moderation, mottos
from bot.domain.identity import campaign_day
from bot.domain.moderation import Moderation
from bot.domain.notices import Notices
from bot.domain.quiz import Quiz, Sitting
from bot.domain.refusals import NoVotesLeft
from bot.domain.votes import Receipt, Votes
from bot.storage.tables import RoundSlot, Score, Vote
from bot.turns import Turns

Plant = Callable[[pytest.MonkeyPatch], None]


def votes_are_counted_and_then_inserted(patch: pytest.MonkeyPatch) -> None:
    """No slot says where the limit is, and the comparison is off by one."""
    cast = Votes.cast

    def cast_one_more(
        self: Any, member: bytes, number: int, sent_at: datetime, delivery: bytes
    ) -> Receipt:
        try:
            return cast(self, member, number, sent_at, delivery)
        except NoVotesLeft:
            day, tracker = campaign_day(sent_at), delivery.hex()[:10]
            mine = select(func.count()).where(Vote.member_key == member, Vote.day == day)
            if self._session.scalar(mine) > 3:
                raise
            self._session.merge(RoundSlot(round_id=1, slot=4))
            self._session.flush()
            place = {"member_key": member, "round_id": 1, "day": day, "slot": 4}
            facts = {"motto_id": number - 1_000, "delivery_key": delivery}
            vote = insert(Vote).values(**place, **facts, accepted_at=self._now, tracker=tracker)
            self._session.execute(vote)
            return Receipt(number=number, words="", tracker=tracker, left=0, most=3)

    patch.setattr(Votes, "cast", cast_one_more)


def the_last_answer_earns_nothing(patch: pytest.MonkeyPatch) -> None:
    """The score is not updated by the answer that ends a paper."""
    answer = Quiz.answer

    def answer_for_nothing(self: Any, member: bytes, *rest: Any) -> Sitting:
        after = answer(self, member, *rest)
        if after.current is None:
            earned = after.answers[rest[1]].points
            lower = update(Score).where(Score.member_key == member)
            self._session.execute(lower.values(points=Score.points - earned))
        return after

    patch.setattr(Quiz, "answer", answer_for_nothing)


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


def the_first_judges_the_appeal(patch: pytest.MonkeyPatch) -> None:
    """Whoever sent an entry back decides about the objection too."""
    patch.setattr(moderation, "ensure_not_barred", lambda *_: None)


def a_repetition_is_answered_anew(patch: pytest.MonkeyPatch) -> None:
    """The reply is drawn again, with the time of now, instead of being sent as it is stored."""
    take, seen = Turns.take, set[bytes]()

    def draw_again(self: Turns, message: Message) -> bytes:
        reply = take(self, message)
        if message.delivery not in seen:
            seen.add(message.delivery)
            return reply
        return re.sub(rb"<CreateTime>\d+", b"<CreateTime>1", reply)

    patch.setattr(Turns, "take", draw_again)


def a_repetition_is_played_again(patch: pytest.MonkeyPatch) -> None:
    """The marker of a delivery is lost, as one in Redis would be, and the effect is not."""
    take, times = Turns.take, Counter[bytes]()

    def play_again(self: Turns, message: Message) -> bytes:
        times[message.delivery] += 1
        name = bytes(times[message.delivery] - 1) + message.delivery
        return take(self, replace(message, delivery=name[:32]))

    patch.setattr(Turns, "take", play_again)


def undoing_leaves_the_notice(patch: pytest.MonkeyPatch) -> None:
    """The author hears of a decision that was taken back."""
    undo = Moderation.undo

    def undo_in_silence(self: Moderation, number: int, version: int, staff_id: int) -> None:
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(Notices, "take_back_all", lambda *_: True)
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
    the_first_judges_the_appeal,
    a_repetition_is_answered_anew,
    a_repetition_is_played_again,
    undoing_leaves_the_notice,
    a_late_vote_is_one_of_todays,
)
