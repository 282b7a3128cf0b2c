"""The simulator's page: for this machine and for development only, and honest about the bot."""

import socket
from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import html

from bot.simulator import wording
from bot.simulator.answers import Flaw
from bot.simulator.app import create_simulator, open_server
from bot.simulator.target import Production
from tests.simulator.fake_bot import FakeBot, Fields, served, settings

pytestmark = pytest.mark.slow


def echo(push: Fields) -> str | None:
    if push["MsgType"] == "event" and push["Event"] != "subscribe":
        return None
    return push.get("Content") or push.get("Recognition") or "欢迎" + push.get("EventKey", "")


@pytest.fixture
def bot() -> FakeBot:
    return FakeBot(echo)


@pytest.fixture
def client(bot: FakeBot) -> Iterator[FlaskClient]:
    """A browser at the simulator of a bot that says back what it hears."""
    with served(bot.app()) as address:
        yield browser(address)


def browser(address: str) -> FlaskClient:
    client = create_simulator(settings(), address).test_client()
    client.environ_base |= {"HTTP_ORIGIN": "http://localhost"}
    return client


def got(client: FlaskClient, path: str) -> Any:
    return client.get(path).json


def pressed(client: FlaskClient, path: str, **said: object) -> Any:
    response = client.post(path, json=said)
    assert response.status_code == 200
    return response.json


def do(client: FlaskClient, kind: str, words: str = "", member: int = 1, **more: str) -> Any:
    return pressed(client, f"/members/{member}/acts", kind=kind, words=words, **more)


def again(client: FlaskClient, exchange: Any) -> Any:
    return pressed(client, f"/members/1/acts/{exchange['number']}/again")


def words_of(exchange: Any) -> str:
    return "".join(part["words"] for part in exchange["reply"]["parts"])


# ------------------------------------------------------------ its locks


def test_it_does_not_start_in_production() -> None:
    production = settings(env="production", public_url="https://bot.example.com")

    with pytest.raises(Production):
        create_simulator(production)


def test_it_does_not_start_against_a_bot_in_production() -> None:
    with served(FakeBot(echo, env="production").app()) as address, pytest.raises(Production):
        open_server(settings(), 0, address)


def test_it_sends_nothing_to_a_bot_that_turns_out_to_be_in_production() -> None:
    bot = FakeBot(echo, env="production")
    with served(bot.app()) as address:
        response = browser(address).post("/members/1/acts", json={"kind": "text", "words": "答题"})

    assert response.status_code == 409
    assert response.json == {"problem": wording.PRODUCTION}
    assert bot.pushes == []


def test_it_listens_on_the_loopback_address_alone() -> None:
    server = open_server(settings(), 0, "http://127.0.0.1:1")
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        socket.create_connection(("127.0.0.1", server.server_port)).close()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", server.server_port))
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("host", "status"),
    [("127.0.0.1:8001", 200), ("localhost:8001", 200), ("evil.example", 400), ("10.0.0.8", 400)],
)
def test_it_answers_to_no_other_name(client: FlaskClient, host: str, status: int) -> None:
    assert client.get("/", headers={"Host": host}).status_code == status


@pytest.mark.parametrize("origin", ["http://evil.example", "http://localhost:9999", "null", ""])
def test_a_page_of_another_origin_can_press_nothing(
    client: FlaskClient, bot: FakeBot, origin: str
) -> None:
    said = {"kind": "text", "words": "答题"}

    response = client.post("/members/1/acts", json=said, headers={"Origin": origin})

    assert response.status_code == 403
    assert bot.pushes == []


def test_the_page_keeps_to_its_strict_policy(client: FlaskClient) -> None:
    response = client.get("/")
    page = html.fromstring(response.text)

    assert response.headers["Content-Security-Policy"].startswith("default-src 'self';")
    assert not page.xpath("//script[not(@src)] | //style | //*[@style]")
    assert not [name for name in page.xpath("//@*/..//@*") if name.attrname.startswith("on")]
    for address in page.xpath("//script/@src | //link/@href | //img/@src"):
        with client.get(address) as file:
            assert file.status_code == 200


# ------------------------------------------------------------ members


def test_there_are_four_members_and_one_more_at_a_press(client: FlaskClient) -> None:
    added = pressed(client, "/members")

    members = got(client, "/members")
    assert [member["name"] for member in members][:2] == ["张三", "李四"]
    assert len(members) == 5
    assert added == members[-1]


def test_more_members_than_there_are_names_for(client: FlaskClient) -> None:
    names = [pressed(client, "/members")["name"] for _ in range(7)]

    assert len(set(names)) == 7


def test_members_keep_their_openids_over_a_restart_and_share_none(bot: FakeBot) -> None:
    with served(bot.app()) as address:
        for client in (browser(address), browser(address)):
            do(client, "text", "答题", member=1)
            do(client, "text", "答题", member=2)

    zhang, li, zhang_later, li_later = (push["FromUserName"] for push in bot.pushes)
    assert (zhang, li) == (zhang_later, li_later)
    assert zhang != li
    assert len(zhang) == len(li) == 28


# ------------------------------------------------------------ what members do


def test_a_follow_by_code_opens_the_chat(client: FlaskClient, bot: FakeBot) -> None:
    exchange = do(client, "follow", "CD-XA")

    assert bot.pushes[0]["EventKey"] == "qrscene_CD-XA"
    assert words_of(exchange) == "欢迎qrscene_CD-XA"
    assert exchange["following"]
    assert not do(client, "unfollow")["following"]


def test_a_tap_sends_its_words_with_the_menu_id(client: FlaskClient, bot: FakeBot) -> None:
    do(client, "tap", "第1题A", menuId="1")

    assert bot.pushes[0]["Content"] == "第1题A"
    assert bot.pushes[0]["bizmsgmenuid"] == "1"


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("voice", "Recognition", "选二。"),
        ("unheard", "Format", "amr"),
        ("sticker", "Content", "【收到不支持的消息类型，暂无法显示】"),
        ("image", "MsgType", "image"),
        ("video", "MsgType", "video"),
        ("location", "Label", "选二。"),
        ("link", "Title", "选二。"),
        ("file", "Title", "选二。"),
        ("scan", "EventKey", "选二。"),
    ],
)
def test_every_button_sends_what_its_name_says(
    client: FlaskClient, bot: FakeBot, kind: str, field: str, value: str
) -> None:
    do(client, kind, "选二。")

    assert bot.pushes[0][field] == value


def test_an_exchange_shows_both_xmls_the_latency_and_the_signature(client: FlaskClient) -> None:
    exchange = do(client, "text", "答题")

    assert "<Content><![CDATA[答题]]></Content>" in exchange["sent"]["plain"]
    assert "<Encrypt>" in exchange["sent"]["wire"]
    assert "<Content><![CDATA[答题]]></Content>" in exchange["received"]["plain"]
    assert "<Encrypt>" in exchange["received"]["wire"]
    assert exchange["attempts"][0]["status"] == 200
    assert exchange["attempts"][0]["milliseconds"] < 5000
    assert exchange["reply"]["size"] == len("答题".encode())
    assert exchange["signature"]["push"]["msg_signature"]
    assert settings().wechat_token.get_secret_value() not in str(exchange)


def test_the_history_of_a_member_is_kept_while_it_runs(client: FlaskClient) -> None:
    do(client, "follow")
    do(client, "text", "答题")
    do(client, "text", "投票", member=2)

    chat = got(client, "/members/1")

    assert [exchange["words"] for exchange in chat["exchanges"]] == ["", "答题"]
    assert chat["following"]


# ------------------------------------------------------------ the same delivery again


def test_the_same_delivery_again_gets_the_same_bytes(client: FlaskClient, bot: FakeBot) -> None:
    first = do(client, "text", "答题")

    second = again(client, first)
    third = again(client, second)

    assert bot.pushes[0] == bot.pushes[1] == bot.pushes[2]
    assert (first["identical"], second["identical"], third["identical"]) == (None, True, True)
    assert [attempt["number"] for attempt in third["attempts"]] == [1, 2, 3]


def test_a_bot_that_changes_its_mind_is_found_out() -> None:
    answers = iter(["一", "二"])
    bot = FakeBot(lambda _: next(answers), forgets=True)
    with served(bot.app()) as address:
        client = browser(address)
        first = do(client, "text", "答题")

        assert again(client, first)["identical"] is False


def test_an_unreachable_bot_is_named_with_the_next_step() -> None:
    bot = FakeBot(echo)
    with served(bot.app()) as address:
        client = browser(address)
    lost = do(client, "follow")

    with served(bot.app(), port=int(address.rpartition(":")[2])):
        found = again(client, lost)

    assert lost["outage"] == wording.OUTAGE
    assert "python3 dev.py up" in lost["why"]
    assert not lost["following"]
    assert len(lost["attempts"]) == 3
    assert words_of(found).startswith("欢迎")
    assert found["identical"] is None
    assert found["following"]


# ------------------------------------------------------------ odd requests


@pytest.mark.parametrize("path", ["/members/99", "/members/99/acts", "/members/1/acts/7/again"])
def test_who_does_not_exist_is_said_not_to(client: FlaskClient, path: str) -> None:
    said = {"kind": "text", "words": "答题"}
    response = client.post(path, json=said) if "acts" in path else client.get(path)

    assert response.status_code == 404
    assert response.json == {"problem": wording.NO_SUCH_THING}


@pytest.mark.parametrize("said", [{"kind": "dance"}, {}, [], "text", {"kind": ["text"]}])
def test_an_unknown_act_is_refused(client: FlaskClient, said: object) -> None:
    assert client.post("/members/1/acts", json=said).status_code == 400


def test_every_flaw_has_words() -> None:
    assert set(wording.WHY) == set(Flaw)
