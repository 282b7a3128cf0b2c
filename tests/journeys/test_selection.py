"""A selection to its end: voted by chat and on the page, sealed, counted again by a stranger.

As large as a city, and with everything killed on the way, it is played in the long run
(tests/recount/test_large_selection.py).
"""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select

from bot.domain.entries import MottoState, number_of
from bot.domain.tally import Board
from bot.domain.votes import LATE
from bot.recount.packer import Packer
from bot.simulator.answers import PageLink
from bot.storage.memory import Memory
from bot.storage.tables import Motto, Round, Vote
from bot.worker import Chores
from tests.journeys.conftest import Talker, World
from tests.recount.test_pack import recounted, unpacked

pytestmark = pytest.mark.slow

HIDDEN = re.compile(r'name="(key|sheet)" value="([^"]+)"')


def sheet_of(member: Talker, numbers: Sequence[int]) -> dict[str, object]:
    """The form with which the member's browser sends these votes."""
    answer = member.says("网页投票")
    (link,) = [part for part in answer.parts if isinstance(part, PageLink)]
    token = urlsplit(link.address).query.removeprefix("t=")
    client = member.world.client
    assert client.post("/h/vote/open", data={"t": token}).status_code == 303
    asked = {"number": list(numbers), "confirm": "1"}
    confirm = client.post("/h/vote/choose", data=asked).text
    return {**dict(HIDDEN.findall(confirm)), "number": list(numbers)}


def counted(world: World) -> Counter[int]:
    """The votes that stand, by number."""
    with world.sessions() as session:
        rows = session.execute(select(Vote.motto_id, func.count()).group_by(Vote.motto_id))
        return Counter({number_of(id_): count for id_, count in rows})


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_what_chat_and_page_were_told_counts_is_what_the_pack_alone_comes_to(
    world: World, store_url: str, tmp_path: Path
) -> None:
    approved = select(Motto.id).where(Motto.state == MottoState.APPROVED)
    numbers = [number_of(id_) for id_ in world.rows(approved.order_by(Motto.id))][:5]
    told = counted(world)
    chores = Chores(world.sessions, lambda _: world.now(), Board(Memory("")))
    for nth in range(3):
        member, chosen = world.member(f"o-chat{nth}"), numbers[nth]
        push = member.push(f"投{chosen}号")
        first = member.sends(push).text
        # Before the answer is there the process ends: WeChat sends it again to another.
        world.start_anew()
        assert member.sends(push).text == first
        assert first.startswith(f"✔ 已投给{chosen}号")
        told[chosen] += 1
        both = [numbers[nth], numbers[nth + 1]]
        form = sheet_of(world.member(f"o-page{nth}"), both)
        assert "投好了2票" in world.client.post("/h/vote/send", data=form).text
        assert "没有重复投" in world.client.post("/h/vote/send", data=form).text
        told.update(both)
        chores.chain()

    closes_at = world.row(select(Round.closes_at))
    world.ahead += closes_at + LATE - world.now()
    chores.seal()
    packer = Packer(world.sessions, lambda _: world.now(), store_url, tmp_path)
    packer.look()
    assert packer.thread is not None
    packer.thread.join()

    (file,) = tmp_path.rglob("*.zip")
    folder = unpacked(file, tmp_path / "pack")
    run = recounted(folder)
    assert run.returncode == 0, run.stdout + run.stderr
    lines = (folder / "result.csv").read_text("utf-8-sig").split()[1:]
    published = {int(line.split(",")[1]): int(line.split(",")[2]) for line in lines}
    assert {number: votes for number, votes in published.items() if votes} == told
    assert told == counted(world)
