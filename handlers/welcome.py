"""First words, the menu, and help: whoever comes or is at a loss finds a way on."""

from bot.conversation.message import Kind, Message
from bot.conversation.reply import Silence, join
from bot.conversation.router import Instead, Router, Step
from bot.conversation.state import Asked, Free, Idle, MenuShown, State, Telling, on_show
from bot.domain.services import Services
from bot.domain.units import UnitCard
from handlers import reading, wording
from handlers.asking import then_ask

router = Router()


# ------------------------------------------------------------ coming and going


@router.push(Kind.FOLLOW)
def follow(message: Message, _state: State, services: Services) -> Step:
    """Greet a new follower, or one who comes back."""
    returns = services.members.followed(message.member)
    scanned = _remember_scan(message, services)
    joined = services.members.belongs(message.member)
    return Step(wording.welcome(scanned, returns, joined), MenuShown())


@router.push(Kind.UNFOLLOW)
def leave(message: Message, _state: State, services: Services) -> Step:
    """Nobody is there to be answered, and nothing is deleted."""
    services.members.left(message.member)
    return Step(Silence(), Idle())


@router.push(Kind.SCAN)
def scan(message: Message, _state: State, services: Services) -> Step:
    """A follower scanned a code again."""
    own = services.members.profile(message.member).unit
    scanned = _remember_scan(message, services)
    if scanned and own:
        return Step(wording.other_unit(own, scanned), Idle())
    if scanned:
        return Step(join([wording.is_this_your_unit(scanned), wording.go_on()]), MenuShown())
    if own and services.units.by_code(message.raw) == own:
        return Step(join([wording.same_unit(own), wording.go_on()]), Idle())
    return Step(wording.menu(), MenuShown())


def _remember_scan(message: Message, services: Services) -> UnitCard | None:
    """The unit of the code, unless the member belongs to it already."""
    unit = services.units.by_code(message.raw)
    if unit is None or unit == services.members.profile(message.member).unit:
        return None
    services.members.scanned(message.member, unit.id)
    return unit


@router.during(MenuShown, wording.SURE)
def confirm_unit(message: Message, _state: MenuShown, services: Services) -> Step | Instead:
    """对 to the question whether the code's unit is one's own."""
    if services.members.profile(message.member).scanned:
        return Instead(wording.UNIT_IS_RIGHT[0])
    return Step(wording.leave_taken(), Idle())


@router.during(MenuShown, wording.NOT_THAT)
def deny_unit(message: Message, _state: MenuShown, services: Services) -> Step | Instead:
    """不是 to the same question."""
    if services.members.profile(message.member).scanned:
        return Instead(wording.JOIN[0])
    return Step(wording.leave_taken(), Idle())


# ------------------------------------------------------------ the menu, and help


@router.push(Kind.CLICK)
def click(message: Message, _state: State, _services: Services) -> Instead:
    """A key of the account's menu stands for words; one that we do not know, for help."""
    return Instead(wording.MENU_KEYS.get(message.raw, wording.HELP[1]))


@router.listed(Free, wording.NTH)
def pick(message: Message, _state: State, _services: Services) -> Instead:
    """A bare number is a line of the menu."""
    place = reading.number(message.group("place"))
    lines = wording.MENU
    return Instead(lines[place - 1] if place <= len(lines) else wording.HELP[1])


@router.anytime(*wording.HELP, asks=True)
def show_help(message: Message, state: State, services: Services) -> Step:
    """The menu; or, while a question is on show, how to answer it."""
    if isinstance(state, Asked):
        return then_ask(wording.help_in_quiz(), message, state, services)
    # Who stands nowhere picks from the menu as well, so that nothing need be remembered.
    return Step(wording.menu(), state if isinstance(state, Idle) else MenuShown())


@router.keyword(*wording.CONTACT)
def contact(_message: Message, _state: State, _services: Services) -> Step:
    """The member wants a person: ask for one sentence."""
    return Step(wording.tell_us(), Telling())


@router.keyword(*wording.LECTURES)
@router.pattern(wording.LECTURE_ORDER)
def lectures(_message: Message, _state: State, _services: Services) -> Step:
    """There is no timetable yet."""
    return Step(wording.lectures_later(), Idle())


@router.keyword(*wording.LARGER)
def enlarge(message: Message, state: State, services: Services) -> Step:
    """Our pages grow from now on; the letters of the chat are WeChat's own."""
    services.members.prefer(message.member, larger=True)
    return Step(wording.larger_letters(), on_show(state))


@router.keyword(*wording.SMALLER)
def shrink(message: Message, state: State, services: Services) -> Step:
    """The usual letters again."""
    services.members.prefer(message.member, larger=False)
    return Step(wording.smaller_letters(), on_show(state))
