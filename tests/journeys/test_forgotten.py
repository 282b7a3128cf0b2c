"""I23: whoever says 「确定删除」 is found nowhere any more, and what was counted stays counted.

Every column of every table is searched, every line of the log, the figures, the pages, a backup,
and on SQLite the very bytes of the file.
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import generate_latest
from sqlalchemy import func, make_url, select, text

from bot.backup import back_up
from bot.domain.entries import number_of
from bot.domain.identity import CAMPAIGN_ZONE
from bot.domain.moderation import Reason
from bot.domain.purge import Purge, tasks
from bot.domain.questions import Shelf
from bot.domain.roster import Listed, Roster
from bot.domain.services import Services, open_services
from bot.storage.patient import open_survey
from bot.storage.tables import Base, Contest, Motto, Round, Staff, Vote
from quiz_bank import Kind
from tests.builders import NOON
from tests.journeys.conftest import Talker, World

pytestmark = pytest.mark.slow

OPENID, NAME = "oCANARY9e1dForgotten", "欧阳金雀"
CANARIES = re.compile(rf"{OPENID}|金雀|\\u91d1\\u96c0|%E9%87%91%E9%9B%80", re.IGNORECASE)
"""What must not be found, also escaped as in JSON or in an address."""
HELD = {
    "person", "member", "roster_name", "motto", "ticket", "notice", "audit", "delivery",
}  # fmt: skip
"""Tables in which the openid or the name stands before: the search is able to find them."""

_ANSWERS = {Kind.SINGLE: "A", Kind.MULTIPLE: "AB", Kind.JUDGE: "对"}


def test_in_the_middle_of_a_campaign(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    member = a_whole_life(world)
    before = counted(world)

    receipt = goes(member)

    found_nowhere(world, tmp_path, "".join(capsys.readouterr()))
    assert counted(world).votes == before.votes
    assert receipt.startswith("✔ 已删除。凭证：D-")


def test_after_the_campaign_has_ended(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    member = a_whole_life(world)
    everything_ends(world)
    before = counted(world)
    assert before.result

    goes(member)

    found_nowhere(world, tmp_path, "".join(capsys.readouterr()))
    assert counted(world) == before


# ------------------------------------------------------------ a life, and its end


def a_whole_life(world: World) -> Talker:
    """Somebody follows, joins, answers, practises, votes, posts, complains, and is answered."""
    with world.sessions.begin() as session:
        session.add(
            Staff(id=1, name="李审核", password_hash="x", role="moderator", created_at=NOON)
        )
        people = [Listed("CD-XA", NAME), Listed("CD-XA", "王五")]
        Roster(session, world.now()).bring_in(people, "system")
    member = world.member(OPENID)
    member.follows("CD-XA")
    for words in ("单位对", NAME, "答题"):
        member.says(words)
    for _ in range(5):
        member.says(_ANSWERS[member.question().kind])
    for words in (
        "练错题", "投1001号", "投1002号", "撤回1002号", "投票",
        "座右铭", f"{NAME}立下誓言永远向前飞", "写全名", "交",
    ):  # fmt: skip
        member.says(words)
    send_back_and_answer(world, member)
    for words in (
        f"联系我是{NAME}", "联系", f"我是{NAME}，请回电话", f"什么破系统，{NAME}很生气", "我的",
        "修改座右铭", f"{NAME}说话算话不怕困难", "交", "改名", NAME, "导出我的", "我的资料",
    ):  # fmt: skip
        member.says(words)
    with world.sessions.begin() as session:
        desk = services(world, session)
        for ticket in desk.tickets.waiting():
            desk.tickets.close(ticket.delivery, 1, f"{NAME}同志，您好")
    assert {table for table, _ in everywhere(world)} >= HELD
    return member


def send_back_and_answer(world: World, member: Talker) -> None:
    """A moderator sends the entry back, offers other words, and the minute to undo that passes."""
    motto = world.row(select(Motto).where(Motto.author == member.key))
    with world.sessions.begin() as session:
        desk = services(world, session).moderation
        fix = f"{NAME}立下誓言，永远向前飞"
        desk.decide(number_of(motto.id), motto.version, 1, Reason.TYPO, fix)
    world.ahead += timedelta(seconds=61)


def everything_ends(world: World) -> None:
    """The entry is approved and voted for; then contest and round end, and votes are sealed."""
    motto = world.rows(select(Motto).order_by(Motto.id.desc()))[0]
    with world.sessions.begin() as session:
        services(world, session).moderation.decide(number_of(motto.id), motto.version, 1)
    world.ahead += timedelta(seconds=61)
    world.member("o-voter").says(f"投{number_of(motto.id)}号")
    last_day = world.row(select(Contest.last_day))
    midnight = datetime.combine(last_day + timedelta(days=1), time(9), CAMPAIGN_ZONE)
    ends = max(midnight, world.row(select(Round.closes_at)) + timedelta(hours=1))
    world.ahead += ends - world.now()
    with world.sessions.begin() as session:
        assert services(world, session).sealing.seal(1)
        # The voter's receipt quoted the entry: it is gone after a day, as all replies are.
        for task in tasks():
            Purge(session, world.now()).step(task)


def goes(member: Talker) -> str:
    """The member has everything erased; WeChat sends the words again, and they do nothing new."""
    member.says("删除我的数据")
    push = member.push("确定删除")

    answers = [member.sends(push) for _ in range(3)]

    assert answers[1:] == answers[:1] * 2
    return answers[0].text


# ------------------------------------------------------------ what is counted


@dataclass
class Counted:
    """The sums that others rely on."""

    votes: list[tuple[int, int]]
    result: list[tuple[int, int]] = field(default_factory=list)
    standings: list[tuple[Any, ...]] = field(default_factory=list)


def counted(world: World) -> Counted:
    with world.sessions() as session:
        # Votes for the member's own entry go with its words, unless they are sealed.
        sealed = services(world, session).tally.poll().sealed
        votes = (
            select(Vote.motto_id, func.count())
            .join(Motto, Motto.id == Vote.motto_id)
            .group_by(Vote.motto_id)
            .order_by(Vote.motto_id)
        )
        sums = Counted([(id_, count) for id_, count in session.execute(votes)])
        if sealed:
            result = services(world, session).sealing.result(1)
            sums.result = sorted(result.votes.items())
            sums.standings = [
                (place.rank, place.unit, place.points, place.days)
                for district in (None, 1)
                for place in services(world, session).standings.top(1000, district)
            ]
        return sums


# ------------------------------------------------------------ the search


def everywhere(world: World) -> Iterator[tuple[str, str]]:
    """Table and column of each field in which openid or name are found."""
    with world.sessions() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)).mappings():
                yield from (
                    (table.name, name)
                    for name, value in row.items()
                    if CANARIES.search(legible(value))
                )


def legible(value: Any) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def found_nowhere(world: World, folder: Path, log: str) -> None:
    assert list(everywhere(world)) == []
    assert '"event":"delivery"' in log
    assert CANARIES.findall(log) == []
    assert CANARIES.findall(generate_latest().decode()) == []
    for page in ("/h/", "/h/wall", "/h/standings", *pages_of_entries(world)):
        assert CANARIES.findall(world.client.get(page).text) == [], page
    assert CANARIES.findall(backup_of(world, folder / "backup.zip")) == []
    if (url := make_url(world.settings.database_url.get_secret_value())).drivername == "sqlite":
        with world.sessions() as session:
            session.connection(execution_options={"without_begin": True})
            session.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        files = [Path(f"{url.database}{end}") for end in ("", "-wal")]
        contents = b"".join(file.read_bytes() for file in files if file.exists())
        assert CANARIES.findall(contents.decode(errors="replace")) == []


def pages_of_entries(world: World) -> list[str]:
    return [f"/h/m/{number_of(id_)}" for id_ in world.rows(select(Motto.id))]


def backup_of(world: World, file: Path) -> str:
    """All that stands in a backup."""
    survey = open_survey(world.settings.database_url.get_secret_value())
    back_up(survey, file, NOON, lambda *_: None)
    survey.dispose()
    with zipfile.ZipFile(file) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist())


def services(world: World, session: Any) -> Services:
    return open_services(session, world.now(), Shelf())
