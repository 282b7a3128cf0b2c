"""What each stored field is for and how long it is kept: the one table that says so.

The page about privacy is made from it, the worker removes by it what is over, and
tests/test_house.py compares it with the schema: a new column needs a line here.
"""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum, auto


class Period(StrEnum):
    """How long something is kept; bot/h5/wording.py has words for each."""

    HALF_HOUR = auto()
    HALF_DAY = auto()
    DAY = auto()
    TWO_DAYS = auto()
    MONTH = auto()
    QUARTER = auto()
    CAMPAIGN = auto()
    """Until the campaign is over, and a while beyond."""
    FOR_GOOD = auto()
    """Nothing about a member, or nothing by which one is known."""


LENGTHS: Mapping[Period, timedelta] = {
    Period.HALF_HOUR: timedelta(minutes=30),
    Period.HALF_DAY: timedelta(hours=12),
    Period.DAY: timedelta(days=1),
    Period.TWO_DAYS: timedelta(days=2),
    Period.MONTH: timedelta(days=30),
    Period.QUARTER: timedelta(days=90),
    Period.CAMPAIGN: timedelta(days=90),
}
"""By how much; a campaign's counts from its end."""


class Purpose(StrEnum):
    """What something is kept for. Each has its one period, and words in bot/h5/wording.py."""

    ADDRESS = auto()
    CONVERSATION = auto()
    SIZE = auto()
    UNLISTED = auto()
    UNIT = auto()
    REBINDING = auto()
    NAMING = auto()
    MODERATOR = auto()
    ROSTER = auto()
    DRAW = auto()
    CERTIFICATE = auto()
    CONSENT = auto()
    ANSWERS = auto()
    SCORE = auto()
    ENTRY = auto()
    BALLOT = auto()
    RECEIPT = auto()
    NOTICE = auto()
    LETTER = auto()
    REPETITION = auto()
    REPLY = auto()
    ONE_BALLOT = auto()
    WISH = auto()
    LINK = auto()
    NUMBERS = auto()
    TRAIL = auto()
    STAFF = auto()
    SIGN_IN = auto()
    GUARD = auto()
    CONTENT = auto()
    REPORT = auto()
    UPLOAD = auto()


PERIODS: Mapping[Purpose, Period] = {
    Purpose.ADDRESS: Period.CAMPAIGN,
    Purpose.CONVERSATION: Period.CAMPAIGN,
    Purpose.SIZE: Period.CAMPAIGN,
    Purpose.UNLISTED: Period.CAMPAIGN,
    Purpose.UNIT: Period.CAMPAIGN,
    Purpose.REBINDING: Period.MONTH,
    Purpose.NAMING: Period.MONTH,
    Purpose.MODERATOR: Period.CAMPAIGN,
    Purpose.ROSTER: Period.CAMPAIGN,
    Purpose.DRAW: Period.CAMPAIGN,
    Purpose.CERTIFICATE: Period.CAMPAIGN,
    Purpose.CONSENT: Period.CAMPAIGN,
    Purpose.ANSWERS: Period.CAMPAIGN,
    Purpose.SCORE: Period.CAMPAIGN,
    Purpose.ENTRY: Period.CAMPAIGN,
    Purpose.BALLOT: Period.CAMPAIGN,
    Purpose.RECEIPT: Period.CAMPAIGN,
    Purpose.NOTICE: Period.MONTH,
    Purpose.LETTER: Period.QUARTER,
    Purpose.REPETITION: Period.MONTH,
    Purpose.REPLY: Period.DAY,
    Purpose.ONE_BALLOT: Period.TWO_DAYS,
    Purpose.WISH: Period.HALF_HOUR,
    Purpose.LINK: Period.HALF_HOUR,
    Purpose.NUMBERS: Period.FOR_GOOD,
    Purpose.TRAIL: Period.FOR_GOOD,
    Purpose.STAFF: Period.FOR_GOOD,
    Purpose.SIGN_IN: Period.HALF_DAY,
    Purpose.GUARD: Period.DAY,
    Purpose.CONTENT: Period.FOR_GOOD,
    Purpose.REPORT: Period.DAY,
    Purpose.UPLOAD: Period.DAY,
}

NOT_ABOUT_MEMBERS = frozenset({Purpose.STAFF, Purpose.SIGN_IN, Purpose.GUARD, Purpose.CONTENT})
"""What the page for members need not speak of."""

Fields = Mapping[str, Purpose]


def _for(purpose: Purpose, *fields: str) -> Fields:
    return dict.fromkeys(fields, purpose)


REGISTER: Mapping[str, Fields] = {
    "person": _for(Purpose.ADDRESS, "member_key", "openid", "following", "followed_at"),
    "member": {
        **_for(
            Purpose.CONVERSATION,
            "member_key", "first_seen_at", "state", "state_at", "thanked_at",
        ),
        **_for(Purpose.UNIT, "unit_id", "name", "scanned_unit_id"),
        **_for(Purpose.SIZE, "larger"),
        **_for(Purpose.UNLISTED, "unlisted"),
    },
    "rebinding": _for(Purpose.REBINDING, "member_key", "slot", "rebound_at"),
    "naming": _for(Purpose.NAMING, "member_key", "slot", "named_at"),
    "roster_name": _for(Purpose.ROSTER, "unit_id", "name", "people", "imported_at"),
    "draw_entry": _for(Purpose.DRAW, "member_key", "draw_id", "code"),
    "certificate_holder": _for(
        Purpose.CERTIFICATE, "member_key", "award_id", "code", "page_key", "name", "unit",
        "public",
    ),
    "certificate_entry": _for(
        Purpose.CERTIFICATE, "motto_id", "award_id", "code", "page_key", "title", "speaker", "unit"
    ),
    "consent": _for(Purpose.CONSENT, "member_key", "text_version", "given_at"),
    "delivery": {
        **_for(
            Purpose.REPETITION,
            "member_key", "delivery_key", "fingerprint", "outcome", "received_at",
        ),
        **_for(Purpose.REPLY, "reply"),
    },
    "notice": _for(
        Purpose.NOTICE, "member_key", "cause", "kind", "facts", "due_at", "told_at", "told_by"
    ),
    "ticket": _for(
        Purpose.LETTER,
        "member_key", "delivery_key", "topic", "words", "created_at", "handled_at", "handled_by",
        "answer",
    ),
    "data_pass": _for(Purpose.LINK, "member_key", "token_hash", "issued_at"),
    "ballot_pass": _for(Purpose.LINK, "member_key", "token_hash", "issued_at"),
    "ballot_visit": _for(Purpose.LINK, "member_key", "token_hash", "issued_at"),
    "attempt": _for(
        Purpose.ANSWERS,
        "member_key", "contest_id", "day", "nth", "questions", "skipped", "started_at",
        "finished_at", "made_up_in",
    ),
    "answer": _for(
        Purpose.ANSWERS,
        "member_key", "contest_id", "day", "nth", "place", "question_id", "choice", "correct",
        "points", "withheld", "delivery_key", "answered_at",
    ),
    "regraded_answer": _for(
        Purpose.ANSWERS,
        "member_key", "contest_id", "day", "nth", "place", "regrade_id", "points_before", "points",
        "regraded_at",
    ),
    "question_report": _for(
        Purpose.ANSWERS, "member_key", "question_id", "slot", "reported_at"
    ),
    "practice_card": _for(
        Purpose.ANSWERS,
        "member_key", "question_id", "practised_at", "correct", "stability", "difficulty",
        "due_on", "delivery_key",
    ),
    "score": _for(
        Purpose.SCORE,
        "member_key", "contest_id", "points", "days", "reached_at", "district_id", "bracket",
    ),
    "bracket_choice": _for(Purpose.SCORE, "member_key", "contest_id", "bracket", "chosen_at"),
    "frozen_place": _for(
        Purpose.SCORE,
        "member_key", "contest_id", "board", "position", "rank", "points", "days", "district_id",
    ),
    "frozen_turnout": _for(
        Purpose.NUMBERS, "contest_id", "unit_id", "headcount", "participants", "departed"
    ),
    "motto": _for(
        Purpose.ENTRY,
        "id", "round_id", "author", "words", "folded", "signature", "unit_id", "state", "version",
        "reason", "fix", "appeal", "appealed_against", "submitted_at", "decided_at",
        "pile_id",
    ),
    "sent_entry": _for(
        Purpose.ENTRY,
        "motto_id", "round_id", "live_key", "speaker", "link", "text", "group_no",
        "sent_by",
    ),
    "entry_file": _for(
        Purpose.ENTRY, "token", "motto_id", "place", "name", "kind", "content"
    ),
    "second_look": _for(
        Purpose.TRAIL,
        "motto_id", "version", "cause", "first_by", "first", "due_at", "second_by", "second",
        "reason", "looked_at", "settled_by", "settled_at",
    ),
    "vote": {
        **_for(
            Purpose.BALLOT,
            "member_key", "round_id", "day", "slot", "motto_id", "per_entry", "delivery_key",
            "accepted_at",
        ),
        **_for(Purpose.RECEIPT, "tracker"),
    },
    "withdrawn_vote": _for(
        Purpose.RECEIPT,
        "member_key", "tracker", "round_id", "motto_id", "accepted_at", "delivery_key",
        "withdrawn_at", "withdrawn_by", "reason",
    ),
    "spent_day": _for(Purpose.ONE_BALLOT, "member_key", "round_id", "day"),
    "wished_vote": _for(Purpose.WISH, "member_key", "number", "wished_at"),
    "departed": _for(Purpose.NUMBERS, "unit_id", "activity", "people"),
    "counted_units": _for(Purpose.NUMBERS, "contest_id", "participants", "counted_at"),
    "round_result": _for(Purpose.NUMBERS, "round_id", "motto_id", "votes"),
    "audit": _for(
        Purpose.TRAIL, "id", "at", "actor", "action", "subject", "version", "facts"
    ),
    "audit_link": _for(Purpose.TRAIL, "seq", "audit_id", "mac", "struck"),
    "audit_head": _for(Purpose.TRAIL, "id", "seq", "mac", "seal"),
    "staff": _for(
        Purpose.STAFF,
        "id", "name", "password_hash", "role", "unit_id", "disabled_at", "created_at",
        "look",
    ),
    "second_factor": _for(Purpose.STAFF, "staff_id", "sealed", "last_step", "made_at", "proved_at"),
    "recovery_code": _for(Purpose.STAFF, "staff_id", "code_hash"),
    "phone_code": _for(Purpose.STAFF, "staff_id", "code_hash", "expires_at"),
    "moderator_phone": _for(Purpose.MODERATOR, "member_key", "staff_id", "linked_at"),
    "invitation": _for(Purpose.STAFF, "staff_id", "code_hash", "expires_at"),
    "setup_code": _for(Purpose.STAFF, "id", "code_hash", "expires_at", "used_at"),
    "staff_session": _for(
        Purpose.SIGN_IN,
        "token_hash", "staff_id", "signed_in_at", "last_seen_at", "proved_at", "browser",
    ),
    "pile_claim": _for(Purpose.SIGN_IN, "pile_id", "staff_id", "seat", "taken_at", "until"),
    "sign_in_failure": _for(Purpose.GUARD, "subject", "slot", "failed_at"),
    "unit": _for(Purpose.CONTENT, "id", "code", "name", "parent_id", "headcount"),
    "question": _for(Purpose.CONTENT, "id", "code", "revision", "content"),
    "bank_question": _for(
        Purpose.CONTENT,
        "id", "code", "question_id", "state", "version", "stem_key", "topic", "difficulty",
        "source", "sought",
    ),
    "upload": _for(
        Purpose.UPLOAD, "staff_id", "holds", "token", "name", "begun_at", "done", "total", "report"
    ),
    "kept_list": _for(Purpose.CONTENT, "name", "version"),
    "listed_word": _for(
        Purpose.CONTENT,
        "id", "word", "live_key", "category", "first", "added_at", "added_by", "removed_at",
        "removed_by",
    ),
    "kept_quotation": _for(
        Purpose.CONTENT,
        "id", "words", "live_key", "author", "work", "leader", "added_at", "added_by", "removed_at",
        "removed_by",
    ),
    "contest": _for(
        Purpose.CONTENT, "id", "title", "first_day", "last_day", "points_each", "new_paper_hour",
        "until_hour", "make_up", "questions_a_day", "closed_days", "partial_credit", "daily_cap",
        "attempts", "counting", "joined_only", "brackets", "report_limit", "regrades",
    ),
    "regrade": _for(
        Purpose.CONTENT,
        "id", "question_id", "step", "answer", "explanation", "only_adds", "reason",
        "proposed_by", "proposed_at", "released_by", "released_at", "finished_at",
    ),
    "withholding": _for(
        Purpose.CONTENT, "question_id", "since", "reports", "ended_at", "ended_by", "finished_at"
    ),
    "result_request": _for(
        Purpose.REPORT,
        "staff_id", "token", "contest_id", "district_id", "full_names", "asked_at", "claimed_at",
        "done", "total", "made_at", "failed",
    ),
    "result_file": _for(Purpose.REPORT, "token", "name", "piece", "content", "kept_at"),
    "contest_question": _for(Purpose.CONTENT, "contest_id", "question_id"),
    "board_freeze": _for(
        Purpose.CONTENT, "contest_id", "at", "claimed_at", "taken_at", "lifted_at", "lifted_by"
    ),
    "attempt_slot": _for(Purpose.CONTENT, "contest_id", "nth"),
    "round": _for(
        Purpose.CONTENT,
        "id", "title", "kind", "collects_from", "collects_until", "opens_at", "closes_at",
        "sealed_at", "own_entry_allowed", "own_unit_allowed", "eligibility", "in_all", "per_entry",
        "least", "groups", "standings_from",
    ),
    "outcome": _for(
        Purpose.NUMBERS,
        "round_id", "root", "ballots", "quarantined", "quarantine_root", "publicised_at",
        "objections_until", "published_at",
    ),
    "quarantine": _for(
        Purpose.CONTENT,
        "id", "round_id", "motto_id", "day", "signals", "proposed_by", "proposed_at",
        "confirmed_by", "confirmed_at", "only_claimed", "release_proposed_by",
        "release_proposed_at", "released_by", "released_at",
    ),
    "quarantined_vote": _for(
        Purpose.RECEIPT, "tracker", "quarantine_id", "in_force", "claimed_at"
    ),
    "panel": _for(
        Purpose.CONTENT,
        "round_id", "weight", "method", "per_entry", "finalists", "seed", "begun_at", "closed_at",
    ),
    "panel_criterion": _for(
        Purpose.CONTENT, "round_id", "place", "title", "weight", "anchors"
    ),
    "panel_judge": _for(Purpose.STAFF, "round_id", "staff_id", "seat"),
    "panel_sheet": _for(Purpose.STAFF, "round_id", "staff_id", "motto_id"),
    "panel_hand": _for(
        Purpose.STAFF, "round_id", "staff_id", "motto_id", "entry_district", "judge_district"
    ),
    "panel_mark": _for(
        Purpose.STAFF, "round_id", "staff_id", "motto_id", "place", "mark", "marked_at"
    ),
    "panel_pair": _for(
        Purpose.STAFF,
        "round_id", "staff_id", "first_id", "second_id", "better_id", "chosen_at",
    ),
    "draw": _for(
        Purpose.CONTENT,
        "id", "title", "prize", "winners", "reserves", "contest_id", "least_days", "number_from",
        "number_due", "fetch_until", "published_at", "list_hash", "entries", "number", "drawn_at",
    ),
    "draw_code": _for(
        Purpose.CONTENT,
        "draw_id", "code", "place", "wins", "fetch_until", "fetched_at", "lapsed_at",
    ),
    "award": _for(
        Purpose.CONTENT,
        "id", "activity", "title", "honour", "first_rank", "last_rank", "issuer", "issued_at",
    ),
    "certificate": _for(Purpose.CONTENT, "code", "award_id", "place", "bracket", "revoked_at"),
    "ballot_batch": _for(Purpose.NUMBERS, "round_id", "number", "made_at", "codes", "head"),
    "round_slot": _for(Purpose.CONTENT, "round_id", "slot"),
}  # fmt: skip
"""Each table, each of its fields, and what for."""

COUNTS_FROM: Mapping[str, str] = {
    "delivery": "received_at",
    "notice": "told_at",
    "ticket": "handled_at",
    "data_pass": "issued_at",
    "ballot_pass": "issued_at",
    "ballot_visit": "issued_at",
    "rebinding": "rebound_at",
    "naming": "named_at",
    "spent_day": "day",
    "wished_vote": "wished_at",
    "staff_session": "signed_in_at",
    "sign_in_failure": "failed_at",
    "result_request": "asked_at",
    "result_file": "kept_at",
    "upload": "begun_at",
    "pile_claim": "until",
}
"""The moment from which a row's time counts, in tables whose rows go one by one.

Rows that are kept for the campaign go with their member, and rosters with the last of them; see
bot/domain/purge.py.
"""


def length_of(table: str, field: str) -> timedelta:
    """How long this field is kept."""
    return LENGTHS[PERIODS[REGISTER[table][field]]]
