"""Sentences that are plainly about one thing: they lead where its own word leads."""

import re

from bot.conversation.message import Message
from bot.conversation.router import Instead, Router
from bot.conversation.state import State
from bot.domain.services import Services
from handlers import wording

router = Router()

_GIST = [(re.compile(pattern), words) for pattern, words in wording.GIST]


def _gist(text: str) -> str | None:
    return next((words for pattern, words in _GIST if pattern.fullmatch(text)), None)


@router.guess(lambda message, _: _gist(message.text) is not None)
def lead_there(message: Message, _state: State, _services: Services) -> Instead:
    """Show what the sentence is about. It is a guess: nothing that counts comes of it."""
    words = _gist(message.text)
    assert words, "it fits"
    return Instead(words)
