"""Covers and attachments: what is served is never what was sent, and leads nowhere by guessing."""

import re
from io import BytesIO

import pytest
from flask import Flask
from PIL import Image

from bot.console.sending.accepting import Trouble, Unacceptable, accepted
from bot.domain.entry_files import ATTACHMENTS, Content, NoRoomLeft
from bot.domain.refusals import DecidedMeanwhile
from bot.domain.roles import Role
from bot.domain.services import Transaction
from tests.builders import a_lesson, a_round_of
from tests.console.browser import Browser, text_of
from tests.console.conftest import Opened, signed_in

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def a_picture(kind: str = "PNG", size: tuple[int, int] = (30, 20), **more: object) -> bytes:
    made = BytesIO()
    Image.new("RGB", size, "red").save(made, kind, **more)
    return made.getvalue()


def why_not(name: str, content: bytes, *, cover: bool = False) -> Trouble:
    with pytest.raises(Unacceptable) as refusal:
        accepted(name, content, cover=cover)
    return refusal.value.trouble


@pytest.mark.slow
def test_a_picture_is_made_anew_and_smaller() -> None:
    comment = b"<script>alert(1)</script>"
    kept = accepted("党课/封面.JPG", a_picture("JPEG", (2000, 1000), comment=comment), cover=True)

    assert (kept.name, kept.kind) == ("党课封面.jpg", "jpg")
    assert comment not in kept.content
    with Image.open(BytesIO(kept.content)) as image:
        assert (image.format, image.size) == ("JPEG", (1280, 640))


def test_a_document_stays_as_it_is() -> None:
    assert accepted("案例.pdf", PDF, cover=False) == Content("案例.pdf", "pdf", PDF)


@pytest.mark.slow
def test_what_is_hostile_or_useless_is_refused_with_its_reason() -> None:
    page = b"<html><script>alert(1)</script></html>"
    assert why_not("a.jpg", b"") is Trouble.NONE
    assert why_not("a.jpg", page) is Trouble.OTHER
    assert why_not("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>") is Trouble.OTHER
    assert why_not("a.gif", a_picture("GIF")) is Trouble.OTHER
    assert why_not("a.png", a_picture()[:60]) is Trouble.BROKEN
    assert why_not("a.png", a_picture(size=(6000, 6000))) is Trouble.LARGE
    assert why_not("a.pdf", PDF + b" " * (5 * 2**20)) is Trouble.LARGE
    assert why_not("a.pdf", PDF[:-7]) is Trouble.BROKEN
    assert why_not("a.pdf", PDF.replace(b"/Type", b"/JavaScript (x) /Type")) is Trouble.ACTIVE
    assert why_not("a.pdf", PDF, cover=True) is Trouble.OTHER


@pytest.fixture
def number(opened: Opened, transaction: Transaction) -> int:
    with opened() as session:
        a_round_of(session, "lesson")
        return a_lesson(session, "把群众的小事办好")


@pytest.mark.slow
def test_the_key_has_room_for_one_cover_and_so_many_attachments(
    number: int, transaction: Transaction
) -> None:
    with transaction() as services:
        files = services.entry_files
        for version in (1, 2):
            files.add(number, version, Content("a.jpg", "jpg", b"x"), 1, None, cover=True)
        for nth in range(ATTACHMENTS):
            files.add(number, 3 + nth, Content("b.pdf", "pdf", b"x"), 1, None, cover=False)
        with pytest.raises(NoRoomLeft):
            files.add(number, 6, Content("c.pdf", "pdf", b"x"), 1, None, cover=False)
    with transaction() as services:
        assert [one.place for one in services.entry_files.of(number)] == [0, 1, 2, 3]


@pytest.mark.slow
def test_what_was_approved_keeps_the_files_that_were_seen(
    number: int, transaction: Transaction
) -> None:
    with transaction() as services:
        services.moderation.decide(number, 1, 2)
    with pytest.raises(DecidedMeanwhile), transaction() as services:
        services.entry_files.add(number, 2, Content("a.jpg", "jpg", b"x"), 1, None, cover=True)


@pytest.mark.slow
def test_a_withdrawn_entry_has_no_file_to_show(number: int, transaction: Transaction) -> None:
    with transaction() as services:
        services.entry_files.add(number, 1, Content("a.jpg", "jpg", b"x"), 1, None, cover=True)
        (file,) = services.entry_files.of(number)
        assert services.entry_files.seen_at(file.token, None) == Content("a.jpg", "jpg", b"x")
        services.sent_entries.withdraw(number, 2, 1, None)
        assert services.entry_files.seen_at(file.token, None) is None


@pytest.mark.slow
def test_what_waits_is_seen_by_colleagues_and_its_own_unit_alone(
    number: int, transaction: Transaction
) -> None:
    with transaction() as services:
        files = services.entry_files
        files.add(number, 1, Content("a.jpg", "jpg", b"x"), 1, None, cover=True)
        (file,) = files.of(number)
        assert files.at(file.token) is None
        assert [files.seen_at(file.token, root) is None for root in (None, 3, 1)] == [
            False, False, True,
        ]  # fmt: skip
        assert files.seen_at("x" * 32, None) is None
        services.moderation.decide(number, 2, 2)
        assert files.at(file.token) == Content("a.jpg", "jpg", b"x")


@pytest.mark.slow
def test_files_are_brought_looked_at_and_removed(
    app: Flask, transaction: Transaction, number: int
) -> None:
    chen = signed_in(app, transaction, "陈组织", Role.ORGANISER)
    one = f"/admin/entries/{number}"

    def brings(version: int, content: bytes, name: str, **more: str) -> str:
        fields = {"version": str(version), "file": (BytesIO(content), name), **more}
        answer = chen.post(f"{one}/files", fields)
        return text_of(chen.get(answer.location) if answer.location else answer)

    assert "传好了，等审核。" in brings(1, a_picture(), "封面.png", cover="true")
    assert "附件： 案例.pdf" in brings(2, PDF, "案例.pdf")
    assert "只收图片（JPG、PNG、WebP）和 PDF" in brings(3, b"MZ", "病毒.exe")
    assert "刚才有了新的审核结果" in brings(1, PDF, "晚了.pdf")
    look = chen.get(f"{one}/look")
    assert "附件： 案例.pdf" in text_of(look)
    (cover,) = re.findall(r'class="sent-cover" src="(/admin/entries/files/[^"]+)"', look.text)
    shown = chen.get(cover)
    assert (shown.status_code, shown.mimetype) == (200, "image/jpeg")
    judge = signed_in(app, transaction, "赵评委", Role.JUDGE)
    assert judge.get(cover).status_code == 404
    assert Browser(app).get(cover).status_code == 303
    chen.post(f"{one}/drop-file", {"version": "3", "place": "1"})
    assert "没有附件。" in text_of(chen.get(f"{one}/look"))
