"""The dossier: all that we keep about one member, for the member's own eyes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, false, func, select
from sqlalchemy.orm import Session

from bot.domain.entries import number_of, read_cards, subject_of
from bot.domain.units import UnitCard, Units
from bot.storage.tables import (
    Answer,
    Attempt,
    Audit,
    Award,
    BoardFreeze,
    BracketChoice,
    Certificate,
    CertificateHolder,
    Consent,
    Contest,
    Delivery,
    Draw,
    DrawCode,
    DrawEntry,
    FrozenPlace,
    Member,
    ModeratorPhone,
    Motto,
    Naming,
    Notice,
    Person,
    PracticeCard,
    QuarantinedVote,
    QuestionReport,
    Rebinding,
    RegradedAnswer,
    Round,
    Score,
    Staff,
    StoredQuestion,
    Ticket,
    Unit,
    Vote,
    WishedVote,
    WithdrawnVote,
)
from quiz_bank import Question


@dataclass(frozen=True)
class Summary:
    """What we keep, in a few words."""

    unit: UnitCard | None
    name: str | None
    days: int
    points: int
    mottos: tuple[int, ...]
    """The numbers of the member's entries."""
    votes: int


@dataclass(frozen=True)
class Section:
    """Rows of one kind; the faces have a heading for each kind and a name for each field."""

    of: str
    rows: list[tuple[Any, ...]]


class Dossiers:
    """Reads what we keep about members."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now
        self._units = Units(session)

    def summary(self, member: bytes) -> Summary:
        """The member's own records, counted."""
        who = self._session.execute(
            select(Member.unit_id, Member.name).where(Member.member_key == member)
        ).one()
        latest = self._session.execute(
            select(Score.days, Score.points)
            .join(Contest, Contest.id == Score.contest_id)
            .where(Score.member_key == member)
            .order_by(Contest.first_day.desc())
            .limit(1)
        ).first()
        days, points = latest or (0, 0)
        mottos = self._session.scalars(
            select(Motto.id).where(Motto.author == member).order_by(Motto.id)
        )
        votes = self._session.scalar(select(func.count()).where(Vote.member_key == member)) or 0
        numbers = tuple(map(number_of, mottos))
        return Summary(self._units.card(who.unit_id), who.name, days, points, numbers, votes)

    def whole(self, member: bytes) -> list[Section]:
        """All of it, kind by kind, the oldest first."""
        return [
            Section("person", self._person(member)),
            Section(
                "rebindings", self._rows(Rebinding, member, Rebinding.slot, Rebinding.rebound_at)
            ),
            Section("namings", self._rows(Naming, member, Naming.slot, Naming.named_at)),
            Section("moderator", self._moderator(member)),
            Section(
                "consents", self._rows(Consent, member, Consent.text_version, Consent.given_at)
            ),
            Section("scores", self._scores(member)),
            Section("brackets", self._brackets(member)),
            Section("frozen", self._frozen(member)),
            Section("draws", self._draws(member)),
            Section("certificates", self._certificates(member)),
            Section("papers", self._papers(member)),
            Section("answers", self._answers(member)),
            Section(
                "regraded",
                self._rows(
                    RegradedAnswer, member, RegradedAnswer.day, RegradedAnswer.nth,
                    RegradedAnswer.place, RegradedAnswer.points_before, RegradedAnswer.points,
                    RegradedAnswer.regraded_at,
                ),
            ),
            Section("reports", self._reports(member)),
            Section("practice", self._practice(member)),
            Section("mottos", self._mottos(member)),
            Section("motto_history", self._motto_history(member)),
            Section("votes", self._votes(member)),
            Section(
                "wished_votes",
                self._rows(WishedVote, member, WishedVote.number, WishedVote.wished_at),
            ),
            Section("withdrawn_votes", self._withdrawn_votes(member)),
            Section(
                "tickets",
                self._rows(
                    Ticket, member, Ticket.created_at, Ticket.topic, Ticket.words,
                    Ticket.handled_at, Ticket.answer,
                ),
            ),
            Section(
                "notices",
                self._rows(
                    Notice, member, Notice.due_at, Notice.kind, Notice.facts, Notice.told_at
                ),
            ),
            Section(
                "deliveries",
                self._rows(Delivery, member, Delivery.received_at, Delivery.outcome),
            ),
        ]  # fmt: skip

    def _moderator(self, member: bytes) -> list[tuple[Any, ...]]:
        return self._tuples(
            select(Staff.name, ModeratorPhone.linked_at)
            .join(Staff, Staff.id == ModeratorPhone.staff_id)
            .where(ModeratorPhone.member_key == member)
        )

    def _rows(self, kind: type[Any], member: bytes, *columns: Any) -> list[tuple[Any, ...]]:
        found = select(*columns).where(kind.member_key == member).order_by(*columns[:1])
        return self._tuples(found)

    def _tuples(self, query: Any) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self._session.execute(query)]

    def _person(self, member: bytes) -> list[tuple[Any, ...]]:
        rows = self._session.execute(
            select(Person, Member)
            .join(Member, Member.member_key == Person.member_key)
            .where(Person.member_key == member)
        )
        return [
            (
                person.openid, person.following, person.followed_at, who.first_seen_at,
                self._unit_name(who.unit_id), self._unit_name(who.scanned_unit_id), who.name,
                who.state, who.state_at, who.thanked_at, who.larger, who.unlisted,
            )
            for person, who in rows
        ]  # fmt: skip

    def _unit_name(self, unit: int | None) -> str | None:
        card = self._units.card(unit)
        return card.full_name if card else None

    def _scores(self, member: bytes) -> list[tuple[Any, ...]]:
        return self._tuples(
            select(Contest.title, Score.points, Score.days, Score.reached_at)
            .join(Contest, Contest.id == Score.contest_id)
            .where(Score.member_key == member)
            .order_by(Contest.first_day)
        )

    def _brackets(self, member: bytes) -> list[tuple[Any, ...]]:
        rows = self._session.execute(
            select(Contest.title, Contest.brackets, BracketChoice.bracket, BracketChoice.chosen_at)
            .join(Contest, Contest.id == BracketChoice.contest_id)
            .where(BracketChoice.member_key == member)
            .order_by(Contest.first_day)
        )
        return [(title, names[number - 1], at) for title, names, number, at in rows]

    def _frozen(self, member: bytes) -> list[tuple[Any, ...]]:
        return self._tuples(
            select(
                Contest.title, BoardFreeze.at, FrozenPlace.board, FrozenPlace.rank,
                FrozenPlace.points, FrozenPlace.days, Unit.name,
            )
            .join(Contest, Contest.id == FrozenPlace.contest_id)
            .join(BoardFreeze, BoardFreeze.contest_id == FrozenPlace.contest_id)
            .outerjoin(Unit, Unit.id == FrozenPlace.district_id)
            .where(FrozenPlace.member_key == member)
            .order_by(Contest.first_day, FrozenPlace.board)
        )  # fmt: skip

    def _draws(self, member: bytes) -> list[tuple[Any, ...]]:
        of_code = and_(DrawCode.draw_id == DrawEntry.draw_id, DrawCode.code == DrawEntry.code)
        rows = self._session.execute(
            select(Draw.title, DrawEntry.code, DrawCode.place, DrawCode.wins)
            .select_from(DrawEntry)
            .join(Draw, Draw.id == DrawEntry.draw_id)
            .join(DrawCode, of_code)
            .where(DrawEntry.member_key == member)
            .order_by(Draw.id)
        )
        return [tuple(row) for row in rows]

    def _certificates(self, member: bytes) -> list[tuple[Any, ...]]:
        return self._tuples(
            select(
                Award.title, Award.honour, Certificate.place, Certificate.bracket, Certificate.code,
                CertificateHolder.name, CertificateHolder.unit, CertificateHolder.public,
                Award.issued_at, Certificate.revoked_at,
            )
            .select_from(CertificateHolder)
            .join(Certificate, Certificate.code == CertificateHolder.code)
            .join(Award, Award.id == CertificateHolder.award_id)
            .where(CertificateHolder.member_key == member)
            .order_by(Award.id)
        )  # fmt: skip

    def _papers(self, member: bytes) -> list[tuple[Any, ...]]:
        return self._tuples(
            select(
                Contest.title, Attempt.day, Attempt.nth, Attempt.started_at, Attempt.finished_at,
                Attempt.questions, Attempt.skipped, Attempt.made_up_in,
            )
            .join(Contest, Contest.id == Attempt.contest_id)
            .where(Attempt.member_key == member)
            .order_by(Attempt.started_at)
        )  # fmt: skip

    def _answers(self, member: bytes) -> list[tuple[Any, ...]]:
        rows = self._session.execute(
            select(
                Answer.day, Answer.nth, Answer.place, StoredQuestion.content, Answer.choice,
                Answer.correct, Answer.points, Answer.withheld, Answer.answered_at,
            )
            .join(StoredQuestion, StoredQuestion.id == Answer.question_id)
            .where(Answer.member_key == member)
            .order_by(Answer.answered_at)
        )  # fmt: skip
        return [
            (day, nth, place, _stem(content), *rest) for day, nth, place, content, *rest in rows
        ]

    def _reports(self, member: bytes) -> list[tuple[Any, ...]]:
        rows = self._session.execute(
            select(StoredQuestion.content, QuestionReport.reported_at)
            .join(StoredQuestion, StoredQuestion.id == QuestionReport.question_id)
            .where(QuestionReport.member_key == member)
            .order_by(QuestionReport.reported_at)
        )
        return [(_stem(content), at) for content, at in rows]

    def _practice(self, member: bytes) -> list[tuple[Any, ...]]:
        rows = self._session.execute(
            select(
                StoredQuestion.content, PracticeCard.practised_at, PracticeCard.correct,
                PracticeCard.due_on, PracticeCard.stability, PracticeCard.difficulty,
            )
            .join(StoredQuestion, StoredQuestion.id == PracticeCard.question_id)
            .where(PracticeCard.member_key == member)
            .order_by(PracticeCard.practised_at)
        )  # fmt: skip
        return [(_stem(content), *rest) for content, *rest in rows]

    def _mottos(self, member: bytes) -> list[tuple[Any, ...]]:
        return [
            (
                card.number, card.words, card.signature, card.unit.full_name if card.unit else None,
                str(card.state), card.reason, card.fix, card.appeal, card.submitted_at,
                card.decided_at,
            )
            for card in read_cards(self._session, Motto.author == member)
        ]  # fmt: skip

    def _motto_history(self, member: bytes) -> list[tuple[Any, ...]]:
        rows = self._session.execute(
            select(Audit.at, Audit.subject, Audit.action, Audit.facts)
            .where(Audit.subject.in_(self._subjects(member)))
            .order_by(Audit.id)
        )
        return [
            (
                at,
                subject.partition(":")[2],
                action,
                facts.get("words") or facts.get("fix") or facts.get("after"),
            )
            for at, subject, action, facts in rows
        ]

    def _subjects(self, member: bytes) -> Sequence[str]:
        mine = self._session.scalars(select(Motto.id).where(Motto.author == member))
        return [subject_of(number_of(id_)) for id_ in mine]

    def _votes(self, member: bytes) -> list[tuple[Any, ...]]:
        rows = self._session.execute(
            select(
                Round.title, Vote.day, Vote.motto_id, Motto.words, Vote.accepted_at, Vote.tracker,
                func.coalesce(QuarantinedVote.in_force, false()), QuarantinedVote.claimed_at,
            )
            .join(Round, Round.id == Vote.round_id)
            .join(Motto, Motto.id == Vote.motto_id)
            .outerjoin(QuarantinedVote, QuarantinedVote.tracker == Vote.tracker)
            .where(Vote.member_key == member)
            .order_by(Vote.accepted_at)
        )  # fmt: skip
        return [(title, day, number_of(id_), *rest) for title, day, id_, *rest in rows]

    def _withdrawn_votes(self, member: bytes) -> list[tuple[Any, ...]]:
        rows = self._session.execute(
            select(
                Round.title, WithdrawnVote.motto_id, WithdrawnVote.accepted_at,
                WithdrawnVote.withdrawn_at, WithdrawnVote.reason, WithdrawnVote.tracker,
            )
            .join(Round, Round.id == WithdrawnVote.round_id)
            .where(WithdrawnVote.member_key == member)
            .order_by(WithdrawnVote.accepted_at)
        )  # fmt: skip
        return [(title, number_of(id_), *rest) for title, id_, *rest in rows]


def _stem(content: dict[str, Any]) -> str:
    return Question.from_dict(content).stem
