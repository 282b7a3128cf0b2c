"""The report on a contest, in the form of an official document."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.domain.item_analysis import Item
from bot.domain.results import Frame, PersonLine
from bot.domain.unit_board import Turnout, UnitTable
from bot.results import wording
from bot.results.document import Document

HARDEST = 5
"""Questions that the report lists."""


@dataclass
class Summary:
    """What the people of the results add up to."""

    people: int = 0
    points: int = 0
    days: int = 0
    guests: int = 0
    """Who is bound to no unit."""
    top: dict[str | None, list[PersonLine]] = field(default_factory=lambda: defaultdict(list))
    """The first of each bracket; of all where there are none."""
    points_of: Counter[int] = field(default_factory=Counter)
    people_of: Counter[int] = field(default_factory=Counter)
    """The points and the number of the people bound to each unit."""

    def add(self, line: PersonLine) -> None:
        """Count one more in; the highest places come first."""
        self.people += 1
        self.points += line.points
        self.days += line.days
        if line.unit is None:
            self.guests += 1
        else:
            self.points_of[line.unit] += line.points
            self.people_of[line.unit] += 1
        if (
            line.rank
            and line.rank <= wording.TOP
            and not line.unlisted
            and len(top := self.top[line.bracket]) < wording.TOP_ROWS
        ):
            top.append(line)


def write_report(
    file: Path, frame: Frame, summary: Summary, units: UnitTable, items: Sequence[Item], code: str
) -> None:
    """Write the report into the file."""
    document = Document(wording.title(frame), frame.at)
    document.address(wording.ADDRESSED)
    document.say(wording.opening(frame))
    document.head(wording.heading(0))
    _tell_turnout(document, frame, summary, units)
    document.head(wording.heading(1))
    _tell_units(document, units)
    document.head(wording.heading(2))
    _tell_people(document, frame, summary)
    document.head(wording.heading(3))
    _tell_questions(document, items)
    document.say(wording.seal(frame, code))
    document.sign(wording.SIGNED, wording.date_of(wording.day(frame.at)))
    document.save(file)


def _tell_turnout(document: Document, frame: Frame, summary: Summary, units: UnitTable) -> None:
    turnouts = [place.turnout for place in units.places]
    took_part = sum(turnout.participants for turnout in turnouts)
    headcount = sum(turnout.headcount for turnout in turnouts)
    percent = Turnout(took_part, headcount).percent if headcount else ""
    document.say(
        wording.turnout(took_part, headcount, percent, units.departed),
        wording.guests(summary.guests),
        wording.CHANNEL,
    )
    document.say(wording.scores(summary.people, summary.points, summary.days), wording.marks(frame))


def _tell_units(document: Document, units: UnitTable) -> None:
    document.say(wording.RATE_RULE)
    rows = [
        (
            str(place.rank),
            wording.unit_name(place),
            str(place.turnout.headcount),
            str(place.turnout.participants),
            place.turnout.percent,
        )
        for place in units.places
    ]
    if rows:
        document.table(wording.UNIT_TABLE, (16, 68, 24, 24, 24), rows)
    document.say(wording.unknown(units.unknown))


def _tell_people(document: Document, frame: Frame, summary: Summary) -> None:
    document.say(wording.top(frame))
    for bracket in frame.brackets or (None,):
        rows = [
            (
                str(line.rank),
                wording.belongs(line),
                wording.name(line),
                str(line.points),
                str(line.days),
            )
            for line in summary.top[bracket]
        ]
        if bracket:
            document.lead(wording.bracket(bracket, len(rows)))
        if rows:
            document.table(wording.TOP_TABLE, (16, 62, 30, 24, 24), rows)


def _tell_questions(document: Document, items: Sequence[Item]) -> None:
    # Of questions that few have answered the rate tells nothing.
    told = [item for item in items if not item.figures.is_small]
    hardest = sorted(told, key=lambda item: (item.figures.facility, item.question.code))[:HARDEST]
    document.say(wording.questions(items, len(hardest)))
    rows = [
        (
            item.question.stem,
            str(item.figures.answers),
            wording.share(item.figures.facility),
            wording.index(item.figures.discrimination),
        )
        for item in hardest
    ]
    if rows:
        document.table(wording.HARD_TABLE, (90, 22, 22, 22), rows)
