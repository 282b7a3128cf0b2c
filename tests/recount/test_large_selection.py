"""A selection as large as it gets: voted by chat and page, killed on the way, sealed, counted anew.

`pytest -s -m deep tests/recount/test_large_selection.py` prints what it measured.
"""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from threading import Thread
from urllib.parse import urlencode
from zipfile import ZipFile

import pytest
from pydantic import SecretStr
from sqlalchemy import create_engine, func, insert, select, update

from bot.conversation.state import Idle, dump
from bot.domain.identity import member_key
from bot.domain.invariants.rule import Survey
from bot.domain.invariants.votes import RULES
from bot.domain.votes import LATE
from bot.h5.signing_in import COOKIE
from bot.settings import Settings
from bot.simulator.account import Account
from bot.storage.database import Sessions, database_clock
from bot.storage.schema import upgrade
from bot.storage.tables import BallotVisit, Member, Outcome, Person, Round, RoundSlot, Vote
from bot.worker import HEARTBEAT
from quiz_bank import load_shipped
from tests.bench.campaign import ROUND, UNITS, lay_out
from tests.bench.client import LOST, drive
from tests.bench.scripts import MOTTOS, Line, Part, render
from tests.builders import SECRET, chained
from tests.journeys.conftest import settings_for
from tests.ports import free_port
from tests.processes import eventually
from tests.service import environment_of
from tests.stores import CrashSafePostgres, Valkey, started

pytestmark = [pytest.mark.slow, pytest.mark.deep, pytest.mark.postgres]

ROOT = Path(__file__).parents[2]
A_DAY = 4
"""Votes of a member."""
TOGETHER = 500
"""Members whose votes are sealed for their way, and sent, in one go; what is on its way for long is
refused as a replay.
"""
CONNECTIONS = 24
BUSY = "正在忙"
"""Said where more comes than can be done; then nothing was."""


@dataclass(frozen=True)
class Size:
    """How many members there are, and how many votes they give."""

    members: int
    votes: int


@dataclass(frozen=True)
class Sheet:
    """A member's votes on the page, sent by one press of a button."""

    openid: str
    numbers: tuple[int, ...]

    @property
    def visit(self) -> str:
        """The secret in the cookie of the member's browser."""
        return f"visit-of-{self.openid}"

    def request(self) -> bytes:
        """The form as a browser sends it."""
        key = sha256(f"form:{self.visit}".encode()).hexdigest()
        fields = [("key", key), ("sheet", self.openid), *(("number", n) for n in self.numbers)]
        body = urlencode(fields)
        head = (
            "POST /h/vote/send HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Cookie: {COOKIE}={self.visit}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return (head + body).encode()


SMALL, WHOLE = Size(60, 200), Size(63_400, 200_000)


class House:
    """The service and its worker, which can be killed and started again."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self._settings, self._folder = settings, folder
        self.port = settings.port
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        self._running = [self._run("serve"), self._run("worker")]
        eventually(self._listens, within=300)

    def kill(self) -> None:
        """End everything at once, as a power cut would."""
        for program in self._running:
            with suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)
            program.wait()

    def _run(self, word: str) -> subprocess.Popen[bytes]:
        ours = {key: value for key, value in os.environ.items() if not key.startswith("BOT_")}
        with (self._folder / f"{word}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "bot", word],
                cwd=ROOT,
                env={**ours, **environment_of(self._settings)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
            )

    def _listens(self) -> bool:
        with suppress(OSError):
            drive(self.port, [[b"GET /healthz/live HTTP/1.1\r\nHost: x\r\n\r\n"]], 1)
            return True
        return False


@contextmanager
def running(settings: Settings, folder: Path) -> Iterator[House]:
    house = House(settings, folder)
    try:
        house.start()
        yield house
    finally:
        house.kill()


class Electorate:
    """Everybody who may vote, and what they vote for: some entries are liked better by far."""

    def __init__(self, size: Size) -> None:
        self._random, self._size = Random(7), size
        self._liked = [1 / (place + 3) for place in range(MOTTOS)]

    def enter(self, sessions: Sessions) -> None:
        """All of them follow the account and belong to a unit."""
        now = datetime.now(UTC)
        openids = [openid_of(number) for number in range(self._size.members)]
        keys = [member_key(SECRET, openid) for openid in openids]
        people = [
            {"member_key": key, "openid": openid, "following": True, "followed_at": now}
            for key, openid in zip(keys, openids, strict=True)
        ]
        members = [
            {
                "member_key": key, "first_seen_at": now, "state": dump(Idle()), "state_at": now,
                "unit_id": 1 + number % UNITS,
            }
            for number, key in enumerate(keys)
        ]  # fmt: skip
        # The whole run takes longer than half an hour on a slow machine: not to run out on the way.
        visits = [
            {
                "member_key": key, "issued_at": now + timedelta(hours=12),
                "token_hash": sha256(Sheet(openid, ()).visit.encode()).digest(),
            }
            for number, (openid, key) in enumerate(zip(openids, keys, strict=True))
            if on_the_page(number)
        ]  # fmt: skip
        with sessions.begin() as session:
            session.execute(insert(Person), people)
            session.execute(insert(Member), members)
            session.execute(insert(BallotVisit), visits)

    def parts(self) -> list[Part | Sheet]:
        """What each does: as many votes as they have among them, by chat or on the page."""
        each, more = divmod(self._size.votes, self._size.members)
        return [
            self._part(number, self._choice(each + (number < more)))
            for number in range(self._size.members)
        ]

    def _part(self, number: int, chosen: tuple[int, ...]) -> Part | Sheet:
        if on_the_page(number):
            return Sheet(openid_of(number), chosen)
        lines = (Line(f"投{entry}号", f"✔ 已投给{entry}号") for entry in chosen)
        return Part(openid_of(number), tuple(lines))

    def _choice(self, count: int) -> tuple[int, ...]:
        chosen: set[int] = set()
        while len(chosen) < count:
            chosen.add(1001 + self._random.choices(range(MOTTOS), self._liked)[0])
        return tuple(chosen)


def openid_of(number: int) -> str:
    return f"oLarge{number:022}"


def on_the_page(number: int) -> bool:
    """Whether this member votes on the page; the others do by chat."""
    return number % 2 == 1


class Post:
    """Delivers what members say and send, and once more when no answer came."""

    def __init__(self, house: House, account: Account) -> None:
        self._house, self._account = house, account
        self.counted = Counter[int]()
        """The votes that were said to count, by number."""
        self.again = 0
        """How many requests had to be delivered once more."""

    def deliver(self, parts: Sequence[Part | Sheet], disaster: Thread | None = None) -> None:
        """Deliver all; the house falls down meanwhile, and is up again when the disaster ends."""
        chains = [
            [part.request()] if isinstance(part, Sheet) else render(self._account, part)
            for part in parts
        ]
        if disaster is not None:
            disaster.start()
            self._lose(chains)
            disaster.join()
        busy: list[tuple[Line | Sheet, bytes]] = []
        replies = drive(self._house.port, chains, CONNECTIONS).replies
        for part, chain, heard in zip(parts, chains, replies, strict=True):
            said = [part] if isinstance(part, Sheet) else part.lines
            for one, request, response in zip(said, chain, heard, strict=True):
                assert isinstance(one, Line | Sheet)
                if not self._note(one, response):
                    busy.append((one, request))
        self._deliver_later(busy)

    def _deliver_later(self, busy: list[tuple[Line | Sheet, bytes]]) -> None:
        """Deliver what found no room once more, as often as it takes."""
        while busy:
            time.sleep(1)
            self.again += len(busy)
            replies = drive(self._house.port, [[request] for _, request in busy], 2).replies
            heard = zip(busy, replies, strict=True)
            busy = [one for one, (response,) in heard if not self._note(one[0], response)]

    def _lose(self, chains: Sequence[Sequence[bytes]]) -> None:
        with suppress(OSError):
            drive(self._house.port, chains, CONNECTIONS)
        self.again += sum(map(len, chains))

    def _note(self, said: Line | Sheet, response: bytes) -> bool:
        """Whether it counts; if not, nothing was done, since the machine had too much to do."""
        assert response != LOST, said
        if isinstance(said, Sheet):
            page = response.decode()
            if page.startswith("HTTP/1.1 5"):
                return False
            # A sheet stands as a whole or not at all.
            assert f"投好了{len(said.numbers)}票" in page or "没有重复投" in page, (said, page)
            self.counted.update(said.numbers)
            return True
        reply = self._account.open_reply(response.partition(b"\r\n\r\n")[2]).text
        if reply.startswith(BUSY):
            return False
        assert reply.startswith(said.expects), (said, reply)
        self.counted[int(said.words[1:-1])] += 1
        return True


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[tuple[CrashSafePostgres, Valkey]]:
    with started(CrashSafePostgres) as server, started(Valkey) as valkey:
        yield server, valkey


@pytest.mark.parametrize("size", [SMALL, WHOLE], ids=str)
def test_a_stranger_counts_to_the_digit_what_a_city_voted_though_everything_was_killed(
    stores: tuple[CrashSafePostgres, Valkey], tmp_path: Path, size: Size
) -> None:
    server, valkey = stores
    url, spent = server.fresh_url(), Stopwatch()
    settings = settings_for(url).model_copy(
        update={
            "redis_url": SecretStr(valkey.url), "data_dir": tmp_path / "data", "workers": 2,
            "port": free_port(),
        }
    )  # fmt: skip
    # Not the product's own, which has no patience for so many rows at once.
    engine = create_engine(url, pool_pre_ping=True)
    upgrade(engine)
    sessions = chained(engine)
    with sessions.begin() as session:
        lay_out(session, load_shipped(), datetime.now(UTC))
        session.add(RoundSlot(round_id=ROUND, slot=A_DAY))
    electorate = Electorate(size)
    electorate.enter(sessions)
    parts = electorate.parts()
    spent("laid out", f"{size.members:,} members, {size.votes:,} votes to give")

    def everything_dies() -> None:
        time.sleep(0.15 if size is SMALL else 3.0)
        house.kill()
        server.stop()
        valkey.restart()
        server.run()
        house.start()

    with running(settings, tmp_path) as house:
        post = Post(house, Account.of(settings))
        middle = len(parts) // (2 * TOGETHER) * TOGETHER
        for begin in range(0, len(parts), TOGETHER):
            disaster = Thread(target=everything_dies) if begin == middle else None
            post.deliver(parts[begin : begin + TOGETHER], disaster)
        took = spent("voted", f"{size.votes:,} votes; {post.again:,} delivered again after the end")
        print(f"{size.votes / took:,.0f} votes a second")  # noqa: T201
        watch_the_worker(sessions, settings.data_dir, close(sessions))
    spent("closed", "until the pack was there")

    assert post.counted.total() == size.votes
    assert post.counted == published(settings.data_dir, tmp_path / "pack")
    with sessions() as session:
        rows = session.execute(select(Vote.motto_id, func.count()).group_by(Vote.motto_id))
        assert {1000 + id_: count for id_, count in rows} == dict(post.counted)
        assert session.scalar(select(Outcome.ballots)) == size.votes
        survey = Survey(session, database_clock(session), SECRET)
        assert [found for rule in RULES if (found := rule.check(survey))] == []
    spent("recounted", "by the program in the pack, and by every rule of ours")
    engine.dispose()


def close(sessions: Sessions) -> datetime:
    """Let voting have ended a while ago, so that the seal is due in a second; when that is."""
    with sessions.begin() as session:
        due = database_clock(session) + timedelta(seconds=1)
        session.execute(update(Round).values(closes_at=due - LATE))
    return due


def watch_the_worker(sessions: Sessions, folder: Path, due: datetime) -> None:
    """Wait for the seal and the pack; say how long both took and how long all else waited."""
    gap, beat = timedelta(0), datetime.now(UTC)
    sealed: datetime | None = None
    while not list((folder / "recount").glob("*.zip")):
        now = datetime.now(UTC)
        assert now < due + timedelta(minutes=5)
        with suppress(OSError):
            beat = datetime.fromtimestamp((folder / HEARTBEAT).stat().st_mtime, UTC)
        gap = max(gap, now - beat)
        if sealed is None:
            with sessions() as session:
                found = session.scalar(select(Round.sealed_at))
            sealed = now if found else None
        time.sleep(0.05)
    assert sealed is not None
    packed = datetime.now(UTC)
    for what, seconds in (
        ("sealed after the last moment for a vote", (sealed - due).total_seconds()),
        ("packed after the seal", (packed - sealed).total_seconds()),
        ("the longest time between two beats of the worker", gap.total_seconds()),
    ):
        print(f"{what}: {seconds:.1f} s")  # noqa: T201


def published(data_dir: Path, folder: Path) -> dict[int, int]:
    """What the pack says was voted, once the program in it has counted it again."""
    (file,) = (data_dir / "recount").glob("*.zip")
    with ZipFile(file) as archive:
        archive.extractall(folder)
    command = [sys.executable, "-I", "-X", "utf8", "recount.py"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    print(run.stdout.strip())  # noqa: T201
    lines = (folder / "result.csv").read_text("utf-8-sig").splitlines()[1:]
    counts = [line.split(",") for line in lines]
    return {int(number): int(votes) for _, number, votes, *_ in counts if int(votes)}


class Stopwatch:
    """Prints how long each part took."""

    def __init__(self) -> None:
        self._since = time.perf_counter()

    def __call__(self, part: str, what: str) -> float:
        took = time.perf_counter() - self._since
        self._since = time.perf_counter()
        print(f"{part}: {took:.1f} s ({what})")  # noqa: T201
        return took
