"""Votes: so many a day and no more, in their time, each with a receipt of its own."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select, union_all

from bot.domain import merkle
from bot.domain.ballot_box import broken
from bot.domain.entries import MottoState
from bot.domain.invariants.rule import Key, Rule, Survey, rows, stream
from bot.domain.outcomes import Outcomes
from bot.domain.votes import LATE
from bot.storage.tables import (
    Motto,
    Outcome,
    Quarantine,
    QuarantinedVote,
    Round,
    RoundResult,
    RoundSlot,
    SentEntry,
    Vote,
    WithdrawnVote,
)

_OF_A_DAY = (Vote.member_key, Vote.round_id, Vote.day)
_KEY = (*_OF_A_DAY, Vote.slot)


def _beyond_limit() -> Select[*tuple[Any, ...]]:
    limits = (
        select(RoundSlot.round_id, func.count().label("most")).group_by(RoundSlot.round_id)
    ).subquery()
    return (
        select(*_OF_A_DAY)
        .outerjoin(limits, limits.c.round_id == Vote.round_id)
        .group_by(*_OF_A_DAY, limits.c.most)
        .having(func.count() > func.coalesce(limits.c.most, 0))
    )


def _without_slot() -> Select[*tuple[Any, ...]]:
    slot = and_(RoundSlot.round_id == Vote.round_id, RoundSlot.slot == Vote.slot)
    return select(*_KEY).where(~exists().where(slot))


def _in_another_group() -> Select[*tuple[Any, ...]]:
    """Votes in slots of another group than their entry's; each group has as many slots."""
    slots = select(func.count()).where(RoundSlot.round_id == Vote.round_id).scalar_subquery()
    group = func.coalesce(SentEntry.group_no, 1)
    # Multiplied out: engines divide whole numbers each in its own way.
    place = Vote.slot * Round.groups
    return (
        select(*_KEY)
        .join(Round, Round.id == Vote.round_id)
        .join(SentEntry, SentEntry.motto_id == Vote.motto_id)
        .where(
            Round.groups > 1,
            or_(place <= (group - 1) * slots, place > group * slots),
        )
    )


def _twice_for_one() -> Select[*tuple[Any, ...]]:
    columns = (*_OF_A_DAY, Vote.motto_id)
    return select(*columns).group_by(*columns).having(func.count() > 1)


def _too_many_for_one() -> Select[*tuple[Any, ...]]:
    """More of a member's votes for an entry than the round allows."""
    whose = (Vote.member_key, Vote.round_id, Vote.motto_id)
    return (
        select(*whose)
        .join(Round, Round.id == Vote.round_id)
        .where(Round.per_entry.is_not(None))
        .group_by(*whose, Round.per_entry)
        .having(func.count() > Round.per_entry)
    )


def _after_seal() -> Select[*tuple[Any, ...]]:
    return select(*_KEY).join(Round, Round.id == Vote.round_id).where(
        Vote.accepted_at >= Round.sealed_at
    )  # fmt: skip


def _out_of_hours(survey: Survey) -> Iterable[Key]:
    for round_ in survey.session.execute(select(Round.id, Round.opens_at, Round.closes_at)).all():
        early = Vote.accepted_at < round_.opens_at
        late = Vote.accepted_at >= round_.closes_at + LATE
        yield from stream(survey, select(*_KEY).where(Vote.round_id == round_.id, or_(early, late)))


def _unfit_entry() -> Select[*tuple[Any, ...]]:
    sealed = exists().where(Round.id == Motto.round_id, Round.sealed_at.is_not(None))
    fit = or_(
        Motto.state == MottoState.APPROVED,
        and_(Motto.state.in_([MottoState.ERASED, MottoState.WITHDRAWN]), sealed),
    )  # A sealed entry, or its author, may go; its votes were counted.
    unfit = or_(~fit, Motto.round_id != Vote.round_id)
    return select(*_KEY).join(Motto, Motto.id == Vote.motto_id).where(unfit)


def _receipt_twice() -> Select[*tuple[Any, ...]]:
    receipts = union_all(select(Vote.tracker), select(WithdrawnVote.tracker)).subquery()
    tracker = receipts.c.tracker
    return select(tracker).group_by(tracker).having(func.count() > 1)


def _result_differs() -> Select[*tuple[Any, ...]]:
    """Entries of which the kept result is not what the votes come to."""
    of_entry = and_(Vote.round_id == RoundResult.round_id, Vote.motto_id == RoundResult.motto_id)
    counted = select(func.count()).select_from(Vote).where(of_entry).scalar_subquery()
    return select(RoundResult.round_id, RoundResult.motto_id).where(RoundResult.votes != counted)


def _root_differs(survey: Survey) -> Iterable[Key]:
    """Rounds whose ballots are not those that were sealed."""
    outcomes = Outcomes(survey.session, survey.now)
    for round_id, root in survey.session.execute(select(Outcome.round_id, Outcome.root)).all():
        if merkle.Tree(outcomes.ballots(round_id)).root != root:
            yield (round_id,)


def _quarantine_differs(survey: Survey) -> Iterable[Key]:
    """Rounds of which not those ballots are in quarantine that were kept as such."""
    outcomes = Outcomes(survey.session, survey.now)
    kept = select(Outcome.round_id, Outcome.quarantined, Outcome.quarantine_root)
    for round_id, count, root in survey.session.execute(kept).all():
        lines = outcomes.quarantined(round_id)
        if (len(lines), merkle.Tree(lines).root) != (count, root):
            yield (round_id,)


def _quarantined_by_one() -> Select[*tuple[Any, ...]]:
    """Votes that do not count though no second colleague has said so."""
    return (
        select(QuarantinedVote.tracker)
        .outerjoin(Quarantine, Quarantine.id == QuarantinedVote.quarantine_id)
        .where(
            QuarantinedVote.in_force,
            or_(
                Quarantine.confirmed_by.is_(None),
                Quarantine.confirmed_by == Quarantine.proposed_by,
            ),
        )
    )


RULES = (
    Rule("I01", "receipt_twice", "vote", rows(_receipt_twice())),
    Rule("I03", "votes_beyond_limit", "vote", rows(_beyond_limit())),
    Rule("I03", "vote_without_slot", "vote", rows(_without_slot())),
    Rule("I03", "vote_in_another_group", "vote", rows(_in_another_group())),
    Rule("I04", "entry_voted_twice", "vote", rows(_twice_for_one())),
    Rule("I04", "entry_voted_too_often", "vote", rows(_too_many_for_one())),
    Rule("I10", "vote_after_seal", "vote", rows(_after_seal())),
    Rule("I10", "vote_out_of_hours", "vote", _out_of_hours),
    Rule("I10", "result_differs", "round_result", rows(_result_differs())),
    Rule("I10", "ballots_changed", "outcome", _root_differs),
    Rule("I10", "ballot_box_changed", "ballot_batch", lambda survey: broken(survey.session)),
    Rule("I10", "quarantine_changed", "outcome", _quarantine_differs),
    Rule("I10", "quarantined_by_one", "quarantined_vote", rows(_quarantined_by_one())),
    Rule("I18", "vote_for_unfit_entry", "vote", rows(_unfit_entry())),
)
