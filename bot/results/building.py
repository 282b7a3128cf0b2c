"""Building: the results are read once, person by person, and every file is written from that."""

from collections import Counter
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

from bot.domain.results import Results
from bot.domain.unit_board import UnitCount
from bot.results.report import Summary, write_report
from bot.results.tables import Tables, tables

WORKBOOK, REPORT = "results.xlsx", "report.docx"
PEOPLE, UNITS, QUESTIONS = "people.csv", "units.csv", "questions.csv"
NAMES = (WORKBOOK, REPORT, PEOPLE, UNITS, QUESTIONS)
"""The files that are written."""
_OFTEN = 500
"""People from one word about the progress to the next."""

Progress = Callable[[int, int], None]
"""Told how many people are written, and how many there are; may raise to break off."""


def build(results: Results, folder: Path, progress: Progress) -> None:
    """Write all files into the folder. Raises NoSuchContest."""
    frame = results.frame()
    csv_files = [folder / name for name in (PEOPLE, UNITS, QUESTIONS)]
    summary, items = Summary(), results.questions()
    with tables(folder / WORKBOOK, csv_files) as written:
        for line in results.people():
            written.add_person(line)
            summary.add(line)
            if summary.people % _OFTEN == 0:
                progress(summary.people, frame.people)
        _add_units(written, results.units(), summary)
        for item in items:
            written.add_question(item)
        written.flush()
        code = _code(csv_files)
        written.say(frame, code)
    write_report(folder / REPORT, frame, summary, results.table(), items, code)
    progress(summary.people, frame.people)


def _add_units(written: Tables, units: Sequence[UnitCount], summary: Summary) -> None:
    """A unit's mean is that of its people and of all below it."""
    points, people = Counter(summary.points_of), Counter(summary.people_of)
    for unit in reversed(units):
        if unit.above is not None:
            points[unit.above] += points[unit.id]
            people[unit.above] += people[unit.id]
    for unit in units:
        mean = points[unit.id] / people[unit.id] if people[unit.id] else None
        written.add_unit(unit, mean)


def _code(files: Sequence[Path]) -> str:
    """By which files of one moment are known to belong together."""
    digest = sha256()
    for file in files:
        with file.open("rb") as content:
            while chunk := content.read(2**16):
                digest.update(chunk)
    return digest.hexdigest()[:8].upper()
