"""A member's own data as a workbook: a sheet for each kind of record, every cell a text."""

from collections.abc import Sequence
from io import BytesIO

from xlsxwriter import Workbook

from bot.domain.dossier import Section
from bot.h5 import wording

_WIDTH = 22


def write(sections: Sequence[Section]) -> bytes:
    """The file; kinds of which there is nothing have no sheet."""
    file = BytesIO()
    with Workbook(file, {"in_memory": True}) as workbook:
        bold = workbook.add_format({"bold": True})
        text = workbook.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        for section in sections:
            if not section.rows:
                continue
            heading, names = wording.SECTIONS[section.of]
            sheet = workbook.add_worksheet(heading[:31])
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(names) - 1, _WIDTH, text)
            for at, name in enumerate(names):
                sheet.write_string(0, at, name, bold)
            for place, row in enumerate(section.rows, start=1):
                for at, words in enumerate(wording.legible(section.of, row)):
                    # `write` would make a formula of what begins with an equals sign.
                    sheet.write_string(place, at, words, text)
    return file.getvalue()
