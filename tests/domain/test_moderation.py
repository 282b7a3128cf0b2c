"""Moderation: the oldest first, one decider wins, a minute to undo, the author hears once."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from bot.conversation.folding import fold_prose
from bot.domain.entries import UNDO, MottoState
from bot.domain.moderation import FIXABLE, Reason
from bot.domain.notices import Notification
from bot.domain.questions import Shelf
from bot.domain.refusals import (
    DecidedMeanwhile,
    MottoTooLong,
    MottoTooShort,
    NoSuchEntry,
    UndoTooLate,
)
from bot.domain.services import Services, open_services
from bot.storage.database import Sessions
from tests.builders import NOON, a_member, key

WORDS = "群众的事，一刻也不等"
DELIVERY = bytes(32)
SECOND = timedelta(seconds=1)


def at(session: Session, moment: datetime) -> Services:
    return open_services(session, moment, Shelf())


def waiting(services: Services, by: str = "zhang") -> int:
    return services.mottos.submit(key(by), WORDS, fold_prose(WORDS), "masked").number


def told(session: Session, moment: datetime, by: str = "zhang") -> list[Notification]:
    return at(session, moment).notices.tell(key(by), DELIVERY)


def test_the_queue_begins_with_the_oldest(session: Session) -> None:
    late = waiting(at(session, NOON), "late")
    early = waiting(at(session, NOON - timedelta(hours=5)), "early")

    queue = at(session, NOON).moderation.queue(limit=1)

    assert [card.number for card in queue.mottos] == [early]
    assert (queue.waiting, queue.oldest_at) == (2, NOON - timedelta(hours=5))
    assert late != early


@pytest.mark.slow
def test_an_approved_motto_leaves_the_queue_for_the_wall(services: Services) -> None:
    number = waiting(services)

    services.moderation.decide(number, 1, staff_id=1)

    card = services.mottos.public(number)
    assert card is not None
    assert (card.state, card.version, card.reason) == (MottoState.APPROVED, 2, None)
    assert services.moderation.queue().waiting == 0


@pytest.mark.slow
def test_a_motto_sent_back_keeps_its_reason_and_stays_off_the_wall(services: Services) -> None:
    number = waiting(services)

    services.moderation.decide(number, 1, staff_id=1, reason=Reason.TYPO)

    mine = services.mottos.mine(key("zhang"))
    assert mine is not None
    assert (mine.state, mine.reason) == (MottoState.RETURNED, "typo")
    assert services.mottos.public(number) is None


@pytest.mark.slow
def test_of_two_moderators_the_second_hears_who_was_first(services: Services) -> None:
    number = waiting(services)
    services.moderation.decide(number, 1, staff_id=1)

    with pytest.raises(DecidedMeanwhile) as late:
        services.moderation.decide(number, 1, staff_id=2, reason=Reason.UNFIT)

    assert (late.value.state, late.value.by, late.value.at) == ("approved", "staff:1", NOON)


@pytest.mark.slow
def test_a_decision_about_words_that_changed_meanwhile_is_refused(services: Services) -> None:
    number = waiting(services)
    services.mottos.reword(key("zhang"), "愿做一块砖，哪里需要哪里搬", "x", "masked")

    with pytest.raises(DecidedMeanwhile) as late:
        services.moderation.decide(number, 1, staff_id=1)

    assert (late.value.state, late.value.by) == ("waiting", "member")


def test_there_is_nothing_to_decide_about_a_number_nobody_has(services: Services) -> None:
    with pytest.raises(NoSuchEntry):
        services.moderation.decide(1999, 1, staff_id=1)


# ------------------------------------------------------------ putting it right

TYPO, RIGHT = "不忘初心，牢计使命", "不忘初心，牢记使命"


def with_a_typo(services: Services) -> int:
    return services.mottos.submit(key("zhang"), TYPO, fold_prose(TYPO), "masked").number


def fix_of(services: Services) -> str | None:
    mine = services.mottos.mine(key("zhang"))
    assert mine is not None
    return mine.fix


@pytest.mark.slow
@pytest.mark.parametrize("reason", sorted(FIXABLE))
def test_the_right_words_are_offered_to_the_author(
    services: Services, session: Session, reason: Reason
) -> None:
    number = with_a_typo(services)

    services.moderation.decide(number, 1, 1, reason, RIGHT)

    assert fix_of(services) == RIGHT
    assert told(session, NOON + UNDO)[0].facts["fix"] == RIGHT


@pytest.mark.slow
def test_words_that_are_the_same_are_no_offer(services: Services) -> None:
    services.moderation.decide(with_a_typo(services), 1, 1, Reason.TYPO, f" {TYPO} ")

    assert fix_of(services) is None


@pytest.mark.slow
@pytest.mark.parametrize("reason", sorted(set(Reason) - FIXABLE))
def test_other_reasons_carry_no_words(services: Services, reason: Reason) -> None:
    services.moderation.decide(with_a_typo(services), 1, 1, reason, RIGHT)

    assert fix_of(services) is None


@pytest.mark.parametrize(("fix", "refused"), [("太短", MottoTooShort), ("长" * 31, MottoTooLong)])
def test_what_is_offered_must_be_able_to_stand(
    services: Services, fix: str, refused: type[Exception]
) -> None:
    number = with_a_typo(services)

    with pytest.raises(refused):
        services.moderation.decide(number, 1, 1, Reason.TYPO, fix)

    assert services.moderation.queue().waiting == 1


@pytest.mark.slow
def test_an_offer_is_gone_with_the_decision_and_with_the_words(services: Services) -> None:
    number = with_a_typo(services)
    version = services.moderation.decide(number, 1, 1, Reason.TYPO, RIGHT)
    services.moderation.undo(number, version, 1)
    undone = fix_of(services)
    services.moderation.decide(number, version + 1, 1, Reason.TYPO, RIGHT)
    services.mottos.reword(key("zhang"), WORDS, fold_prose(WORDS), "masked")

    assert (undone, fix_of(services)) == (None, None)


# ------------------------------------------------------------ taking it back


@pytest.mark.slow
def test_a_decision_taken_back_within_the_minute_leaves_no_trace_for_the_author(
    services: Services, session: Session
) -> None:
    number = waiting(services)
    version = services.moderation.decide(number, 1, staff_id=1)

    at(session, NOON + UNDO - SECOND).moderation.undo(number, version, staff_id=1)

    queue = services.moderation.queue()
    assert [(card.number, card.reason, card.decided_at) for card in queue.mottos] == [
        (number, None, None)
    ]
    assert told(session, NOON + timedelta(hours=1)) == []


@pytest.mark.slow
def test_after_a_minute_the_decision_stands(services: Services, session: Session) -> None:
    number = waiting(services)
    version = services.moderation.decide(number, 1, staff_id=1)

    with pytest.raises(UndoTooLate):
        at(session, NOON + UNDO).moderation.undo(number, version, staff_id=1)

    assert services.mottos.public(number) is not None


@pytest.mark.slow
def test_votes_given_before_the_undoing_are_set_aside(services: Services, session: Session) -> None:
    number = waiting(services)
    version = services.moderation.decide(number, 1, staff_id=1)
    services.votes.cast(a_member(session, "li"), number, NOON, DELIVERY)

    services.moderation.undo(number, version, staff_id=1)

    assert services.mottos.votes_for(number) == 0


@pytest.mark.slow
def test_only_the_latest_decision_can_be_taken_back(services: Services) -> None:
    number = waiting(services)
    version = services.moderation.decide(number, 1, staff_id=1)
    services.moderation.undo(number, version, staff_id=1)

    with pytest.raises(DecidedMeanwhile):
        services.moderation.undo(number, version, staff_id=1)


@pytest.mark.slow
def test_recent_decisions_name_who_and_whether_they_can_be_undone(
    services: Services, session: Session
) -> None:
    first, second = waiting(services), waiting(services, "li")
    services.moderation.decide(first, 1, staff_id=1, reason=Reason.LENGTH)
    later = at(session, NOON + UNDO)
    later.moderation.decide(second, 1, staff_id=2)

    newest, oldest = later.moderation.recent(1)

    assert (newest.card.number, newest.verdict, newest.by) == (
        second, MottoState.APPROVED, "staff:2",
    )  # fmt: skip
    assert (oldest.card.number, oldest.verdict, oldest.reason) == (
        first, MottoState.RETURNED, "length",
    )  # fmt: skip
    assert (newest.undoable, oldest.undoable) == (True, False)


# ------------------------------------------------------------ the author hears


@pytest.mark.slow
def test_the_author_hears_when_it_can_no_longer_be_undone_and_only_once(
    services: Services, session: Session
) -> None:
    number = waiting(services)
    services.moderation.decide(number, 1, staff_id=1, reason=Reason.TYPO)

    too_soon = told(session, NOON + UNDO - SECOND)
    in_time = told(session, NOON + UNDO)
    again = told(session, NOON + timedelta(days=1))

    assert too_soon == again == []
    assert in_time == [
        Notification(
            "motto_returned",
            {"number": number, "words": WORDS, "reason": "typo", "fix": None, "appealed": False},
        )
    ]


@pytest.mark.slow
def test_each_decision_about_an_entry_is_told(services: Services, session: Session) -> None:
    number = waiting(services)
    version = services.moderation.decide(number, 1, staff_id=1, reason=Reason.TYPO)
    told(session, NOON + UNDO)
    later = at(session, NOON + timedelta(hours=1))
    later.mottos.reword(key("zhang"), "愿做一块砖，哪里需要哪里搬", "x", "masked")

    later.moderation.decide(number, version + 1, staff_id=1)

    assert [note.kind for note in told(session, NOON + timedelta(hours=2))] == ["motto_approved"]


# ------------------------------------------------------------ at the same moment


@pytest.mark.slow
def test_of_two_moderators_who_decide_at_once_one_wins(sessions: Sessions) -> None:
    with sessions.begin() as session:
        number = waiting(at(session, NOON))

    with ThreadPoolExecutor() as pool:
        with sessions.begin() as session:
            at(session, NOON).moderation.decide(number, 1, staff_id=1)
            second = pool.submit(sends_back, sessions, number)
            # Long enough for the second to arrive at the locked entry, or database.
            wait([second], timeout=0.3)

        with pytest.raises(DecidedMeanwhile) as late:
            second.result()

    assert (late.value.state, late.value.by) == ("approved", "staff:1")


def sends_back(sessions: Sessions, number: int) -> None:
    with sessions.begin() as session:
        at(session, NOON).moderation.decide(number, 1, staff_id=2, reason=Reason.UNFIT)
