"""`python3 dev.py bench`: measures what exactly-once costs, in one run and interleaved rounds."""

import argparse
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from bot.settings import Mode
from bot.simulator.account import Account
from quiz_bank import load_shipped
from tests.bench.report import Figures, Setting, figures, save, show, surroundings
from tests.bench.rounds import Round, Stage
from tests.bench.scripts import Script, Scripts
from tests.bench.servers import serving
from tests.bench.subjects import Empty, Ours, Subject, Yardstick
from tests.stores import DurablePostgres, Valkey, started

ENGINES = ("sqlite", "postgres")
MODES: tuple[Mode, ...] = ("plain", "secure")
ACTIONS = ("help", "answer", "vote", "standings")
PEOPLE = 2_000
"""Members who took part before, at each subject."""
SECRET = "a secret of at least thirty-two letters"
SETTINGS = {
    "BOT_ENV": "development",
    "BOT_SECRET_KEY": SECRET,
    "BOT_WECHAT_TOKEN": "benchtoken",
    "BOT_WECHAT_APP_ID": "wxbench0000000000",
    "BOT_WECHAT_AES_KEY": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
    "BOT_WECHAT_ACCOUNT": "gh_bench",
    "BOT_WORKERS": "2",
}


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    engines: Sequence[str]
    modes: Sequence[Mode]
    actions: Sequence[str]
    rounds: int
    seconds: float
    """How long a round takes, about."""
    seed: int


Runs = dict[tuple[str, str], tuple[Stage, Script]]
"""Who plays which script, by the names of action and subject."""


class Bench:
    """Runs a plan."""

    def __init__(self, plan: Plan, folder: Path, console: Console) -> None:
        self._plan, self._folder, self._console = plan, folder, console
        self._bank = load_shipped()
        self._scripts = Scripts(plan.seed, self._bank)
        self.figures: list[Figures] = []

    def run(self) -> None:
        """Measure everything in the plan."""
        for engine in self._plan.engines:
            with self._subjects(engine) as subjects:
                self._say(f"{engine}: {PEOPLE:,} people take part")
                for subject in subjects:
                    subject.set_up(self._bank, PEOPLE)
                for mode in self._plan.modes:
                    self._measure(engine, mode, subjects)

    @contextmanager
    def _subjects(self, engine: str) -> Iterator[list[Subject]]:
        with ExitStack() as stack:
            redis = stack.enter_context(started(Valkey)).url
            if engine == "postgres":
                cluster = stack.enter_context(started(DurablePostgres))
                urls = [cluster.fresh_url(), cluster.fresh_url()]
            else:
                urls = [f"sqlite:///{self._folder / name}.db" for name in ("ours", "yardstick")]
            yield [Empty(), Yardstick(urls[1], redis), Ours(urls[0], redis, SECRET)]

    def _measure(self, engine: str, mode: str, subjects: list[Subject]) -> None:
        with ExitStack() as stack:
            stages = [stack.enter_context(self._stage(subject, mode)) for subject in subjects]
            runs = self._runs(stages)
            self._say(f"{engine}, {mode}: warming up")
            members = {name: self._warm_up(*run) for name, run in runs.items()}
            rounds: dict[tuple[str, str], list[Round]] = {name: [] for name in runs}
            for number in range(1, self._plan.rounds + 1):
                for name, (stage, script) in runs.items():
                    self._say(f"{engine}, {mode}, {number}/{self._plan.rounds}: {' '.join(name)}")
                    rounds[name].append(stage.play(script(members[name])))
            for (action, subject), played in rounds.items():
                memory = runs[action, subject][0].server.memory() / 1e6
                self._note(Setting(engine, mode, action, subject), played, memory)

    @contextmanager
    def _stage(self, subject: Subject, mode: Mode) -> Iterator[Stage]:
        settings = {**SETTINGS, **subject.settings, "BOT_WECHAT_MODE": mode}
        account = Account(
            token=settings["BOT_WECHAT_TOKEN"],
            app_id=settings["BOT_WECHAT_APP_ID"],
            aes_key=settings["BOT_WECHAT_AES_KEY"],
            account_id=settings["BOT_WECHAT_ACCOUNT"],
            mode=mode,
        )
        with serving(subject.app, settings, self._folder / f"{subject.name}.log") as server:
            yield Stage(subject, server, account)

    def _runs(self, stages: list[Stage]) -> Runs:
        scripts: dict[str, Script] = {
            "help": self._scripts.help,
            "answer": self._scripts.answer,
            "vote": self._scripts.vote,
            "standings": self._scripts.standings,
        }
        empty, *bots = stages
        runs: Runs = {("any", empty.subject.name): (empty, scripts["help"])}
        for action in self._plan.actions:
            for stage in bots:
                runs[action, stage.subject.name] = stage, scripts[action]
        return runs

    def _warm_up(self, stage: Stage, script: Script) -> int:
        """Play until every thread has its connections; how many members make a round."""
        stage.play(script(100))
        played = stage.play(script(100))
        lines = played.requests / 100
        return max(100, int(played.rate * self._plan.seconds / lines))

    def _note(self, setting: Setting, rounds: list[Round], memory: float) -> None:
        self.figures.append(figures(setting, rounds, memory))
        for flaw, times in sum((one.flaws for one in rounds), Counter[str]()).items():
            self._console.print(f"[red]{setting.subject} {setting.action}: {times} × {flaw}")

    def _say(self, words: str) -> None:
        self._console.print(f"[dim]{words}")


def main() -> int:
    """Run what the command line asks for; 1 when anything was not answered right."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    options = arguments().parse_args()
    console = Console(width=130, highlight=False)
    plan = Plan(
        engines=[options.engine] if options.engine else ["sqlite"] if options.quick else ENGINES,
        modes=MODES[:1] if options.quick else MODES,
        actions=options.only or (ACTIONS[:3] if options.quick else ACTIONS),
        rounds=3 if options.quick else 5,
        seconds=1.0,
        seed=options.seed,
    )
    console.print(surroundings())
    with tempfile.TemporaryDirectory(prefix="sibian-bench-", dir="/var/tmp") as folder:
        bench = Bench(plan, Path(folder), console)
        bench.run()
    show(bench.figures, console)
    if options.json:
        save(options.json, bench.figures, options.seed)
    return 1 if any(one.errors for one in bench.figures) else 0


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dev.py bench")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", nargs="+", choices=ACTIONS, metavar="NAME")
    parser.add_argument("--engine", choices=ENGINES)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--seed", type=int, default=1)
    return parser


if __name__ == "__main__":
    sys.exit(main())
