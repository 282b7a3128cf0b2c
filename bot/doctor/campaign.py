"""The campaign: whether there is anything for members to do, and somebody to review it."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.doctor.finding import Finding, bad, good, note
from bot.domain.contests import contest_in_force, next_contest
from bot.domain.entries import current_round
from bot.domain.identity import CAMPAIGN_ZONE, campaign_day
from bot.domain.refusals import NoRound
from bot.domain.staff import StaffRegister


def staff(session: Session, now: datetime) -> Finding:
    """Whether anybody can sign in to the console."""
    return bad("staff", "none") if StaffRegister(session, now).is_empty() else good("staff")


def contest(session: Session, now: datetime) -> Finding:
    """Whether members find questions today."""
    today = campaign_day(now)
    if (found := contest_in_force(session, today)) is None:
        return note("contest", "none")
    if today > found.last_day:
        found = next_contest(session, today) or found
    facts = {"title": found.title, "first_day": found.first_day, "last_day": found.last_day}
    if today < found.first_day:
        return good("contest", "coming", **facts)
    return note("contest", "over", **facts) if today > found.last_day else good("contest", **facts)


def round_(session: Session, now: datetime) -> Finding:
    """Whether members can vote."""
    try:
        found = current_round(session, now)
    except NoRound:
        return note("round", "none")
    facts = {
        "title": found.title,
        "opens_at": _minute(found.opens_at),
        "closes_at": _minute(found.closes_at),
    }
    if now < found.opens_at:
        return good("round", "coming", **facts)
    return good("round", "over" if now >= found.closes_at else "good", **facts)


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(CAMPAIGN_ZONE):%Y-%m-%d %H:%M}"
