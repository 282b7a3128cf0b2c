"""How an official document looks: GB/T 9704-2012, as far as a file can keep to it.

A4 with the type area of 156 by 225 mm; 22 lines of 28 characters; the title in 方正小标宋 of size
two, the text in 仿宋 of size three; page numbers outside, between two dashes. The fonts are named,
not embedded: whoever opens the file has them, or sees what their machine puts in their place.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import docx
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from bot.results import wording

TITLE_SIZE, TEXT_SIZE, TABLE_SIZE, NUMBER_SIZE = Pt(22), Pt(16), Pt(12), Pt(14)
"""Sizes two, three, small four and four."""
_LINE, _TITLE_LINE, _TABLE_LINE = Pt(28.95), Pt(35), Pt(20)
"""22 lines on 225 mm."""
_PITCH, _SQUEEZE = 579, -5
"""The same in twentieths of a point; by so much characters stand closer, 28 on 156 mm."""


class Document:
    """A document, written from top to bottom."""

    def __init__(self, title: str, at: datetime) -> None:
        self._document = docx.Document()
        _lay_out(self._document)
        properties = self._document.core_properties
        properties.title, properties.author, properties.comments = title, "", ""
        properties.created = properties.modified = at.replace(tzinfo=None)
        _say(self._document.add_paragraph(), title, wording.TITLE_FONT, TITLE_SIZE, _TITLE_LINE,
             WD_ALIGN_PARAGRAPH.CENTER)  # fmt: skip
        self._document.add_paragraph()

    def address(self, words: str) -> None:
        """To whom it goes."""
        self._say(words)

    def head(self, words: str) -> None:
        """The heading of a part."""
        paragraph = self._say(words, wording.HEADING_FONT, indent=True)
        paragraph.paragraph_format.keep_with_next = True

    def say(self, *sentences: str) -> None:
        """A paragraph of these sentences; of none, nothing."""
        if words := "".join(sentences):
            self._say(words, indent=True)

    def lead(self, words: str) -> None:
        """A line that stays on the page of what follows."""
        self._say(words, indent=True).paragraph_format.keep_with_next = True

    def table(
        self, columns: Sequence[str], widths: Sequence[int], rows: Sequence[Sequence[str]]
    ) -> None:
        """A table with rules; its first row comes again on each page. Widths are in mm."""
        table = self._document.add_table(rows=0, cols=len(columns), style="Table Grid")
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
        for number, cells in enumerate([columns, *rows]):
            row = table.add_row()
            _mark(row._tr.get_or_add_trPr(), "cantSplit")
            if not number:
                _mark(row._tr.get_or_add_trPr(), "tblHeader")
            for cell, words, width in zip(row.cells, cells, widths, strict=True):
                cell.width = Mm(width)
                wide = len(words) > width // 4 and number
                align = WD_ALIGN_PARAGRAPH.LEFT if wide else WD_ALIGN_PARAGRAPH.CENTER
                font = wording.TEXT_FONT if number else wording.HEADING_FONT
                _say(cell.paragraphs[0], words, font, TABLE_SIZE, _TABLE_LINE, align)

    def sign(self, name: str, date: str) -> None:
        """Who issues it, and when: to the right, the date four characters from the edge."""
        self._document.add_paragraph()
        for words, room in ((name, 5), (date, 4)):
            paragraph = self._say(words, align=WD_ALIGN_PARAGRAPH.RIGHT)
            paragraph.paragraph_format.right_indent = TEXT_SIZE * room
            paragraph.paragraph_format.keep_with_next = room == 5

    def save(self, file: Path) -> None:
        """Write it."""
        self._document.save(str(file))

    def _say(
        self,
        words: str,
        font: str = wording.TEXT_FONT,
        *,
        indent: bool = False,
        align: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.JUSTIFY,
    ) -> Any:
        paragraph = self._document.add_paragraph()
        _say(paragraph, words, font, TEXT_SIZE, _LINE, align)
        if indent:
            paragraph.paragraph_format.first_line_indent = TEXT_SIZE * 2
        return paragraph


def _lay_out(document: Any) -> None:
    normal = document.styles["Normal"]
    _set_font(normal, wording.TEXT_FONT, TEXT_SIZE)
    _space(normal.paragraph_format, _LINE)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    # The number stands 7 mm below the type area.
    section.footer_distance = Mm(35 - 7) - NUMBER_SIZE
    _lay_grid(section)
    document.settings.odd_and_even_pages_header_footer = True
    _number(section.footer.paragraphs[0], WD_ALIGN_PARAGRAPH.RIGHT)
    _number(section.even_page_footer.paragraphs[0], WD_ALIGN_PARAGRAPH.LEFT)


def _lay_grid(section: Any) -> None:
    for grid in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(grid)
    grid = OxmlElement("w:docGrid")
    # A grid for characters too would be right, but not every program squeezes them into it.
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), str(_PITCH))
    section._sectPr.append(grid)


def _number(paragraph: Any, align: WD_ALIGN_PARAGRAPH) -> None:
    """The page's number between two dashes, a character away from the outer edge."""
    paragraph.alignment = align
    room = paragraph.paragraph_format
    room.left_indent = room.right_indent = NUMBER_SIZE
    for words in ("— ", None, " —"):
        run = paragraph.add_run(words or "")
        _set_font(run, wording.NUMBER_FONT, NUMBER_SIZE)
        if words is None:
            field = OxmlElement("w:fldSimple")
            field.set(qn("w:instr"), "PAGE")
            run._r.getparent().replace(run._r, field)
            field.append(run._r)


def _say(
    paragraph: Any, words: str, font: str, size: Pt, line: Pt, align: WD_ALIGN_PARAGRAPH
) -> None:
    run = paragraph.add_run(words)
    _set_font(run, font, size)
    if size == TEXT_SIZE:
        closer = OxmlElement("w:spacing")
        closer.set(qn("w:val"), str(_SQUEEZE))
        # After the fonts, before the size: the order of the schema.
        run._r.rPr.rFonts.addnext(closer)
    paragraph.alignment = align
    _space(paragraph.paragraph_format, line)


def _space(form: Any, line: Pt) -> None:
    form.space_before = form.space_after = Pt(0)
    form.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    form.line_spacing = line


def _set_font(of: Any, font: str, size: Pt) -> None:
    """Word keeps a font apart for Chinese characters."""
    of.font.name, of.font.size = font, size
    fonts = of.element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("w:eastAsia", "w:hAnsi", "w:cs"):
        fonts.set(qn(script), font)


def _mark(properties: Any, name: str) -> None:
    properties.append(OxmlElement(f"w:{name}"))
