"""The application as a whole: what a stranger, a probe and a browser find at its doors."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from bot.app import create_app
from tests.journeys.conftest import settings_for


@pytest.fixture
def client(tmp_path: object) -> Iterator[FlaskClient]:
    app = create_app(settings_for(f"sqlite:///{tmp_path}/sibian.db"))
    yield app.test_client()
    app.extensions["engine"].dispose()


def test_a_probe_learns_that_it_lives_and_is_ready(client: FlaskClient) -> None:
    assert client.get("/healthz/live").status_code == 200
    assert client.get("/healthz/ready").text == "ready development\n"


def test_without_its_database_it_lives_and_is_not_ready() -> None:
    client = create_app(settings_for("sqlite:////nowhere/at/all.db")).test_client()

    assert client.get("/healthz/live").status_code == 200
    assert client.get("/healthz/ready").status_code == 503


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


def test_a_proxy_is_believed_only_in_production_on_this_machine() -> None:
    production = settings_for("sqlite://").model_copy(
        update={"env": "production", "public_url": "https://party.example.gov.cn"}
    )
    open_to_all = production.model_copy(update={"host": "0.0.0.0"})

    assert "ProxyFix" in repr(create_app(production).wsgi_app)
    assert "ProxyFix" not in repr(create_app(open_to_all).wsgi_app)
