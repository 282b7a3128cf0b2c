"""What stands in an .xlsx package beside its values: sizes, formulas, formats, pictures."""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO

from lxml import etree

from quiz_bank.formats import wording
from quiz_bank.formats.found import Unreadable
from quiz_bank.formats.number_formats import AS_TYPED, BUILT_IN

LARGEST_UNPACKED = 50 * 2**20
MOST_SQUEEZED = 100
"""How many times its packed size a part may have; tables of text have 5 to 20 times."""
SMALL_PART = 2**20
MOST_PARTS = 2_000
MOST_ROWS = 20_000
HEADER_ROOM = 50
MOST_COLUMNS = 200
MOST_CELLS = 700_000

_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_LINK = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


@dataclass
class SheetFacts:
    """What the values of a sheet don't say; rows and columns count from 0."""

    formulas: set[tuple[int, int]] = field(default_factory=set)
    formats: dict[tuple[int, int], str] = field(default_factory=dict)
    pictures: set[int] = field(default_factory=set)


def open_package(content: bytes) -> zipfile.ZipFile:
    """The package, once its directory promises nothing monstrous. Raises Unreadable."""
    try:
        package = zipfile.ZipFile(BytesIO(content))
        parts = package.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise Unreadable(wording.BROKEN_WORKBOOK) from error
    squeezed = any(
        part.file_size > max(SMALL_PART, MOST_SQUEEZED * part.compress_size) for part in parts
    )
    total = sum(part.file_size for part in parts)
    if squeezed or total > LARGEST_UNPACKED or len(parts) > MOST_PARTS:
        raise Unreadable(wording.UNPACKS_TOO_BIG)
    return package


def sheet_facts(package: zipfile.ZipFile, sheet: str) -> SheetFacts:
    """What there is to know about the sheet of this name. Raises Unreadable."""
    facts = SheetFacts()
    part = _parts_of_sheets(package).get(sheet)
    if part is None or part not in package.namelist():
        return facts
    _refuse_vast(package, part)
    formats = _formats(package)
    for row, column, cell in _cells(package, part):
        _look_at(cell, (row, column), formats, facts)
    facts.pictures = set(_picture_rows(package, part))
    return facts


def _look_at(
    cell: etree._Element, at: tuple[int, int], formats: list[str], facts: SheetFacts
) -> None:
    content = {etree.QName(child).localname for child in cell}
    row, column = at
    if row >= MOST_ROWS + HEADER_ROOM:
        raise Unreadable(wording.TOO_MANY_ROWS.format(limit=MOST_ROWS))
    if column >= MOST_COLUMNS:
        raise Unreadable(wording.TOO_MANY_COLUMNS.format(limit=MOST_COLUMNS))
    if "f" in content:
        facts.formulas.add(at)
    style = cell.get("s", "0")
    code = formats[int(style)] if style.isdigit() and int(style) < len(formats) else ""
    if cell.get("t", "n") in ("n", "d") and code.lower() not in AS_TYPED:
        facts.formats[at] = code


def _refuse_vast(package: zipfile.ZipFile, part: str) -> None:
    """Refuse a sheet of a million empty rows before looking at each of them."""
    cells = 0
    with package.open(part) as stream:
        while chunk := stream.read(2**20):
            cells += chunk.count(b"<c ") + chunk.count(b"<row ")
            if cells > MOST_CELLS:
                raise Unreadable(wording.TOO_MANY_CELLS)


def _cells(package: zipfile.ZipFile, part: str) -> Iterator[tuple[int, int, etree._Element]]:
    """Every cell of a sheet that has a content, and none kept in memory."""
    row, column = 0, -1
    for element in _elements(package, part, ("{*}row", "{*}c")):
        number = element.get("r", "")
        if etree.QName(element).localname == "row":
            row, column = int(number) if number.isdigit() else row + 1, -1
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
            continue
        if reference := _REFERENCE.fullmatch(number):
            row, column = int(reference[2]) - 1, _column(reference[1])
        else:
            column += 1
        if len(element):
            yield row, column, element


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _formats(package: zipfile.ZipFile) -> list[str]:
    """The code of the number format of each style."""
    styles = _tree(package, "xl/styles.xml")
    if styles is None:
        return []
    codes = dict(BUILT_IN)
    for form in styles.iterfind("{*}numFmts/{*}numFmt"):
        codes[int(form.get("numFmtId", "0"))] = form.get("formatCode", "")
    ids = [int(style.get("numFmtId", "0")) for style in styles.iterfind("{*}cellXfs/{*}xf")]
    return [codes.get(number, "" if number in (0, 49) else "?") for number in ids]


def _parts_of_sheets(package: zipfile.ZipFile) -> dict[str, str]:
    workbook = _tree(package, "xl/workbook.xml")
    if workbook is None:
        return {}
    links = _links(package, "xl/workbook.xml")
    sheets = workbook.iterfind("{*}sheets/{*}sheet")
    return {sheet.get("name", ""): links.get(_link(sheet), "") for sheet in sheets}


def _picture_rows(package: zipfile.ZipFile, part: str) -> Iterator[int]:
    """The rows at which pictures begin."""
    for target in _links(package, part).values():
        drawing = _tree(package, target) if "/drawings/drawing" in target else None
        for anchor in drawing if drawing is not None else ():
            row = anchor.find("{*}from/{*}row")
            if row is not None and anchor.find("{*}pic") is not None:
                yield int(row.text or "0")


def _links(package: zipfile.ZipFile, part: str) -> dict[str, str]:
    """The parts that a part refers to, by the id of the reference."""
    folder, name = posixpath.split(part)
    tree = _tree(package, f"{folder}/_rels/{name}.rels")
    if tree is None:
        return {}
    return {
        link.get("Id", ""): posixpath.normpath(posixpath.join(folder, link.get("Target", "")))
        if not link.get("Target", "").startswith("/")
        else link.get("Target", "")[1:]
        for link in tree.iterfind("{*}Relationship")
    }


def _link(element: etree._Element) -> str:
    return element.get(_LINK) or element.get(_STRICT_LINK) or ""


def _tree(package: zipfile.ZipFile, part: str) -> etree._Element | None:
    """The root of a part; None when the package has no such part."""
    if part not in package.namelist():
        return None
    root = None
    for element in _elements(package, part, None):
        root = element
    return root


def _elements(
    package: zipfile.ZipFile, part: str, tags: tuple[str, ...] | None
) -> Iterator[etree._Element]:
    """The elements of a part as they end: no entities, no network, no depth beyond reason."""
    with package.open(part) as stream:
        events = etree.iterparse(
            stream, tag=tags, resolve_entities=False, no_network=True, load_dtd=False,
            huge_tree=False,
        )  # fmt: skip
        for _, element in events:
            yield element
        if events.root.getroottree().docinfo.doctype:
            raise Unreadable(wording.HAS_DOCTYPE)
