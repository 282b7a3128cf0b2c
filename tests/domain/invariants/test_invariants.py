"""A campaign that was played by the rules is clean; each rule that is broken by SQL is named."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

import bot
from bot import wording
from bot.domain.invariants import RULES, check
from bot.domain.invariants.entries import STEPS
from bot.storage.database import Sessions, open_sessions
from bot.storage.patient import open_survey
from tests.builders import NOON, SECRET
from tests.domain.invariants.conftest import a_day_made_up, doubled, found, some_life, unguarded

pytestmark = pytest.mark.slow

Hands = Callable[[Session], object]


def sql(*statements: str) -> Hands:
    return lambda session: [session.execute(text(statement)) for statement in statements]


@dataclass
class Copied:
    """Copies a row of a table that was stripped of its constraints."""

    table: str
    changes: dict[str, object]

    def __call__(self, session: Session) -> None:
        unguarded(session, self.table)
        doubled(session, self.table, **self.changes)


BROKEN: list[tuple[Hands, tuple[str, str, str]]] = [
    (Copied("vote", {"slot": 2}), ("I01", "receipt_twice", "vote")),
    (
        sql("DELETE FROM round_slot WHERE slot > 0"),
        ("I03", "votes_beyond_limit", "vote"),
    ),
    (sql("UPDATE vote SET slot = 9"), ("I03", "vote_without_slot", "vote")),
    (
        sql(
            "UPDATE round SET groups = 3",
            "INSERT INTO sent_entry (motto_id, round_id, group_no, sent_by) VALUES (1, 1, 2, 1)",
        ),
        ("I03", "vote_in_another_group", "vote"),
    ),
    (
        Copied("vote", {"slot": 2, "tracker": "ANOTHER000"}),
        ("I04", "entry_voted_twice", "vote"),
    ),
    (
        sql("UPDATE round SET sealed_at = '2020-01-01 00:00:00.000000'"),
        ("I10", "vote_after_seal", "vote"),
    ),
    (
        sql("UPDATE vote SET accepted_at = '2030-01-01 00:00:00.000000'"),
        ("I10", "vote_out_of_hours", "vote"),
    ),
    (
        sql("UPDATE vote SET accepted_at = '2020-01-01 00:00:00.000000'"),
        ("I10", "vote_out_of_hours", "vote"),
    ),
    (
        sql("INSERT INTO round_result (round_id, motto_id, votes) VALUES (1, 1, 9)"),
        ("I10", "result_differs", "round_result"),
    ),
    (
        sql(
            "INSERT INTO ballot_batch (round_id, number, made_at, codes, head) "
            "VALUES (1, 1, '2026-12-05 04:00:00.000000', zeroblob(32), zeroblob(32))"
        ),
        ("I10", "ballot_box_changed", "ballot_batch"),
    ),
    (
        sql("INSERT INTO outcome (round_id, root, ballots) VALUES (1, 'another', 0)"),
        ("I10", "ballots_changed", "outcome"),
    ),
    (
        sql(
            "INSERT INTO outcome (round_id, root, ballots, quarantined) VALUES (1, 'another', 0, 1)"
        ),
        ("I10", "quarantine_changed", "outcome"),
    ),
    (
        sql("INSERT INTO quarantined_vote (tracker, quarantine_id, in_force) VALUES ('A', 1, 1)"),
        ("I10", "quarantined_by_one", "quarantined_vote"),
    ),
    (
        sql("UPDATE vote SET per_entry = 1", "UPDATE round SET per_entry = 0"),
        ("I04", "entry_voted_too_often", "vote"),
    ),
    (sql("DELETE FROM panel_judge"), ("I10", "sheet_of_no_judge", "panel_sheet")),
    (
        Copied("panel_hand", {"motto_id": 9, "judge_district": 1, "entry_district": 1}),
        ("I10", "sheet_of_own_unit", "panel_hand"),
    ),
    (sql("DELETE FROM panel_sheet"), ("I10", "mark_not_given_out", "panel_mark")),
    (
        sql("INSERT INTO panel_pair (round_id, staff_id, first_id, second_id) VALUES (2, 9, 1, 2)"),
        ("I10", "mark_not_given_out", "panel_pair"),
    ),
    (sql("UPDATE panel SET weight = 71"), ("I10", "panel_rule_changed", "panel")),
    (sql("UPDATE panel_criterion SET anchors = '随意'"), ("I10", "panel_rule_changed", "panel")),
    (
        sql("UPDATE audit SET action = 'panel.later' WHERE action = 'panel.settle'"),
        ("I10", "panel_rule_changed", "panel"),
    ),
    (sql("UPDATE panel_mark SET mark = 10"), ("I10", "panel_marks_changed", "panel_mark")),
    (
        sql("UPDATE motto SET state = 'returned' WHERE state = 'approved'"),
        ("I18", "vote_for_unfit_entry", "vote"),
    ),
    (sql("UPDATE answer SET correct = 1 - correct"), ("I11", "answer_misgraded", "answer")),
    (sql("UPDATE answer SET points = 1"), ("I11", "answer_misgraded", "answer")),
    (sql("UPDATE answer SET points = 0, withheld = points"), ("I11", "points_kept_back", "answer")),
    (sql("UPDATE answer SET choice = 'Z'"), ("I11", "answer_misgraded", "answer")),
    (sql("UPDATE score SET points = points + 1"), ("I11", "score_not_the_sum", "score")),
    (sql("UPDATE score SET days = 2"), ("I11", "score_not_the_sum", "score")),
    (
        sql("UPDATE score SET reached_at = '2020-01-01 00:00:00.000000'"),
        ("I11", "score_not_the_sum", "score"),
    ),
    (sql("UPDATE score SET district_id = 4711"), ("I11", "score_elsewhere", "score")),
    (sql("UPDATE score SET district_id = NULL"), ("I11", "score_elsewhere", "score")),
    (sql("DELETE FROM score"), ("I11", "score_not_the_sum", "score")),
    (sql("DELETE FROM answer"), ("I11", "score_not_the_sum", "score")),
    (
        Copied("answer", {"place": 9}),
        ("I12", "question_answered_twice", "answer"),
    ),
    (
        sql("UPDATE answer SET answered_at = '2030-01-01 00:00:00.000000' WHERE place = 2"),
        ("I13", "answer_out_of_time", "answer"),
    ),
    (
        sql("UPDATE attempt SET started_at = '2020-01-01 00:00:00.000000'"),
        ("I13", "answer_out_of_time", "answer"),
    ),
    (
        sql("UPDATE attempt SET made_up_in = '2026-11-30'"),
        ("I13", "answer_out_of_time", "answer"),
    ),
    (
        sql("UPDATE contest SET last_day = '2026-12-02'"),
        ("I13", "answer_out_of_time", "answer"),
    ),
    (sql("UPDATE attempt SET nth = 2"), ("I12", "attempt_too_many", "attempt")),
    (sql("DELETE FROM attempt"), ("I22", "answer_without_paper", "answer")),
    (sql("DELETE FROM answer"), ("I22", "practice_without_answer", "practice_card")),
    (
        sql("UPDATE motto SET state = 'approved' WHERE state = 'waiting'"),
        ("I14", "entry_not_where_led", "motto"),
    ),
    (
        sql("UPDATE audit SET action = 'motto.restore' WHERE action = 'motto.approve'"),
        ("I14", "entry_step_forbidden", "audit"),
    ),
    (
        sql("UPDATE audit SET actor = 'staff:3' WHERE actor = 'staff:4'"),
        ("I14", "appeal_judged_by_the_first", "audit"),
    ),
    (
        sql("UPDATE motto SET version = version + 1"),
        ("I15", "entry_version_miscounted", "motto"),
    ),
    (
        sql("DELETE FROM audit WHERE action = 'motto.submit'"),
        ("I15", "entry_version_miscounted", "motto"),
    ),
    (
        sql("UPDATE bank_question SET version = 2 WHERE code = 'Q001'"),
        ("I14", "question_not_where_led", "bank_question"),
    ),
    (
        sql("UPDATE motto SET state = 'approved' WHERE state = 'waiting'"),
        ("I18", "wall_not_the_approved", "motto"),
    ),
    (sql("UPDATE answer SET delivery_key = x'00'"), ("I17", "effect_without_delivery", "answer")),
    (sql("UPDATE vote SET delivery_key = x'00'"), ("I17", "effect_without_delivery", "vote")),
    (
        sql("UPDATE practice_card SET delivery_key = x'00'"),
        ("I17", "effect_without_delivery", "practice_card"),
    ),
    (
        sql("UPDATE withdrawn_vote SET delivery_key = x'00'"),
        ("I17", "effect_without_delivery", "withdrawn_vote"),
    ),
    (
        sql("UPDATE withdrawn_vote SET withdrawn_by = x'00'"),
        ("I17", "effect_without_delivery", "withdrawn_vote"),
    ),
    (sql("UPDATE ticket SET delivery_key = x'00'"), ("I17", "effect_without_delivery", "ticket")),
    (sql("UPDATE notice SET told_by = x'00'"), ("I17", "effect_without_delivery", "notice")),
    (
        sql("UPDATE delivery SET outcome = 'refused'"),
        ("I17", "effect_without_delivery", "answer"),
    ),
    (sql("UPDATE notice SET told_by = NULL"), ("I17", "notice_half_told", "notice")),
    (
        sql("UPDATE delivery SET reply = NULL"),
        ("I22", "delivery_without_reply", "delivery"),
    ),
    (sql("DELETE FROM person"), ("I23", "left_of_erased", "member")),
    (sql("DELETE FROM person"), ("I23", "left_of_erased", "vote")),
    (sql("DELETE FROM person"), ("I23", "left_of_erased", "withdrawn_vote")),
    (sql("DELETE FROM person"), ("I23", "left_of_erased", "answer")),
    (sql("DELETE FROM person"), ("I23", "left_of_erased", "score")),
    (sql("DELETE FROM person"), ("I23", "left_of_erased", "ticket")),
    (sql("DELETE FROM person"), ("I23", "left_of_erased", "motto")),
    (sql("UPDATE motto SET state = 'erased'"), ("I23", "left_of_erased", "motto")),
    (sql("UPDATE motto SET state = 'erased'"), ("I23", "left_of_erased", "audit")),
    (sql("DELETE FROM person"), ("I23", "nobodys_uncounted", "score")),
    (
        sql("UPDATE vote SET delivery_key = zeroblob(32)"),
        ("I23", "nobodys_uncounted", "vote"),
    ),
    (sql("DELETE FROM question"), ("I22", "dangling", "answer.question_id")),
    (sql("DELETE FROM motto"), ("I22", "dangling", "withdrawn_vote.motto_id")),
    (sql("DELETE FROM unit WHERE id = 1"), ("I22", "dangling", "unit.parent_id")),
    (
        sql("UPDATE audit SET actor = 'staff:9' WHERE action = 'motto.approve'"),
        ("I16", "chain_altered", "audit"),
    ),
    (sql("UPDATE audit_head SET seq = 1"), ("I16", "chain_head", "audit_head")),
]


def test_a_campaign_played_by_the_rules_is_clean(life: Session) -> None:
    assert found(life) == []


@pytest.mark.parametrize(
    ("hands", "named"), BROKEN, ids=[f"{n}-{named[1]}" for n, (_, named) in enumerate(BROKEN)]
)
def test_what_is_broken_is_named(life: Session, hands: Hands, named: tuple[str, str, str]) -> None:
    hands(life)

    assert named in found(life)
    life.rollback()


def test_every_rule_has_been_seen_broken() -> None:
    seen = {named[1] for _, named in BROKEN}

    assert {rule.what for rule in RULES} <= seen


def test_every_broken_rule_has_a_sentence() -> None:
    chain = ["altered", "missing", "unlinked", "head", "anchor", "unreadable"]

    names = {rule.what for rule in RULES} | {f"chain_{what}" for what in chain}
    assert names == set(wording.BROKEN_RULES)


def test_every_deed_that_changes_an_entry_is_known_to_the_rules() -> None:
    code = [path.read_text("utf-8") for path in (Path(bot.__file__).parent / "domain").glob("*.py")]

    assert set(re.findall(r'"(motto\.[a-z_]+)"', "".join(code))) == set(STEPS)


def test_a_few_keys_are_told_and_all_are_counted(life: Session) -> None:
    life.execute(text("UPDATE answer SET correct = 1 - correct"))

    violation = next(v for v in check(life, NOON, SECRET) if v.what == "answer_misgraded")

    assert violation.count == 5
    assert len(violation.keys) == 3
    assert all(re.fullmatch(r"[0-9a-f]{32}/1/2026-12-05/1/\d", key) for key in violation.keys)


def test_an_effect_older_than_deliveries_are_kept_needs_none(life: Session) -> None:
    life.execute(text("DELETE FROM delivery"))

    later = NOON + timedelta(days=31)
    assert not [v for v in check(life, later, SECRET) if v.invariant == "I17"]


@pytest.mark.slow
def test_every_engine_is_surveyed_while_others_write(sessions: Sessions, store_url: str) -> None:
    with sessions.begin() as session:
        some_life(session)
        a_day_made_up(session)
    survey = open_survey(store_url)
    with open_sessions(survey)() as looking:
        assert check(looking, NOON, SECRET) == []
        with sessions.begin() as session:
            session.execute(text("UPDATE score SET points = points + 1"))
        assert check(looking, NOON, SECRET) == []
    with open_sessions(survey)() as looking:
        assert [v.what for v in check(looking, NOON, SECRET)] == ["score_not_the_sum"]
    survey.dispose()
