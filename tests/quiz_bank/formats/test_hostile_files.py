"""A hostile or unfit file gets a plain refusal: soon, and in little memory."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz_bank.formats.found import Unreadable
from quiz_bank.formats.importing import find_questions
from tests.quiz_bank.formats.files import HEADER, SOUND, Book, book, refusal

MEGABYTE = 2**20
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def changed(content: bytes, part: str, data: bytes) -> bytes:
    """The workbook with another content of a part."""
    made = BytesIO()
    with ZipFile(BytesIO(content)) as old, ZipFile(made, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, data if name == part else old.read(name))
    return made.getvalue()


def sheet_of(content: bytes) -> tuple[str, str]:
    """What stands before the rows of the first sheet, and after them."""
    with ZipFile(BytesIO(content)) as package:
        before, _, after = package.read(SHEET).decode().partition("</sheetData>")
    return before, "</sheetData>" + after


SHEET = "xl/worksheets/sheet1.xml"


def zip_bomb() -> bytes:
    return changed(book(HEADER, SOUND), "xl/sharedStrings.xml", b" " * (60 * MEGABYTE))


def empty_rows() -> bytes:
    before, after = sheet_of(content := book(HEADER, SOUND))
    rows = "".join(f'<row r="{row}" s="1" customFormat="1"/>' for row in range(3, 1_048_577))
    return changed(content, SHEET, (before + rows + after).encode())


def far_cell() -> bytes:
    return Book().add("题库", HEADER, SOUND).put(1_048_575, 16_383, "x").content


def one_string_in_every_cell() -> bytes:
    content = book(HEADER, SOUND)
    before, after = sheet_of(content)
    text = "".join(chr(0x4E00 + n * 7919 % 20_000) for n in range(400_000))
    strings = f'<sst xmlns="{MAIN}"><si><t>{text}</t></si></sst>'.encode()
    rows = "".join(
        f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(3, 19_000)
    )
    content = changed(content, "xl/sharedStrings.xml", strings)
    before = before.partition("<sheetData>")[0] + "<sheetData>"
    return changed(content, SHEET, (before + rows + after).encode())


def many_rows() -> bytes:
    return book(("题干", "答案"), *[(f"第{n}题", "对") for n in range(25_000)])


def entity_bomb() -> bytes:
    entities = "".join(
        f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' if n else '<!ENTITY e0 "ha">' for n in range(10)
    )
    return f"<?xml version='1.0'?><!DOCTYPE q [{entities}]><quiz>&e9;</quiz>".encode()


def open_tags() -> bytes:
    inside = f"<questiontext format='html'><text>{'&lt;a ' * 3_000}</text></questiontext>"
    questions = f"<question type='essay'>{inside}</question>" * 300
    return f"<quiz>{questions}</quiz>".encode()


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "zip bomb": (zip_bomb, "展开后大得不正常"),
    "empty rows": (empty_rows, "格子太多"),
    "far cell": (far_cell, "超过20000行"),
    "one long string": (one_string_in_every_cell, "太大、太复杂"),
    "many rows": (many_rows, "超过20000行"),
    "entity bomb": (entity_bomb, "XML写法不对"),
    "open tags": (open_tags, ""),
    "one long line": (lambda: "一 {".encode() * MEGABYTE, "超过5000个字"),
    "many answers": (lambda: b"::a::q{" + b"=a " * 1_600_000 + b"}", "超过20000个字"),
    "many GIFT questions": (lambda: b"q{T}\n\n" * 90_000, "超过20000道题"),
    "many pasted questions": (lambda: b"1. a\n" * 190_000, "超过20000道题"),
    "many lines": (lambda: b"a\n" * 2_500_000, "超过200000行文字"),
    "many columns": (lambda: "题干,答案,".encode() + b"," * 4_900_000, "看不出哪里是题目"),
    "deep brackets": (lambda: b"[[question]]\nx = " + b"[" * 4_000_000, "括号套得太深"),
}


@pytest.mark.slow
@pytest.mark.parametrize(("make", "said"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_costs_little_and_is_refused(
    make: Callable[[], bytes], said: str, importer: subprocess.Popen[str], tmp_path: Path
) -> None:
    file = tmp_path / "hostile"
    file.write_bytes(make())
    began = time.monotonic()

    report, megabytes = measured(importer, file)

    assert said in json.dumps(report, ensure_ascii=False)
    assert megabytes < 256
    assert time.monotonic() - began < 60


@pytest.fixture(scope="module")
def importer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[str]]:
    """A program that imports each file in a copy of itself, made after it has loaded all it needs.

    To load that takes longer than most of the files.
    """
    sound = tmp_path_factory.mktemp("importer") / "sound"
    sound.write_text("1. 对吗？（对）")
    command = [sys.executable, "-c", IMPORTER, str(sound)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as program:
        yield program


def measured(importer: subprocess.Popen[str], file: Path) -> tuple[dict[str, object], int]:
    """What `bot import questions` reports, and the most memory that it and its own program took."""
    print(file, file=importer.stdin, flush=True)
    assert importer.stdout
    assert int(importer.stdout.readline()) in (1, 2)
    report = file.with_suffix(".report").read_text()
    return json.loads(report), int(file.with_suffix(".memory").read_text()) // 1024


# Not what the system counts for a process that ended: that begins with the memory of its parent.
IMPORTER = """
import os, re, resource, sys
from pathlib import Path
from bot.commands import main

def take(file):
    with Path(file).with_suffix(".report").open("w") as sys.stdout:
        main(["import", "questions", file, "--dry-run", "--json"])

try:
    take(sys.argv[1])
except SystemExit:
    sys.stdout = sys.__stdout__
for line in sys.stdin:
    if not (child := os.fork()):
        try:
            take(file := line.strip())
        finally:
            own = int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
            memory = own + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
            Path(file).with_suffix(".memory").write_text(str(memory))
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "空文件"),
        (b" \r\n\t", "空文件"),
        (b"\0" * 100, "空文件"),
        ("1. 题目\0\n".encode() * 9, "不是文字文件"),
        (b"%PDF-1.7 ...", "PDF文件"),
        (b"\x89PNG\r\n", "图片"),
        (b"{\\rtf1 ...", "RTF文件"),
        (b"Rar!\x1a\x07", "压缩包"),
        (b"PK\x03\x04" + b"word/document.xml", "Word文件"),
        (b"PK\x03\x04" + b"a.txt", "压缩包"),
        (b"PK\x03\x04" + b"xl/workbook.xml", "已经损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), "Word文件"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "有密码"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "网页格式"),
        (
            b"<?xml version='1.0'?><x xmlns='urn:schemas-microsoft-com:office:spreadsheet'/>",
            "XML电子",
        ),
        (b"x" * (5 * MEGABYTE + 1), "超过5MB"),
        (bytes(range(1, 9)) * 100, "不是文字文件"),
    ],
)
def test_what_is_no_file_of_questions_is_called_by_its_name(content: bytes, said: str) -> None:
    assert said in refusal(content)


@pytest.mark.slow
def test_a_damaged_workbook_is_refused() -> None:
    content = book(HEADER, SOUND)
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le") + bytes(600)

    assert "已经损坏" in refusal(content[: len(content) // 2])
    assert refusal(ole)
    assert "DOCTYPE" in refusal(
        changed(
            content, SHEET, b"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><worksheet/>"
        )
    )


@pytest.mark.slow
def test_a_workbook_with_a_false_ending_is_read_all_the_same(tmp_path: Path) -> None:
    file = tmp_path / "questions.txt"
    file.write_bytes(book(HEADER, SOUND))
    command = [sys.executable, "-m", "bot", "import", "questions", str(file), "--dry-run", "--json"]

    done = subprocess.run(command, capture_output=True, check=False, env={"PATH": ""})

    assert (done.returncode, len(json.loads(done.stdout)["questions"])) == (0, 1)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with suppress(Unreadable):
        findings = find_questions(content)

        assert findings.questions or findings.unsupported or findings.errors
