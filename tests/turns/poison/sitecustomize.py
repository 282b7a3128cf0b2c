"""A handler that kills its own process, for every Python that is told to look into this folder.

Python loads a module of this name by itself. So a test can poison a real `bot serve`, however
that starts its processes, and nothing in the service needs to know of it.
"""

import os
import signal
from pathlib import Path

import handlers
from bot.conversation.message import Message
from bot.conversation.router import Step
from bot.conversation.state import State
from bot.domain.services import Services

_sound = handlers.play
_poison = os.environ["POISON"]
_victims = Path(os.environ["POISON_VICTIMS"])


def _play(message: Message, state: State, services: Services) -> Step:
    if message.raw.startswith(_poison):
        with _victims.open("a") as victims:
            victims.write(f"{message.raw}\n")
        os.kill(os.getpid(), signal.SIGKILL)
    return _sound(message, state, services)


handlers.play = _play
