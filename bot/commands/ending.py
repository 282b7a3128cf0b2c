"""How a command ends that could not do what it was asked for."""

import sys
from typing import NoReturn

import click


def fail(message: str, code: int = 1) -> NoReturn:
    """Say why, with the next step, and end the program."""
    click.echo(message, err=True)
    sys.exit(code)
