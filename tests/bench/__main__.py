"""`python3 dev.py bench`: what exactly-once costs, measured in one run."""

import argparse
import signal
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from bot.settings import Mode
from tests.bench import wording
from tests.bench.bench import Bench, Plan
from tests.bench.report import save, show, surroundings
from tests.bench.servers import guarded

ENGINES = ("sqlite", "postgres")
MODES: tuple[Mode, ...] = ("plain", "secure")
ACTIONS = ("help", "answer", "vote", "standings")
GROWTH = "growth"


def main() -> int:
    """Run what the command line asks for; 1 when anything was not answered as it should be."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    options = arguments().parse_args()
    console = Console(width=124, highlight=False)
    console.print(*(f"{name} {value}" for name, value in surroundings(options.seed).items()))
    with TemporaryDirectory(prefix="sibian-", dir="/var/tmp") as folder:
        bench = Bench(plan(options), Path(folder), partial(console.print, style="dim"))
        try:
            with guarded('rm -rf "$1"', folder):
                bench.run()
        except KeyboardInterrupt:
            return 130
        finally:
            # What was measured is told, whatever has become of the rest.
            show(bench.compared, bench.grown, console)
            if options.json:
                save(options.json, bench.compared, bench.grown, options.seed)
    return 1 if any(one.errors for one in (*bench.compared, *bench.grown)) else 0


def plan(options: argparse.Namespace) -> Plan:
    """What the options stand for."""
    usual = ACTIONS[:3] if options.quick else (*ACTIONS, GROWTH)
    chosen = options.only or usual
    return Plan(
        engines=[options.engine] if options.engine else ENGINES[: 1 if options.quick else 2],
        modes=MODES[:1] if options.quick else MODES,
        actions=[action for action in ACTIONS if action in chosen],
        growth=GROWTH in chosen,
        rounds=3 if options.quick else 5,
        seconds=0.6,
        seed=options.seed,
    )


def arguments() -> argparse.ArgumentParser:
    """The options of the command."""
    parser = argparse.ArgumentParser(prog="dev.py bench", description=wording.ABOUT)
    parser.add_argument("--quick", action="store_true", help=wording.QUICK)
    parser.add_argument(
        "--only", nargs="+", choices=(*ACTIONS, GROWTH), metavar="NAME", help=wording.ONLY
    )
    parser.add_argument("--engine", choices=ENGINES, help=wording.ENGINE)
    parser.add_argument("--json", type=Path, metavar="FILE", help=wording.JSON)
    parser.add_argument("--seed", type=int, default=1, metavar="N", help=wording.SEED)
    return parser


if __name__ == "__main__":
    sys.exit(main())
