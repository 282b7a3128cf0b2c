"""`python -m bot` is the same as `bot`."""

from bot.loading import loading

with loading():
    from bot.commands import main

main()
