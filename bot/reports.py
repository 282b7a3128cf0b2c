"""What imports from a shell share: how a file is taken, and how its faults are shown."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Column, Table
from rich.text import Text

from bot import wording
from quiz_bank import wording as items
from quiz_bank.formats.found import Note, Unreadable
from quiz_bank.formats.recognition import LARGEST_MB

CLEAN, FAULTY, UNREADABLE = 0, 1, 2
"""What the program says to whoever called it."""
MOST_ROWS = 200
"""Rows of a table on the screen."""


def content_of(file: Path) -> bytes:
    """The bytes of the file, but never much more than we would read. Raises Unreadable."""
    try:
        with file.open("rb") as opened:
            return opened.read(LARGEST_MB * 2**20 + 1)
    except FileNotFoundError as error:
        raise Unreadable(items.MISSING_FILE) from error
    except OSError as error:
        raise Unreadable(items.UNREADABLE) from error


@contextmanager
def reading_bar() -> Iterator[Callable[[int, int], None]]:
    """Shows a person at a terminal how far the reading has got."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(wording.READING_FILE, total=None)
        yield lambda done, total: bar.update(
            task, description=wording.CHECKING, completed=done, total=total
        )


def told(file: Path, note: Note) -> str:
    """A note on one line, with the name of the file."""
    return items.PROBLEM.format(file=file.name, place=note.place, message=note.message)


def print_table(title: str, notes: Sequence[Note]) -> None:
    """Show the notes under their title; nothing where there are none."""
    if not notes:
        return
    click.echo(title)
    # Folded, not cut: the end of a line says how to mend it.
    columns = [Column(name, overflow="fold") for name in (wording.PLACE, wording.REASON)]
    table = Table(*columns, show_lines=True)
    for note in notes[:MOST_ROWS]:
        # Text, so that [brackets] of the file are no markup.
        table.add_row(Text(note.place), Text(note.message))
    Console(file=sys.stdout).print(table)
    if len(notes) > MOST_ROWS:
        click.echo(wording.MORE_ROWS.format(count=len(notes) - MOST_ROWS))
