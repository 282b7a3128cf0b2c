"""The console's tables of units: how many took part; a secretary sees the own unit and below."""

from flask import Blueprint, Response, g, request
from werkzeug.exceptions import NotFound

from bot.console.pages import page
from bot.domain.roles import Role
from bot.domain.services import Services, Transaction


class UnitTables:
    """Participation by unit, from the top or from the unit of whoever asks."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def hang(self, room: Blueprint) -> None:
        """Give the page its address."""
        room.add_url_rule("/units", "units", self.units)

    def units(self) -> Response:
        """A unit and those under it; one that is not there, and one of others, are alike."""
        asked = request.args.get("unit", type=int)
        with self._transaction(read_only=True) as services:
            root = _root()
            unit = root if asked is None else asked
            if unit is not None and not _may_see(services, unit, root):
                raise NotFound
            summary = services.turnout.summary(unit) if unit is not None else None
            return page(
                "units",
                unit=unit,
                summary=summary,
                above=None if unit == root or summary is None else summary.parent,
                is_root=unit == root,
                table=services.turnout.table(unit),
                letters=services.tickets.backlog().waiting if g.colleague.may_look else 0,
            )


def _root() -> int | None:
    """Where the tree begins for whoever asks; a secretary without a unit sees none."""
    if g.colleague.role is not Role.SECRETARY:
        return None
    return g.colleague.unit_id or 0


def _may_see(services: Services, unit: int, root: int | None) -> bool:
    """Asked alike for a unit of others and for none, so that the time tells nothing either."""
    if root is not None:
        return services.turnout.is_within(unit, root)
    try:
        services.turnout.summary(unit)
    except KeyError:
        return False
    return True
