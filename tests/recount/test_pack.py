"""The pack: a stranger counts a sealed round again, with nothing of ours but the pack."""

import hashlib
import subprocess
import sys
from collections import Counter
from pathlib import Path
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from bot.domain.outcomes import Standing
from bot.domain.questions import Shelf
from bot.domain.services import Services, open_services
from bot.domain.votes import LATE, Receipt
from bot.recount import Count, pack
from bot.storage.tables import Quarantine, QuarantinedVote, RoundSlot
from tests.builders import (
    CLOSES,
    NOON,
    a_member,
    a_round_of,
    an_approved_lesson,
    an_approved_motto,
    key,
    said,
)

pytestmark = pytest.mark.slow

SEALED = CLOSES + LATE


def services(session: Session) -> Services:
    return open_services(session, SEALED, Shelf())


@pytest.fixture
def receipts(session: Session) -> list[Receipt]:
    """Forty votes for five entries."""
    words = [f"群众的事，一刻也不等{n}" for n in range(5)]
    numbers = [an_approved_motto(session, f"a{n}", motto) for n, motto in enumerate(words)]
    at_noon = open_services(session, NOON, Shelf())
    given = []
    for voter in range(20):
        for place in {voter % 5, voter // 7}:
            delivery = said("投", f"v{voter}").delivery
            given.append(at_noon.votes.cast(key(f"v{voter}"), numbers[place], NOON, delivery))
    assert services(session).sealing.seal(1)
    return given


def packed(session: Session, folder: Path) -> tuple[Standing, Path]:
    found = services(session)
    standing, ballots = found.outcomes.current(), found.outcomes.ballots(1)
    lines, apart = found.tally.result(1), found.outcomes.quarantined(1)
    return standing, pack(folder, Count(standing, ballots, apart, lines))


def unpacked(file: Path, folder: Path) -> Path:
    with ZipFile(file) as archive:
        archive.extractall(folder)
    return folder


def recounted(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """What the program says to somebody who has nothing but the folder."""
    command = [sys.executable, "-I", "-X", "utf8", "recount.py", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_program_in_it_comes_to_the_published_result(
    session: Session, receipts: list[Receipt], tmp_path: Path
) -> None:
    standing, file = packed(session, tmp_path)
    folder = unpacked(file, tmp_path / "pack")

    run = recounted(folder)

    assert run.returncode == 0, run.stderr
    assert f"选票{len(receipts)}张，其中暂不计入0张，校验码一致" in run.stdout
    assert "完全一致" in run.stdout
    roots = [standing.root, standing.quarantine_root]
    assert (folder / "root.txt").read_text().split() == roots
    sums = (folder / "SHA256SUMS").read_text().splitlines()
    for line in sums:
        sum_, _, name = line.partition("  ")
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == sum_
    assert {line.split("  ")[1] for line in sums} | {"SHA256SUMS"} == {
        path.name for path in folder.iterdir()
    }


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("ballots.csv", ",1002,1\r\n", ",1003,1\r\n"),
        ("ballots.csv", ",1002,1\r\n", ",1002,0\r\n"),
        ("result.csv", ",1001,", ",1002,"),
        ("root.txt", "a", "b"),
    ],
)
def test_whatever_is_changed_in_it_is_found(
    session: Session, receipts: list[Receipt], tmp_path: Path, file: str, old: str, new: str
) -> None:
    _, made = packed(session, tmp_path)
    folder = unpacked(made, tmp_path / "pack")
    changed = folder / file
    content = changed.read_bytes().decode()
    assert old in content
    changed.write_bytes(content.replace(old, new, 1).encode())

    run = recounted(folder)

    assert run.returncode == 1
    assert "不一致" in run.stdout


def test_who_holds_a_receipt_finds_the_ballot_and_nobody_else(
    session: Session, receipts: list[Receipt], tmp_path: Path
) -> None:
    _, file = packed(session, tmp_path)
    folder = unpacked(file, tmp_path / "pack")

    assert recounted(folder, receipts[0].tracker.lower(), str(receipts[0].number)).returncode == 0
    assert recounted(folder, receipts[0].tracker, "1999").returncode == 1
    everything = b"".join(path.read_bytes() for path in folder.iterdir())
    assert not any(receipt.tracker.encode() in everything for receipt in receipts)
    assert "一刻也不等".encode() not in everything


def test_the_sheet_counts_by_formulas_and_has_no_macro(
    session: Session, receipts: list[Receipt], tmp_path: Path
) -> None:
    _, file = packed(session, tmp_path)
    folder = unpacked(file, tmp_path / "pack")
    workbook = CalamineWorkbook.from_path(folder / "result.xlsx")

    result = workbook.get_sheet_by_name("结果").to_python()
    ballots = workbook.get_sheet_by_name("选票").to_python()

    counts = Counter(int(str(row[1]).split(".")[0]) for row in ballots[1:])
    assert {int(float(str(row[1]))): int(float(str(row[2]))) for row in result[1:]} == counts
    assert all(row[6] == "一致" for row in result[1:])
    with ZipFile(folder / "result.xlsx") as inner:
        assert not any("vba" in name.lower() for name in inner.namelist())


def test_it_is_the_same_bytes_whenever_it_is_made(
    session: Session, receipts: list[Receipt], tmp_path: Path
) -> None:
    _, one = packed(session, tmp_path / "one")
    _, other = packed(session, tmp_path / "other")

    assert one.read_bytes() == other.read_bytes()


def test_votes_in_quarantine_are_counted_by_themselves_and_found_by_their_receipts(
    session: Session, receipts: list[Receipt], tmp_path: Path
) -> None:
    apart = [receipt for receipt in receipts if receipt.number == receipts[0].number][:3]
    in_quarantine(session, [receipt.tracker for receipt in apart])
    standing, file = packed(session, tmp_path)
    folder = unpacked(file, tmp_path / "pack")

    run = recounted(folder)

    assert (run.returncode, standing.quarantined) == (0, 3), run.stdout
    assert f"选票{len(receipts)}张，其中暂不计入3张，校验码一致" in run.stdout
    assert "暂不计入" in recounted(folder, apart[0].tracker, str(apart[0].number)).stdout
    assert "已计入" in recounted(folder, receipts[-1].tracker, str(receipts[-1].number)).stdout
    line = next(
        line for line in services(session).tally.result(1) if line.card.number == apart[0].number
    )
    assert f"{line.rank},{line.card.number},{line.votes},3" in (folder / "result.csv").read_text()


def test_a_round_of_lessons_in_groups_is_counted_again_without_what_was_left_out(
    session: Session, tmp_path: Path
) -> None:
    a_round_of(session, "lesson", in_all=True, groups=2, least=2)
    session.add(RoundSlot(round_id=1, slot=4))
    numbers = [an_approved_lesson(session, f"微课{n}") for n in range(4)]
    votes = open_services(session, NOON, Shelf()).votes
    # 张 chooses two in each group; 李 but one in the second, which is too few.
    for voter, chosen in (("zhang", numbers), ("li", [*numbers[:2], numbers[2]])):
        a_member(session, voter)
        for number in chosen:
            votes.cast(key(voter), number, NOON, said("投", voter).delivery)
    assert services(session).sealing.seal(1)

    _, file = packed(session, tmp_path)
    folder = unpacked(file, tmp_path / "pack")
    run = recounted(folder)

    assert run.returncode == 0, run.stdout + run.stderr
    assert "选票6张" in run.stdout
    counts = [line.split(",")[1:3] for line in (folder / "result.csv").read_text().split()[1:]]
    assert dict(counts) == dict(zip(map(str, numbers), "2121", strict=True))
    assert "分2组" in (folder / "先读我.txt").read_text("utf-8")


def in_quarantine(session: Session, trackers: list[str]) -> None:
    """Two people have set these votes apart."""
    session.add(
        Quarantine(
            id=1, round_id=1, motto_id=1, day=NOON.date(), signals={}, proposed_by=1,
            proposed_at=NOON, confirmed_by=2, confirmed_at=NOON,
        )
    )  # fmt: skip
    session.flush()
    session.add_all(
        QuarantinedVote(tracker=tracker, quarantine_id=1, in_force=True) for tracker in trackers
    )
    session.flush()
    services(session).outcomes.keep_quarantine(1)
