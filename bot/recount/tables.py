"""Tables of the pack, as a spreadsheet and a program read them alike."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO


def as_csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """The table as a file."""
    file = StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(head)
    writer.writerows(rows)
    # Excel takes a file without this mark for one in the system's own letters.
    return file.getvalue().encode("utf-8-sig")
