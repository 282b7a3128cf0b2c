"""What judges and voters came to, worked out again with nothing of ours but the pack."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from bot.domain.panel_scoring import Method
from bot.domain.roles import Role
from bot.recount import Count, judged, pack
from tests.builders import NOON
from tests.domain.test_comparing import compared
from tests.domain.test_panels import OWNER, PLAN, at, judges, numbers
from tests.recount.test_pack import recounted, unpacked

pytestmark = pytest.mark.slow
__all__ = ["judges", "numbers"]


def rejudged(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-X", "utf8", "judged.py"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(params=[Method.MEAN, Method.ZSCORE, Method.TRIMMED])
def folder(
    session: Session,
    judges: list[int],
    numbers: list[int],
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> Path:
    """The pack of a round that was judged, unpacked."""
    colleagues = at(session, NOON).colleagues
    everybody = [*judges, *(colleagues.invite(f"评委{n}", Role.JUDGE, None, 1)[0] for n in "甲乙")]
    plan = replace(PLAN, method=request.param, per_entry=3)
    at(session, NOON).panels.settle(1, plan, OWNER)
    for judge in everybody:
        at(session, NOON).panels.appoint(1, judge, OWNER)
    at(session).sealing.seal(1)
    at(session).panels.begin(1, OWNER)
    for n, judge in enumerate(everybody):
        for number in at(session).judging.stacks(judge)[0].numbers:
            at(session).judging.save(judge, number, {1: 1 + (number * 7 + n) % 9, 2: 3 + n})
    at(session).panels.close(1, OWNER)
    services = at(session)
    standing = services.outcomes.current()
    files = judged(services.panels, 1)
    ballots, lines = services.outcomes.ballots(1), services.tally.result(1)
    count = Count(standing, ballots, services.outcomes.quarantined(1), lines, files)
    return unpacked(pack(tmp_path, count), tmp_path / "pack")


def test_a_stranger_works_out_comparisons_to_the_digit(
    session: Session, judges: list[int], numbers: list[int], tmp_path: Path
) -> None:
    services = compared(session, judges)
    services.panels.close(1, OWNER)
    table = services.panels.table(1)
    ballots, lines = services.outcomes.ballots(1), services.tally.result(1)
    files = judged(services.panels, 1)
    count = Count(services.outcomes.current(), ballots, [], lines, files)
    folder = unpacked(pack(tmp_path, count), tmp_path / "pack")

    run = rejudged(folder)

    assert run.returncode == 0, run.stdout + run.stderr
    assert "参评4条" in run.stdout
    assert table is not None
    assert table[0].card.number == max(numbers)
    said = folder / "comparisons.csv"
    head, first, *rest = said.read_text("utf-8").splitlines()
    seat, better, other = first.split(",")
    said.write_text("\n".join([head, f"{seat},{other},{better}", *rest]), "utf-8")
    assert rejudged(folder).returncode == 1
    said.write_text(head, "utf-8")
    assert "参评4条" in rejudged(folder).stdout


def test_the_program_comes_to_the_published_points_and_names_no_judge(folder: Path) -> None:
    run = rejudged(folder)

    assert run.returncode == 0, run.stdout + run.stderr
    assert "参评4条，评委和群众票合算，与公布的结果完全一致" in run.stdout
    assert recounted(folder).returncode == 0
    assert "评委占70%，群众占30%" in (folder / "评委说明.txt").read_text("utf-8")
    assert not any("赵评委".encode() in path.read_bytes() for path in folder.iterdir())
    marks = folder / "marks.csv"
    head, *sheets = marks.read_text("utf-8").splitlines(keepends=True)
    # One sheet might be the best or the worst, which count for nothing.
    number = sheets[0].split(",")[1]
    kept = [sheet for sheet in sheets if sheet.split(",")[1] != number]
    marks.write_text("".join([head, *kept, f"1,{number},10,10\n"]), "utf-8")
    assert rejudged(folder).returncode == 1
