"""The pages inside WeChat: plain links and one form, readable without any script."""

import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import NoReturn

import structlog
from flask import (
    Blueprint,
    Response,
    abort,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.wrappers import Response as AnyResponse

from bot.domain.mottos import PAGE, WallPage
from bot.domain.refusals import BoardClosed, NoContest, NoRound
from bot.domain.services import Services, Transaction
from bot.domain.unit_board import UnitTable
from bot.domain.units import UnitCard
from bot.h5.ballot import BallotPages
from bot.h5.box import BoxPages
from bot.h5.certificates import CertificatePages
from bot.h5.draws import DrawPages
from bot.h5.headers import PREFIX, protect
from bot.h5.keepsakes import Keepsakes
from bot.h5.mine import Mine
from bot.h5.pages import known, page
from bot.h5.pen import Pen
from bot.h5.results import Results
from bot.h5.signing_in import SignIn, SigningIn
from bot.h5.sizes import asked_for, is_larger, offer_sizes
from bot.h5.wording import issued_on, kept, place_of, spoken, when
from bot.logs import trace
from bot.rulebook import METHODS, beginning, contest_rules, correction, deadline, points
from bot.settings import Settings

TOP, FEWER = 50, 20
"""How many people the standings show; and in larger letters, which fill a page sooner."""
FEW = 8
"""Mottos on a page of the wall in larger letters."""
MOST_UNITS = 200
"""How many units one table shows."""
NEWEST = 3
"""How many mottos stand on the first page."""
NAMES = 60
"""How many of those who wrote the same are named."""
_TOKEN = re.compile(r"[\w-]{32}", re.ASCII)
_STATIC = Path(__file__).parent / "static"

log = structlog.get_logger()


def h5(settings: Settings, transaction: Transaction, sign_in: SignIn | None = None) -> Blueprint:
    """The pages under /h. The application has to serve WeUI at the endpoint `vendor`.

    Without `sign_in` it is a link of the chat alone by which one votes on a page.
    """
    blueprint = Blueprint(
        "h5", __name__, url_prefix=PREFIX, template_folder="templates", static_folder="static"
    )
    pages = _Pages(transaction)
    pen = Pen()
    keepsakes = Keepsakes(transaction, settings.address, pen)
    blueprint.add_url_rule("/", "home", pages.home)
    blueprint.add_url_rule("/wall", "wall", pages.wall)
    blueprint.add_url_rule("/m/<number>", "motto", pages.motto)
    blueprint.add_url_rule("/f/<token>", "entry_file", pages.entry_file)
    blueprint.add_url_rule("/m/<number>/poster", "poster", keepsakes.page)
    blueprint.add_url_rule("/m/<number>/poster.jpg", "picture", keepsakes.picture)
    blueprint.add_url_rule("/standings", "standings", pages.standings)
    blueprint.add_url_rule("/privacy", "privacy", partial(page, "privacy", kept=kept()))
    results = Results(transaction, settings.data_dir)
    blueprint.add_url_rule("/results", "result", results.result)
    blueprint.add_url_rule("/results/receipt", "receipt", results.receipt, methods=["GET", "POST"])
    blueprint.add_url_rule("/results/recount.zip", "recount", results.pack)
    boxes = BoxPages(transaction)
    blueprint.add_url_rule("/box", "box", boxes.box)
    blueprint.add_url_rule(
        "/box/<int(max=99999):round_id>/<int(max=9999999):number>", "batch", boxes.batch
    )
    draws = DrawPages(transaction)
    blueprint.add_url_rule("/d/<int(max=99999):number>", "draw", draws.draw)
    blueprint.add_url_rule("/d/<int(max=99999):number>/list.txt", "draw_list", draws.listed)
    blueprint.add_url_rule("/d/check_draw.py", "draw_program", draws.program)
    certificates = CertificatePages(transaction, settings.address, pen)
    blueprint.add_url_rule("/c", "ask_certificate", certificates.ask)
    blueprint.add_url_rule("/c/<code>", "certificate", certificates.check)
    blueprint.add_url_rule("/c/<code>/<key>", "own_certificate", certificates.own)
    blueprint.add_url_rule("/c/<code>/<key>.jpg", "certificate_picture", certificates.picture)
    over_https = settings.address.startswith("https:")
    ballot = BallotPages(transaction, over_https)
    blueprint.add_url_rule("/vote", "ballot", ballot.show)
    if sign_in is not None:
        way = SigningIn(transaction, over_https, sign_in)
        blueprint.add_url_rule("/vote/sign-in", "ballot_sign_in", way.leave)
        blueprint.add_url_rule("/vote/signed-in", "ballot_signed_in", way.come_back)
    for name in ("open", "choose", "send", "withdraw"):
        act = getattr(ballot, name)
        blueprint.add_url_rule(f"/vote/{name}", f"ballot_{name}", act, methods=["POST"])
    mine = Mine(transaction)
    blueprint.add_url_rule("/mine", "mine", mine.ask)
    blueprint.add_url_rule("/mine", "open_mine", mine.open, methods=["POST"])
    blueprint.add_url_rule("/units", "units", pages.units)
    # The chat has little room: it links to these.
    for short, name in {"": "home", "/m": "wall", "/r": "units", "/p": "privacy"}.items():
        blueprint.add_url_rule(short, f"short_{name}", partial(_forward, f"h5.{name}"))
    blueprint.add_url_rule("/<path:unknown>", "unknown", _unknown)
    blueprint.register_error_handler(NotFound, _not_found)
    blueprint.register_error_handler(Exception, _failed)
    offer_sizes(blueprint, over_https=over_https)
    protect(blueprint)
    style = hashlib.sha256((_STATIC / "pages.css").read_bytes()).hexdigest()[:12]
    words = {
        "when": when,
        "beginning": beginning,
        "deadline": deadline,
        "spoken": spoken,
        "issued_on": issued_on,
        "place_of": place_of,
        "points": points,
        "methods": METHODS,
        "signs_in": sign_in is not None,
    }
    blueprint.context_processor(lambda: {"style": style, "zip": zip, **words})
    return blueprint


class _Pages:
    """The pages that show what the domain knows."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def home(self) -> Response:
        with self._transaction(read_only=True) as services:
            wall, result = _wall(services), services.outcomes.latest_shown()
        return page("home", newest=wall.mottos[:NEWEST] if wall else [], result=result)

    def wall(self) -> Response:
        with self._transaction(read_only=True) as services:
            districts = services.units.districts()
            district = _chosen(districts)
            wanted = request.args.get("page", 1, type=int)
            wall = _wall(services, wanted, district)
        return page("wall", wall=wall, districts=districts, district=district)

    def motto(self, number: str) -> Response:
        with self._transaction(read_only=True) as services:
            card, day = known(services, number)
            signers = services.mottos.signers(card.number, NAMES)
            files = services.entry_files.of(card.number) if card.sent else []
        attached = [file for file in files if not file.is_cover]
        return page("motto", card=card, signers=signers, day=day, attached=attached)

    def entry_file(self, token: str) -> Response:
        """A picture or a document of an entry; documents are saved, not opened in place."""
        with self._transaction(read_only=True) as services:
            file = services.entry_files.at(token) if _TOKEN.fullmatch(token) else None
        if file is None:
            abort(404)
        response = send_file(
            BytesIO(file.content),
            mimetype=file.type,
            as_attachment=not file.is_picture,
            download_name=file.name,
        )
        # It goes with its entry: nobody in between keeps it.
        response.headers["Cache-Control"] = "private, max-age=600"
        return response

    def standings(self) -> Response:
        with self._transaction(read_only=True) as services:
            districts = services.units.districts()
            district = _chosen(districts)
            contests, contest = _of_today(services)
            limit = FEWER if is_larger() else TOP
            brackets, bracket = _bracket(services, contest)
            closed, frozen, places = False, None, []
            try:
                frozen = services.standings.frozen(contest)
                places = services.standings.top(
                    limit, district.id if district else None, contest, bracket
                )
            except BoardClosed:
                closed = True
            rules = _rules(services, contest)
            corrections = [correction(one) for one in services.regrading.corrections()]
        return page(
            "standings",
            places=places,
            districts=districts,
            district=district,
            contests=contests,
            contest=contest,
            rules=rules,
            closed=closed,
            frozen=frozen,
            brackets=brackets,
            bracket=bracket,
            corrections=corrections,
        )

    def units(self) -> Response:
        with self._transaction(read_only=True) as services:
            district = _chosen(services.units.districts())
            contests, contest = _of_today(services)
            closed, frozen, table = False, None, UnitTable([], [])
            try:
                frozen = services.standings.frozen(contest)
                table = services.participation.table(district.id if district else None, contest)
            except BoardClosed:
                closed = True
        return page(
            "units", table=table, district=district, contests=contests, contest=contest,
            most=MOST_UNITS, frozen=frozen, closed=closed,
        )  # fmt: skip


def _rules(services: Services, contest: int | None) -> Sequence[str]:
    """What the contest promises; nothing without one."""
    try:
        return contest_rules(services.quiz.rules(contest).plan)
    except NoContest:
        return ()


def _bracket(services: Services, contest: int | None) -> tuple[Sequence[str], int | None]:
    """The brackets of the contest, and the one that the address names, or else the first."""
    try:
        names = services.quiz.rules(contest).plan.brackets
    except NoContest:
        return (), None
    wanted = request.args.get("bracket", 1, type=int)
    return names, (wanted if 1 <= wanted <= len(names) else 1) if names else None


def _of_today(services: Services) -> tuple[Mapping[int, str], int | None]:
    """The titles of today's contests where there are several, and the one that the address names.

    Without a name, or with one that we do not have, it is the one that began last.
    """
    titles = services.quiz.titles()
    wanted = request.args.get("contest", type=int)
    return titles, wanted if wanted in titles else next(reversed(titles), None)


def _wall(services: Services, page: int = 1, district: UnitCard | None = None) -> WallPage | None:
    """A page of the wall; None before the first round."""
    try:
        size = FEW if is_larger() else PAGE
        return services.mottos.wall(page, district.id if district else None, size)
    except NoRound:
        return None


def _chosen(districts: list[UnitCard]) -> UnitCard | None:
    """The district that the address names; one that we do not have means all."""
    wanted = request.args.get("district")
    return next((district for district in districts if str(district.id) == wanted), None)


def _forward(endpoint: str) -> AnyResponse:
    return redirect(url_for(endpoint, size=asked_for()))


def _unknown(**_address: str) -> NoReturn:
    abort(404)


def _not_found(_error: NotFound) -> tuple[str, int]:
    """One page for all that cannot be seen: it does not tell whether there is something."""
    return _trouble(None), 404


def _failed(error: Exception) -> HTTPException | tuple[str, int]:
    if isinstance(error, HTTPException):
        return error
    incident = f"{secrets.randbelow(10**6):06}"
    log.error("page failed", page=request.endpoint, incident=incident, **trace(error))
    return _trouble(incident), 500


def _trouble(incident: str | None) -> str:
    # The way back is not this page: its address would differ where nothing else does.
    return render_template("h5/trouble.html", incident=incident, back=url_for("h5.home"))
