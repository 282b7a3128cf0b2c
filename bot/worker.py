"""The worker: what must happen although nobody sends a message."""

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty, SimpleQueue

import structlog
from sqlalchemy.orm import Session

from bot.domain.ballot_box import BallotBoxes
from bot.domain.freezing import Claim, Freezing
from bot.domain.participation import UnitCounts
from bot.domain.piles import Piles
from bot.domain.purge import Purge, tasks
from bot.domain.refusals import NoRound
from bot.domain.regrading import Regrading
from bot.domain.sealing import Sealing
from bot.domain.second_looks import Cause, SecondLooks
from bot.domain.tally import Board, Tally
from bot.domain.withholding import Withholdings
from bot.logs import trace
from bot.recount.packer import Packer
from bot.results.maker import Maker
from bot.storage.database import Clock, Sessions, begin_read_only

HEARTBEAT = "worker.heartbeat"
"""The file in the data directory that holds when the worker was last at work."""
PERIOD = 5.0
"""Seconds between two beats."""
SPELL = 2.0
"""Seconds for which the worker purges before it sees to its other duties; the rest waits."""
BATCHES = 20
"""Batches of a regrade, or of points restored, in a row, before other duties have their turn."""
PAUSE = 0.05
"""Seconds between two pieces of a snapshot, in which members write."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Duty:
    """Something to do again and again."""

    name: str
    period: float
    """Seconds from one beginning to the next."""
    do: Callable[[], None]


def work(duties: Sequence[Duty]) -> None:
    """Do the duties, each in its time, until SIGTERM or SIGINT."""
    # A signal may come in the middle of anything, and this is the one way to tell that is safe.
    stop: SimpleQueue[int] = SimpleQueue()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda number, _: stop.put(number))
    log.info("worker started")
    keep_up(duties, stop)
    log.info("worker stopped")


def keep_up(duties: Sequence[Duty], stop: SimpleQueue[int]) -> None:
    """Do the duties until told to stop; one that fails is tried again when it is due again."""
    due = dict.fromkeys(duties, 0.0)
    while True:
        duty = min(due, key=due.__getitem__)
        with suppress(Empty):
            stop.get(timeout=max(0.0, due[duty] - time.monotonic()))
            return
        due[duty] = time.monotonic() + duty.period
        try:
            duty.do()
        except Exception as error:
            log.error("duty failed", duty=duty.name, **trace(error))


def duties(
    sessions: Sessions,
    patient: Sessions,
    clock: Clock,
    board: Board,
    data_dir: Path,
    database_url: str,
) -> list[Duty]:
    """What the worker does, what cannot wait first."""
    chores = Chores(sessions, clock, board, patient)
    maker = Maker(sessions, clock, database_url)
    packer = Packer(sessions, clock, database_url, data_dir)
    return [
        Duty("seal", 2, chores.seal),
        Duty("tally", 1, chores.tally),
        Duty("chain", 10, chores.chain),
        Duty("freeze", 5, chores.freeze),
        Duty("regrade", 2, chores.regrade),
        Duty("restore", 2, chores.restore),
        Duty("recount", 5, packer.look),
        Duty("results", 1, maker.look),
        Duty("heartbeat", PERIOD, lambda: beat(data_dir / HEARTBEAT)),
        Duty("piles", 5, chores.sort),
        Duty("count units", 60, chores.count_units),
        Duty("look twice", 60, chores.look_twice),
        Duty("reconcile", 60, chores.reconcile),
        Duty("purge", 60, chores.purge),
    ]


def beat(file: Path) -> None:
    """Write the time into the file, which nobody ever finds half written."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.new")
    draft.write_text(datetime.now(UTC).isoformat(timespec="seconds"))
    draft.replace(file)


class Chores:
    """The duties that have to do with the database."""

    def __init__(
        self, sessions: Sessions, clock: Clock, board: Board, patient: Sessions | None = None
    ) -> None:
        """`patient` are sessions for what takes longer than a turn may; else it has to be short."""
        self._sessions, self._clock, self._board = sessions, clock, board
        self._patient = patient or sessions

    def seal(self) -> None:
        """Seal the rounds in which no vote can arrive any more."""
        with self._reading() as (session, now):
            waiting = Sealing(session, now).due()
        for round_id in waiting:
            # The hashes of 200,000 ballots take seconds, in which the database hears nothing of us.
            with self._patient.begin() as session:
                sealed = Sealing(session, self._clock(session)).seal(round_id)
            if sealed:
                log.info("round sealed", round=round_id)

    def chain(self) -> None:
        """Chain the ballots that are new to those before."""
        with self._reading() as (session, now):
            boxes = BallotBoxes(session, now)
            news = {round_id: boxes.news(round_id) for round_id in boxes.open()}
        for round_id, found in news.items():
            if found.codes:
                with self._sessions.begin() as session:
                    BallotBoxes(session, self._clock(session)).add(round_id, found)

    def tally(self) -> None:
        """Count the open rounds for all to see."""
        with self._reading() as (session, now):
            Tally(session, now).publish(self._board)

    def freeze(self) -> None:
        """Keep the boards that are frozen from now on as they were."""
        with self._reading() as (session, now):
            due = Freezing(session, now).due()
        for contest in due:
            with self._sessions.begin() as session:
                claim = Freezing(session, self._clock(session)).claim(contest)
            if claim and self._freeze(claim):
                log.info("boards frozen", contest=contest)

    def _freeze(self, claim: Claim) -> bool:
        """Write the snapshot down; False when the claim was lost on the way."""
        with self._looking() as freezing:
            snapshot = freezing.look(claim)
        for piece in snapshot.pieces():
            with self._sessions.begin() as session:
                if not Freezing(session, self._clock(session)).write(claim, piece):
                    return False
            # SQLite lets one write at a time, and whoever waits looks only now and then.
            time.sleep(PAUSE)
        with self._looking() as freezing:
            turnout = freezing.turnout(claim)
        with self._sessions.begin() as session:
            return Freezing(session, self._clock(session)).finish(snapshot, turnout)

    @contextmanager
    def _looking(self) -> Iterator[Freezing]:
        """A look that takes longer than a turn may, since it is at a city's people."""
        with self._patient.begin() as session:
            begin_read_only(session)
            yield Freezing(session, self._clock(session))

    def regrade(self) -> None:
        """Let the answers follow the keys that were mended, a batch to a transaction."""
        with self._reading() as (session, now):
            waiting = Regrading(session, now).waiting()
        for number in waiting:
            for _ in range(BATCHES):
                with self._sessions.begin() as session:
                    done = Regrading(session, self._clock(session)).go_on(number)
                if not done:
                    break

    def restore(self) -> None:
        """Let the answers have their points to whose question somebody has looked."""
        with self._reading() as (session, now):
            waiting = Withholdings(session, now).waiting()
        for question_id in waiting:
            for _ in range(BATCHES):
                with self._sessions.begin() as session:
                    done = Withholdings(session, self._clock(session)).go_on(question_id)
                if not done:
                    break
                log.info("points restored", question=question_id, answers=done)

    def sort(self) -> None:
        """Put what waits for review on piles, for those who look at it by chat."""
        with self._reading() as (session, now):
            placings = Piles(session, now).sort()
        if placings:
            with self._sessions.begin() as session:
                Piles(session, self._clock(session)).place(placings)

    def count_units(self) -> None:
        """Count who took part in the large contests, for the boards of units."""
        with self._reading() as (session, now):
            contests = UnitCounts(session, now).asked_for()
        for contest in contests:
            with self._patient.begin() as session:
                begin_read_only(session)
                counted = UnitCounts(session, self._clock(session)).count(contest)
            with self._sessions.begin() as session:
                UnitCounts(session, self._clock(session)).keep(contest, counted)

    def look_twice(self) -> None:
        """Have those looked at by a second colleague that have come among the first."""
        with self._reading() as (session, now):
            try:
                found = SecondLooks(session, now).unasked()
            except NoRound:
                return
        for number in found:
            with self._sessions.begin() as session:
                SecondLooks(session, self._clock(session)).ask(number, Cause.TOP)

    def reconcile(self) -> None:
        """Compare what is shown with the rows themselves."""
        with self._reading() as (session, now):
            drifts = Tally(session, now).drift(self._board)
        for round_id, votes in drifts.items():
            if votes:
                log.warning("tally drifts", round=round_id, wx_tally_drift_votes=votes)

    def purge(self) -> None:
        """Forget what need not be kept any longer, of each kind a little at least."""
        until = time.monotonic() + SPELL
        for task in tasks():
            while self._purge_some(task) and time.monotonic() < until:
                pass

    def _purge_some(self, task: str) -> bool:
        with self._sessions.begin() as session:
            return Purge(session, self._clock(session)).step(task)

    @contextmanager
    def _reading(self) -> Iterator[tuple[Session, datetime]]:
        """A transaction that writes nothing, and its moment."""
        with self._sessions.begin() as session:
            begin_read_only(session)
            yield session, self._clock(session)
