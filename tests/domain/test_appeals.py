"""Appeals: back into the queue with a sentence, for another colleague, once for the same words."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.conversation.folding import fold_prose
from bot.domain.appeals import LONGEST
from bot.domain.entries import UNDO, MottoState
from bot.domain.moderation import Reason
from bot.domain.questions import Shelf
from bot.domain.refusals import AppealedBefore, NothingToAppeal, OwnDecision
from bot.domain.services import Services, open_services
from bot.storage.tables import Audit
from tests.board import replayed
from tests.builders import NOON, a_member, a_waiting_motto, key

WORDS, OTHERS = "不忘初心，牢计使命", "愿做一块砖，哪里需要哪里搬"
FIRST, SECOND = 3, 4
LATER = NOON + timedelta(hours=1)
SAID = "没有错字，这是我奶奶常说的话"
DELIVERY = bytes(32)


def at(session: Session, moment: datetime) -> Services:
    return open_services(session, moment, Shelf())


@pytest.fixture
def returned(session: Session) -> int:
    """The number of zhang's entry, which the first colleague sent back an hour ago."""
    return replayed(_send_back, session)


def _send_back(session: Session) -> int:
    a_member(session)
    number = a_waiting_motto(session, "zhang", WORDS)
    at(session, NOON).moderation.decide(number, 1, FIRST, Reason.TYPO, "不忘初心，牢记使命")
    return number


@pytest.fixture
def later(session: Session) -> Services:
    return at(session, LATER)


@pytest.mark.slow
def test_an_appeal_waits_with_the_first_decision_beside_it(later: Services, returned: int) -> None:
    later.appeals.open(key("zhang"), SAID)

    queue = later.moderation.queue()
    card, first = queue.mottos[0], queue.appealed[returned]
    assert (card.number, card.state, card.appeal) == (returned, MottoState.WAITING, SAID)
    assert (first.reason, first.fix) == ("typo", "不忘初心，牢记使命")
    assert (first.by, first.at) == ("staff:3", NOON)


@pytest.mark.slow
def test_who_decided_first_is_locked_out(later: Services, returned: int) -> None:
    later.appeals.open(key("zhang"), SAID)

    for reason in (None, Reason.TYPO):
        with pytest.raises(OwnDecision):
            later.moderation.decide(returned, 3, FIRST, reason)

    assert later.moderation.decide(returned, 3, SECOND) == 4
    assert later.mottos.public(returned) is not None


@pytest.mark.slow
def test_who_decided_first_cannot_undo_the_second_decision_either(
    later: Services, returned: int
) -> None:
    later.appeals.open(key("zhang"), SAID)
    later.moderation.decide(returned, 3, SECOND)

    with pytest.raises(OwnDecision):
        later.moderation.undo(returned, 4, FIRST)
    later.moderation.undo(returned, 4, SECOND)

    assert later.moderation.queue().appealed[returned].by == "staff:3"
    with pytest.raises(OwnDecision):
        later.moderation.decide(returned, 5, FIRST)


@pytest.mark.slow
def test_whose_decision_was_undone_before_may_decide_about_the_appeal(session: Session) -> None:
    a_member(session)
    number = a_waiting_motto(session, "zhang", WORDS)
    desk = at(session, NOON).moderation
    desk.undo(number, desk.decide(number, 1, SECOND, Reason.UNFIT), SECOND)
    desk.decide(number, 3, FIRST, Reason.TYPO)
    at(session, LATER).appeals.open(key("zhang"), SAID)

    assert at(session, LATER).moderation.decide(number, 5, SECOND) == 6


@pytest.mark.slow
@pytest.mark.parametrize("moment", [NOON, NOON + UNDO - timedelta(seconds=1)])
def test_what_can_still_be_undone_cannot_be_appealed(
    session: Session, returned: int, moment: datetime
) -> None:
    with pytest.raises(NothingToAppeal):
        at(session, moment).appeals.open(key("zhang"), SAID)


@pytest.mark.slow
def test_without_a_decision_against_it_there_is_nothing_to_appeal(
    session: Session, later: Services
) -> None:
    a_member(session)
    with pytest.raises(NothingToAppeal):
        later.appeals.open(key("zhang"), SAID)

    number = a_waiting_motto(session, "zhang", WORDS)
    later.moderation.decide(number, 1, FIRST)
    with pytest.raises(NothingToAppeal):
        at(session, LATER + UNDO).appeals.open(key("zhang"), SAID)


@pytest.mark.slow
def test_what_the_second_decides_stands_for_these_words(
    session: Session, later: Services, returned: int
) -> None:
    later.appeals.open(key("zhang"), SAID)
    later.moderation.decide(returned, 3, SECOND, Reason.UNFIT)
    after = at(session, LATER + UNDO)

    with pytest.raises(AppealedBefore):
        after.appeals.open(key("zhang"), SAID)

    [told] = after.notices.tell(key("zhang"), DELIVERY)
    assert (told.kind, told.facts["appealed"]) == ("motto_returned", True)


@pytest.mark.slow
def test_other_words_can_be_appealed_for_anew(
    session: Session, later: Services, returned: int
) -> None:
    later.appeals.open(key("zhang"), SAID)
    later.moderation.decide(returned, 3, SECOND, Reason.UNFIT)
    later.mottos.reword(key("zhang"), OTHERS, fold_prose(OTHERS), "masked")
    later.moderation.decide(returned, 5, SECOND, Reason.UNFIT)

    at(session, LATER + UNDO).appeals.open(key("zhang"), SAID)

    assert later.moderation.queue().appealed[returned].by == "staff:4"


@pytest.mark.slow
def test_an_appeal_ends_with_the_words_it_is_about(later: Services, returned: int) -> None:
    later.appeals.open(key("zhang"), SAID)

    card = later.mottos.withdraw(key("zhang"))

    assert (card.appeal, card.appealed_against) == (None, None)


def test_a_verdict_that_is_appealed_against_is_not_told_any_more(
    session: Session, later: Services, returned: int
) -> None:
    later.appeals.open(key("zhang"), SAID)

    assert later.notices.tell(key("zhang"), DELIVERY) == []


def test_an_appeal_is_kept_in_the_trail_and_no_longer_than_need_be(
    session: Session, later: Services, returned: int
) -> None:
    later.appeals.open(key("zhang"), "不" * 400)

    facts = session.scalars(select(Audit.facts).where(Audit.action == "motto.appeal")).one()
    assert facts["words"] == "不" * LONGEST
