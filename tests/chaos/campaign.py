"""What the members find: a contest that runs, a selection that is open, mottos to vote for."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from bot.conversation.folding import fold_prose
from bot.domain.contests import make_room_for_attempts
from bot.domain.identity import campaign_day, member_key
from bot.domain.questions import Shelf
from bot.domain.services import open_services
from bot.domain.wordings import add_questions
from bot.storage.database import database_clock
from bot.storage.schema import upgrade
from bot.storage.tables import Contest, ContestQuestion, Round, RoundSlot
from tests.builders import SECRET, a_question, chained

MOTTOS = 40
VOTES_A_DAY = 3
_VIRTUES = "仁义礼智信勤俭诚敬和"


@dataclass(frozen=True)
class Campaign:
    """What a client has to know of it."""

    numbers: tuple[int, ...]
    """The numbers of the mottos that can be voted for from the beginning."""
    closes_at: float
    """When voting ends, in seconds since 1970."""


def lay_out(engine: Engine, voting_ends_in: float = 86_400) -> Campaign:
    """Make the tables and the campaign. `voting_ends_in`: seconds from now."""
    upgrade(engine)
    with chained(engine).begin() as session:
        now = database_clock(session)
        _open_contest(session, now)
        _open_round(session, now, timedelta(seconds=voting_ends_in))
        numbers = tuple(_approved(session, now, author) for author in range(MOTTOS))
    return Campaign(numbers, (now + timedelta(seconds=voting_ends_in)).timestamp())


def _open_contest(session: Session, now: datetime) -> None:
    today, week = campaign_day(now), timedelta(days=7)
    session.add(
        Contest(
            id=1, title="我们的十三五", first_day=today - week, last_day=today + week,
            points_each=2, new_paper_hour=7,
        )
    )  # fmt: skip
    kinds = ["single"] * 24 + ["multiple"] * 8 + ["judge"] * 8
    questions = [
        a_question(f"Q{n:03}", kind, difficulty=1 + n % 3, topic=f"专题{n % 5}")
        for n, kind in enumerate(kinds)
    ]
    ids = add_questions(session, questions)
    session.add_all(ContestQuestion(contest_id=1, question_id=id_) for id_ in ids)
    make_room_for_attempts(session, 1, most=1)


def _open_round(session: Session, now: datetime, left: timedelta) -> None:
    week = timedelta(days=7)
    session.add(
        Round(
            id=1, title="座右铭评选", collects_from=now - week, collects_until=now + week,
            opens_at=now - week, closes_at=now + left, own_entry_allowed=False,
        )
    )  # fmt: skip
    session.flush()
    slots = range(1, VOTES_A_DAY + 1)
    session.add_all(RoundSlot(round_id=1, slot=slot) for slot in slots)
    session.flush()


def _approved(session: Session, now: datetime, author: int) -> int:
    services = open_services(session, now - timedelta(minutes=5), Shelf())
    openid = f"o-author-{author}"
    member, words = member_key(SECRET, openid), words_of(author)
    services.members.welcome(member, openid, "{}")
    card = services.mottos.submit(member, words, fold_prose(words), "none")
    services.moderation.decide(card.number, card.version, staff_id=1)
    return card.number


def words_of(author: int) -> str:
    """A motto, unlike that of any other author."""
    virtues = "".join(_VIRTUES[int(digit)] for digit in f"{author:06}")
    return f"做人要{virtues}，做事要踏实"
