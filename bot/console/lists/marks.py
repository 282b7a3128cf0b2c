"""An entry as the desk shows it: what is listed in it marked, and beside it what it quotes."""

from dataclasses import dataclass

from flask import g

from bot.domain.screening.quotations import Quotations, Quoted
from bot.domain.screening.screen import Screen, Screened
from bot.domain.services import Transaction


@dataclass(frozen=True)
class Marked:
    """What is known of some words."""

    screened: Screened
    quoted: Quoted | None


class Marker:
    """Marks what a page shows, by the lists of this moment."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def mark(self, words: str) -> Marked:
        """The words with what is listed in them and what they quote."""
        screen, quotations = self._lists()
        return Marked(screen.look(words), quotations.compare(words))

    def _lists(self) -> tuple[Screen, Quotations]:
        """The lists, asked for once for a page, and only by pages that show entries."""
        if "lists" not in g:
            with self._transaction(read_only=True) as services:
                g.lists = services.word_list.screen(), services.quotation_list.quotations()
        lists: tuple[Screen, Quotations] = g.lists
        return lists
