"""Whom the program calls: its own stores, and, when the operator says so, itself and WeChat."""

import ast
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from bot.doctor import account
from bot.doctor.finding import Mark
from tests.doctor.conftest import settings
from tests.outside import is_here

ROOT = Path(__file__).parent.parent
CALLERS = {
    "bot/doctor/account.py": "asks our own public address, with --online",
    "bot/simulator/target.py": "plays WeChat, for development",
    "bot/wechat/sign_in.py": "asks WeChat whose browser this is, where that is switched on",
}
"""The modules that make a request over HTTP."""
CLIENTS = {"requests", "httpx", "aiohttp", "urllib3", "urllib.request", "http.client", "smtplib",
           "ftplib", "wechatpy.client", "websockets", "xmlrpc.client"}  # fmt: skip


def imported(module: Path) -> set[str]:
    """What a module imports, by full names, if there can be a client among it."""
    found, words = set[str](), module.read_text("utf-8")
    if not any(client.partition(".")[0] in words for client in CLIENTS):
        return found
    for node in ast.walk(ast.parse(words)):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{name.name}" for name in node.names}
    return found


@pytest.mark.slow
def test_three_modules_make_requests_and_no_other() -> None:
    modules = [
        path for room in ("bot", "handlers", "quiz_bank") for path in (ROOT / room).rglob("*.py")
    ]

    callers = {str(path.relative_to(ROOT)) for path in modules if imported(path) & CLIENTS}

    assert callers == CALLERS.keys()


@pytest.mark.parametrize(
    ("address", "here"),
    [("/run/redis.sock", True), (("127.0.0.1", 1), True), (("::1", 1, 0, 0), True),
     (("localhost", 1), True), (("192.0.2.1", 80), False), (("api.weixin.qq.com", 443), False),
     (("0.0.0.0", 80), False), (("127.0.0.1.example", 80), False)],
)  # fmt: skip
def test_what_is_another_machine_is_known(address: object, here: bool) -> None:
    assert is_here(address) is here


def test_a_test_that_calls_another_machine_fails() -> None:
    with pytest.raises(pytest.fail.Exception), socket.socket() as caller:
        caller.connect(("192.0.2.1", 80))


class Elsewhere(BaseHTTPRequestHandler):
    """Sends whoever asks for its condition to another page."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(302)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def elsewhere() -> Iterator[HTTPServer]:
    Elsewhere.asked = []
    with HTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


def test_the_doctor_is_not_sent_elsewhere(elsewhere: HTTPServer) -> None:
    where = f"http://127.0.0.1:{elsewhere.server_port}"

    finding = account.online(settings(env="development", public_url=where))

    assert finding is not None
    assert finding.mark is Mark.BAD
    assert Elsewhere.asked == ["/healthz/live"]
