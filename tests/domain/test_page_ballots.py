"""A sheet of the page and a message of the chat share one box: the slots are the same."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from bot.domain.questions import Shelf
from bot.domain.services import open_services
from bot.storage.database import Sessions
from bot.storage.tables import Vote
from tests.builders import NOON, a_member, an_approved_motto, key, said

WORDS = "群众的事，一刻也不等"


@pytest.mark.slow
def test_page_and_chat_at_once_give_no_vote_too_many(sessions: Sessions) -> None:
    with sessions.begin() as session:
        a_member(session)
        numbers = [an_approved_motto(session, f"author {n}", f"{WORDS}{n}") for n in range(8)]
    together = threading.Barrier(4)

    def by_page(some: list[int], sheet: str) -> None:
        together.wait()
        with sessions.begin() as session:
            open_services(session, NOON, Shelf()).page_ballots.send(key("zhang"), sheet, some)

    def by_chat(number: int) -> None:
        delivery = said("投").delivery
        together.wait()
        with sessions.begin() as session:
            services = open_services(session, NOON, Shelf())
            services.members.lock(key("zhang"), delivery)
            services.votes.cast(key("zhang"), number, NOON, delivery)

    with ThreadPoolExecutor(4) as pool:
        tries = [
            pool.submit(by_page, numbers[:3], "a"), pool.submit(by_page, numbers[:3], "a"),
            pool.submit(by_page, numbers[3:6], "b"), pool.submit(by_chat, numbers[6]),
        ]  # fmt: skip
        troubles = [one.exception() for one in tries]

    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Vote)) == 3
        given = session.scalars(select(Vote.motto_id)).all()
    assert len(set(given)) == 3
    assert not [one for one in troubles[:3] if one and not isinstance(one, IntegrityError)]
