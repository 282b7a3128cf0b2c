"""`bot export results`: one file of the results, and a trace of who wanted it."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select

from bot.domain import audit
from bot.domain.identity import campaign_day
from bot.domain.result_files import note_asked, note_taken
from bot.domain.results import NoSuchContest, Results, Wanted
from bot.domain.standings import LATEST
from bot.results.building import PEOPLE, REPORT, WORKBOOK, build
from bot.storage.database import Sessions, database_clock, open_sessions
from bot.storage.patient import open_survey
from bot.storage.tables import Unit

KINDS = {".xlsx": WORKBOOK, ".csv": PEOPLE, ".docx": REPORT}
"""What is written into a file of each ending."""


def export_to(
    file: Path, sessions: Sessions, url: str, contest: int | None, district: str | None,
    full_names: bool,
) -> int:  # fmt: skip
    """Write the file; the number of people who took part. Raises NoSuchContest."""
    name, told = KINDS[file.suffix.lower()], [0]
    wanted = _wanted(sessions, contest, district, full_names)
    engine = open_survey(url)
    with TemporaryDirectory(prefix="results-") as folder:
        with open_sessions(engine)() as session:
            results = Results(session, database_clock(session), wanted)
            build(results, Path(folder), lambda done, _: told.append(done))
        engine.dispose()
        # The trail first: a file without a trace would be worse than a trace without a file.
        with sessions.begin() as session:
            now, content = database_clock(session), Path(folder, name).read_bytes()
            note_asked(session, now, audit.SYSTEM, wanted)
            note_taken(session, now, audit.SYSTEM, wanted, name, content)
        shutil.copyfile(Path(folder, name), file)
    return told[-1]


def _wanted(
    sessions: Sessions, contest: int | None, district: str | None, full_names: bool
) -> Wanted:
    with sessions.begin() as session:
        today = campaign_day(database_clock(session))
        number = contest if contest is not None else session.scalar(LATEST, {"today": today})
        unit = session.scalar(select(Unit.id).where(Unit.code == district)) if district else None
    if number is None or (district and unit is None):
        raise NoSuchContest
    return Wanted(number, unit, full_names)
