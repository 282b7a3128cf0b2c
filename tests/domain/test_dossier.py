"""The dossier has all that we keep about a member, and nothing about anybody else."""

import pytest
from sqlalchemy.orm import Session

from bot.domain.dossier import Dossiers, Summary
from bot.domain.erasure import tables_about_members
from bot.domain.units import UnitCard
from bot.h5.wording import SECTIONS, legible
from tests.builders import NOON, a_member, key
from tests.domain.invariants.conftest import some_life

TABLES = {
    "person": "person", "member": "person", "consent": "consents", "rebinding": "rebindings",
    "naming": "namings",
    "score": "scores",
    "draw_entry": "draws", "certificate_holder": "certificates", "moderator_phone": "moderator",
    "attempt": "papers", "practice_card": "practice", "answer": "answers", "vote": "votes",
    "regraded_answer": "regraded", "question_report": "reports",
    "withdrawn_vote": "withdrawn_votes", "wished_vote": "wished_votes",
    "frozen_place": "frozen", "bracket_choice": "brackets",
    "ticket": "tickets", "notice": "notices",
    "delivery": "deliveries",
}  # fmt: skip
"""In which section a table's rows about a member stand."""
OF_NO_INTEREST = {"data_pass", "ballot_pass", "ballot_visit", "spent_day"}
"""The links by which dossier and ballot are opened, and a mark of somebody who was erased."""


def test_every_table_about_a_member_has_its_place(session: Session) -> None:
    tables = {table.name for table in tables_about_members()}

    assert tables == TABLES.keys() | OF_NO_INTEREST
    sections = {section.of for section in Dossiers(session, NOON).whole(key("nobody"))}
    assert sections == set(TABLES.values()) | {"mottos", "motto_history"} == set(SECTIONS)


@pytest.mark.slow
def test_a_member_finds_the_own_records_in_words(session: Session) -> None:
    some_life(session)

    whole = {section.of: section.rows for section in Dossiers(session, NOON).whole(key("wang"))}

    person = legible("person", whole["person"][0])
    assert person[:2] == ["o-wang", "是"]
    assert person[4:7] == ["城东街道·新安社区支部", "—", "王五"]
    assert person[7] == "没有没做完的事"
    assert len(whole["answers"]) == 5
    assert {
        len(row) for of, rows in whole.items() for row in rows if len(SECTIONS[of][1]) != len(row)
    } == set()
    (vote,) = whole["votes"]
    assert vote[2:4] == (1001, "愿做一块砖，哪里需要哪里搬")
    assert len(whole["withdrawn_votes"]) == 1
    assert legible("tickets", whole["tickets"][0])[2] == "请回电话"
    assert legible("mottos", whole["mottos"][0])[4] == "待审"
    assert [legible("motto_history", row)[2] for row in whole["motto_history"]] == [
        "您提交", "审核通过", "审核撤销，回到待审",
    ]  # fmt: skip


@pytest.mark.slow
def test_nobody_elses_records_are_among_them(session: Session) -> None:
    some_life(session)
    a_member(session, "newcomer")

    whole = Dossiers(session, NOON).whole(key("newcomer"))

    assert [section.of for section in whole if section.rows] == ["person"]


@pytest.mark.slow
def test_the_summary_counts(session: Session) -> None:
    some_life(session)

    summary = Dossiers(session, NOON).summary(key("wang"))

    assert summary == Summary(
        UnitCard(2, "新安社区支部", "城东街道"), "王五", 1, summary.points, (1003,), 1
    )
    assert Dossiers(session, NOON).summary(key("li")).mottos == (1002,)
