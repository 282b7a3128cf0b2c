"""`python -m bot` is the same as `bot`."""

from bot.commands import main

main()
