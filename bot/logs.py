"""How the program logs: one line of JSON an event in production, plain text at a terminal."""

import logging
import sys
from traceback import format_tb

import structlog


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


def trace(error: BaseException) -> dict[str, str]:
    """What may be logged of an error: its type and its places in our code.

    Never its message, which may quote what a member wrote.
    """
    return {"error": type(error).__name__, "places": "".join(format_tb(error.__traceback__))}
