"""What is true of every ledger at every moment, whatever was done and in whatever order.

Each invariant looks at the rows alone and names what breaks it; `broken` asks them all. The
numbers are those of the reliability plan: I03 is the limit of votes, and so on.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Row

from quiz_bank import Question
from tests.model.ledger import Ledger

VOTES_A_DAY = 3
POINTS_EACH = 2
PATIENCE = timedelta(hours=24)
"""How long an unfinished paper takes answers."""

Invariant = Callable[[Ledger], Iterator[str]]
INVARIANTS: list[Invariant] = []


def broken(ledger: Ledger) -> list[str]:
    """What is wrong with the ledger; empty when nothing is."""
    return [
        f"{invariant.__name__}: {what}" for invariant in INVARIANTS for what in invariant(ledger)
    ]


def _holds(invariant: Invariant) -> Invariant:
    INVARIANTS.append(invariant)
    return invariant


# ------------------------------------------------------------ votes


@_holds
def i03_nobody_has_more_votes_than_the_day_gives(ledger: Ledger) -> Iterator[str]:
    days = Counter((vote.member_key.hex(), vote.round_id, vote.day) for vote in ledger.vote)
    yield from (f"{count} votes of {day}" for day, count in days.items() if count > VOTES_A_DAY)


@_holds
def i04_nobody_votes_twice_a_day_for_an_entry(ledger: Ledger) -> Iterator[str]:
    votes = Counter((vote.member_key.hex(), vote.day, vote.motto_id) for vote in ledger.vote)
    yield from (f"{vote} twice" for vote, count in votes.items() if count > 1)


@_holds
def votes_stand_only_for_words_that_stand(ledger: Ledger) -> Iterator[str]:
    entries = {motto.id: motto for motto in ledger.motto}
    heirs = {row.facts["to"] - 1_000 for row in ledger.audit if row.action == "votes.pass"}
    for vote in ledger.vote:
        motto = entries[vote.motto_id]
        if motto.state != "approved":
            yield f"a vote for entry {motto.id}, which is {motto.state}"
        elif vote.accepted_at < motto.decided_at and motto.id not in heirs:
            yield f"a vote for words that entry {motto.id} had before"
        elif motto.author == vote.member_key:
            yield f"a vote of the author's own for entry {motto.id}"


@_holds
def a_vote_stands_at_the_first_of_its_words(ledger: Ledger) -> Iterator[str]:
    cards: dict[str, tuple[Any, int]] = {}
    for motto in ledger.motto:
        if motto.state == "approved":
            mine = (motto.decided_at, motto.id)
            cards[motto.folded] = min(mine, cards.get(motto.folded, mine))
    entries = {motto.id: motto for motto in ledger.motto}
    for vote in ledger.vote:
        card = cards.get(entries[vote.motto_id].folded, (None, 0))[1]
        if vote.motto_id != card:
            yield f"a vote for entry {vote.motto_id}, whose card is that of {card}"


@_holds
def each_receipt_is_of_one_vote(ledger: Ledger) -> Iterator[str]:
    receipts = Counter(vote.tracker for vote in (*ledger.vote, *ledger.withdrawn_vote))
    yield from (f"{receipt} twice" for receipt, count in receipts.items() if count > 1)


# ------------------------------------------------------------ the quiz


@_holds
def i11_a_score_is_what_the_answers_add_up_to(ledger: Ledger) -> Iterator[str]:
    papers: dict[tuple[bytes, int], list[Row[Any]]] = defaultdict(list)
    for answer in ledger.answer:
        papers[answer.member_key, answer.contest_id].append(answer)
    scores = {(row.member_key, row.contest_id): row for row in ledger.score}
    for key in papers.keys() | scores.keys():
        row, expected = scores.get(key), _score(papers[key])
        if row is None or (row.points, row.days, row.reached_at) != expected:
            yield f"{key[0].hex()} has {row}, the answers say {expected}"


def _score(answers: list[Row[Any]]) -> tuple[object, ...]:
    if not answers:
        return ()
    earned = [answer.answered_at for answer in answers if answer.points]
    reached_at = max(earned, default=min(answer.answered_at for answer in answers))
    return sum(a.points for a in answers), len({a.day for a in answers}), reached_at


def i11_a_grade_is_what_the_question_says(
    ledger: Ledger, questions: Mapping[int, Question]
) -> Iterator[str]:
    """Apart from the others, since it needs the questions, which no ledger holds."""
    for answer in ledger.answer:
        correct = questions[answer.question_id].is_correct(tuple(answer.choice))
        if (answer.correct, answer.points) != (correct, POINTS_EACH * correct):
            yield f"{answer.choice} to question {answer.question_id} is graded {answer.points}"


@_holds
def i12_a_place_of_a_paper_is_graded_once_and_for_its_own_question(
    ledger: Ledger,
) -> Iterator[str]:
    papers = {(row.member_key, row.contest_id, row.day): row for row in ledger.attempt}
    graded = Counter((a.member_key, a.contest_id, a.day, a.place) for a in ledger.answer)
    yield from (f"place {place[3]} twice" for place, count in graded.items() if count > 1)
    for answer in ledger.answer:
        paper = papers.get((answer.member_key, answer.contest_id, answer.day))
        if paper is None or paper.questions[answer.place - 1] != answer.question_id:
            yield f"an answer to place {answer.place} of a paper that has no such question"


@_holds
def i13_no_answer_is_later_than_its_paper_allows(ledger: Ledger) -> Iterator[str]:
    begun = {(row.member_key, row.day): row.started_at for row in ledger.attempt}
    for answer in ledger.answer:
        waited = answer.answered_at - begun[answer.member_key, answer.day]
        if not timedelta() <= waited < PATIENCE:
            yield f"an answer {waited} after the paper was begun"


@_holds
def a_paper_is_finished_with_its_last_answer(ledger: Ledger) -> Iterator[str]:
    answered = Counter((answer.member_key, answer.day) for answer in ledger.answer)
    for paper in ledger.attempt:
        done = answered[paper.member_key, paper.day] == len(paper.questions)
        if done != (paper.finished_at is not None):
            yield f"a paper of {paper.day} with {answered[paper.member_key, paper.day]} answers"


# ------------------------------------------------------------ entries

_TRANSITIONS = {
    ("", "motto.submit"): "waiting",
    ("waiting", "motto.approve"): "approved",
    ("waiting", "motto.return"): "returned",
    ("approved", "motto.undo"): "waiting",
    ("returned", "motto.undo"): "waiting",
    **{(state, "motto.withdraw"): "withdrawn" for state in ("waiting", "approved", "returned")},
    ("withdrawn", "motto.restore"): "waiting",
    ("returned", "motto.appeal"): "waiting",
    **{
        (state, "motto.reword"): "waiting"
        for state in ("waiting", "approved", "returned", "withdrawn")
    },
}


@_holds
def i14_i15_an_entry_is_where_its_audit_trail_leads(ledger: Ledger) -> Iterator[str]:
    trails = defaultdict(list)
    for deed in ledger.audit:
        if deed.subject.startswith("motto:") and deed.version is not None:
            trails[deed.subject].append(deed)
    for motto in ledger.motto:
        deeds = sorted(trails.pop(f"motto:{motto.id + 1_000}", []), key=lambda deed: deed.version)
        if [deed.version for deed in deeds] != list(range(1, motto.version + 1)):
            yield f"entry {motto.id} is version {motto.version} with {len(deeds)} deeds"
        elif (motto.state, motto.words) != (where := _fold(deeds)):
            yield f"entry {motto.id} is {motto.state}, {motto.words}; its deeds lead to {where}"
    yield from (f"deeds for {subject}, which is not there" for subject in trails)


def _fold(deeds: list[Row[Any]]) -> tuple[str, str]:
    state = words = ""
    for deed in deeds:
        state = _TRANSITIONS.get((state, deed.action), f"{deed.action} from {state}")
        if (said := _WORDS.get(deed.action)) is not None:
            words = deed.facts[said]
    return state, words


_WORDS = {"motto.submit": "words", "motto.reword": "after"}
"""Which fact of a deed has the words that stand from then on."""


# ------------------------------------------------------------ notices


@_holds
def each_verdict_that_stands_has_its_notice(ledger: Ledger) -> Iterator[str]:
    causes = {notice.cause for notice in ledger.notice}
    for motto in ledger.motto:
        verdict = motto.state in ("approved", "returned")
        if verdict and f"motto:{motto.id + 1_000}:{motto.version}" not in causes:
            yield f"the author of {motto.state} entry {motto.id} will never hear of it"


@_holds
def what_no_longer_stands_is_told_to_nobody(ledger: Ledger) -> Iterator[str]:
    standing = {f"motto:{motto.id + 1_000}:{motto.version}" for motto in ledger.motto}
    for notice in ledger.notice:
        verdict = notice.cause.startswith("motto:")
        if verdict and notice.told_at is None and notice.cause not in standing:
            yield f"{notice.cause} waits to be told"


@_holds
def nothing_is_told_before_it_is_due(ledger: Ledger) -> Iterator[str]:
    for notice in ledger.notice:
        if notice.told_at is not None and notice.told_at < notice.due_at:
            yield f"{notice.cause} was told {notice.due_at - notice.told_at} early"


# ------------------------------------------------------------ deliveries


@_holds
def i17_each_effect_has_the_delivery_that_asked_for_it(ledger: Ledger) -> Iterator[str]:
    known = {(row.member_key, row.delivery_key) for row in ledger.delivery}
    asked = [
        *((row.member_key, row.delivery_key, "vote") for row in ledger.vote),
        *((row.member_key, row.delivery_key, "answer") for row in ledger.answer),
        *((row.member_key, row.delivery_key, "ticket") for row in ledger.ticket),
        *((row.member_key, row.delivery_key, "vote set aside") for row in ledger.withdrawn_vote),
        *((row.member_key, row.withdrawn_by, "vote taken back") for row in ledger.withdrawn_vote),
        *((row.member_key, row.told_by, "notice told") for row in ledger.notice),
    ]
    for member, delivery, what in asked:
        if delivery is not None and (member, delivery) not in known:
            yield f"{what} by a delivery that was never answered"


@_holds
def i22_no_row_is_left_without_those_it_belongs_to(ledger: Ledger) -> Iterator[str]:
    members = {row.member_key for row in ledger.member}
    if members != {row.member_key for row in ledger.person}:
        yield "a member without a person, or a person without a member"
    tables = ("delivery", "notice", "ticket", "attempt", "answer", "score", "vote", "consent")
    for table in tables:
        if {row.member_key for row in getattr(ledger, table)} - members:
            yield f"a {table} of nobody"
    if any(row.reply is None for row in ledger.delivery):
        yield "a delivery without an answer"


@_holds
def a_name_is_kept_only_after_consent(ledger: Ledger) -> Iterator[str]:
    agreed = {row.member_key for row in ledger.consent}
    for member in ledger.member:
        if (member.name or member.unit_id) and member.member_key not in agreed:
            yield "a member who belongs to a unit and never agreed"
