"""Records: every effect has the delivery that asked for it, every key leads somewhere."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Table, and_, exists, or_, select

from bot.domain.identity import NO_DELIVERY
from bot.domain.invariants.rule import Rule, Survey, stream
from bot.domain.retention import length_of
from bot.storage.tables import (
    Answer,
    Base,
    Delivery,
    Motto,
    Notice,
    PracticeCard,
    Round,
    Ticket,
    Vote,
    WithdrawnVote,
)

DELIVERY_KEPT = length_of("delivery", "delivery_key")
"""For how long at least a delivery is remembered."""
REPLY_KEPT = length_of("delivery", "reply") - timedelta(hours=1)
"""For how long its reply is for certain: clocks differ, but not by an hour."""


def _effect(of: type[Any], by: Any, at: Any) -> Rule:
    """Whatever has an effect was delivered, and its delivery came to a good end."""
    table: Table = of.__table__
    played = and_(
        Delivery.member_key == of.member_key,
        Delivery.delivery_key == by,
        Delivery.outcome == "done",
    )
    named = and_(by.is_not(None), by != NO_DELIVERY)
    undelivered = select(*table.primary_key.columns).where(named, ~exists().where(played))
    return Rule(
        "I17",
        "effect_without_delivery",
        table.name,
        lambda survey: stream(survey, undelivered.where(at >= survey.now - DELIVERY_KEPT)),
    )


def _half_told(survey: Survey) -> Any:
    half = or_(
        and_(Notice.told_at.is_not(None), Notice.told_by.is_(None)),
        and_(Notice.told_at.is_(None), Notice.told_by.is_not(None)),
    )
    return stream(survey, select(Notice.member_key, Notice.cause).where(half))


def _without_reply(survey: Survey) -> Any:
    recent = Delivery.received_at >= survey.now - REPLY_KEPT
    silent = select(Delivery.member_key, Delivery.delivery_key).where(
        recent, Delivery.reply.is_(None)
    )
    return stream(survey, silent)


def _dangling(column: Any, target: Any) -> Rule:
    table = column.table
    there = target.table.alias()
    query = select(*table.primary_key.columns).where(
        column.is_not(None), ~exists().where(there.c[target.name] == column)
    )
    return Rule(
        "I22", "dangling", f"{table.name}.{column.name}", lambda survey: stream(survey, query)
    )


_GUARDED = [
    (key.parent, key.column) for table in Base.metadata.sorted_tables for key in table.foreign_keys
]
_UNGUARDED = [
    (Vote.__table__.c.round_id, Round.__table__.c.id),
    (WithdrawnVote.__table__.c.round_id, Round.__table__.c.id),
    (WithdrawnVote.__table__.c.motto_id, Motto.__table__.c.id),
]
"""Keys that lead to a row without a constraint that says so."""

RULES = (
    _effect(Answer, by=Answer.delivery_key, at=Answer.answered_at),
    _effect(PracticeCard, by=PracticeCard.delivery_key, at=PracticeCard.practised_at),
    _effect(Vote, by=Vote.delivery_key, at=Vote.accepted_at),
    _effect(WithdrawnVote, by=WithdrawnVote.delivery_key, at=WithdrawnVote.accepted_at),
    _effect(WithdrawnVote, by=WithdrawnVote.withdrawn_by, at=WithdrawnVote.withdrawn_at),
    _effect(Ticket, by=Ticket.delivery_key, at=Ticket.created_at),
    _effect(Notice, by=Notice.told_by, at=Notice.told_at),
    Rule("I17", "notice_half_told", "notice", _half_told),
    Rule("I22", "delivery_without_reply", "delivery", _without_reply),
    *(_dangling(column, target) for column, target in (*_GUARDED, *_UNGUARDED)),
)
