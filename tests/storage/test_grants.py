"""The service's own database user runs the whole service and can't alter the audit trail."""

import secrets

import pytest
from sqlalchemy import URL, Engine, create_engine, make_url, select, text
from sqlalchemy.exc import DBAPIError

from bot.doctor import stores
from bot.doctor.finding import Mark
from bot.domain.audit import keep_chain
from bot.domain.moderation import Reason
from bot.domain.questions import Shelf
from bot.domain.services import Transaction, transactions
from bot.storage.database import open_engine, open_sessions
from bot.storage.grants import NoUsers, OwnsTables, grant, may_alter_trail
from bot.storage.schema import upgrade
from bot.storage.tables import Audit
from tests.builders import NOON, SECRET, a_campaign, a_member, a_waiting_motto

SERVERS = [
    pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.slow]),
    pytest.param("mariadb", marks=[pytest.mark.mariadb, pytest.mark.slow]),
]
FORBIDDEN = [
    "DELETE FROM audit",
    "UPDATE audit SET actor = 'staff:9'",
    "UPDATE audit SET at = at, subject = 'motto:1'",
    "DELETE FROM audit_link",
    "UPDATE audit_link SET mac = mac",
    "DELETE FROM audit_head",
    "DROP TABLE audit",
    "ALTER TABLE audit DROP COLUMN actor",
    "UPDATE alembic_version SET version_num = '0001'",
]


@pytest.fixture(params=SERVERS)
def owner(request: pytest.FixtureRequest) -> URL:
    """The address of a database with all tables, for the user who owns them."""
    url = str(request.getfixturevalue(f"fresh_{request.param}_url"))
    engine = open_engine(url)
    upgrade(engine)
    sessions = keep_chain(open_sessions(engine), SECRET)
    with sessions.begin() as session:
        a_campaign(session)
    engine.dispose()
    return make_url(url)


@pytest.fixture
def web(owner: URL) -> URL:
    """The address for another user, who may do nothing yet."""
    name, password = f"web_{secrets.token_hex(4)}", "one-of-the-tests"
    user = f"'{name}'@'localhost'" if owner.get_backend_name() == "mysql" else name
    word = "IDENTIFIED BY" if owner.get_backend_name() == "mysql" else "PASSWORD"
    engine = create_engine(owner)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE USER {user} {word} '{password}'"))
        if owner.get_backend_name() == "mysql":
            connection.execute(text(f"GRANT ALL ON `{owner.database}`.* TO {user}"))
    granted = f"{name}@localhost" if owner.get_backend_name() == "mysql" else name
    grant(engine, granted)
    engine.dispose()
    return owner.set(username=name, password=password)


@pytest.fixture
def engine(web: URL) -> Engine:
    return open_engine(web.render_as_string(hide_password=False))


@pytest.fixture
def transaction(engine: Engine) -> Transaction:
    return transactions(keep_chain(open_sessions(engine), SECRET), lambda _: NOON, Shelf())


def test_the_service_decides_undoes_and_erases_as_that_user(
    engine: Engine, transaction: Transaction
) -> None:
    with keep_chain(open_sessions(engine), SECRET).begin() as session:
        author = a_member(session, "zhang", 2)
        number = a_waiting_motto(session, "zhang", "愿做一块砖，哪里需要哪里搬")
    with transaction() as services:
        services.moderation.decide(number, 1, 1, Reason.TYPO, "愿做一块砖，哪里需要去哪里")
    with transaction() as services:
        services.erasure.erase(author)

    with engine.connect() as connection:
        assert may_alter_trail(connection) is False
        finding = stores.trail(connection)
        told = connection.execute(select(Audit.facts)).scalars().all()
    with transaction(read_only=True) as services:
        check = services.trail.check(SECRET)
    assert finding is not None
    assert finding.mark is Mark.GOOD
    assert told
    assert "一块砖" not in str(told)
    assert check.breaks == []
    engine.dispose()


def test_a_right_to_do_more_is_noticed_however_it_was_given(owner: URL, web: URL) -> None:
    if owner.get_backend_name() == "mysql":
        pattern = str(owner.database).replace("_", r"\_")
        more = f"GRANT DROP ON `{pattern}`.* TO '{web.username}'@'localhost'"
    else:
        more = f"GRANT TRUNCATE ON audit TO {web.username}"
    engine = create_engine(owner)
    with engine.begin() as connection:
        connection.exec_driver_sql(more)
    engine.dispose()
    service = create_engine(web)

    with service.connect() as connection:
        assert may_alter_trail(connection) is True
    service.dispose()


def test_that_user_alters_nothing_of_the_trail(engine: Engine) -> None:
    passed = []
    for statement in FORBIDDEN:
        with engine.connect() as connection:
            try:
                connection.execute(text(statement))
            except DBAPIError:
                continue
            passed.append(statement)
    engine.dispose()

    assert passed == []


def test_who_owns_the_tables_is_told_and_keeps_them(owner: URL) -> None:
    engine = create_engine(owner)
    with engine.connect() as connection:
        me = str(connection.execute(text("SELECT current_user")).scalar_one())
        assert may_alter_trail(connection)
        finding = stores.trail(connection)

    assert finding is not None
    assert "bot db grants" in finding.step
    with pytest.raises(OwnsTables):
        grant(engine, me)
    engine.dispose()


def test_a_file_has_no_users() -> None:
    with pytest.raises(NoUsers):
        grant(create_engine("sqlite://"), "web")
