"""The gate of the console: who comes in, whose forms are heard, what every answer carries."""

import hmac
import secrets
from collections.abc import Callable
from enum import Enum
from typing import ClassVar
from urllib.parse import urlsplit

from flask import Response, g, request
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response as AnyResponse

from bot.console import wording
from bot.console.lists.forms import MOST_BYTES as MOST_PASTED
from bot.console.pages import to
from bot.console.proof import Proof
from bot.domain.services import Transaction
from bot.domain.staff import Colleague, Missing, Present
from bot.settings import Settings
from quiz_bank.formats.recognition import LARGEST_MB

PREFIX = "/admin"
MOST_BYTES = 16 * 1024
"""A form of the console is small."""
UPLOADS = {
    "console.bring_questions": LARGEST_MB * 2**20 + MOST_BYTES,
    "console.bring_units": LARGEST_MB * 2**20 + MOST_BYTES,
    "console.bring_entries": LARGEST_MB * 2**20 + MOST_BYTES,
    "console.add_entry_file": LARGEST_MB * 2**20 + MOST_BYTES,
    "console.try_words": MOST_PASTED,
    "console.add_words": MOST_PASTED,
    "console.decide_marked": 4 * MOST_BYTES,
}
"""The views that take a file or a long list, and how much of it; from who may not, only a form."""

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)
"""Images may be data: addresses, since Tabler draws ticks and arrows with them."""
_VISITOR = "visitor-"
"""Begins the token of a browser on which nobody has signed in."""
_ONE_YEAR = 365 * 24 * 3600


class Access(Enum):
    """Who may ask for a view."""

    ANYONE = 1
    ENTERING = 2
    """Whoever has shown a password, be the second step done or not."""
    STAFF = 3
    LOOKERS = 4
    DECIDERS = 5
    EDITORS = 6
    PLANNERS = 7
    AUDITORS = 8
    OWNERS = 9
    REPORTERS = 10
    COUNTERS = 11
    JUDGES = 12
    SENDERS = 13


ACCESS = {
    "console.static": Access.ANYONE,
    "console.sign_in": Access.ANYONE,
    "console.set_up": Access.ANYONE,
    "console.invited": Access.ANYONE,
    "console.sign_out": Access.ENTERING,
    "console.code": Access.ENTERING,
    "console.authenticator": Access.ENTERING,
    "console.set_up_authenticator": Access.ENTERING,
    "console.account": Access.STAFF,
    "console.end_sign_in": Access.STAFF,
    "console.end_sign_ins": Access.STAFF,
    "console.own_password": Access.STAFF,
    "console.own_look": Access.STAFF,
    "console.recovery_codes": Access.STAFF,
    "console.replace_authenticator": Access.STAFF,
    "console.units": Access.COUNTERS,
    "console.nowhere": Access.STAFF,
    "console.queue": Access.LOOKERS,
    "console.history": Access.LOOKERS,
    "console.second_looks": Access.LOOKERS,
    "console.tickets": Access.LOOKERS,
    "console.votes": Access.LOOKERS,
    "console.questions": Access.LOOKERS,
    "console.question": Access.LOOKERS,
    "console.analysis": Access.LOOKERS,
    "console.regrade": Access.LOOKERS,
    "console.plans": Access.LOOKERS,
    "console.recount": Access.LOOKERS,
    "console.stuffing": Access.LOOKERS,
    "console.propose_quarantine": Access.PLANNERS,
    "console.confirm_quarantine": Access.PLANNERS,
    "console.drop_quarantine": Access.PLANNERS,
    "console.propose_release": Access.PLANNERS,
    "console.confirm_release": Access.PLANNERS,
    "console.drop_release": Access.PLANNERS,
    "console.approve": Access.DECIDERS,
    "console.send_back": Access.DECIDERS,
    "console.follow": Access.DECIDERS,
    "console.undo": Access.DECIDERS,
    "console.reopen": Access.PLANNERS,
    "console.look": Access.DECIDERS,
    "console.settle": Access.PLANNERS,
    "console.decide_marked": Access.DECIDERS,
    "console.leave_desk": Access.STAFF,
    "console.close_ticket": Access.DECIDERS,
    "console.link_phone": Access.DECIDERS,
    "console.keep_phone": Access.DECIDERS,
    "console.unlink_phone": Access.DECIDERS,
    "console.import_questions": Access.EDITORS,
    "console.bring_questions": Access.EDITORS,
    "console.preview_questions": Access.EDITORS,
    "console.take_questions": Access.EDITORS,
    "console.move_questions": Access.EDITORS,
    "console.export_questions": Access.EDITORS,
    "console.move_question": Access.EDITORS,
    "console.edit_question": Access.EDITORS,
    "console.word_question": Access.EDITORS,
    "console.mend_key": Access.EDITORS,
    "console.propose_key": Access.EDITORS,
    "console.release_key": Access.EDITORS,
    "console.withdraw_key": Access.EDITORS,
    "console.restore_points": Access.EDITORS,
    "console.results": Access.LOOKERS,
    "console.ask_results": Access.REPORTERS,
    "console.take_results": Access.REPORTERS,
    "console.overview": Access.LOOKERS,
    "console.export_figures": Access.REPORTERS,
    "console.export_words": Access.DECIDERS,
    "console.export_listed": Access.DECIDERS,
    "console.export_people": Access.OWNERS,
    "console.draws": Access.LOOKERS,
    "console.draw": Access.LOOKERS,
    "console.new_draw": Access.PLANNERS,
    "console.enter_number": Access.PLANNERS,
    "console.prize_fetched": Access.PLANNERS,
    "console.prize_lapsed": Access.PLANNERS,
    "console.panel": Access.LOOKERS,
    "console.settle_panel": Access.PLANNERS,
    "console.appoint_judge": Access.PLANNERS,
    "console.dismiss_judge": Access.PLANNERS,
    "console.begin_judging": Access.PLANNERS,
    "console.close_judging": Access.PLANNERS,
    "console.cancel_panel": Access.PLANNERS,
    "console.judging": Access.JUDGES,
    "console.sheet": Access.JUDGES,
    "console.save_sheet": Access.JUDGES,
    "console.sent_entries": Access.SENDERS,
    "console.send_in": Access.SENDERS,
    "console.change_sent": Access.SENDERS,
    "console.sent_entry": Access.LOOKERS,
    "console.bring_entries": Access.SENDERS,
    "console.preview_entries": Access.SENDERS,
    "console.take_entries": Access.SENDERS,
    "console.withdraw_sent": Access.SENDERS,
    "console.add_entry_file": Access.SENDERS,
    "console.drop_entry_file": Access.SENDERS,
    "console.entry_file": Access.STAFF,
    "console.pair": Access.JUDGES,
    "console.choose_better": Access.JUDGES,
    "console.certificates": Access.PLANNERS,
    "console.award": Access.PLANNERS,
    "console.new_award": Access.PLANNERS,
    "console.issue_rest": Access.PLANNERS,
    "console.revoke_award": Access.PLANNERS,
    "console.revoke": Access.PLANNERS,
    "console.restore": Access.PLANNERS,
    "console.publicise": Access.PLANNERS,
    "console.publish": Access.PLANNERS,
    "console.words": Access.LOOKERS,
    "console.try_words": Access.DECIDERS,
    "console.add_words": Access.DECIDERS,
    "console.drop_words": Access.DECIDERS,
    "console.undo_words": Access.DECIDERS,
    "console.quotations": Access.LOOKERS,
    "console.add_quotation": Access.DECIDERS,
    "console.drop_quotation": Access.DECIDERS,
    "console.import_units": Access.PLANNERS,
    "console.bring_units": Access.PLANNERS,
    "console.preview_units": Access.PLANNERS,
    "console.take_units": Access.PLANNERS,
    "console.plan_contest": Access.PLANNERS,
    "console.plan_round": Access.PLANNERS,
    "console.change_contest": Access.PLANNERS,
    "console.lift_freeze": Access.PLANNERS,
    "console.change_round": Access.PLANNERS,
    "console.trail": Access.AUDITORS,
    "console.check_trail": Access.AUDITORS,
    "console.export_trail": Access.AUDITORS,
    "console.people": Access.OWNERS,
    "console.invite_colleague": Access.OWNERS,
    "console.person": Access.OWNERS,
    "console.change_role": Access.OWNERS,
    "console.disable_account": Access.OWNERS,
    "console.sign_out_colleague": Access.OWNERS,
    "console.unlink_phone_of_colleague": Access.OWNERS,
    "console.reset_password": Access.OWNERS,
    "console.reset_authenticator": Access.OWNERS,
    "console.reset_reopen": Access.OWNERS,
}
"""Every view of the console. One that is missing here is open to nobody."""

DANGEROUS = frozenset(
    {
        "console.release_key",
        "console.confirm_quarantine",
        "console.confirm_release",
        "console.publicise",
        "console.new_draw",
        "console.new_award",
        "console.appoint_judge",
        "console.begin_judging",
        "console.close_judging",
        "console.cancel_panel",
        "console.issue_rest",
        "console.revoke_award",
        "console.revoke",
        "console.enter_number",
        "console.prize_lapsed",
        "console.publish",
        "console.settle",
        "console.reopen",
        "console.lift_freeze",
        "console.export_trail",
        "console.export_words",
        "console.export_people",
        "console.take_results",
        "console.link_phone",
        "console.keep_phone",
        "console.own_password",
        "console.recovery_codes",
        "console.replace_authenticator",
        "console.invite_colleague",
        "console.change_role",
        "console.disable_account",
        "console.reset_password",
        "console.reset_authenticator",
        "console.reset_reopen",
    }
)
"""The views whose forms are heard only within minutes of password and code.

Settling what two dispute is one of them: it sets votes aside. Undoing is none: what it takes back
nobody has heard of, and it has to be done within the minute.
"""

_OPEN_TO: dict[Access, Callable[[Colleague], bool]] = {
    Access.STAFF: lambda _: True,
    Access.LOOKERS: lambda colleague: colleague.may_look,
    Access.DECIDERS: lambda colleague: colleague.may_decide,
    Access.EDITORS: lambda colleague: colleague.may_edit,
    Access.PLANNERS: lambda colleague: colleague.may_plan,
    Access.AUDITORS: lambda colleague: colleague.may_audit,
    Access.OWNERS: lambda colleague: colleague.may_admit,
    Access.REPORTERS: lambda colleague: colleague.may_report,
    Access.COUNTERS: lambda colleague: colleague.may_count,
    Access.JUDGES: lambda colleague: colleague.may_judge,
    Access.SENDERS: lambda colleague: colleague.may_send_in,
}
_STEPS = {Missing.CODE: "code", Missing.AUTHENTICATOR: "authenticator"}
"""Where the second step of a sign-in is taken."""


def _may(colleague: Present, access: Access | None) -> bool:
    """Whether a view of this kind is open to the colleague."""
    if access in _OPEN_TO and colleague.missing is None:
        return _OPEN_TO[access](colleague)
    return False


class StaleForm(Forbidden):
    """The form does not belong to this browser's sign-in, or no longer."""

    words: ClassVar = wording.STALE_FORM


class ForeignForm(Forbidden):
    """The form was sent from a page that is not ours."""

    words: ClassVar = wording.FOREIGN_FORM


class Gate:
    """Stands before every view of the console and behind every answer.

    One cookie holds a random token. Before signing in it only ties forms to the browser;
    signing in brings a new one, whose hash is in SQL. The token of a form is a keyed hash
    of the cookie's: it is worth nothing in another sign-in and dies with its own.
    """

    def __init__(self, settings: Settings, transaction: Transaction) -> None:
        self._transaction = transaction
        self._secret = settings.secret_key.get_secret_value()
        self._proof = Proof(self._secret, transaction)
        self._production = settings.env == "production"
        self._public = urlsplit(settings.public_url)
        self._cookie = "__Host-sibian" if self._production else "sibian"

    # ------------------------------------------------------------ before

    def admit(self) -> AnyResponse | None:
        """Let the request in; or refuse its form, or send it to the sign-in page."""
        request.max_content_length = self._most_bytes()
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            self._check_origin()
            self._check_form()
        access = ACCESS.get(request.endpoint or "")
        if access is Access.ANYONE:
            return None
        colleague = self.colleague()
        if colleague is None:
            return self._to_sign_in()
        if access is Access.ENTERING:
            return None
        if colleague.missing:
            return to(_STEPS[colleague.missing])
        if not _may(colleague, access):
            return self._turn_away(colleague)
        g.colleague = colleague
        return self._proof_wanted(colleague)

    def _turn_away(self, colleague: Present) -> AnyResponse:
        """Refuse; but whoever signs in comes to the queue first, which is not for everybody."""
        if request.endpoint == "console.queue" and request.method in ("GET", "HEAD"):
            return to("judging" if colleague.may_judge else "units")
        with self._transaction() as services:
            services.staff.note_denied(colleague, request.endpoint or "")
        raise Forbidden

    def _proof_wanted(self, colleague: Present) -> AnyResponse | None:
        """The page that asks for password and code once more, before a dangerous act."""
        if request.method != "POST" or request.endpoint not in DANGEROUS or colleague.fresh:
            return None
        return self._proof.wanted(colleague, self.token)

    def _most_bytes(self) -> int:
        """How much this request may bring: a file only where one is wanted, from who may."""
        endpoint = request.endpoint or ""
        colleague = self.colleague() if endpoint in UPLOADS else None
        if colleague and _may(colleague, ACCESS[endpoint]):
            return UPLOADS[endpoint]
        return MOST_BYTES

    def colleague(self) -> Present | None:
        """Who is signed in on this browser."""
        if not self.token:
            return None
        with self._transaction(read_only=True) as services:
            colleague = services.staff.seen_lately(self.token)
        if colleague:
            return colleague
        with self._transaction() as services:
            return services.staff.whose(self.token)

    @property
    def token(self) -> str:
        """The token of this browser's cookie, or the one it is about to get."""
        return str(g.get("token") or request.cookies.get(self._cookie, ""))

    def form_token(self) -> str:
        """What a form on this page must send along."""
        if not self.token:
            g.token = _VISITOR + secrets.token_urlsafe(32)
        return self._form_token_of(self.token)

    def _form_token_of(self, token: str) -> str:
        return hmac.new(self._secret.encode(), f"form {token}".encode(), "sha256").hexdigest()

    def _check_form(self) -> None:
        sent = request.form.get("form_token", "")
        if not self.token or not hmac.compare_digest(
            sent.encode(), self._form_token_of(self.token).encode()
        ):
            raise StaleForm

    def _check_origin(self) -> None:
        """Refuse what another site sends.

        Our own pages say `Origin: null`, since they ask browsers to send no referrer; on
        https and on the local machine browsers tell by Sec-Fetch-Site that it was us.
        """
        site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
        if site not in (None, "same-origin"):
            raise ForeignForm
        silent = origin is None or (origin == "null" and (site or not self._production))
        if not silent and origin != self._own_origin():
            raise ForeignForm

    def _own_origin(self) -> str:
        if self._production:
            return f"{self._public.scheme}://{self._public.netloc}"
        return request.host_url.rstrip("/")

    def _to_sign_in(self) -> AnyResponse:
        was_in = self.token and not self.token.startswith(_VISITOR)
        return to("sign_in", again="1" if was_in else None)

    # ------------------------------------------------------------ after

    def remember(self, token: str) -> None:
        """This browser is signed in from now on; the token it came with is dropped."""
        g.token = token

    def forget(self) -> None:
        """Nobody is signed in on this browser any more."""
        g.token = _VISITOR + secrets.token_urlsafe(32)

    def seal(self, response: Response) -> Response:
        """Give an answer under our address, errors too, its cookie and its headers."""
        if request.path != PREFIX and not request.path.startswith(f"{PREFIX}/"):
            return response
        if token := g.get("token"):
            response.set_cookie(
                self._cookie,
                token,
                path="/",
                secure=self._production,
                httponly=True,
                samesite="Strict",
            )
        response.headers["Content-Security-Policy"] = _POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        if request.endpoint != "console.static":
            response.headers["Cache-Control"] = "no-store"
        if self._production:
            response.headers["Strict-Transport-Security"] = f"max-age={_ONE_YEAR}"
        return response
