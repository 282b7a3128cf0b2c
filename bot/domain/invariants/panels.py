"""Judges: they mark what was given to them, nothing of their own, by a rule that stood before."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, Select, and_, exists, or_, select

from bot.domain.invariants.rule import Key, Rule, Survey, rows, stream
from bot.domain.panel_plan import digest_of, plan_of
from bot.domain.verdicts import verdicts_of
from bot.storage.tables import (
    Audit,
    Panel,
    PanelCriterion,
    PanelHand,
    PanelJudge,
    PanelMark,
    PanelPair,
    PanelSheet,
)

_SHEET = (PanelSheet.round_id, PanelSheet.staff_id, PanelSheet.motto_id)
_MARK = (PanelMark.round_id, PanelMark.staff_id, PanelMark.motto_id, PanelMark.place)


def _judge_elsewhere() -> Select[*tuple[Any, ...]]:
    judge = and_(
        PanelJudge.round_id == PanelSheet.round_id, PanelJudge.staff_id == PanelSheet.staff_id
    )
    return select(*_SHEET).where(~exists().where(judge))


def _not_given_out() -> Select[*tuple[Any, ...]]:
    """Marks on an entry that the judge was not given, or for what is not marked."""
    sheet = and_(
        PanelSheet.round_id == PanelMark.round_id,
        PanelSheet.staff_id == PanelMark.staff_id,
        PanelSheet.motto_id == PanelMark.motto_id,
    )
    criterion = and_(
        PanelCriterion.round_id == PanelMark.round_id, PanelCriterion.place == PanelMark.place
    )
    return select(*_MARK).where(or_(~exists().where(sheet), ~exists().where(criterion)))


def _own_units() -> Select[*tuple[Any, ...]]:
    """By the units as they were when the entries were given out: people move later."""
    hand = (PanelHand.round_id, PanelHand.staff_id, PanelHand.motto_id)
    return select(*hand).where(PanelHand.judge_district == PanelHand.entry_district)


def _rule_changed(survey: Survey) -> Iterable[Key]:
    """Panels whose rule is not the one that was laid down last, or was so after the seal.

    What came first the trail's numbers tell: a clock is read before one waits for a lock.
    """
    told, sealed = _last(survey, "panel.settle"), _last(survey, "round.seal")
    for panel in survey.session.scalars(select(Panel)).all():
        rule, seal = told.get(panel.round_id), sealed.get(panel.round_id)
        if (
            rule is None
            or (seal and seal.id < rule.id)
            or rule.facts.get("rule") not in (None, digest_of(plan_of(survey.session, panel)))
        ):
            yield (panel.round_id,)


def _marks_changed(survey: Survey) -> Iterable[Key]:
    """Panels whose marks are not those with which the judging ended: the result is made of them."""
    told = _last(survey, "panel.close")
    closed = select(Panel.round_id).where(Panel.closed_at.is_not(None))
    for round_id in survey.session.scalars(closed).all():
        plan = plan_of(survey.session, survey.session.get_one(Panel, round_id))
        marks = verdicts_of(survey.session, round_id, plan).digest
        if round_id not in told or told[round_id].facts.get("marks") not in (None, marks):
            yield (round_id,)


def _last(survey: Survey, action: str) -> dict[int, Row[Any]]:
    """The row of the trail in which this was done to each round last.

    Trails older than the hashes of rules and marks have none, which is no fault.
    """
    asked = select(Audit.id, Audit.subject, Audit.facts).where(Audit.action == action)
    return {
        int(row.subject.removeprefix("round:")): row
        for row in stream(survey, asked.order_by(Audit.id))
    }


def _pair_not_given_out() -> Select[*tuple[Any, ...]]:
    """Comparisons of an entry that the judge was not given."""
    first, second = (
        exists().where(
            PanelSheet.round_id == PanelPair.round_id,
            PanelSheet.staff_id == PanelPair.staff_id,
            PanelSheet.motto_id == entry,
        )
        for entry in (PanelPair.first_id, PanelPair.second_id)
    )
    pair = (PanelPair.round_id, PanelPair.staff_id, PanelPair.first_id, PanelPair.second_id)
    return select(*pair).where(or_(~first, ~second))


RULES = (
    Rule("I10", "sheet_of_no_judge", "panel_sheet", rows(_judge_elsewhere())),
    Rule("I10", "sheet_of_own_unit", "panel_hand", rows(_own_units())),
    Rule("I10", "mark_not_given_out", "panel_mark", rows(_not_given_out())),
    Rule("I10", "mark_not_given_out", "panel_pair", rows(_pair_not_given_out())),
    Rule("I10", "panel_rule_changed", "panel", _rule_changed),
    Rule("I10", "panel_marks_changed", "panel_mark", _marks_changed),
)
