"""What the bot talks about, one topic to a module, in the order they are tried.

The tier of a route comes first (see bot/conversation/router.py); within one tier the
topics stand in this order, and `fallback` answers whatever is left.
"""

from bot.conversation.router import Conversation
from handlers import (
    appeal,
    care,
    certificate,
    contests,
    draw,
    fallback,
    gist,
    joining,
    keepsake,
    media,
    mistakes,
    motto,
    my_data,
    own_motto,
    practice,
    quiz,
    ranking,
    several,
    vote,
    welcome,
)
from handlers.hearing import repeating
from handlers.moderating import piles

TOPICS = (
    welcome, media, care, my_data, gist, contests, several, mistakes, practice, quiz, vote,
    keepsake, draw, certificate, motto, own_motto, appeal, joining, ranking, piles, fallback,
)  # fmt: skip

conversation = Conversation(topic.router for topic in TOPICS)
play = repeating(conversation.play)
"""Play one message: (message, state, services) -> Step."""
