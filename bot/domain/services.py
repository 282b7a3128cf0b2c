"""Services: everything a handler or a page may ask of the domain, on one session."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from bot.domain.appeals import Appeals
from bot.domain.bank import QuestionBank
from bot.domain.bank_search import BankSearch
from bot.domain.colleagues import Colleagues
from bot.domain.devices import Devices
from bot.domain.dossier import Dossiers
from bot.domain.erasure import Erasure
from bot.domain.item_analysis import ItemAnalysis
from bot.domain.members import Members
from bot.domain.moderation import Moderation
from bot.domain.mottos import Mottos
from bot.domain.notices import Notices
from bot.domain.outcomes import Outcomes
from bot.domain.participation import Participation
from bot.domain.passes import Passes
from bot.domain.planning import Planning
from bot.domain.practice import Practice
from bot.domain.questions import Shelf
from bot.domain.quiz import Quiz
from bot.domain.quotation_list import QuotationList
from bot.domain.regrading import Regrading
from bot.domain.sealing import Sealing
from bot.domain.second_factor import SecondFactors
from bot.domain.staff import StaffRegister
from bot.domain.standings import Standings
from bot.domain.tally import Board, Tally
from bot.domain.tickets import Tickets
from bot.domain.units import Units
from bot.domain.uploads import Uploads
from bot.domain.votes import Votes
from bot.domain.word_list import WordList
from bot.storage.database import Clock, Sessions, begin_read_only


@dataclass(frozen=True)
class Services:
    """One of each, for the length of one transaction, at one moment."""

    now: datetime
    members: Members
    dossiers: Dossiers
    passes: Passes
    erasure: Erasure
    units: Units
    quiz: Quiz
    practice: Practice
    bank: QuestionBank
    bank_search: BankSearch
    item_analysis: ItemAnalysis
    uploads: Uploads
    regrading: Regrading
    mottos: Mottos
    moderation: Moderation
    appeals: Appeals
    word_list: WordList
    quotation_list: QuotationList
    votes: Votes
    sealing: Sealing
    outcomes: Outcomes
    tally: Tally
    standings: Standings
    participation: Participation
    notices: Notices
    tickets: Tickets
    staff: StaffRegister
    second_factors: SecondFactors
    colleagues: Colleagues
    devices: Devices
    planning: Planning


class Transaction(Protocol):
    """Opens services on a transaction of their own: commits at the end, rolls back on an error."""

    def __call__(self, *, read_only: bool = False) -> AbstractContextManager[Services]:
        """Who only reads waits for nobody and keeps nobody waiting, and may write nothing."""


def open_services(
    session: Session, now: datetime, shelf: Shelf, board: Board | None = None
) -> Services:
    """The services on this session. Whoever opened the session owns its commit."""
    return Services(
        now=now,
        members=Members(session, now),
        dossiers=Dossiers(session, now),
        passes=Passes(session, now),
        erasure=Erasure(session, now),
        units=Units(session),
        quiz=Quiz(session, now, shelf),
        practice=Practice(session, now, shelf),
        bank=QuestionBank(session, now),
        bank_search=BankSearch(session),
        item_analysis=ItemAnalysis(session),
        uploads=Uploads(session, now),
        regrading=Regrading(session, now),
        mottos=Mottos(session, now),
        moderation=Moderation(session, now),
        appeals=Appeals(session, now),
        word_list=WordList(session, now, shelf.screens),
        quotation_list=QuotationList(session, now, shelf.quotations),
        votes=Votes(session, now),
        sealing=Sealing(session, now),
        outcomes=Outcomes(session, now),
        tally=Tally(session, now, board),
        standings=Standings(session, now, shelf.ladders),
        participation=Participation(session, now, shelf.boards),
        notices=Notices(session, now),
        tickets=Tickets(session, now),
        staff=StaffRegister(session, now),
        second_factors=SecondFactors(session, now),
        colleagues=Colleagues(session, now),
        devices=Devices(session, now),
        planning=Planning(session, now),
    )


def transactions(
    sessions: Sessions, clock: Clock, shelf: Shelf, board: Board | None = None
) -> Transaction:
    """How a web page talks to the domain: `with transaction() as services: ...`."""

    @contextmanager
    def transaction(*, read_only: bool = False) -> Iterator[Services]:
        with sessions.begin() as session:
            if read_only:
                begin_read_only(session)
            yield open_services(session, clock(session), shelf, board)

    return transaction
