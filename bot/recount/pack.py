"""The file in which everything is that a recount needs; the same bytes whenever it is made.

No words and no names are in it: it is copied for good, and an author may withdraw or be erased.
"""

import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from xlsxwriter import Workbook

from bot.domain.outcomes import Standing
from bot.domain.tally import Line
from bot.recount import wording
from bot.recount.tables import as_csv

_PROGRAM = Path(__file__).with_name("program.txt")
_MOST_ROWS = 1_000_000
"""A sheet holds little more; beyond that the pack has no workbook."""


def made(data_dir: Path, standing: Standing | None) -> Path | None:
    """The pack of a sealed round, once the worker has made it."""
    file = _file_of(data_dir, standing) if standing else None
    return file if file and file.exists() else None


@dataclass(frozen=True)
class Count:
    """What is packed of a sealed round."""

    standing: Standing
    ballots: Sequence[str]
    """The lines of all of them, in their order."""
    quarantined: Collection[str]
    """Those among them that do not count."""
    lines: Sequence[Line]
    """The result."""
    judged: Iterable[tuple[str, bytes]] = ()
    """The files that tell what judges have said (bot/recount/judged.py)."""


def pack(data_dir: Path, count: Count) -> Path:
    """Make the pack of a sealed round; two that make it at once do not disturb each other."""
    standing = count.standing
    assert standing.sealed_at is not None, "it is sealed"
    file = _file_of(data_dir, standing)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    contents = {**dict(_contents(count)), **dict(count.judged)}
    sums = [f"{sha256(content).hexdigest()}  {name}\n" for name, content in contents.items()]
    contents["SHA256SUMS"] = "".join(sums).encode()
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    with ZipFile(draft, "w", ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(_entry(name, standing.sealed_at), content)
    _drop_others(file, standing)
    return draft.replace(file)


def _drop_others(file: Path, standing: Standing) -> None:
    """Remove the packs of this round as it was before more, or less, was in quarantine."""
    for other in file.parent.glob(f"{standing.round_id}-*.zip"):
        if other != file:
            other.unlink(missing_ok=True)


def _file_of(data_dir: Path, standing: Standing) -> Path:
    name = f"{standing.round_id}-{standing.root}-{standing.quarantine_root}.zip"
    return data_dir.absolute() / "recount" / name


def _entry(name: str, at: datetime) -> ZipInfo:
    entry = ZipInfo(name, at.timetuple()[:6])
    entry.compress_type = ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


def _contents(count: Count) -> Iterable[tuple[str, bytes]]:
    standing, apart = count.standing, frozenset(count.quarantined)
    result = [
        list(map(str, (line.rank, line.card.number, line.votes, line.quarantined)))
        for line in count.lines
    ]
    split = [[*line.split(), "0" if line in apart else "1"] for line in count.ballots]
    yield wording.README_FILE, wording.readme(standing).encode()
    yield "root.txt", f"{standing.root}\n{standing.quarantine_root}\n".encode()
    yield "ballots.csv", as_csv(wording.BALLOTS, split)
    yield "result.csv", as_csv(wording.RESULT, result)
    if len(split) <= _MOST_ROWS:
        yield "result.xlsx", _workbook(standing, split, result)
    yield "recount.py", _PROGRAM.read_bytes()


def _workbook(
    standing: Standing, ballots: Sequence[Sequence[str]], result: Sequence[Sequence[str]]
) -> bytes:
    """The result beside a count by formulas; whoever opens it sees them agree, or not."""
    file = BytesIO()
    assert standing.sealed_at is not None, "it is sealed"
    with Workbook(file, {"in_memory": True}) as workbook:
        workbook.set_properties({"created": standing.sealed_at.replace(tzinfo=None)})
        shown = workbook.add_worksheet(wording.RESULT_SHEET)
        kept = workbook.add_worksheet(wording.BALLOT_SHEET)
        bold = workbook.add_format({"bold": True})
        shown.write_row(0, 0, (*wording.RESULT, *wording.RECOUNTED, wording.COMPARED), bold)
        shown.freeze_panes(1, 0)
        for at, line in enumerate(result, start=1):
            row, sheet = at + 1, wording.BALLOT_SHEET
            shown.write_row(at, 0, list(map(int, line)))
            for column, value, kind in ((4, line[2], 1), (5, line[3], 0)):
                counted = f"=COUNTIFS({sheet}!B:B,B{row},{sheet}!C:C,{kind})"
                shown.write_formula(at, column, counted, None, int(value))
            same = f"AND(C{row}=E{row},D{row}=F{row})"
            said = f'=IF({same},"{wording.SAME}","{wording.DIFFERENT}")'
            shown.write_formula(at, 6, said, None, wording.SAME)
        kept.write_row(0, 0, wording.BALLOTS, bold)
        kept.set_column(0, 0, 68)
        for at, (code, number, counts) in enumerate(ballots, start=1):
            kept.write_string(at, 0, code)
            kept.write_number(at, 1, int(number))
            kept.write_number(at, 2, int(counts))
    return file.getvalue()
