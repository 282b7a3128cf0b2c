"""What a database user of the service may do: to the audit trail nothing but add to it."""

from collections.abc import Iterator

from sqlalchemy import Connection, Engine, inspect, text

_ROWS = "SELECT, INSERT, UPDATE, DELETE"
_NARROW = {
    "audit": "SELECT, INSERT, UPDATE (facts)",
    "audit_link": "SELECT, INSERT, UPDATE (struck)",
    "audit_head": "SELECT, UPDATE (seq, mac, seal)",
    "alembic_version": "SELECT",
}
"""Where not all rows may be changed. What an erased member wrote is struck out of `facts`."""

_DIRECT = "SELECT count(*) FROM information_schema.{kind}_privileges WHERE grantee = :me AND "
_MAY_ALTER = {
    "postgresql": (
        "SELECT has_table_privilege('audit', 'DELETE, TRUNCATE') "
        "OR has_column_privilege('audit', 'actor', 'UPDATE')"
    ),
    # Rights to a database may be given to a pattern of its name.
    "mysql": (
        "SELECT ({user} {alters}) + ({schema} {alters} AND database() LIKE table_schema) + "
        "({table} {alters} AND table_schema = database() AND table_name = 'audit') > 0"
    ).format(
        alters="privilege_type IN ('DELETE', 'UPDATE', 'DROP')",
        **{kind: _DIRECT.format(kind=kind) for kind in ("user", "schema", "table")},
    ),
}
_ME = "SELECT concat('''', replace(current_user(), '@', '''@'''), '''')"


class NoUsers(Exception):
    """SQLite is a file: whoever may write it may write all of it."""


class OwnsTables(Exception):
    """The user is the one who asks: who made the tables can't be kept from any of them."""


def grant(engine: Engine, user: str) -> None:
    """Give `user` what the service needs, and take away whatever else it had on these tables.

    To be asked for by the owner of the tables, and again after each change of them. On MySQL
    and MariaDB `user` may name its host (`sibian@localhost`). Raises NoUsers and OwnsTables.
    """
    if engine.dialect.name == "sqlite":
        raise NoUsers
    with engine.begin() as connection:
        account = _account(connection, user)
        if account == _account(connection, _whoever(connection)):
            raise OwnsTables
        for statement in _statements(connection, account):
            connection.execute(text(statement))


def may_alter_trail(connection: Connection) -> bool:
    """Whether whoever is connected here could change or remove rows of the audit trail."""
    if connection.dialect.name == "sqlite":
        return True
    ask = text(_MAY_ALTER[_kind(connection)])
    if _kind(connection) == "postgresql":
        return bool(connection.execute(ask).scalar_one())
    me = connection.execute(text(_ME)).scalar_one()
    return bool(connection.execute(ask, {"me": me}).scalar_one())


def _statements(connection: Connection, account: str) -> Iterator[str]:
    if _kind(connection) == "mysql":
        yield f"REVOKE ALL PRIVILEGES, GRANT OPTION FROM {account}"
    else:
        yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {account}"
        yield f"GRANT USAGE ON SCHEMA public TO {account}"
        yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {account}"
    quote = connection.dialect.identifier_preparer.quote
    for table in inspect(connection).get_table_names():
        yield f"GRANT {_NARROW.get(table, _ROWS)} ON {quote(table)} TO {account}"


def _account(connection: Connection, user: str) -> str:
    """The user as a statement names it."""
    quote = connection.dialect.identifier_preparer.quote_identifier
    if _kind(connection) == "postgresql":
        return quote(user)
    name, _, host = user.partition("@")
    return f"{quote(name)}@{quote(host or '%')}"


def _whoever(connection: Connection) -> str:
    return str(connection.execute(text("SELECT current_user")).scalar_one())


def _kind(connection: Connection) -> str:
    return "postgresql" if connection.dialect.name == "postgresql" else "mysql"
