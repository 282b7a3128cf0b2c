"""What we keep about a member: to see it, take it along, put it right, and have it erased."""

from bot.conversation.message import Message
from bot.conversation.router import Instead, Router, Step
from bot.conversation.state import Confirming, Idle, Renaming, State, is_unseen
from bot.domain.services import Services
from handlers import reading, wording
from handlers.vote import cast_wished

ERASE = "erase"
"""What `Confirming` asks about: everything, for good."""

router = Router()


# ------------------------------------------------------------ to see it, and take it along


@router.keyword(*wording.MY_DATA)
def my_data(message: Message, _state: State, services: Services) -> Step:
    """Show members what we keep about them."""
    return Step(wording.my_data(services.dossiers.summary(message.member)), Idle())


@router.keyword(*wording.TAKE_MY_DATA)
def take_along(message: Message, _state: State, services: Services) -> Step:
    """A link behind which all of it stands; it opens once."""
    return Step(wording.data_link(services.passes.issue(message.member)), Idle())


# ------------------------------------------------------------ to put it right


@router.keyword(*wording.RENAME)
def ask_for_name(message: Message, _state: State, services: Services) -> Step | Instead:
    """A name belongs to a unit: who has joined none begins there."""
    profile = services.members.profile(message.member)
    if profile.unit is None:
        return Instead(wording.JOIN[0])
    if profile.name is None:
        services.members.ensure_may_name(message.member)
    return Step(wording.new_name_please(profile.name), Renaming())


@router.during(Renaming, wording.NAMELESS)
def take_name_out(message: Message, _state: Renaming, services: Services) -> Step:
    """The member wants no name kept."""
    services.members.rename(message.member, None)
    return Step(wording.renamed(None), Idle())


@router.during(Renaming, wording.AGREED)
def ask_again_for_name(_message: Message, state: Renaming, _services: Services) -> Step:
    """好的 is no name."""
    return Step(wording.name_again(), state)


@router.pattern(wording.NAME_TAP)
def name_out_of_place(_message: Message, _state: State, _services: Services) -> Instead:
    """A name that nobody asked for: what is kept, and how to change it."""
    return Instead(wording.MY_DATA[0])


@router.during(Renaming, wording.NAME_TAP)
@router.awaited(Renaming)
def rename(message: Message, state: Renaming, services: Services) -> Step:
    """Take the name, if it can be one."""
    if (name := reading.name(message.raw)) is None:
        return Step(wording.name_again(), state)
    if not reading.is_named(message.raw, name):
        return Step(wording.is_this_your_name(name), state)
    services.members.rename(message.member, name)
    return Step(cast_wished(wording.renamed(name), message, services), Idle())


# ------------------------------------------------------------ to have it erased


@router.anytime(*wording.ERASE)
@router.keyword(*wording.ERASE_MAYBE)
def ask_to_erase(_message: Message, _state: State, _services: Services) -> Step:
    """Say what will be gone, and which words do it."""
    return Step(wording.erasure_asked(), Confirming(ERASE))


@router.anytime(wording.ERASE_FOR_SURE)
def erase(message: Message, state: State, services: Services) -> Step:
    """The words in full, typed, right after they were asked for: only they erase."""
    if state != Confirming(ERASE) or is_unseen(state, message.sent_at):
        return ask_to_erase(message, state, services)
    if message.spoken:
        return not_erased(message, state, services)
    return Step(wording.erased(services.erasure.erase(message.member)), Idle())


@router.during(Confirming, wording.KEEP_MY_DATA, act=ERASE)
def keep(_message: Message, _state: Confirming, _services: Services) -> Step:
    """The member thought better of it."""
    return Step(wording.nothing_erased(), Idle())


@router.during(Confirming, wording.HALF_SURE, act=ERASE)
@router.guess(lambda _, state: state == Confirming(ERASE))
def not_erased(_message: Message, state: State, _services: Services) -> Step:
    """Anything that is not the words in full erases nothing."""
    return Step(wording.erase_in_full(), state)
