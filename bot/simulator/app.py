"""The simulator's web page and its JSON, for this machine and for development only."""

from flask import Flask, Response, abort, jsonify, render_template, request
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from bot.settings import Settings
from bot.simulator import wording
from bot.simulator.account import Account
from bot.simulator.answers import TEXT_LIMIT
from bot.simulator.chats import BRANCH_CODE, PUSHES, Act, Chats, NoSuch
from bot.simulator.face import Facts, exchange_facts, member_facts
from bot.simulator.sign_in import SignIns, WrongDomain, domains_of
from bot.simulator.target import Production, Target

HERE = "127.0.0.1"
"""The only address it listens on."""

POLICY = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def run(settings: Settings, port: int = 8001, target: str = "") -> None:
    """Serve the simulator on this machine until interrupted.

    `target` is the bot's address (scheme, host, port); by default where `settings` have it
    listen. Raises Production when the settings or the bot itself say that it is no plaything.
    """
    with open_server(settings, port, target) as server:
        server.serve_forever()


def open_server(settings: Settings, port: int, target: str = "") -> BaseWSGIServer:
    """The server that `run` runs, its socket open; port 0 stands for any free one."""
    bot = Target(target) if target else Target.of(settings)
    app = create_simulator(settings, bot.address)
    bot.refuse_production()
    return make_server(HERE, port, app, threaded=True, request_handler=_Quiet)


def create_simulator(settings: Settings, target: str = "") -> Flask:
    """The application; see `run`. Raises Production when the settings say so."""
    if settings.env == "production":
        raise Production(wording.PRODUCTION)
    account = Account.of(settings)
    bot = Target(target) if target else Target.of(settings)
    chats = Chats(account, bot)
    domains = domains_of(bot.address, settings.address)
    secret = settings.wechat_app_secret.get_secret_value()
    sign_ins = SignIns(settings.wechat_app_id, secret, domains)
    app = Flask(__name__)
    # A page of the wide web whose name resolves to this machine gets nothing.
    app.config["TRUSTED_HOSTS"] = [HERE, "localhost"]
    app.config["MAX_CONTENT_LENGTH"] = 64 * 1024
    app.before_request(_refuse_other_pages)
    app.after_request(_protect)
    app.register_error_handler(NoSuch, lambda _: _problem(wording.NO_SUCH_THING, 404))
    app.register_error_handler(Production, lambda _: _problem(wording.PRODUCTION, 409))
    _add_page(app)
    _add_phones(app, chats, account)
    _add_sign_in(app, chats, sign_ins)
    return app


def _add_page(app: Flask) -> None:
    @app.get("/")
    def page() -> str:
        return render_template(
            "simulator.html",
            account=wording.ACCOUNT,
            branch=wording.BRANCH,
            branch_code=BRANCH_CODE,
            text_limit=TEXT_LIMIT,
        )


def _add_phones(app: Flask, chats: Chats, account: Account) -> None:
    @app.get("/members")
    def members() -> list[Facts]:
        return [member_facts(chat) for chat in chats.all()]

    @app.post("/members")
    def add() -> Facts:
        return member_facts(chats.add())

    @app.get("/members/<int:member>")
    def chat(member: int) -> Facts:
        chat = chats.of(member)
        said = [exchange_facts(exchange, account) for exchange in chat.exchanges]
        return member_facts(chat) | {"exchanges": said}

    @app.post("/members/<int:member>/acts")
    def do(member: int) -> Facts:
        exchange = chats.do(member, _act())
        return exchange_facts(exchange, account) | {"following": chats.of(member).following}

    @app.post("/members/<int:member>/acts/<int:number>/again")
    def repeat(member: int, number: int) -> Facts:
        exchange = chats.repeat(member, number)
        return exchange_facts(exchange, account) | {"following": chats.of(member).following}


def _add_sign_in(app: Flask, chats: Chats, sign_ins: SignIns) -> None:
    app.register_error_handler(WrongDomain, lambda _: (wording.WRONG_DOMAIN, 400))

    @app.get("/connect/oauth2/authorize")
    def authorize() -> str:
        page, state = request.args.get("redirect_uri", ""), request.args.get("state", "")
        phones = [chat.member for chat in chats.all()]
        ways = [(one, sign_ins.way_back(page, state, one.openid)) for one in phones]
        guest = sign_ins.way_back(page, state, "", snapshot=True)
        return render_template("sign_in.html", ways=ways, guest=guest)

    @app.get("/sns/oauth2/access_token")
    def token() -> Facts:
        return sign_ins.token(request.args)


def _act() -> Act:
    said = request.get_json()
    if not isinstance(said, dict):
        abort(400)
    act = Act(*(str(said.get(name, "")) for name in ("kind", "words", "menuId")))
    if act.kind not in PUSHES:
        abort(400)
    return act


def _refuse_other_pages() -> None:
    """A page of another origin may not press our buttons, were it on this machine."""
    if request.method == "POST" and request.headers.get("Origin") != request.host_url.rstrip("/"):
        abort(403)


def _protect(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-cache" if request.endpoint == "static" else "no-store"
    return response


def _problem(sentence: str, status: int) -> tuple[Response, int]:
    return jsonify(problem=sentence), status


class _Quiet(WSGIRequestHandler):
    """Says nothing about each request: its terminal belongs to the bot."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing."""
