"""The recount pack: all that a stranger needs to count a sealed round again without us.

pack      the file: rules, ballots, result, a sheet that counts, sums, and a program
program   the program in it, which shares no code with ours (`program.txt`)
wording   what stands in it for people
"""

from bot.recount.pack import made, pack

__all__ = ["made", "pack"]
