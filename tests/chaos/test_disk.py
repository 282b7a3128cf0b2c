"""A disk that is full: nothing is confirmed but what is kept, and all is well with room again."""

import asyncio
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import create_engine, text

from bot.simulator.account import Account
from bot.simulator.pushes import Follower
from bot.storage.database import open_engine
from tests.apart import run_apart
from tests.chaos.campaign import Campaign, lay_out
from tests.chaos.history import Said
from tests.chaos.oracle import Violation, judge
from tests.chaos.site import Site, site
from tests.chaos.storm import gathered
from tests.chaos.watch import read_page
from tests.chaos.wechat import WeChat
from tests.stores import Valkey

pytestmark = [pytest.mark.chaos, pytest.mark.slow, pytest.mark.deep]

SIZE = 8 * 1024 * 1024
SPARE = 16 * 1024
"""What is left when the disk is filled: less than a few turns need."""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder with eight megabytes in all."""
    if os.geteuid() != 0:
        pytest.skip("a disk can only be made full by root")
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this machine does not let us mount a tmpfs")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


async def vote(site: Site, wechat: WeChat, campaign: Campaign, members: range) -> list[Said]:
    """Have these members vote, all at once."""

    async def one(member: int) -> Said:
        words = f"投{campaign.numbers[member % len(campaign.numbers)]}号"
        follower = Follower(site.settings.wechat_account, f"o-{member:06}")
        return await wechat.deliver(follower.text(words, int(time.time())), words)

    return list(await asyncio.gather(*(one(member) for member in members)))


def fill(folder: Path) -> Path:
    """Leave next to nothing free."""
    ballast = folder / "ballast"
    free = os.statvfs(folder)
    ballast.write_bytes(bytes(max(0, free.f_bavail * free.f_frsize - SPARE)))
    return ballast


def test_a_full_disk_loses_nothing_and_heals_without_a_restart(
    small_disk: Path, own_valkey: Valkey, tmp_path: Path, seed: int
) -> None:
    url = f"sqlite:///{small_disk / 'sibian.db'}"
    engine = open_engine(url)
    campaign = lay_out(engine)
    engine.dispose()

    async def run() -> tuple[list[Said], list[Said], list[Said], list[int], list[Violation]]:
        async with site(url, None, own_valkey, tmp_path, kept=False) as found:
            wechat = WeChat(Account.of(found.settings), found.hosts, Random(seed))
            before = await vote(found, wechat, campaign, range(20))
            masters = [host.pid for host in found.hosts]
            ballast = fill(small_disk)
            during = await vote(found, wechat, campaign, range(20, 32))
            pages = [(await read_page(host.port, "/h/wall"))[0] for host in found.hosts]
            ballast.unlink()
            after = await vote(found, wechat, campaign, range(40, 60))
            assert [host.pid for host in found.hosts] == masters
            evidence = await gathered(found, wechat.history)
            evidence.most_unanswered = 1.0
            return before, during, after, pages, judge(evidence)

    before, during, after, pages, violations = run_apart(run())

    assert all("已投给" in said.answer for said in before)
    assert any("已投给" not in said.answer for said in during), "the disk was not full"
    assert pages == [200, 200]
    assert all("已投给" in said.answer for said in after)
    assert not violations
    with create_engine(url).connect() as connection:
        assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
