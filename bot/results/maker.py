"""The maker: in the worker, makes the files that colleagues asked for in the console."""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

import structlog

from bot.domain.result_files import PIECE, ResultFiles
from bot.domain.results import Results, Wanted
from bot.logs import trace
from bot.results.building import NAMES, build
from bot.storage.database import Clock, Sessions, database_clock, open_sessions
from bot.storage.patient import open_survey

log = structlog.get_logger()

_APART = 1.0
"""Seconds between two notes of how far it is: each is a transaction."""


class Unwanted(Exception):
    """Whoever asked for the files has asked for others, or somebody in them was erased."""


class Maker:
    """Makes one set of files at a time, beside what else the worker does."""

    def __init__(self, sessions: Sessions, clock: Clock, url: str) -> None:
        """`url` is that of the database: the results are read as of one moment."""
        self._sessions, self._clock, self._url = sessions, clock, url
        self._thread: Thread | None = None

    def look(self) -> None:
        """Begin with what waits, unless something is being made."""
        if self._thread is not None and self._thread.is_alive():
            return
        with self._sessions.begin() as session:
            claimed = ResultFiles(session, self._clock(session)).claim()
        if claimed:
            self._thread = Thread(target=self.make, args=claimed, name="results", daemon=True)
            self._thread.start()

    def make(self, token: bytes, wanted: Wanted) -> None:
        """Make the files, and keep them for who asked."""
        try:
            with TemporaryDirectory(prefix="results-") as folder:
                self._build(token, wanted, Path(folder))
                self._keep(token, Path(folder))
        except Unwanted:
            log.info("results not wanted any more", contest=wanted.contest)
        except Exception as fault:
            log.error("results failed", contest=wanted.contest, **trace(fault))
            with self._sessions.begin() as session:
                ResultFiles(session, self._clock(session)).fail(token)

    def _build(self, token: bytes, wanted: Wanted, folder: Path) -> None:
        said = time.monotonic() - _APART

        def progress(done: int, total: int) -> None:
            nonlocal said
            if done == total or time.monotonic() >= said + _APART:
                said = time.monotonic()
                self._note(token, done, total)

        engine = open_survey(self._url)
        try:
            with open_sessions(engine)() as session:
                build(Results(session, database_clock(session), wanted), folder, progress)
        finally:
            engine.dispose()

    def _note(self, token: bytes, done: int, total: int) -> None:
        with self._sessions.begin() as session:
            if not ResultFiles(session, self._clock(session)).note(token, done, total):
                raise Unwanted

    def _keep(self, token: bytes, folder: Path) -> None:
        for name in NAMES:
            for number, content in enumerate(_pieces(folder / name)):
                with self._sessions.begin() as session:
                    files = ResultFiles(session, self._clock(session))
                    files.keep_piece(token, name, number, content)
        with self._sessions.begin() as session:
            if not ResultFiles(session, self._clock(session)).finish(token):
                # What the transaction removed stays removed; raising would bring it back.
                log.info("results not wanted any more")


def _pieces(file: Path) -> Iterator[bytes]:
    with closing(file.open("rb")) as content:
        while piece := content.read(PIECE):
            yield piece
