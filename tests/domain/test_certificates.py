"""Certificates: who came how far has it in writing, once, and a stranger can check it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.domain.certificates import AwardPlan, Certificates, Flaw, UnfitAward
from bot.domain.questions import Shelf
from bot.domain.services import Services, open_services
from bot.domain.votes import LATE
from bot.storage.tables import Audit, Certificate, CertificateHolder, Member, Motto, Notice, Score
from tests.builders import (
    CLOSES,
    NOON,
    a_member,
    a_round_of,
    an_approved_lesson,
    an_approved_motto,
    key,
    said,
)

OVER = NOON + timedelta(days=40)
PLAN = AwardPlan("contest:1", "学习之星", first_rank=1, last_rank=2, issuer="市委组织部")
NAMES = {"m0": "张三", "m1": "李小四", "m2": None, "m3": "欧阳大海"}


def at(session: Session, moment: object = OVER) -> Services:
    return open_services(session, moment, Shelf())  # type: ignore[arg-type]


def certificates(session: Session) -> Certificates:
    return at(session).certificates


@pytest.fixture
def people(session: Session) -> None:
    """The first has 9 points, two share the second place, one of them without a name."""
    for n, (who, name) in enumerate(NAMES.items()):
        a_member(session, who, 3)
        session.execute(update(Member).where(Member.member_key == key(who)).values(name=name))
        points = [9, 7, 7, 1][n]
        session.add(
            Score(member_key=key(who), contest_id=1, points=points, days=3, reached_at=NOON)
        )
    session.flush()


def held(session: Session) -> dict[str, str]:
    rows = session.execute(select(CertificateHolder.name, CertificateHolder.code))
    return {name: code for name, code in rows}  # noqa: C416


@pytest.mark.slow
@pytest.mark.usefixtures("people")
def test_who_stands_at_these_places_has_it_in_writing_and_hears_of_it(session: Session) -> None:
    number = certificates(session).issue(PLAN, staff_id=1)

    assert [(line.rank, line.name, line.unit) for line in certificates(session).lines(number)] == [
        (1, "张三", "农业局"), (2, "李小四", "农业局"),
    ]  # fmt: skip
    told = session.scalars(select(Notice.member_key).where(Notice.kind == "certificate"))
    assert set(told) == {key("m0"), key("m1")}
    (own,) = certificates(session).of(key("m1"))
    assert (own.name, own.rank, own.honour) == ("李小四", 2, "学习之星")
    assert certificates(session).of(key("m3")) == []


@pytest.mark.slow
@pytest.mark.usefixtures("people")
def test_a_stranger_reads_the_family_name_however_the_code_is_typed(session: Session) -> None:
    certificates(session).issue(PLAN, staff_id=1)
    code = held(session)["李小四"]

    found = certificates(session).check(f" {code[:5].lower()}-{code[5:].lower()} ")

    assert found is not None
    assert (found.name, found.unit, found.key) == ("李**", "农业局", "")
    assert certificates(session).check("0000000000") is None
    assert certificates(session).check("") is None


@pytest.mark.slow
@pytest.mark.usefixtures("people")
def test_the_own_page_opens_with_its_key_alone(session: Session) -> None:
    certificates(session).issue(PLAN, staff_id=1)
    (own,) = certificates(session).of(key("m0"))
    (other,) = certificates(session).of(key("m1"))

    shown = certificates(session).own(own.code, own.key)

    assert shown is not None
    assert shown.name == "张三"
    assert certificates(session).own(own.code, other.key) is None
    assert certificates(session).own(other.code, "") is None


@pytest.mark.slow
@pytest.mark.usefixtures("people")
def test_who_registers_a_name_later_gets_one_then_and_nobody_a_second(session: Session) -> None:
    number = certificates(session).issue(PLAN, staff_id=1)
    before = held(session)
    assert certificates(session).issue_rest(number, staff_id=1) == 0
    session.execute(update(Member).where(Member.member_key == key("m2")).values(name="王五"))

    assert certificates(session).issue_rest(number, staff_id=1) == 1

    assert held(session).items() > before.items()
    assert held(session).keys() - before.keys() == {"王五"}
    with pytest.raises(UnfitAward) as refusal:
        certificates(session).issue(PLAN, staff_id=2)
    assert refusal.value.flaws == {"honour": Flaw.TWICE}


@pytest.mark.slow
@pytest.mark.usefixtures("people")
def test_a_new_name_makes_no_other_certificate(session: Session) -> None:
    certificates(session).issue(PLAN, staff_id=1)
    session.execute(update(Member).where(Member.member_key == key("m0")).values(name="赵六"))

    assert [one.name for one in certificates(session).of(key("m0"))] == ["张三"]


@pytest.mark.slow
@pytest.mark.usefixtures("people")
def test_a_revoked_certificate_says_so_and_can_be_restored(session: Session) -> None:
    number = certificates(session).issue(PLAN, staff_id=1)
    heard, unheard = held(session)["张三"], held(session)["李小四"]
    session.execute(update(Notice).where(Notice.member_key == key("m0")).values(told_at=OVER))

    for code in (heard, heard, unheard):
        assert certificates(session).revoke(code, staff_id=1) == number

    found = certificates(session).check(heard)
    assert found is not None
    assert found.revoked_at == OVER
    assert certificates(session).of(key("m0")) == []
    waiting = select(Notice).where(Notice.told_at.is_(None))
    assert [notice.facts["revoked"] for notice in session.scalars(waiting)] == [True]
    certificates(session).restore(heard, staff_id=1)
    assert len(certificates(session).of(key("m0"))) == 1
    assert list(session.scalars(waiting)) == []
    deeds = session.scalars(select(Audit.action).where(Audit.subject == f"award:{number}"))
    assert list(deeds) == ["award.issue", "award.revoke", "award.revoke", "award.restore"]
    certificates(session).revoke_all(number, staff_id=1)
    assert certificates(session).award(number).certificates == 0


@pytest.mark.slow
@pytest.mark.usefixtures("people")
def test_who_is_erased_leaves_a_certificate_that_names_nobody(session: Session) -> None:
    number = certificates(session).issue(PLAN, staff_id=1)
    code = held(session)["张三"]

    at(session).erasure.erase(key("m0"))

    found = certificates(session).check(code)
    assert found is not None
    assert (found.name, found.unit, found.revoked_at) == (None, None, None)
    assert certificates(session).lines(number)[0].name is None
    assert certificates(session).issue_rest(number, staff_id=1) == 0
    certificates(session).revoke(code, staff_id=1)


@pytest.mark.slow
@pytest.mark.usefixtures("people")
def test_who_stays_off_the_boards_is_not_named_to_strangers(session: Session) -> None:
    session.execute(update(Member).where(Member.member_key == key("m0")).values(unlisted=True))
    certificates(session).issue(PLAN, staff_id=1)

    found = certificates(session).check(held(session)["张三"])

    assert found is not None
    assert (found.name, found.unit) == (None, None)


@pytest.mark.slow
@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("changes", "flaws"),
    [
        ({"honour": "", "issuer": "会" * 21}, {"honour": Flaw.EMPTY, "issuer": Flaw.LONG}),
        ({"first_rank": 0}, {"first_rank": Flaw.NUMBER}),
        ({"first_rank": 3}, {"last_rank": Flaw.ORDER}),
        ({"activity": "round:1"}, {"activity": Flaw.OPEN}),
        ({"activity": "contest:x"}, {"activity": Flaw.OPEN}),
        ({"first_rank": 5, "last_rank": 9}, {"last_rank": Flaw.NOBODY}),
    ],
)
def test_an_award_that_is_not_right_is_not_given(
    session: Session, changes: dict[str, object], flaws: dict[str, Flaw]
) -> None:
    with pytest.raises(UnfitAward) as refusal:
        certificates(session).issue(replace(PLAN, **changes), staff_id=1)  # type: ignore[arg-type]

    assert refusal.value.flaws == flaws
    assert session.scalars(select(Certificate)).all() == []


@pytest.mark.usefixtures("people")
def test_nothing_is_given_while_the_contest_runs(session: Session) -> None:
    with pytest.raises(UnfitAward):
        at(session, NOON).certificates.issue(PLAN, staff_id=1)


@pytest.mark.slow
def test_all_who_signed_the_winning_words_get_one_and_no_anonymous_name_is_told(
    session: Session,
) -> None:
    for name in ("zhang", "li", "wu"):
        a_member(session, name, 3)
    a_member(session, "voter")
    number = an_approved_motto(session, "zhang", "群众的事，一刻也不等")
    an_approved_motto(session, "li", "群众的事，一刻也不等")
    an_approved_motto(session, "wu", "一件一件办，办到底才算完")
    session.execute(update(Motto).where(Motto.author == key("li")).values(signature="none"))
    at(session, NOON).votes.cast(key("voter"), number, NOON, said("投").delivery)
    at(session, CLOSES + LATE).sealing.seal(1)
    at(session, CLOSES + LATE).outcomes.publicise(1, staff_id=1)
    at(session).outcomes.publish(1, staff_id=1)

    plan = replace(PLAN, activity="round:1", honour="一等奖", last_rank=1)
    certificates(session).issue(plan, staff_id=1)

    public = {name: certificates(session).check(code) for name, code in held(session).items()}
    assert {name: found and found.name for name, found in public.items()} == {
        "张三": "张*", "李小四": None,
    }  # fmt: skip


# ------------------------------------------------------------ what units sent in


@pytest.fixture
def lessons(session: Session) -> list[int]:
    """Two micro lessons, the second of which has a vote; the result stands."""
    a_round_of(session, "lesson")
    numbers = [
        an_approved_lesson(session, f"微课{n}", speaker=f"陈老师{n}", unit=unit)
        for n, unit in enumerate(("NY", "CD-XA"))
    ]
    at(session, NOON).votes.cast(key("li"), numbers[1], NOON, said("投", "li").delivery)
    assert at(session, CLOSES + LATE).sealing.seal(1)
    at(session, CLOSES + LATE).outcomes.publicise(1, 1)
    at(session).outcomes.publish(1, 1)
    return numbers


FIRST_PRIZE = replace(PLAN, activity="round:1", honour="一等奖", last_rank=1)


@pytest.mark.slow
def test_a_unit_has_it_in_writing_for_what_it_sent_in(session: Session, lessons: list[int]) -> None:
    seen = certificates(session).preview(FIRST_PRIZE)
    number = certificates(session).issue(FIRST_PRIZE, staff_id=1)

    assert [(one.title, one.name, one.unit) for one in seen.named] == [
        ("微课1", "陈老师1", "城东街道·新安社区支部")
    ]
    (own,) = certificates(session).of_units(1)
    assert (own.entry, own.rank, own.unit) == ("微课1", 1, "城东街道·新安社区支部")
    assert certificates(session).of_units(3) == []
    assert certificates(session).own(own.code, own.key) == own
    assert certificates(session).own(own.code, "") is None
    found = certificates(session).check(own.code)
    assert found == replace(own, key="")
    assert session.scalars(select(Notice).where(Notice.kind == "certificate")).all() == []
    assert certificates(session).issue_rest(number, staff_id=1) == 0
    certificates(session).revoke(own.code, staff_id=1)
    assert certificates(session).of_units(None) == []


@pytest.mark.slow
def test_of_an_entry_that_is_forgotten_the_certificate_names_nobody(
    session: Session, lessons: list[int]
) -> None:
    certificates(session).issue(replace(FIRST_PRIZE, last_rank=2), staff_id=1)
    code = certificates(session).of_units(2)[0].code

    at(session).erasure.forget_sent(at(session).sent_entries.one(lessons[1], None))

    found = certificates(session).check(code)
    assert found is not None
    assert (found.entry, found.name, found.unit) == (None, None, None)
    assert len(certificates(session).of_units(None)) == 1
