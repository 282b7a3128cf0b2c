"""Nothing that a member wrote, and no secret, is found in what the service leaves behind."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

import pytest
from pydantic import SecretStr

from bot.settings import Settings
from tests.ports import free_port
from tests.processes import eventually
from tests.service import Service, WeChat, serving

pytestmark = pytest.mark.slow

OPENID, NAME, MOTTO = "oCANARY7f3aOpenid", "欧阳金丝雀", "金丝雀七三在此立下誓言永远向前飞"
QUERY, PASSWORD, ENTRY = "CANARY7f3aQuery", "CANARY7f3aPassword", "1A1"
SECRETS = {
    "secret_key": "CANARY7f3a secret key of the service",
    "wechat_token": "CANARY7f3aToken",
    "wechat_app_secret": "CANARY7f3aAppSecret",
    "wechat_aes_key": "CANARY7f3aAesKey0123456789ABCDEFGHIJKLMNOPQ",
}
CANARIES = re.compile(r"CANARY7f3a|金丝雀|欧阳|%E9%87%91%E4%B8%9D|msg_signature=|\\u91d1\\u4e1d")
"""What must not be found, also percent-encoded or escaped."""

LOUD = """
import logging, structlog
import bot.commands, handlers

def configure_logs(env, configure=bot.commands.configure_logs):
    configure(env)
    logging.getLogger().setLevel(logging.DEBUG)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG))

def play(message, state, services, play=handlers.play):
    if "炸" in message.raw:
        raise ValueError(message.raw + message.openid)
    return play(message, state, services)

bot.commands.configure_logs, handlers.play = configure_logs, play
bot.commands.main(["serve"])
"""
"""`bot serve` with everything said that can be said, and a handler that breaks."""


@dataclass
class Left:
    """All that the service has left behind so far, by where it was found."""

    service: Service
    inside: int
    pages: list[str] = field(default_factory=list)

    def read(self, address: str, body: bytes | None = None) -> int:
        """Read a page, and keep it when it is an error page."""
        try:
            with urlopen(Request(address, body), timeout=10) as page:
                return int(page.status)
        except HTTPError as error:
            self.pages.append(f"{error.headers}{error.read().decode()}")
            return error.code

    def everything(self) -> dict[str, str]:
        figures = urlopen(f"http://127.0.0.1:{self.inside}/metrics", timeout=10).read().decode()
        processes = [self.service.master.pid, *self.service.workers()]
        commands = [Path(f"/proc/{process}/cmdline").read_text() for process in processes]
        return {
            "log": self.service.said,
            "figures": figures,
            "pages": "\n".join(self.pages),
            "commands": "\n".join(commands),
        }


@pytest.fixture
def settings(service_settings: Settings) -> Settings:
    secrets = {name: SecretStr(value) for name, value in SECRETS.items()}
    changes = {"metrics_port": free_port(), "env": "production", "public_url": "https://x.gov.cn"}
    return service_settings.model_copy(update=secrets | changes)


@pytest.fixture
def left(settings: Settings, tmp_path: Path) -> Iterator[Left]:
    with serving(settings, tmp_path, ("-c", LOUD)) as service:
        yield Left(service, settings.metrics_port)


def test_nobody_finds_a_member_in_what_is_left_behind(
    left: Left, settings: Settings, tmp_path: Path
) -> None:
    wechat = WeChat(settings, left.service)

    a_member_does_what_members_do(wechat)
    strangers_knock(left)
    everything_breaks(wechat, left, tmp_path / "sibian.db")

    eventually(lambda: '"outcome":"dropped"' in left.service.said)
    found = left.everything()
    assert {place: CANARIES.findall(words) for place, words in found.items()} == {
        "log": [], "figures": [], "pages": [], "commands": [],
    }  # fmt: skip
    outcomes = set(re.findall(r'"outcome":"(\w+)"', found["log"]))
    assert outcomes >= {"ok", "replay", "poisoned", "dropped"}
    assert len(left.pages) >= 5


def a_member_does_what_members_do(wechat: WeChat) -> None:
    """Follow, join, answer, vote, post a motto, repeat, be refused."""
    assert wechat.sends(wechat.follow(OPENID, scene="CD-XA"))[0] == 200
    for words in ("登记单位", "新安", "1", NAME, "答题", ENTRY, "投票", "投1001号", "投1001号"):
        wechat.says(words, by=OPENID)
    for words in (f"座右铭 {MOTTO}", "交", "我的", f"我叫{NAME}", f"投诉{MOTTO}"):
        wechat.says(words, by=OPENID)
    push = wechat.push("答题", by=OPENID)
    assert [wechat.sends(push)[0] for _ in range(2)] == [200, 200]


def strangers_knock(left: Left) -> None:
    """Ask with wrong signatures, for pages that are not there, and at the console's door."""
    here = left.service.address
    query = urlencode({"signature": "0" * 40, "timestamp": 1, "nonce": QUERY, "openid": OPENID})
    assert left.read(f"{here}/wechat?{query}&echostr={QUERY}") == 403
    assert left.read(f"{here}/wechat?{query}&msg_signature={QUERY}", MOTTO.encode()) == 403
    assert left.read(f"{here}/h/{QUERY}?token={QUERY}") == 404
    assert left.read(f"{here}/h/wall?page={QUERY}&name={quote(NAME)}") in (200, 404)
    form = urlencode({"name": NAME, "password": PASSWORD}).encode()
    assert left.read(f"{here}/admin/sign-in?token={QUERY}", form) >= 400


def everything_breaks(wechat: WeChat, left: Left, database: Path) -> None:
    """A handler raises with what it was given; then the database has lost a table."""
    wechat.says(f"炸{MOTTO}", by=OPENID)
    with closing(sqlite3.connect(database)) as store:
        store.execute("ALTER TABLE motto RENAME TO moved")
        with pytest.raises(TimeoutError):
            wechat.sends(wechat.push(f"座右铭 {MOTTO}，又一句", by=OPENID))
        assert left.read(f"{left.service.address}/h/wall?name={quote(NAME)}") == 500
        store.execute("ALTER TABLE moved RENAME TO motto")
