"""Mottos: one to a member, counted in characters, rewordable, withdrawable; and the wall."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.conversation.folding import fold_prose
from bot.domain.entries import MottoCard, MottoState
from bot.domain.mottos import LEAST, MOST, PAGE, RESTORE, check_words
from bot.domain.questions import Shelf
from bot.domain.refusals import (
    AlreadySubmitted,
    CollectingClosed,
    MottoTooLong,
    MottoTooShort,
    NoMotto,
    Refusal,
    VotesAtStake,
)
from bot.domain.services import Services, open_services
from bot.storage.database import Sessions
from bot.storage.tables import Motto, Vote, WithdrawnVote
from tests.builders import CLOSES, NOON, a_member, an_approved_motto, key

WORDS, OTHERS = "当好一块砖，群众哪里需要就往哪里搬", "愿做一块砖，哪里需要哪里搬"
DELIVERY = bytes(32)


def at(session: Session, moment: datetime) -> Services:
    return open_services(session, moment, Shelf())


def submitted(services: Services, by: str = "zhang", words: str = WORDS) -> MottoCard:
    return services.mottos.submit(key(by), words, fold_prose(words), "masked")


def reworded(services: Services, words: str = OTHERS, warned: bool = False) -> MottoCard:
    return services.mottos.reword(key("zhang"), words, fold_prose(words), "masked", warned)


def rows(session: Session, table: type[Vote] | type[WithdrawnVote] | type[Motto]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


# ------------------------------------------------------------ words


def test_words_stand_as_they_were_written() -> None:
    assert check_words("  當好一塊磚，\n群众需要就ＡＢＣ ") == "當好一塊磚， 群众需要就ＡＢＣ"


@pytest.mark.parametrize(
    "words", ["为民", "张三", "", " \n ", "一二三四五六七", "😀" * 12, "！" * 9]
)
def test_too_few_words_are_refused(words: str) -> None:
    with pytest.raises(MottoTooShort):
        check_words(words)


def test_too_many_words_are_counted_and_cut_for_show() -> None:
    with pytest.raises(MottoTooLong) as refused:
        check_words("当" * 46)

    assert (refused.value.length, refused.value.most) == (46, MOST)
    assert refused.value.kept == "当" * 30


def test_marks_nobody_sees_do_not_count_as_words() -> None:
    with pytest.raises(MottoTooShort):
        check_words("为民\u200b\u200b\u202e\u200b\u200b\ufeff")


def test_a_mark_that_turns_the_direction_of_words_is_not_kept() -> None:
    assert check_words("清清白白做人\u202e，干干净净") == "清清白白做人，干干净净"


@given(st.text(max_size=80))
def test_what_is_let_through_has_the_length_of_a_motto(words: str) -> None:
    try:
        kept = check_words(words)
    except Refusal:
        return
    assert LEAST <= len(kept) <= MOST
    assert check_words(kept) == kept


# ------------------------------------------------------------ submitting


@pytest.mark.slow
def test_a_motto_waits_for_review(services: Services) -> None:
    card = submitted(services)

    assert (card.state, card.version, card.words) == (MottoState.WAITING, 1, WORDS)
    assert services.mottos.mine(key("zhang")) == card


@pytest.mark.slow
def test_a_member_has_one_motto(services: Services, session: Session) -> None:
    first = submitted(services)

    with pytest.raises(AlreadySubmitted) as refused:
        submitted(services, words=OTHERS)

    assert refused.value.number == first.number
    assert rows(session, Motto) == 1


@pytest.mark.parametrize("moment", [NOON - timedelta(days=31), CLOSES])
def test_mottos_are_taken_only_while_they_are_collected(session: Session, moment: datetime) -> None:
    with pytest.raises(CollectingClosed):
        submitted(at(session, moment))

    with pytest.raises(CollectingClosed):
        at(session, moment).mottos.ensure_collecting()


@pytest.mark.slow
def test_approved_mottos_that_say_the_same_are_counted(
    services: Services, session: Session
) -> None:
    an_approved_motto(session, "li", "不忘初心，牢记使命！")
    an_approved_motto(session, "wang", "不忘初心 牢記使命")
    submitted(services, words="不忘初心，牢记使命")

    assert services.mottos.twins(fold_prose("不忘初心、牢记使命")) == 2


# ------------------------------------------------------------ other words


@pytest.mark.slow
def test_other_words_wait_for_review_under_the_same_number(
    services: Services, session: Session
) -> None:
    number = an_approved_motto(session, "zhang", WORDS)

    card = reworded(services)

    assert (card.number, card.words, card.state) == (number, OTHERS, MottoState.WAITING)
    assert services.mottos.former_words(number) == WORDS


@pytest.mark.slow
def test_an_entry_never_reworded_has_no_former_words(services: Services) -> None:
    assert services.mottos.former_words(submitted(services).number) is None


@pytest.mark.slow
def test_other_words_set_the_votes_aside_and_free_their_slots(
    services: Services, session: Session
) -> None:
    number = an_approved_motto(session, "zhang", WORDS)
    services.votes.cast(a_member(session, "li"), number, NOON, DELIVERY)

    reworded(services, warned=True)

    assert services.mottos.votes_for(number) == 0
    assert services.votes.ballot(key("li")).left == 3
    aside = session.scalars(select(WithdrawnVote)).one()
    assert (aside.member_key, aside.withdrawn_by, aside.reason) == (key("li"), None, "reworded")


def test_votes_go_only_when_their_author_was_warned(services: Services, session: Session) -> None:
    number = an_approved_motto(session, "zhang", WORDS)
    services.votes.cast(a_member(session, "li"), number, NOON, DELIVERY)

    with pytest.raises(VotesAtStake) as refused:
        reworded(services)

    assert (refused.value.number, refused.value.votes) == (number, 1)
    assert services.mottos.votes_for(number) == 1


@pytest.mark.slow
def test_a_vote_that_comes_at_the_same_moment_is_warned_of_too(sessions: Sessions) -> None:
    with sessions.begin() as session:
        a_member(session, "li")
        number = an_approved_motto(session, "zhang", WORDS)

    with ThreadPoolExecutor() as pool:
        with sessions.begin() as session:
            at(session, NOON).votes.cast(key("li"), number, NOON, DELIVERY)
            other = pool.submit(rewords, sessions)
            # Long enough for the author to arrive at the locked entry, or database.
            wait([other], timeout=0.3)

        with pytest.raises(VotesAtStake):
            other.result()


def rewords(sessions: Sessions) -> None:
    with sessions.begin() as session:
        reworded(at(session, NOON))


# ------------------------------------------------------------ another signature


@pytest.mark.slow
def test_another_signature_changes_neither_verdict_nor_votes(
    services: Services, session: Session
) -> None:
    a_member(session, "zhang", unit=2)
    number = an_approved_motto(session, "zhang", WORDS)
    services.votes.cast(a_member(session, "li"), number, NOON, DELIVERY)

    card = services.mottos.sign(key("zhang"), "full")

    assert (card.signed, card.state, card.version) == ("张三", MottoState.APPROVED, 2)
    assert services.mottos.votes_for(number) == 1
    assert [deed.action for deed in services.moderation.history(number).deeds] == [
        "entry.sign", "motto.approve", "motto.submit",
    ]  # fmt: skip


@pytest.mark.slow
def test_a_verdict_about_words_that_are_gone_is_not_told(
    services: Services, session: Session
) -> None:
    number = submitted(services).number
    services.moderation.decide(number, 1, staff_id=1)

    reworded(at(session, NOON + timedelta(seconds=30)))

    later = at(session, NOON + timedelta(minutes=5))
    assert later.notices.tell(key("zhang"), DELIVERY) == []


def test_there_is_nothing_to_reword_without_a_motto(services: Services) -> None:
    with pytest.raises(NoMotto):
        reworded(services)


# ------------------------------------------------------------ withdrawing


@pytest.mark.slow
def test_a_withdrawn_motto_leaves_the_wall_and_its_votes_are_void(
    services: Services, session: Session
) -> None:
    number = an_approved_motto(session, "zhang", WORDS)
    services.votes.cast(a_member(session, "li"), number, NOON, DELIVERY)

    card = services.mottos.withdraw(key("zhang"))

    assert card.state is MottoState.WITHDRAWN
    assert services.mottos.public(number) is None
    assert services.mottos.wall(1).total == 0
    assert (rows(session, Vote), rows(session, WithdrawnVote)) == (0, 1)


@pytest.mark.slow
def test_a_motto_is_withdrawn_once(services: Services) -> None:
    submitted(services)
    services.mottos.withdraw(key("zhang"))

    with pytest.raises(NoMotto):
        services.mottos.withdraw(key("zhang"))


@pytest.mark.slow
def test_a_withdrawn_motto_comes_back_into_the_queue(services: Services) -> None:
    number = submitted(services).number
    services.mottos.withdraw(key("zhang"))

    card = services.mottos.restore(key("zhang"))

    assert (card.number, card.state) == (number, MottoState.WAITING)
    assert services.moderation.queue().waiting == 1


@pytest.mark.slow
def test_after_thirty_days_a_withdrawn_motto_stays_away(
    services: Services, session: Session
) -> None:
    submitted(services)
    services.mottos.withdraw(key("zhang"))

    with pytest.raises(NoMotto):
        at(session, NOON + RESTORE + timedelta(seconds=1)).mottos.restore(key("zhang"))

    assert at(session, NOON + RESTORE).mottos.restore(key("zhang")).state is MottoState.WAITING


def test_only_a_withdrawn_motto_can_be_restored(services: Services) -> None:
    submitted(services)

    with pytest.raises(NoMotto):
        services.mottos.restore(key("zhang"))


# ------------------------------------------------------------ the wall


@pytest.mark.slow
def test_the_wall_shows_exactly_the_approved(services: Services, session: Session) -> None:
    shown = {an_approved_motto(session, name, f"{WORDS}{name}") for name in ("a", "b", "c")}
    hidden = an_approved_motto(session, "withdrawn", WORDS)
    services.mottos.withdraw(key("withdrawn"))
    submitted(services, by="waiting")
    returned = submitted(services, by="returned")
    services.moderation.decide(returned.number, 1, 1, reason="typo")  # type: ignore[arg-type]

    wall = services.mottos.wall(1)

    assert {card.number for card in wall.mottos} == shown
    assert wall.total == 3
    assert services.mottos.public(hidden) is None
    assert all(services.mottos.public(number) for number in shown)


@pytest.mark.slow
def test_the_wall_has_pages_and_the_one_beyond_the_last_is_the_last(
    services: Services, session: Session
) -> None:
    numbers = [an_approved_motto(session, f"member {n}", f"{WORDS}{n}") for n in range(PAGE + 1)]

    first, beyond = services.mottos.wall(1), services.mottos.wall(99)

    assert len(first.mottos) == PAGE
    assert (beyond.page, beyond.pages, beyond.total) == (2, 2, PAGE + 1)
    assert {c.number for c in first.mottos} | {c.number for c in beyond.mottos} == set(numbers)


@pytest.mark.slow
def test_a_district_shows_the_mottos_of_its_branches_and_of_who_joined_later(
    services: Services, session: Session
) -> None:
    a_member(session, "li", unit=2)
    a_member(session, "wang", unit=3)
    a_member(session, "late")
    of_branch = an_approved_motto(session, "li", WORDS)
    elsewhere = an_approved_motto(session, "wang", WORDS)
    joined_later = an_approved_motto(session, "late", OTHERS)

    services.members.join(key("late"), 2, "赵六")

    assert {c.number for c in services.mottos.wall(1, district=1).mottos} == {
        of_branch,
        joined_later,
    }
    assert {c.number for c in services.mottos.wall(1, district=3).mottos} == {elsewhere}
