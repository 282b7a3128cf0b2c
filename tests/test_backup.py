"""A backup taken while people vote and answer is whole, restores anywhere, and keeps to itself."""

import json
import random
import shutil
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, select, text

from bot.backup import (
    KEPT,
    Damaged,
    Manifest,
    NotEmpty,
    WrongRevision,
    a_name,
    all_named,
    back_up,
    make_room,
    read_manifest,
    restore,
    row_counts,
)
from bot.conversation.message import Message
from bot.conversation.reply import say
from bot.conversation.router import Step
from bot.conversation.state import Idle, State
from bot.domain.invariants import check
from bot.domain.questions import Shelf
from bot.domain.services import Services
from bot.storage.database import Sessions, open_engine, open_sessions
from bot.storage.memory import Memory
from bot.storage.patient import open_patient, open_survey
from bot.storage.schema import upgrade
from bot.storage.tables import Unit
from bot.turns import Turns
from tests.builders import NOON, SECRET, chained, said
from tests.domain.invariants.conftest import a_motto, a_paper, some_life

pytestmark = pytest.mark.slow


def heard(_table: str, _rows: int) -> None:
    """Progress that nobody watches."""


def backed_up(url: str, target: Path) -> Manifest:
    survey = open_survey(url)
    manifest = back_up(survey, target, NOON, heard)
    survey.dispose()
    return manifest


@contextmanager
def restored(url: str, file: Path) -> Iterator[Engine]:
    engine = open_patient(url)
    restore(engine, file, heard)
    yield engine
    engine.dispose()


@pytest.fixture
def life(sessions: Sessions) -> Sessions:
    """A campaign in which everything has happened once, on each engine."""
    with sessions.begin() as session:
        some_life(session)
    return sessions


@pytest.fixture
def elsewhere(store_url: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of another empty database on the same engine."""
    kind = store_url.partition("+")[0]
    if kind not in ("postgresql", "mysql"):
        return f"sqlite:///{tmp_path / 'elsewhere.db'}"
    server = request.getfixturevalue({"postgresql": "postgres", "mysql": "mariadb"}[kind])
    return str(server.fresh_url())


@pytest.fixture(scope="module")
def taken_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of a campaign on SQLite."""
    folder = tmp_path_factory.mktemp("taken")
    url = f"sqlite:///{folder / 'small.db'}"
    fill(url, some_life)
    backed_up(url, folder / "small.zip")
    return folder / "small.zip"


@pytest.fixture
def small(taken_once: Path, tmp_path: Path) -> Path:
    """A backup of a campaign on SQLite, for the test to spoil."""
    return Path(shutil.copy(taken_once, tmp_path / "small.zip"))


def fill(url: str, with_what: Callable[..., None]) -> None:
    from tests.builders import a_campaign

    engine = open_engine(url)
    upgrade(engine)
    with chained(engine).begin() as session:
        a_campaign(session)
        with_what(session)
    engine.dispose()


def violations(url: str) -> list[str]:
    survey = open_survey(url)
    with open_sessions(survey)() as session:
        found = check(session, NOON + timedelta(minutes=1), SECRET)
    survey.dispose()
    return [violation.what for violation in found]


# ---------------------------------------------------------------- there and back


def test_a_backup_restores_every_row_on_the_same_engine(
    life: Sessions, store_url: str, elsewhere: str, tmp_path: Path
) -> None:
    manifest = backed_up(store_url, tmp_path / "a.zip")

    with restored(elsewhere, tmp_path / "a.zip") as engine, engine.connect() as connection:
        assert row_counts(connection) == {n: held.rows for n, held in manifest.tables.items()}
    assert violations(elsewhere) == []
    again = backed_up(elsewhere, tmp_path / "b.zip")
    assert lines(tmp_path / "a.zip") == lines(tmp_path / "b.zip")
    assert again.rows == manifest.rows > 100


def lines(file: Path) -> dict[str, set[bytes]]:
    with zipfile.ZipFile(file) as archive:
        names = [name for name in archive.namelist() if name.endswith(".jsonl")]
        return {name: set(archive.read(name).splitlines()) for name in names}


@pytest.mark.postgres
def test_a_small_site_moves_to_postgresql_and_back(
    small: Path, fresh_postgres_url: str, tmp_path: Path
) -> None:
    with restored(fresh_postgres_url, small):
        backed_up(fresh_postgres_url, tmp_path / "back.zip")
    with restored(f"sqlite:///{tmp_path / 'back.db'}", tmp_path / "back.zip"):
        pass

    assert violations(fresh_postgres_url) == []
    assert violations(f"sqlite:///{tmp_path / 'back.db'}") == []
    assert lines(small) == lines(tmp_path / "back.zip")


def test_the_campaign_goes_on_where_it_was_restored(
    life: Sessions, store_url: str, elsewhere: str, tmp_path: Path
) -> None:
    backed_up(store_url, tmp_path / "a.zip")
    with restored(elsewhere, tmp_path / "a.zip") as engine:
        sessions = chained(engine)

        with sessions.begin() as session:
            session.add(Unit(code="NEW", name="新来的支部"))
        with sessions() as session:
            assert session.scalars(select(Unit.id).where(Unit.code == "NEW")).one() == 4
        assert turns(sessions).take(said("座右铭", by="new")) == b"done"
    assert violations(elsewhere) == []


def turns(sessions: Sessions) -> Turns:
    """Members who do everything at once with each message: a paper, a motto."""

    def play(message: Message, state: State, services: Services) -> Step:
        a_paper(services, message.member, message.delivery)
        a_motto(services, message.member)
        return Step(say("好"), Idle())

    return Turns(sessions, Memory(""), Shelf(), lambda _: NOON, play, lambda *_: b"done")


def test_a_backup_taken_while_members_write_is_of_one_moment(
    sessions: Sessions, store_url: str, elsewhere: str, tmp_path: Path
) -> None:
    taking, answered = turns(sessions), threading.Event()
    stop = threading.Event()

    def write(person: int) -> None:
        number = 0
        while not stop.is_set():
            number += 1
            taking.take(said("答", by=f"member-{person}-{number}"))
            answered.set()

    writers = [threading.Thread(target=write, args=(person,)) for person in range(3)]
    for writer in writers:
        writer.start()
    assert answered.wait(20)
    manifests = [backed_up(store_url, tmp_path / f"{n}.zip") for n in range(3)]
    stop.set()
    for writer in writers:
        writer.join()

    with restored(elsewhere, tmp_path / "2.zip"):
        assert violations(elsewhere) == []
    assert manifests[2].tables["answer"].rows > 0
    assert manifests[2].rows >= manifests[0].rows


def test_a_unit_may_have_a_parent_with_a_higher_number(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'tree.db'}"
    fill(url, lambda session: session.add_all([Unit(id=90, code="X", name="后来的街道")]))
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE unit SET parent_id = 90 WHERE id = 1"))
    engine.dispose()
    backed_up(url, tmp_path / "tree.zip")

    new = f"sqlite:///{tmp_path / 'new.db'}"
    with restored(new, tmp_path / "tree.zip") as engine, engine.connect() as connection:
        parents = dict(connection.execute(select(Unit.id, Unit.parent_id)).all())
    assert parents == {1: 90, 2: 1, 3: None, 90: None}


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, 99])
def test_a_file_that_names_another_way_of_packing_is_refused(small: Path, method: int) -> None:
    bytes_ = bytearray(small.read_bytes())
    # In the first entry of the ZIP's directory the method stands at the eleventh byte.
    at = bytes_.index(b"PK\1\2") + 10
    bytes_[at : at + 2] = method.to_bytes(2, "little")
    small.write_bytes(bytes_)

    with pytest.raises(Damaged):
        read_manifest(small)


def test_a_file_with_a_bit_changed_is_refused_and_touches_nothing_or_says_the_same(
    small: Path, tmp_path: Path
) -> None:
    dice, whole = random.Random(7), small.read_bytes()
    engine = open_patient(f"sqlite:///{tmp_path / 'new.db'}")
    held, refused = lines(small), 0
    for _ in range(60):
        bytes_, place = bytearray(whole), dice.randrange(len(whole))
        bytes_[place] ^= 1 << dice.randrange(8)
        small.write_bytes(bytes_)
        try:
            # Dates in the ZIP's own fields, and the last bits of what is packed, mean nothing.
            assert read_manifest(small).tables == read_manifest(the_whole(tmp_path, whole)).tables
            assert lines(small) == held
        except Damaged:
            with pytest.raises(Damaged):
                restore(engine, small, heard)
            refused += 1
    assert refused > 20
    assert inspect(engine).get_table_names() == []
    engine.dispose()


def the_whole(tmp_path: Path, whole: bytes) -> Path:
    path = tmp_path / "whole.zip"
    path.write_bytes(whole)
    return path


@pytest.mark.parametrize("size", [0, 1, 100, 5000, -1])
def test_a_file_that_was_cut_off_is_refused(small: Path, size: int) -> None:
    small.write_bytes(small.read_bytes()[:size])

    with pytest.raises(Damaged):
        read_manifest(small)


def test_a_row_slipped_into_the_file_is_noticed(small: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(small) as old, zipfile.ZipFile(other, "w") as new:
        for name in old.namelist():
            more = b'["00", "x", true, null]\n' if name == "person.jsonl" else b""
            new.writestr(name, old.read(name) + more)

    with pytest.raises(Damaged):
        read_manifest(other)


def test_a_database_with_rows_is_left_alone(small: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'used.db'}"
    fill(url, lambda _: None)
    engine = open_patient(url)

    with pytest.raises(NotEmpty):
        restore(engine, small, heard)

    with engine.connect() as connection:
        assert row_counts(connection)["member"] == 0
    engine.dispose()


def test_a_backup_of_another_revision_and_tables_of_another_revision_are_refused(
    small: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(small) as old, zipfile.ZipFile(other, "w") as new:
        for name in old.namelist():
            words = old.read(name)
            if name == "manifest.json":
                words = json.dumps({**json.loads(words), "revision": "0000"}).encode()
            new.writestr(name, words)
    engine = open_patient(f"sqlite:///{tmp_path / 'new.db'}")
    with pytest.raises(WrongRevision):
        restore(engine, other, heard)
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))

    with pytest.raises(WrongRevision):
        restore(engine, small, heard)
    with pytest.raises(WrongRevision):
        back_up(engine, tmp_path / "late.zip", NOON, heard)
    assert not (tmp_path / "late.zip").exists()
    engine.dispose()


def test_a_restore_that_fails_midway_leaves_the_database_empty(small: Path, tmp_path: Path) -> None:
    engine = open_patient(f"sqlite:///{tmp_path / 'new.db'}")

    def falters(table: str, _rows: int) -> None:
        if table == "vote":
            raise RuntimeError("the power goes")

    with pytest.raises(RuntimeError):
        restore(engine, small, falters)

    restore(engine, small, heard)
    engine.dispose()


# ---------------------------------------------------------------- the file itself


def test_only_its_owner_can_read_a_backup(small: Path) -> None:
    assert small.stat().st_mode & 0o777 == 0o600
    assert not list(small.parent.glob(".part-*"))


def test_a_backup_that_fails_leaves_no_file(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'small.db'}"
    fill(url, some_life)
    survey = open_survey(url)

    def falters(_table: str, _rows: int) -> None:
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        back_up(survey, tmp_path / "out" / "a.zip", NOON, falters)
    survey.dispose()

    assert list((tmp_path / "out").iterdir()) == []


def test_no_secret_of_the_settings_is_in_a_backup(small: Path) -> None:
    with zipfile.ZipFile(small) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())

    assert SECRET.encode() not in everything
    assert b"o-zhang" in everything, "people's data is: keep the file safe"


def test_an_existing_file_is_not_written_over(small: Path, tmp_path: Path) -> None:
    before = small.read_bytes()

    with pytest.raises(FileExistsError):
        backed_up(f"sqlite:///{tmp_path / 'small.db'}", small)

    assert small.read_bytes() == before


def test_a_fortnight_of_backups_is_kept_and_nothing_else_is_removed(tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "mine.zip").touch()
    for day in range(KEPT + 3):
        a_name(tmp_path, NOON + timedelta(days=day)).touch()

    removed = make_room(tmp_path)

    assert [path.name for path in removed] == [
        f"sibian-202612{day:02}-120000.zip" for day in (7, 6, 5)
    ]
    assert len(all_named(tmp_path)) == KEPT
    assert (folder / "mine.zip").exists()
