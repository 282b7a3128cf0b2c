"""Packs are made beside the worker's duties, and anew when more is in quarantine."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.domain.tally import Board
from bot.domain.votes import LATE
from bot.recount.packer import Packer
from bot.storage.database import Sessions
from bot.storage.memory import Memory
from bot.storage.tables import Vote
from bot.worker import Chores
from tests.builders import CLOSES, NOON, a_member, an_approved_motto, key, said
from tests.domain.test_quarantine import at
from tests.recount.test_pack import in_quarantine

pytestmark = pytest.mark.slow

SEALED = CLOSES + LATE


def packer(sessions: Sessions, url: str, folder: Path) -> Packer:
    return Packer(sessions, lambda _: SEALED, url, folder)


def look(packer: Packer) -> None:
    """Look, and wait for what comes of it."""
    packer.look()
    if packer.thread is not None:
        packer.thread.join()


def packs(folder: Path) -> set[str]:
    return {file.name for file in folder.rglob("*.zip")}


def test_a_pack_is_made_once_the_round_is_sealed_and_anew_when_votes_go_into_quarantine(
    sessions: Sessions, store_url: str, tmp_path: Path
) -> None:
    with sessions.begin() as session:
        number = an_approved_motto(session, "author", "群众的事，一刻也不等")
        a_member(session, "zhang")
        at(session).votes.cast(key("zhang"), number, NOON, said("投").delivery)
    worker = packer(sessions, store_url, tmp_path)
    look(worker)
    assert packs(tmp_path) == set()
    Chores(sessions, lambda _: SEALED, Board(Memory(""))).seal()

    with capture_logs() as logs:
        look(worker)
        look(worker)
    assert [line["event"] for line in logs] == ["recount pack made"]
    first = packs(tmp_path)
    assert len(first) == 1

    with sessions.begin() as session:
        tracker = session.scalars(select(Vote.tracker)).one()
        in_quarantine(session, [tracker])
    look(worker)

    assert len(packs(tmp_path)) == 1
    assert packs(tmp_path) != first


def test_a_round_of_which_no_pack_can_be_made_is_in_no_others_way(
    sessions: Sessions, store_url: str, tmp_path: Path
) -> None:
    Chores(sessions, lambda _: SEALED, Board(Memory(""))).seal()
    with sessions() as session:
        (sealed,) = at(session, SEALED).outcomes.sealed()
    lost = replace(sealed, round_id=404)

    with capture_logs() as logs:
        packer(sessions, store_url, tmp_path).make([lost, sealed])

    told = [(line["event"], line["round"]) for line in logs]
    assert told == [("recount pack failed", 404), ("recount pack made", 1)]
    assert len(packs(tmp_path)) == 1
