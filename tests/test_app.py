"""The application as a whole: what a stranger, a probe and a browser find at its doors."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from structlog.testing import capture_logs

from bot.app import create_app
from bot.domain.questions import Shelf
from bot.domain.services import open_services
from bot.health import Health, accepts, revisions
from bot.storage.schema import current, upgrade
from bot.storage.tables import Round
from tests.builders import NOON, a_campaign, an_approved_motto, chained, with_a_campaign
from tests.journeys.conftest import settings_for


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a database that was migrated."""
    url = f"sqlite:///{tmp_path_factory.mktemp('migrated')}/sibian.db"
    with_a_campaign(url)
    return url


@pytest.fixture(scope="module")
def client(migrated: str) -> Iterator[FlaskClient]:
    """A stranger at the doors of an application that is ready."""
    yield from a_client(migrated)


@pytest.fixture
def own_client(migrated: str) -> Iterator[FlaskClient]:
    """The same before an application of the test's own."""
    yield from a_client(migrated)


def a_client(database_url: str) -> Iterator[FlaskClient]:
    app = create_app(settings_for(database_url))
    yield app.test_client()
    app.extensions["engine"].dispose()


@pytest.mark.slow
def test_a_probe_learns_that_it_lives_and_is_ready(client: FlaskClient) -> None:
    assert client.get("/healthz/live").status_code == 200
    assert client.get("/healthz/ready").text == "ready development\n"


@pytest.mark.slow
def test_on_tables_that_are_not_up_to_date_it_is_not_ready(tmp_path: object) -> None:
    app = create_app(settings_for(f"sqlite:///{tmp_path}/empty.db"))

    assert app.test_client().get("/healthz/ready").status_code == 503
    app.extensions["engine"].dispose()


def test_the_code_before_an_upgrade_serves_on_with_the_tables_after_it() -> None:
    assert accepts(revisions()[-1])
    assert accepts("9999")
    assert not accepts(None)


@pytest.mark.slow
def test_the_revisions_it_knows_are_those_of_the_migrations(client: FlaskClient) -> None:
    with client.application.extensions["engine"].connect() as connection:
        assert current(connection) == revisions()[-1]


@pytest.mark.slow
def test_a_database_that_does_not_answer_in_time_is_as_good_as_none(
    own_client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = threading.Event()
    monkeypatch.setattr(Health, "_ask", lambda _: slow.wait(10) and "0001")

    began = time.monotonic()
    assert own_client.get("/healthz/ready").status_code == 503
    assert time.monotonic() - began < 5
    slow.set()


@pytest.mark.slow
def test_an_outsider_is_not_told_why_it_is_not_ready(tmp_path: object) -> None:
    app = create_app(settings_for(f"sqlite:///{tmp_path}/empty.db"), closing=lambda: True)

    assert app.test_client().get("/healthz/ready").text == "not ready\n"


@pytest.mark.slow
def test_a_view_that_fails_is_logged_without_its_address(own_client: FlaskClient) -> None:
    own_client.application.add_url_rule("/boom/<openid>", "boom", boom)

    with capture_logs() as logs:
        assert own_client.get("/boom/o-zhang?token=secret").status_code == 500

    assert [log["event"] for log in logs] == ["view failed"]
    assert "o-zhang" not in str(logs)


def boom(openid: str) -> str:
    raise ValueError(openid)


@pytest.mark.slow
def test_without_its_database_it_lives_and_is_not_ready() -> None:
    client = create_app(settings_for("sqlite:////nowhere/at/all.db")).test_client()

    assert client.get("/healthz/live").status_code == 200
    assert client.get("/healthz/ready").status_code == 503


@pytest.mark.slow
def test_pages_are_read_while_another_transaction_is_writing(tmp_path: Path) -> None:
    settings = settings_for(f"sqlite:///{tmp_path}/sibian.db")
    app = create_app(settings, lambda _: NOON)
    engine = app.extensions["engine"]
    upgrade(engine)
    sessions, client = chained(engine), app.test_client()
    with sessions.begin() as session:
        a_campaign(session)
        an_approved_motto(session, "author", "群众的事，一刻也不等")
        staff = open_services(session, NOON, Shelf()).staff
        client.set_cookie(
            "sibian",
            staff.open_sign_in(staff.add("李审核", "一句容易记的话，十二个字以上").id, proved=True),
        )

    with sessions.begin() as writer:
        writer.execute(update(Round).values(title="另一个名字"))
        found = {path: client.get(path).status_code for path in PAGES}

    assert found == dict.fromkeys(PAGES, 200)
    engine.dispose()


PAGES = [
    "/h/", "/h/wall", "/h/m/1001", "/h/standings", "/h/privacy",
    "/admin/", "/admin/tickets", "/admin/votes", "/admin/mottos/1001",
]  # fmt: skip


@pytest.mark.parametrize(
    "path", ["/vendor/../app.py", "/vendor/%2e%2e/settings.py", "/vendor/%2fetc/passwd", "/.env"]
)
def test_no_file_beyond_the_browser_libraries_is_served(client: FlaskClient, path: str) -> None:
    assert client.get(path, follow_redirects=True).status_code == 404


@pytest.mark.parametrize("path", ["/admin//evil.example", "/h//wall", "//evil.example/h"])
def test_no_address_is_put_right_by_sending_the_browser_elsewhere(
    client: FlaskClient, path: str
) -> None:
    answer = client.get(path, headers={"Host": "evil.example"})

    assert "evil.example" not in answer.headers.get("Location", "")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "OPTIONS"])
def test_the_webhook_knows_two_methods(client: FlaskClient, method: str) -> None:
    assert client.open("/wechat", method=method).status_code == 405


@pytest.mark.slow
def test_a_proxy_is_believed_only_in_production_on_this_machine() -> None:
    production = settings_for("sqlite://").model_copy(
        update={"env": "production", "public_url": "https://party.example.gov.cn"}
    )
    open_to_all = production.model_copy(update={"host": "0.0.0.0"})
    trial = production.model_copy(update={"env": "development"})

    assert "ProxyFix" in repr(create_app(production).wsgi_app)
    assert "ProxyFix" not in repr(create_app(open_to_all).wsgi_app)
    assert "ProxyFix" not in repr(create_app(trial).wsgi_app)
