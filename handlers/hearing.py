"""Speech: what was heard is repeated before the answer to it, so that a wrong ear shows."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import wraps

from bot.conversation.message import Message
from bot.conversation.reply import Text
from bot.conversation.router import Step
from bot.conversation.state import State
from bot.domain.services import Services
from handlers import reading, wording

Play = Callable[[Message, State, Services], Step]

_CARE = re.compile(f"{wording.DANGER}|{wording.GRIEF}|{wording.COMPLAINT}")


def repeating(play: Play) -> Play:
    """The same play, whose replies to spoken words begin with these words."""

    @wraps(play)
    def repeat(message: Message, state: State, services: Services) -> Step:
        step = play(message, state, services)
        if not message.spoken or not isinstance(step.reply, Text) or _keeps_quiet(message.text):
            return step
        said = message.raw.strip(wording.SPOKEN_END + " ")
        return replace(step, reply=wording.heard(said) + step.reply)

    return repeat


def _keeps_quiet(words: str) -> bool:
    """Grief and anger are not echoed, nor a telephone number."""
    return bool(_CARE.fullmatch(words)) or reading.holds_private_number(words)
