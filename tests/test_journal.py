"""The journal says what happened to each delivery, and never to whom."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.journal import Delivery, Journal, current, time_redis
from bot.storage.database import open_engine
from tests.builders import SECRET

FIELDS = [
    "ts", "level", "event", "host", "pid", "release", "request_id", "msgkey8", "member_ref", "kind",
    "handler", "outcome", "delivery_no", "ms_total", "ms_sql", "ms_redis", "retries", "bytes_in",
]  # fmt: skip


class Lines(list[dict[str, object]]):
    """What a journal has written."""

    def __call__(self, line: str) -> None:
        assert line.endswith("\n")
        self.append(json.loads(line))


@pytest.fixture
def lines() -> Lines:
    return Lines()


@pytest.fixture
def journal(lines: Lines) -> Journal:
    return Journal(SECRET, lines)


def test_each_delivery_has_one_line_with_everything(journal: Journal, lines: Lines) -> None:
    with journal.delivery(417) as record:
        record.kind, record.key, record.handler = "text", bytes(32), "quiz.answer"

    (line,) = lines
    assert list(line) == FIELDS
    assert line["msgkey8"] == "00000000"
    assert (line["kind"], line["handler"], line["bytes_in"]) == ("text", "quiz.answer", 417)
    assert (line["outcome"], line["level"]) == ("ok", "info")


def test_a_line_is_written_also_when_the_work_breaks_off(journal: Journal, lines: Lines) -> None:
    with pytest.raises(ZeroDivisionError), journal.delivery(1):
        raise ZeroDivisionError

    assert len(lines) == 1


def test_whoever_works_on_a_delivery_finds_its_record(journal: Journal, lines: Lines) -> None:
    with journal.delivery(1):
        current().outcome = "busy"
        current().retries += 1

    assert (lines[0]["outcome"], lines[0]["retries"]) == ("busy", 1)
    assert lines[0]["level"] == "warning"


def test_outside_of_any_delivery_a_note_goes_nowhere() -> None:
    current().outcome = "busy"

    assert current().outcome == "ok"


def test_a_member_has_the_same_name_in_each_line_and_it_is_not_the_openid(
    journal: Journal, lines: Lines
) -> None:
    for openid in ("o-zhang", "o-zhang", "o-li"):
        with journal.delivery(1) as record:
            record.openid = openid

    names = [str(line["member_ref"]) for line in lines]
    assert names[0] == names[1] != names[2]
    assert all(len(name) == 12 for name in names)
    assert "zhang" not in json.dumps(lines)
    assert Journal("another secret key of thirty-two").name("o-zhang") != names[0]


def test_no_picture_of_a_record_shows_the_member() -> None:
    assert "o-zhang" not in repr(Delivery(openid="o-zhang"))


@pytest.mark.parametrize(
    ("seconds", "number"), [(-2, 1), (0, 1), (3.9, 1), (5, 2), (8.9, 2), (10, 3), (300, 3)]
)
def test_the_number_of_a_delivery_is_read_off_its_age(seconds: float, number: int) -> None:
    assert Delivery(age=timedelta(seconds=seconds)).number == number


def test_the_time_of_the_database_is_noted_also_of_one_that_fails(
    journal: Journal, lines: Lines, tmp_path: object
) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/x.db")

    with journal.delivery(1) as record, engine.begin() as connection:
        connection.execute(text("SELECT 1"))
        spent = record.sql
        with pytest.raises(Exception, match="no such table"):
            connection.execute(text("SELECT 1 FROM nowhere"))
        assert record.sql > spent > 0

    engine.dispose()
    assert lines[0]["ms_redis"] == 0


def test_the_time_of_redis_is_noted_apart(journal: Journal) -> None:
    with journal.delivery(1) as record:
        assert time_redis(lambda: "answer")() == "answer"

    assert record.redis > 0
    assert record.sql == 0
