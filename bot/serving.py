"""`bot serve`: workers that answer, and the one socket at which all of them listen.

Granian has a master of its own, which we don't use. It gives each worker its own socket, so
what waits at a killed worker is lost with it; it starts a worker by importing everything anew;
and when one dies twice within six seconds, it takes that for a hopeless case and ends.
"""

import signal
import socket
import threading
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from granian import _signals as granian_signals
from granian._granian import SocketHolder, WorkerSignal
from granian.constants import Interfaces, RuntimeModes
from granian.log import LogLevels
from granian.server.mp import MPServer

from bot import metrics, metrics_port
from bot.app import create_app
from bot.crew import Crew, Signs
from bot.domain import sounds
from bot.health import Health
from bot.loading import loading
from bot.lookout import Lookout
from bot.settings import Settings
from bot.storage.database import open_engine

BACKLOG = 1024
"""Connections that the kernel holds while nobody accepts them."""
CONNECTIONS = 256
"""Connections that a worker holds; Granian counts idle ones too."""
NOTICE = 3.0
"""Seconds between failing the readiness check and closing the door, for those who ask it."""


def serve(settings: Settings) -> None:
    """Serve until a signal says stop, then finish what was accepted.

    Raises OSError when the address is not to be had, CannotBegin when no worker gets to work,
    and whatever `create_app` raises.
    """
    with ExitStack() as sockets:
        crew = Crew(notice=NOTICE if settings.env == "production" else 0)
        listener = sockets.enter_context(_listen(settings.host, settings.port))
        site = _Site(settings)
        for number in range(1, settings.workers + 1):
            crew.post(f"web{number}", partial(_answer, site, listener, f"web{number}"))
        if settings.metrics_port:
            metrics.forget(_figures(settings))
            inside = sockets.enter_context(_listen("127.0.0.1", settings.metrics_port))
            crew.post("metrics", partial(_show, settings, inside))
        crew.keep()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=BACKLOG)


def _figures(settings: Settings) -> Path:
    return settings.data_dir / "metrics"


class _Site:
    """The application, made before any fork: workers share what it is made of.

    It opens no connection while it is made, so each worker opens its own.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._signs: Signs | None = None
        with loading():
            self.app = create_app(settings, closing=self._is_closing)
            if settings.env == "production":
                # Whoever tries it out would wait for them.
                sounds.load()

    def open(self, signs: Signs) -> None:
        """Be the site of this process."""
        self._signs = signs

    def _is_closing(self) -> bool:
        return self._signs is not None and self._signs.closing


def _answer(site: _Site, listener: socket.socket, post: str, signs: Signs) -> None:
    """Be one Granian worker, in this process, until SIGTERM."""
    # Before there is any other thread, since each inherits this.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    settings, app = site.settings, site.app
    if settings.metrics_port:
        metrics.share(_figures(settings), post)
    site.open(signs)
    server = MPServer(
        "bot.app",
        interface=Interfaces.WSGI,
        blocking_threads=settings.threads,
        backpressure=CONNECTIONS,
        runtime_mode=RuntimeModes.mt,
        websockets=False,
        # What it has to say goes where what other libraries say goes.
        log_level=LogLevels.warning,
        log_dictconfig={"loggers": {"_granian": {"propagate": True}}},
    )
    # What its master would have prepared: here the socket is there already.
    server._shd = SocketHolder(listener.fileno(), False, BACKLOG)  # type: ignore[assignment,call-arg]
    server._sso, server._ipc = None, {}
    granian_signals.set_sync_signals = _told_by_sigterm
    worker = server._spawn_worker(0, server._spawn_wsgi_worker, lambda: app)
    signs.begun = True
    worker.inner.run()
    app.extensions["engine"].dispose()


def _told_by_sigterm() -> WorkerSignal:
    """What tells a Granian worker to finish; takes the place of its signal handlers.

    A handler in Python runs in the main thread, and one that comes just as that thread goes to
    sleep is not run: about one in ten that were told in their first instant served on.
    """
    told = WorkerSignal()

    def wait() -> None:
        signal.sigwait({signal.SIGTERM})
        told.set()

    threading.Thread(target=wait, name="sigterm", daemon=True).start()
    return told


def _show(settings: Settings, listener: socket.socket, signs: Signs) -> None:
    """Be the process of the metrics port."""
    folder, has_redis = _figures(settings), bool(settings.redis_url.get_secret_value())
    health = Health(open_engine(settings.database_url.get_secret_value(), pool_size=1))
    metrics.share(folder, "metrics")
    Lookout(settings).start()
    signs.begun = True
    metrics_port.show(
        listener,
        {
            "/metrics": lambda: metrics_port.figures(folder),
            "/healthz": lambda: metrics_port.condition(folder, health, signs.closing, has_redis),
        },
    )
