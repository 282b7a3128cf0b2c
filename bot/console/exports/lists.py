"""What stands in each list. Names are masked, whatever their members sign with elsewhere."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.console import wording as words
from bot.console.accounts import wording as words_of_accounts
from bot.console.draws import wording as words_of_draws
from bot.console.exports import wording
from bot.console.lists import wording as words_of_lists
from bot.console.sheets import Cell, Sheet
from bot.domain.entries import MottoCard
from bot.domain.identity import mask
from bot.domain.moderation import Reason
from bot.domain.results import Wanted
from bot.domain.screening.screen import Category
from bot.domain.services import Services
from bot.domain.tickets import TicketCard
from bot.domain.unit_board import Turnout
from bot.domain.units import UnitCard

MOST = 50_000
"""Rows of one file: a spreadsheet still opens it."""

Row = tuple[Cell, ...]
_Rows = Callable[[Services, int], Iterator[Row]]


@dataclass(frozen=True)
class Activity:
    """The contest, the round or the draw that a list is about."""

    id: int
    title: str


def activity(name: str, services: Services, number: int | None) -> Activity | None:
    """The activity of this number that the list of this name may be about; None for another."""
    held: list[Activity] = []
    if name in OF_CONTESTS:
        held = [Activity(one.id, one.title) for one in services.item_analysis.contests()]
    elif name in OF_ROUNDS:
        held = [Activity(one.id, one.plan.title) for one in services.planning.rounds()]
    elif name in OF_DRAWS:
        held = [Activity(one.id, one.plan.title) for one in services.draws.all()]
    return next((one for one in held if one.id == number), None)


def sheet_of(
    name: str, services: Services, of: Activity | None, *, full_names: bool = False
) -> Sheet:
    """The list of this name as it is now; empty where it needs an activity and has none.

    `full_names` is for accounts alone.
    """
    rows: Iterable[Row] = ()
    if name == "people":
        rows = _people(services, full_names)
    elif name in OF_NONE:
        rows = OF_NONE[name](services)
    elif of:
        rows = _ROWS[name](services, of.id)
    return Sheet(wording.LISTS[name], wording.COLUMNS[name], [*rows])


def _days(services: Services, contest: int) -> Iterator[Row]:
    for day in services.diaries.of(contest).days:
        yield (
            wording.day(day.day), day.people, day.joined, day.answers, day.right, day.mottos,
            day.votes,
        )  # fmt: skip


def _units(services: Services, contest: int) -> Iterator[Row]:
    for unit in services.result_files.read(Wanted(contest)).units():
        rate = None
        if unit.headcount:
            rate = Turnout(min(unit.participants, unit.headcount), unit.headcount).percent
        yield unit.parent, unit.name, unit.rank, unit.headcount, unit.participants, rate


def _votes(services: Services, round_id: int) -> Iterator[Row]:
    for line in services.tally.poll(1, round_id, MOST).lines:
        card = line.card
        yield (
            line.rank, line.votes, card.number, card.words, mask(card.signed), _unit(card.unit),
            words.STATES[card.state],
        )  # fmt: skip


def _entries(services: Services, round_id: int) -> Iterator[Row]:
    for card in services.mottos.all_of_round(round_id, MOST):
        yield (
            card.number, card.words, words.STATES[card.state], _why(card), mask(card.signed),
            _unit(card.unit), wording.moment(card.submitted_at), wording.moment(card.decided_at),
            card.appeal,
        )  # fmt: skip


def _letters(services: Services) -> Iterator[Row]:
    names = services.staff.names()
    for card in services.tickets.waiting(MOST):
        yield *_letter(card), None, None, None
    for done in services.tickets.handled(MOST):
        by = words.who_is(done.by, names)
        yield *_letter(done.card), wording.moment(done.at), by, done.answer


def _tickets(services: Services, draw: int) -> Iterator[Row]:
    for ticket in services.draws.tickets(draw):
        stands, _ = words_of_draws.situation(ticket)
        yield ticket.place, ticket.code, ticket.name, ticket.unit, stands


def _listed(services: Services) -> Iterator[Row]:
    for one in services.word_list.all():
        weight = None if one.category is Category.FINE else words_of_lists.WEIGHTS[one.first]
        yield one.word, words_of_lists.CATEGORIES[one.category], weight


def _people(services: Services, full_names: bool) -> Iterator[Row]:
    for one in services.colleagues.all():
        name = one.colleague.name if full_names else mask(one.colleague.name)
        stands, _ = words_of_accounts.standing(one, services.now)
        yield (
            name, words.ROLES[one.colleague.role], one.unit, stands,
            wording.moment(one.created_at), wording.moment(one.seen_at),
        )  # fmt: skip


def _letter(card: TicketCard) -> Row:
    # The domain gives the name as strangers may read it.
    arrived = wording.moment(card.created_at)
    return words.topic(card.topic), card.words, card.name, _unit(card.unit), arrived


def _why(card: MottoCard) -> str | None:
    return words.REASONS[Reason(card.reason)] if card.reason else None


def _unit(unit: UnitCard | None) -> str | None:
    return unit.full_name if unit else None


OF_CONTESTS: Mapping[str, _Rows] = {"days": _days, "units": _units}
OF_ROUNDS: Mapping[str, _Rows] = {"votes": _votes, "entries": _entries}
OF_DRAWS: Mapping[str, _Rows] = {"draw": _tickets}
OF_NONE: Mapping[str, Callable[[Services], Iterator[Row]]] = {
    "letters": _letters,
    "listed": _listed,
}
"""The lists that are about no activity, but for that of the accounts."""
_ROWS = {**OF_CONTESTS, **OF_ROUNDS, **OF_DRAWS}
