"""Becomes `bot serve` with another application in the seat of ours.

`python -m tests.bench.seat APP`, where APP is a module with a `create_app`. So whatever server
`bot serve` is, and whichever settings it has, all that is measured here runs in it.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

from flask import Flask
from sqlalchemy import create_engine


def _create_app(*_: Any, **__: Any) -> Flask:
    app: Flask = import_module(sys.argv[1]).create_app()
    # Closed by the server when all is over.
    app.extensions["engine"] = create_engine("sqlite://")
    return app


# Not only when this is the program: a worker may begin by importing it anew.
sys.modules["bot.app"] = seat = ModuleType("bot.app")
seat.create_app = _create_app  # type: ignore[attr-defined]

if __name__ == "__main__":
    from bot.commands import main

    main(["serve"])
