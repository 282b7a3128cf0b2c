"""The recount pack: all that a stranger needs to count a sealed round again without us.

pack      the file: rules, ballots, result, a sheet that counts, sums, and a program
packer    makes the packs, in the worker and beside its other duties
program   the program in it, which shares no code with ours (`program.txt`)
judged    what is in it when judges have judged, with a program of its own (`judged.txt`, or
          `paired.txt` where they compared two at a time)
tables    how its tables are written
wording   what stands in it for people
"""

from bot.recount.judged import judged
from bot.recount.pack import Count, made, pack

__all__ = ["Count", "judged", "made", "pack"]
