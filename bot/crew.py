"""A crew of processes: a master who does no work himself, and posts that are never left empty.

The master forks. He has one thread and opens nothing but what all shall share, so a fork
is safe and a replacement costs milliseconds. When he goes, in whatever way, all go.
"""

import ctypes
import mmap
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn

import structlog

from bot.logs import trace

PATIENCE = 6.0
"""Seconds for what is under way when we are told to stop; WeChat hangs up after five."""
TRIES = 8
"""Times in a row that the process of a post may end before it could begin."""
PAUSE = 0.1
"""Seconds between two beginnings at one post; twice as many after each of these tries."""

_STOP = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP})
_WATCHED = _STOP | {signal.SIGCHLD}
_PR_SET_PDEATHSIG = 1

log = structlog.get_logger()


class CannotBegin(Exception):
    """The process of a post ended before it could begin, time after time."""


class Signs:
    """Two bytes that the master shares with a post.

    Not an Event of multiprocessing: its lock stays locked when whoever holds it is killed.
    """

    def __init__(self) -> None:
        self._bytes = mmap.mmap(-1, 2)

    @property
    def begun(self) -> bool:
        """Whether the process can take work; it says so itself."""
        return bool(self._bytes[0])

    @begun.setter
    def begun(self, value: bool) -> None:
        self._bytes[0] = value

    @property
    def closing(self) -> bool:
        """Whether no more work is wanted; the master says so."""
        return bool(self._bytes[1])

    @closing.setter
    def closing(self, value: bool) -> None:
        self._bytes[1] = value


Work = Callable[[Signs], None]


@dataclass
class Post:
    """What has to be done all the time, and the process that does it now."""

    name: str
    work: Work
    signs: Signs = field(default_factory=Signs)
    process: int = 0
    begins_at: float = 0.0
    failures: int = 0


class Crew:
    """Keeps its posts filled until it is told to stop."""

    def __init__(self, notice: float = 0.0) -> None:
        """`notice`: for how many seconds `closing` is shown before anybody has to stop."""
        self._notice = notice
        self._posts: list[Post] = []
        self._master = os.getpid()

    def post(self, name: str, work: Work) -> None:
        """Have `work` done by a process of its own, which finishes and ends on SIGTERM."""
        self._posts.append(Post(name, work))

    def keep(self) -> None:
        """Fill the posts until SIGTERM, SIGINT or SIGHUP, then wait until all have finished.

        Raises CannotBegin.
        """
        signal.pthread_sigmask(signal.SIG_BLOCK, _WATCHED)
        log.info("crew started", posts=len(self._posts))
        try:
            while True:
                self._fill()
                if self._stopped_within(self._pause()):
                    self._give_notice()
                    return
        finally:
            self._close()
            log.info("crew stopped")

    def _fill(self) -> None:
        for post in self._posts:
            now = time.monotonic()
            if post.process or now < post.begins_at:
                continue
            post.signs.begun, post.begins_at = False, now
            post.process = os.fork()
            if not post.process:
                self._become(post)

    def _become(self, post: Post) -> NoReturn:
        """Do the work of the post, in its new process."""
        self._end_with_the_master()
        # A Ctrl-C at the terminal is for the master, who then tells us.
        os.setpgid(0, 0)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _WATCHED)
        status = 0
        try:
            post.work(post.signs)
        except Exception as error:
            log.error("process failed", post=post.name, **trace(error))
            status = 1
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)

    def _end_with_the_master(self) -> None:
        """Have the kernel kill us with him: whoever serves on would serve old code for ever."""
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != self._master:
            os._exit(1)

    def _pause(self) -> float:
        """Seconds until an empty post is to be filled."""
        waits = [post.begins_at for post in self._posts if not post.process]
        return min(waits, default=time.monotonic() + 60) - time.monotonic()

    def _stopped_within(self, seconds: float) -> bool:
        """Whether we are told to stop; otherwise returns when a process ended or time is up."""
        told = signal.sigtimedwait(_WATCHED, max(seconds, 0))
        self._bury()
        return told is not None and told.si_signo in _STOP

    def _bury(self) -> None:
        """Take note of all who have ended; one signal may stand for many."""
        for post in self._posts:
            if not post.process or os.waitpid(post.process, os.WNOHANG) == (0, 0):
                continue
            log.warning("process ended", post=post.name, pid=post.process)
            post.process = 0
            post.failures = 0 if post.signs.begun else post.failures + 1
            if post.failures == TRIES:
                raise CannotBegin
            post.begins_at += PAUSE * 2**post.failures

    def _give_notice(self) -> None:
        """Say that we are closing; a second signal says that nobody needs to be told."""
        for post in self._posts:
            post.signs.closing = True
        until = time.monotonic() + self._notice
        while (left := until - time.monotonic()) > 0 and not self._stopped_within(left):
            pass

    def _close(self) -> None:
        """Let everybody finish; end those who don't."""
        self._tell(signal.SIGTERM)
        until = time.monotonic() + PATIENCE
        while any(post.process for post in self._posts) and (left := until - time.monotonic()) > 0:
            self._stopped_within(left)
        self._tell(signal.SIGKILL)

    def _tell(self, number: signal.Signals) -> None:
        for post in self._posts:
            if post.process:
                os.kill(post.process, number)
