"""What became before of an author's entries."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from bot.conversation.folding import fold_prose
from bot.domain.entries import UNDO, MottoCard, read_card
from bot.domain.moderation import Reason, Seen
from bot.domain.pasts import Past
from bot.storage.tables import Round
from tests.builders import CLOSES, NOON, a_waiting_motto, an_approved_motto, key
from tests.domain.test_piles import CLEAN, LI, at

OTHER = "群众的事，一刻也不等"


def card(session: Session, number: int) -> MottoCard:
    found = read_card(session, number)
    assert found
    return found


def past(session: Session, number: int) -> Past | None:
    return at(session).pasts.of([card(session, number)]).get(number)


@pytest.mark.slow
def test_who_is_here_for_the_first_time_has_none(session: Session) -> None:
    assert past(session, a_waiting_motto(session, "zhang", CLEAN)) is None


@pytest.mark.slow
def test_entries_of_other_rounds_are_counted_by_what_became_of_them(session: Session) -> None:
    an_approved_motto(session, "zhang", CLEAN)
    an_approved_motto(session, "li", CLEAN)
    begun = {"collects_from": NOON - timedelta(days=1), "opens_at": NOON}
    session.add(
        Round(
            title="第二次",
            collects_until=CLOSES,
            closes_at=CLOSES,
            own_entry_allowed=False,
            **begun,
        )
    )
    session.flush()

    number = a_waiting_motto(session, "zhang", OTHER)

    assert past(session, number) == Past(approved=1, returned=0, reasons=())


@pytest.mark.slow
def test_why_it_was_sent_back_is_told_unless_that_was_undone(session: Session) -> None:
    number = a_waiting_motto(session, "zhang", CLEAN)
    desk = at(session)
    desk.moderation.decide(number, 1, LI, Reason.UNFIT)
    desk.piles.undo([Seen(number, 2)], LI)
    assert past(session, number) is None
    desk.moderation.decide(number, 3, LI, Reason.TYPO)
    later = at(session, NOON + UNDO)

    later.mottos.reword(key("zhang"), OTHER, fold_prose(OTHER), "masked")

    assert past(session, number) == Past(0, 0, (Reason.TYPO,))


def test_what_the_appeal_is_against_stands_with_the_appeal(session: Session) -> None:
    number = a_waiting_motto(session, "zhang", CLEAN)
    at(session).moderation.decide(number, 1, LI, Reason.TYPO)

    at(session, NOON + UNDO).appeals.open(key("zhang"), "没有错字")

    assert past(session, number) is None
