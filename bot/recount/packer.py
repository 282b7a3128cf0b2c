"""The packer: in the worker, makes the packs of sealed rounds, beside what else there is to do."""

from datetime import datetime
from pathlib import Path
from threading import Thread

import structlog
from sqlalchemy.orm import Session

from bot.domain.outcomes import Outcomes, Standing
from bot.domain.panels import Panels
from bot.domain.tally import Tally
from bot.logs import trace
from bot.recount.judged import judged
from bot.recount.pack import Count, made, pack
from bot.storage.database import Clock, Sessions, begin_read_only, open_sessions
from bot.storage.patient import open_survey

log = structlog.get_logger()


class Packer:
    """Makes packs, one after the other: one of 200,000 ballots takes longer than others wait."""

    def __init__(self, sessions: Sessions, clock: Clock, url: str, data_dir: Path) -> None:
        """`url` is that of the database: a round is read as of one moment, however long."""
        self._sessions, self._clock, self._url = sessions, clock, url
        self._data_dir = data_dir
        self.thread: Thread | None = None
        """On which packs are made, or were made last."""

    def look(self) -> None:
        """Begin with what has no pack yet, unless one is being made."""
        if self.thread is not None and self.thread.is_alive():
            return
        with self._sessions.begin() as session:
            begin_read_only(session)
            now = self._clock(session)
            standings, panels = Outcomes(session, now).sealed(), Panels(session, now)
            unmade = [one for one in standings if made(self._data_dir, one) is None]
            # A pack is made once: what judges say has to be in it.
            waiting = [one for one in unmade if not panels.is_open(one.round_id)]
        if waiting:
            self.thread = Thread(target=self.make, args=(waiting,), name="packs", daemon=True)
            self.thread.start()

    def make(self, waiting: list[Standing]) -> None:
        """Make the packs of these rounds."""
        engine = open_survey(self._url)
        try:
            for standing in waiting:
                self._try(open_sessions(engine), standing.round_id)
        finally:
            engine.dispose()

    def _try(self, sessions: Sessions, round_id: int) -> None:
        """Make one; where it fails, the others are made all the same."""
        try:
            with sessions() as session:
                self._make(session, self._clock(session), round_id)
        except Exception as fault:
            log.error("recount pack failed", round=round_id, **trace(fault))

    def _make(self, session: Session, now: datetime, round_id: int) -> None:
        outcomes, said = Outcomes(session, now), judged(Panels(session, now), round_id)
        lines = Tally(session, now).result(round_id)
        ballots, apart = outcomes.ballots(round_id), outcomes.quarantined(round_id)
        # As of the same moment as the ballots: more may be in quarantine than when we looked.
        pack(self._data_dir, Count(outcomes.of(round_id), ballots, apart, lines, said))
        log.info("recount pack made", round=round_id)
