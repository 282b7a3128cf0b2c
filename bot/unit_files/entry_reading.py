"""What units send in by a table: a line to an entry. What is wrong with one its selection tells."""

from bot.domain.sent_entries import Draft
from bot.unit_files import wording
from bot.unit_files.table import Form, Held, Line, read_rows
from quiz_bank.formats.found import Note

_FORM = Form(
    headers=wording.ENTRY_HEADERS,
    required=("title", "unit"),
    shared="unit",
    not_a_table=wording.NOT_A_TABLE_OF_ENTRIES,
    no_header=wording.NO_ENTRY_HEADER,
    empty=wording.NO_ENTRIES,
    sheet_without_header=wording.SHEET_WITHOUT_ENTRIES,
)

EntryFile = Held[Draft]


def read_entries(content: bytes) -> EntryFile:
    """What the file holds: a workbook, or a table as text. Raises Unreadable."""
    return read_rows(content, _FORM, _draft)


def _draft(line: Line, errors: list[Note]) -> Draft:
    said = {item: line.told(item, lambda _: iter(()), errors) or "" for item in _FORM.headers}
    return Draft(**said)
