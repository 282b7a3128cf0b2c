"""Families: who wrote the same shares a card and its votes; each entry stays its author's own."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.conversation.folding import fold_prose
from bot.domain.entries import MottoState
from bot.domain.notices import Notification
from bot.domain.questions import Shelf
from bot.domain.refusals import AlreadyVoted, NoSuchEntry, NothingToWithdraw, OwnEntry
from bot.domain.services import Services, open_services
from bot.storage.tables import Audit, RoundResult, Vote, WithdrawnVote
from tests.board import replayed
from tests.builders import (
    CLOSES,
    NOON,
    a_member,
    a_waiting_motto,
    an_approved_motto,
    key,
)

WRITTEN = ("不忘初心，牢记使命", "不忘初心 牢記使命！", "“不忘初心、牢记使命”")
"""The same sentence as three members write it."""
OTHERS = "愿做一块砖，哪里需要哪里搬"
FIRST, SECOND, THIRD = 1001, 1002, 1003
DELIVERY = bytes(32)


def at(session: Session, moment: datetime = NOON) -> Services:
    return open_services(session, moment, Shelf())


@pytest.fixture
def family(session: Session) -> Services:
    """Three members wrote the same: 1001 was approved first, then 1003, then 1002."""
    replayed(_write, session)
    return at(session)


def _write(session: Session) -> None:
    for name, unit in (("zhang", 2), ("li", 3), ("wang", 2)):
        a_member(session, name, unit)
    for name, words in zip(("zhang", "li", "wang"), WRITTEN, strict=True):
        a_waiting_motto(session, name, words)
    for minute, number in ((3, FIRST), (2, THIRD), (1, SECOND)):
        at(session, NOON - timedelta(minutes=minute)).moderation.decide(number, 1, staff_id=1)
    for voter in ("a", "b"):
        a_member(session, voter)


def cast(services: Services, voter: str, number: int, name: int = 0) -> int:
    """A vote; the number of the entry that has it now."""
    delivery = f"{voter}{name}".encode().ljust(32)
    return services.votes.cast(key(voter), number, NOON, delivery).number


def reword(services: Services, name: str) -> None:
    services.mottos.reword(key(name), OTHERS, fold_prose(OTHERS), "masked", warned=True)


def votes(session: Session) -> list[tuple[bytes, int]]:
    rows = session.execute(select(Vote.member_key, Vote.motto_id).order_by(Vote.motto_id))
    return [(row[0], row[1] + 1000) for row in rows]


def told(session: Session, voter: str) -> list[Notification]:
    return at(session).notices.tell(key(voter), DELIVERY)


# ------------------------------------------------------------ the card


@pytest.mark.slow
def test_the_same_words_are_one_card_of_the_first_that_was_approved(family: Services) -> None:
    wall = family.mottos.wall(1)

    assert [(card.number, card.words, card.signers) for card in wall.mottos] == [
        (FIRST, WRITTEN[0], 3)
    ]
    assert wall.total == 1
    assert [card.number for card in family.votes.batch(key("a")).mottos] == [FIRST]
    assert [(line.card.number, line.card.signers) for line in family.tally.poll().lines] == [
        (FIRST, 3)
    ]


@pytest.mark.parametrize("number", [FIRST, SECOND, THIRD])
def test_each_number_leads_to_the_card(family: Services, number: int) -> None:
    card = family.mottos.public(number)

    assert card is not None
    assert (card.number, card.signers) == (FIRST, 3)


def test_each_author_has_an_entry_of_their_own(family: Services) -> None:
    for name, number, words in zip(
        ("zhang", "li", "wang"), (FIRST, SECOND, THIRD), WRITTEN, strict=True
    ):
        mine = family.mottos.mine(key(name))
        assert mine is not None
        assert (mine.number, mine.words, mine.state) == (number, words, MottoState.APPROVED)


@pytest.mark.slow
def test_who_signed_is_named_masked_and_in_the_order_of_approval(
    family: Services, session: Session
) -> None:
    family.mottos.sign(key("zhang"), "full")
    assert family.mottos.signers(SECOND, most=9).names == ["张*", "王*", "李**"]

    family.mottos.sign(key("wang"), "none")
    few = family.mottos.signers(FIRST, most=1)
    assert family.mottos.signers(FIRST, most=9).names == ["张*", "李**"]
    assert (few.count, few.names) == (3, ["张*"])


@pytest.mark.slow
def test_a_card_hangs_on_the_wall_of_each_district_that_signed_it(family: Services) -> None:
    walls = [family.mottos.wall(1, district).mottos for district in (1, 3)]

    assert [[card.number for card in wall] for wall in walls] == [[FIRST], [SECOND]]
    assert [card.signers for wall in walls for card in wall] == [3, 3]


@pytest.mark.slow
def test_other_words_and_other_states_join_nothing(session: Session) -> None:
    for name, words in (("zhang", WRITTEN[0]), ("li", OTHERS)):
        an_approved_motto(session, name, words)
    a_waiting_motto(session, "wang", WRITTEN[1])

    assert {card.signers for card in at(session).mottos.wall(1).mottos} == {1}
    assert at(session).mottos.public(THIRD) is None


# ------------------------------------------------------------ votes


@pytest.mark.slow
def test_a_vote_for_any_number_is_one_for_the_card(family: Services, session: Session) -> None:
    assert cast(family, "a", SECOND) == FIRST
    assert cast(family, "b", FIRST) == FIRST

    assert votes(session) == [(key(name), FIRST) for name in sorted("ab", key=key)]
    assert {family.mottos.votes_for(number) for number in (FIRST, SECOND, THIRD)} == {2}
    assert family.tally.poll().lines[0].votes == 2


@pytest.mark.parametrize("number", [FIRST, SECOND, THIRD])
def test_a_card_takes_one_vote_of_a_member_a_day(family: Services, number: int) -> None:
    cast(family, "a", SECOND)

    with pytest.raises(AlreadyVoted):
        cast(family, "a", number, 1)

    assert family.votes.has_voted(key("a"), number)
    assert family.votes.ballot(key("a")).left == 2


@pytest.mark.parametrize("author", ["zhang", "li", "wang"])
@pytest.mark.parametrize("number", [FIRST, SECOND])
def test_nobody_votes_for_a_card_that_they_signed(
    family: Services, author: str, number: int
) -> None:
    with pytest.raises(OwnEntry):
        cast(family, author, number)


@pytest.mark.slow
def test_who_wrote_the_same_and_waits_may_vote_for_those_who_stand(session: Session) -> None:
    an_approved_motto(session, "zhang", WRITTEN[0])
    a_member(session, "li")
    a_waiting_motto(session, "li", WRITTEN[1])

    assert cast(at(session), "li", FIRST) == FIRST
    with pytest.raises(NoSuchEntry):
        cast(at(session), "li", SECOND, 1)


@pytest.mark.slow
@pytest.mark.parametrize("number", [FIRST, THIRD])
def test_a_vote_is_taken_back_by_any_number_of_the_card(
    family: Services, session: Session, number: int
) -> None:
    cast(family, "a", SECOND)

    assert family.votes.withdraw(key("a"), number, DELIVERY).number == FIRST
    assert votes(session) == []
    with pytest.raises(NothingToWithdraw):
        family.votes.withdraw(key("a"), number, DELIVERY)


@pytest.mark.slow
def test_who_joins_a_card_changes_neither_number_nor_votes(
    family: Services, session: Session
) -> None:
    cast(family, "a", FIRST)
    a_waiting_motto(session, "chen", WRITTEN[0])

    family.moderation.decide(1004, 1, staff_id=1)

    card = family.mottos.public(1004)
    assert card is not None
    assert (card.number, card.signers, family.mottos.votes_for(1004)) == (FIRST, 4, 1)


@pytest.mark.slow
def test_the_result_of_a_sealed_round_has_a_line_for_each_card(
    family: Services, session: Session
) -> None:
    an_approved_motto(session, "chen", OTHERS)
    cast(family, "a", SECOND)

    at(session, CLOSES + timedelta(seconds=20)).sealing.seal(1)

    rows = session.execute(select(RoundResult.motto_id, RoundResult.votes))
    assert {row[0] + 1000: row[1] for row in rows} == {FIRST: 1, 1004: 0}


# ------------------------------------------------------------ when an entry goes


@pytest.mark.slow
def test_when_the_first_goes_its_votes_pass_to_the_next(family: Services, session: Session) -> None:
    cast(family, "a", FIRST)

    reword(family, "zhang")

    card = family.mottos.public(SECOND)
    assert card is not None
    assert (card.number, card.signers) == (THIRD, 2)
    assert votes(session) == [(key("a"), THIRD)]
    assert session.scalars(select(WithdrawnVote)).all() == []
    with pytest.raises(AlreadyVoted):
        cast(family, "a", SECOND, 1)
    assert told(session, "a") == [
        Notification("votes_pass", {"number": FIRST, "to": THIRD, "votes": 1, "why": "reworded"})
    ]


@pytest.mark.slow
def test_when_another_goes_the_votes_stay(family: Services, session: Session) -> None:
    cast(family, "a", SECOND)

    family.mottos.withdraw(key("li"))

    assert votes(session) == [(key("a"), FIRST)]
    assert told(session, "a") == []


@pytest.mark.slow
def test_only_with_the_last_are_votes_set_aside(family: Services, session: Session) -> None:
    cast(family, "a", FIRST)
    at_stake = []
    for name in ("zhang", "wang", "li"):
        mine = family.mottos.mine(key(name))
        assert mine is not None
        at_stake.append(family.mottos.votes_at_stake(mine))
        family.mottos.withdraw(key(name))

    assert at_stake == [0, 0, 1]
    assert votes(session) == []
    assert session.scalars(select(WithdrawnVote.reason)).all() == ["withdrawn"]
    kinds = [note.kind for _ in range(2) for note in told(session, "a")]
    assert sorted(kinds) == ["votes_clear", "votes_pass", "votes_pass"]


@pytest.mark.slow
def test_an_author_of_several_needs_no_warning(family: Services, session: Session) -> None:
    cast(family, "a", FIRST)

    family.mottos.reword(key("zhang"), OTHERS, fold_prose(OTHERS), "masked")

    assert votes(session) == [(key("a"), THIRD)]


@pytest.mark.slow
def test_when_the_first_is_erased_the_card_lives_on(family: Services, session: Session) -> None:
    cast(family, "a", FIRST)

    family.erasure.erase(key("zhang"))

    card = family.mottos.public(THIRD)
    assert card is not None
    assert (card.number, card.signers) == (THIRD, 2)
    assert votes(session) == [(key("a"), THIRD)]
    [passed] = told(session, "a")
    assert (passed.kind, passed.facts["why"]) == ("votes_pass", "erased")


@pytest.mark.slow
def test_who_comes_back_stands_behind_those_who_stayed(family: Services) -> None:
    family.mottos.withdraw(key("zhang"))
    family.mottos.restore(key("zhang"))
    family.moderation.decide(FIRST, 4, staff_id=1)

    card = family.mottos.public(FIRST)
    assert card is not None
    assert (card.number, card.signers) == (THIRD, 3)


@pytest.mark.slow
def test_the_trail_tells_where_votes_went(family: Services, session: Session) -> None:
    cast(family, "a", FIRST)
    family.mottos.withdraw(key("zhang"))

    passed = session.scalars(select(Audit).where(Audit.action == "votes.pass")).one()
    assert (passed.subject, passed.actor, passed.version) == (f"motto:{FIRST}", "member", None)
    assert passed.facts == {"votes": 1, "to": THIRD, "why": "withdrawn"}
