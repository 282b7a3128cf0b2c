"""The whole measurement: engine by engine, mode by mode, in interleaved rounds."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.settings import Mode
from quiz_bank import load_shipped
from tests.bench.report import Figures, Setting, figures
from tests.bench.scripts import Script, Scripts
from tests.bench.stage import SECRET, Run, Stage, staged
from tests.bench.subjects import Empty, Ours, Subject, Yardstick
from tests.stores import DurablePostgres, Valkey, started

PEOPLE = 2_000
"""Members who took part before, at the yardstick and at ours."""
FEW, MANY = 1_000, 1_000_000
"""Members, and so rows in each table, between which the growth of cost is measured."""
CONNECTIONS, CALM = 32, 8
"""Under load; and where a cost is to be seen rather than a queue."""
LAST_LINES = 3
"""Of the server's log, shown when something went wrong."""
GROWING = ("answer", "vote", "standings", "page")


@dataclass(frozen=True)
class Plan:
    """What is measured, and how thoroughly."""

    engines: Sequence[str]
    modes: Sequence[Mode]
    actions: Sequence[str]
    growth: bool
    rounds: int
    seconds: float
    """How long a round takes, about."""
    seed: int


@dataclass(frozen=True)
class Stores:
    """Running stores: a Redis, and databases as many as asked for."""

    redis_url: str
    fresh_url: Callable[[], str]


class Bench:
    """Carries out a plan; `compared` and `grown` fill while it does."""

    def __init__(self, plan: Plan, folder: Path, say: Callable[[str], None]) -> None:
        self._plan, self._folder, self._say = plan, folder, say
        self._bank = load_shipped()
        self._scripts = Scripts(plan.seed, self._bank)
        self.compared: list[Figures] = []
        self.grown: list[Figures] = []

    def run(self) -> None:
        """Measure everything."""
        for engine in self._plan.engines:
            with self._stores(engine) as stores:
                if self._plan.actions:
                    self._compare(engine, stores)
                if self._plan.growth:
                    self._grow(engine, stores)

    def _compare(self, engine: str, stores: Stores) -> None:
        """The three side by side, in each mode."""
        yardstick = Yardstick(stores.fresh_url(), stores.redis_url)
        ours = Ours(stores.fresh_url(), stores.redis_url, SECRET)
        for subject in (yardstick, ours):
            self._set_up(subject, engine, PEOPLE)
        for mode in self._plan.modes:
            with self._stages([Empty(), yardstick, ours], mode, CONNECTIONS) as (empty, *bots):
                runs = [self._run(empty, "any")]
                runs += [self._run(bot, action) for action in self._plan.actions for bot in bots]
                self.compared += self._play(f"{engine}, {mode}", runs)

    def _grow(self, engine: str, stores: Stores) -> None:
        """Ours beside itself, with a thousand times as many rows."""
        sizes = {
            size: Ours(stores.fresh_url(), stores.redis_url, SECRET, f"{size:,} rows")
            for size in (FEW, MANY)
        }
        for size, subject in sizes.items():
            self._set_up(subject, engine, size)
        with self._stages(list(sizes.values()), "plain", CALM) as stages:
            runs = [self._run(stage, action) for action in GROWING for stage in stages]
            self.grown += self._play(f"{engine}, growth", runs)

    def _set_up(self, subject: Subject, engine: str, people: int) -> None:
        self._say(f"{engine}: {subject.name}, {people:,} people take part")
        subject.set_up(self._bank, people)

    def _run(self, stage: Stage, action: str) -> Run:
        scripts: dict[str, Script] = {
            "any": self._scripts.help,
            "help": self._scripts.help,
            "answer": self._scripts.answer,
            "vote": self._scripts.vote,
            "standings": self._scripts.standings,
            "page": self._scripts.page,
        }
        return Run(stage, action, scripts[action], self._plan.seconds)

    def _play(self, where: str, runs: list[Run]) -> list[Figures]:
        """All runs in turn, round after round: what disturbs the machine disturbs them alike."""
        for run in runs:
            self._say(f"{where}: {run.stage.subject.name} {run.action} warms up")
            run.warm_up()
        for number in range(1, self._plan.rounds + 1):
            self._say(f"{where}: round {number} of {self._plan.rounds}")
            for run in runs:
                run.play()
        return [self._figures(where, run) for run in runs]

    def _figures(self, where: str, run: Run) -> Figures:
        setting = Setting(where, run.action, run.stage.subject.name)
        flaws = sum((one.flaws for one in run.rounds), Counter[str]())
        for flaw, times in flaws.items():
            self._say(f"✗ {where}: {setting.subject} {setting.action}: {times} × {flaw}")
        if flaws:
            last = run.stage.log.read_text(errors="replace").splitlines()[-LAST_LINES:]
            self._say("\n".join(f"  {line[:200]}" for line in last))
        return figures(setting, run.rounds, run.stage.server.memory())

    @contextmanager
    def _stages(
        self, subjects: Sequence[Subject], mode: Mode, connections: int
    ) -> Iterator[list[Stage]]:
        with ExitStack() as stack:
            yield [
                stack.enter_context(staged(subject, mode, self._folder, connections))
                for subject in subjects
            ]

    @contextmanager
    def _stores(self, engine: str) -> Iterator[Stores]:
        with ExitStack() as stack:
            redis_url = stack.enter_context(started(Valkey)).url
            if engine == "postgres":
                yield Stores(redis_url, stack.enter_context(started(DurablePostgres)).fresh_url)
            else:
                yield Stores(redis_url, self._fresh_file)

    def _fresh_file(self) -> str:
        number = len(list(self._folder.glob("*.db")))
        # Made now, so that the next one gets another name.
        (self._folder / f"{number}.db").touch()
        return f"sqlite:///{self._folder / f'{number}.db'}"
