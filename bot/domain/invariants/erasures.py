"""Erasures: nothing of an erased member is left but votes and scores of nobody, counted."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, exists, func, or_, select

from bot.domain.audit import wordless
from bot.domain.entries import MottoState, number_of, subject_of
from bot.domain.erasure import CODES, ERASE, tables_about_members
from bot.domain.identity import NO_DELIVERY, campaign_day
from bot.domain.invariants.rule import Key, Rule, Survey, rows, stream
from bot.storage.tables import (
    Audit,
    Contest,
    Delivery,
    Member,
    Motto,
    Person,
    Score,
    SentEntry,
    SpentDay,
    Vote,
    WithdrawnVote,
    table_of,
)

_OF_THEIR_OWN = {
    table_of(kind) for kind in (Person, Member, Score, Vote, WithdrawnVote, Delivery, SpentDay)
}
"""Tables in which rows of nobody may be, or those that outlast a member for a while."""
_MAY_BE_EMPTY = [column for column in table_of(Motto).columns if column.nullable]


def is_nobodys(key: Any) -> ColumnElement[bool]:
    """Whether no person has this key."""
    return ~exists().where(Person.member_key == key)


def _left(table: Table, *conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return select(*table.primary_key.columns).where(is_nobodys(table.c.member_key), *conditions)


def _known() -> ColumnElement[bool]:
    return or_(Member.name.is_not(None), Member.scanned_unit_id.is_not(None), Member.state != "")


def _left_scores(survey: Survey) -> Iterable[Key]:
    """Scores of nobody in a contest that is not over."""
    today = campaign_day(survey.now)
    still_on = exists().where(Contest.id == Score.contest_id, Contest.last_day >= today)
    return stream(survey, _left(table_of(Score), still_on))


def _left_entries(survey: Survey) -> Iterable[Key]:
    erased = Motto.state == MottoState.ERASED
    filled = or_(Motto.words != "", *(column.is_not(None) for column in _MAY_BE_EMPTY))
    sent_in = exists().where(SentEntry.motto_id == Motto.id)
    left = or_(
        and_(erased, or_(filled, sent_in)), and_(~(erased | sent_in), is_nobodys(Motto.author))
    )
    return stream(survey, select(Motto.id).where(left))


def _left_words(survey: Survey) -> Iterable[Key]:
    """Rows of the trail that still quote what the author of an erased entry wrote."""
    ids = survey.session.scalars(select(Motto.id).where(Motto.state == MottoState.ERASED))
    erased = {subject_of(number_of(id_)) for id_ in ids}
    deeds = select(Audit.id, Audit.subject, Audit.facts).where(Audit.subject.startswith("motto:"))
    found = stream(survey, deeds) if erased else ()
    return (
        [id_]
        for id_, subject, facts in found
        if subject in erased and wordless(facts, CODES) != facts
    )


def _uncounted(what: str, count: Callable[[Survey], Counter[str]]) -> Callable[..., Iterable[Key]]:
    """Where other than as many rows are nobody's as the erasures have left."""

    def find(survey: Survey) -> Iterable[Key]:
        left: Counter[str] = Counter()
        for facts in survey.session.scalars(select(Audit.facts).where(Audit.action == ERASE)):
            left.update(facts[what])
        found = count(survey)
        return ([of] for of in sorted(left.keys() | found.keys()) if left[of] != found[of])

    return find


def _nobodys_votes(survey: Survey) -> Counter[str]:
    """Votes of nobody by round, those set aside since too."""
    votes: Counter[str] = Counter()
    for kind in (Vote, WithdrawnVote):
        query = select(kind.round_id, func.count()).where(kind.delivery_key == NO_DELIVERY)
        for round_id, count in survey.session.execute(query.group_by(kind.round_id)):
            votes[str(round_id)] += count
    return votes


def _nobodys_scores(survey: Survey) -> Counter[str]:
    query = select(Score.contest_id, func.count()).where(is_nobodys(Score.member_key))
    found = survey.session.execute(query.group_by(Score.contest_id))
    return Counter({str(contest): count for contest, count in found})


_LEFT = "left_of_erased"

RULES = (
    *(
        Rule("I23", _LEFT, table.name, rows(_left(table)))
        for table in tables_about_members()
        if table not in _OF_THEIR_OWN
    ),
    Rule("I23", _LEFT, "member", rows(_left(table_of(Member), _known()))),
    Rule("I23", _LEFT, "vote", rows(_left(table_of(Vote), Vote.delivery_key != NO_DELIVERY))),
    Rule(
        "I23",
        _LEFT,
        "withdrawn_vote",
        rows(_left(table_of(WithdrawnVote), WithdrawnVote.delivery_key != NO_DELIVERY)),
    ),
    Rule("I23", _LEFT, "score", _left_scores),
    Rule("I23", _LEFT, "motto", _left_entries),
    Rule("I23", _LEFT, "audit", _left_words),
    Rule("I23", "nobodys_uncounted", "vote", _uncounted("votes", _nobodys_votes)),
    Rule("I23", "nobodys_uncounted", "score", _uncounted("scores", _nobodys_scores)),
)
