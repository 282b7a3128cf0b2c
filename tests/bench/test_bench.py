"""The bench counts what is lost, wrong or not kept; a figure without that is worth nothing."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy import func, select

from bot.simulator.account import Account
from bot.storage.tables import Answer, Attempt, Delivery, Member, Person, Score, Vote
from quiz_bank import Bank, load_shipped
from tests.bench.__main__ import arguments, main, plan
from tests.bench.bench import Bench
from tests.bench.client import drive
from tests.bench.report import Setting, figures, show
from tests.bench.scripts import Line, Part, Scripts
from tests.bench.servers import Server
from tests.bench.stage import SECRET, Round, Run, Stage, staged
from tests.bench.subjects import Empty, Ours, Subject, Yardstick

pytestmark = pytest.mark.slow

ACCOUNT = Account("benchtoken", "wxbench0000000000", "", "gh_bench", "plain")
ANSWERED = "✔ 答对了，是B。"
PEOPLE = 30
CHAT = ("help", "answer", "vote", "standings")

Play = Callable[["Bot"], str | None]
"""What a small bot does with a push: what it says, or None when it hangs up."""


@pytest.fixture(scope="module")
def bank() -> Bank:
    return load_shipped()


class Bot:
    """A subject of a few lines, served from a thread of this process."""

    name = "bot"
    program = ()

    def __init__(self, play: Play) -> None:
        self.play, self.kept = play, 0
        self.settings: dict[str, str] = {}
        self.heard: list[bytes] = []

    def set_up(self, bank: Bank, people: int) -> None:
        """It needs nothing."""

    def prepare(self, parts: Sequence[Part]) -> None:
        """It knows everybody."""

    def rows(self) -> Counter[str]:
        return Counter(answer=self.kept)


class Here(Server):
    """A server in this process."""

    def __init__(self, port: int) -> None:
        self.port = port

    def cpu(self) -> float:
        return time.process_time()


@contextmanager
def listening(bot: Bot) -> Iterator[int]:
    """The port at which the bot is served."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            bot.heard.append(self.rfile.read(int(self.headers["Content-Length"])))
            said = bot.play(bot)
            if said is None:
                self.close_connection = True
                return
            body = reply(said)
            self.send_response(200 if said else 500)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def reply(words: str) -> bytes:
    return (
        "<xml><ToUserName>o</ToUserName><FromUserName>gh_bench</FromUserName>"
        f"<CreateTime>1</CreateTime><MsgType>text</MsgType><Content>{words}</Content></xml>"
    ).encode()


def played(play: Play, parts: Sequence[Part]) -> Round:
    bot = Bot(play)
    with listening(bot) as port:
        return Stage(bot, Here(port), ACCOUNT, 4, Path()).play(parts)


def answers(members: int) -> list[Part]:
    line = Line("B", "^✔ 答对了", adds="answer")
    return [Part(f"o{number}", (line, line)) for number in range(members)]


def keep(bot: Bot) -> str:
    bot.kept += 1
    return ANSWERED


def keep_twice_once(bot: Bot) -> str:
    bot.kept += 1 if bot.kept else 2
    return ANSWERED


def forget_once(bot: Bot) -> str:
    bot.kept += len(bot.heard) > 1
    return ANSWERED


def be_busy_once(bot: Bot) -> str:
    return keep(bot) if len(bot.heard) > 1 else "正在忙，请过一分钟再发一次。"


def hang_up_once(bot: Bot) -> str | None:
    return keep(bot) if len(bot.heard) > 1 else None


def fail_once(bot: Bot) -> str:
    return keep(bot) if len(bot.heard) > 1 else ""


def test_a_bot_that_keeps_and_answers_everything_has_no_flaws() -> None:
    round_ = played(keep, answers(10))

    assert (round_.requests, round_.flaws) == (20, Counter())
    assert 0 < round_.p50 <= round_.p99
    assert round_.rate > 0
    assert round_.cpu > 0


@pytest.mark.parametrize(
    ("play", "flaw"),
    [
        (be_busy_once, "wrong words: 正在忙，请过…"),
        (fail_once, "status 500"),
        (hang_up_once, "lost"),
        (forget_once, "rows answer -1"),
        (keep_twice_once, "rows answer +1"),
    ],
)
def test_what_goes_wrong_once_is_found(play: Play, flaw: str) -> None:
    # One after the other, so that the first is the first on every machine.
    assert played(play, answers(1)).flaws == Counter({flaw: 1})


def test_a_server_that_says_nothing_more_loses_what_is_out_and_what_was_to_come(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tests.bench.client.PATIENCE", 0.2)
    released = threading.Event()

    def fall_silent(_: Bot) -> str:
        released.wait(10)
        return ANSWERED

    bot = Bot(fall_silent)
    with listening(bot) as port:
        flaws = Stage(bot, Here(port), ACCOUNT, 2, Path()).play(answers(3)).flaws
        released.set()

    assert flaws == Counter({"lost": 6})


def test_a_member_waits_for_the_answer_before_saying_the_next_thing() -> None:
    bot = Bot(keep)
    chains = [[request(f"{name}{step}") for step in range(5)] for name in "abcdefgh"]

    with listening(bot) as port:
        drive(port, chains, connections=3)

    for name in "abcdefgh":
        steps = [body[-1:] for body in bot.heard if body.startswith(name.encode())]
        assert steps == [b"0", b"1", b"2", b"3", b"4"]


def request(body: str) -> bytes:
    return f"POST / HTTP/1.1\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


def test_the_same_seed_writes_the_same_script(bank: Bank) -> None:
    assert Scripts(7, bank).answer(5) == Scripts(7, bank).answer(5)
    assert Scripts(7, bank).vote(5) != Scripts(8, bank).vote(5)


def test_every_member_of_a_script_is_new(bank: Bank) -> None:
    scripts = Scripts(1, bank)

    members = [part.openid for _ in range(2) for part in scripts.standings(20)]

    assert len(set(members)) == 40


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_the_crowd_fills_every_table(
    engine: str, bank: Bank, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = f"sqlite:///{tmp_path / 'crowd.db'}"
    if engine == "postgres":
        url = request.getfixturevalue("fresh_postgres_url")

    ours = Ours(url, "redis://nobody", SECRET)
    ours.set_up(bank, PEOPLE)

    with ours._sessions() as session:
        for table in (Person, Member, Attempt, Answer, Score, Vote, Delivery):
            assert session.scalar(select(func.count()).select_from(table)) == PEOPLE
    ours._engine.dispose()


@pytest.mark.deep
@pytest.mark.slow
@pytest.mark.postgres
def test_a_crowd_may_be_large(bank: Bank, fresh_postgres_url: str) -> None:
    ours = Ours(fresh_postgres_url, "redis://nobody", SECRET)

    ours.set_up(bank, 300_000)

    with ours._sessions() as session:
        assert session.scalar(select(func.count()).select_from(Answer)) == 300_000
    ours._engine.dispose()


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "actions"), [(Yardstick, CHAT), (Ours, (*CHAT, "page"))])
def test_each_bot_does_everything_right_when_measured(
    kind: type[Yardstick | Ours], actions: Sequence[str], bank: Bank, tmp_path: Path, valkey: str
) -> None:
    subject = bot_of(kind, f"sqlite:///{tmp_path / 'bench.db'}", valkey)
    subject.set_up(bank, PEOPLE)
    scripts = Scripts(1, bank)

    with staged(subject, "secure", tmp_path, 4) as stage:
        for action in actions:
            run = Run(stage, action, getattr(scripts, action), seconds=0, members=10)
            run.play()
            assert run.rounds[0].flaws == Counter()
        assert stage.server.memory() > 0
        assert stage.server.cpu() > 0


def bot_of(kind: type[Yardstick | Ours], url: str, redis_url: str) -> Subject:
    return Ours(url, redis_url, SECRET) if kind is Ours else Yardstick(url, redis_url)


@pytest.mark.slow
def test_the_empty_view_says_its_word(bank: Bank, tmp_path: Path) -> None:
    with staged(Empty(), "plain", tmp_path, 4) as stage:
        assert stage.play(Scripts(1, bank).help(10)).flaws == Counter()


def test_the_table_sets_the_figures_in_relation() -> None:
    shown = StringIO()
    all_figures = [
        figures(Setting("sqlite, plain", action, subject), [a_round(rate)], memory=10**8)
        for action, subject, rate in [
            ("help", "empty", 8000.0), ("vote", "yardstick", 1000.0), ("vote", "ours", 2000.0),
        ]
    ]  # fmt: skip

    show(all_figures, [], Console(file=shown, width=124))

    line = next(line for line in shown.getvalue().splitlines() if "ours" in line)
    assert line.split()[2:5] == ["2,000", "0.25", "2.00"]


def test_what_was_measured_is_told_though_the_rest_breaks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def breaks(bench: Bench) -> None:
        setting = Setting("sqlite, plain", "vote", "ours")
        bench.compared.append(figures(setting, [a_round(4321.0)], memory=10**8))
        raise OverflowError

    monkeypatch.setattr(Bench, "run", breaks)
    monkeypatch.setattr("sys.argv", ["bench"])
    monkeypatch.setattr("signal.signal", lambda *_: None)

    with pytest.raises(OverflowError):
        main()

    assert "4,321" in capsys.readouterr().out


def a_round(rate: float) -> Round:
    return Round(100, rate, 1.0, 2.0, 300.0, 0.1, Counter())


def test_a_quick_run_is_short_and_an_engine_can_be_chosen() -> None:
    quick = plan(arguments().parse_args(["--quick", "--engine", "postgres"]))

    assert quick.engines == ["postgres"]
    assert quick.modes == ("plain",)
    assert not quick.growth


def test_only_what_is_named_is_measured() -> None:
    chosen = plan(arguments().parse_args(["--only", "vote", "growth"]))

    assert chosen.actions == ["vote"]
    assert chosen.growth
