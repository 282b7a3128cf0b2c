"""The page of a draw, and the program with which a stranger checks it."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from bot.domain.questions import Shelf
from bot.domain.services import open_services
from bot.storage.tables import Member
from tests.builders import NOON
from tests.domain.test_draws import PLAN
from tests.h5.conftest import Campaign
from tests.h5.test_pages import text_of

pytestmark = pytest.mark.slow


@pytest.fixture
def draw(campaign: Campaign) -> Campaign:
    for n in range(6):
        campaign.joins(f"m{n}", f"王小{n}")
        campaign.scored(f"m{n}", points=n, days=5)
    with campaign.sessions.begin() as session:
        open_services(session, NOON, Shelf()).draws.publish(PLAN, staff_id=1)
    return campaign


def test_before_the_number_is_known_the_list_is_there(draw: Campaign, client: FlaskClient) -> None:
    shown = text_of(client, "/h/d/1")

    assert "还没有开奖。 12月8日，用福彩3D第2026345期的开奖号码开奖" in shown
    assert len(client.get("/h/d/1/list.txt").text.split()) == 6


def test_a_stranger_comes_to_the_same_winners(
    draw: Campaign, client: FlaskClient, tmp_path: Path
) -> None:
    with draw.sessions.begin() as session:
        open_services(session, NOON + timedelta(days=3), Shelf()).draws.draw(1, "583", staff_id=1)
    shown = text_of(client, "/h/d/1")
    (tmp_path / "list.txt").write_bytes(client.get("/h/d/1/list.txt").data)
    (tmp_path / "check_draw.py").write_bytes(client.get("/h/d/check_draw.py").data)

    command = [sys.executable, "-I", "-X", "utf8", "check_draw.py", "583", "4"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)

    hash_, *lines = run.stdout.splitlines()
    assert hash_.removeprefix("名单校验码：") in shown
    places = [shown.index(line.split()[1]) for line in lines]
    assert len(places) == 4
    assert places == sorted(places)
    assert "王小" not in shown


def test_who_stays_off_the_boards_is_not_named_here_either(
    draw: Campaign, client: FlaskClient
) -> None:
    with draw.sessions.begin() as session:
        for member in session.scalars(select(Member)):
            member.unlisted = True
        services = open_services(session, NOON + timedelta(days=3), Shelf())
        services.draws.draw(1, "583", staff_id=1)

    shown = text_of(client, "/h/d/1")

    assert "王*" not in shown
    assert "城东街道" not in shown
    assert shown.count("未留名") == 4


@pytest.mark.parametrize("address", ["/h/d/2", "/h/d/2/list.txt", "/h/d/0", "/h/d/x"])
def test_a_draw_that_is_not_there_is_not_found(
    draw: Campaign, client: FlaskClient, address: str
) -> None:
    assert client.get(address).status_code == 404
