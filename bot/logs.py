"""How the program logs: one line of JSON an event in production, plain text at a terminal.

Nothing that a member wrote, and no secret, gets into a log in any way, not even by a library.
"""

import logging
import sys
import threading
from traceback import format_tb

import structlog

log = structlog.get_logger()


def configure_logs(env: str) -> None:
    """Set the format for the whole process; nothing below INFO is written."""
    renderer = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if env == "production"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.basicConfig(handlers=[Discreet()], level=logging.WARNING)
    if env == "production":
        # What ends a program or a thread may quote a member in its message. At a developer's
        # terminal it is printed as usual.
        sys.excepthook = lambda _, error, __: log.critical("program failed", **trace(error))
        threading.excepthook = _mourn


def _mourn(thread: threading.ExceptHookArgs) -> None:
    log.error("thread failed", **(trace(thread.exc_value) if thread.exc_value else {}))


class Discreet(logging.Handler):
    """Passes on what libraries log: the words of their authors, without the values put in."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        words = str(record.msg).partition("\n")[0]
        log.log(record.levelno, words, logger=record.name, **(trace(error) if error else {}))


def trace(error: BaseException) -> dict[str, str]:
    """What may be logged of an error: its type and its places in our code.

    Never its message, which may quote what a member wrote.
    """
    return {"error": type(error).__name__, "places": "".join(format_tb(error.__traceback__))}
