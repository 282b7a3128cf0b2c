"""The web application: the one place that knows every room."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from flask import Blueprint, Flask, Response, request, send_from_directory
from sqlalchemy import Engine
from werkzeug.middleware.proxy_fix import ProxyFix

import handlers
from bot.console.views import console
from bot.conversation.message import Message
from bot.conversation.reply import Reply
from bot.domain.audit import keep_chain
from bot.domain.questions import Shelf
from bot.domain.services import transactions
from bot.domain.tally import Board
from bot.glances import Glances
from bot.h5.views import h5
from bot.health import Health, accepts
from bot.logs import trace
from bot.settings import Settings, read_settings
from bot.storage.database import (
    Clock,
    SteadyClock,
    open_engine,
    open_readers,
    open_sessions,
)
from bot.storage.memory import Memory
from bot.turns import Turns
from bot.wechat.outbound import render
from bot.wechat.sign_in import SignIn
from bot.wechat.webhook import webhook

VENDOR = Path(__file__).parent / "vendor"
"""Browser libraries, put there by `dev.py setup` or packed into the wheel."""

log = structlog.get_logger()

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Site(Flask):
    """An application that keeps to itself what an address or an error may quote."""

    def log_exception(self, exc_info: Any) -> None:
        """Say where it failed, in place of Flask's words, which quote the address."""
        log.error("view failed", view=request.endpoint, **trace(exc_info[1]))


def create_app(
    settings: Settings | None = None,
    clock: Clock | None = None,
    closing: Callable[[], bool] = lambda: False,
) -> Flask:
    """The application on the settings of the environment, or on those given.

    `closing` tells whether it is about to be stopped: then it is no longer ready.
    """
    settings, clock = settings or read_settings(), clock or SteadyClock()
    engine = open_engine(settings.database_url.get_secret_value(), pool_size=settings.threads)
    secret = settings.secret_key.get_secret_value()
    sessions = keep_chain(open_sessions(engine), secret)
    shelf = Shelf()
    memory = Memory(settings.redis_url.get_secret_value())

    def draw(reply: Reply, message: Message, now: datetime) -> bytes:
        return render(reply, message, now, partial(_page_address, settings))

    glances = Glances(
        open_readers(engine), shelf, clock, handlers.conversation, draw, settings.closed
    )
    turns = Turns(sessions, memory, shelf, clock, handlers.play, draw, glances.answer)
    transaction = transactions(sessions, clock, shelf, Board(memory))
    app = Site("bot", static_folder=None)
    # `//` in an address is a wrong address: putting it right would redirect to the host that
    # the request names, whichever that is.
    app.url_map.merge_slashes = False
    # Whoever makes an application and drops it again closes its connections.
    app.extensions["engine"] = engine
    app.register_blueprint(webhook(settings, turns.take, lambda: datetime.now(UTC)))
    app.register_blueprint(console(settings, transaction))
    sign_in = SignIn(settings) if settings.wechat_sign_in else None
    app.register_blueprint(h5(settings, transaction, sign_in))
    app.register_blueprint(_health(engine, settings, closing))
    app.add_url_rule("/vendor/<path:filename>", "vendor", _vendor)
    if settings.env == "production" and settings.host in _LOOPBACK:
        # Only a proxy on this machine can reach us: the caller's address is what it says.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1)  # type: ignore[method-assign]
    return app


def _page_address(settings: Settings, path: str) -> str:
    return f"{settings.address}/h{path}"


def _vendor(filename: str) -> Response:
    response = send_from_directory(VENDOR, filename, max_age=7 * 24 * 3600)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _health(engine: Engine, settings: Settings, closing: Callable[[], bool]) -> Blueprint:
    """Whether the process lives, and whether it can serve; why not, the metrics port tells."""
    views, health = Blueprint("health", __name__, url_prefix="/healthz"), Health(engine)

    @views.get("/live")
    def live() -> str:
        return "live\n"

    @views.get("/ready")
    def ready() -> tuple[str, int]:
        if closing() or not accepts(health.revision()):
            return "not ready\n", 503
        # The simulator reads the second word and leaves a real service alone.
        return f"ready {settings.env}\n", 200

    return views
