"""Belonging to a unit: found by a few characters or by its code, joined after consent."""

from bot.conversation.message import Message
from bot.conversation.reply import fits, join
from bot.conversation.router import Instead, Router, Step
from bot.conversation.state import FindingUnit, Idle, Naming, PickingUnit, State, Telling
from bot.domain.services import Services
from bot.domain.units import UnitCard
from handlers import reading, wording
from handlers.vote import cast_wished

CONSENT = "2026-11"
"""The version of the notice in wording.py that members agree to: a change there is a new one."""
AT_ONCE = 5
"""Units in one list, at most."""
UNIT = "unit"
"""The topic of a ticket: a unit that we lack."""

router = Router()


# ------------------------------------------------------------ which unit


@router.keyword(*wording.JOIN)
def begin(message: Message, _state: State, services: Services) -> Step:
    """Say what we keep and why, and ask for a part of the unit's name."""
    services.members.ensure_may_move(message.member)
    unit = services.members.profile(message.member).unit
    ask = wording.joining_anew(unit) if unit else wording.joining_begins()
    return Step(ask, FindingUnit())


@router.keyword(*wording.UNIT_IS_RIGHT)
def take_scanned(message: Message, _state: State, services: Services) -> Step | Instead:
    """The unit of the code is the member's own."""
    profile = services.members.profile(message.member)
    if profile.scanned is None:
        return Instead(wording.JOIN[0])
    services.members.ensure_may_move(message.member)
    return Step(wording.unit_confirmed(profile.scanned), Naming(profile.scanned.id))


@router.during(FindingUnit | PickingUnit, wording.NOT_LISTED)
def ask_for_full_name(_message: Message, _state: State, _services: Services) -> Step:
    """We lack the unit: a colleague will look into it."""
    return Step(wording.unit_in_full(), Telling(UNIT))


@router.during(FindingUnit, wording.AGREED)
def ask_for_unit(_message: Message, state: FindingUnit, _services: Services) -> Step:
    """同意 to the notice, which asked for more than that."""
    return Step(wording.unit_words_please(), state)


@router.awaited(FindingUnit | PickingUnit)
def find(message: Message, _state: State, services: Services) -> Step:
    """Look for a unit by the characters sent."""
    # A name in the register may have capitals, which the folded words have not.
    # What was spoken may be written otherwise: 心安 is heard as 新安 is.
    ways = (
        reading.unit_words(message.text), message.raw.strip(), reading.first_part(message.text),
        message.sound,
    )  # fmt: skip
    found = services.units.find(*ways, limit=AT_ONCE + 1)
    if not found:
        return Step(wording.no_unit_found(message.raw.strip()), FindingUnit())
    if len(found) == 1:
        return _ask_name(found[0], picked=False)
    return _list(found[:AT_ONCE], more=len(found) > AT_ONCE)


def _list(units: list[UnitCard], more: bool) -> Step:
    """The units, fewer where their names are so long that the last would lose their taps."""
    reply = wording.units_found(units, more)
    if len(units) > 1 and not fits(reply):
        return _list(units[:-1], more=True)
    return Step(reply, PickingUnit(tuple(unit.id for unit in units)))


@router.tap(wording.UNIT_TAP)
@router.during(PickingUnit, wording.NTH)
def pick(message: Message, state: State, services: Services) -> Step:
    """Take the unit at this place of the list."""
    if not isinstance(state, PickingUnit):
        return begin(message, state, services)
    place = reading.number(message.group("place"))
    listed = [card for unit in state.units if (card := services.units.card(unit))]
    if place > len(listed):
        return Step(join([wording.no_such_line(), wording.units_found(listed, False)]), state)
    return _ask_name(listed[place - 1], picked=True)


def _ask_name(unit: UnitCard, picked: bool) -> Step:
    return Step(wording.name_please(unit, picked), Naming(unit.id))


# ------------------------------------------------------------ the name


@router.during(Naming, wording.NAMELESS)
def join_nameless(message: Message, state: Naming, services: Services) -> Step:
    """The member belongs to the unit and gives no name."""
    return _join(message, state, None, services)


@router.during(Naming, wording.AGREED)
@router.during(Naming, wording.NOT_LISTED)
def ask_for_name(_message: Message, state: Naming, _services: Services) -> Step:
    """Neither 同意 nor 没有 is a name."""
    return Step(wording.name_again(), state)


@router.during(Naming, wording.NAME_TAP)
@router.awaited(Naming)
def join_by_name(message: Message, state: Naming, services: Services) -> Step:
    """Take the name, if it can be one."""
    name = reading.name(message.raw)
    if name is None:
        return Step(wording.name_again(), state)
    if not reading.is_named(message.raw, name):
        return Step(wording.is_this_your_name(name), state)
    return _join(message, state, name, services)


def _join(message: Message, state: Naming, name: str | None, services: Services) -> Step:
    if (unit := services.units.card(state.unit)) is None:
        return begin(message, state, services)
    # The notice was read and answered: nothing about the person is stored before this.
    services.members.consent(message.member, CONSENT)
    services.members.join(message.member, unit.id, name)
    latest = services.quiz.latest(message.member)
    joined = wording.joined(unit, name, len(latest.answers) if latest else 0)
    return Step(cast_wished(joined, message, services), Idle())
