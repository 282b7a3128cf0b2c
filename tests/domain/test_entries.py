"""An entry: its number, its signature, and the one way in which its state changes."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.conversation.folding import fold_prose
from bot.domain.entries import (
    MottoCard,
    MottoState,
    change_state,
    current_round,
    read_card,
    subject_of,
)
from bot.domain.questions import Shelf
from bot.domain.refusals import DecidedMeanwhile, NoRound
from bot.domain.services import Services, open_services
from bot.storage.tables import Audit, Round, RoundSlot
from tests.builders import NOON, a_member, key

WORDS = "当好一块砖，群众哪里需要就往哪里搬"


def submitted(services: Services, by: str = "zhang", signature: str = "masked") -> MottoCard:
    return services.mottos.submit(key(by), WORDS, fold_prose(WORDS), signature)


def audit_rows(session: Session, number: int) -> int:
    rows = select(func.count()).where(Audit.subject == subject_of(number))
    return session.scalar(rows) or 0


def test_numbers_begin_at_1001(services: Services) -> None:
    assert submitted(services).number == 1001


@pytest.mark.parametrize(
    ("signature", "signed"), [("full", "张三"), ("masked", "张*"), ("none", None)]
)
def test_an_entry_is_signed_as_its_author_chose(
    services: Services, session: Session, signature: str, signed: str | None
) -> None:
    a_member(session, unit=2)

    card = submitted(services, signature=signature)

    assert card.signed == signed
    assert card.unit is not None
    assert card.unit.full_name == "城东街道·新安社区支部"


@pytest.mark.slow
def test_who_joins_a_unit_afterwards_brings_the_entry_along(
    services: Services, session: Session
) -> None:
    a_member(session)
    card = submitted(services)

    services.members.join(key("zhang"), 3, "张三")

    after = read_card(session, card.number)
    assert card.unit is None
    assert after is not None
    assert after.unit is not None
    assert (after.unit.district, after.signed) == ("农业局", "张*")


@pytest.mark.slow
def test_of_two_changes_to_the_same_version_one_is_let_through(
    services: Services, session: Session
) -> None:
    seen = submitted(services)
    change_state(session, NOON, seen, "staff:1", "motto.approve", {}, state=MottoState.APPROVED)

    with pytest.raises(DecidedMeanwhile) as late:
        change_state(session, NOON, seen, "staff:2", "motto.return", {}, state=MottoState.RETURNED)

    assert (late.value.state, late.value.by, late.value.at) == ("approved", "staff:1", NOON)


@pytest.mark.slow
def test_the_version_counts_the_audit_rows(services: Services, session: Session) -> None:
    a_member(session)
    number = submitted(services).number
    later = open_services(session, NOON + timedelta(seconds=5), Shelf())

    version = later.moderation.decide(number, 1, staff_id=1)
    later.moderation.undo(number, version, staff_id=1)
    later.mottos.reword(key("zhang"), "愿做一块砖，哪里需要哪里搬", "x", "full")
    later.mottos.withdraw(key("zhang"))
    later.mottos.restore(key("zhang"))
    with pytest.raises(DecidedMeanwhile):
        later.moderation.decide(number, 1, staff_id=1)

    card = read_card(session, number)
    assert card is not None
    assert card.version == audit_rows(session, number) == 6


def a_round(session: Session, id_: int, collects_from: datetime) -> None:
    later = collects_from + timedelta(days=1)
    session.add(
        Round(
            id=id_, title="微型党课", collects_from=collects_from, collects_until=later,
            opens_at=later, closes_at=later, own_entry_allowed=True,
        )
    )  # fmt: skip
    session.flush()


def test_the_round_that_began_last_is_the_current_one(session: Session) -> None:
    for id_, days in ((2, 9), (3, -40), (4, 0), (5, 5)):
        a_round(session, id_, NOON + timedelta(days=days))

    assert current_round(session, NOON).id == 4
    assert current_round(session, NOON, hold=True).id == 4
    assert current_round(session, NOON - timedelta(seconds=1)).id == 1
    assert current_round(session, NOON + timedelta(days=6)).id == 5


def test_before_any_has_begun_it_is_the_one_to_begin_next(session: Session) -> None:
    a_round(session, 2, NOON + timedelta(days=9))

    assert current_round(session, NOON - timedelta(days=31)).id == 1


def test_without_any_round_there_is_nothing_to_enter(session: Session) -> None:
    session.query(RoundSlot).delete()
    session.query(Round).delete()

    with pytest.raises(NoRound):
        current_round(session, NOON)
