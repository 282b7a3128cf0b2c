"""The lookout: figures that no message brings about, taken every minute for the metrics port."""

import shutil
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

import structlog

from bot import metrics
from bot.backup import all_named
from bot.domain.invariants import check
from bot.domain.moderation import Moderation
from bot.logs import trace
from bot.settings import Settings
from bot.storage.database import database_clock, open_sessions
from bot.storage.patient import open_survey

PERIOD = 60.0
"""Seconds between two looks."""
LEISURE = 20
"""A look that takes long is followed by a pause of so many times its length at least."""

log = structlog.get_logger()


class Lookout:
    """Looks at the data and the disk. Not the worker's duty, which is never to be late."""

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.data_dir
        self._secret = settings.secret_key.get_secret_value()
        self._survey = open_survey(settings.database_url.get_secret_value())

    def start(self) -> None:
        """Look again and again, in a thread that ends with the process."""
        threading.Thread(target=self._watch, name="lookout", daemon=True).start()

    def close(self) -> None:
        """Look no more."""
        self._survey.dispose()

    def _watch(self) -> None:
        while True:
            began = time.monotonic()
            self.look()
            time.sleep(max(PERIOD, LEISURE * (time.monotonic() - began)))

    def look(self) -> None:
        """Take all figures; one that can't be had does not keep the others."""
        sights: tuple[Callable[[], None], ...] = (self._disk, self._backup, self._data)
        for sight in sights:
            try:
                sight()
            except Exception as error:
                log.warning("nothing to be seen", sight=sight.__name__, **trace(error))

    def _disk(self) -> None:
        metrics.disk_free(shutil.disk_usage(self._folder).free)

    def _backup(self) -> None:
        if kept := all_named(self._folder):
            made = datetime.fromtimestamp(kept[0].stat().st_mtime, UTC)
            metrics.backup_age((datetime.now(UTC) - made).total_seconds())

    def _data(self) -> None:
        with open_sessions(self._survey)() as session:
            now = database_clock(session)
            queue = Moderation(session, now).queue(limit=1)
            waits = (now - queue.oldest_at).total_seconds() if queue.oldest_at else 0.0
            metrics.moderation(queue.waiting, waits)
            for violation in check(session, now, self._secret):
                metrics.violated(violation.invariant)
