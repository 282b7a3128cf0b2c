"""What both imports from a shell share: a file is read, reported on, and comes in or does not."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Generic

import click

from bot.reports import CLEAN, FAULTY, UNREADABLE, content_of, print_table, reading_bar, told
from bot.unit_files import wording
from bot.unit_files.table import Held, Said
from quiz_bank.formats.found import Note, Unreadable


@dataclass(frozen=True)
class Bringing(ABC, Generic[Said]):
    """One file on its way in, all or nothing."""

    file: Path

    def rehearse(self) -> int:
        """Report on the file alone; the exit code."""
        held = self._read()
        if held is None:
            return UNREADABLE
        if not held.errors:
            self._check_alone(held)
        self._report(held)
        click.echo(wording.REHEARSED)
        return FAULTY if held.errors else CLEAN

    @abstractmethod
    def _held_by(self, content: bytes) -> Held[Said]:
        """What such a file holds. Raises Unreadable."""

    @abstractmethod
    def _counted(self, name: str, count: int) -> str:
        """The sentence that says how much was read."""

    def _check_alone(self, held: Held[Said]) -> None:
        """Add what can be told of a sound file without the register."""

    def _read(self) -> Held[Said] | None:
        """What the file holds; None, and the reason told, if it can't be read at all."""
        try:
            with reading_bar():
                return self._held_by(content_of(self.file))
        except Unreadable as trouble:
            click.echo(told(self.file, Note(trouble.place, trouble.message)), err=True)
            return None

    def _report(self, held: Held[Said]) -> None:
        click.echo(self._counted(self.file.name, len(held.rows)))
        print_table(wording.NOTICES, held.notices)
        print_table(wording.FAULTS.format(count=len(held.errors)), held.errors)
