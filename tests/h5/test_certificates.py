"""The page where anybody checks a certificate, and the holder's picture of it."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import update

from bot.domain.certificates import Diploma
from bot.domain.questions import Shelf
from bot.domain.services import open_services
from bot.domain.votes import LATE
from bot.h5.drawing import HEIGHT, WIDTH
from bot.storage.tables import Round, Unit
from tests.builders import CLOSES, NOON, an_approved_lesson, key
from tests.domain.test_certificates import PLAN
from tests.h5.conftest import Campaign
from tests.h5.test_pages import text_of

pytestmark = pytest.mark.slow
OVER = NOON + timedelta(days=40)
RARE = "\U00032000"
"""A letter that the font does not have."""


@pytest.fixture
def diploma(campaign: Campaign) -> Diploma:
    return given(campaign, "欧阳大海")


def given(campaign: Campaign, name: str, issuer: str = PLAN.issuer) -> Diploma:
    """The certificate of the only one who took part."""
    campaign.joins("zhang", name, 3)
    campaign.scored("zhang", 9)
    with campaign.sessions.begin() as session:
        certificates = open_services(session, OVER, Shelf()).certificates
        certificates.issue(replace(PLAN, issuer=issuer), staff_id=1)
        return certificates.of(key("zhang"))[0]


def test_a_stranger_sees_that_it_is_genuine_and_no_full_name(
    campaign: Campaign, client: FlaskClient, diploma: Diploma
) -> None:
    typed = client.get(f"/h/c?code={diploma.code[:5].lower()}-{diploma.code[5:]}")
    assert typed.location == f"/h/c/{diploma.code}"

    shown = text_of(client, f"/h/c/{diploma.code}")

    assert "这张证书是真的" in shown
    assert "农业局 欧***" in shown
    assert "欧阳大海" not in shown
    assert diploma.key not in client.get(f"/h/c/{diploma.code}").text
    with campaign.sessions.begin() as session:
        open_services(session, OVER, Shelf()).certificates.revoke(diploma.code, staff_id=1)
    assert "已经撤销，不再有效" in text_of(client, f"/h/c/{diploma.code}")
    assert client.get(f"/h/c/{diploma.code}/{diploma.key}").status_code == 404


def test_a_code_that_was_never_given_out_is_called_so(client: FlaskClient) -> None:
    assert "编号，一共10位" in client.get("/h/c").text
    assert "没有这个编号的证书" in client.get("/h/c?code=hello").text
    answer = client.get("/h/c/ZZZZZZZZZZ")
    assert (answer.status_code, "没有这个编号的证书" in answer.text) == (404, True)


def test_the_holder_keeps_a_picture_that_leads_to_the_check(
    client: FlaskClient, diploma: Diploma
) -> None:
    address = f"/h/c/{diploma.code}/{diploma.key}"

    page, picture = client.get(address), client.get(f"{address}.jpg")

    assert f'src="{address}.jpg"' in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert picture.headers["Cache-Control"] == "private, no-cache"
    assert Image.open(BytesIO(picture.data)).size == (WIDTH, HEIGHT)
    for wrong in (f"/h/c/{diploma.code}/{'x' * 22}", f"/h/c/{diploma.code}/x"):
        assert client.get(wrong).status_code == client.get(f"{wrong}.jpg").status_code == 404


@pytest.mark.parametrize(("name", "issuer"), [(f"张{RARE}", "党委"), ("张三", f"{RARE}委")])
def test_what_cannot_be_drawn_is_said_to_be(
    campaign: Campaign, client: FlaskClient, name: str, issuer: str
) -> None:
    diploma = given(campaign, name, issuer)
    address = f"/h/c/{diploma.code}/{diploma.key}"

    assert f"“{RARE}”是很少见的字" in client.get(address).text
    assert client.get(f"{address}.jpg").status_code == 404


def test_the_certificate_of_a_unit_says_what_it_sent_in_and_has_room_for_the_longest(
    campaign: Campaign, client: FlaskClient
) -> None:
    title, speaker, unit = "课" * 40, "陈" * 15, "某" * 40
    with campaign.sessions.begin() as session:
        session.execute(update(Unit).where(Unit.id.in_([1, 2])).values(name=unit))
        session.execute(update(Round).values(title="评" * 60, kind="lesson"))
        an_approved_lesson(session, title, speaker=speaker, unit="CD-XA")
        assert open_services(session, CLOSES + LATE, Shelf()).sealing.seal(1)
        open_services(session, CLOSES + LATE, Shelf()).outcomes.publicise(1, 1)
        services = open_services(session, OVER, Shelf())
        services.outcomes.publish(1, 1)
        plan = replace(PLAN, activity="round:1", honour="奖" * 12, issuer="颁" * 20)
        services.certificates.issue(plan, staff_id=1)
        (own,) = services.certificates.of_units(2)

    address = f"/h/c/{own.code}/{own.key}"
    shown = text_of(client, f"/h/c/{own.code}")
    assert f"微党课《{title}》（主讲：{speaker}）" in shown
    assert own.key not in client.get(f"/h/c/{own.code}").text
    assert "可以打印" in text_of(client, address)
    assert Image.open(BytesIO(client.get(f"{address}.jpg").data)).size == (WIDTH, HEIGHT)
