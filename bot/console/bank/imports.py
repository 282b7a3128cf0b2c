"""Bringing questions in: a file or pasted words, a look at what they hold, taking them in."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, Response, g
from werkzeug.wrappers import Response as AnyResponse

from bot.console.bank import wording
from bot.console.bank.forms import TakeQuestionsForm
from bot.console.bringing import Reader, hash_of, trouble_with
from bot.console.pages import page, to
from bot.console.wording import NOTHING_BROUGHT, NOTHING_TO_TAKE
from bot.domain.bank import BankChanged, BankState
from bot.domain.question_import import COLLIDES, Compared, Standing, compare
from bot.domain.services import Services, Transaction
from bot.domain.uploads import Holds, NothingToTake, Upload
from quiz_bank.formats.apart import MOST_AT_ONCE, parse, read_apart
from quiz_bank.formats.importing import Findings
from quiz_bank.formats.recognition import LARGEST_MB

MOST_SHOWN = 200
"""Lines of a list on the page."""


@dataclass(frozen=True)
class Preview:
    """What a file holds, beside what the bank has."""

    findings: Findings
    compared: Sequence[Compared]
    seen: str
    """A hash of how they compare: who takes them in says what they saw."""

    def standing(self, *standings: Standing) -> list[Compared]:
        """Those that stand to the bank in one of these ways."""
        return [one for one in self.compared if one.standing in standings]

    @property
    def counts(self) -> Counter[str]:
        """How many stand to the bank in which way."""
        return Counter(one.standing.value for one in self.compared)


class ImportDesk:
    """Where questions come in."""

    def __init__(self, transaction: Transaction, reader: Reader) -> None:
        self._transaction, self._reader = transaction, reader

    def hang(self, room: Blueprint) -> None:
        """Give each page its address."""
        here, post = "/questions/import", ["POST"]
        room.add_url_rule(here, "import_questions", self.ask)
        room.add_url_rule(here, "bring_questions", self.bring, methods=post)
        room.add_url_rule(f"{here}/preview", "preview_questions", self.preview)
        room.add_url_rule(f"{here}/take", "take_questions", self.take, methods=post)

    def ask(self) -> Response:
        """Ask for a file, or for words."""
        return self._ask()

    def bring(self) -> AnyResponse:
        """Begin to read what was brought."""
        if not self._reader.bring(g.colleague.id, Holds.QUESTIONS, read_apart):
            return self._ask(HTTPStatus.UNPROCESSABLE_ENTITY, trouble=NOTHING_BROUGHT)
        return to("preview_questions")

    def preview(self) -> AnyResponse:
        """What the file holds; while it is being read, how far that is."""
        return self._preview(None)

    def take(self) -> AnyResponse:
        """Take the file in as it was looked over, or drop it."""
        form = TakeQuestionsForm.sent()
        token, mine = form.upload, g.colleague.id
        if form.drop:
            self._reader.drop(mine, Holds.QUESTIONS, form)
            return to("import_questions")
        with self._transaction(read_only=True) as services:
            upload = services.uploads.of(mine, Holds.QUESTIONS)
            looked = _look(services, upload) if upload and upload.token == token else None
        if upload and upload.token == token and not looked:
            return self._preview(None)
        if looked:
            if looked.seen != form.seen or looked.findings.errors:
                return self._preview(wording.BANK_CHANGED)
            if looked.findings.unsupported and not form.leave_out:
                return self._preview(wording.LEAVE_OUT)
        return self._take(token, looked, form.revise)

    # ------------------------------------------------------------ inside

    def _take(self, token: bytes, looked: Preview | None, revise: bool) -> AnyResponse:
        compared = looked.compared if looked else ()
        coming = [one for one in compared if revise or one.standing is not Standing.REVISED]
        left_out = len(looked.findings.unsupported) if looked else 0
        try:
            with self._transaction() as services:
                taken = services.uploads.take_in(g.colleague.id, token, coming, left_out)
        except BankChanged:
            return self._preview(wording.BANK_CHANGED)
        except NothingToTake:
            return self._preview(NOTHING_TO_TAKE)
        return to("questions", state=BankState.DRAFT, new=taken.new, revised=taken.revised)

    def _ask(self, status: HTTPStatus = HTTPStatus.OK, **facts: object) -> Response:
        with self._transaction(read_only=True) as services:
            return page(
                "question_import",
                status,
                largest=LARGEST_MB,
                most=MOST_AT_ONCE,
                letters=services.tickets.backlog().waiting,
                waiting=services.uploads.of(g.colleague.id, Holds.QUESTIONS),
                **facts,
            )

    def _preview(self, banner: tuple[str, str] | None) -> AnyResponse:
        with self._transaction(read_only=True) as services:
            upload = services.uploads.of(g.colleague.id, Holds.QUESTIONS)
            looked = _look(services, upload) if upload else None
            letters = services.tickets.backlog().waiting
        status = HTTPStatus.CONFLICT if banner else HTTPStatus.OK
        if upload is None:
            return self._ask(status, banner=banner) if banner else to("import_questions")
        if trouble := trouble_with(upload):
            return self._ask(HTTPStatus.UNPROCESSABLE_ENTITY, trouble=trouble, name=upload.name)
        return page(
            "question_preview",
            status,
            bank=wording,
            upload=upload,
            looked=looked,
            collides=(Standing.REVISED, *COLLIDES),
            most=MOST_SHOWN,
            banner=banner,
            letters=letters,
        )


def _look(services: Services, upload: Upload) -> Preview | None:
    """What the file holds, beside the bank as it is now; None when that is not known."""
    if upload.report is None or trouble_with(upload):
        return None
    findings = parse(upload.report)
    compared = compare(services.bank.questions(), findings.questions, revise=True)
    return Preview(findings, compared, _hash(compared))


def _hash(compared: Sequence[Compared]) -> str:
    told = [
        (one.found.question.code, one.standing, one.other.to_dict() if one.other else None)
        for one in compared
    ]
    return hash_of(told)
