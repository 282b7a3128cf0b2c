"""The sample campaign: a contest and a selection in full swing, with invented people."""

import tomllib
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from hashlib import sha256
from importlib.resources import files
from typing import Any

from sqlalchemy.orm import Session

from bot.conversation.folding import fold_prose
from bot.domain import audit
from bot.domain.bank import BankState, Brought, QuestionBank
from bot.domain.contests import make_room_for_attempts
from bot.domain.identity import CAMPAIGN_ZONE, campaign_day, member_key
from bot.domain.questions import Shelf
from bot.domain.quiz import Sitting
from bot.domain.services import open_services
from bot.settings import Settings
from bot.storage.tables import (
    Contest,
    ContestQuestion,
    Delivery,
    Round,
    RoundSlot,
    Unit,
)
from quiz_bank import Bank

STAFF_OF_THE_DEMO = 0
"""Decides in the sample campaign; no account of the console has this id."""


@dataclass(frozen=True)
class Loaded:
    """What the sample campaign brought."""

    questions: int
    units: int
    people: int
    mottos: int


def load_demo(session: Session, now: datetime, settings: Settings, bank: Bank) -> Loaded:
    """Load the sample campaign into a database that is not in use yet."""
    plan = tomllib.loads(files("bot").joinpath("demo.toml").read_text("utf-8"))
    units = _add_units(session, plan["units"])
    questions = _add_contest(session, now, plan["contest"], bank)
    _add_round(session, now, plan["round"])
    players = _Players(session, now, settings.secret_key.get_secret_value(), units)
    for person in plan["people"]:
        players.add(person)
    mottos = sum("motto" in person for person in plan["people"])
    return Loaded(questions, len(units), len(plan["people"]), mottos)


def _add_units(session: Session, plan: list[dict[str, Any]]) -> dict[str, int]:
    ids: dict[str, int] = {}
    for top in plan:
        ids[top["code"]] = _add_unit(session, top, None)
        for branch in top["branches"]:
            ids[branch["code"]] = _add_unit(session, branch, ids[top["code"]])
    return ids


def _add_unit(session: Session, plan: dict[str, Any], parent: int | None) -> int:
    unit = Unit(code=plan["code"], name=plan["name"], headcount=plan["headcount"], parent_id=parent)
    session.add(unit)
    session.flush()
    return unit.id


def _add_contest(session: Session, now: datetime, plan: dict[str, Any], bank: Bank) -> int:
    first_day = campaign_day(now) - timedelta(days=plan["begins_days_ago"])
    contest = Contest(
        title=plan["title"],
        first_day=first_day,
        last_day=first_day + timedelta(days=plan["lasts_days"] - 1),
        points_each=plan["points_each"],
        new_paper_hour=plan["new_paper_hour"],
    )
    session.add(contest)
    session.flush()
    make_room_for_attempts(session, contest.id, most=1)
    kept = QuestionBank(session, now)
    brought = [Brought(question) for question in bank.questions]
    kept.bring_in(brought, BankState.PUBLISHED, audit.SYSTEM)
    ids = kept.drawable()
    session.add_all(ContestQuestion(contest_id=contest.id, question_id=id_) for id_ in ids)
    session.flush()
    return len(ids)


def _add_round(session: Session, now: datetime, plan: dict[str, Any]) -> None:
    midnight = datetime.combine(campaign_day(now), time(), CAMPAIGN_ZONE)
    closes_at = midnight + timedelta(days=plan["closes_in_days"])
    selection = Round(
        title=plan["title"],
        collects_from=midnight - timedelta(days=plan["collects_days_ago"]),
        collects_until=closes_at,
        opens_at=midnight - timedelta(days=plan["opens_days_ago"]),
        closes_at=closes_at,
        own_entry_allowed=False,
    )
    session.add(selection)
    session.flush()
    session.add_all(
        RoundSlot(round_id=selection.id, slot=slot) for slot in range(1, plan["votes_per_day"] + 1)
    )
    session.flush()


class _Players:
    """Lets the invented people do what members do, by the same rules."""

    def __init__(self, session: Session, now: datetime, secret: str, units: dict[str, int]) -> None:
        self._session, self._now = session, now
        self._secret, self._units = secret, units
        self._shelf = Shelf()
        self._entered = 0

    def add(self, plan: dict[str, Any]) -> None:
        """One person: joins a unit, has taken part in the quiz, perhaps wrote a motto."""
        self._entered += 1
        openid = f"demo-{self._entered:03}"
        member = member_key(self._secret, openid)
        members = open_services(self._session, self._now, self._shelf).members
        members.welcome(member, openid, "")
        members.join(member, self._units[plan["unit"]], plan["name"])
        for days_ago in range(plan["plays"], 0, -1):
            self._play(member, self._now - timedelta(days=days_ago), plan["right"])
        if "motto" in plan:
            self._submit(member, plan)

    def _play(self, member: bytes, then: datetime, right: int) -> None:
        quiz = open_services(self._session, then, self._shelf).quiz
        sitting, _ = quiz.start(member)
        delivery = self._delivered(member, then)
        while (place := sitting.current) is not None:
            choice = _choice(sitting, place, right=place <= right)
            sitting = quiz.answer(member, sitting, place, choice, delivery)

    def _delivered(self, member: bytes, then: datetime) -> bytes:
        """The name of a message that asked for what happens: nothing happens without one."""
        name = sha256(member + then.isoformat().encode()).digest()
        self._session.add(
            Delivery(
                member_key=member,
                delivery_key=name,
                fingerprint=name,
                outcome="done",
                reply=b"",
                received_at=then,
            )
        )
        return name

    def _submit(self, member: bytes, plan: dict[str, Any]) -> None:
        # An hour apart, so that the wall and the queue have an order to show.
        then = self._now - timedelta(hours=30 - self._entered)
        services = open_services(self._session, then, self._shelf)
        words = plan["motto"]
        card = services.mottos.submit(
            member, words, fold_prose(words), plan.get("signature", "masked")
        )
        if plan["state"] == "approved":
            services.moderation.decide(card.number, card.version, STAFF_OF_THE_DEMO)


def _choice(sitting: Sitting, place: int, right: bool) -> tuple[str, ...]:
    """The right answer, or one that is wrong whatever the question is."""
    question = sitting.question(place)
    if right:
        return question.answer
    wrong = {"T": "F", "F": "T", "A": "B"}
    return (wrong.get("".join(question.answer), "A"),)
