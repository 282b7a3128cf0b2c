"""Services: everything a handler or a page may ask of the domain, on one session."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from functools import cached_property
from typing import Protocol

from sqlalchemy.orm import Session

from bot.domain.appeals import Appeals
from bot.domain.ballot_box import BallotBoxes
from bot.domain.bank import QuestionBank
from bot.domain.bank_search import BankSearch
from bot.domain.certificates import Certificates
from bot.domain.colleagues import Colleagues
from bot.domain.comparing import Comparing
from bot.domain.devices import Devices
from bot.domain.diary import DiaryDesk
from bot.domain.dossier import Dossiers
from bot.domain.draws import Draws
from bot.domain.entry_files import EntryFiles
from bot.domain.erasure import Erasure
from bot.domain.freezing import Freezing
from bot.domain.item_analysis import ItemAnalysis
from bot.domain.judging import Judging
from bot.domain.members import Members
from bot.domain.moderation import Moderation
from bot.domain.mottos import Mottos
from bot.domain.nearest import Nearest
from bot.domain.notices import Notices
from bot.domain.outcomes import Outcomes
from bot.domain.page_ballots import PageBallots
from bot.domain.panels import Panels
from bot.domain.participation import Participation
from bot.domain.passes import Passes
from bot.domain.pasts import Pasts
from bot.domain.phones import Phones
from bot.domain.piles import Piles
from bot.domain.planning import Planning
from bot.domain.practice import Practice
from bot.domain.quarantine import Quarantines
from bot.domain.questions import Shelf
from bot.domain.quiz import Quiz
from bot.domain.quotation_list import QuotationList
from bot.domain.regrading import Regrading
from bot.domain.result_files import ResultFiles
from bot.domain.roster import Roster
from bot.domain.sealing import Sealing
from bot.domain.second_factor import SecondFactors
from bot.domain.second_looks import SecondLooks
from bot.domain.sent_entries import SentEntries
from bot.domain.staff import StaffRegister
from bot.domain.standings import Standings
from bot.domain.stuffing import Stuffing
from bot.domain.tally import Board, Tally
from bot.domain.tickets import Tickets
from bot.domain.trail import Trail
from bot.domain.unit_import import UnitImport
from bot.domain.units import Units
from bot.domain.uploads import Uploads
from bot.domain.votes import Votes
from bot.domain.withholding import Withholdings
from bot.domain.word_list import WordList
from bot.storage.database import Clock, Sessions, begin_read_only
from bot.storage.tables import BallotPass, BallotVisit


class Services:
    """One of each, for the length of one transaction, at one moment; made when first asked for."""

    def __init__(self, session: Session, now: datetime, shelf: Shelf, board: Board | None) -> None:
        self.now = now
        self._session, self._shelf, self._board = session, shelf, board

    @cached_property
    def members(self) -> Members:
        return Members(self._session, self.now)

    @cached_property
    def dossiers(self) -> Dossiers:
        return Dossiers(self._session, self.now)

    @cached_property
    def passes(self) -> Passes:
        return Passes(self._session, self.now)

    @cached_property
    def pasts(self) -> Pasts:
        return Pasts(self._session)

    @cached_property
    def ballot_passes(self) -> Passes:
        """The links of the chat that lead to the ballot."""
        return Passes(self._session, self.now, BallotPass)

    @cached_property
    def ballot_visits(self) -> Passes:
        """The browsers in which members vote."""
        return Passes(self._session, self.now, BallotVisit)

    @cached_property
    def page_ballots(self) -> PageBallots:
        return PageBallots(self._session, self.now)

    @cached_property
    def erasure(self) -> Erasure:
        return Erasure(self._session, self.now)

    @cached_property
    def units(self) -> Units:
        return Units(self._session)

    @cached_property
    def unit_import(self) -> UnitImport:
        return UnitImport(self._session, self.now)

    @cached_property
    def roster(self) -> Roster:
        return Roster(self._session, self.now)

    @cached_property
    def quiz(self) -> Quiz:
        return Quiz(self._session, self.now, self._shelf)

    @cached_property
    def practice(self) -> Practice:
        return Practice(self._session, self.now, self._shelf)

    @cached_property
    def bank(self) -> QuestionBank:
        return QuestionBank(self._session, self.now)

    @cached_property
    def bank_search(self) -> BankSearch:
        return BankSearch(self._session)

    @cached_property
    def item_analysis(self) -> ItemAnalysis:
        return ItemAnalysis(self._session)

    @cached_property
    def uploads(self) -> Uploads:
        return Uploads(self._session, self.now)

    @cached_property
    def regrading(self) -> Regrading:
        return Regrading(self._session, self.now)

    @cached_property
    def withholdings(self) -> Withholdings:
        return Withholdings(self._session, self.now)

    @cached_property
    def mottos(self) -> Mottos:
        return Mottos(self._session, self.now)

    @cached_property
    def sent_entries(self) -> SentEntries:
        return SentEntries(self._session, self.now)

    @cached_property
    def entry_files(self) -> EntryFiles:
        return EntryFiles(self._session, self.now)

    @cached_property
    def moderation(self) -> Moderation:
        return Moderation(self._session, self.now, self.quotation_list.quotes_leader)

    @cached_property
    def piles(self) -> Piles:
        return Piles(self._session, self.now, self.moderation, self._shelf.kernels)

    @cached_property
    def second_looks(self) -> SecondLooks:
        return SecondLooks(self._session, self.now)

    @cached_property
    def nearest(self) -> Nearest:
        return Nearest(self._session, self._shelf.nearest)

    @cached_property
    def appeals(self) -> Appeals:
        return Appeals(self._session, self.now)

    @cached_property
    def word_list(self) -> WordList:
        return WordList(self._session, self.now, self._shelf.screens)

    @cached_property
    def quotation_list(self) -> QuotationList:
        return QuotationList(self._session, self.now, self._shelf.quotations, self._shelf.leaders)

    @cached_property
    def votes(self) -> Votes:
        return Votes(self._session, self.now)

    @cached_property
    def stuffing(self) -> Stuffing:
        return Stuffing(self._session, self.now)

    @cached_property
    def quarantines(self) -> Quarantines:
        return Quarantines(self._session, self.now)

    @cached_property
    def sealing(self) -> Sealing:
        return Sealing(self._session, self.now)

    @cached_property
    def ballot_boxes(self) -> BallotBoxes:
        return BallotBoxes(self._session, self.now)

    @cached_property
    def outcomes(self) -> Outcomes:
        return Outcomes(self._session, self.now)

    @cached_property
    def panels(self) -> Panels:
        return Panels(self._session, self.now, self._shelf.judged)

    @cached_property
    def judging(self) -> Judging:
        return Judging(self._session, self.now)

    @cached_property
    def comparing(self) -> Comparing:
        return Comparing(self._session, self.now)

    @cached_property
    def draws(self) -> Draws:
        return Draws(self._session, self.now)

    @cached_property
    def certificates(self) -> Certificates:
        return Certificates(self._session, self.now)

    @cached_property
    def tally(self) -> Tally:
        return Tally(self._session, self.now, self._board)

    @cached_property
    def standings(self) -> Standings:
        return Standings(self._session, self.now, self._shelf.ladders)

    @cached_property
    def participation(self) -> Participation:
        return Participation(self._session, self.now, self._shelf.boards)

    @cached_property
    def turnout(self) -> Participation:
        """Participation as it is now, for colleagues: members may see a frozen board."""
        return Participation(self._session, self.now, self._shelf.boards, live=True)

    @cached_property
    def freezing(self) -> Freezing:
        return Freezing(self._session, self.now)

    @cached_property
    def diaries(self) -> DiaryDesk:
        return DiaryDesk(self._session, self.now, self._shelf.diaries)

    @cached_property
    def notices(self) -> Notices:
        return Notices(self._session, self.now)

    @cached_property
    def tickets(self) -> Tickets:
        return Tickets(self._session, self.now)

    @cached_property
    def staff(self) -> StaffRegister:
        return StaffRegister(self._session, self.now)

    @cached_property
    def second_factors(self) -> SecondFactors:
        return SecondFactors(self._session, self.now)

    @cached_property
    def colleagues(self) -> Colleagues:
        return Colleagues(self._session, self.now)

    @cached_property
    def devices(self) -> Devices:
        return Devices(self._session, self.now)

    @cached_property
    def phones(self) -> Phones:
        return Phones(self._session, self.now)

    @cached_property
    def trail(self) -> Trail:
        return Trail(self._session, self.now)

    @cached_property
    def planning(self) -> Planning:
        return Planning(self._session, self.now)

    @cached_property
    def result_files(self) -> ResultFiles:
        return ResultFiles(self._session, self.now)


class Transaction(Protocol):
    """Opens services on a transaction of their own: commits at the end, rolls back on an error."""

    def __call__(self, *, read_only: bool = False) -> AbstractContextManager[Services]:
        """Who only reads waits for nobody and keeps nobody waiting, and may write nothing."""


def open_services(
    session: Session, now: datetime, shelf: Shelf, board: Board | None = None
) -> Services:
    """The services on this session. Whoever opened the session owns its commit."""
    return Services(session, now, shelf, board)


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
