"""The result for all to see, and the page on which a receipt finds its ballot."""

from dataclasses import dataclass, field
from datetime import datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert, update

from bot.domain.outcomes import OBJECTIONS, code_of
from bot.domain.questions import Shelf
from bot.domain.services import open_services
from bot.domain.votes import LATE, Receipt
from bot.storage.tables import Outcome, Round
from tests.builders import CLOSES, NOON, key, said
from tests.h5.conftest import Campaign
from tests.h5.test_pages import text_of

pytestmark = pytest.mark.slow

SEALED = CLOSES + LATE
ROOT = "总校验码："
WORDS = "群众的事，一刻也不等"


@dataclass
class Selection:
    """A selection of three entries, and the votes that were given."""

    campaign: Campaign
    receipts: list[Receipt] = field(default_factory=list)

    def after(self, moment: datetime, *deeds: str) -> None:
        for deed in deeds:
            with self.campaign.sessions.begin() as session:
                services = open_services(session, moment, Shelf())
                if deed == "seal":
                    assert services.sealing.seal(1)
                else:
                    getattr(services.outcomes, deed)(1, staff_id=1)


@pytest.fixture
def selection(campaign: Campaign) -> Selection:
    numbers = [campaign.approved(f"a{n}", f"群众的事，一刻也不等{n}") for n in range(3)]
    made = Selection(campaign)
    with campaign.sessions.begin() as session:
        services = open_services(session, NOON, Shelf())
        for voter, place in [("li", 1), ("wu", 1), ("li", 0)]:
            delivery = said("投", voter).delivery
            made.receipts.append(services.votes.cast(key(voter), numbers[place], NOON, delivery))
    return made


def looked_up(client: FlaskClient, receipt: str) -> str:
    response = client.post("/h/results/receipt", data={"receipt": receipt})
    assert response.status_code == 200
    return " ".join(response.text.split())


def test_before_the_result_is_shown_the_page_says_when_it_will_be(
    selection: Selection, client: FlaskClient
) -> None:
    assert "还没有公示的结果" in text_of(client, "/h/results")

    selection.after(SEALED, "seal")

    assert "还没有公示的结果" in text_of(client, "/h/results")
    assert client.get("/h/results/recount.zip").status_code == 404


def test_results_of_earlier_selections_stay_in_reach(
    selection: Selection, client: FlaskClient
) -> None:
    selection.after(SEALED, "seal", "publicise")
    with selection.campaign.sessions.begin() as session:
        session.add_all(
            Round(
                id=id_, title=title, collects_from=CLOSES, collects_until=CLOSES,
                opens_at=CLOSES, closes_at=CLOSES, own_entry_allowed=False,
            )
            for id_, title in ((2, "明年的评选"), (3, "还没公示的评选"))
        )  # fmt: skip
        session.flush()
        root = {"root": "0" * 64, "ballots": 0, "quarantined": 0, "quarantine_root": "0" * 64}
        later = SEALED + OBJECTIONS
        shown = {"publicised_at": later, "objections_until": later + OBJECTIONS}
        session.execute(insert(Outcome).values(round_id=2, **root, **shown))
        session.execute(insert(Outcome).values(round_id=3, **root))
        session.execute(update(Round).where(Round.id == 2).values(sealed_at=SEALED))

    assert "《明年的评选》" in text_of(client, "/h/results")
    link = 'href="/h/results?round=1"'
    assert link in client.get("/h/results").text
    earlier = client.get("/h/results?round=1").text
    assert f"{WORDS}1" in earlier
    assert link not in earlier
    assert 'href="/h/results?round=2"' in earlier
    assert "还没公示的评选" not in earlier
    for unknown in ("3", "9", "x", ""):
        assert client.get(f"/h/results?round={unknown}").status_code == 404


def test_all_may_see_the_result_and_until_when_they_may_object(
    selection: Selection, client: FlaskClient
) -> None:
    selection.after(SEALED, "seal", "publicise")

    shown = text_of(client, "/h/results")

    assert "共3条，3票。 正在公示，12月23日24点截止" in shown
    assert "1 群众的事，一刻也不等1" in shown
    assert "2票 2 群众的事，一刻也不等0" in shown
    assert ROOT in shown
    assert "评选结果正在公示" in text_of(client, "/h/")
    selection.after(SEALED + OBJECTIONS, "publish")
    assert "这是最终结果" in text_of(client, "/h/results")


def test_an_entry_that_its_author_took_back_is_a_number_and_no_words(
    selection: Selection, client: FlaskClient
) -> None:
    selection.after(SEALED, "seal", "publicise")
    with selection.campaign.sessions.begin() as session:
        open_services(session, SEALED, Shelf()).mottos.withdraw(key("a1"))

    shown = text_of(client, "/h/results")

    assert "1 作者已撤回 1002号 2票" in shown
    assert "一刻也不等1" not in shown


def test_a_receipt_finds_its_ballot_and_says_for_whom_only_after_the_seal(
    selection: Selection, client: FlaskClient
) -> None:
    tracker = selection.receipts[0].tracker
    before = looked_up(client, f" {tracker[:5].lower()}-{tracker[5:]} ")
    assert "这张票在册" in before
    assert "1002号" not in before

    selection.after(SEALED, "seal")

    after = looked_up(client, tracker)
    assert "1002号" in after
    assert "全部3张选票里的第" in after
    assert ROOT in after


@pytest.mark.parametrize("receipt", ["AAAAAAAAAA", "0", "<script>", "'; DROP TABLE vote", "1" * 50])
def test_what_is_no_receipt_is_said_plainly(
    selection: Selection, client: FlaskClient, receipt: str
) -> None:
    assert "没有找到这张票" in looked_up(client, receipt)
    assert "<script>" not in looked_up(client, receipt)


def test_a_vote_taken_back_is_in_the_box_no_more(selection: Selection, client: FlaskClient) -> None:
    with selection.campaign.sessions.begin() as session:
        services = open_services(session, NOON, Shelf())
        services.votes.withdraw(key("li"), 1002, said("撤回", "li").delivery)

    assert "没有找到这张票" in looked_up(client, selection.receipts[0].tracker)


def test_the_first_page_of_looking_up_asks_for_the_receipt(
    campaign: Campaign, client: FlaskClient
) -> None:
    assert "回复“我的投票”" in text_of(client, "/h/results/receipt")


def test_all_may_watch_the_box_and_a_receipt_says_in_which_batch_it_is(
    selection: Selection, client: FlaskClient
) -> None:
    assert "选票箱还是空的" in text_of(client, "/h/box")
    receipt = selection.receipts[0].tracker
    assert "它还没进" in looked_up(client, receipt)
    with selection.campaign.sessions.begin() as session:
        boxes = open_services(session, NOON, Shelf()).ballot_boxes
        assert boxes.add(1, boxes.news(1))

    shown = text_of(client, "/h/box?page=9")

    assert "里有过3张选票，分1批放进来。还在投票" in shown
    assert 'href="/h/box/1/1"' in looked_up(client, receipt)
    batch = client.get("/h/box/1/1")
    assert batch.mimetype == "text/plain"
    assert code_of(receipt, selection.receipts[0].number) in batch.text
    assert receipt not in batch.text + client.get("/h/box").text
    selection.after(SEALED, "seal")
    assert "第2批" in text_of(client, "/h/box?round=1")
    assert "# 封箱" in client.get("/h/box/1/2").text
    assert "没有这次评选" in text_of(client, "/h/box?round=9")
    for nowhere in ("/h/box/1/3", "/h/box/9/1", "/h/box/1/0", "/h/box/1/x"):
        assert client.get(nowhere).status_code == 404
