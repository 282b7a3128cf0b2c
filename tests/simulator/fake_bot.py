"""A tiny bot to play against: it opens pushes with the simulator's cipher and answers by script."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any
from xml.etree import ElementTree

from flask import Flask, Response, request
from werkzeug.serving import WSGIRequestHandler, make_server

from bot.settings import Settings
from bot.simulator.account import Account

OPENID = "oVq7Ks2mX0aTnE4yRb9LdPw3HfJc"
ACCOUNT = Account(
    token="pubTok3n2024",
    app_id="wx3f9a6b1c2d4e5f70",
    aes_key="Qm7xVd2RtYkB9pLw0ZsHn4JcEu6Fa1GiTy5NcWq8XrP",
    account_id="gh_5c1d0e7a93f2",
    mode="secure",
)

Fields = dict[str, str]


def settings(**changes: Any) -> Settings:
    """The settings of the account above, whatever the environment says."""
    facts: dict[str, Any] = {
        "env": "development",
        "secret_key": "a secret of at least thirty-two letters",
        "wechat_mode": ACCOUNT.mode,
        "wechat_token": ACCOUNT.token,
        "wechat_app_id": ACCOUNT.app_id,
        "wechat_aes_key": ACCOUNT.aes_key,
        "wechat_account": ACCOUNT.account_id,
    }
    return Settings(_env_file=None, **(facts | changes))


def reply_xml(
    text: str, recipient: str = OPENID, sender: str = ACCOUNT.account_id, kind: str = "text"
) -> str:
    """A reply before it is sealed."""
    return (
        f"<xml>\n<ToUserName><![CDATA[{recipient}]]></ToUserName>\n"
        f"<FromUserName><![CDATA[{sender}]]></FromUserName>\n<CreateTime>1731991500</CreateTime>\n"
        f"<MsgType><![CDATA[{kind}]]></MsgType>\n<Content><![CDATA[{text}]]></Content>\n</xml>"
    )


def sealed_reply(xml: str, account: Account = ACCOUNT, nonce: str = "1372623149") -> bytes:
    """The reply as it goes over the wire in secure mode."""
    cipher, moment = account.encrypt(xml), str(int(time.time()))
    return (
        f"<xml>\n<Encrypt><![CDATA[{cipher}]]></Encrypt>\n"
        f"<MsgSignature><![CDATA[{account.sign(moment, nonce, cipher)}]]></MsgSignature>\n"
        f"<TimeStamp>{moment}</TimeStamp>\n<Nonce><![CDATA[{nonce}]]></Nonce>\n</xml>"
    ).encode()


@dataclass
class FakeBot:
    """Answers each push with what `says` makes of it, None being silence.

    Like the real one it gives a push that it knows already the answer it gave at first, unless
    it forgets.
    """

    says: Callable[[Fields], str | None]
    env: str = "development"
    forgets: bool = False
    pushes: list[Fields] = field(default_factory=list)
    _given: dict[str, str | None] = field(default_factory=dict)

    def app(self) -> Flask:
        app = Flask(__name__)
        app.add_url_rule("/wechat", view_func=self._receive, methods=["POST"])
        app.add_url_rule("/healthz/ready", view_func=lambda: f"ready {self.env}\n")
        return app

    def _receive(self) -> Response:
        body = ElementTree.fromstring(request.get_data())
        push = ACCOUNT.decrypt(body.findtext("Encrypt", ""))
        fields = {part.tag: part.text or "" for part in ElementTree.fromstring(push)}
        self.pushes.append(fields)
        if push not in self._given or self.forgets:
            self._given[push] = self.says(fields)
        if (text := self._given[push]) is None:
            return Response("success")
        reply = reply_xml(text, recipient=fields["FromUserName"])
        return Response(sealed_reply(reply), content_type="text/xml")


class Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing."""


@contextmanager
def served(app: Flask, port: int = 0) -> Iterator[str]:
    """The application on this machine, on a free port unless one is given; its address."""
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=Quiet)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
