"""Says which promises were broken: reads the rows with SQL of its own, and what members saw.

It shares nothing with `bot/domain`: keys, grading and states are worked out here once more.
The invariants are those of the reliability plan:

    I01  an acknowledged vote has one row (given or taken back)      rows x history
    I02  no vote that nobody asked for                               rows x history
    I03  nobody above the day's limit                                rows, and polled while it runs
    I04  never two votes of a day for one motto                      rows
    I05  same message, same reply, to its sender                     history; also after a restart
    I06  "no" is true: voted before, votes spent, closed, busy       rows x history
    I07  whatever was not acknowledged happened at most once         rows
    I08  the tally in Redis is the count in SQL, seconds later       polled at the end
    I09  the tally never falls for mottos nobody takes votes from    polled while it runs
    I10  a sealed result is the count of its votes; none comes later rows
    I11  the score is what the answers add up to, graded anew        rows
    I12  one graded answer to a question                             rows
    I13  no vote and no answer after its deadline                    rows x history
    I14  an entry's state is what its trail leads to                 rows
    I15  a change of state has one row in the trail                  rows
    I16  the chain over the trail holds                              rows
    I17  an effect has its delivery, and a reply its effect          rows x history
    I18  the wall shows the approved entries                         pages x rows
    I19  files, memory and connections do not grow                   processes
    I20  every delivery answered in five seconds, or left then       history
    I22  no half of anything: replies, papers, references            rows

I21, I23 and I24 are for tests of their own. "Answered" is the promise that three deliveries are
enough.
"""

import hmac
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, text

from tests.chaos.history import Delivery, Said, content_of, recipient_of
from tests.chaos.wechat import LIMIT

Row = Mapping[str, Any]

TABLES = (
    "person", "member", "delivery", "notice", "contest", "contest_question", "question", "attempt",
    "answer", "score", "round", "round_slot", "round_result", "motto", "vote", "withdrawn_vote",
    "audit", "audit_link", "audit_head",
)  # fmt: skip
ARRIVES = timedelta(seconds=20)
"""How long after closing a vote that was sent in time may still arrive."""
SLACK = timedelta(seconds=1.5)
"""Between the client's look at the clock and the database's; WeChat's times are whole seconds."""

VOTED = re.compile(r"✔ 已投给(\d+)号")
VOTED_BEFORE = re.compile(r"您今天已经投过它了|您今天已经投过了")
SPENT = re.compile(r"今天(\d+)票都投完了，谢谢您！(?:明天0点|投票今天)")
CLOSED = re.compile(r"投票.*结束了。")
TAKEN_BACK = re.compile(r"✔ 投给(\d+)号的票撤回了")
RECEIVED = re.compile(r"✔ 收到，您的编号是 (\d+) 号")
UNCOUNTED = re.compile("这条没有算")
GRADED = re.compile(r"^(?:✔ 答对了|✘ 您(?:选|填))")
CLAIMS = (
    (VOTED, "vote", True), (TAKEN_BACK, "back", True), (GRADED, "answer", True),
    (UNCOUNTED, "answer", False),
)  # fmt: skip
"""What replies say of an effect: in which table, and whether there is one."""
ONLY_ASK = ("帮助", "排名")
"""What the crowd says that changes nothing: the answer bears another time, or newer figures."""
ASKS_TO_VOTE = re.compile(r"投(\d+)号")


@dataclass(frozen=True)
class Violation:
    """A broken promise."""

    invariant: str
    what: str


@dataclass
class Evidence:
    """All that the oracle looks at."""

    history: Sequence[Said]
    rows: Mapping[str, list[Row]]
    secret: str
    before: frozenset[bytes]
    """Members who were there before the first message."""
    most_unanswered: float = 0.005
    """The share of messages that may find no answer in three deliveries."""

    def __post_init__(self) -> None:
        self.kept = {(row["member_key"], row["delivery_key"]): row for row in self.rows["delivery"]}
        self.sent = {(self.member(said), said.key): said for said in self.history}
        self.given: dict[tuple[bytes, bytes], list[Row]] = defaultdict(list)
        for row in (*self.rows["vote"], *self.rows["withdrawn_vote"]):
            self.given[row["member_key"], row["delivery_key"]].append(row)

    def keeps(self, said: Said) -> bool:
        """Whether the rows know of the message; one that only asks leaves none."""
        return (self.member(said), said.key) in self.kept

    def member(self, said: Said) -> bytes:
        return member_of(self.secret, said.openid)

    def of_run(self, table: str) -> Iterator[Row]:
        """The rows about members who came during the run."""
        return (row for row in self.rows[table] if row["member_key"] not in self.before)


def member_of(secret: str, openid: str) -> bytes:
    """The key under which the rows know a member."""
    return hmac.digest(secret.encode(), openid.encode(), "sha256")[:16]


def read_tables(engine: Engine, names: Sequence[str] = TABLES) -> dict[str, list[Row]]:
    """Every row of these tables."""
    with engine.connect() as connection:
        return {name: _rows(connection, name) for name in names}


def _rows(connection: Any, name: str) -> list[Row]:
    quoted = connection.dialect.identifier_preparer.quote(name)
    # JSON as it was written, too: that is what the chain over the trail was made of.
    kind = "CHAR" if connection.dialect.name == "mysql" else "TEXT"
    more = f", CAST(facts AS {kind}) AS facts_as_written" if name == "audit" else ""
    found = connection.execute(text(f"SELECT {quoted}.*{more} FROM {quoted}"))  # noqa: S608
    return [{key: _plain(key, value) for key, value in row._mapping.items()} for row in found]


def _plain(column: str, value: Any) -> Any:
    """A value as every engine should have given it."""
    if isinstance(value, memoryview):
        return bytes(value)
    if value is not None and (column.endswith(("_at", "_until", "_from")) or column == "at"):
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        return moment.replace(tzinfo=UTC)
    if column in ("questions", "skipped", "content", "facts") and isinstance(value, str):
        return json.loads(value)
    return str(value) if column == "day" else value


def judge(evidence: Evidence) -> list[Violation]:
    """All promises that rows and history show to be broken."""
    return [
        Violation(invariant, what)
        for invariant, check in CHECKS.items()
        for what in check(evidence)
    ]


# ------------------------------------------------------------ votes


def _i01(evidence: Evidence) -> Iterator[str]:
    for said, reply in _replies(evidence):
        if voted := VOTED.search(reply.text):
            rows = evidence.given[evidence.member(said), said.key]
            if [_number(row["motto_id"]) for row in rows] != [int(voted[1])]:
                yield f"{said.words} was confirmed and has {len(rows)} rows of its own"


def _i02(evidence: Evidence) -> Iterator[str]:
    for key, rows in evidence.given.items():
        said = evidence.sent.get(key)
        asked = ASKS_TO_VOTE.search(said.words) if said else None
        for row in rows:
            if asked is None or int(asked[1]) != _number(row["motto_id"]):
                words = said.words if said else "a message nobody sent"
                yield f"a vote for {_number(row['motto_id'])} came of {words}"


def _i03(evidence: Evidence) -> Iterator[str]:
    slots = Counter(row["round_id"] for row in evidence.rows["round_slot"])
    votes = Counter(
        (row["member_key"], row["round_id"], row["day"]) for row in evidence.rows["vote"]
    )
    for (member, round_id, day), count in votes.items():
        if count > slots[round_id]:
            yield f"{member.hex()[:8]} has {count} votes on {day}, not {slots[round_id]}"


def _i04(evidence: Evidence) -> Iterator[str]:
    keys = ("member_key", "round_id", "day", "motto_id")
    return _twice(evidence.rows["vote"], keys, "votes of a day for one motto")


# ------------------------------------------------------------ replies


def _i05(evidence: Evidence) -> Iterator[str]:
    for said in evidence.history:
        replies = {reply.inner for reply in said.replies}
        # What only asks may be told, when asked again, what is true by then: also when one
        # delivery of it took a turn because a glance had failed.
        if len(replies) > 1 and evidence.keeps(said) and said.words not in ONLY_ASK:
            yield f"{said.words or said.name} got {len(replies)} different replies"
        for inner in replies - {""}:
            if recipient_of(inner) != said.openid:
                yield f"{said.words} got a reply that is addressed to somebody else"


def _i06(evidence: Evidence) -> Iterator[str]:
    closes_at = evidence.rows["round"][0]["closes_at"]
    given: dict[bytes, list[Row]] = defaultdict(list)
    for (member, _), rows in evidence.given.items():
        given[member] += rows
    for said, reply in _replies(evidence):
        before = [
            row
            for row in given[evidence.member(said)]
            if row["accepted_at"] <= _moment(reply.ended) + SLACK
        ]
        asked = ASKS_TO_VOTE.search(said.words)
        if asked and VOTED_BEFORE.search(reply.text):
            if int(asked[1]) not in {_number(row["motto_id"]) for row in before}:
                yield f"{said.words}: 'voted before', and there was no such vote"
        elif asked and (spent := SPENT.search(reply.text)) and len(before) < int(spent[1]):
            yield f"{said.words}: 'votes spent', and there were {len(before)}"
        elif asked and CLOSED.search(reply.text):
            late = said.at >= closes_at.timestamp()
            if not late and _moment(reply.ended) < closes_at + ARRIVES - SLACK:
                yield f"{said.words}: 'closed', and it was open"
    effects = _effects(evidence)
    for said in evidence.history:
        if said.busy and (evidence.member(said), said.key) in effects:
            yield f"{said.words}: told to send it again, and it had been done"


def _answered(evidence: Evidence) -> Iterator[str]:
    silent = [said for said in evidence.history if said.unanswered]
    if len(silent) > evidence.most_unanswered * len(evidence.history):
        tries = Counter(" ".join(each.fault for each in said.deliveries) for said in silent)
        what = ", ".join(f"{count} x {faults}" for faults, count in tries.most_common(5))
        yield f"{len(silent)} of {len(evidence.history)}, by what their deliveries met: {what}"


def _i20(evidence: Evidence) -> Iterator[str]:
    for said in evidence.history:
        what = said.words or said.name
        for each in said.deliveries:
            if each.fault.startswith(("status 4", "status 500", "unreadable")):
                yield f"{what} got {each.fault}"
            elif not each.fault and each.seconds > LIMIT:
                yield f"{what} took {each.seconds:.2f} s"
        for end in said.afterwards:
            # A host that wants the message again lets go; whatever broke was killed or cut off.
            if end == "nothing":
                yield f"{what} hung, and hangs still"
            elif end == "status 200":
                yield f"{what} was answered too late"


# ------------------------------------------------------------ effects


def _i07(evidence: Evidence) -> Iterator[str]:
    for (_, key), tables in _effects(evidence).items():
        for table, count in tables.items():
            if count > 1:
                yield f"{key.hex()[:8]} left {count} rows in {table}"
    for member, words in _asked_to_withdraw(evidence).items():
        rows = [r for r in evidence.rows["withdrawn_vote"] if r["member_key"] == member]
        if len(rows) > words:
            yield f"{member.hex()[:8]} asked {words} times, and {len(rows)} votes are gone"


def _i17(evidence: Evidence) -> Iterator[str]:
    effects = _effects(evidence)
    for key, tables in effects.items():
        if key not in evidence.kept:
            yield f"{', '.join(tables)} without a delivery"
    for key, row in evidence.kept.items():
        if key not in evidence.sent:
            yield f"delivery {key[1].hex()[:8]} of a message nobody sent"
        words = content_of((row["reply"] or b"").replace(b"\0", b"somebody").decode())
        for pattern, table, counts in CLAIMS:
            if pattern.search(words) and bool(effects[key][table]) is not counts:
                yield f"'{words[:12]}' is kept, and {'nothing' if counts else 'it'} counted"
    mottos = {(row["author"], _number(row["id"])) for row in evidence.rows["motto"]}
    for said, reply in _replies(evidence):
        received = RECEIVED.search(reply.text)
        if received and (evidence.member(said), int(received[1])) not in mottos:
            yield f"motto {received[1]} was confirmed and is not there"
        if not evidence.keeps(said) and _changes(reply.text):
            yield f"{said.words} was answered, and no delivery is kept"


def _changes(words: str) -> bool:
    patterns = (VOTED, TAKEN_BACK, GRADED, RECEIVED)
    return any(pattern.search(words) for pattern in patterns)


def _effects(evidence: Evidence) -> dict[tuple[bytes, bytes], Counter[str]]:
    """What each delivery has left in the tables."""
    effects: dict[tuple[bytes, bytes], Counter[str]] = defaultdict(Counter)
    for key, rows in evidence.given.items():
        effects[key]["vote"] += len(rows)
    for row in evidence.of_run("answer"):
        effects[row["member_key"], row["delivery_key"]]["answer"] += 1
    for row in evidence.of_run("withdrawn_vote"):
        if row["withdrawn_by"]:
            effects[row["member_key"], row["withdrawn_by"]]["back"] += 1
    return effects


def _asked_to_withdraw(evidence: Evidence) -> Counter[bytes]:
    """How many votes each member may have lost: asked for, or to a motto that was taken away."""
    asked = Counter(
        evidence.member(said) for said in evidence.history if said.words.startswith("撤回")
    )
    for row in evidence.rows["withdrawn_vote"]:
        asked[row["member_key"]] += row["withdrawn_by"] is None
    return asked


# ------------------------------------------------------------ the result, the quiz


def _i10(evidence: Evidence) -> Iterator[str]:
    for current in evidence.rows["round"]:
        if (sealed_at := current["sealed_at"]) is None:
            continue
        votes = [row for row in evidence.rows["vote"] if row["round_id"] == current["id"]]
        results = [row for row in evidence.rows["round_result"] if row["round_id"] == current["id"]]
        late = [row for row in votes if row["accepted_at"] >= sealed_at]
        if late:
            yield f"{len(late)} votes were accepted after the seal"
        counted = Counter(row["motto_id"] for row in votes)
        if counted != Counter({row["motto_id"]: row["votes"] for row in results}):
            yield "the result is not what the votes add up to"
        if not sum(row["subject"] == f"round:{current['id']}" for row in evidence.rows["audit"]):
            yield "the seal is not in the trail"


def _i11(evidence: Evidence) -> Iterator[str]:
    questions = {row["id"]: row["content"] for row in evidence.rows["question"]}
    each = {row["id"]: row["points_each"] for row in evidence.rows["contest"]}
    points: Counter[tuple[bytes, int]] = Counter()
    days: dict[tuple[bytes, int], set[str]] = defaultdict(set)
    for row in evidence.rows["answer"]:
        right = _is_right(questions[row["question_id"]], row["choice"])
        earned = each[row["contest_id"]] if right else 0
        if bool(row["correct"]) != right or row["points"] != earned:
            yield f"{row['choice']} to question {row['question_id']} was graded wrongly"
        points[row["member_key"], row["contest_id"]] += earned
        days[row["member_key"], row["contest_id"]].add(row["day"])
    scores = {
        (row["member_key"], row["contest_id"]): (row["points"], row["days"])
        for row in evidence.rows["score"]
    }
    for key in scores.keys() | days.keys():
        if scores.get(key) != (due := (points[key], len(days[key]))):
            yield f"{key[0].hex()[:8]} has {scores.get(key)} and is due {due}"


def _is_right(question: Mapping[str, Any], choice: str) -> bool:
    return sorted(choice) == sorted("".join(question["answer"]))


def _i12(evidence: Evidence) -> Iterator[str]:
    keys = ("member_key", "contest_id", "day", "question_id")
    return _twice(evidence.rows["answer"], keys, "answers to one question")


def _i13(evidence: Evidence) -> Iterator[str]:
    closes_at = evidence.rows["round"][0]["closes_at"]
    for key, rows in evidence.given.items():
        for row in rows:
            said = evidence.sent.get(key)
            if said and said.at >= closes_at.timestamp():
                yield f"{said.words} was sent after closing and counts"
            if row["accepted_at"] >= closes_at + ARRIVES:
                yield "a vote arrived too late and counts"
            if said and not _during(said, row["accepted_at"]):
                when = f"{row['accepted_at']:%H:%M:%S}"
                yield f"{said.words} was accepted at {when}, and not sent then"
    started = {_paper(row): row["started_at"] for row in evidence.rows["attempt"]}
    for row in evidence.rows["answer"]:
        if row["answered_at"] > started[_paper(row)] + timedelta(hours=24):
            yield "an answer came to a paper that was put away"


def _during(said: Said, moment: datetime) -> bool:
    """Whether it lies between the first delivery and the end of the last."""
    if not said.deliveries:
        return True
    began = min(_moment(each.began) for each in said.deliveries)
    # A server may still be at work when WeChat has hung up.
    ended = max(_moment(each.ended) for each in said.deliveries) + timedelta(seconds=5)
    return began - SLACK <= moment <= ended + SLACK


# ------------------------------------------------------------ entries


_NOWHERE = frozenset({None})
_LEADS_TO: dict[str, tuple[Collection[str | None], str]] = {
    "motto.submit": (_NOWHERE, "waiting"),
    "motto.approve": ({"waiting"}, "approved"),
    "motto.return": ({"waiting"}, "returned"),
    "motto.undo": ({"approved", "returned"}, "waiting"),
    "motto.withdraw": ({"waiting", "approved", "returned"}, "withdrawn"),
    "motto.restore": ({"withdrawn"}, "waiting"),
    "motto.reword": ({"waiting", "approved", "returned", "withdrawn"}, "waiting"),
}


def _i14(evidence: Evidence) -> Iterator[str]:
    trail = _trail(evidence)
    for row in evidence.rows["motto"]:
        state: str | None = None
        for deed in trail[f"motto:{_number(row['id'])}"]:
            sources, target = _LEADS_TO[deed["action"]]
            if state not in sources:
                yield f"motto {row['id']}: {deed['action']} from {state}"
            state = target
        if state != row["state"]:
            yield f"motto {row['id']} is {row['state']}, and its trail leads to {state}"


def _i15(evidence: Evidence) -> Iterator[str]:
    trail = _trail(evidence)
    for row in evidence.rows["motto"]:
        versions = [deed["version"] for deed in trail[f"motto:{_number(row['id'])}"]]
        if versions != list(range(1, row["version"] + 1)):
            yield f"motto {row['id']} is at version {row['version']}, its trail has {versions}"


def _trail(evidence: Evidence) -> dict[str, list[Row]]:
    trail: dict[str, list[Row]] = defaultdict(list)
    for row in sorted(evidence.rows["audit"], key=lambda row: row["version"] or 0):
        trail[row["subject"]].append(row)
    return trail


def _i16(evidence: Evidence) -> Iterator[str]:
    key = hmac.digest(evidence.secret.encode(), b"audit chain", "sha256")
    rows = {row["id"]: row for row in evidence.rows["audit"]}
    mac = bytes(32)
    links = sorted(evidence.rows["audit_link"], key=lambda link: link["seq"])
    for expected, link in enumerate(links, start=1):
        row = rows.pop(link["audit_id"], None)
        if row is None or link["seq"] != expected:
            yield f"link {link['seq']} stands in place {expected}, or for no row"
            return
        mac = hmac.digest(key, mac + _canonical(expected, row), "sha256")
        if mac != link["mac"]:
            yield f"link {expected} does not fit its row"
            return
    if rows:
        yield f"{len(rows)} rows of the trail are not linked"
    head = evidence.rows["audit_head"][0]
    if (head["seq"], head["mac"]) != (len(links), mac):
        yield f"the head is at {head['seq']}, and there are {len(links)} links"


def _canonical(seq: int, row: Row) -> bytes:
    micros = (row["at"] - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    names = ("actor", "action", "subject", "version", "facts_as_written")
    parts = [seq, row["id"], micros, *(row[name] for name in names)]
    return json.dumps(parts, separators=(",", ":")).encode()


# ------------------------------------------------------------ halves


def _i22(evidence: Evidence) -> Iterator[str]:
    rows = evidence.rows
    yield from (
        f"delivery {row['delivery_key'].hex()[:8]} has no reply"
        for row in rows["delivery"]
        if row["reply"] is None
    )
    people = {row["member_key"] for row in rows["person"]}
    if people != {row["member_key"] for row in rows["member"]}:
        yield "people and members are not the same"
    papers = {_paper(row): row for row in rows["attempt"]}
    answers = Counter(_paper(row) for row in rows["answer"])
    for key in answers.keys() - papers.keys():
        yield f"answers without a paper: {key}"
    for key, paper in papers.items():
        done = answers[key] == len(paper["questions"])
        if done != (paper["finished_at"] is not None):
            yield f"a paper has {answers[key]} answers and finished_at {paper['finished_at']}"
    mottos = {row["id"] for row in rows["motto"]}
    for table in ("vote", "withdrawn_vote"):
        if {row["motto_id"] for row in rows[table]} - mottos:
            yield f"{table} for a motto that is not there"
    for table in ("vote", "answer", "attempt", "score", "delivery", "notice"):
        if {row["member_key"] for row in rows[table]} - people:
            yield f"{table} of nobody"


# ------------------------------------------------------------ small things


def _replies(evidence: Evidence) -> Iterator[tuple[Said, Delivery]]:
    for said in evidence.history:
        for reply in said.replies:
            if reply.inner:
                yield said, reply


def _twice(rows: Sequence[Row], keys: Sequence[str], what: str) -> Iterator[str]:
    counts = Counter(tuple(row[key] for key in keys) for row in rows)
    return (f"{count} {what}: {key[0].hex()[:8]}" for key, count in counts.items() if count > 1)


def _number(motto_id: int) -> int:
    return motto_id + 1_000


def _paper(row: Row) -> tuple[bytes, int, str]:
    return row["member_key"], row["contest_id"], row["day"]


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


CHECKS: dict[str, Callable[[Evidence], Iterator[str]]] = {
    "answered": _answered,
    "I01": _i01,
    "I02": _i02,
    "I03": _i03,
    "I04": _i04,
    "I05": _i05,
    "I06": _i06,
    "I07": _i07,
    "I10": _i10,
    "I11": _i11,
    "I12": _i12,
    "I13": _i13,
    "I14": _i14,
    "I15": _i15,
    "I16": _i16,
    "I17": _i17,
    "I20": _i20,
    "I22": _i22,
}
