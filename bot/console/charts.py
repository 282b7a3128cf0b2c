"""Charts as the server draws them: bars, as rectangles of an SVG a hundred wide and high.

No script has a part in it, so a chart is there without one, prints, and needs no library. The
words around it are HTML: they stay as large as any others when the drawing is stretched.
"""

from collections.abc import Sequence
from dataclasses import dataclass

_GAP = 0.25
"""The part of a bar's place that stays empty."""


@dataclass(frozen=True)
class Bar:
    """A bar of a chart, in hundredths of its width and height."""

    x: float
    y: float
    width: float
    height: float
    words: str
    """What it stands for, as whoever points at it reads it."""
    is_last: bool


@dataclass(frozen=True)
class Chart:
    """A row of numbers as bars."""

    title: str
    bars: Sequence[Bar]
    first: str
    last: str
    """What stands below the first and the last bar."""
    peak: int
    """The largest number: as high as the drawing, unless it is none."""
    unit: str


def chart(title: str, labels: Sequence[str], numbers: Sequence[int], unit: str) -> Chart:
    """The chart of these numbers, at least one, each under its label."""
    peak, place = max(numbers), 100 / len(numbers)
    scale = 100 / max(peak, 1)
    bars = [
        Bar(
            n * place + place * _GAP / 2,
            100 - number * scale,
            place * (1 - _GAP),
            number * scale,
            f"{label} {number} {unit}",
            n == len(numbers) - 1,
        )
        for n, (label, number) in enumerate(zip(labels, numbers, strict=True))
    ]
    return Chart(title, bars, labels[0], labels[-1], peak, unit)
